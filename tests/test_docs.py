"""The pages that show the program at work are run: what they say comes out must come out.

A `console` block holds commands (`$ clausula …`, `$ ./run clausula …`, `$ ./run demo`, `$ cat FILE`), each with what
it prints below it; a `python` block may be followed by a `text` block with what it prints. `…` stands for whatever was
cut: on a line of its own for any lines, within a line for any text. `<!-- write FILE -->` and `<!-- append FILE -->`
before a block put it into a file. A page runs from top to bottom in one folder and one namespace.

`CLAUSULA_REWRITE=1 pytest tests/test_docs.py` writes what is printed into the pages, where nothing was cut; read what
has changed.
"""

import contextlib
import io
import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from clausula.cli import main

ROOT = Path(__file__).parents[1]
RUN = [
    "README.md",
    "docs/tour.md",
    "docs/how-to/embed-the-engine.md",
    "docs/how-to/write-a-plan.md",
    "docs/how-to/ask-what-if.md",
]
ALL = sorted(str(path.relative_to(ROOT)) for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
BLOCK = re.compile(r"(?:<!-- (write|append) (\S+) -->\n)?^(`{3,})(\w*)\n(.*?)^\3$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)")
REWRITE = bool(os.environ.get("CLAUSULA_REWRITE"))


def commands(block: str) -> Iterator[tuple[str, str]]:
    """The commands of a console block with what is shown under them."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        line, _, shown = part.partition("\n")
        yield line, shown


def same(shown: str, printed: str) -> bool:
    """Whether a page shows what was printed, but for what it cut."""
    lines = [line.rstrip() for line in shown.strip("\n").splitlines()]
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "…" else ".*".join(map(re.escape, line.split("…"))) + r"\n" for line in lines
    )
    text = "\n".join(line.rstrip() for line in printed.strip("\n").splitlines())
    return re.fullmatch(pattern, text + "\n" if text else "") is not None


def answer(line: str) -> str:
    """What a command prints, run in this process."""
    words = shlex.split(line.removeprefix("./run "))
    if words[0] == "cat":
        return Path(words[1]).read_text(encoding="utf-8")
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        main(words[1:] if words[0] == "clausula" else words)
    return out.getvalue()


class Page:
    """A page on its run: what its Python has named and printed, and what differs from what it shows."""

    def __init__(self, name: str) -> None:
        self.text = (ROOT / name).read_text(encoding="utf-8")
        self.names: dict[str, object] = {"__name__": name}
        self.printed: str | None = None
        self.wrong: list[str] = []

    def run(self) -> str:
        """Run every block; returns the page with what was printed in place of what was shown."""
        return BLOCK.sub(self._block, self.text)

    def _block(self, found: re.Match[str]) -> str:
        what, file, _, kind, body = found.groups()
        if what:
            Path(file).parent.mkdir(parents=True, exist_ok=True)
            with Path(file).open("a" if what == "append" else "w", encoding="utf-8") as out:
                out.write(body)
        elif kind == "console":
            shown = "".join(f"$ {line}\n{self._told(line, shown, answer(line))}" for line, shown in commands(body))
            return f"```console\n{shown}```"
        elif kind == "text" and self.printed is not None:
            return f"```text\n{self._told('python', body, self.printed)}```"
        self.printed = self._python(body) if kind == "python" else None
        return found[0]

    def _told(self, what: str, shown: str, printed: str) -> str:
        if same(shown, printed):
            return shown
        self.wrong.append(f"{what}\nshows\n{shown}\nprinted\n{printed}")
        return shown if "…" in shown else printed.rstrip("\n") + "\n"

    def _python(self, code: str) -> str:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(code, "page", "exec"), self.names)  # noqa: S102 - our own page, to see that it works
        return out.getvalue()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that looks like the repository and may be written to."""
    for name in ("examples", "plans", "docs", "tests"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.no_cover
@pytest.mark.parametrize("name", RUN)
def test_a_page_shows_what_the_program_does(name: str, checkout: Path) -> None:
    page = Page(name)
    text = page.run()
    if REWRITE:
        (ROOT / name).write_text(text, encoding="utf-8")
    else:
        assert not page.wrong, f"{name} in {checkout}:\n" + "\n".join(page.wrong)


@pytest.mark.parametrize("name", ALL)
def test_every_link_of_a_page_leads_somewhere(name: str) -> None:
    for target in LINK.findall((ROOT / name).read_text(encoding="utf-8")):
        assert (ROOT / name).parent.joinpath(target).exists(), f"{name} points to {target}, which is not there"


def test_a_page_that_shows_something_else_is_noticed() -> None:
    assert same("one\n…\nfour\n", "one\ntwo\nthree\nfour\n")
    assert same("paid … CHF\n", "paid 12.00 CHF\n")
    assert not same("one\nfour\n", "one\ntwo\nfour\n")
    assert not same("paid 12.00 CHF\n", "paid 13.00 CHF\n")
