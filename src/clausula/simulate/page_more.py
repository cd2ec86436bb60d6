"""The other cards: contributions, months, what members might do, and how to read all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clausula.batch.markup import Child, Html, tag, together
from clausula.batch.page import card, table
from clausula.simulate.behaviour import RAND
from clausula.simulate.document import month_name
from clausula.simulate.effects import CHANGED, CHARGED, LINES, PAID_BASE, PAID_CHANGE
from clausula.simulate.figures import change_of, per_cent
from clausula.simulate.part import Part
from clausula.simulate.pieces import WORDS, interval, signed
from clausula.simulate.sampling import DRAWS, FEWEST

if TYPE_CHECKING:
    from clausula.simulate.replay import Simulation

BENEFITS = 25


def switch(result: Simulation) -> str:
    """Whether behaviour is looked at, in a sentence; it stands on every page."""
    if result.question.elasticity is None:
        return "Behaviour is off: nobody is taken to use more or less."
    return f"Behaviour is on (elasticity {_minus(float(result.question.elasticity))}) and stands in a card of its own."


def _minus(number: float) -> str:
    return f"{number:g}".replace("-", "−")


def owed(part: Part, name: str) -> Html | None:
    """Contributions under both, and what is left when they are set against claims."""
    if part.owed is None:
        return None
    base, change, bare = part.owed.base, part.owed.change, part.money.bare
    before, after = int(part.sums[PAID_BASE]), int(part.sums[PAID_CHANGE])
    named = (
        ("Claims paid", before, after, "paid_difference"), ("Contributions", base, change, "contributions_difference"),
        ("Claims less contributions", before - base, after - change, "net_difference"),
    )  # fmt: skip
    rows: list[list[Child]] = []
    for label, one, other, key in named:
        share = "" if key == "net_difference" else change_of(one, other)
        row: list[Child] = [label, bare(one), bare(other), signed(part, other - one), share]
        rows.append([*row, interval(part, ("total", key))] if part.estimates else row)
    columns = [("", ""), ("Base", "n"), ("Change", "n"), ("Difference", "n"), ("", "n")]
    if part.estimates:
        columns.append((f"For all {part.population:,}", "n"))
    told = (
        "Contributions of everybody enrolled on the first of each month of the period; a yearly one counts a twelfth."
    )
    unknown = part.owed.unknown
    if any(unknown):
        told += f" Left out, as no table here has them: {unknown[0]:,} under the base, {unknown[1]:,} under the change."
    body = table(columns, rows, caption="Claims and contributions under both")
    return card(f"The contribution side{name}", body, tag("p", told, cls="explain"), flush=True)


def months(part: Part, name: str) -> Html | None:
    """What is paid month by month."""
    if len(part.effects.months) < 2:
        return None
    bare = part.money.bare
    rows = []
    for month, sums in sorted(part.effects.months.items()):
        before, after = int(sums[PAID_BASE]), int(sums[PAID_CHANGE])
        rows.append((
            month_name(month), f"{int(sums[LINES]):,}", f"{int(sums[CHANGED]):,}", bare(int(sums[CHARGED])),
            bare(before), bare(after), signed(part, after - before), change_of(before, after),
        ))  # fmt: skip
    columns = [
        ("Month", ""),
        ("Lines", "n"),
        ("Differ", "n"),
        ("Charged", "n"),
        ("Paid, base", "n"),
        ("Paid, change", "n"),
    ]
    columns += [("Difference", "n"), ("", "n")]
    return card(f"Month by month{name}", table(columns, rows, caption=f"By month, {part.currency}"), flush=True)


def behaviour(result: Simulation, part: Part, name: str) -> Html | None:
    """What members might do, apart from what the rules do."""
    if part.responses is None or result.question.elasticity is None:
        return None
    rows: list[list[Child]] = [
        [
            together(each.benefit or "no benefit", tag("small", each.plan)),
            per_cent(each.share_base.numerator, each.share_base.denominator),
            per_cent(each.share_change.numerator, each.share_change.denominator),
            signed(part, each.charged), signed(part, each.paid), signed(part, each.borne),
        ]
        for each in part.responses[:BENEFITS] if each.charged
    ]  # fmt: skip
    together_ = [sum(getattr(each, key) for each in part.responses) for key in ("charged", "paid", "borne")]
    rules = -part.saved
    lead = tag(
        "p", "The rules alone: the covers pay ", signed(part, rules), f" {part.currency}. If use followed the ",
        f"member’s own share with an arc elasticity of {_minus(float(result.question.elasticity))}: a further ",
        signed(part, together_[1]),
        f" {part.currency}. The two are not added up anywhere on this page.",
    )  # fmt: skip
    columns = [
        ("Benefit", ""),
        ("Share, base", "n"),
        ("Share, change", "n"),
        ("Charged", "n"),
        ("Paid", "n"),
        ("Borne", "n"),
    ]
    foot = ("Together", "", "", *(signed(part, amount) for amount in together_))
    body = table(columns, rows, caption="What members might do, by benefit", foot=foot) if rows else None
    note = "an assumption, not a result"
    title = f"If members use more or less{name}"
    return card(
        title,
        tag("div", lead, cls="body"),
        body,
        tag("p", _cannot_tell(), cls="explain"),
        note=note,
        flush=True,
        extra="aside",
    )


def _cannot_tell() -> str:
    return (
        f"The usual figure, {_minus(float(RAND))}, is that of the RAND Health Insurance Experiment (Manning et al. "
        "1987; Keeler and Rolph 1988). It was measured in the United States between 1974 and 1982, on families "
        "with shares up to a yearly ceiling. It cannot tell what one person does, what happens where a limit is "
        "used up already, which care is put off and what that costs later, whether providers change what they "
        "charge, or how long it lasts. The plan’s part of each benefit’s cost is taken to stay what it is under "
        "the change."
    )


def method(result: Simulation, *, drawn: bool) -> Html:
    """How to read the page, and what it rests on."""
    listed = result.base.all.listed
    same = (
        "Every line is decided by the same engine under both sets of plans; only the plans differ. Charges, people, "
        "documents and the order of lines stay as they are. Amounts are exact; by rule, by month, by group and by "
        "outcome they add up to the total."
    )
    points: list[Child] = [same, switch(result)]
    if listed:
        points.append(
            f"{listed:,} lines could be decided under neither and are in no figure; base/listed.csv says why."
        )
    if result.question.sample is not None and any(part.estimates for part in result.parts):
        points.append(
            "Estimates for the whole: the ratio estimator, per member (Cochran 1977, Sampling Techniques). "
            "Intervals: bootstrap over households, because their members share limits (Efron 1979, Annals of "
            f"Statistics 7), {DRAWS:,} Poisson draws from seed {result.question.sample.seed}, the middle 95 %. They "
            f"tell the error of sampling alone, not whether next year is like this one. With fewer than {FEWEST} "
            "households an interval is a guess."
        )
    elif result.question.sample is None:
        points.append("The portfolio is taken to be the whole: there is no error of sampling, so no interval is shown.")
    else:
        points.append("The sample is the whole portfolio: there is no error of sampling, so no interval is shown.")
    if not drawn:
        points.append(
            "No plots were drawn (they need matplotlib, the extra “plots”); the tables hold the same figures."
        )
    first, last = (WORDS.day(day) for day in result.period)
    points.append(
        f"Period: {first} to {last}, the first and the last day of a line. Behind the page: simulation.json, "
        "changed.parquet."
    )
    return card("How to read this", tag("ul", [tag("li", point) for point in points], cls="sources"))
