"""Activation: a code from the mutual's letter ties a phone to a person. Two pages: letter and phone, then the SMS."""

from __future__ import annotations

import secrets
import time
from typing import Any
from uuid import UUID

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.core.internal.httpkit import get_client_ip
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from clausula_server.accounts.actions.activation import activate, find_activation, issue_activation
from clausula_server.accounts.forms import ActivationForm, ConfirmForm
from clausula_server.accounts.limits import ACTIVATIONS_FROM, CODE_TRIES, PHONE_TRIES
from clausula_server.accounts.messages import send_code
from clausula_server.accounts.views.signin import may_send
from clausula_server.lib.access import Concerned, guard, public
from clausula_server.lib.acting import Actor, acting
from clausula_server.lib.refusals import Refused
from clausula_server.lib.sealing import fingerprint
from clausula_server.people.models import Person

KEPT = "activation"  # in the session, between the two pages
LIVES = 300
VISITOR = Actor(name="activation")


def show_faults(form: forms.Form, refused: Refused) -> None:
    """Put each fault at its field."""
    for fault in refused.faults:
        form.add_error(fault.place if fault.place in form.fields else None, f"{fault.message} {fault.mend}")


@public("whoever has the letter has no sign-in yet")
@never_cache
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Take the code from the letter and the number; send a code to the number."""
    form = ActivationForm(request.POST or None)
    status = 200
    if request.method == "POST" and not ACTIVATIONS_FROM.spend(get_client_ip(request) or "unknown"):
        form.add_error(None, _("Too many tries. Wait an hour, or ask us."))
        status = 429
    elif request.method == "POST" and form.is_valid():
        try:
            with acting(VISITOR, "activation"):
                found = find_activation(form.cleaned_data["code"])
        except Refused as refused:
            show_faults(form, refused)
        else:
            if _send(request, found, form.cleaned_data["phone"]):
                return redirect("accounts_activate_confirm")
            form.add_error("phone", _("Too many codes were asked for. Wait an hour, or use a passkey."))
            status = 429
    return render(request, "accounts/activate.html", {"form": form}, status=status)


@public("as the page before it")
@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Take the code from the phone; then the phone is theirs, and they are signed in."""
    kept = request.session.get(KEPT)
    if not kept or time.time() - kept["at"] > LIVES:
        return redirect("accounts_activate")
    form = ConfirmForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        phone = kept["phone"]
        if not (CODE_TRIES.spend(phone, kept["code"]) and PHONE_TRIES.spend(phone)):
            del request.session[KEPT]
            messages.error(request, _("Too many wrong codes. Begin again with your letter."))
            return redirect("accounts_activate")
        if not secrets.compare_digest(_hashed(kept, form.cleaned_data["code"]), kept["code"]):
            form.add_error("code", _("This is not the code we sent."))
        else:
            try:
                return _finish(request, kept)
            except Refused as refused:
                show_faults(form, refused)
    return render(request, "accounts/activate_confirm.html", {"form": form, "phone": kept["phone"]})


def _send(request: HttpRequest, activation: UUID, phone: str) -> bool:
    if not may_send(request, phone):
        return False
    code = f"{secrets.randbelow(1_000_000):06}"
    kept: dict[str, Any] = {"activation": str(activation), "phone": phone, "at": time.time()}
    kept["code"] = _hashed(kept, code)
    request.session[KEPT] = kept
    send_code(request, phone, code, get_language() or "en")
    return True


def _hashed(kept: dict[str, Any], code: str) -> str:
    return fingerprint("code by SMS", kept["activation"], kept["phone"], str(kept["at"]), code)


def _finish(request: HttpRequest, kept: dict[str, Any]) -> HttpResponse:
    with acting(VISITOR, "activation"):
        user = activate(UUID(kept["activation"]), kept["phone"])
    del request.session[KEPT]
    PHONE_TRIES.forget(kept["phone"])
    for session in UserSession.objects.filter(user=user):  # the phone may have been taken from somebody
        session.end()
    record_authentication(request, user, method="code", phone=kept["phone"])
    answer: HttpResponse = perform_login(request, Login(user=user))
    return answer


@guard("accounts.activation.issue", lambda person: Concerned(person=person))
@never_cache
@require_POST
def issue(request: HttpRequest, person: UUID) -> HttpResponse:
    """Make a code for a person and show it, this once."""
    whom = get_object_or_404(Person, pk=person)
    return render(request, "accounts/activation_issued.html", {"person": whom, "code": issue_activation(whom)})
