"""What members might do: demand that follows the member's own share. Off unless asked for, and never mixed into the
rest.

The arc elasticity E of what is charged with respect to the member's share s says, benefit by benefit,

    (q' - q) / (q' + q) = E a   with   a = (s' - s) / (s' + s),   so   q' = q (1 + E a) / (1 - E a).

The figure usually taken is -0.2, from the RAND Health Insurance Experiment (Manning et al. 1987, American Economic
Review 77; Keeler and Rolph 1988, Journal of Health Economics 7). What it cannot tell: it was measured in the United
States between 1974 and 1982 on families with yearly shares up to a ceiling; it says nothing of one person, of a plan
whose limits are already used up, of postponed or harmful savings, of providers who change what they charge, nor how
long the change lasts. The plan's part of a benefit's cost is taken to stay what it is under the change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from clausula.simulate.effects import BORNE_BASE, BORNE_CHANGE, CASH_BASE, CASH_CHANGE, CHARGED, PAID_CHANGE
from clausula.simulate.figures import half_up
from clausula.simulate.pairs import Ints

RAND = Fraction(-1, 5)
"""The arc elasticity of the RAND Health Insurance Experiment."""


@dataclass(frozen=True, slots=True)
class Response:
    """How one benefit's use would move: the member's share under base and change, the factor on what is charged, and
    the further change in what is charged, paid and borne (minor units)."""

    plan: str
    benefit: str
    share_base: Fraction
    share_change: Fraction
    factor: Fraction
    charged: int
    paid: int
    borne: int


def factor(elasticity: Fraction, share_base: Fraction, share_change: Fraction) -> Fraction:
    """By how much what is charged is multiplied when the member's share goes from one to the other.

    Raises ValueError for an elasticity that is not above -1 and at most 0.
    """
    if not -1 < elasticity <= 0:
        raise ValueError(f"an elasticity of {elasticity} is not between -1 and 0")
    together = share_base + share_change
    arc = (share_change - share_base) / together if together else Fraction(0)
    return (1 + elasticity * arc) / (1 - elasticity * arc)


def responses(benefits: Mapping[tuple[str, str], Ints], elasticity: Fraction) -> list[Response]:
    """How use of each benefit would move, the largest first. The member's share is what is borne less cash, of what is
    charged; a benefit with nothing charged does not move."""
    found = []
    for (plan, benefit), sums in benefits.items():
        charged = int(sums[CHARGED])
        if charged <= 0:
            continue
        base, change = (
            Fraction(max(0, int(sums[borne] - sums[cash])), charged)
            for borne, cash in ((BORNE_BASE, CASH_BASE), (BORNE_CHANGE, CASH_CHANGE))
        )
        by = factor(elasticity, base, change)
        more, borne = by - 1, int(sums[BORNE_CHANGE])
        amounts = (half_up(each * more) for each in (charged, int(sums[PAID_CHANGE]), borne))
        found.append(Response(plan, benefit, base, change, by, *amounts))
    return sorted(found, key=lambda each: (-abs(each.paid), each.plan, each.benefit))


def as_dict(response: Response, money: Any) -> dict[str, Any]:
    """The response as plain data; money turns minor units into text."""
    shares = {name: f"{float(getattr(response, name)):.4f}" for name in ("share_base", "share_change", "factor")}
    amounts = {name: money(getattr(response, name)) for name in ("charged", "paid", "borne")}
    return {"plan": response.plan, "benefit": response.benefit, **shares, **amounts}
