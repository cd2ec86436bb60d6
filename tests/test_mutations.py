"""Would the property tests notice? Each mutant is the kernel with one thing wrong; the oracle must disagree with it
soon.

Amounts near limits, usual rates and half cents are what make this work; a mutant that survives is a hole in the
strategies.
"""

from __future__ import annotations

import pytest

from tests.comparison import difference
from tests.engines import kernel_from, kernel_source, using
from tests.strategies import Dice, situation

ENOUGH = 6000
"""Situations a mutant may survive at most."""

MUTANTS = {
    "a share rounds half down": (
        "take = amount - (amount * value + PPM // 2) // PPM",
        "take = amount - (amount * value + PPM // 2 - 1) // PPM",
    ),
    "a coinsurance cuts off cents": (
        "take = min((amount * value + PPM // 2) // PPM",
        "take = min(amount * value // PPM",
    ),
    "a reduced payment cuts off cents": (
        "paid = (paid * reduced + PPM // 2) // PPM",
        "paid = paid * reduced // PPM",
    ),
    "a run of units begins one too early": (
        "- max(total, value))\n",
        "- max(total, value - 1))\n",
    ),
    "a run of units ends one too late": (
        "min(total + units, m[s + S_B]) -",
        "min(total + units, m[s + S_B] + 1) -",
    ),
    "a tranche ends one too late": (
        "min(total + units, m[bands + 2 + 3 * j])",
        "min(total + units, m[bands + 2 + 3 * j] + 1)",
    ),
    "part of the units pays by the unit": (
        "amount * granted // units if",
        "amount // units * granted if",
    ),
    "a limit is charged before what follows": (
        "amount if kind == COST_LIMIT else 0, COUNTED if kind == COST_LIMIT else LIMITED",
        "amount, COUNTED",
    ),
    "a limit shared in one benefit is charged twice": (
        "w[j + 1] = 0\n            if not limited",
        "w[j + 1] = paid\n            if not limited",
    ),
    "a limit does not hold what is lifted again": (
        "amount > room and",
        "amount > room + FOREVER and",
    ),
    "a ceiling gives nothing back to accounts": (
        "            part = min(excess, w[j + 1])\n",
        "            part = 0\n",
    ),
    "what a ceiling gives back counts as borne": (
        "            borne -= excess\n",
        "",
    ),
    "what must be kept flows on": (
        "kept += take * (m[s + S_FLAGS] & KEEPS)",
        "kept += 0",
    ),
    "an indemnity lessens the bill": (
        "B_KIND] != INDEMNITY:",
        "B_KIND] != INDEMNITY + 9:",
    ),
    "an interval includes its end": (
        "a <= value < m[t + T_B] else FALSE\n    if kind == OUTSIDE",
        "a <= value <= m[t + T_B] else FALSE\n    if kind == OUTSIDE",
    ),
    "a missing fact is false": (
        "if value == MISSING:\n        return UNKNOWN\n    if kind == ONE_OF",
        "if value == MISSING:\n        return FALSE\n    if kind == ONE_OF",
    ),
    "unknown wins over false": (
        "if verdict == FALSE:\n                miss = number\n",
        "if verdict == FALSE and hole < 0:\n                miss = number\n",
    ),
    "an exemption is not looked at": (
        "if exempt == TRUE:\n",
        "if exempt == TRUE + UNKNOWN:\n",
    ),
    "evidence is good a day too long": (
        "<= m[r + R_LATEST]:",
        "<= m[r + R_LATEST] + 1:",
    ),
    "the last use of a document is refused": (
        "> e[v + E_USES]:",
        ">= e[v + E_USES]:",
    ),
    "a document is used twice by one line": (
        "rests = rests and w[earlier] != e[v + E_KEY]",
        "rests = rests and True",
    ),
    "the worse of two benefits is taken": (
        "(not refused and gives > paid)",
        "(not refused and gives < paid)",
    ),
    "a rolling window is a day longer": (
        "w[j] & 0x3FFFFF > since",
        "w[j] & 0x3FFFFF >= since",
    ),
    "accounts forget their period": (
        "| (entity << 22) | period",
        "| (entity << 22)",
    ),
    "an open cover lets the next one decide": (
        "outcome >= NEEDS_DOCUMENT:\n",
        "outcome >= NEEDS_PERSON + 1:\n",
    ),
    "advances exceed what is borne": (
        "out[cell] = min(out[cell], rest)",
        "out[cell] = max(out[cell], rest)",
    ),
    "a band begins a cent too late": (
        "        low = high\n    share",
        "        low = high + 1\n    share",
    ),
    "a copay forgets its units": (
        "take = min(value * units, max(0, m[s + S_B] - total))",
        "take = min(value, max(0, m[s + S_B] - total))",
    ),
    "rounding up rounds to the nearest": (
        "        up = value - 1\n",
        "        up = value // 2\n",
    ),
}


def mutated(change: tuple[str, str]) -> str:
    """The text of the kernel with one change."""
    source = kernel_source()
    old, new = change
    assert source.count(old) == 1, f"the kernel no longer says {old!r}: write the mutant anew"
    return source.replace(old, new)


def noticed_after(change: tuple[str, str]) -> int:
    """The number of situations until oracle and mutant disagree; ENOUGH where they never do."""
    with using(kernel_from(mutated(change), "mutant")) as engine:
        for number in range(ENOUGH):
            try:
                if difference(engine, situation(Dice(number))):
                    return number + 1
            except (ArithmeticError, IndexError):
                return number + 1
    return ENOUGH


@pytest.mark.nightly
@pytest.mark.parametrize("name", MUTANTS)
def test_a_kernel_with_one_thing_wrong_is_noticed(name: str) -> None:
    assert noticed_after(MUTANTS[name]) < ENOUGH


def test_every_mutant_still_fits_the_kernel() -> None:
    for change in MUTANTS.values():
        compile(mutated(change), "mutant", "exec")
