"""Editions become books: read from the texts they were registered with, combined, compiled, kept for all threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any, TypeVar

from clausula.book import Book, Slice, book_of
from clausula.catalogue import Catalogue, catalogue_of
from clausula.compiler import compile_book
from clausula.plan import Fact, Plan
from clausula.program import Program
from clausula.tables import Table, tables_of
from clausula_server.enrolment.models import PlanEdition, PlanText

Kept = TypeVar("Kept")
MOST_KEPT = 256
"""Editions, and sets of editions, that stay in memory."""


def digest_of(text: str) -> str:
    """SHA-256 of a text, as the database computes it."""
    return sha256(text.encode()).hexdigest()


class CannotCombine(ValueError):  # noqa: N818 - what is the matter
    """Two editions do not speak the same language, or are of one plan: they cannot decide together."""


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition read: its slices in time, the catalogue and tables it was registered with. above: itself and the plans
    it extends."""

    digest: str
    plan: str
    above: frozenset[str]
    slices: tuple[Slice, ...]
    catalogue: Catalogue
    tables: Mapping[str, Table]

    def on(self, day: date) -> Plan:
        """The plan as it stands on a day."""
        return next(each.plan for each in self.slices if each.holds(day))


@dataclass(frozen=True, slots=True)
class Combined:
    """A set of editions that decide together: the engine's book, and its compiled program."""

    book: Book
    program: Program


class _Memory:
    """What is kept by key, the least used forgotten first. One thread makes a thing, the others wait for it."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.kept: OrderedDict[Any, Any] = OrderedDict()

    def get(self, key: Any, make: Callable[[], Kept]) -> Kept:
        with self.lock:
            if key not in self.kept:
                self.kept[key] = make()
                if len(self.kept) > MOST_KEPT:
                    self.kept.popitem(last=False)
            self.kept.move_to_end(key)
            found: Kept = self.kept[key]
            return found


_editions, _combined, _catalogues = _Memory(), _Memory(), _Memory()


def edition(digest: str) -> Edition:
    """The edition of that digest, read from the texts it was registered with. Raises PlanEdition.DoesNotExist."""
    return _editions.get(digest, lambda: _read(digest))


def combined(digests: Iterable[str]) -> Combined:
    """Book and program for a set of editions, one a plan. Two statements the first time, then none. Raises
    CannotCombine."""
    wanted = frozenset(digests)
    return _combined.get(wanted, lambda: _combine([edition(digest) for digest in sorted(wanted)]))


def _read(digest: str) -> Edition:
    row = PlanEdition.objects.only("plan", "manifest").get(digest=digest)
    lines = [line.partition(" ") for line in row.manifest.splitlines()]
    of = {path: each for each, _, path in lines}

    def texts(kind: str) -> dict[str, str]:
        """The texts of a kind by their path in the manifest."""
        paths = [path for path in of if path.startswith(f"{kind}/")]
        found = PlanText.objects.filter(digest__in={of[path] for path in paths})
        by_digest = dict(found.values_list("digest", "text"))
        return {path: by_digest[of[path]] for path in paths}

    words = tuple(line for line in row.manifest.splitlines() if " catalogue/" in line)
    catalogue = _catalogues.get(words, lambda: catalogue_of(texts("catalogue")))
    book = book_of(texts("plans"), catalogue, tables_of(texts("tables")))
    own = lines[0][2]
    slices = [each for each in book.slices(row.plan) if each.plan.place.file == own]
    # Which edition decides on a day is said by the terms; so each is open at both ends.
    slices[0] = replace(slices[0], start=date.min)
    slices[-1] = replace(slices[-1], until=None)
    return Edition(digest, row.plan, frozenset(book.ids()), tuple(slices), book.catalogue, book.tables)


def _combine(editions: list[Edition]) -> Combined:
    plans = [each.plan for each in editions]
    if twice := sorted({plan for plan in plans if plans.count(plan) > 1}):
        raise CannotCombine(f"two editions of {', '.join(twice)} at a time")
    names: dict[str, dict[str, Any]] = {}
    known: dict[str, Fact] = {}
    lists: dict[str, Any] = {}
    tables: dict[str, Table] = {}
    for each in sorted(editions, key=_newest):
        for kind, more in each.catalogue.names.items():
            names.setdefault(kind, {}).update(more)
        for fact, told in each.catalogue.facts.items():
            if fact in known and _meaning(known[fact]) != _meaning(told):
                raise CannotCombine(f"{fact} means something else in {each.plan} than in the other editions")
            known[fact] = told
        lists.update(each.catalogue.lists)
        tables.update(each.tables)
    slices = {each.plan: each.slices for each in editions}
    book = Book(Catalogue(names, known, lists), tables, {plan: [] for plan in plans}, _slices=slices)
    return Combined(book, compile_book(book, plans))


def _newest(each: Edition) -> tuple[date, str]:
    checked = [table.checked_on for table in each.tables.values() if isinstance(table.checked_on, date)]
    return max(checked, default=date.min), each.digest


def _meaning(fact: Fact) -> tuple[Any, ...]:
    return (
        fact.kind, fact.of, fact.values, fact.unless_stated, fact.days_from, fact.months_from, fact.years_from, fact.to,
        fact.year_of, fact.weekday_of, fact.count_of, fact.minus,
    )  # fmt: skip
