"""The first page, and the language switch."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import check_for_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from clausula_server.accounts.models import User
from clausula_server.lib.access import guard, may, public
from clausula_server.lib.acting import current_actor
from clausula_server.lib.roles import STAFF, Role
from clausula_server.portal.frame import places_of
from clausula_server.portal.member.home import own_home
from clausula_server.portal.operator.queries import choices, own_turn

ROLES = {
    Role.MEMBER: _("Member"),
    Role.PROVIDER: _("Provider"),
    Role.PRACTITIONER: _("Practitioner"),
    Role.CLAIMS_HANDLER: _("Claims handler"),
    Role.MEDICAL_ADVISER: _("Medical adviser"),
    Role.OPERATIONS: _("Operations"),
    Role.FINANCE: _("Finance"),
    Role.ADMINISTRATOR: _("Administrator"),
    Role.AUDITOR: _("Auditor"),
}


@guard("portal.home.see")
def home(request: HttpRequest) -> HttpResponse:
    """Members see their cover; others what can be done here."""
    actor = current_actor()
    if Role.MEMBER in actor.roles and not actor.roles & STAFF:
        return own_home(request, actor)
    held = sorted(actor.roles & STAFF) or sorted(actor.roles)
    hour = timezone.localtime().hour
    tiles = [place for place in places_of(actor) if place.about]
    words = {
        "tiles": tiles,
        "roles": [ROLES[role] for role in held],
        "waits": choices(timezone.localdate()) if may(actor, "claims.worklist.read") else [],
        "turn": own_turn(actor),
        "daytime": "morning" if hour < 12 else "day" if hour < 18 else "evening",
    }
    return render(request, "portal/home.html", words)


@public("everybody may read in their own language")
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the language in a cookie, and with the user where somebody is signed in."""
    language = request.POST.get("language", "")
    if isinstance(request.user, User) and check_for_language(language):
        User.objects.filter(pk=request.user.pk).update(language=language)
    answer: HttpResponse = set_language(request)
    return answer
