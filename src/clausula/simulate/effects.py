"""Adds up what changes, block by block: in total, by month, by benefit, by rule, by outcome and by member.

All amounts are whole minor units of their currency, summed exactly; nothing here is an estimate.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clausula.simulate.causes import Cause, Causes
from clausula.simulate.pairs import Ints, Pair, minor, outcomes
from clausula.values import OUTCOMES

MEASURES = (
    "lines", "changed", "charged", "paid_base", "paid_change", "borne_base", "borne_change", "cash_base", "cash_change",
)  # fmt: skip
LINES, CHANGED, CHARGED, PAID_BASE, PAID_CHANGE, BORNE_BASE, BORNE_CHANGE, CASH_BASE, CASH_CHANGE = range(len(MEASURES))
"""Places in a row of sums. cash is the part of paid that goes to the member beside the bill."""

_BETWEEN = "\x1f"
"""Between the parts of a key made of texts: a character that no id holds."""


def nothing() -> Ints:
    """A row of sums, all zero."""
    return np.zeros(len(MEASURES), np.int64)


@dataclass(slots=True)
class Effects:
    """The sums of one currency. Rows of sums are arrays by MEASURES.

    members: a row for each person of the portfolio. matrix: lines by outcome under the base and under the change;
    moved: the change in what is paid for them. clusters: pieces of (household, cause, change in what is paid), kept
    where the portfolio is a sample. reason_only: lines decided alike for another reason.
    """

    currency: str
    members: Ints
    months: dict[int, Ints] = field(default_factory=dict)
    benefits: dict[tuple[str, str], Ints] = field(default_factory=dict)
    causes: dict[Cause, Ints] = field(default_factory=dict)
    matrix: Ints = field(default_factory=lambda: np.zeros((len(OUTCOMES), len(OUTCOMES)), np.int64))
    moved: Ints = field(default_factory=lambda: np.zeros((len(OUTCOMES), len(OUTCOMES)), np.int64))
    clusters: list[tuple[Ints, Ints, Ints]] = field(default_factory=list)
    reason_only: int = 0
    first: date | None = None
    last: date | None = None

    @property
    def total(self) -> Ints:
        """All lines together."""
        found: Ints = self.members.sum(axis=0)
        return found


@dataclass(frozen=True, slots=True)
class Block:
    """One currency's lines of a block as arrays: sums (a row a line), persons, and what differs."""

    pair: Pair
    sums: Ints
    persons: Ints
    was: Ints
    now: Ints
    differs: Any


