"""Writes the results of a run: decisions as JSON lines and Parquet, the list, the usage; household by household."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from clausula.batch.tally import Tally, TotalsError
from clausula.decision import Decision
from clausula.intake import Listed
from clausula.usage import Usage

ROWS = 8192
"""Decisions held before a batch is written."""

MONEY = pa.decimal128(20, 3)
_COVER = pa.struct(
    [
        ("plan", pa.string()), ("benefit", pa.string()), ("outcome", pa.string()), ("paid", MONEY), ("kept", MONEY),
        ("advanced", MONEY), ("reason", pa.string()), ("clause", pa.string()),
    ]
)  # fmt: skip
SCHEMA = pa.schema(
    [
        ("household", pa.string()), ("person", pa.string()), ("line", pa.string()), ("claim", pa.string()),
        ("service", pa.string()), ("served_on", pa.date32()), ("provider", pa.string()), ("input", pa.string()),
        ("origin", pa.string()), ("currency", pa.string()), ("outcome", pa.string()), ("charged", MONEY),
        ("paid_by_others", MONEY), ("paid", MONEY), ("cash", MONEY), ("borne", MONEY), ("advanced", MONEY),
        ("reason", pa.string()), ("reason_plan", pa.string()), ("reason_clause", pa.string()),
        ("rules", pa.list_(pa.string())), ("clauses", pa.list_(pa.string())), ("covers", pa.list_(_COVER)),
    ]
)  # fmt: skip
"""Columns of decisions.parquet. Amounts are in currency units; `rules` and `clauses` follow the steps, as "plan#id"."""

LIST_COLUMNS = ("input", "origin", "reason", "message", "mend", "person", "claim", "line", "amount", "currency")


class Outputs:
    """The open files of a run. As a context it closes them; `check` reads them back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._rows: list[dict[str, Any]] = []
        self._usage: list[dict[str, Any]] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Open the files."""
        opened = self._stack.enter_context
        self._lines = opened((self.folder / "decisions.jsonl").open("w", encoding="utf-8"))
        self._parquet = opened(pq.ParquetWriter(self.folder / "decisions.parquet", SCHEMA, compression="zstd"))
        self._write_listed = opened(listed_file(self.folder))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what is left and close the files."""
        if error is None:
            self._flush()
            (self.folder / "usage.json").write_text(_json(self._usage, 2) + "\n", encoding="utf-8")
        self._stack.close()

    def decision(self, household: str, source: str, decision: Decision) -> None:
        """Write a decision."""
        document = {"household": household, "input": source, "claim": decision.line.claim, **decision.as_dict()}
        self._lines.write(_json(document) + "\n")
        self._rows.append(_row(household, source, decision))
        if len(self._rows) >= ROWS:
            self._flush()

    def listed(self, source: str, each: Listed) -> None:
        """Write something listed."""
        self._write_listed(source, each)

    def usage(self, household: str, usage: Usage) -> None:
        """Keep a household's accounts, to be written at the end."""
        self._usage += [{"household": household, **row} for row in usage.rows()]

    def _flush(self) -> None:
        if self._rows:
            self._parquet.write_table(pa.Table.from_pylist(self._rows, schema=SCHEMA))
            self._rows = []

    def check(self, tally: Tally) -> None:
        """Read back what was written. Raises TotalsError unless it is what the tally counted."""
        count, sums = 0, dict.fromkeys(tally.all.amount_decided, Decimal(0))
        with pq.ParquetFile(self.folder / "decisions.parquet") as file:
            for batch in file.iter_batches(columns=["currency", "charged"]):
                for currency, charged in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    count += 1
                    sums[currency] += charged
        if count != tally.all.decided or sums != tally.all.amount_decided:
            raise TotalsError(f"{count} decisions written, {tally.all.decided} taken, or their amounts differ")
        with (self.folder / "listed.csv").open(encoding="utf-8", newline="") as listed:
            written = sum(1 for _ in csv.reader(listed)) - 1
        if written != tally.all.listed:
            raise TotalsError(f"{written} lines on the list, {tally.all.listed} listed")


@contextmanager
def listed_file(folder: Path) -> Iterator[Callable[[str, Listed], None]]:
    """listed.csv, open for writing: what is yielded writes one entry."""
    with (folder / "listed.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(LIST_COLUMNS)
        yield lambda source, each: rows.writerow(_listed_row(source, each))


def _listed_row(source: str, each: Listed) -> list[str]:
    amount = "" if each.amount is None else f"{each.amount:f}"
    texts = (source, each.origin, each.code, each.message, each.mend, each.person, each.claim, each.id)
    return [*map(_harmless, texts), amount, _harmless(each.currency)]


def _row(household: str, source: str, decision: Decision) -> dict[str, Any]:
    line, program = decision.line, decision.program
    reason_plan, reason_clause = program.clause(decision.reason)
    steps = decision.steps
    rules = [f"{step.plan}#{step.rule.id or getattr(step.rule, 'verb', '')}" for step in steps if step.rule]
    covers = [
        {
            "plan": cover.plan, "benefit": cover.benefit.id if cover.benefit else None, "outcome": cover.outcome,
            "paid": decision.amount(cover.paid), "kept": decision.amount(cover.kept),
            "advanced": decision.amount(cover.advanced), "reason": decision.reason_of(cover),
            "clause": program.clause(cover.reason)[1] or (cover.benefit.clause if cover.benefit else None),
        }
        for cover in decision.covers
    ]  # fmt: skip
    return {
        "household": household, "person": line.person, "line": line.id, "claim": line.claim, "service": line.service,
        "served_on": line.served_on, "provider": line.provider, "input": source, "origin": line.origin,
        "currency": program.currency, "outcome": decision.outcome, "charged": decision.charged,
        "paid_by_others": decision.paid_by_others, "paid": decision.paid, "cash": decision.cash,
        "borne": decision.borne, "advanced": decision.advanced, "reason": decision.code,
        "reason_plan": reason_plan, "reason_clause": reason_clause,
        "rules": list(dict.fromkeys(rules)),
        "clauses": list(dict.fromkeys(f"{step.plan}#{step.clause}" for step in steps if step.clause)), "covers": covers,
    }  # fmt: skip


def _json(data: Mapping[str, Any] | list[Any], indent: int | None = None) -> str:
    return json.dumps(data, ensure_ascii=False, indent=indent, default=str)


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return "'" + cell if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
