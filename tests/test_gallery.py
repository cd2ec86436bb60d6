"""The gallery of errors: for every finding the smallest bad plan, and what the checker says of it.

`CLAUSULA_REWRITE=1 pytest tests/test_gallery.py` writes the messages and the README anew; read what has changed.
"""

import ast
import os
import re
from pathlib import Path

import pytest

from clausula.book import load_plans
from clausula.checker import check
from clausula.findings import Finding, PlanError
from tests.books import bundled

GALLERY = Path(__file__).parent / "errors"
ROOT = Path(__file__).parents[1]
REWRITE = bool(os.environ.get("CLAUSULA_REWRITE"))
CODES = sorted(folder.name for folder in GALLERY.iterdir() if folder.is_dir())

NOT_SHOWN = {
    "not-usable": "the last resort for what no other guard has seen",
    "too-many-pairs": "takes a plan of hundreds of benefits",
    "no-plan": "nothing to show: the folder or the id is wrong",
    "no-plans": "nothing to show: the folder is empty",
    "no-edition": "a question about a day without an edition, not a fault of the text",
    "not-text": "a file that is no UTF-8",
    "bad-fact": "a fault of the catalogue",
    "no-table": "a fault of a table",
    "too-many-names": "takes more than sixty names",
    "mixed": "takes two plans in two currencies",
    "account-moved": "takes two editions",
    "used-negated": "a limit of the compiler",
    "all-negated": "a limit of the compiler",
    "not-whole": "a limit of the compiler; wrong-kind says it first",
}
"""Codes without a folder, and why."""


def findings_of(folder: Path) -> list[Finding]:
    """What the checker finds in one folder of the gallery."""
    texts = folder / "texts"
    try:
        book = load_plans(Path(), bundled=False)
    except PlanError as error:
        return list(error.findings)
    book.catalogue = bundled().catalogue
    sources = texts if texts.is_dir() else None
    return check(book, ["example"], sources=sources, strict_names=True).findings_of()


def kept(path: Path, text: str) -> str:
    """The text kept in a file; written first where that is wished."""
    if REWRITE:
        path.write_text(text, encoding="utf-8")
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("code", CODES)
def test_the_message_is_the_one_kept_in_the_gallery(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(GALLERY / code)
    found = [finding for finding in findings_of(GALLERY / code) if finding.code == code]
    assert found, f"the plan in tests/errors/{code} is not found wrong"
    assert kept(GALLERY / code / "message.txt", found[0].render() + "\n") == found[0].render() + "\n"


@pytest.mark.parametrize("code", CODES)
def test_nothing_else_is_wrong_with_a_plan_of_the_gallery(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(GALLERY / code)
    others = {finding.code for finding in findings_of(GALLERY / code) if finding.severity == "error"} - {code}
    assert others <= FOLLOW.get(code, set())


FOLLOW = {
    "not-toml": {"clause-without-kind"},
    "too-deep": {"clause-without-kind"},
    "too-large": {"clause-without-kind"},
    "not-a-table": {"clause-without-kind"},
}
"""What cannot but be wrong too."""


def codes_in_the_source() -> set[str]:
    """Every code a finding is made with."""
    found: set[str] = set()
    for path in (ROOT / "src" / "clausula").glob("*.py"):
        found |= _codes(path)
    for path in (ROOT / "src" / "clausula" / "checking").glob("*.py"):
        found |= _codes(path)
    return found


def _codes(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0]
            if (
                name in ("Finding", "wrong", "warn", "tell")
                and isinstance(first, ast.Constant)
                and isinstance(first.value, str)
            ):
                found.add(first.value)
    return found


def test_every_finding_has_its_place_in_the_gallery() -> None:
    assert codes_in_the_source() - set(CODES) - set(NOT_SHOWN) == set()


def test_the_table_of_contents_is_up_to_date() -> None:
    lines = [
        "# Gallery of errors",
        "",
        "For every finding of `clausula check` the smallest plan that has it, and what is said of it.",
        "",
    ]
    lines += ["Written by `tests/test_gallery.py`.", "", "| finding | what is said |", "|---|---|"]
    for code in CODES:
        first = (GALLERY / code / "message.txt").read_text(encoding="utf-8").splitlines()[0]
        said = re.sub(rf"^.*?: (error|warning): (.*) \[{code}\]$", r"\2 (\1)", first).replace("|", "\\|")
        lines.append(f"| [{code}]({code}/plan.md) | {said} |")
    text = "\n".join(
        [*lines, "", "Not shown here:", "", *(f"* `{code}`: {why}" for code, why in NOT_SHOWN.items()), ""]
    )
    assert kept(GALLERY / "README.md", text) == text
