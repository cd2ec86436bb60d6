"""What a page answers where access is refused, and when somebody was last here."""

from __future__ import annotations

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin

from clausula_server.accounts.actors import SecondFactorNeeded
from clausula_server.lib.access import NotAllowed, SignInNeeded

NOTED_EVERY = timedelta(minutes=5)


class AccessMiddleware(MiddlewareMixin):
    """Lead to the sign-in or the second factor, or say 403. The API answers in its own form before it comes to this."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer the exceptions of `lib.access`; leave all others."""
        if isinstance(exception, SecondFactorNeeded):
            return redirect("accounts_second_factor")
        if isinstance(exception, SignInNeeded):
            return redirect_to_login(request.get_full_path(), resolve_url("account_login"))
        if isinstance(exception, NotAllowed):
            return render(request, "403.html", status=403)
        return None


class SessionsMiddleware(MiddlewareMixin):
    """Note which device was last here when, for the list of sessions; every five minutes, not with every request."""

    def process_request(self, request: HttpRequest) -> None:
        """Write the row where it is missing or old."""
        key = request.session.session_key
        if not key or not request.user.is_authenticated:
            return
        noted = request.session.get("noted_at", 0)
        now = timezone.now()
        if now.timestamp() - noted > NOTED_EVERY.total_seconds():
            UserSession.objects.create_from_request(request)
            request.session["noted_at"] = int(now.timestamp())
