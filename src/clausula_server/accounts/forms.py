"""Fields and forms of the sign-in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from clausula_server.accounts.actions.token import known_scopes
from clausula_server.lib.refusals import Refused
from clausula_server.people.checks import checked_phone


class PhoneField(forms.CharField):
    """A phone number as people write it, abroad with +, at home without; kept as E.164."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel", "autofocus": True})

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Mobile number"))
        super().__init__(max_length=40, **kwargs)

    def clean(self, value: Any) -> str:
        """Raises ValidationError."""
        text = super().clean(value)
        if not text:
            return ""
        try:
            return checked_phone(text, settings.CLAUSULA_COUNTRY)
        except Refused as error:
            raise ValidationError(_("This is no phone number. Write it like +41 79 123 45 67.")) from error


class CodeField(forms.CharField):
    """Six digits that came by SMS; phones fill them in by themselves."""

    widget = forms.TextInput(
        attrs={
            "inputmode": "numeric",
            "autocomplete": "one-time-code",
            "pattern": "[0-9 ]*",
            "maxlength": 9,
            "autofocus": True,
            "class": "code",
        }
    )

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Code"))
        super().__init__(max_length=9, **kwargs)

    def clean(self, value: Any) -> str:
        """Digits alone."""
        return "".join(sign for sign in super().clean(value) if sign.isdigit())


class ActivationForm(forms.Form):
    """The code from the letter, and the phone that is to be theirs."""

    code = forms.CharField(
        label=_("Activation code"),
        max_length=30,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "autofocus": True}
        ),
    )
    phone = PhoneField(widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}))


class ConfirmForm(forms.Form):
    """The code by SMS."""

    code = CodeField()


class TokenForm(forms.Form):
    """A new token for a system."""

    name = forms.CharField(label=_("Which system shows it"), max_length=80)
    days = forms.IntegerField(label=_("Days until it ends"), min_value=1, max_value=366, initial=90)
    scopes = forms.MultipleChoiceField(label=_("What it may do"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(name, name) for name in known_scopes()]  # type: ignore[attr-defined] # a choice field
