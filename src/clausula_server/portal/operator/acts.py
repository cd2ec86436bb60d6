"""What people of the house do about a claim: each view reads a form and calls one action."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clausula_server.claims.actions.claim import reverse_claim, state_facts
from clausula_server.claims.actions.evidence import NewEvidence, add_evidence
from clausula_server.claims.actions.override import confirm_override, override_line, refuse_override
from clausula_server.claims.actions.request import ask_for_document
from clausula_server.claims.engine.asked import kinds_of_evidence, plans_of, question
from clausula_server.claims.engine.telling import service_names
from clausula_server.claims.models import Claim, Line, Override, Pend
from clausula_server.claims.queries import LineShown, preview_reversal, show_claim
from clausula_server.lib.access import Concerned, guard
from clausula_server.lib.refusals import Refused
from clausula_server.portal.member.claim import claim_of, language
from clausula_server.portal.member.queries import claim_with_papers
from clausula_server.portal.operator.claim import desk_page, evidence_form
from clausula_server.portal.operator.forms import AskForm, AuthorisationForm, FactForm, OverrideForm, ReverseForm
from clausula_server.portal.shown import OUTCOMES


def line_of(line: UUID) -> Concerned:
    """Whom the line of an address concerns."""
    row = get_object_or_404(Line.objects.select_related("claim"), pk=line, stands=True)
    return Concerned(person=row.person_id, provider=row.claim.provider_id, row=row)


def _shown(request: HttpRequest) -> tuple[Line, Claim, LineShown]:
    """The line of the address, its claim with documents, the line as it is shown."""
    line: Line = request.concerned.row  # type: ignore[attr-defined] # set by the guard
    claim = get_object_or_404(claim_with_papers(line.claim_id))
    for each in show_claim(claim, language()).lines:
        if each.line.id == line.id and each.decision is not None and not each.hidden:
            return line, claim, each
    raise Http404


def _done(
    request: HttpRequest, claim: Claim, line: UUID, name: str, form: forms.Form, act: Callable[[], Any], said: str
) -> HttpResponse:  # fmt: skip
    """Do it where the form is right; else show the page with the form and what is wrong."""
    if form.is_valid():
        try:
            act()
        except Refused as refused:
            for fault in refused.faults:
                form.add_error(None, f"{fault.message} {fault.mend}")
        else:
            messages.success(request, said)
            return redirect("operator_claim", claim=claim.id)
    return desk_page(request, claim, {(line, name): form})


def _open(shown: LineShown) -> Pend:
    if shown.wait is None:
        raise Http404
    return shown.wait


@require_POST
@guard("claims.evidence.add", line_of)
def read_document(request: HttpRequest, line: UUID) -> HttpResponse:
    """What a document says counts from now on."""
    _line, claim, shown = _shown(request)
    _open(shown)
    form = evidence_form(shown, claim.papers, request.POST)  # type: ignore[attr-defined] # annotated

    def act() -> None:
        told = form.cleaned_data
        document = UUID(told["document"]) if told.get("document") else None
        new = NewEvidence(
            claim.person_id, told["kind"], told["issued_on"], issuer=told["issuer"], names=tuple(told["names"]),
            document=document,
        )  # fmt: skip
        add_evidence(new, timezone.localdate())

    return _done(request, claim, line, "evidence", form, act, _("It is noted, and what waited for it is decided."))


@require_POST
@guard("claims.authorisation.answer", line_of)
def authorise(request: HttpRequest, line: UUID) -> HttpResponse:
    """Grant or refuse the authorisation a line waits for."""
    row, claim, shown = _shown(request)
    wait = _open(shown)
    form = AuthorisationForm(request.POST, prefix=f"authorisation-{line}")
    status = "granted" if request.POST.get("answer") == "granted" else "refused"

    def act() -> None:
        issued: date = form.cleaned_data["issued_on"]
        kind = wait.wants[0] if wait.wants else "authorisation"
        new = NewEvidence(claim.person_id, kind, issued, status=status, services=(row.service,))
        add_evidence(new, timezone.localdate())

    said = _("The authorisation is granted.") if status == "granted" else _("The authorisation is refused.")
    return _done(request, claim, line, "authorisation", form, act, said)


@require_POST
@guard("claims.claim.correct", line_of)
def state(request: HttpRequest, line: UUID) -> HttpResponse:
    """State the fact a line lacks."""
    row, claim, shown = _shown(request)
    wait = _open(shown)
    assert shown.decision is not None
    asked = question(shown.decision.editions, wait.fact, language())
    if asked is None:
        raise Http404
    form = FactForm(asked, request.POST, prefix=f"fact-{line}")

    def act() -> None:
        state_facts(row, {wait.fact: form.told(asked.kind)}, timezone.localdate())

    return _done(request, claim, line, "fact", form, act, _("It is stated, and the line is decided anew."))


@require_POST
@guard("claims.wait.change", line_of)
def ask(request: HttpRequest, line: UUID) -> HttpResponse:
    """Ask the member, or the provider, for a document."""
    _line, claim, shown = _shown(request)
    wait = _open(shown)
    assert shown.decision is not None
    kinds = kinds_of_evidence(shown.decision.editions, language())
    form = AskForm(kinds, timezone.localdate(), request.POST, prefix=f"ask-{line}")

    def act() -> None:
        told = form.cleaned_data
        ask_for_document(wait, told["kind"], told["note"], told["due_on"])

    return _done(request, claim, line, "ask", form, act, _("It is asked for. It comes back here when it is there."))


@require_POST
@guard("claims.line.override", line_of)
def override(request: HttpRequest, line: UUID) -> HttpResponse:
    """Decide a line otherwise, with a reason."""
    row, claim, shown = _shown(request)
    assert shown.decision is not None
    form = OverrideForm(
        shown, plans_of(shown.decision.editions, language()), request.POST, prefix=f"override-{line}"
    )  # fmt: skip
    held: list[Override] = []

    def act() -> None:
        held.append(override_line(row, form.told(), form.cleaned_data["reason"], timezone.localdate()))

    answer = _done(request, claim, line, "override", form, act, _("Your decision is on record."))
    if held and held[0].needs_second:
        messages.info(request, _("It holds as soon as a colleague has confirmed it: four eyes for larger amounts."))
    return answer


def override_of(override: UUID) -> Concerned:
    """Whom what a colleague proposed concerns."""
    row = get_object_or_404(Override.objects.select_related("line__claim"), pk=override)
    return Concerned(person=row.person_id, row=row)


@require_POST
@guard("claims.override.confirm", override_of)
def answer_override(request: HttpRequest, override: UUID) -> HttpResponse:  # noqa: ARG001 - the guard has read it
    """Confirm or refuse what a colleague proposed."""
    row: Override = request.concerned.row  # type: ignore[attr-defined] # set by the guard
    try:
        if request.POST.get("answer") == "confirm":
            confirm_override(row, timezone.localdate())
            messages.success(request, _("Confirmed: it holds from now on."))
        else:
            refuse_override(row, request.POST.get("reason", ""))
            messages.success(request, _("Not confirmed: the decision stays as it was."))
    except Refused as refused:
        messages.error(request, " ".join(f"{each.message} {each.mend}" for each in refused.faults))
    return redirect("operator_claim", claim=row.line.claim_id)


@guard("claims.claim.reverse", claim_of)
def reverse(request: HttpRequest, claim: UUID) -> HttpResponse:
    """Take a claim back, or some lines of it; before, what that changes."""
    row: Claim = request.concerned.row  # type: ignore[attr-defined] # set by the guard
    lines = list(Line.objects.filter(claim=row, stands=True).select_related("decision").order_by("number"))
    asked = request.POST.getlist("line") if request.method == "POST" else request.GET.getlist("line")
    wanted = [each.id for each in lines if str(each.id) in asked] or [each.id for each in lines]
    form = ReverseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            some = wanted if len(wanted) < len(lines) else ()
            reverse_claim(row, form.cleaned_data["reason"], timezone.localdate(), some)
        except Refused as refused:
            for fault in refused.faults:
                form.add_error(None, f"{fault.message} {fault.mend}")
        else:
            messages.success(request, _("It is taken back, and what came after it is decided anew."))
            return redirect("operator_claim", claim=claim)
    changes = preview_reversal(row, wanted) if lines else []
    editions = {each for line in lines if line.decision for each in line.decision.editions}
    names = {each.service: service_names(sorted(editions), each.service) for each in changes} if editions else {}
    words = {
        "claim": row,
        "lines": [(each, service_names(sorted(editions), each.service), each.id in wanted) for each in lines],
        "changes": [
            (each, names.get(each.service, {"en": each.service}), OUTCOMES.get(each.before), OUTCOMES.get(each.after),
             each.claim == row.id)
            for each in changes
        ],
        "paid": sum(each.paid for each in changes),
        "borne": sum(each.borne for each in changes),
        "form": form,
    }  # fmt: skip
    return render(request, "operator/reverse.html", words, status=422 if form.errors else 200)
