"""Polars, lazily: matching by gathering the rules' fields, every account as `cum_sum().over(…)`."""

from __future__ import annotations

import numpy as np
import polars as pl

from .rules import CAUSES, COVERS, EPISODE, HOUSEHOLD_YEAR, PERSON_YEAR, SERVICES
from .tables import NONE, fields, tried
from .workload import Outputs, Ready, Workload

col, when = pl.col, pl.when


def field(name: str, benefit: pl.Expr) -> pl.Expr:
    """A field of the benefit of each line."""
    return pl.lit(pl.Series(fields()[name])).gather(benefit)


def months(day: str) -> pl.Expr:
    """A date as months since the year 0."""
    return col(day).dt.year().cast(pl.Int64) * 12 + col(day).dt.month()


def has(mask: pl.Expr, bit: str) -> pl.Expr:
    """Whether a mask has the bit of a column; `bit` holds two to the power of the column's code."""
    return mask & col(bit) != 0


def fits(benefit: pl.Expr) -> pl.Expr:
    """Whether a benefit is the one for the line."""
    papers = field("papers", benefit)
    return (
        (benefit != NONE)
        & has(field("channels", benefit), "channel_bit")
        & has(field("causes", benefit), "cause_bit")
        & has(field("diagnoses", benefit), "diagnosis_bit")
        & (col("papers") & papers == papers)
        & (col("age") >= field("age_from", benefit))
    )


def match(lines: pl.LazyFrame, cover: int) -> pl.LazyFrame:
    """Add the benefit a cover grants."""
    at = col("stack").cast(pl.UInt32) * len(SERVICES) + col("service").cast(pl.UInt32)
    turns = [pl.lit(pl.Series(tried()[:, cover, :, turn].ravel())).gather(at) for turn in range(2)]
    lines = lines.with_columns(first=turns[0], second=turns[1])
    first, second, chosen = (col(name) for name in ("first", "second", "benefit"))
    lines = lines.with_columns(
        benefit=when(fits(first)).then(first).when(fits(second)).then(second).otherwise(NONE),
    )
    wait = when(col("cause") == 0).then(field(f"wait_{CAUSES[0]}", chosen))
    wait = wait.when(col("cause") == 1).then(field(f"wait_{CAUSES[1]}", chosen))
    wait = wait.otherwise(field(f"wait_{CAUSES[2]}", chosen))
    granted = (
        ~has(field("excluded", chosen), "diagnosis_bit")
        & (col("age") <= field("age_to", chosen))
        & (col("day") >= col("start") + wait)
    )
    return lines.with_columns(benefit=when(granted).then(chosen).otherwise(NONE))


def keyed(lines: pl.LazyFrame, name: str) -> pl.LazyFrame:
    """Add the key of an account, null where the benefit has none; all nulls are one group whose sums nobody reads."""
    benefit = col("benefit")
    scope, account = field(f"{name}_scope", benefit), field(f"{name}_account", benefit)
    entity = (
        when(scope == PERSON_YEAR).then(col("person_year"))
        .when(scope == HOUSEHOLD_YEAR).then(col("household_year"))
        .when(scope == EPISODE).then(col("episode"))
        .otherwise(col("person"))
    )  # fmt: skip
    return lines.with_columns(key=when(account >= 0).then(account * (1 << 40) + entity))


def grant(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Add the units that runs and spacings grant."""
    benefit, came = col("benefit"), col("quantity")
    total = col("total")
    run = pl.min_horizontal(total, field("units_to", benefit)) - pl.max_horizontal(
        total - came, field("units_after", benefit)
    )
    lines = keyed(lines, "units").with_columns(total=came.cum_sum().over("key"))
    lines = lines.with_columns(units=when(col("key").is_not_null()).then(pl.max_horizontal(0, run)).otherwise(came))
    lines = keyed(lines, "spaced").with_columns(before=col("served_on").shift(1).over("key"))
    free = col("before").is_null() | (col("before") <= col("year_ago"))
    spaced = when(free).then(pl.min_horizontal(1, col("units"))).otherwise(0)
    return lines.with_columns(units=when(col("key").is_not_null()).then(spaced).otherwise(col("units")))


def pay(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Add what the benefit pays of what is left."""
    benefit, units = col("benefit"), col("units")
    cash = field("cash_each", benefit)
    amount = when(cash > 0).then(cash * units).otherwise(col("left") * units // col("quantity"))
    amount = pl.min_horizontal(amount, field("cap_each", benefit) * units) - field("less_each", benefit) * units
    lines = grant(lines).with_columns(paid=when(benefit == NONE).then(0).otherwise(pl.max_horizontal(0, amount)))
    for name, most in (("deductible", "deductible_amount"), ("share", "share_most"), ("limit", "limit_amount"),
                       ("household", "household_amount")):  # fmt: skip
        wanted = (col("paid") * field("share_percent", benefit) + 50) // 100 if name == "share" else col("paid")
        lines = keyed(lines, name).with_columns(wanted=wanted).with_columns(total=col("wanted").cum_sum().over("key"))
        top = field(most, benefit)
        taken = pl.min_horizontal("total", top) - pl.min_horizontal(col("total") - col("wanted"), top)
        paid = col("paid") - taken if name in ("deductible", "share") else taken
        lines = lines.with_columns(paid=when(col("key").is_not_null()).then(paid).otherwise(col("paid")))
    return lines


def query(lines: pl.LazyFrame) -> pl.LazyFrame:
    """The whole of it as one lazy query."""
    power = pl.lit(pl.Series([1 << n for n in range(32)], dtype=pl.Int64))
    year = col("served_on").dt.year().cast(pl.Int64)
    whole = ("person", "household", "episode", "papers", "quantity")
    lines = lines.with_columns(col(name).cast(pl.Int64) for name in whole).with_columns(
        *(power.gather(col(name).cast(pl.UInt32)).alias(f"{name}_bit") for name in ("channel", "cause", "diagnosis")),
        day=col("served_on").to_physical().cast(pl.Int64),
        age=(months("served_on") - months("born") - (col("served_on").dt.day() < col("born").dt.day())) // 12,
        year_ago=col("served_on").dt.offset_by("-12mo"),
        person_year=col("person") * 4096 + year, household_year=col("household") * 4096 + year,
        left=col("charged"),
    )  # fmt: skip
    for cover in range(len(COVERS)):
        lines = pay(match(lines, cover))
        beside = field("cash_each", col("benefit")) > 0
        lines = lines.with_columns(
            col("benefit").cast(pl.Int16).alias(f"benefit_{cover}"),
            col("paid").alias(f"paid_{cover}"),
            left=col("left") - when(beside).then(0).otherwise(col("paid")),
        )
    return lines.select("benefit_0", "benefit_1", "paid_0", "paid_1", "left")


def read(found: pl.DataFrame) -> Outputs:
    """Decisions as columns."""
    benefit = np.stack([found[f"benefit_{cover}"].to_numpy() for cover in range(2)], axis=1)
    paid = np.stack([found[f"paid_{cover}"].to_numpy() for cover in range(2)], axis=1)
    return Outputs(np.where(benefit == NONE, -1, benefit).astype(np.int16), paid, found["left"].to_numpy())


def prepare(workload: Workload) -> Ready:
    """Ready to decide the workload: the lines as a frame."""
    frame = pl.DataFrame(dict(workload.columns)).with_columns(col("served_on", "born").cast(pl.Date))
    return Ready(lambda: query(frame.lazy()).collect(), read)
