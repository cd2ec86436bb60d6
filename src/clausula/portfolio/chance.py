"""Chance by counting: every draw is a number worked out from the seed and from what it is drawn for, never a stream.

So a portfolio does not depend on how it is cut into blocks, and a household can be made again without those before it.
Draws are 64-bit words (SplitMix64); tables of 4096 slots turn twelve of their bits into choices and amounts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from math import exp
from statistics import NormalDist
from typing import Any

import numpy as np

Words = Any
"""An array of uint64: draws."""

Ints = Any
"""An array of whole numbers."""

SLOTS = 4096
"""Slots of a table of chances: the smallest share that can be drawn is 1 in 4096."""

_STEP = 0x9E3779B97F4A7C15
_STREAM = 0xD1B54A32D192ED03
_MASK = (1 << 64) - 1


def _mixed(x: Words) -> Words:
    """Words so mixed that neighbours have nothing in common; changes its argument."""
    x ^= x >> np.uint64(30)
    x *= np.uint64(0xBF58476D1CE4E5B9)
    x ^= x >> np.uint64(27)
    x *= np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    return x


def start(seed: int, numbers: Ints) -> Words:
    """A word for each thing of that number (household 0, 1, 2 …)."""
    first = np.uint64((seed * _STREAM + _STEP) & _MASK)
    return _mixed(_mixed(numbers.astype(np.uint64) * np.uint64(_STEP) + first))


def branch(words: Words, stream: int | Ints) -> Words:
    """Further words, one for each: the same word and stream give the same, other streams have nothing in common."""
    if isinstance(stream, int):
        return _mixed(words + np.uint64((stream * _STREAM + _STEP) & _MASK))
    return _mixed(words + (stream.astype(np.uint64) + np.uint64(1)) * np.uint64(_STREAM))


def slot(words: Words, part: int = 0) -> Ints:
    """A slot from each word: part 0 to 4 are twelve bits each and do not overlap."""
    return ((words >> np.uint64(12 * part)) & np.uint64(SLOTS - 1)).astype(np.int64)


def between(words: Words, low: int | Ints, high: int | Ints, part: int = 0) -> Ints:
    """A whole number from low to high, both included (at most 4096 of them are told apart)."""
    return low + (slot(words, part) * (high - low + 1)) // SLOTS


def choices(weights: Sequence[int]) -> Ints:
    """A table of slots by weight: slot -> place in the list. Every positive weight has a slot of its own."""
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError(f"weights {list(weights)} choose nothing")
    ends = [sum(weights[: n + 1]) * SLOTS // total for n in range(len(weights))]
    table = np.repeat(np.arange(len(weights)), np.diff([0, *ends]))
    for n, weight in enumerate(weights):
        if weight and n not in table:
            table[ends[n] - 1 if ends[n] else 0] = n
    return table


def amounts(median: str, spread: int, step: int) -> Ints:
    """A table of log-normal amounts in cents: slot -> amount.

    median: in currency units. spread: of the logarithm, in hundredths. step: amounts are whole multiples of it (5 for
    five Rappen). The largest is the one that one line in 8192 exceeds.
    """
    return np.rint(_factors(spread) * round(100 * float(median)) / step).astype(np.int64) * step


@cache
def _quantiles() -> list[float]:
    normal = NormalDist()
    return [normal.inv_cdf((2 * n + 1) / (2 * SLOTS)) for n in range(SLOTS)]


@cache
def _factors(spread: int) -> Any:
    """What the median is multiplied by, slot by slot. By `math`, whose last bit does not hang on the processor."""
    return np.array([exp(spread / 100 * each) for each in _quantiles()])


def counts(mean: float, size: float) -> Ints:
    """A table of numbers with a negative binomial distribution: slot -> number.

    mean: in things a person. size: the smaller, the more a few people have most of them.
    """
    share = size / (size + mean)
    chance = share**size
    table, reached, number = np.zeros(SLOTS, np.int64), chance, 0
    for n in range(SLOTS):
        while reached < (2 * n + 1) / (2 * SLOTS) and number < 400:
            chance *= (number + size) / (number + 1) * (1 - share)
            number, reached = number + 1, reached + chance
        table[n] = number
    return table


def weighted(table: Mapping[str, int]) -> tuple[list[str], Ints]:
    """The names of a table of weights, and its slots."""
    return list(table), choices(list(table.values()))
