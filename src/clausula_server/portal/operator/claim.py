"""A claim as people of the house read it, and what they can do about it; every act is an action of claims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from clausula_server.claims.engine.asked import Question, kinds_of_evidence, named_by_evidence, plans_of, question
from clausula_server.claims.engine.telling import evidence_names
from clausula_server.claims.models import Claim, Wait
from clausula_server.claims.queries import LineShown, show_claim
from clausula_server.documents.models import Content
from clausula_server.lib.access import Concerned, guard, may
from clausula_server.lib.acting import Actor, current_actor
from clausula_server.portal.member.claim import claim_of, language, words_of
from clausula_server.portal.operator.forms import AskForm, AuthorisationForm, EvidenceForm, FactForm, OverrideForm
from clausula_server.portal.operator.queries import names_of
from clausula_server.portal.shown import KINDS, OWNERS, Cover, Words


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a colleague proposed to decide, and somebody else has to confirm."""

    id: UUID
    amount: int
    reason: str
    proposed_by: UUID

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Proposal:
        """As the claim was read with it."""
        return cls(UUID(told["id"]), told["amount"], told["reason"], UUID(told["proposed_by"]))


@dataclass(slots=True)
class Desk:
    """A line with what can be done about it by whoever looks: only forms they may send. turn: whose it is."""

    shown: LineShown
    covers: list[Cover]
    question: Question | None = None
    evidence: forms.Form | None = None
    authorisation: forms.Form | None = None
    fact: forms.Form | None = None
    ask: forms.Form | None = None
    override: forms.Form | None = None
    turn: Words = ""
    kind: Words = ""
    wants: str = ""
    taken_by: str = ""
    proposed: Proposal | None = None
    opened: str = ""
    rights: Mapping[str, bool] = field(default_factory=dict)


@guard("claims.claim.read", claim_of)
def show(request: HttpRequest, claim: UUID) -> HttpResponse:
    """The page; members and providers, who may read the claim as well, are led to their own."""
    row: Claim = request.concerned.row  # type: ignore[attr-defined] # set by the guard
    if not may(current_actor(), "claims.worklist.read"):
        return redirect("member_claim", claim=claim)
    return desk_page(request, row)


def desk_page(
    request: HttpRequest, claim: Claim, wrong: Mapping[tuple[UUID, str], forms.Form] | None = None
) -> HttpResponse:
    """The page, with forms that were filled in wrongly by line and name."""
    actor = current_actor()
    shown = show_claim(claim, language())
    words = words_of(claim, shown)
    proposed = {UUID(each["line"]): Proposal.of(each) for each in claim.proposed}  # type: ignore[attr-defined] # annotated
    people = {each.proposed_by for each in proposed.values()}
    people |= {line.wait.assigned_to for line, _ in words["lines"] if line.wait and line.wait.assigned_to}
    people |= {each.by for each in shown.moves if each.by}
    names = names_of(people)
    rights = rights_of(actor, claim)
    desks = [
        _desk(line, covers, words["papers"], proposed, names, rights, dict(wrong or {}))
        for line, covers in words["lines"]
    ]
    words |= {
        "desks": desks,
        "moves": [(move, names.get(move.by, "") if move.by else "") for move in words["history"]],
        "rights": rights,
        "me": actor.user,
        "names": names,
        "today": timezone.localdate(),
        "reads": {content.value: may(actor, f"documents.{content}.read", _of(claim)) for content in Content},
    }
    return render(request, "operator/claim.html", words, status=422 if wrong else 200)


def _of(claim: Claim) -> Concerned:
    return Concerned(person=claim.person_id, provider=claim.provider_id)


def rights_of(actor: Actor, claim: Claim) -> dict[str, bool]:
    """What the actor may do with the claim, by a short name."""
    names = {
        "take": "claims.wait.change", "ask": "claims.wait.change", "evidence": "claims.evidence.add",
        "authorise": "claims.authorisation.answer", "fact": "claims.claim.correct",
        "override": "claims.line.override", "confirm": "claims.override.confirm", "reverse": "claims.claim.reverse",
    }  # fmt: skip
    return {short: may(actor, name, _of(claim)) for short, name in names.items()}


def _desk(
    line: LineShown, covers: list[Cover], papers: list[dict[str, Any]], proposed: Mapping[UUID, Proposal],
    names: Mapping[UUID, str], rights: Mapping[str, bool], wrong: dict[tuple[UUID, str], forms.Form],
) -> Desk:  # fmt: skip
    desk = Desk(line, covers, proposed=proposed.get(line.line.id), rights=rights)
    wait, decision, own = line.wait, line.decision, line.line.id
    desk.opened = next((name for id_, name in wrong if id_ == own), "")
    if decision is None or line.hidden:
        return desk
    digests = decision.editions
    if rights["override"] and desk.proposed is None:
        plans = plans_of(digests, language())
        desk.override = wrong.get((own, "override")) or OverrideForm(line, plans, prefix=f"override-{own}")
    if wait is None:
        return desk
    desk.turn, desk.kind = OWNERS[wait.owner], KINDS[wait.kind]
    desk.taken_by = names.get(wait.assigned_to, "") if wait.assigned_to else ""
    desk.question = question(digests, wait.fact, language()) if wait.fact else None
    desk.wants = " / ".join(evidence_names(digests, kind)[language()] for kind in wait.wants)
    if wait.kind == Wait.AUTHORISATION and rights["authorise"]:
        first = {"issued_on": line.line.served_on}
        form = AuthorisationForm(initial=first, prefix=f"authorisation-{own}")
        desk.authorisation = wrong.get((own, "authorisation")) or form
    if desk.question and rights["fact"]:
        desk.fact = wrong.get((own, "fact")) or FactForm(desk.question, prefix=f"fact-{own}")
    if wait.wants and rights["evidence"] and wait.kind != Wait.AUTHORISATION:
        desk.evidence = wrong.get((own, "evidence")) or evidence_form(line, papers)
    if rights["ask"]:
        kinds = kinds_of_evidence(digests, language())
        first_kinds = [each for each in kinds if each[0] in wait.wants]
        rest = [each for each in kinds if each[0] not in wait.wants]
        asking = AskForm([*first_kinds, *rest], timezone.localdate(), prefix=f"ask-{own}")
        desk.ask = wrong.get((own, "ask")) or asking
    return desk


def evidence_form(line: LineShown, papers: list[dict[str, Any]], data: Any = None) -> EvidenceForm:
    """The form for what a document of a line says."""
    assert line.decision is not None
    assert line.wait is not None
    digests = line.decision.editions
    kinds = [(kind, evidence_names(digests, kind)[language()]) for kind in line.wait.wants]
    files = [
        (each["document"], f"{about[0]['name']}") for each in papers if (about := each.get("about"))
    ]  # fmt: skip
    return EvidenceForm(kinds, named_by_evidence(digests, language()), files, data, prefix=f"evidence-{line.line.id}")
