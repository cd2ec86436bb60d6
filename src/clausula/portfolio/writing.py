"""Writes a portfolio as it is made, block by block: what is held at a time does not grow with its size."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from clausula.intake.member_layout import ENROLMENTS, EVIDENCE, PEOPLE, PROVIDERS
from clausula.intake.member_writing import providers_table
from clausula.portfolio import faults
from clausula.portfolio.courses import make_courses, make_lines
from clausula.portfolio.homes import make
from clausula.portfolio.line_columns import Block, Layout
from clausula.portfolio.member_parts import MemberParts
from clausula.portfolio.shapes import FAMILIES, load
from clausula.portfolio.world import World

BLOCK = 8192
"""Households made at a time: some 300 000 lines."""

NUMBERS = "line_id"
STATISTICS = (NUMBERS, "served_on")

PART = 4_000_000
"""Lines of a file from which the next is begun; households are never cut."""

Progress = Callable[[int, int], None]
"""Told how many lines are made, and of how many."""


@dataclass(frozen=True)
class Order:
    """What portfolio is asked for.

    lines: how many in all, faulty ones among them. families: of FAMILIES. faulty: share of lines that must be listed,
    in millionths. shuffle: lines of a block in the order in which they were received, households mixed. block:
    households made at a time; part: lines a file. Neither changes what is made, but for the order of shuffled lines.
    """

    lines: int
    seed: int = 1
    families: tuple[str, ...] = FAMILIES
    faulty: int = 0
    shuffle: bool = False
    block: int = BLOCK
    part: int = PART


@dataclass
class Made:
    """What was made, in numbers."""

    households: int = 0
    people: int = 0
    enrolments: int = 0
    documents: int = 0
    providers: int = 0
    lines: int = 0
    parts: int = 0
    faulty: Counter[str] = field(default_factory=Counter)
    by_family: Counter[str] = field(default_factory=Counter)

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data; faulty lines by the reason for which they must be listed."""
        names = ("households", "people", "enrolments", "documents", "providers", "lines", "parts")
        plain = {name: getattr(self, name) for name in names}
        return {
            **plain,
            "lines_by_family": dict(self.by_family),
            "lines_to_be_listed": dict(sorted(self.faulty.items())),
        }


def blocks(order: Order, world: World) -> Iterator[Block]:
    """The portfolio, a block of whole households at a time, until there are as many lines as asked for."""
    ids = MemberParts(world).provider_ids
    household = person = good = written = 0
    next_id = 1
    while written < order.lines:
        homes = make(world, order.seed, household, order.block, person)
        courses = make_courses(world, homes)
        lines = make_lines(world, homes, courses)
        rows = faults.number(lines, order.seed, order.faulty, good, next_id)
        if written + len(rows) > order.lines:
            rows = rows.take(np.arange(order.lines - written))
            kept = int(homes.home[rows.lines.person[-1]]) + 1
            homes = homes.up_to(kept)
            courses, rows.lines.course = courses.of_first(homes.people, rows.lines.course)
        yield Block(world, homes, courses, rows, ids)
        written += len(rows)
        household, person = household + order.block, person + homes.people
        good, next_id = good + len(lines), int(rows.ids[-1]) + 1 if len(rows) else next_id


