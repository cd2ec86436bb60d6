"""Texts become editions: a plan's text with everything it rests on, under one digest."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import clausula
from clausula.book import Book, bundled_plans, plan_files
from clausula.reader import read_head
from clausula_server.enrolment.catalogue.editions import digest_of
from clausula_server.enrolment.models import Year
from clausula_server.lib.refusals import Fault, Refused


@dataclass(frozen=True, slots=True)
class Packed:
    """A plan's text with everything it rests on, ready to be registered. manifest: a line "digest path" for each text,
    the plan's own first; digest: the manifest's. warnings: what the checker found worth a look."""

    plan: str
    digest: str
    manifest: str
    texts: Mapping[str, str]
    label: str
    names: Mapping[str, str]
    insurer: str
    country: str
    currency: str
    year: str
    starts: date
    until: date | None
    warnings: tuple[Fault, ...] = ()


def pack(folder: Path | None = None) -> list[Packed]:
    """Every text of the bundled plans, and of a folder laid over them. Raises Refused with all findings of the plans.

    What a text rests on: the texts of the plans it extends, the tables it names, and the catalogue but for its
    crosswalks of codes, which only readers of bills use.
    """
    roots = roots_of(folder)
    try:
        book = clausula.load_plans(folder)
        for plan in book.ids():
            book.slices(plan)
    except clausula.PlanError as error:
        raise Refused(*faults_of(error.findings, roots)) from None
    shelf = _Shelf(roots)
    heads = {plan: [read_head(text, file) for text, file in book.texts(plan)] for plan in book.ids()}
    return [
        _packed(shelf, book, heads, plan, Path(file), text) for plan in book.ids() for text, file in book.texts(plan)
    ]


def roots_of(folder: Path | None) -> list[Path]:
    """Where texts are read from: the bundled plans, and a folder laid over them."""
    return [bundled_plans(), *([folder] if folder is not None else [])]


def faults_of(findings: Iterable[clausula.Finding], roots: Iterable[Path]) -> list[Fault]:
    """Findings as faults, their places as seen from the folders of plans."""
    roots = list(roots)

    def place(finding: clausula.Finding) -> str:
        shown = str(finding.place)
        for root in roots:
            shown = shown.removeprefix(f"{root}/")
        return shown or "plans"

    return [Fault(place(each), _sentence(each.message), _sentence(each.mend or "mend the text")) for each in findings]


def _sentence(text: str) -> str:
    """A text of the checker as a sentence."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '?', '!')) else '.'}"


class _Shelf:
    """The texts of some folders by the path they get in a manifest."""

    def __init__(self, roots: list[Path]) -> None:
        self.paths: dict[Path, str] = {}
        self.texts: dict[str, str] = {}
        self.tables: dict[str, str] = {}
        for number, root in enumerate(roots):
            for kind, files in (
                ("plans", plan_files(root)),
                ("catalogue", (root / "catalogue").rglob("*.toml")),
                ("tables", (root / "tables").rglob("*.toml")),
            ):
                for file in files:
                    within = file.relative_to(root if kind == "plans" else root / kind).as_posix()
                    if kind != "catalogue" or not within.startswith("codes/"):
                        self._put(file, f"{kind}/{number}/{within}")

    def _put(self, file: Path, path: str) -> None:
        self.paths[file.resolve()] = path
        self.texts[path] = file.read_text(encoding="utf-8")
        if path.startswith("tables/"):
            self.tables[tomllib.loads(self.texts[path]).get("table", {}).get("id", "")] = path

    def path(self, file: Path) -> str:
        """The path of a file."""
        return self.paths[file.resolve()]


def _packed(
    shelf: _Shelf, book: Book, heads: Mapping[str, list[dict[str, Any]]], plan: str, file: Path, text: str
) -> Packed:
    own = shelf.path(file)
    rests_on = {path for path in shelf.texts if path.startswith("catalogue/")}
    above, read = _above(heads, read_head(text, str(file))), [text]
    for parent in above:
        for parents_text, parents_file in book.texts(parent):
            rests_on.add(shelf.path(Path(parents_file)))
            read.append(parents_text)
    rests_on |= {path for table, path in shelf.tables.items() if table and any(_names(each, table) for each in read)}
    paths = [own, *sorted(rests_on - {own})]
    texts = {digest_of(shelf.texts[path]): shelf.texts[path] for path in paths}
    manifest = "\n".join(f"{digest_of(shelf.texts[path])} {path}" for path in paths)
    head = read_head(text, str(file))
    kept = next(each.plan for each in book.slices(plan) if each.plan.place.file == str(file))
    return Packed(
        plan=plan,
        digest=digest_of(manifest),
        manifest=manifest,
        texts=texts,
        label=kept.edition[:200],
        names=dict(kept.name),
        insurer=kept.insurer[:200],
        country=kept.country,
        currency=kept.currency,
        year=str(head.get("year", Year.PLAN)),
        starts=kept.start,
        until=kept.until,
    )


def _above(heads: Mapping[str, list[dict[str, Any]]], head: Mapping[str, Any]) -> list[str]:
    """The plans a text extends, all the way up."""
    found: list[str] = []
    parents = [str(head["extends"])] if head.get("extends") else []
    while parents:
        parent = parents.pop()
        if parent not in found:
            found.append(parent)
            parents += [str(each["extends"]) for each in heads.get(parent, []) if each.get("extends")]
    return found


def _names(text: str, table: str) -> bool:
    return re.search(rf"(?<![\w/-]){re.escape(table)}(?![\w/-])", text) is not None
