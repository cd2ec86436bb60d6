"""What people of the house do with claims: correct, take back, decide otherwise, ask, answer."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from pydantic import Field

from clausula_server.accounts.models import User
from clausula_server.api import showing
from clausula_server.api.concerns import of_appeal, of_claim, of_evidence, of_override, of_wait
from clausula_server.api.endpoint import Room
from clausula_server.api.languages import language_of
from clausula_server.api.matching import require_match
from clausula_server.api.records.claims import (
    AnswerIn,
    AppealRecord,
    AssignIn,
    AuthorisationIn,
    CorrectionIn,
    Differences,
    Done,
    FactsIn,
    OverrideIn,
    OverrideRecord,
    PassIn,
    ReasonIn,
    ReversalAsked,
    ReversalIn,
    WaitRecord,
    Worklist,
)
from clausula_server.api.records.plain import Day, Size, minor
from clausula_server.api.said import new_line
from clausula_server.claims.actions.appeal import answer_appeal as answer_it
from clausula_server.claims.actions.claim import correct_line as correct
from clausula_server.claims.actions.claim import reverse_claim as reverse
from clausula_server.claims.actions.claim import state_facts as state
from clausula_server.claims.actions.evidence import answer_authorisation as answer
from clausula_server.claims.actions.evidence import void_evidence as void
from clausula_server.claims.actions.override import OverCover
from clausula_server.claims.actions.override import confirm_override as confirm
from clausula_server.claims.actions.override import end_override as end
from clausula_server.claims.actions.override import override_line as override
from clausula_server.claims.actions.override import refuse_override as refuse_it
from clausula_server.claims.actions.wait import assign_wait as assign
from clausula_server.claims.actions.wait import pass_wait as hand_on
from clausula_server.claims.models import Appeal, Claim, Evidence, Line, Override, Pend
from clausula_server.claims.queries import preview_reversal as look_ahead
from clausula_server.claims.queries import worklist
from clausula_server.lib.refusals import refuse

room = Room("operations")
MATCHED = {"headers": ("If-Match",), "errors": ("refused", "changed-meanwhile")}
Owner = Annotated[str, Field(pattern="^(|member|provider|claims_handler|medical_adviser|operations)$")]
Kind = Annotated[str, Field(pattern="^(|document|authorisation|person)$")]
Line_ = "/claims/{uuid:claim}/lines/{uuid:line}"


def _line(claim: UUID, line: UUID) -> Line:
    return get_object_or_404(Line.objects.select_related("claim"), pk=line, claim=claim)


@room.get("/waits", "claims.worklist.read")
def list_waits(
    request: HttpRequest, owner: Owner = "", kind: Kind = "", assigned_to: UUID | None = None,
    overdue_on: Day | None = None, size: Size = 50,
) -> Worklist:  # fmt: skip
    """What waits, the oldest first: by whose turn it is, what for, who took it on, what is overdue on a day."""
    rows = worklist(owner, kind, assigned_to, overdue_on)[:size]
    return Worklist(items=[showing.wait(row, (), language_of(request)) for row in rows])


@room.post("/waits/{uuid:wait}/assign", "claims.wait.change", of_wait, errors=("refused",))
def assign_wait(request: HttpRequest, wait: UUID, body: AssignIn) -> WaitRecord:
    """Let somebody of the house take a wait on, or nobody."""
    if body.user and not User.objects.filter(pk=body.user, is_active=True).exists():
        refuse("user", "there is no such user.", "Take the id of a user of the house.")
    row = get_object_or_404(Pend, pk=wait)
    assign(row, body.user)
    return showing.wait(row, (), language_of(request))


@room.post("/waits/{uuid:wait}/pass", "claims.wait.change", of_wait, errors=("refused",))
def pass_wait(request: HttpRequest, wait: UUID, body: PassIn) -> WaitRecord:
    """Let it be another's turn until a day: so a document is asked for of the member, or of the provider."""
    row = get_object_or_404(Pend, pk=wait)
    hand_on(row, body.owner, body.due_on)
    return showing.wait(row, (), language_of(request))


@room.post(f"{Line_}/correct", "claims.claim.correct", of_claim, **MATCHED)
def correct_line(request: HttpRequest, claim: UUID, line: UUID, body: CorrectionIn) -> Done:
    """Let a corrected line take the place of one. The old one stays as it was stated, and counts no more."""
    require_match(request, claim)
    return Done(id=correct(_line(claim, line), new_line(body.line), body.reason, timezone.localdate()))


