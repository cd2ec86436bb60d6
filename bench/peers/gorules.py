"""GoRules zen-engine: two decision tables, base and plus, first hit; and the same conditions as compiled expressions.

It matches only: the engine keeps no state, so accounts, limits and amounts would be another program's work. Age and
days since the start are handed to it, and the lines stand ready as Python dictionaries before the clock starts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import numpy as np
import zen

from .columns_numpy import calendar
from .rules import BENEFITS, CAUSES, CHANNELS, COVERS, DIAGNOSES, PAPERS, SERVICES, STACKS, Benefit, candidates
from .workload import Outputs, Ready, Workload

INPUTS = ("stack", "service", "channel", "cause", "diagnosis", "papers", "age", "waited")


def contexts(workload: Workload) -> list[dict[str, Any]]:
    """The lines as the engine wants them."""
    papers = [[paper for n, paper in enumerate(PAPERS) if bits >> n & 1] for bits in range(1 << len(PAPERS))]
    names = ("stack", "service", "channel", "cause", "diagnosis", "papers")
    rows = zip(*(workload[name].tolist() for name in names), calendar(workload.columns)["age"].tolist(),
               (workload["served_on"] - workload["start"]).tolist(), strict=True)  # fmt: skip
    return [
        {
            "stack": STACKS[stack], "service": SERVICES[service], "channel": CHANNELS[channel],
            "cause": CAUSES[cause], "diagnosis": DIAGNOSES[diagnosis], "papers": papers[bits], "age": age,
            "waited": waited,
        }
        for stack, service, channel, cause, diagnosis, bits, age, waited in rows
    ]  # fmt: skip


def by_wait(benefit: Benefit) -> dict[int, list[str]]:
    """The causes of a benefit by the days they wait: a row of a table knows one number only."""
    found: dict[int, list[str]] = {}
    for cause in benefit.causes:
        found.setdefault(benefit.wait(cause), []).append(cause)
    return found


def insured(benefit: Benefit) -> list[str]:
    """The diagnoses a benefit is for, less those its cover excludes."""
    return [each for each in benefit.diagnoses if each not in benefit.excluded]


def words(values: Iterable[str]) -> str:
    """A cell that lists words."""
    return ", ".join(json.dumps(value) for value in values)


def rows_of(number: int) -> list[dict[str, str]]:
    """A benefit as rows of its table."""
    benefit = BENEFITS[number]
    cells = {
        "stack": words([benefit.stack]), "service": words(benefit.services), "channel": words(benefit.channels),
        "diagnosis": words(insured(benefit)), "age": f"[{benefit.age_from}..{benefit.age_to}]",
        "papers": " and ".join(f"contains($, {json.dumps(paper)})" for paper in benefit.papers),
    }  # fmt: skip
    return [
        cells | {"_id": f"{number}-{wait}", "cause": words(causes), "waited": f">= {wait}", "benefit": str(number)}
        for wait, causes in by_wait(benefit).items()
    ]


def table(cover: int) -> dict[str, Any]:
    """The decision table of a cover, its benefits in the order they are tried."""
    rules = [row for n, benefit in enumerate(BENEFITS) if benefit.cover == COVERS[cover] for row in rows_of(n)]
    return {
        "id": f"table{cover}", "name": COVERS[cover], "type": "decisionTableNode", "position": {"x": 0, "y": 0},
        "content": {
            "hitPolicy": "first", "passThrough": True, "rules": rules,
            "inputs": [{"id": name, "name": name, "field": name} for name in INPUTS],
            "outputs": [{"id": "benefit", "name": "benefit", "field": f"benefit_{cover}"}],
        },
    }  # fmt: skip


def decision() -> Any:
    """Both tables, one after the other, as a decision of the engine."""
    ends = [{"id": name, "name": name, "type": f"{name}Node", "position": {"x": 0, "y": 0}}
            for name in ("input", "output")]  # fmt: skip
    path = ["input", "table0", "table1", "output"]
    edges = [{"id": a, "sourceId": a, "targetId": b, "type": "edge"} for a, b in pairwise(path)]
    content = json.dumps({"nodes": [*ends, table(0), table(1)], "edges": edges})
    return zen.ZenEngine().create_decision(zen.ZenDecisionContent(content))


def read(found: list[tuple[int, int]]) -> Outputs:
    """Decisions as columns: no amounts."""
    return Outputs(np.array(found, np.int16).reshape(-1, 2))


def prepare(workload: Workload) -> Ready:
    """Ready to match by decision tables."""
    ready, lines = decision(), contexts(workload)

    def run() -> list[tuple[int, int]]:
        results = (ready.evaluate(line)["result"] for line in lines)
        return [(result.get("benefit_0", -1), result.get("benefit_1", -1)) for result in results]

    return Ready(run, read)


def expression(benefit: Benefit) -> Any:
    """The condition of a benefit, compiled; stack and service are the caller's choice."""
    parts = [f"age in [{benefit.age_from}..{benefit.age_to}]"]
    for name, values, known in (
        ("channel", list(benefit.channels), CHANNELS),
        ("diagnosis", insured(benefit), DIAGNOSES),
    ):
        if set(values) != set(known):
            parts.append(f"{name} in {json.dumps(values)}")
    parts += [f"contains(papers, {json.dumps(paper)})" for paper in benefit.papers]
    waits = [f"(cause in {json.dumps(causes)} and waited >= {wait})" for wait, causes in by_wait(benefit).items()]
    return zen.compile_expression(" and ".join([*parts, f"({' or '.join(waits)})"]))


def prepare_expressions(workload: Workload) -> Ready:
    """Ready to match by compiled expressions, of which only those for the line's service are asked."""
    compiled = [expression(benefit) for benefit in BENEFITS]
    asked = {
        (stack, service): tuple([(n, compiled[n]) for n in candidates(stack, cover, service)] for cover in COVERS)
        for stack in STACKS for service in SERVICES
    }  # fmt: skip
    lines = contexts(workload)

    def first(tried: list[tuple[int, Any]], line: dict[str, Any]) -> int:
        return next((number for number, condition in tried if condition.evaluate(line)), -1)

    def run() -> list[tuple[int, int]]:
        found = []
        for line in lines:
            base, plus = asked[line["stack"], line["service"]]
            found.append((first(base, line), first(plus, line)))
        return found

    return Ready(run, read)
