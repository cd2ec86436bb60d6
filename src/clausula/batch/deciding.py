"""Many lines at once: columns of a table through situations and the compiled kernel, decisions back as columns."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from clausula import codes as k
from clausula import compiled
from clausula.batch.accounts import Accounts, Opening, accounts_of, scopes_of
from clausula.batch.cases import Cases
from clausula.batch.entities import SCOPES, Entities
from clausula.batch.loops import Ints, answer
from clausula.batch.papers import Papers
from clausula.batch.people import Members, People, facts_of
from clausula.batch.situating import Sifting, Situating
from clausula.batch.table import Table
from clausula.codes import MISSING
from clausula.household import Provider
from clausula.program import Program
from clausula.situations import Layout
from clausula.usage import AccountKey, Usage

PIECE = 4096
"""Lines decided at a time, so that their rows stay in the processor's memory; households are never cut."""


@dataclass(slots=True)
class Decided:
    """Decisions as arrays, one entry a line, by household and in the order they were taken; amounts in minor units.

    order: for each entry its row in the table. good: the rows of the table that could be decided. home: households by
    number. outcome: of the line, 1 covered … 6 needs_person. reason: the row that decided it, -1 where all is paid.
    left: what the member bears. By slot (of `depth`): cover and benefit, -1 where there is none; outcomes, rows, paid
    and kept. Rows are those of the whole program.
    """

    program: Program
    members: Members
    entities: Entities
    lines: Lines
    depth: int
    answers: Answers
    cover: Ints
    closing: Accounts


class Answers:
    """Where the kernel's answers are put: see `loops.answer`."""

    def __init__(self, rows: int, depth: int) -> None:
        self.line = np.empty((5, rows), np.int64)
        self.slots = np.empty((depth, 4, rows), np.int64)
        self.outcome = np.empty(rows, np.int8)
        self.outcomes = np.empty((depth, rows), np.int8)

    @property
    def reason(self) -> Ints:
        """The row that decided each line, -1 where all is paid."""
        return self.line[0]

    @property
    def left(self) -> Ints:
        """What the member bears of each line."""
        return self.line[1]


class Columns:
    """The columns of rows: those that are the same on every line, and those that are not."""

    def __init__(self, width: int) -> None:
        self.same = np.full(width, MISSING, np.int64)
        self.moving: dict[int, Ints] = {}

    def __setitem__(self, column: int, values: Ints | int) -> None:
        values = np.asarray(values)
        if values.ndim == 0 or (values.size and values.strides == (0,)):
            self.same[column] = values if values.ndim == 0 else values[0]
        else:
            self.moving[column] = values

    def piece(self, low: int, high: int) -> Ints:
        """Rows from low to before high, one after the other."""
        x = np.empty((high - low, len(self.same)), np.int64)
        x[:] = self.same
        for column, values in self.moving.items():
            x[:, column] = values[low:high]
        return x


class Lines:
    """The lines of a table that can be decided, sorted: by household, then as they are decided.

    good: which rows of the table they are. order: the rows, sorted. The other arrays have an entry a line: person,
    household, day and service by number, amounts in minor units, units.
    """

    def __init__(self, program: Program, members: Members, source: pa.Table) -> None:
        """Raises pyarrow.ArrowInvalid for columns that cannot be read exactly."""
        table = Table(source, program.currency)
        person, served = members.number(table.table.column("person")), table.days("served_on")
        tree = program.service_order
        service = table.by_word("service", lambda word: tree.get(word, MISSING))
        charged = table.money("charged")
        others = np.zeros(table.rows, np.int64)
        if table.has("paid_by_others"):
            others = table.money("paid_by_others")
            others = np.where(others == MISSING, 0, others)
        quantity = np.broadcast_to(np.int64(1), table.rows)
        if table.has("quantity"):
            quantity = table.whole("quantity")
            quantity = np.where(quantity == MISSING, 1, quantity)
        currency = table.by_word("currency", lambda word: int(word == program.currency))
        good = (person >= 0) & (service != MISSING) & (charged >= 0) & (currency == 1) & (served != MISSING)
        good &= (quantity >= 0) & (quantity <= 10**6) & (others >= 0) & (others <= charged) & (charged <= 10**11)
        good &= served >= np.append(members.born, 0)[person]
        home = np.append(members.home, -1)[person]
        first = served
        if program.order != "service" and table.has("received_on"):
            received = table.days("received_on")
            first = np.where(received == MISSING, served, received)
        self.good, self.order = good, _sorted(good, home, first, served)
        at = self.order
        whole = len(at) == table.rows and bool((at[1:] > at[:-1]).all())
        self.table = table if whole else Table(source.take(pa.array(at)), program.currency)
        self.person, self.home, self.served, self.service = person[at], home[at], served[at], service[at]
        self.charged, self.others, self.quantity = charged[at], others[at], np.asarray(quantity)[at]


