"""Which plans a command is about: an id, a folder, a `plan.md`; from the bundled plans or from an insurer's own."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clausula.book import Book, bundled_plans, load_plans
from clausula.cli.console import CommandError


@dataclass(frozen=True, slots=True)
class Choice:
    """Some plans of a book."""

    book: Book
    ids: tuple[str, ...]


def book_of(args: argparse.Namespace) -> Book:
    """The book a command works with: the bundled plans and, over them, those of --plans."""
    return load_plans(_folder(args.plans)) if args.plans else load_plans()


def _folder(name: str) -> Path:
    path = Path(name)
    if not path.is_dir():
        raise CommandError(
            f"looked for a folder of plans at {name}: there is none", "name a folder that holds plan.md files"
        )
    return path


def chosen(args: argparse.Namespace, targets: Sequence[str]) -> list[Choice]:
    """The plans that the arguments name; without arguments those of --plans, else all bundled ones."""
    if not targets:
        return [_inside(_folder(args.plans) if args.plans else bundled_plans())]
    found: list[Choice] = []
    for target in targets:
        path = Path(target)
        if path.is_dir():
            found.append(_inside(path))
        elif path.is_file():
            found.append(_written_in(path, args))
        else:
            book = book_of(args)
            found.append(Choice(book, (plan_id(book, target),)))
    return found


def _written_in(path: Path, args: argparse.Namespace) -> Choice:
    """The plan whose text is this file. Nothing else in its folder is looked at."""
    edition = path.parent.name == "editions" and path.suffix == ".md"
    if path.name != "plan.md" and not edition:
        raise CommandError(
            f"{path} is no plan: its text is called plan.md", "name a plan.md, its folder, or a plan's id"
        )
    book = load_plans(_folder(args.plans) if args.plans else path.parent.parent if edition else path.parent)
    mine = [each for each in book.ids() if path.resolve() in [text.resolve() for text in book.files[each]]]
    if not mine:
        raise CommandError(f"{path} does not lie in {args.plans}", "name a folder that holds it with --plans")
    return Choice(book, tuple(mine))


def _inside(folder: Path) -> Choice:
    """The plans whose texts lie in a folder."""
    book, root = load_plans(folder), folder.resolve()
    ids = tuple(each for each in book.ids() if any(root in path.resolve().parents for path in book.files[each]))
    return Choice(book, ids)


def plan_id(book: Book, wanted: str) -> str:
    """The id of a plan as asked for: in full, or its last part where only one plan ends so. Raises CommandError."""
    ids = book.ids()
    if wanted in ids:
        return wanted
    ending = [each for each in ids if each.endswith("/" + wanted)]
    if len(ending) == 1:
        return ending[0]
    if ending:
        raise CommandError(f"{wanted!r} may be {' or '.join(ending)}", "name one in full")
    near = difflib.get_close_matches(wanted, ids, 3)
    known = f"did you mean {' or '.join(near)}?" if near else "plans here: " + (", ".join(ids) or "none")
    raise CommandError(
        f"looked for the plan {wanted!r} among {len(ids)} plans: there is none (and no such file)",
        f"{known}; plans of your own: --plans DIR",
    )