class Adding:
    """Takes pairs of lines and keeps the sums, by currency.

    persons: place of each person by id. households: place of each person's household. clustered: keep what is needed
    for intervals.
    """

    def __init__(self, persons: Mapping[str, int], households: Ints, causes: Causes, *, clustered: bool) -> None:
        self.persons, self.households, self.causes, self.clustered = persons, households, causes, clustered
        self.effects: dict[str, Effects] = {}
        self.order: list[Cause] = []
        self._places: dict[Cause, int] = {}
        self._known: dict[tuple[str, ...], int] = {}

    def add(self, pair: Pair) -> list[tuple[Pair, Ints]]:
        """Add a block; returns the lines that differ, by currency, each with the place of its cause in `order`."""
        changed = []
        for currency in sorted(pc.unique(pair.base.column("currency")).to_pylist()):
            alone = pc.equal(pair.base.column("currency"), currency)
            mine = Pair(pair.base.filter(alone), pair.change.filter(alone))
            if currency not in self.effects:
                self.effects[currency] = Effects(currency, np.zeros((len(self.persons), len(MEASURES)), np.int64))
            changed.append(self._add(self.effects[currency], mine))
        return [each for each in changed if len(each[0])]

    def _add(self, effects: Effects, pair: Pair) -> tuple[Pair, Ints]:
        block = self._block(pair, effects.currency)
        np.add.at(effects.members, block.persons, block.sums)
        np.add.at(effects.matrix, (block.was, block.now), 1)
        np.add.at(effects.moved, (block.was, block.now), block.sums[:, PAID_CHANGE] - block.sums[:, PAID_BASE])
        _dates(effects, pair.base.column("served_on"), block.sums)
        names, at = coded(first_benefits(pair))
        benefits = [(plan, benefit) for plan, benefit in (name.split(_BETWEEN) for name in names)]
        gather(effects.benefits, benefits, at, block.sums)
        told = pc.not_equal(*(pc.fill_null(table.column("reason"), "") for table in (pair.base, pair.change)))
        effects.reason_only += int(np.count_nonzero(np.asarray(told) & ~block.differs))
        rows = pa.array(np.flatnonzero(block.differs))
        changed = Pair(pair.base.take(rows).combine_chunks(), pair.change.take(rows).combine_chunks())
        causes = self._causes(changed)
        gather(effects.causes, self.order, causes, block.sums[block.differs])
        if self.clustered:
            homes = self.households[block.persons[block.differs]]
            moved = (block.sums[:, PAID_CHANGE] - block.sums[:, PAID_BASE])[block.differs]
            _cluster(effects.clusters, homes, causes, moved)
        return changed, causes

    def _block(self, pair: Pair, currency: str) -> Block:
        tables = (pair.base, pair.change)
        paid, borne, cash = ([minor(t.column(name), currency) for t in tables] for name in ("paid", "borne", "cash"))
        was, now = (outcomes(table) for table in tables)
        differs = (was != now) | (paid[0] != paid[1]) | (borne[0] != borne[1]) | (cash[0] != cash[1])
        charged, lines = minor(pair.base.column("charged"), currency), np.ones(len(pair), np.int64)
        sums = np.column_stack([lines, differs.astype(np.int64), charged, *paid, *borne, *cash])
        names, at = coded(pair.base.column("person"))
        persons = np.array([self.persons[name] for name in names], np.int64)[at]
        return Block(pair, sums, persons, was, now, differs)

    def _causes(self, pair: Pair) -> Ints:
        """The place of the cause of each line in `order`."""
        parts = [pair.base.column(name) for name in ("reason_plan", "reason", "reason_clause")]
        parts += [pair.change.column(name) for name in ("reason_plan", "reason", "reason_clause")]
        keys, at = together([*parts, *touched_benefits(pair), pair.base.column("service")])
        places = [self._place(key) for key in keys]
        return np.array(places, np.int64)[at] if places else np.zeros(0, np.int64)

    def _place(self, key: tuple[str, ...]) -> int:
        if key not in self._known:
            was, now = (key[0], key[1], key[2]), (key[3], key[4], key[5])
            benefits = [tuple(part.split(_BETWEEN)) if part else ("", "") for part in key[6:8]]
            cause = self.causes.of(was, now, (benefits[0][0], benefits[0][1]), (benefits[1][0], benefits[1][1]), key[8])
            if cause not in self._places:
                self._places[cause] = len(self.order)
                self.order.append(cause)
            self._known[key] = self._places[cause]
        return self._known[key]


def gather(into: dict[Any, Ints], names: Sequence[Hashable], at: Ints, sums: Ints) -> None:
    """Add rows of sums to those of their names; `at` is the place of each row's name."""
    added = np.zeros((len(names), len(MEASURES)), np.int64)
    np.add.at(added, at, sums)
    for place in np.unique(at).tolist():
        into[names[place]] = into.get(names[place], nothing()) + added[place]


def _dates(effects: Effects, days: Any, sums: Ints) -> None:
    found = np.asarray(days).astype("datetime64[D]")
    months, at = np.unique(found.astype("datetime64[M]").astype(np.int64), return_inverse=True)
    gather(effects.months, months.tolist(), at, sums)
    low, high = found.min().item(), found.max().item()
    effects.first = min(effects.first or low, low)
    effects.last = max(effects.last or high, high)


