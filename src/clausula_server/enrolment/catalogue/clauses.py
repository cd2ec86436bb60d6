"""The clauses of an edition, to be read by people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from clausula_server.enrolment.catalogue.editions import edition
from clausula_server.enrolment.models import PlanText


@dataclass(frozen=True, slots=True)
class ClauseShown:
    """A clause: its title in the five languages, what it is (ruled, narrative, question), its prose, its place in the
    source. rules: ids of the rules that rest on it."""

    id: str
    title: Mapping[str, str]
    kind: str
    prose: str
    source: str
    rules: tuple[str, ...]


def clauses_of(digest: str, on: date) -> list[ClauseShown]:
    """The clauses of an edition as they stand on a day, in their order."""
    plan = edition(digest).on(on)
    rules: dict[str, list[str]] = {}
    for rule in plan.rules:
        rules.setdefault(rule.clause, []).append(rule.id)
    return [
        ClauseShown(each.id, dict(each.title), each.kind, each.prose, each.source, tuple(rules.get(each.id, ())))
        for each in plan.clauses
    ]


def text_of(manifest: str) -> str:
    """The text of an edition as its authors wrote it, from the first line of its manifest."""
    return PlanText.objects.values_list("text", flat=True).get(digest=manifest.split(" ", 1)[0])
