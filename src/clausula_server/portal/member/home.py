"""The first page of members: their card, what is left, their latest claims; the same of those they look after."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from clausula_server.claims.queries import left_of
from clausula_server.lib.access import Concerned, guard
from clausula_server.lib.acting import Actor, current_actor
from clausula_server.lib.paging import page
from clausula_server.portal.member.queries import Relative, cover_of, member_claims, relatives, rows_of
from clausula_server.portal.shown import bars_of

LATEST = 6


def own_home(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The home of whoever is signed in. Under `portal.home.see`: everybody reads their own care."""
    assert actor.person is not None
    return _home(request, actor.person)


@guard("claims.left.read", lambda person: Concerned(person=person))
def relatives_home(request: HttpRequest, person: UUID) -> HttpResponse:
    """The home of somebody whose care the member may read."""
    return _home(request, person)


@guard("people.person.read", lambda person: Concerned(person=person))
def relatives_card(request: HttpRequest, person: UUID) -> HttpResponse:
    """The card of somebody whose contracts the member looks after; of their care nothing is shown."""
    people, whom = _whom(current_actor(), person)
    words = {"people": people, "whom": whom, "cover": cover_of(person, timezone.localdate())}
    return render(request, "member/card.html", words)


def _home(request: HttpRequest, person: UUID) -> HttpResponse:
    today = timezone.localdate()
    people, whom = _whom(current_actor(), person)
    cover = cover_of(person, today)
    claims = list(member_claims(person).order_by("-received_on", "-pk")[: LATEST + 1])
    words = {
        "people": people,
        "whom": whom,
        "own": person == current_actor().person,
        "hour": timezone.localtime().hour,
        "cover": cover,
        "bars": bars_of(left_of(person, today)) if cover.digests else [],
        "rows": rows_of(claims[:LATEST]),
        "more": len(claims) > LATEST,
    }
    return render(request, "member/home.html", words)


def _whom(actor: Actor, person: UUID) -> tuple[list[Relative], Relative]:
    people = relatives(actor)
    whom = next((each for each in people if each.id == person), None)
    if whom is None:  # staff look at members on their own pages
        raise Http404
    return people, whom


@guard("claims.claim.read", lambda person: Concerned(person=person))
def all_claims(request: HttpRequest, person: UUID) -> HttpResponse:
    """All claims of a person, the newest first, page by page."""
    people, whom = _whom(current_actor(), person)
    claims = page(member_claims(person), request.GET.get("after", ""), size=20)
    words = {"people": people, "whom": whom, "rows": rows_of(claims.rows), "next": claims.next}
    return render(request, "member/claims.html", words)


@guard("portal.home.see")
def own_claims(_request: HttpRequest) -> HttpResponse:
    """Lead to one's own."""
    person = current_actor().person
    return redirect("member_claims", person=person) if person else redirect("home")