def _cluster(pieces: list[tuple[Ints, Ints, Ints]], homes: Ints, causes: Ints, moved: Ints) -> None:
    """Keep the change in what is paid by household and cause; pieces are drawn together before they grow many."""
    pieces.append((homes, causes, moved))
    if len(pieces) > 32:
        joined = summed(pieces)
        pieces.clear()
        pieces.append(joined)


def summed(pieces: Sequence[tuple[Ints, Ints, Ints]]) -> tuple[Ints, Ints, Ints]:
    """Pieces of (household, cause, amount) as one, each pair once."""
    if not pieces:
        return (np.zeros(0, np.int64),) * 3
    homes, causes, moved = (np.concatenate([piece[n] for piece in pieces]) for n in range(3))
    keys, at = np.unique(homes << 20 | causes, return_inverse=True)
    amounts = np.zeros(len(keys), np.int64)
    np.add.at(amounts, at, moved)
    return keys >> 20, keys & 0xFFFFF, amounts


def coded(column: Any) -> tuple[list[str], Ints]:
    """The texts of a column, and the place of each row's text among them; a missing one is ""."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    words = pc.fill_null(array, "").dictionary_encode()
    words = words.combine_chunks() if isinstance(words, pa.ChunkedArray) else words
    return words.dictionary.to_pylist(), np.asarray(words.indices).astype(np.int64)


def together(columns: Sequence[Any]) -> tuple[list[tuple[str, ...]], Ints]:
    """The different rows of several columns of text, and the place of each row among them."""
    parts = [coded(column) for column in columns]
    keys = np.zeros(len(parts[0][1]), np.int64)
    for names, at in parts:
        _, keys = np.unique(keys * (len(names) + 1) + at, return_inverse=True)
    _, index, inverse = np.unique(keys, return_index=True, return_inverse=True)
    rows = [tuple(names[at[row]] for names, at in parts) for row in index.tolist()]
    return rows, inverse.astype(np.int64)


def _slots(table: pa.Table) -> list[int]:
    return sorted(int(name[5:]) for name in table.column_names if name.startswith("paid_") and name[5:].isdigit())


def _key(table: pa.Table, slot: int) -> Any:
    """Plan and benefit of a slot as one text; missing where it chose no benefit."""
    columns = [table.column(f"{name}_{slot}") for name in ("plan", "benefit")]
    return pc.binary_join_element_wise(*columns, _BETWEEN)


def first_benefits(pair: Pair) -> Any:
    """Plan and benefit of each line: the first under the base, else the first under the change, else its plan alone."""
    keys = [_key(table, slot) for table in (pair.base, pair.change) for slot in _slots(table)]
    none = pa.chunked_array([pa.repeat(_BETWEEN, len(pair))])
    return pc.coalesce(*keys, none) if keys else none


def touched_benefits(pair: Pair) -> tuple[Any, Any]:
    """Plan and benefit of the first cover that differs, under the base and under the change; else of the first."""
    found = [
        pc.coalesce(*(_key(t, slot) for slot in _slots(t)), pa.nulls(len(pair), pa.string()))
        for t in (pair.base, pair.change)
    ]
    for slot in sorted({*_slots(pair.base), *_slots(pair.change)}, reverse=True):
        keys, paid = [], []
        for table in (pair.base, pair.change):
            there = f"paid_{slot}" in table.column_names
            keys.append(pc.fill_null(_key(table, slot), "") if there else pa.repeat("", len(pair)))
            amount = table.column(f"paid_{slot}") if there else pa.nulls(len(pair), pa.decimal128(20, 3))
            paid.append(pc.fill_null(amount.cast(pa.decimal128(24, 3)), pa.scalar(0).cast(pa.decimal128(24, 3))))
        differs = pc.or_(pc.not_equal(*keys), pc.not_equal(*paid))
        found = [pc.if_else(differs, key, before) for key, before in zip(keys, found, strict=True)]
    return found[0], found[1]
