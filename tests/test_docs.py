"""The pages that show the program at work are run: what they say comes out must come out.

A `console` block holds commands (`$ clausula …`, `$ ./run clausula …`, `$ ./run demo`, `$ cat FILE`), each with what it
what it prints; a `python` block may be followed by a `text` block with what it prints. `…` stands for whatever was cut: on a
line of its own for any lines, within a line for any text. A page runs from top to bottom in one folder and one
namespace.
"""

import contextlib
import io
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from clausula.cli import main

ROOT = Path(__file__).parents[1]
PAGES = ["README.md", "docs/tour.md", "docs/how-to/embed-the-engine.md"]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)")


def blocks(page: str) -> Iterator[tuple[str, str]]:
    for found in BLOCK.finditer((ROOT / page).read_text(encoding="utf-8")):
        yield found[1], found[2]


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
    words = shlex.split(line.removeprefix("./run "), comments=True)
    if words[0] == "cat":
        return Path(words[1]).read_text(encoding="utf-8")
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        main(words[1:] if words[0] == "clausula" else words)
    return out.getvalue()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that looks like the repository and may be written to."""
    for name in ("examples", "plans", "docs", "tests"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_what_the_program_does(page: str, checkout: Path) -> None:
    assert checkout.is_dir()
    names: dict[str, object] = {"__name__": page}
    printed: str | None = None
    for kind, text in blocks(page):
        if kind == "console":
            for line, shown in commands(text):
                found = answer(line)
                assert same(shown, found), f"{page}: $ {line}\nshows\n{shown}\nprinted\n{found}"
        elif kind == "python":
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(text, page, "exec"), names)  # noqa: S102 - our own page, to see that it works
            printed = out.getvalue()
        elif kind == "text" and printed is not None:
            assert same(text, printed), f"{page}: shows\n{text}\nprinted\n{printed}"
        if kind != "python":
            printed = None


@pytest.mark.parametrize(
    "page", sorted(str(path.relative_to(ROOT)) for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
)
def test_every_link_of_a_page_leads_somewhere(page: str) -> None:
    for target in LINK.findall((ROOT / page).read_text(encoding="utf-8")):
        assert (ROOT / page).parent.joinpath(target).exists(), f"{page} points to {target}, which is not there"


def test_a_page_that_shows_something_else_is_noticed() -> None:
    assert same("one\n…\nfour\n", "one\ntwo\nthree\nfour\n")
    assert same("paid … CHF\n", "paid 12.00 CHF\n")
    assert not same("one\nfour\n", "one\ntwo\nfour\n")
    assert not same("paid 12.00 CHF\n", "paid 13.00 CHF\n")