def _sorted(good: Ints, home: Ints, first: Ints, served: Ints) -> Ints:
    """Good rows by household, day of decision, day of service, and place; quickly where they are so already."""
    kept = np.arange(len(good)) if good.all() else np.flatnonzero(good)
    h, f, s = home[kept], first[kept], served[kept]
    same = h[1:] == h[:-1]
    later = (f[1:] > f[:-1]) | ((f[1:] == f[:-1]) & (s[1:] >= s[:-1]))
    if bool(((h[1:] > h[:-1]) | (same & later)).all()):
        return kept
    return kept[np.lexsort((s, f, h))]


class Deciding:
    """Decides tables with the same columns for one program, in any number of threads, each with a table of its own."""

    def __init__(self, program: Program, stated: frozenset[str], of_providers: frozenset[str]) -> None:
        self.program = program
        self.sifting = Sifting(program, stated, of_providers)
        self.cases = Cases(self.sifting)
        self.lock = threading.Lock()
        self.kernel = compiled.kernel()

    def decide(self, lines: Lines, members: Members, opening: Opening = None, threads: int = 1) -> Decided:
        """Decide lines, household by household, each from its opening accounts (None: nothing used yet).

        Raises OverflowError for tables with more names, or more facts told apart, than there are numbers for.
        """
        return self.ready(lines, members, opening).decided(threads)

    def ready(self, lines: Lines, members: Members, opening: Opening = None) -> Sweeping:
        """Lines as the kernel reads them. Raises as `decide`."""
        people = People(self.program, members)
        entities = Entities(members, lines.table)
        papers = Papers(people, entities)
        found = Situating(self.sifting, people, lines.table, lines.person, lines.served, lines.service)
        depth = max(found.eras.depth, 1)
        with self.lock:
            cases = self.cases.of(found, lines.service)
            layout = self.cases.situations.layout(depth)
        columns = self._columns(lines, found, papers, entities, layout, cases)
        accounts = accounts_of(opening, self.program, entities)
        cover = np.append(np.array(layout.covers, np.int64), -1)[cases].T[:, found.number]
        return Sweeping(self, layout, columns, papers, lines, accounts, cover)

    def _columns(
        self, lines: Lines, found: Situating, papers: Papers, entities: Entities, layout: Layout, cases: Ints
    ) -> Columns:
        """The rows of the lines, as the cases look at them."""
        x = Columns(layout.stride)
        members = papers.people.members
        x[k.PERSON], x[k.HOUSEHOLD] = members.rank[lines.person] + 1, 1
        x[k.SERVICE], x[k.SERVED], x[k.SPENT] = lines.service, lines.served, 0
        x[k.CHARGED], x[k.OTHERS], x[k.QUANTITY] = lines.charged, lines.others, lines.quantity
        x[k.EVIDENCE], x[k.EVIDENCE_END] = papers.first[lines.person], papers.last[lines.person]
        for column, scope in SCOPES.items():
            x[column] = entities.of_lines(scope, lines.person)
        x[k.PROVIDER] = _or_missing(entities.name("provider").of(*lines.table.coded("provider")))
        x[k.SPECIALTY] = self._specialty(lines.table, entities, members)
        for number, column in enumerate(layout.common):
            x[k.FIXED + 1 + number] = self._value(found, entities, lines.person, column, -1)
        for slot in range(layout.depth):
            at = layout.first + slot * layout.width
            x[at] = cases[:, slot][found.number]
            for number, column in enumerate(layout.block):
                x[at + 1 + number] = self._value(found, entities, lines.person, column, slot)
        return x

    def _value(self, found: Situating, entities: Entities, person: Ints, number: int, slot: int) -> Ints | int:
        column = self.program.columns[self.sifting.place[number]]
        if column.spec.derive != "entity":
            return found.values.column(column, slot)
        scope = column.spec.values[0]
        return entities.named(scope, scope, person)

    @staticmethod
    def _specialty(table: Table, entities: Entities, members: Members) -> Ints:
        """Specialty by number: stated on the line, else the prescriber's, else the provider's."""
        names, (words, at) = entities.name("specialty"), table.words("provider")
        known = [members.providers.get(word) for word in words]
        found = np.array([*(names.number(each.specialty) if each else 0 for each in known), 0], np.int64)[at]
        for column in ("prescribed_by_specialty", "specialty"):
            if table.has(column):
                stated = names.of(*table.coded(column))
                found = np.where(stated > 0, stated, found)
        return _or_missing(found)


