"""All figures of a simulation as plain data: amounts as text in currency units, counts as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clausula.simulate import behaviour
from clausula.simulate.effects import CHANGED, CHARGED, LINES, MEASURES
from clausula.simulate.gains import Gains
from clausula.simulate.pairs import Ints
from clausula.simulate.part import Figure, Owed, Part
from clausula.simulate.sampling import DRAWS, FEWEST
from clausula.values import OUTCOMES

if TYPE_CHECKING:
    from clausula.simulate.replay import Simulation

SIDES = ("paid", "borne", "cash")


def document(result: Simulation) -> dict[str, Any]:
    """The document `simulation.json` holds. docs/how-to/ask-what-if.md tells its keys."""
    question = result.question
    sample = question.sample
    return {
        "period": {"from": result.period[0].isoformat(), "to": result.period[1].isoformat()},
        "behaviour": {
            "on": question.elasticity is not None,
            "elasticity": None if question.elasticity is None else f"{float(question.elasticity):g}",
        },
        "sample": None if sample is None else {
            "share": None if sample.share is None else f"{float(sample.share):g}",
            "population": sample.population, "seed": sample.seed, "draws": DRAWS, "fewest_households": FEWEST,
        },
        "listed": {"base": result.base.all.listed, "change": result.change.all.listed},
        "texts": [each.as_dict() for each in result.texts],
        "currencies": {part.currency: _part(part, result) for part in result.parts},
    }  # fmt: skip


def _part(part: Part, result: Simulation) -> dict[str, Any]:
    places = {cause: str(number) for number, cause in enumerate(result.order)}
    return {
        "members": len(part.members), "households": part.households, "population": part.population,
        "totals": {
            **sums(part, part.sums), "reason_only": part.effects.reason_only,
            **{f"estimated_{name}": _interval(part, ("total", name)) for name in _asked(part)},
        },
        "by_plan": [
            {"plan": plan, "paid": _sides(part, *paid)} for plan, paid in part.by_plan.items()
        ],
        "by_rule": [
            cause.as_dict() | sums(part, found) | _estimated(part, ("cause", places[cause]))
            for cause, found in part.causes
        ],
        "by_group": {
            grouping.key: [
                {"group": group.name, "members": group.members, "households": group.households, "gain": group.gain,
                 "lose": group.lose, **sums(part, group.sums), **_estimated(part, ("group", grouping.key, group.name)),
                 **({"few_households": True} if part.estimates and group.households < FEWEST else {})}
                for group in part.groups(grouping)
            ]
            for grouping in part.members.groupings
        },
        "by_month": [
            {"month": month_name(month), **sums(part, found)} for month, found in sorted(part.effects.months.items())
        ],
        "outcomes": [
            {"base": one, "change": other, "lines": int(part.effects.matrix[i, j]),
             "paid_difference": part.money.plain(part.effects.moved[i, j])}
            for i, one in enumerate(OUTCOMES) for j, other in enumerate(OUTCOMES) if part.effects.matrix[i, j]
        ],
        "winners_and_losers": _gains(part, part.gains, result),
        "contributions": _owed(part, part.owed, result) if part.owed else None,
        "behaviour": _behaviour(part),
    }  # fmt: skip


def sums(part: Part, found: Ints) -> dict[str, Any]:
    """A row of sums: counts, what was charged, and what was paid, borne and given in cash under both."""
    named = dict(zip(MEASURES, found.tolist(), strict=True))
    pairs = {name: _sides(part, named[f"{name}_base"], named[f"{name}_change"]) for name in SIDES}
    counts = {"lines": int(found[LINES]), "changed": int(found[CHANGED])}
    return {**counts, "charged": part.money.plain(int(found[CHARGED])), **pairs}


def _sides(part: Part, base: int, change: int) -> dict[str, str]:
    plain = part.money.plain
    return {"base": plain(base), "change": plain(change), "difference": plain(change - base)}


def _asked(part: Part) -> list[str]:
    """Totals with an interval."""
    return [figure[1] for figure in part.estimates if figure[0] == "total"]


def _interval(part: Part, figure: Figure) -> dict[str, str]:
    found = part.estimates[figure]
    return {name: part.money.plain(getattr(found, name)) for name in ("estimate", "low", "high")}


def _estimated(part: Part, figure: Figure) -> dict[str, Any]:
    return {"estimated_paid_difference": _interval(part, figure)} if figure in part.estimates else {}


def _gains(part: Part, found: Gains, result: Simulation) -> dict[str, Any]:
    plain = part.money.plain
    ids = [person.id for home in result.question.roster.households.values() for person in home.people]
    return {
        "gain": found.gain, "lose": found.lose, "unchanged": found.same,
        "gained": plain(found.gained), "lost": plain(found.lost),
        "quantiles": {f"p{each}": plain(amount) for each, amount in found.quantiles},
        "classes": [{"class": each.name, "members": each.members} for each in found.classes],
        "most_touched": {
            "members": found.most.members, "amount": plain(found.most.amount), "of": plain(found.most.of_all),
            "least": plain(found.most.least),
        },
        "top": [
            {"member": ids[part.members.at[place]], "difference": plain(int(found.differences[place]))}
            for place in found.top
        ],
    }  # fmt: skip


def _owed(part: Part, owed: Owed, result: Simulation) -> dict[str, Any]:
    saved = owed.change - owed.base
    return {
        **_sides(part, owed.base, owed.change),
        "unknown": {"base": owed.unknown[0], "change": owed.unknown[1]},
        "net_difference": part.money.plain(-part.saved - saved),
        "winners_and_losers": _gains(part, owed.gains, result),
    }


def _behaviour(part: Part) -> dict[str, Any] | None:
    if part.responses is None:
        return None
    totals = {name: sum(getattr(each, name) for each in part.responses) for name in ("charged", "paid", "borne")}
    return {
        **{f"{name}_difference": part.money.plain(amount) for name, amount in totals.items()},
        "by_benefit": [behaviour.as_dict(each, part.money.plain) for each in part.responses],
    }


def month_name(month: int) -> str:
    """A month counted from January 1970, as "2026-03"."""
    return f"{1970 + month // 12}-{month % 12 + 1:02d}"
