"""The second factor: allauth's pages, where a success counts for the session at once, and failures are counted."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.views import AddWebAuthnView
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from clausula_server.accounts.actors import has_second_factor, is_staff
from clausula_server.accounts.limits import SECOND_FACTOR_TRIES
from clausula_server.lib.access import public

JUST_NOW = 900.0  # seconds


@public("it asks for the sign-in itself, and is the one page that staff without a second factor reach")
@login_required
@never_cache
def overview(request: HttpRequest) -> HttpResponse:
    """What signs the user in, and what else could. For staff without a second factor: the way to one."""
    held = list(Authenticator.objects.filter(user=request.user).order_by("created_at"))
    parts = {
        "passkeys": [each.wrap() for each in held if each.type == Authenticator.Type.WEBAUTHN],
        "totp": next((each for each in held if each.type == Authenticator.Type.TOTP), None),
        "recovery": next((each for each in held if each.type == Authenticator.Type.RECOVERY_CODES), None),
        "required": is_staff(request.user) and not has_second_factor(request),  # type: ignore[arg-type] # signed in
    }
    return render(request, "accounts/second_factor.html", parts)


def _came_just_now(request: HttpRequest) -> bool:
    records = get_authentication_records(request, request.user)
    return any(time.time() - record["at"] < JUST_NOW for record in records)


class _CountsAtOnce:
    """A second factor just set up was also just shown."""

    request: HttpRequest
    kind: str

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Who has a second factor is asked for it by allauth. Who has none must have come by a code just now: a session
        that somebody found on a table must not become a key.
        """
        if request.user.is_authenticated and not is_mfa_enabled(request.user) and not _came_just_now(request):
            get_adapter().logout(request)
            messages.info(request, _("For this, sign in once more."))
            return redirect_to_login(request.path, "account_login")
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc] # allauth's view
        return answer

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Set up, and note it for the session."""
        answer: HttpResponse = super().form_valid(form)  # type: ignore[misc] # allauth's view stands beside it
        record_authentication(self.request, self.request.user, "mfa", type=self.kind, reauthenticated=True)
        return answer


class SetUpTOTP(_CountsAtOnce, ActivateTOTPView):  # type: ignore[misc] # allauth has no types
    """One-time passwords from an app."""

    kind = "totp"


class AddPasskey(_CountsAtOnce, AddWebAuthnView):  # type: ignore[misc] # allauth has no types
    """A passkey."""

    kind = "webauthn"


class Authenticate(AuthenticateView):  # type: ignore[misc] # allauth has no types
    """Ask for the second factor at sign-in."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Count, then compare."""
        whom = str(self.stage.login.user.pk)
        if "code" in request.POST and not SECOND_FACTOR_TRIES.spend(whom):
            messages.error(request, _("Too many wrong codes. Wait an hour, or use a passkey."))
            return redirect("account_login")
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """It went well."""
        SECOND_FACTOR_TRIES.forget(str(self.stage.login.user.pk))
        answer: HttpResponse = super().form_valid(form)
        return answer


set_up_totp = SetUpTOTP.as_view()
add_passkey = AddPasskey.as_view()
authenticate = Authenticate.as_view()
