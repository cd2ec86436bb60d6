"""NumPy, column by column: matching by gathering the rules' fields, every account as a running sum that is cut off.

The running sums cannot know what a later limit refuses, nor which of several cleanings was granted: a few lines come
out otherwise, and their number is a finding of the benchmark.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .rules import CAUSES, COVERS, EPISODE, HOUSEHOLD_YEAR, PERSON, PERSON_YEAR
from .tables import NONE, fields, tried
from .workload import Ints, Outputs, Ready, Workload


def running(key: Ints, amount: Ints) -> Ints:
    """For each row, the sum of the amounts of its key up to and with it, in the order of the rows."""
    order = np.argsort(key, kind="stable")
    sorted_key, total = key[order], np.cumsum(amount[order])
    first = np.flatnonzero(np.concatenate([[True], sorted_key[1:] != sorted_key[:-1]])) if len(key) else order
    before = total[first] - amount[order][first]
    found = np.empty_like(total)
    found[order] = total - np.repeat(before, np.diff(np.append(first, len(key))))
    return found


def previous(key: Ints, value: Ints, otherwise: int) -> Ints:
    """For each row, the value of the row before it with the same key."""
    order = np.argsort(key, kind="stable")
    same = np.concatenate([[False], key[order][1:] == key[order][:-1]])
    shifted = np.concatenate([[otherwise], value[order][:-1]])
    found = np.empty_like(value)
    found[order] = np.where(same, shifted, otherwise)
    return found


def calendar(columns: Mapping[str, Ints]) -> dict[str, Ints]:
    """What the tests and accounts ask of dates: year, age, and the day twelve months before."""
    served, born = columns["served_on"].astype("M8[D]"), columns["born"].astype("M8[D]")
    month, month_born = served.astype("M8[M]"), born.astype("M8[M]")
    in_month, in_month_born = (served - month).astype(np.int64), (born - month_born).astype(np.int64)
    months = (month - month_born).astype(np.int64) - (in_month < in_month_born)
    a_year_ago = month - 12
    last = (a_year_ago + 1).astype("M8[D]") - np.timedelta64(1, "D")
    ago = np.minimum(a_year_ago.astype("M8[D]") + in_month, last)
    year = served.astype("M8[Y]").astype(np.int64)
    return {"year": year, "age": months // 12, "year_ago": ago.astype(np.int64)}


class Columns:
    """The columns of some lines, and what is worked out from them once: see `calendar`."""

    def __init__(self, columns: Mapping[str, Ints], dates: Mapping[str, Ints]) -> None:
        self.of = {name: values.astype(np.int64) for name, values in {**columns, **dates}.items()}
        self.entity = {
            PERSON_YEAR: self.of["person"] << 8 | self.of["year"] & 255,
            HOUSEHOLD_YEAR: self.of["household"] << 8 | self.of["year"] & 255,
            EPISODE: self.of["episode"],
            PERSON: self.of["person"],
        }

    def match(self, cover: int) -> Ints:
        """The benefit a cover grants on each line; `NONE` where it grants none."""
        of, field, turns = self.of, fields(), tried()[self.of["stack"], cover, self.of["service"]]
        first, second = turns[:, 0], turns[:, 1]
        chosen = np.where(self._fits(first), first, np.where(self._fits(second), second, NONE))
        wait = np.select([of["cause"] == n for n in range(3)], [field[f"wait_{cause}"][chosen] for cause in CAUSES])
        granted = field["excluded"][chosen] >> of["diagnosis"] & 1 == 0
        granted &= (of["age"] <= field["age_to"][chosen]) & (of["served_on"] >= of["start"] + wait)
        return np.where(granted, chosen, NONE)

    def _fits(self, benefit: Ints) -> Ints:
        of, field = self.of, fields()
        papers = field["papers"][benefit]
        return (
            (benefit != NONE)
            & (field["channels"][benefit] >> of["channel"] & 1 == 1)
            & (field["causes"][benefit] >> of["cause"] & 1 == 1)
            & (field["diagnoses"][benefit] >> of["diagnosis"] & 1 == 1)
            & (of["papers"] & papers == papers)
            & (of["age"] >= field["age_from"][benefit])
        )

    def key(self, name: str, at: Ints, benefit: Ints) -> Ints:
        """The account of some lines for a part of their benefits."""
        field = fields()
        scope = field[f"{name}_scope"][benefit]
        entity = np.select([scope == each for each in self.entity], [values[at] for values in self.entity.values()])
        return field[f"{name}_account"][benefit] << 40 | entity

    def granted(self, at: Ints, benefit: Ints) -> Ints:
        """The units granted by runs and spacings."""
        field, units = fields(), self.of["quantity"][at].copy()
        counted = np.flatnonzero(field["units_account"][benefit] >= 0)
        which, came = benefit[counted], units[counted]
        total = running(self.key("units", at[counted], which), came)
        high = np.minimum(total, field["units_to"][which])
        units[counted] = np.maximum(0, high - np.maximum(total - came, field["units_after"][which]))
        spaced = np.flatnonzero(field["spaced_account"][benefit] >= 0)
        key = self.key("spaced", at[spaced], benefit[spaced])
        before = previous(key, self.of["served_on"][at[spaced]], -(10**9))
        units[spaced] = np.where(before <= self.of["year_ago"][at[spaced]], np.minimum(units[spaced], 1), 0)
        return units

    def pay(self, benefit: Ints, left: Ints) -> Ints:
        """What each line's benefit pays of what is left of it."""
        field, paid = fields(), np.zeros(len(benefit), np.int64)
        at = np.flatnonzero(benefit != NONE)
        mine, units = benefit[at], self.granted(at, benefit[at])
        cash = field["cash_each"][mine]
        amount = np.where(cash > 0, cash * units, left[at] * units // self.of["quantity"][at])
        amount = np.minimum(amount, field["cap_each"][mine] * units)
        amount = np.maximum(0, amount - field["less_each"][mine] * units)
        for name, most in (("deductible", "deductible_amount"), ("share", "share_most"), ("limit", "limit_amount"),
                           ("household", "household_amount")):  # fmt: skip
            here = np.flatnonzero(field[f"{name}_account"][mine] >= 0)
            wanted = amount[here]
            if name == "share":
                wanted = (wanted * field["share_percent"][mine[here]] + 50) // 100
            total, top = running(self.key(name, at[here], mine[here]), wanted), field[most][mine[here]]
            taken = np.minimum(total, top) - np.minimum(total - wanted, top)
            amount[here] = taken if most in ("limit_amount", "household_amount") else amount[here] - taken
        paid[at] = amount
        return paid


def run(workload: Workload) -> Outputs:
    """Decide all lines."""
    columns = Columns(workload.columns, calendar(workload.columns))
    left = columns.of["charged"].copy()
    benefits, payments = [], []
    for cover in range(len(COVERS)):
        benefit = columns.match(cover)
        paid = columns.pay(benefit, left)
        left -= np.where(fields()["cash_each"][benefit] > 0, 0, paid)
        benefits.append(np.where(benefit == NONE, -1, benefit).astype(np.int16))
        payments.append(paid)
    return Outputs(np.stack(benefits, axis=1), np.stack(payments, axis=1), left)


def prepare(workload: Workload) -> Ready:
    """Ready to decide the workload."""
    return Ready(lambda: run(workload), lambda decided: decided)