def _or_missing(numbers: Ints) -> Ints:
    return np.where(numbers > 0, numbers, MISSING)


class Sweeping:
    """Sends pieces of rows through the kernel; a piece is some households, whole."""

    def __init__(
        self,
        deciding: Deciding,
        layout: Layout,
        columns: Columns,
        papers: Papers,
        lines: Lines,
        opening: Accounts,
        cover: Ints,
    ) -> None:
        program = deciding.program
        self.deciding, self.layout, self.columns, self.opening = deciding, layout, columns, opening
        self.papers, self.lines, self.cover = papers, lines, cover
        self.depth, self.moves = layout.depth, program.moves
        rows = len(lines.order)
        self.answers = Answers(rows, self.depth)
        self.origins = _origins(layout)
        self.cash = np.array([*(row.kind == k.INDEMNITY for row in program.tables.benefits), False])
        self.memory = np.array(layout.memory, np.int64)
        self.evidence = papers.memory
        self.nothing = np.array([-1, k.NO_COVER, -1, 0, 0, 0] * self.depth + [0], np.int64)
        self.homes = len(papers.people.members.homes)
        self.starts = np.flatnonzero(np.diff(lines.home, prepend=-1, append=-1)) if rows else np.zeros(1, np.int64)
        self.present = lines.home[self.starts[:-1]]

    def decided(self, threads: int = 1) -> Decided:
        """Decide all lines."""
        people, entities = self.papers.people, self.papers.entities
        closing = self.all(threads)
        return Decided(
            people.program, people.members, entities, self.lines, self.depth, self.answers, self.cover, closing
        )

    def all(self, threads: int) -> Accounts:
        """Decide all pieces; returns the closing accounts of all households."""
        pieces = list(self._pieces())
        if threads > 1 and len(pieces) > 1:
            with ThreadPoolExecutor(threads) as pool:
                found = list(pool.map(self.piece, pieces))
        else:
            found = [self.piece(each) for each in pieces]
        return self._closing(found)

    def _pieces(self) -> Iterator[tuple[int, int]]:
        first = 0
        while first < len(self.present):
            last = int(np.searchsorted(self.starts, self.starts[first] + PIECE, side="right")) - 1
            last = max(last, first + 1)
            yield first, last
            first = last

    def piece(self, households: tuple[int, int]) -> tuple[Ints, Ints]:
        """Decide the households from the first to before the last; returns their closing accounts (key, used, key …)
        and where each begins."""
        first, last = households
        low, high = int(self.starts[first]), int(self.starts[last])
        starts = self.starts[first : last + 1] - low
        accounts, at = self._opened(self.present[first:last])
        longest = int(np.max(np.diff(starts), initial=0))
        room = int(np.max(np.diff(at), initial=0)) // 2 + longest * self.depth * self.moves + 1
        work = np.empty(k.W_ACCOUNTS + 2 * room + k.MOVE * self.moves, np.int64)
        work[k.W_END], work[k.W_MOVES] = k.W_ACCOUNTS, k.W_ACCOUNTS + 2 * room
        out = np.empty((high - low, len(self.nothing)), np.int64)
        out[:] = self.nothing
        closing = np.empty(len(accounts) + 2 * (high - low) * self.depth * self.moves + 2, np.int64)
        closing_at = np.empty(len(starts), np.int64)
        x = self.columns.piece(low, high)
        arrays = (starts, accounts, at, self.evidence, work, out, closing, closing_at, np.zeros(1, np.int64))
        address = compiled.address
        end = self.deciding.kernel.sweep(
            address(self.memory), address(x), len(starts) - 1, *(address(each) for each in arrays)
        )
        into = self.answers
        answer(out, self.origins, self.cash, low, into.line, into.slots, into.outcome, into.outcomes)
        return closing[:end].copy(), closing_at

    def _opened(self, homes: Ints) -> tuple[Ints, Ints]:
        """The opening accounts of some households, one after the other, and where each begins."""
        if not len(self.opening.keys):
            return np.zeros(1, np.int64), np.zeros(len(homes) + 1, np.int64)
        counts = self.opening.at[homes + 1] - self.opening.at[homes]
        at = np.concatenate([[0], np.cumsum(counts)])
        rows = np.repeat(self.opening.at[homes] - at[:-1], counts) + np.arange(at[-1])
        flat = np.empty(2 * len(rows) + 1, np.int64)
        flat[0:-1:2], flat[1::2] = self.opening.keys[rows], self.opening.used[rows]
        return flat, 2 * at

    def _closing(self, found: Iterable[tuple[Ints, Ints]]) -> Accounts:
        """Closing accounts by household; of households without lines what they opened with."""
        opening = self.opening
        counts = opening.at[1:] - opening.at[:-1]
        keys, used, done = [], [], 0
        for flat, at in found:
            homes = self.present[done : done + len(at) - 1]
            done += len(at) - 1
            counts[homes] = np.diff(at) // 2
            keys.append(flat[0::2])
            used.append(flat[1::2])
        ends = np.concatenate([[0], np.cumsum(counts)])
        silent = np.ones(len(counts), bool)
        silent[self.present] = False
        kept = np.repeat(silent, opening.at[1:] - opening.at[:-1])
        owner = np.concatenate([np.repeat(self.present, counts[self.present]),
                                np.repeat(np.arange(len(counts)), opening.at[1:] - opening.at[:-1])[kept]])  # fmt: skip
        order = np.argsort(owner, kind="stable")
        all_keys = np.concatenate([*keys, opening.keys[kept]]) if keys else opening.keys
        all_used = np.concatenate([*used, opening.used[kept]]) if used else opening.used
        return Accounts(ends, all_keys[order], all_used[order])


