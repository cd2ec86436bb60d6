"""Where somebody is signed in, and signing out from afar."""

from __future__ import annotations

import re

from allauth.usersessions.models import UserSession
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
ON_THE_MOVE = re.compile("iPhone|iPad|Android|Mobile")


def device(agent: str) -> str:
    """What people call the device, from what the browser says of itself: "Firefox, Android"."""
    found = (next((name for sign, name in names if sign in agent), "") for names in (BROWSERS, SYSTEMS))
    return ", ".join(filter(None, found)) or agent[:40] or "?"


@login_required
@never_cache
def sessions(request: HttpRequest) -> HttpResponse:
    """The user's sessions, the present one first."""
    held = UserSession.objects.purge_and_list(request.user)
    current = request.session.session_key
    rows = [
        {
            "session": each,
            "device": device(each.user_agent),
            "current": each.session_key == current,
            "icon": "phone" if ON_THE_MOVE.search(each.user_agent) else "devices",
        }
        for each in sorted(held, key=lambda each: (each.session_key != current, -each.last_seen_at.timestamp()))
    ]
    return render(request, "usersessions/usersession_list.html", {"rows": rows})


@login_required
@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign one of the user's own sessions out."""
    get_object_or_404(UserSession, pk=pk, user=request.user).end()
    return redirect("usersessions_list")


@login_required
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    for each in UserSession.objects.filter(user=request.user).exclude(session_key=request.session.session_key):
        each.end()
    return redirect("usersessions_list")
