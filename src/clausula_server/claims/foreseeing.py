"""Looking ahead in a language: what would be decided on a bill nobody has sent, what must come before care."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction

from clausula_server.claims import store
from clausula_server.claims.actions.claim import draft
from clausula_server.claims.engine.deciding import Verdict
from clausula_server.claims.engine.guiding import Guidance, guide_to
from clausula_server.claims.engine.telling import Account, evidence_names, tell
from clausula_server.claims.folding import Change, fold
from clausula_server.claims.stated import NewClaim
from clausula_server.claims.world import Charged
from clausula_server.lib.ids import new_id


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would be decided on a line, told in a language. wants: kinds of evidence it would wait for, by name."""

    number: int
    service: str
    served_on: date
    verdict: Verdict
    account: Account
    wants: tuple[tuple[str, str], ...]


@transaction.atomic
def foresee(new: NewClaim, language: str) -> list[Foreseen]:
    """What would be decided on a claim that is not sent, line by line, with its steps. Nothing is written.

    Raises Refused for what could not be decided as stated.
    """
    world, _, lines = draft(replace(new, key=str(new_id())), locked=False)
    folded = fold(world, Change("submitted", new=tuple(lines)))
    store.write({})
    own = {line.id for line in lines}
    papers = {row["id"]: {**row, "issued_on": date.fromisoformat(row["issued_on"])} for row in world.evidence}
    return [_foreseen(each.line, each.verdict, language, papers) for each in folded.told if each.line.id in own]


def _foreseen(line: Charged, verdict: Verdict, language: str, papers: dict[str, Any]) -> Foreseen:
    stated = {
        "id": line.id, "person": line.person, "service": line.service, "served_on": line.served_on, "time": line.time,
        "episode": line.episode, "provider": line.provider, "indication": line.indication,
    }  # fmt: skip
    kinds = verdict.missing.wants if verdict.missing else ()
    wants = tuple((kind, evidence_names(verdict.editions, kind)[language]) for kind in kinds)
    account = tell(stated, verdict.content, language, papers)
    return Foreseen(line.number, line.service, line.served_on, verdict, account, wants)


@transaction.atomic
def guidance(new: NewClaim, language: str) -> Guidance:
    """What must come first for the one line of a claim that is intended. Nothing is written. Raises Refused."""
    world, _, lines = draft(replace(new, key=str(new_id())), locked=False)
    told = guide_to(world, lines[0], language)
    store.write({})
    return told