def _origins(layout: Layout) -> Ints:
    """For each kind of row the numbers in the whole program."""
    width = 1 + max((len(numbers) for numbers in layout.rows.values()), default=0)
    origins = np.tile(np.arange(width), (1 + max(layout.rows), 1))
    for kind, numbers in layout.rows.items():
        origins[kind, : len(numbers)] = numbers
    return origins


def usage_of(decided: Decided, opening: Mapping[str, Usage] | None = None) -> dict[str, Usage]:
    """The closing accounts of households as usages, with the accounts of other programs as they were."""
    program, entities, closing = decided.program, decided.entities, decided.closing
    scopes = scopes_of(program)
    found = {name: Usage(dict(usage.amounts)) for name, usage in (opening or {}).items()}
    at, keys, used = closing.at.tolist(), closing.keys.tolist(), closing.used.tolist()
    present = set(np.unique(decided.lines.home).tolist())
    for home, name in enumerate(entities.members.homes):
        if home in present:
            amounts = found.setdefault(name, Usage()).amounts
            for j in range(at[home], at[home + 1]):
                number = keys[j] >> 50
                entity = entities.entity(scopes[number], home, keys[j] >> 22 & 0xFFFFFFF)
                amounts[AccountKey(program.accounts[number].name, entity, keys[j] & 0x3FFFFF)] = used[j]
    return found


def deciding_for(program: Program, columns: Iterable[str], providers: Mapping[str, Provider]) -> Deciding:
    """What decides tables with these columns, kept in the program."""
    of_providers = facts_of(providers)
    of_providers |= {f"provider.{name}" for name in of_providers} | {"provider.role", "specialty"}
    key = (frozenset(columns), of_providers)
    kept: dict[Any, Deciding] = program.cache.setdefault("deciding", {})
    if key not in kept:
        kept[key] = Deciding(program, *key)
    return kept[key]


def decide_table(
    program: Program, members: Members, table: pa.Table, opening: Mapping[str, Usage] | None = None
) -> Decided:
    """Decide all lines of a table that can be decided, on all processors. opening: accounts of households before.

    Raises pyarrow.ArrowInvalid for columns that cannot be read exactly, FactError for values that are not of their
    kind, OverflowError as `Deciding.decide`.
    """
    deciding = deciding_for(program, table.column_names, members.providers)
    lines = Lines(program, members, table)
    return deciding.decide(lines, members, opening, os.cpu_count() or 1)
