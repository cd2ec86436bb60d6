"""Sign-in by phone and code: allauth's pages, with counts that hold for several workers and requests at once."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.stagekit import clear_login
from allauth.account.views import ConfirmLoginCodeView, RequestLoginCodeView
from allauth.core.internal.httpkit import get_client_ip
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from clausula_server.accounts.forms import CodeField
from clausula_server.accounts.limits import CODE_TRIES, CODES_SENT, CODES_SENT_FROM, PHONE_TRIES


def may_send(request: HttpRequest, phone: str) -> bool:
    """Whether one more code may go to the phone, asked for from that address."""
    return CODES_SENT_FROM.spend(get_client_ip(request) or "unknown") and CODES_SENT.spend(phone)


class SignIn(RequestLoginCodeView):  # type: ignore[misc] # allauth has no types
    """Ask for the phone number. Known or not, the same page comes next."""

    template_name = "account/login.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Begin anew: who comes back here wants another number, or another code."""
        if not request.user.is_authenticated:
            clear_login(request)
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Send a code, unless too many went there of late."""
        if not may_send(self.request, form.cleaned_data["phone"]):
            form.add_error("phone", _("Too many codes were asked for. Wait an hour, or use a passkey."))
            answer: HttpResponse = self.form_invalid(form)
            answer.status_code = 429
            return answer
        sent: HttpResponse = super().form_valid(form)
        return sent


class ConfirmSignIn(ConfirmLoginCodeView):  # type: ignore[misc] # allauth has no types
    """Take the code."""

    template_name = "account/confirm_login_code.html"
    _process: LoginCodeVerificationProcess

    def get_form(self, form_class: type[forms.Form] | None = None) -> forms.Form:
        """Allauth's form with our field."""
        form: forms.Form = super().get_form(form_class)
        if "code" in form.fields:
            form.fields["code"] = CodeField()
        return form

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Count first, compare then: whoever sends many at once gets no further than whoever waits."""
        phone = self._process.state.get("phone", "")
        this_code = str(self._process.state["at"])
        if self._action == "verify" and not (CODE_TRIES.spend(phone, this_code) and PHONE_TRIES.spend(phone)):
            self._process.abort()
            messages.error(request, _("Too many wrong codes. Wait an hour, or use a passkey."))
            return redirect("account_login")
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer

    def _verify_form_valid(self, form: forms.Form) -> HttpResponse:
        PHONE_TRIES.forget(self._process.state.get("phone", ""))
        answer: HttpResponse = super()._verify_form_valid(form)
        return answer

    def _resend_form_valid(self, _form: forms.Form) -> HttpResponse:
        """Send another code. Allauth's own fails for a number nobody signs in with, and so would tell."""
        process = self._process
        if not process.can_resend or not may_send(self.request, process.state.get("phone", "")):
            messages.error(self.request, get_adapter().error_messages["rate_limited"])
        else:
            process.send(skip_enumeration_mails=False)
            process.record_resend()
            process.persist()
        return redirect(self.passthrough_next_url("/accounts/login/code/confirm/"))


sign_in = SignIn.as_view()
confirm_sign_in = ConfirmSignIn.as_view()
