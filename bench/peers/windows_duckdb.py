"""DuckDB: the rules as two tables, every account as a window sum; one SQL text without a number of any plan."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa

from .rules import CAUSES, COVERS, EPISODE, HOUSEHOLD_YEAR, PERSON_YEAR
from .tables import NONE, TESTS, fields, tried
from .workload import Outputs, Ready, Workload

LINES = """
lines AS (
  SELECT line, person::BIGINT AS person, household::BIGINT AS household, episode::BIGINT AS episode, stack, service,
    served_on, start, channel, cause, diagnosis, papers, quantity::BIGINT AS quantity, charged AS rest,
    (year(served_on) * 12 + month(served_on) - year(born) * 12 - month(born)
      - (day(served_on) < day(born))::INT) // 12 AS age,
    person::BIGINT * 4096 + year(served_on) AS person_year,
    household::BIGINT * 4096 + year(served_on) AS household_year
  FROM workload)"""

FITS = """b{turn}.channels >> l.channel & 1 = 1 AND b{turn}.causes >> l.cause & 1 = 1
      AND b{turn}.diagnoses >> l.diagnosis & 1 = 1 AND l.papers & b{turn}.papers = b{turn}.papers
      AND l.age >= b{turn}.age_from AND b{turn}.number <> {none}"""

PARTS = ", ".join(f"b.{name}" for name in fields() if name not in TESTS)
"""What of a benefit its payment needs."""


def match(before: str, cover: int) -> list[str]:
    """Add the benefit a cover grants, with what its payment needs."""
    first, second = (FITS.format(turn=turn, none=NONE) for turn in range(2))
    wait = f"CASE cause WHEN 0 THEN wait_{CAUSES[0]} WHEN 1 THEN wait_{CAUSES[1]} ELSE wait_{CAUSES[2]} END"
    return [
        f"""
tried_{cover} AS (
  SELECT l.*, CASE WHEN {first} THEN b0.number WHEN {second} THEN b1.number ELSE {NONE} END AS chosen
  FROM {before} l
  JOIN tried t ON t.stack = l.stack AND t.service = l.service AND t.cover = {cover}
  JOIN benefits b0 ON b0.number = t.first JOIN benefits b1 ON b1.number = t.second)""",
        f"""
granted_{cover} AS (
  SELECT l.* EXCLUDE (chosen), CASE WHEN excluded >> diagnosis & 1 = 0 AND age <= age_to
    AND served_on >= start + ({wait})::INT THEN chosen ELSE {NONE} END AS number
  FROM tried_{cover} l JOIN benefits b ON b.number = l.chosen)""",
        f"matched_{cover} AS (SELECT l.*, {PARTS} FROM granted_{cover} l JOIN benefits b USING (number))",
    ]


def over(name: str) -> str:
    """The window of an account; a line without this account is a group of its own."""
    return f"""(PARTITION BY {name}_account, CASE WHEN {name}_account < 0 THEN line
      WHEN {name}_scope = {PERSON_YEAR} THEN person_year WHEN {name}_scope = {HOUSEHOLD_YEAR} THEN household_year
      WHEN {name}_scope = {EPISODE} THEN episode ELSE person END ORDER BY served_on, line ROWS UNBOUNDED PRECEDING)"""


def grant(cover: int) -> list[str]:
    """Add the units that runs and spacings grant, and the amount before the accounts."""
    return [
        f"""
counted_{cover} AS (
  SELECT *, sum(quantity) OVER {over("units")}::BIGINT AS total, lag(served_on) OVER
    {over("spaced").replace("ROWS UNBOUNDED PRECEDING", "")} AS earlier
  FROM matched_{cover})""",
        f"""
run_{cover} AS (
  SELECT * EXCLUDE (total, earlier), earlier,
    CASE WHEN units_account < 0 THEN quantity
      ELSE greatest(0, least(total, units_to) - greatest(total - quantity, units_after)) END AS counted
  FROM counted_{cover})""",
        f"""
