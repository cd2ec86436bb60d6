"""What the frame around every page shows: the house's name, who is here, and where they can go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clausula_server.lib.access import SignInNeeded, actor_of, may
from clausula_server.lib.acting import Actor
from clausula_server.lib.roles import STAFF, Role

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere to go. permission: who does not have it is not shown the way; "" for everybody signed in. members:
    for members who are no people of the house; those find their own cover by a tile. begins: beginnings of the names
    of further pages that are part of it."""

    label: Words
    about: Words
    url_name: str
    icon: str
    permission: str = ""
    in_menu: bool = True
    members: bool = False
    begins: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """Its address."""
        return reverse(self.url_name)


PLACES: list[Place] = [
    Place(_("Home"), "", "home", "home", begins=("member_home", "member_card")),
    Place(_("Bills"), "", "own_claims", "file", members=True, begins=("member_claim",)),
    Place(
        _("Send a bill"),
        _("Take a photo of it; you see at once what is paid."),
        "bills",
        "upload",
        members=True,
        begins=("member_bill",),
    ),
    Place(
        _("Worklist"),
        _("What waits for you and your colleagues, the most urgent first."),
        "worklist",
        "list",
        permission="claims.worklist.read",
        begins=("operator_",),
    ),
    Place(
        _("Sign-in and security"),
        _("Passkeys, app and recovery codes: how you prove that it is you."),
        "accounts_second_factor",
        "shield",
        in_menu=False,
    ),
    Place(
        _("Devices"),
        _("Where you are signed in. Sign out a phone you lost."),
        "usersessions_list",
        "devices",
        in_menu=False,
    ),
    Place(
        _("Tokens"),
        _("Let a system of yours work here, within limits that you set."),
        "accounts_tokens",
        "key",
        permission="accounts.token.make",
        in_menu=False,
    ),
]
"""A room that shows something adds its places here, in the order of the menu."""


def places_of(actor: Actor) -> Iterator[Place]:
    """Where the actor can go."""
    member = Role.MEMBER in actor.roles and not actor.roles & STAFF
    for place in PLACES:
        if (member or not place.members) and (not place.permission or may(actor, place.permission)):
            yield place


def place_of(url_name: str) -> str:
    """The place a page belongs to, by the name of its address."""
    for place in PLACES:
        if url_name == place.url_name or url_name.startswith(place.begins or ("nowhere",)):
            return place.url_name
    return url_name


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of every page."""
    actor: Actor | None = None
    with suppress(SignInNeeded):  # on pages for everybody; guarded ones have asked already
        if hasattr(request, "user") and request.user.is_authenticated:  # a request refused early has none
            actor = actor_of(request)
    match = request.resolver_match
    return {
        "house": settings.CLAUSULA_NAME,
        "actor": actor,
        "places": list(places_of(actor)) if actor else [],
        "here": place_of(match.url_name or "") if match else "",
    }
