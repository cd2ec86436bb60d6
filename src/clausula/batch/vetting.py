"""Which rows of a table can be decided as they stand, seen column by column; the others are for the desk to explain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from clausula.batch.loops import Ints
from clausula.household import Line
from clausula.intake import Coding, Desk, Listed, Read, values
from clausula.intake.parquet_rows import check_types, row_text
from clausula.intake.table import Rows, check_columns

AT_A_TIME = 4096
"""Rows handed to the desk at a time."""


class UnfitError(Exception):
    """A job that must be done line by line."""


@dataclass(slots=True)
class Source:
    """One input table.

    first: for each row the first row with the same person, provider, claim and number. odd: rows with a cell that is
    not of its fact's kind. Rows that come a second time and odd rows are for the desk to explain. origin: where a row
    comes from, as it is told.
    """

    path: Path
    table: pa.Table
    first: Ints
    odd: Ints
    origin: Callable[[int], str]

    @property
    def twice(self) -> Ints:
        """Rows that come a second time."""
        return self.first != np.arange(len(self.first))


def read_source(path: Path, facts: Mapping[str, str], desk: Desk) -> Source:
    """A whole table. Raises InputError for columns nobody reads, UnfitError where row by row is needed."""
    table = vetted(pq.read_table(path), path, facts, desk)
    return Source(path, table, first_of(table), odd_cells(table, facts), lambda row: f"{path}:row {row + 1}")


def vetted(table: pa.Table, path: Path, facts: Mapping[str, str], desk: Desk) -> pa.Table:
    """A table, or a part of one, with its services. Raises as `read_source`."""
    check_columns(table.column_names, facts, str(path))
    check_types(table.schema, str(path))
    if {"person_system", "provider_system"} & set(table.column_names):
        raise UnfitError("people or providers are named by numbers")
    return table if "service" in table.column_names else table.append_column("service", _services(table, desk))


def _services(table: pa.Table, desk: Desk) -> pa.Array:
    """The service of each row by its list and code; empty where the code map says none or several."""
    columns = [
        table.column(name).cast(pa.string()).combine_chunks().dictionary_encode() for name in ("code_list", "code")
    ]
    listed, code = (np.asarray(column.indices.fill_null(-1)).astype(np.int64) for column in columns)
    lists, codes = ([*column.dictionary.to_pylist(), ""] for column in columns)
    unique, inverse = np.unique(listed * (len(codes) + 1) + code, return_inverse=True)
    names = []
    for pair in unique.tolist():
        first, second = divmod(pair, len(codes) + 1) if pair >= 0 else (-1, -1)
        found = desk.codes.services(Coding(lists[first], codes[second]))
        names.append(next(iter(found)) if len(found) == 1 else None)
    return pa.array(names, pa.string()).take(pa.array(inverse))


def first_of(table: pa.Table) -> Ints:
    """For each row the first row with the same person, provider, claim and number."""
    keys = np.zeros(table.num_rows, np.int64)
    for name in ("line_id", "person", "claim", "provider"):
        if name in table.column_names:
            words = table.column(name).cast(pa.string()).combine_chunks().dictionary_encode()
            codes = np.asarray(words.indices.fill_null(-1)).astype(np.int64) + 1
            _, keys = np.unique(keys * (len(words.dictionary) + 2) + codes, return_inverse=True)
    _, index, inverse = np.unique(keys, return_index=True, return_inverse=True)
    return index[inverse]


def odd_cells(table: pa.Table, facts: Mapping[str, str]) -> Ints:
    """Rows with a text that is not of its fact's kind."""
    odd = np.zeros(table.num_rows, bool)
    for name in set(table.column_names) & set(facts):
        column = table.column(name).combine_chunks()
        coded = pa.types.is_dictionary(column.type)
        if coded or pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            words = column if coded else column.dictionary_encode()
            bad = np.array([*(not _is_fact(facts[name], word) for word in words.dictionary.to_pylist()), False])
            odd |= bad[np.asarray(words.indices.fill_null(-1)).astype(np.int64)]
    return odd


def _is_fact(kind: str, word: str | None) -> bool:
    if not word:
        return True
    try:
        values.fact(kind, word)
    except values.BadValueError:
        return False
    return True


def explained(source: Source, done: Ints, desk: Desk, facts: Mapping[str, str]) -> Iterator[Listed]:
    """What the desk says of the rows that were not decided. Raises UnfitError where it would take one."""
    rows = Rows(desk, facts, set())
    known = np.unique(source.first[source.twice])
    for _ in _taken(source, rows, known):  # so that the desk knows what comes a second time
        pass
    for number, each in _taken(source, rows, np.flatnonzero(~done)):
        if isinstance(each, Line):
            raise UnfitError(f"the desk takes {source.origin(number)}")
        if isinstance(each, Listed):
            yield each


def _taken(source: Source, rows: Rows, numbers: Ints) -> Iterator[tuple[int, Read]]:
    """What the desk makes of some rows."""
    for low in range(0, len(numbers), AT_A_TIME):
        some = numbers[low : low + AT_A_TIME]
        for number, row in zip(some.tolist(), source.table.take(pa.array(some)).to_pylist(), strict=True):
            texts = {name: row_text(value) for name, value in row.items()}
            yield from ((number, each) for each in rows.take(texts, source.origin(number)))