@room.post(f"{Line_}/facts", "claims.claim.correct", of_claim, **MATCHED)
def state_facts(request: HttpRequest, claim: UUID, line: UUID, body: FactsIn) -> Done:
    """State what was not known of a line; it is decided with it."""
    require_match(request, claim)
    return Done(id=state(_line(claim, line), body.facts, timezone.localdate()))


@room.post(
    "/claims/{uuid:claim}/reversal/preview", "claims.claim.reverse", of_claim, writes=False, errors=("refused",)
)  # fmt: skip
def preview_reversal(request: HttpRequest, claim: UUID, body: ReversalAsked) -> Differences:
    """What taking back a claim, or some of its lines, would change, and for which other lines. Nothing is written."""
    row = get_object_or_404(Claim, pk=claim)
    return showing.differences(look_ahead(row, body.lines), row.currency)


@room.post("/claims/{uuid:claim}/reversal", "claims.claim.reverse", of_claim, **MATCHED)
def reverse_claim(request: HttpRequest, claim: UUID, body: ReversalIn) -> Done:
    """Take back a claim, or some of its lines: they are void, and what came after them is decided anew."""
    require_match(request, claim)
    reverse(get_object_or_404(Claim, pk=claim), body.reason, timezone.localdate(), body.lines)
    return Done(id=claim)


@room.post(f"{Line_}/override", "claims.line.override", of_claim, status=201, **MATCHED)
def override_line(request: HttpRequest, claim: UUID, line: UUID, body: OverrideIn) -> OverrideRecord:
    """Decide a line as a person, with a reason. Above an amount a second person confirms it."""
    require_match(request, claim)
    appeal = get_object_or_404(Appeal, pk=body.appeal, claim=claim) if body.appeal else None
    covers = [OverCover(each.plan, minor(each.paid), each.benefit, minor(each.indemnity)) for each in body.covers]
    return showing.override(override(_line(claim, line), covers, body.reason, timezone.localdate(), appeal))


@room.post(f"{Line_}/override/end", "claims.line.override", of_claim, **MATCHED)
def end_override(request: HttpRequest, claim: UUID, line: UUID, body: ReasonIn) -> Done:
    """Let the rules decide a line again. The override stays on record."""
    require_match(request, claim)
    end(_line(claim, line), body.reason, timezone.localdate())
    return Done(id=line)


@room.post("/overrides/{uuid:override}/confirm", "claims.override.confirm", of_override, errors=("refused",))
def confirm_override(request: HttpRequest, override: UUID) -> OverrideRecord:
    """Confirm, as a second person, what a colleague proposed; from now on it holds."""
    row = get_object_or_404(Override.objects.select_related("line__claim"), pk=override)
    confirm(row, timezone.localdate())
    return showing.override(row)


@room.post("/overrides/{uuid:override}/refuse", "claims.override.confirm", of_override, errors=("refused",))
def refuse_override(request: HttpRequest, override: UUID, body: ReasonIn) -> OverrideRecord:
    """Do not confirm what a colleague proposed."""
    row = get_object_or_404(Override, pk=override)
    refuse_it(row, body.reason)
    return showing.override(row)


@room.post("/appeals/{uuid:appeal}/answer", "claims.appeal.answer", of_appeal, errors=("refused",))
def answer_appeal(request: HttpRequest, appeal: UUID, body: AnswerIn) -> AppealRecord:
    """Answer an objection, with reasons. What is to be decided otherwise is decided before."""
    row = get_object_or_404(Appeal, pk=appeal)
    answer_it(row, body.answer, timezone.localdate())
    return showing.appeal(row)


@room.post("/evidence/{uuid:evidence}/void", "claims.evidence.void", of_evidence, errors=("refused",))
def void_evidence(request: HttpRequest, evidence: UUID) -> Done:
    """Take back what should never have counted: what rested on it is decided anew."""
    void(get_object_or_404(Evidence, pk=evidence), timezone.localdate())
    return Done(id=evidence)


@room.post(
    "/evidence/{uuid:evidence}/answer", "claims.authorisation.answer", of_evidence, errors=("refused",)
)  # fmt: skip
def answer_authorisation(request: HttpRequest, evidence: UUID, body: AuthorisationIn) -> Done:
    """Grant or refuse an authorisation that was asked for; what waited for it goes on."""
    answer(get_object_or_404(Evidence, pk=evidence), body.status, timezone.localdate())
    return Done(id=evidence)
