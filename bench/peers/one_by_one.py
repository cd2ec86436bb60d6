"""Clausula called for one line at a time, as a portal would: each answer with its steps and clauses, the accounts
handed on from line to line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import numpy as np

from clausula import codes as k
from clausula import compiled
from clausula.adjudicate import adjudicate
from clausula.decision import Decision
from clausula.household import Line
from clausula.usage import Usage

from .closures import lines_of
from .ours import EPOCH, book, households, papers_of
from .rules import CAUSES, CHANNELS, DIAGNOSES, NUMBERS, SERVICES
from .workload import Outputs, Ready, Workload


def stated(workload: Workload) -> list[Line]:
    """The lines as a program states them."""
    return [
        Line(
            str(number), f"p{line.person}", SERVICES[line.service], EPOCH + timedelta(days=line.served_on),
            f"{line.charged // 100}.{line.charged % 100:02}", "EUR", line.quantity, episode=f"e{line.episode}",
            facts={
                "channel": CHANNELS[line.channel], "cause": CAUSES[line.cause],
                "diagnosis": DIAGNOSES[line.diagnosis], "papers": papers_of(line.papers),
            },
        )
        for number, line in enumerate(lines_of(workload))
    ]  # fmt: skip


def outputs_of(decisions: Iterable[Decision]) -> Outputs:
    """Decisions as columns; a benefit that an exclusion or a waiting time refused is no benefit here."""
    benefits, paid, borne = [], [], []
    for decision in decisions:
        found, sums = [-1, -1], [0, 0]
        for cover in decision.covers:
            place = int(cover.plan.endswith("-plus"))
            if cover.benefit is not None and cover.reason >> 24 != k.ROW_EXCLUSION:
                found[place] = NUMBERS[cover.plan, cover.benefit.id]
            sums[place] = cover.paid
        benefits.append(found)
        paid.append(sums)
        borne.append(decision.left)
    return Outputs(np.array(benefits, np.int16), np.array(paid, np.int64), np.array(borne, np.int64))


def prepare(workload: Workload) -> Ready:
    """Ready to answer line by line, compiled where Numba is installed."""
    plans, lines = book(), stated(workload)
    homes = {person.id: home for home in households(workload) for person in home.people}
    compiled.use(on=compiled.available())

    def run() -> list[Decision]:
        usage: dict[str, Usage] = {}
        found = []
        for line in lines:
            home = homes[line.person]
            answer = adjudicate(plans, home, [line], usage.get(home.id))
            usage[home.id] = answer.usage
            answer.decisions[0].steps  # noqa: B018 - the explanation as data is part of the answer
            found.append(answer.decisions[0])
        return found

    return Ready(run, outputs_of)
