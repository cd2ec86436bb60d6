"""The page `docs/how-to/write-a-plan.md` is run: its files are written, its examples read, its plans checked."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from clausula.book import Book, load_plans
from clausula.checker import check
from clausula.tables import load_tables

PAGE = Path(__file__).parents[1] / "docs" / "how-to" / "write-a-plan.md"
MARK = re.compile(r"<!-- (write|append|check|try) ?([^>]*?) -->\n(`{3,})(\w*)\n(.*?)\n\3(?:\n|$)", re.DOTALL)
HEAD = """# Example

```toml
[plan]
id       = "example/try"
name     = { en = "Try" }
currency = "EUR"
from     = 2026-01-01
```

## Example {#1}

```toml
"""
LATER = {"no-cases", "missing-name", "contact-unnamed", "no-else"}
"""What a single example may leave to the plan it stands in."""


def marks() -> Iterator[tuple[str, list[str], str]]:
    """The marked blocks of the page, in order: what to do, with what, the text."""
    for found in MARK.finditer(PAGE.read_text(encoding="utf-8")):
        yield found[1], found[2].split(), found[5] + "\n"


def test_every_block_of_the_page_is_marked() -> None:
    text = PAGE.read_text(encoding="utf-8")
    fences = len(re.findall(r"^(?:````markdown|```(?:toml|sh|text))$", text, re.MULTILINE))
    inside = sum(body.count("```toml\n") for kind, _, body in marks() if kind in ("write", "append"))
    assert sum(1 for _ in marks()) == fences - inside


def test_a_lawyer_who_follows_the_page_gets_working_plans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    checked = 0
    for what, words, text in marks():
        if what in ("write", "append"):
            path = Path(words[0])
            path.parent.mkdir(parents=True, exist_ok=True)
            before = path.read_text(encoding="utf-8") if what == "append" else ""
            path.write_text(before + text, encoding="utf-8")
        elif what == "check":
            sources = Path(words[1]) if len(words) > 1 else None
            book = load_plans(words[0])
            ids = [name for name in book.ids() if name.startswith("example/")]
            report = check(book, ids, sources=sources)
            assert report.ok, report.render()
            assert {f.code for plan in report.plans for f in plan.findings} <= {"no-cases"}, report.render()
            checked += 1
    assert checked == 5


def test_every_example_of_part_two_is_a_good_plan(tmp_path: Path) -> None:
    bundled = load_plans()
    tables = tmp_path / "tables"
    for what, words, text in marks():
        if what == "write" and words[0].startswith("my-plans/tables/"):
            tables.mkdir()
            (tables / "rates.toml").write_text(text, encoding="utf-8")
            bundled.tables.update(load_tables(tables))
        if what == "try":
            book = Book(bundled.catalogue, bundled.tables)
            book.add(HEAD + text + "```\n", "plan.md")
            report = check(book)
            assert {finding.code for finding in report.findings_of()} <= LATER, text + report.render()
