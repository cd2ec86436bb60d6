"""Forms of people of the house: what a document says, a fact, an authorisation, a decision otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from clausula_server.claims.actions.override import SHORTEST_REASON, OverCover
from clausula_server.claims.engine.asked import Question
from clausula_server.claims.queries import LineShown
from clausula_server.lib.money import show_amount
from clausula_server.portal.member.forms import AmountField

ANSWER_WITHIN = timedelta(days=30)
"""What is proposed to the member as the time to send a document; who asks may say another day."""
Choices = Sequence[tuple[str, str]]


def day_field(label: str, *, required: bool = True) -> forms.DateField:
    """A day, with the browser's calendar."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, required=required)


def reason_field(label: str) -> forms.CharField:
    """A reason, in a sentence."""
    return forms.CharField(
        label=label, min_length=SHORTEST_REASON, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class EvidenceForm(forms.Form):
    """What a document says, as somebody has read it."""

    def __init__(self, kinds: Choices, named: Choices, papers: Choices, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"] = forms.ChoiceField(label=_("What is it?"), choices=kinds)
        self.fields["issued_on"] = day_field(_("Dated"))
        if papers:
            none = [("", _("none of them"))]
            self.fields["document"] = forms.ChoiceField(label=_("Read from"), choices=[*none, *papers], required=False)
        self.fields["issuer"] = forms.CharField(
            label=_("Issued by (code of the provider)"), max_length=60, required=False
        )
        self.fields["names"] = forms.MultipleChoiceField(
            label=_("It names"), choices=named, required=False, widget=forms.CheckboxSelectMultiple
        )


class AuthorisationForm(forms.Form):
    """Grant or refuse."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["issued_on"] = day_field(_("Counts from"))


class FactForm(forms.Form):
    """A fact of a line that nobody has stated."""

    def __init__(self, asked: Question, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["value"] = self._field(asked)

    @staticmethod
    def _field(asked: Question) -> forms.Field:
        label = asked.ask or asked.name
        if asked.kind == "flag":
            return forms.ChoiceField(
                label=label, choices=[("true", _("Yes")), ("false", _("No"))], widget=forms.RadioSelect
            )
        if asked.kind == "date":
            return day_field(label)
        if asked.kind == "number":
            return forms.IntegerField(label=label, min_value=0)
        if asked.kind == "money":
            return AmountField(label=label)
        if asked.choices and asked.kind == "set":
            return forms.MultipleChoiceField(label=label, choices=asked.choices, widget=forms.CheckboxSelectMultiple)
        if asked.choices:
            return forms.ChoiceField(label=label, choices=asked.choices)
        return forms.CharField(label=label, max_length=60)

    def told(self, kind: str) -> Any:
        """The value as actions take it. Only of a form that is valid."""
        value = self.cleaned_data["value"]
        if kind == "flag":
            return value == "true"
        if kind == "money":
            return show_amount(value)
        return value.isoformat() if isinstance(value, date) else value


class AskForm(forms.Form):
    """Ask for a document."""

    def __init__(self, kinds: Choices, today: date, data: Any = None, *, prefix: str) -> None:
        super().__init__(data, initial={"due_on": today + ANSWER_WITHIN}, prefix=prefix)
        self.fields["kind"] = forms.ChoiceField(label=_("Which document?"), choices=kinds)
        self.fields["note"] = forms.CharField(
            label=_("What exactly, in words the member understands"), max_length=500, required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
        )  # fmt: skip
        self.fields["due_on"] = day_field(_("Until"))


class OverrideForm(forms.Form):
    """What each plan is to pay instead, and why."""

    def __init__(self, line: LineShown, plans: Mapping[str, str], data: Any = None, *, prefix: str) -> None:
        decision = line.decision
        assert decision is not None
        self.covers = decision.covers or [{"plan": plan, "benefit": "", "paid": 0, "cash": 0} for plan in plans]
        first = {f"paid-{n}": show_amount(each["paid"]) for n, each in enumerate(self.covers)}
        super().__init__(data, initial=first, prefix=prefix)
        for number, each in enumerate(self.covers):
            name = plans.get(each["plan"], each["plan"])
            self.fields[f"paid-{number}"] = AmountField(label=_("%(plan)s pays") % {"plan": name})
        self.fields["reason"] = reason_field(_("Why? The member reads it."))

    def told(self) -> list[OverCover]:
        """What is to be paid, by cover; an indemnity stays one. Only of a form that is valid."""
        return [
            OverCover(each["plan"], paid, each["benefit"], min(each["cash"], paid))
            for number, each in enumerate(self.covers)
            for paid in [self.cleaned_data[f"paid-{number}"]]
        ]


class ReverseForm(forms.Form):
    """Why a claim is taken back."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"] = reason_field(_("Why is it taken back?"))
