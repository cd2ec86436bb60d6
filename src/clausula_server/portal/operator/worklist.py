"""The worklist: what waits for whom, since when, until when; take one on."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from clausula_server.claims.actions.wait import assign_wait
from clausula_server.claims.models import Owner, Pend, Wait
from clausula_server.lib.access import guard
from clausula_server.lib.acting import current_actor
from clausula_server.lib.refusals import Refused
from clausula_server.portal.member.claim import language
from clausula_server.portal.operator.queries import appeals, choices, own_turn, rows_of, to_confirm, waits
from clausula_server.portal.shown import KINDS

PAGE = 50


@guard("claims.worklist.read")
def show(request: HttpRequest) -> HttpResponse:
    """What waits. for: whose turn; kind; mine: what I took on; late: what is overdue; from: rows to leave out."""
    actor, today = current_actor(), timezone.localdate()
    asked = request.GET.get("for", own_turn(actor))
    owner = asked if asked in Owner.values else ""
    kind = request.GET.get("kind", "") if request.GET.get("kind", "") in Wait.values else ""
    mine, late = "mine" in request.GET, "late" in request.GET
    start = int(text) if (text := request.GET.get("from", "0")).isdigit() else 0
    rows = list(waits(owner, kind, actor.user if mine else None, today, late=late)[start : start + PAGE + 1])
    words = {
        "choices": choices(today),
        "owner": owner,
        "kinds": KINDS.items(),
        "kind": kind,
        "mine": mine,
        "late": late,
        "rows": rows_of(rows[:PAGE], language(), today),
        "next": start + PAGE if len(rows) > PAGE else 0,
        "confirm": to_confirm(actor.user),
        "appeals": appeals(),
        "user": request.user,
        "me": actor.user,
    }
    return render(request, "operator/worklist.html", words)


@require_POST
@guard("claims.wait.change")
def take(request: HttpRequest, wait: UUID) -> HttpResponse:
    """Take a wait on, or give it back where one has it already."""
    row = get_object_or_404(Pend, pk=wait, closed_at__isnull=True)
    me = current_actor().user
    try:
        assign_wait(row, None if row.assigned_to == me else me)
    except Refused as refused:  # it ended in the same moment
        messages.error(request, " ".join(f"{each.message} {each.mend}" for each in refused.faults))
    if request.POST.get("next") == "claim":
        return redirect("operator_claim", claim=row.claim_id)
    return redirect(f"{request.META.get('HTTP_REFERER') or '/desk/'}")
