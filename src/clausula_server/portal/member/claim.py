"""A claim as the member reads it: where it stands, the decision as a ladder, what is missing, documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clausula_server.claims.actions.appeal import file_appeal
from clausula_server.claims.actions.request import hand_in
from clausula_server.claims.engine.asked import plans_of, question
from clausula_server.claims.engine.telling import evidence_names
from clausula_server.claims.models import Claim, Move
from clausula_server.claims.queries import ClaimShown, show_claim
from clausula_server.claims.stated import NewAttachment
from clausula_server.lib.access import Concerned, guard
from clausula_server.lib.refusals import Refused
from clausula_server.portal.member.forms import papers_of
from clausula_server.portal.member.queries import claim_with_papers
from clausula_server.portal.shown import STATUSES, Words, covers_of, pill_of

Names = Mapping[str, str]
BILLS = {"invoice", "invoice-receipt", "original-documents"}
"""Kinds of documents that are no medical ones: claims handlers read them."""


def claim_of(claim: UUID) -> Concerned:
    """Whom the claim of an address concerns, with the claim; Http404 for one that is not there for the reader."""
    row = get_object_or_404(claim_with_papers(claim))
    return Concerned(person=row.person_id, provider=row.provider_id, row=row)


def language() -> str:
    """The language of the page."""
    return (get_language() or "en")[:2]


@guard("claims.claim.read", claim_of)
def show(request: HttpRequest, claim: UUID) -> HttpResponse:  # noqa: ARG001 - the guard has read it
    """The page."""
    row: Claim = request.concerned.row  # type: ignore[attr-defined] # set by the guard
    return render(request, "member/claim.html", words_of(row, show_claim(row, language())))


def words_of(claim: Claim, shown: ClaimShown) -> dict[str, Any]:
    """What a page says of a claim, for members and for people of the house."""
    lines = []
    for line in shown.lines:
        plans = plans_of(line.decision.editions, language()) if line.decision else {}
        lines.append((line, covers_of(line, plans)))
    digests = next((line.decision.editions for line in shown.lines if line.decision), [])

    def name(kind: str) -> Names:
        return evidence_names(digests, kind) if digests else {"en": kind}

    waits = claim.waits  # type: ignore[attr-defined] # annotated
    return {
        "claim": claim,
        "lines": lines,
        "pill": pill_of(claim, waits),
        "others": sum(line.decision.paid_by_others for line in shown.lines if line.decision),
        "moves": shown.moves,
        "history": history_of(shown.moves),
        "waits": waits,
        "wanted_kinds": (kinds := _kinds(shown, claim, name)),
        "paper_content": "bill" if {kind for kind, _ in kinds} <= BILLS else "medical",
        "questions": list(dict.fromkeys(_questions(shown))),
        "promises": [each for each in shown.promises if waits],
        "papers": [each | {"name": name(each["kind"])} for each in claim.papers],  # type: ignore[attr-defined] # likewise
        "asked": [each | {"name": name(each["kind"])} for each in claim.asked],  # type: ignore[attr-defined] # likewise
        "wanted": [names for line in shown.lines if line.wait for names in line.asked],
    }


@dataclass(frozen=True, slots=True)
class Moved:
    """A step of a claim's history, in words."""

    moved_at: datetime
    words: Words
    reason: str
    by: UUID | None


def history_of(moves: Sequence[Move]) -> list[Moved]:
    """The history of a claim, the latest first. A reason is what somebody wrote, not the one word of a machine."""
    return [
        Moved(each.moved_at, STATUSES[each.after], each.reason if " " in each.reason else "", each.by)
        for each in reversed(moves)
    ]


def _questions(shown: ClaimShown) -> Iterator[str]:
    """What nobody has stated of the lines that wait, as questions."""
    for line in shown.lines:
        if line.wait and line.wait.fact and line.decision:
            asked = question(line.decision.editions, line.wait.fact, language())
            if asked is not None:
                yield asked.ask or asked.name


def _kinds(shown: ClaimShown, claim: Claim, name: Callable[[str], Names]) -> list[tuple[str, Names]]:
    """The kinds of documents a claim waits for, what was asked for by somebody first."""
    asked = [each["kind"] for each in claim.asked]  # type: ignore[attr-defined] # annotated
    wanted = [kind for line in shown.lines if line.wait for kind in line.wait.wants]
    return [(kind, name(kind)) for kind in dict.fromkeys([*asked, *wanted])]


@require_POST
@guard("claims.evidence.add", claim_of)
def hand_in_documents(request: HttpRequest, claim: UUID) -> HttpResponse:
    """Documents for a claim that waits for them; they are in the room of documents already."""
    row: Claim = request.concerned.row  # type: ignore[attr-defined] # set by the guard
    papers = [NewAttachment(each.document, each.kind) for each in papers_of(request.POST.getlist("document"))]
    try:
        hand_in(row, papers, timezone.localdate())
    except Refused:
        messages.error(request, _("There is no document yet. Take a photo of it or choose a file, then send it."))
    else:
        messages.success(request, _("Thank you, we have it. Somebody reads it now; this page changes by itself."))
    return redirect("member_claim", claim=claim)


@require_POST
@guard("claims.appeal.file", claim_of)
def object_to(request: HttpRequest, claim: UUID) -> HttpResponse:
    """Object to the decision."""
    row: Claim = request.concerned.row  # type: ignore[attr-defined] # set by the guard
    try:
        file_appeal(row, request.POST.get("text", ""))
    except Refused:
        messages.error(request, _("Tell us in a sentence or two what is wrong with the decision."))
    else:
        messages.success(request, _("We have your objection. A person looks at the decision again and answers you."))
    return redirect("member_claim", claim=claim)
