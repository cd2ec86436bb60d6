"""Amounts: whole numbers of minor units (Rappen, cents), with their currency beside them. No float, no fraction."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from clausula_server.lib.refusals import refuse

CURRENCIES = ("CHF", "EUR", "USD")
MINOR_UNITS = 100  # of each of these currencies
LARGEST = 10**15


class MinorUnits(models.BigIntegerField):  # type: ignore[type-arg] # Django's own takes none when it runs
    """An amount in minor units. Takes whole numbers only: a float or a Decimal here is a mistake, not an amount."""

    def get_prep_value(self, value: Any) -> Any:
        """Raise TypeError for what is no whole number."""
        if type(value) in (float, Decimal, bool):
            raise TypeError(f"{self.name}: {value!r} is no amount in minor units; read it with money.read_amount")
        return super().get_prep_value(value)


class CurrencyField(models.CharField):  # type: ignore[type-arg] # likewise
    """One of CURRENCIES."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options["max_length"] = 3
        options["choices"] = [(each, each) for each in CURRENCIES]
        super().__init__(*args, **options)

    def deconstruct(self) -> Any:
        """Leave out what __init__ sets."""
        name, path, args, options = super().deconstruct()
        del options["max_length"], options["choices"]
        return name, path, args, options


def currency_known(column: str = "currency") -> models.CheckConstraint:
    """The constraint that goes with a CurrencyField; its name begins with the table's."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{column}__in": CURRENCIES}), name=f"%(app_label)s_%(class)s_{column}_known"
    )


def read_amount(text: str, place: str = "amount") -> int:
    """Minor units of an amount as people write it: "1234.50", "1'234,50" is refused. Raises Refused."""
    try:
        amount = Decimal(text.strip())
    except InvalidOperation:
        refuse(place, _("“%(text)s” is not an amount.") % {"text": text}, _("Write it like 1234.50."))
    units = amount * MINOR_UNITS
    if not amount.is_finite() or units != units.to_integral_value() or abs(units) > LARGEST:
        refuse(place, _("“%(text)s” is not an amount with two decimals.") % {"text": text}, _("Write it like 1234.50."))
    return int(units)


def show_amount(minor: int, currency: str = "") -> str:
    """An amount as people read it: "CHF 1234.50"."""
    whole, part = divmod(abs(minor), MINOR_UNITS)
    return f"{currency + ' ' if currency else ''}{'-' if minor < 0 else ''}{whole}.{part:02d}"
