"""Sending a bill: for whom, what was done, photos of it. What is filled in is kept until it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from clausula_server.claims.actions.draft import discard_draft, keep_draft, send_draft
from clausula_server.claims.engine.asked import BillForm, bill_form
from clausula_server.claims.engine.telling import evidence_names
from clausula_server.claims.models import Draft
from clausula_server.claims.stated import NewAttachment, NewClaim
from clausula_server.directory.models import Provider
from clausula_server.lib.access import Concerned, guard
from clausula_server.lib.acting import current_actor
from clausula_server.lib.refusals import Refused
from clausula_server.portal.member.claim import language
from clausula_server.portal.member.forms import MOST_LINES, LineForm, contents, filled, papers_of
from clausula_server.portal.member.queries import Cover, Relative, cover_of, relatives

MEDICAL_KINDS = ("prescription", "referral", "delegation-voucher", "emergency-department-report", "test-results")
FOUND = 8


@require_GET
@guard("portal.home.see")
def choose(request: HttpRequest) -> HttpResponse:
    """For whom? Where there is one person only, straight to the form."""
    people = relatives(current_actor())
    if len(people) == 1:
        return redirect("member_bill", person=people[0].id)
    return render(request, "member/choose.html", {"people": people})


@guard("claims.claim.submit", lambda person: Concerned(person=person))
def fill_in(request: HttpRequest, person: UUID) -> HttpResponse:
    """The form; sent with `do`: send, add (a line), drop (a line by its number), or nothing: only keep it."""
    whom = next(each for each in relatives(current_actor()) if each.id == person)
    cover, today = cover_of(person, timezone.localdate()), timezone.localdate()
    if not cover.digests:
        return render(request, "member/not_covered.html", {"whom": whom})
    asked = bill_form(cover.digests, language())
    if request.method == "POST":
        return _answer(request, whom, cover, asked, today)
    draft = own_draft(person)
    kept = draft.content if draft else {}
    lines = [
        LineForm(asked, today, initial=line, prefix=str(number)) for number, line in enumerate(filled(kept))
    ]  # fmt: skip
    return _form(request, whom, cover, lines, kept, draft=draft)


def own_draft(person: UUID) -> Draft | None:
    """What whoever is signed in has filled in for the person."""
    user = current_actor().user
    return Draft.objects.filter(author=user, person=person).first() if user else None


def _answer(request: HttpRequest, whom: Relative, cover: Cover, asked: BillForm, today: date) -> HttpResponse:
    count = min(max(1, int(posted) if (posted := request.POST.get("count", "1")).isdigit() else 1), MOST_LINES)
    lines = [LineForm(asked, today, request.POST, prefix=str(number)) for number in range(count)]
    kept = contents(request.POST, lines)
    do, _dash, number = request.POST.get("do", "").partition("-")
    if do == "send":
        return _send(request, whom, cover, lines, kept, today)
    if do == "add" and len(kept["lines"]) < MOST_LINES:
        kept["lines"].append({"served_on": kept["lines"][-1]["served_on"], "cause": kept["lines"][-1].get("cause", "")})
    if do == "drop" and number.isdigit() and int(number) < len(kept["lines"]) > 1:
        del kept["lines"][int(number)]
    draft = keep_draft(whom.id, kept)
    if do:
        return redirect("member_bill", person=whom.id)
    return render(request, "member/kept.html", {"draft": draft})


def _send(
    request: HttpRequest, whom: Relative, cover: Cover, lines: list[LineForm], kept: dict[str, Any], today: date
) -> HttpResponse:  # fmt: skip
    papers = papers_of(kept["documents"])
    draft = keep_draft(whom.id, kept)
    valid = [form.is_valid() for form in lines]
    if not all(valid) or not papers:
        return _form(request, whom, cover, lines, kept, draft=draft, papers_missing=not papers)
    new = NewClaim(
        person=whom.id,
        lines=[form.line() for form in lines],
        key="",
        received_on=today,
        currency=lines[0].currency,
        provider=provider_code(kept["provider"]),
        settlement="reimbursement",
        number=kept["number"],
        attachments=[NewAttachment(each.document, each.kind) for each in papers],
    )
    try:
        receipt = send_draft(draft, new, today)
    except Refused as refused:
        _place(refused, lines)
        return _form(request, whom, cover, lines, kept, draft=draft, refused=True)
    if whom.open:
        messages.success(request, _("We have your bill, and it has been looked at already."))
        return redirect("member_claim", claim=receipt.claim)
    words = _("We have the bill of %(name)s. What is decided only they see.") % {"name": whom.person.given_name}
    messages.success(request, words)
    return redirect("member_card", person=whom.id)


def _place(refused: Refused, lines: list[LineForm]) -> None:
    """Put what the action refused where it belongs in the form."""
    words = {
        "service": _("Your plan does not know this service. Choose another that comes near."),
        "served_on": _("Check the day: on it nobody of you was insured with us, or it is still to come."),
        "charged": _("Check the amount."),
    }
    for fault in refused.faults:
        first, _dot, rest = fault.place.partition(".")
        number, _dot, name = rest.partition(".")
        if first == "lines" and number.isdigit() and int(number) <= len(lines):
            form = lines[int(number) - 1]
            known = name if name in form.fields else None
            form.add_error(known, words.get(name) or _("This does not fit. Check it against the bill."))


def provider_code(text: str) -> str:
    """The code of the provider somebody named, as the list of the form wrote it ("name · code") or by its name; ""
    where nobody is known by it: then a person of the house reads it from the bill."""
    name, _dot, code = text.rpartition(" · ")
    found = Provider.objects.filter(code=code.strip()).first() if name else None
    found = found or Provider.objects.filter(name__iexact=text.strip()).first() if text.strip() else None
    return found.code if found else ""


def _form(
    request: HttpRequest, whom: Relative, cover: Cover, lines: list[LineForm], kept: Mapping[str, Any], *,
    draft: Draft | None, papers_missing: bool = False, refused: bool = False,
) -> HttpResponse:  # fmt: skip
    names = [(kind, evidence_names(list(cover.digests), kind)) for kind in MEDICAL_KINDS]
    words = {
        "whom": whom,
        "cover": cover,
        "lines": lines,
        "several": len(lines) > 1,
        "most": len(lines) >= MOST_LINES,
        "kept": kept,
        "papers": papers_of(kept.get("documents", [])),
        "draft": draft,
        "kinds": names,
        "papers_missing": papers_missing,
        "refused": refused,
        "wrong": papers_missing or refused or any(form.is_bound and form.errors for form in lines),
    }
    return render(request, "member/bill.html", words, status=422 if words["wrong"] else 200)


@require_POST
@guard("claims.claim.submit", lambda person: Concerned(person=person))
def throw_away(request: HttpRequest, person: UUID) -> HttpResponse:
    """Throw the draft away."""
    discard_draft(person)
    messages.success(request, _("The draft is gone."))
    return redirect("home")


@require_GET
@guard("directory.provider.read")
def providers(request: HttpRequest) -> HttpResponse:
    """Providers whose name holds what was typed, for the list of the field."""
    text = request.GET.get("provider", "").strip()
    found = Provider.objects.filter(name__icontains=text).order_by("name")[:FOUND] if len(text) > 1 else []
    return render(request, "member/providers.html", {"found": found})
