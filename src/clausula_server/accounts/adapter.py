"""What allauth asks of us: where a phone is kept, how a code goes out, how secrets are kept."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from clausula_server.accounts.actors import is_staff
from clausula_server.accounts.forms import PhoneField
from clausula_server.accounts.messages import send_code
from clausula_server.accounts.models import User
from clausula_server.accounts.queries import user_of_phone
from clausula_server.lib.acting import acting, system
from clausula_server.lib.sealing import open_text, seal_text

TOTP_SECRET = "second factor"  # noqa: S105 - what is sealed, not a secret


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Phones on our own user; codes through our own worker; nobody signs up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's interface
        """Only who got a code from the mutual becomes a user (`actions.activation`)."""
        return False

    def phone_form_field(self, **kwargs: Any) -> forms.Field:
        """Numbers as people write them."""
        return PhoneField(**kwargs)

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        """The number, and whether it was verified."""
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        """Numbers change by activation alone, which writes them itself. Raises NotImplementedError."""
        raise NotImplementedError

    def set_phone_verified(self, user: User, phone: str) -> None:
        """A code sent to the number came back."""
        with acting(system("sign-in")):
            User.objects.filter(pk=user.pk, phone=phone, phone_verified=False).update(phone_verified=True)

    def get_user_by_phone(self, phone: str) -> User | None:
        """Who signs in with it."""
        return user_of_phone(phone)

    def send_verification_code_sms(self, user: User, phone: str, code: str, **_more: Any) -> None:
        """Have the worker send it."""
        send_code(self._request(), phone, code, user.language)

    def send_unknown_account_sms(self, phone: str, **_more: Any) -> None:
        """The same work for a number nobody signs in with, so that it takes as long; the worker then sends nothing."""
        send_code(self._request(), phone, "", settings.LANGUAGE_CODE)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Go on in the language of the user."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.language, max_age=31_536_000, samesite="Lax")
        return response

    def send_notification_mail(self, *_args: Any, **_kwargs: Any) -> None:
        """Not by e-mail: most members gave none."""

    def _request(self) -> HttpRequest:
        request: HttpRequest = self.request or context.request
        return request


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc] # allauth has no types
    """Secrets of one-time passwords sealed in the database; staff keep at least one second factor."""

    def encrypt(self, text: str) -> str:
        """Seal a secret."""
        return seal_text(text, TOTP_SECRET)

    def decrypt(self, encrypted_text: str) -> str:
        """Open it."""
        return open_text(encrypted_text, TOTP_SECRET)

    def get_totp_issuer(self) -> str:
        """What the app on the phone shows."""
        return str(settings.CLAUSULA_NAME)

    def _get_user_identifier(self, user: User) -> str:
        return str(user)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Staff may not remove the last one; a second one goes first."""
        others = Authenticator.objects.filter(user=authenticator.user).exclude(pk=authenticator.pk)
        kept = others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()
        return kept or not is_staff(authenticator.user)