def write(order: Order, folder: Path, progress: Progress = lambda _done, _of: None) -> Made:
    """Write the portfolio into a folder that is there: members/, lines/ and portfolio.json.

    Raises ValueError for a family that there is not.
    """
    world = World([load(name) for name in order.families])
    made, parts = Made(), MemberParts(world)
    layout = Layout(world)
    (folder / "members").mkdir()
    (folder / "lines").mkdir()
    pq.write_table(providers_table(parts.directory), folder / "members" / PROVIDERS, compression="zstd")
    made.providers = len(parts.directory)
    with (
        Sheet(folder / "members" / PEOPLE, parts.people_schema) as people,
        Sheet(folder / "members" / ENROLMENTS, parts.enrolments_schema) as enrolments,
        Sheet(folder / "members" / EVIDENCE, parts.evidence_schema) as evidence,
        Parts(folder / "lines", layout.schema, order.part) as lines,
        ThreadPoolExecutor(1) as writer,
    ):
        sheets = (people, enrolments, evidence, lines)
        before: Future[None] | None = None
        for block in blocks(order, world):
            _count(made, world, block)
            if order.shuffle:
                block.rows = faults.arrived(block.rows, order.seed)
            made.documents += (papers := parts.evidence(block.homes, block.courses)).num_rows
            made.enrolments += (plans := parts.enrolments(block.homes)).num_rows
            tables = (parts.people(block.homes), plans, papers, layout.table(block))
            if before is not None:
                before.result()  # one block is written while the next is made, never more
            before = writer.submit(_store, sheets, tables)
            progress(made.lines, order.lines)
        if before is not None:
            before.result()
        made.parts = lines.number
    told = json.dumps(_told(order, world, made), ensure_ascii=False, indent=2)
    (folder / "portfolio.json").write_text(told + "\n", encoding="utf-8")
    return made


def _store(sheets: Sequence[Sheet | Parts], tables: Sequence[pa.RecordBatch]) -> None:
    for sheet, table in zip(sheets, tables, strict=True):
        sheet.write(table)


def _count(made: Made, world: World, block: Block) -> None:
    rows = block.rows
    made.households += len(block.homes.cover)
    made.people += block.homes.people
    made.lines += len(rows)
    wrong = np.bincount(rows.fault, minlength=len(faults.REASONS)).tolist()
    made.faulty.update({reason: wrong[n] for n, reason in enumerate(faults.REASONS) if n and wrong[n]})
    mine = np.bincount(world.family_of_kind[rows.lines.kind], minlength=len(world.families)).tolist()
    made.by_family.update({one.family: mine[n] for n, one in enumerate(world.families)})


def _told(order: Order, world: World, made: Made) -> dict[str, Any]:
    """What stands in portfolio.json: the order, what was made, the shapes in use, and where their figures come from."""
    return {
        "clausula": "portfolio",
        "order": {"lines": order.lines, "seed": order.seed, "families": list(order.families),
                  "faulty_in_a_million": order.faulty, "shuffle": order.shuffle},
        "made": made.as_dict(),
        "days": {"first": "2025-01-01", "last": "2026-12-31"},
        "plans": world.plans,
        "shapes": {
            one.family: {"combinations": {each.id: each.weight for each in one.cover},
                         "courses": [each.id for each in one.course], "sources": list(one.sources)}
            for one in world.families
        },
        "note": "Invented. Nobody in it exists, and no figure says anything about an insurer.",
    }  # fmt: skip


class Sheet:
    """A Parquet file, written in row groups."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        # Nobody reads statistics of words, and they would cost as much as all the rest.
        plain = {"column_encoding": {NUMBERS: "DELTA_BINARY_PACKED"}} if NUMBERS in schema.names else {}
        self.writer = pq.ParquetWriter(
            path, schema, compression="zstd", store_decimal_as_integer=True, write_batch_size=4096,
            use_dictionary=[name for name in schema.names if name != NUMBERS],
            write_statistics=[name for name in STATISTICS if name in schema.names], **plain,
        )  # fmt: skip
        self.rows = 0

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def write(self, batch: pa.RecordBatch) -> None:
        """Write one row group."""
        self.writer.write_batch(batch)
        self.rows += batch.num_rows

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.writer.close()


class Parts:
    """Lines in files of about the same size: part-0000.parquet and so on."""

    def __init__(self, folder: Path, schema: pa.Schema, rows: int) -> None:
        self.folder, self.schema, self.rows = folder, schema, rows
        self.number, self.sheet = 0, None  # type: int, Sheet | None

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def write(self, batch: pa.RecordBatch) -> None:
        """Write one row group, into a new file where the last one is full."""
        if self.sheet is None or self.sheet.rows >= self.rows:
            self.__exit__()
            self.sheet = Sheet(self.folder / f"part-{self.number:04}.parquet", self.schema)
            self.number += 1
        self.sheet.write(batch)

    def __exit__(self, *_: object) -> None:
        """Close the last file."""
        if self.sheet is not None:
            self.sheet.writer.close()
