"""The rules as tables of whole numbers, for the peers that gather columns: one row a benefit, and a last row that means
none, in which every test passes and nothing is cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from .rules import (
    BENEFITS,
    CAUSES,
    CHANNELS,
    COVERS,
    DIAGNOSES,
    PAPERS,
    SERVICES,
    STACKS,
    WITHOUT_END,
    Benefit,
    candidates,
)
from .workload import Ints

NONE = len(BENEFITS)
"""The row that stands for no benefit."""

ACCOUNTS = ("units", "spaced", "deductible", "share", "limit", "household")
TESTS = ("channels", "causes", "diagnoses", "papers", "age_from", "excluded", "age_to", *(f"wait_{c}" for c in CAUSES))
NUMBERS = ("units_after", "units_to", "spaced_months", "cap_each", "less_each", "cash_each", "deductible_amount",
           "share_percent", "share_most", "limit_amount", "household_amount")  # fmt: skip


def bits(words: Sequence[str], known: Sequence[str]) -> int:
    """Words as bits."""
    return sum(1 << known.index(word) for word in words)


def row(benefit: Benefit) -> dict[str, int]:
    """A benefit as numbers; an account that is not there is -1."""
    found = {
        "channels": bits(benefit.channels, CHANNELS), "causes": bits(benefit.causes, CAUSES),
        "diagnoses": bits(benefit.diagnoses, DIAGNOSES), "papers": bits(benefit.papers, PAPERS),
        "excluded": bits(benefit.excluded, DIAGNOSES), "age_from": benefit.age_from, "age_to": benefit.age_to,
    }  # fmt: skip
    found |= {f"wait_{cause}": benefit.wait(cause) for cause in CAUSES}
    found |= {name: getattr(benefit, name) for name in NUMBERS}
    for name in ACCOUNTS:
        account = getattr(benefit, name)
        found[f"{name}_account"] = account.number if account else -1
        found[f"{name}_scope"] = account.scope if account else 0
    return found


@cache
def fields() -> Mapping[str, Ints]:
    """The columns of the benefits, the row for none last."""
    nothing = row(Benefit("", "", "", ()))
    assert nothing["cap_each"] == WITHOUT_END
    rows = [*map(row, BENEFITS), nothing]
    return {name: np.array([each[name] for each in rows], np.int64) for name in nothing}


@cache
def tried() -> Ints:
    """By stack, cover, service and turn: the benefit to try; `NONE` after the last."""
    found = np.full((len(STACKS), len(COVERS), len(SERVICES), 2), NONE, np.int64)
    for s, stack in enumerate(STACKS):
        for c, cover in enumerate(COVERS):
            for n, service in enumerate(SERVICES):
                numbers = candidates(stack, cover, service)
                found[s, c, n, : len(numbers)] = numbers
    return found