spaced_{cover} AS (
  SELECT * EXCLUDE (counted, earlier), CASE WHEN spaced_account < 0 THEN counted
    WHEN earlier IS NULL OR earlier <= served_on - INTERVAL 12 MONTH THEN least(counted, 1) ELSE 0 END AS units
  FROM run_{cover})""",
        f"""
amount_{cover} AS (
  SELECT *, CASE WHEN number = {NONE} THEN 0 ELSE greatest(0, least(CASE WHEN cash_each > 0 THEN cash_each * units
    ELSE rest * units // quantity END, cap_each * units) - less_each * units) END AS paid
  FROM spaced_{cover})""",
    ]


def account(before: str, cover: int, name: str, most: str) -> list[str]:
    """Run one account over the amount."""
    wanted = "(paid * share_percent + 50) // 100" if name == "share" else "paid"
    taken = f"(least(total, {most}) - least(total - wanted, {most}))"
    paid = f"paid - {taken}" if name in ("deductible", "share") else taken
    return [
        f"wanted_{name}_{cover} AS (SELECT *, {wanted} AS wanted FROM {before})",
        f"""
total_{name}_{cover} AS (
  SELECT *, sum(wanted) OVER {over(name)}::BIGINT AS total
  FROM wanted_{name}_{cover})""",
        f"""
{name}_{cover} AS (
  SELECT * EXCLUDE (paid, wanted, total), CASE WHEN {name}_account < 0 THEN paid ELSE {paid} END AS paid
  FROM total_{name}_{cover})""",
    ]


def query() -> str:
    """The whole of it."""
    parts, before = [LINES], "lines"
    carried = "line, person, household, episode, stack, service, served_on, start, channel, cause, diagnosis, papers"
    carried += ", quantity, age, person_year, household_year"
    for cover in range(len(COVERS)):
        parts += match(before, cover) + grant(cover)
        before = f"amount_{cover}"
        for name, most in (("deductible", "deductible_amount"), ("share", "share_most"), ("limit", "limit_amount"),
                           ("household", "household_amount")):  # fmt: skip
            parts += account(before, cover, name, most)
            before = f"{name}_{cover}"
        parts.append(f"""
decided_{cover} AS (
  SELECT {carried}, rest - CASE WHEN cash_each > 0 THEN 0 ELSE paid END AS rest,
    number AS benefit_{cover}, paid AS paid_{cover}{", benefit_0, paid_0" if cover else ""}
  FROM {before})""")
        before = f"decided_{cover}"
    return f"WITH {', '.join(parts)} SELECT line, benefit_0, benefit_1, paid_0, paid_1, rest FROM {before}"


def read(found: pa.Table) -> Outputs:
    """Decisions as columns, in the order of the lines."""
    at = found.column("line").to_numpy()
    benefit, paid = np.empty((len(at), 2), np.int16), np.empty((len(at), 2), np.int64)
    borne = np.empty(len(at), np.int64)
    for cover in range(2):
        benefit[at, cover] = found.column(f"benefit_{cover}").to_numpy()
        paid[at, cover] = found.column(f"paid_{cover}").to_numpy()
    borne[at] = found.column("rest").to_numpy()
    return Outputs(np.where(benefit == NONE, -1, benefit).astype(np.int16), paid, borne)


def prepare(workload: Workload) -> Ready:
    """Ready to decide the workload: lines and rules as tables of a database in memory."""
    base = duckdb.connect()
    known = pa.table({"number": np.arange(NONE + 1), **fields()})
    stack, cover, service = (axis[..., 0].ravel() for axis in np.indices(tried().shape)[:3])
    turns = {"first": tried()[..., 0].ravel(), "second": tried()[..., 1].ravel()}
    order = pa.table({"stack": stack, "cover": cover, "service": service, **turns})
    lines = pa.table(dict(workload.columns))
    for name in ("served_on", "born", "start"):
        lines = lines.set_column(lines.column_names.index(name), name, lines.column(name).cast(pa.date32()))
    for name, table in (("benefits", known), ("tried", order), ("workload", lines)):
        base.register("given", table)
        base.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
        base.unregister("given")
    return Ready(lambda: base.sql(query()).to_arrow_table(), read)
