"""Guard: a sweep over dates. Editions of a plan never overlap and leave no gap; nor do the values of a dated table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise

from clausula.checking.ground import Ground
from clausula.findings import Finding, Place
from clausula.plan import Alternatives, Benefit, Plan, Premium, Rule, Want
from clausula.tables import Table


def of_editions(ground: Ground, editions: Sequence[Plan]) -> None:
    """Gaps between editions of one plan, in order of their first day (overlaps are refused where the book is read)."""
    for earlier, later in pairwise(editions):
        if earlier.until is not None and earlier.until + timedelta(days=1) < later.start:
            first, last = earlier.until + timedelta(days=1), later.start - timedelta(days=1)
            message = f"no edition of {later.id} holds from {first} to {last}"
            ground.warn(
                "editions-gap",
                message,
                later.place,
                "let the earlier edition hold until the day before",
                also=earlier.place,
            )


def of_tables(tables: Iterable[Table]) -> list[Finding]:
    """Values of dated tables that hold on the same day, and days on which none holds."""
    found: list[Finding] = []
    for table in tables:
        place = Place(f"table {table.id}")
        for key, values in table.values.items():
            for earlier, later in pairwise(values):
                if earlier.start == later.start or (earlier.until is not None and later.start <= earlier.until):
                    message = f"two values of {table.id}:{key} hold on {later.start}"
                    found.append(
                        Finding("table-overlap", message, place, "a value ends the day before the next one begins")
                    )
                elif earlier.until is not None and earlier.until + timedelta(days=1) < later.start:
                    first, last = earlier.until + timedelta(days=1), later.start - timedelta(days=1)
                    message = f"{table.id}:{key} has no value from {first} to {last}"
                    found.append(Finding("table-gap", message, place, "add the value of those days", "warning"))
        if table.values and not isinstance(table.checked_on, date):
            found.append(
                Finding(
                    "table-unchecked",
                    f"{table.id} does not say when it was last checked",
                    place,
                    "write checked_on = …",
                    "warning",
                )
            )
    return found


def of_ages(ground: Ground) -> None:
    """Rules that are alike but for the age, with an age between them that none of them names."""
    groups: dict[tuple[object, ...], list[tuple[Want, Rule]]] = {}
    for rule in ground.own:
        if isinstance(rule, Benefit | Premium):
            asked: Alternatives = rule.when if isinstance(rule, Benefit) else rule.who
            scope = rule.services if isinstance(rule, Benefit) else ("premium", rule.per)
            for alternative in asked[:50]:
                ages = [want for want in alternative if want.fact == "age" and want.op == "between"]
                others = [
                    repr((w.fact, w.op, w.values, w.low, w.high, w.other)) for w in alternative if w.fact != "age"
                ]
                if len(ages) == 1:
                    groups.setdefault((type(rule), scope, *sorted(others)), []).append((ages[0], rule))
    for entries in groups.values():
        _gap(ground, entries)


def _gap(ground: Ground, entries: list[tuple[Want, Rule]]) -> None:
    spans = []
    for want, rule in entries:
        low = 0 if want.low is None else int(want.low) + want.above if not isinstance(want.low, date) else 0
        high = 1000 if want.high is None or isinstance(want.high, date) else int(want.high) + want.closed
        spans.append((low, high, rule))
    spans.sort(key=lambda span: span[:2])
    reached = spans[0][1]
    for low, high, rule in spans[1:]:
        if reached < low:
            ages = f"the age {reached}" if low == reached + 1 else f"the ages {reached} to {low - 1}"
            message = f"{ages} fall between this rule and its neighbours"
            ground.warn(
                "age-gap",
                message,
                ground.spot(rule.place, "age"),
                "check at_least, above, below and at_most at the joint",
            )
        reached = max(reached, high)
