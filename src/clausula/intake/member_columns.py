"""One member table (Parquet), column by column: typed lists out, and a finding for every cell that cannot be used.

A finding names the file and the row (counted from 1), as a finding in a text names the line. Of faults of one kind in
one column the first are told one by one, the others are counted.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from clausula.findings import Finding, Place
from clausula.household import NO_FACTS, Facts, FactValue
from clausula.intake import values
from clausula.intake.errors import refusal

ID = "id."
"""What stands before the system in the name of a column of numbers: id.ahv."""

MANY = 20
"""Findings of one kind in one column that are told one by one."""

LIKENESS = 17 / 20
"""How alike a column must be to a field for it to be a slip of the pen; facts such as `specialties` are not."""

_EPOCH = date(1970, 1, 1).toordinal()
_FIRST, _LAST = values.EARLIEST.toordinal() - _EPOCH, values.LATEST.toordinal() - _EPOCH
_NO_DAY = -(2**31)


@dataclass(slots=True)
class Findings:
    """Collects findings of several tables; see MANY."""

    found: list[Finding] = field(default_factory=list)
    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(
        self, code: str, message: str, place: Place, mend: str, *, column: str = "", also: Place | None = None
    ) -> None:
        """Note a fault of a column."""
        key = (place.file, code, column)
        self.counts[key] += 1
        if self.counts[key] <= MANY:
            self.found.append(Finding(code, message, place, mend, also=also))

    def all(self) -> list[Finding]:
        """Every finding, and one more for those that were only counted."""
        more = [(*key, count - MANY) for key, count in self.counts.items() if count > MANY]
        return self.found + [
            Finding(
                code, f"{count} more of the same in the column {column or 'person'}", Place(file), "mend the export"
            )
            for file, code, column, count in more
        ]


class Sheet:
    """One table. Columns are asked for by name; a column that is absent is a column of empty cells."""

    def __init__(self, path: Path, findings: Findings) -> None:
        """Read the file. Raises InputError where it is no Parquet file."""
        self.path, self.findings = path, findings
        try:
            self.table = pq.read_table(path, partitioning=None)
        except (pa.ArrowException, OSError, MemoryError, ValueError, OverflowError) as error:
            told = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise refusal("broken-parquet", f"this table cannot be read: {told}", str(path), "write it again") from None
        self.rows: int = self.table.num_rows

    def place(self, row: int = -1) -> Place:
        """The file, and the row where one is meant (given from 0, told from 1)."""
        return Place(str(self.path), row + 1)

    def wrong(self, code: str, message: str, mend: str, row: int = -1, *, column: str = "", also: int = -1) -> None:
        """Note a fault; also: a second row that belongs to it."""
        second = self.place(also) if also >= 0 else None
        self.findings.add(code, message, self.place(row), mend, column=column, also=second)

    def check_columns(self, known: Collection[str], required: Collection[str], *, open_to_facts: bool) -> None:
        """Note columns that are missing, stand twice or that nobody reads.

        open_to_facts: further columns are facts or numbers; what looks like a field with a slip of the pen is not.
        """
        names = self.table.column_names
        for name in dict.fromkeys(names):
            if names.count(name) > 1:
                self.wrong("columns", f"the column {values.shown(name)} stands twice", "leave one out")
            elif name not in known and not (open_to_facts and name.startswith(ID)):
                plain = name.casefold().strip().replace("-", "_").replace(" ", "_")
                near = difflib.get_close_matches(plain, known, 1, LIKENESS if open_to_facts else 6 / 10)
                if near or not open_to_facts:
                    mend = f"did you mean {near[0]}?" if near else f"known here: {', '.join(sorted(known))}"
                    self.wrong("columns", f"nobody reads the column {values.shown(name)}", mend)
        for name in required:
            if name not in names:
                self.wrong("columns", f"there is no column {name}", f"add {name}")

    def further(self, known: Collection[str]) -> tuple[list[str], list[str]]:
        """Columns beside the known ones: facts, and numbers (id.SYSTEM)."""
        others = [name for name in dict.fromkeys(self.table.column_names) if name not in known]
        return [name for name in others if not name.startswith(ID)], [name for name in others if name.startswith(ID)]

    # --- columns of one kind ---

    def words(self, name: str, *, needed: str = "") -> list[str]:
        """A column of texts; an empty cell is "". needed: what lacks something where a cell is empty ("person")."""
        column = self._column(name)
        if column is not None and not _is_text(column.type):
            self._unreadable(name, column.type, "write texts; numbers as text too, so that leading zeros stay")
            return [""] * self.rows
        words, at = _coded(column, self.rows)
        found = [words[which] for which in at]
        if needed and column is not None:
            for row in (row for row, word in enumerate(found) if not word):
                self.wrong("missing-key", f"{needed} without {name}", f"fill the column {name}", row, column=name)
        return found

    def days(self, name: str, *, needed: str = "") -> list[date | None]:
        """A column of days (date32, or text like 2026-03-12); an empty cell is None."""
        column = self._column(name)
        if column is None:
            return [None] * self.rows
        if pa.types.is_date(column.type):
            found = self._dates(name, column)
        elif _is_text(column.type):
            found = self._written_dates(name, column)
        else:
            self._unreadable(name, column.type, "write days as date32")
            return [None] * self.rows
        if needed:
            missing = np.asarray(column.is_null()).nonzero()[0].tolist()
            for row in missing:
                self.wrong("missing-key", f"{needed} without {name}", f"fill the column {name}", row, column=name)
        return found

    def _dates(self, name: str, column: Any) -> list[date | None]:
        numbers = pc.fill_null(column.cast(pa.date32()).cast(pa.int32()), _NO_DAY).to_numpy(zero_copy_only=False)
        outside = (numbers != _NO_DAY) & ((numbers < _FIRST) | (numbers > _LAST))
        for row in outside.nonzero()[0].tolist():
            message = f"{name}: a day outside 1900 to 2199"
            self.wrong("bad-date", message, "check the year; leave an open end empty", row, column=name)
        numbers = np.where(outside, _NO_DAY, numbers)
        unique, at = np.unique(numbers, return_inverse=True)
        days = [None if day == _NO_DAY else date.fromordinal(day + _EPOCH) for day in unique.tolist()]
        return [days[which] for which in at.tolist()]

    def _written_dates(self, name: str, column: Any) -> list[date | None]:
        words, at = _coded(column, self.rows)
        days: list[date | None] = []
        faults: dict[int, str] = {}
        for which, word in enumerate(words):
            day = None
            try:
                day = values.day(word) if word else None
            except values.BadValueError as error:
                faults[which] = f"{name}: {error}"
            if day is not None and not values.EARLIEST <= day <= values.LATEST:
                faults[which], day = f"{name}: {day} lies outside 1900 to 2199", None
            days.append(day)
        for row, which in enumerate(at if faults else ()):
            if which % len(words) in faults:
                self.wrong("bad-date", faults[which % len(words)], "write it as year-month-day", row, column=name)
        return [days[which] for which in at]

    def counts(self, name: str) -> list[int | None]:
        """A column of whole numbers from 0; an empty cell is None."""
        column = self._column(name)
        if column is None or pa.types.is_null(column.type):
            return [None] * self.rows
        if not pa.types.is_integer(column.type):
            self._unreadable(name, column.type, "write whole numbers")
            return [None] * self.rows
        found = column.to_pylist()
        for row, number in enumerate(found):
            if number is not None and number < 0:
                self.wrong("bad-value", f"{name} is {number}, not a whole number", "count from 0", row, column=name)
        return found  # type: ignore[no-any-return]

    def lists(self, name: str) -> list[tuple[str, ...]]:
        """A column of lists of texts; an empty cell is an empty list."""
        column = self._column(name)
        if column is None or pa.types.is_null(column.type):
            return [()] * self.rows
        if not _is_texts(column.type):
            self._unreadable(name, column.type, "write lists of texts: list<string>")
            return [()] * self.rows
        return [each or () for each in self._tuples(name, column)]

    def structures(self, name: str, parts: Mapping[str, str]) -> list[list[dict[str, Any]]]:
        """A column of lists of structures with some of these parts (name: type as Arrow writes it)."""
        column = self._column(name)
        if column is None or pa.types.is_null(column.type):
            return [[]] * self.rows
        inner = column.type.value_type if pa.types.is_list(column.type) or pa.types.is_large_list(column.type) else None
        if (
            inner is None
            or not pa.types.is_struct(inner)
            or any(part.name not in parts or str(_plain(part.type)) not in (parts[part.name], "null") for part in inner)
        ):
            told = ", ".join(f"{part}: {kind}" for part, kind in parts.items())
            self._unreadable(name, column.type, f"write lists of structures: list<struct<{told}>>")
            return [[]] * self.rows
        return [each or [] for each in column.to_pylist()]

    def numbers(self, names: Sequence[str]) -> list[Mapping[str, str]]:
        """The numbers of each row by system, from columns id.SYSTEM."""
        systems = [name.removeprefix(ID) for name in names]
        columns = [self.words(name) for name in names]
        if not names:
            return [MappingProxyType({})] * self.rows
        return [
            MappingProxyType({system: number for system, number in zip(systems, row, strict=True) if number})
            for row in zip(*columns, strict=True)
        ]

    def facts(self, names: Sequence[str]) -> list[Facts]:
        """The facts of each row; rows that state the same share one mapping."""
        columns = [self._fact(name) for name in names]
        if not names:
            return [NO_FACTS] * self.rows
        known: dict[tuple[FactValue | None, ...], Facts] = {}
        found: list[Facts] = []
        for row in zip(*columns, strict=True):
            facts = known.get(row)
            if facts is None:
                stated = {name: value for name, value in zip(names, row, strict=True) if value is not None}
                facts = known[row] = MappingProxyType(stated)
            found.append(facts)
        return found

    def _fact(self, name: str) -> Iterable[FactValue | None]:
        """A column of facts by its type; None where a cell is empty."""
        column = self._column(name)
        kind = column.type
        if _is_text(kind):
            words, at = _coded(column, self.rows)
            return [words[which] or None for which in at]
        if pa.types.is_date(kind):
            return self._dates(name, column)
        if _is_texts(kind):
            return self._tuples(name, column)
        if pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind):
            found: list[bool | int | Decimal | None] = column.to_pylist()
            return found
        self._unreadable(name, kind, "write flags, whole numbers, decimals, date32, text or lists of text")
        return [None] * self.rows

    def _tuples(self, name: str, column: Any) -> list[tuple[str, ...] | None]:
        """Lists of texts as tuples, equal ones shared; None where a cell is empty."""
        if column.null_count == self.rows:
            return [None] * self.rows
        flat = column.flatten()
        words, at = _coded(flat if pa.types.is_dictionary(flat.type) else flat.dictionary_encode(), len(flat))
        missing = np.asarray(column.is_null())
        lengths = pc.fill_null(column.value_lengths(), 0).to_numpy(zero_copy_only=False)
        ends = np.cumsum(lengths)
        empty = np.flatnonzero(np.asarray(flat.is_null()))
        for row in dict.fromkeys(np.searchsorted(ends, empty, side="right").tolist()):
            self.wrong("bad-value", f"{name} holds an empty text", "leave it out", row, column=name)
        texts = [words[which] for which in at]
        known: dict[tuple[str, ...], tuple[str, ...]] = {}
        found: list[tuple[str, ...] | None] = []
        for start, end, none in zip((ends - lengths).tolist(), ends.tolist(), missing.tolist(), strict=True):
            each = tuple(texts[start:end])
            found.append(None if none else known.setdefault(each, each))
        return found

    def _column(self, name: str) -> Any:
        if self.table.column_names.count(name) != 1:
            return None
        column = self.table.column(name)
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            column = column.dictionary_encode()
        return column.combine_chunks()

    def _unreadable(self, name: str, kind: Any, mend: str) -> None:
        self.wrong("columns", f"the column {name} is of type {kind}, which cannot be read exactly", mend, column=name)


def _plain(kind: Any) -> Any:
    """The type of the values, where they are coded by a dictionary."""
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _is_text(kind: Any) -> bool:
    plain = _plain(kind)
    return bool(pa.types.is_string(plain) or pa.types.is_large_string(plain) or pa.types.is_null(plain))


def _is_texts(kind: Any) -> bool:
    return bool((pa.types.is_list(kind) or pa.types.is_large_list(kind)) and _is_text(kind.value_type))


def _coded(column: Any, rows: int) -> tuple[list[str], list[int]]:
    """The different words of a column and "" at the end, and for each row which of them (-1, the last, where empty)."""
    if column is None or pa.types.is_null(_plain(column.type)):
        return [""], [-1] * rows
    words = [word or "" for word in column.dictionary.to_pylist()]
    return [*words, ""], pc.fill_null(column.indices.cast(pa.int64()), -1).to_pylist()
