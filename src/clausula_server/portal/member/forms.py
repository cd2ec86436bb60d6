"""The form of a bill: its lines, what its plans ask of each, the documents that were sent before it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from clausula_server.claims.engine.asked import BillForm
from clausula_server.claims.stated import NewLine
from clausula_server.lib.money import LARGEST, MINOR_UNITS

MOST_LINES = 12
"""On a page; longer bills come as files."""
AMOUNT = re.compile(r"^(\d+)(?:[.,](\d{1,2}))?$")
BEGINNING = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Paper:
    """A document in the form: its id in the room of documents, its kind, its name for people."""

    document: UUID
    kind: str
    name: str


def papers_of(values: Sequence[str]) -> list[Paper]:
    """Documents as the form holds them, "id|kind|name"; what is no such thing is left out."""
    found = {}
    for value in values:
        id_, _bar, rest = value.partition("|")
        kind, _bar, name = rest.partition("|")
        try:
            found[UUID(id_)] = Paper(UUID(id_), kind[:60] or "invoice-receipt", name[:120] or "–")
        except ValueError:
            continue
    return list(found.values())


class AmountField(forms.CharField):
    """An amount as people write it: 84, 84.50, 84,50, 1'284.50, 1.284,50. Cleans to minor units."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(widget=widget, max_length=20, **options)

    def clean(self, value: Any) -> int:
        """Minor units. Raises ValidationError."""
        text: str = super().clean(value)
        if not text:
            return 0
        plain = re.sub(r"[\s’']", "", text)
        last = max(plain.rfind("."), plain.rfind(","))
        if len(plain) - last == 4 and plain[:last].count(".") + plain[:last].count(",") == 0 and last > 0:
            plain = plain[:last] + plain[last + 1 :]  # 1.284 is a thousand and more, as it is written by hand
        elif last > 0:
            plain = re.sub(r"[.,]", "", plain[:last]) + plain[last:]
        found = AMOUNT.match(plain)
        units = int(found[1]) * MINOR_UNITS + int((found[2] or "0").ljust(2, "0")) if found else LARGEST
        if units >= LARGEST:
            raise forms.ValidationError(_("Write the amount as on the bill, like 84.50."))
        return units


class LineForm(forms.Form):
    """One thing done and charged."""

    def __init__(self, asked: BillForm, today: date, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today, self.currency, self.questions = today, asked.currency, asked.questions
        services = [("", _("Please choose")), *asked.services]
        self.fields["service"] = forms.ChoiceField(
            label=_("What was done?"), choices=services, error_messages={"required": _("Choose what was done.")}
        )
        self.fields["served_on"] = forms.DateField(
            label=_("On which day?"),
            widget=forms.DateInput(attrs={"type": "date", "max": today.isoformat()}, format="%Y-%m-%d"),
            input_formats=["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y"],
            error_messages={"required": _("Say on which day."), "invalid": _("Write the day like 31.01.2026.")},
        )
        self.fields["charged"] = AmountField(
            label=_("Amount in %(currency)s") % {"currency": asked.currency},
            error_messages={"required": _("Write the amount as on the bill, like 84.50.")},
        )
        for each in asked.questions:
            self.fields[each.fact] = self._question(each.fact, each.kind, each.name, each.choices)

    def _question(self, fact: str, kind: str, name: str, choices: Sequence[tuple[str, str]]) -> forms.Field:
        if kind == "date":
            widget = forms.DateInput(attrs={"type": "date", "max": self.today.isoformat()}, format="%Y-%m-%d")
            return forms.DateField(
                label=_("%(what)s (if there is one)") % {"what": name}, widget=widget, required=False
            )
        first = [] if fact == "cause" else [("", _("I do not know"))]
        return forms.ChoiceField(label=name, choices=[*first, *choices], required=fact == "cause")

    def clean_served_on(self) -> date:
        """Raises ValidationError for a day to come, or of another century."""
        day: date = self.cleaned_data["served_on"]
        if day > self.today:
            raise forms.ValidationError(_("This day is still to come. Send the bill when it has been done."))
        if day < BEGINNING:
            raise forms.ValidationError(_("Check the year."))
        return day

    def line(self) -> NewLine:
        """The line as it is sent. Only of a form that is valid."""
        told = self.cleaned_data
        facts = {
            each.fact: value.isoformat() if isinstance(value := told[each.fact], date) else value
            for each in self.questions
            if told[each.fact]
        }
        return NewLine(told["service"], told["served_on"], told["charged"], facts=facts)


def contents(posted: QueryDict, lines: Sequence[LineForm]) -> dict[str, Any]:
    """What a draft keeps of what was filled in, as it was typed."""
    return {
        "provider": posted.get("provider", "")[:240],
        "number": posted.get("number", "")[:80],
        "lines": [{name: str(form[name].value() or "") for name in form.fields} for form in lines],
        "documents": [
            f"{each.document}|{each.kind}|{each.name}" for each in papers_of(posted.getlist("document"))
        ],
    }  # fmt: skip


def filled(kept: Mapping[str, Any]) -> list[dict[str, str]]:
    """The lines of a draft; an empty one where there is none."""
    lines: list[dict[str, str]] = list(kept.get("lines") or [{}])
    return lines[:MOST_LINES]
