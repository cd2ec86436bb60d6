"""Reads of the directory: what an adjudication asks of providers, and who is open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from clausula_server.directory.models import OpeningHours, Provider, SettlementMode
from clausula_server.lib.periods import Period, period


@dataclass(frozen=True, slots=True)
class KnownProvider:
    """A provider as adjudication needs it, plain: lists with their periods, identifiers by system, facts by id."""

    id: UUID
    code: str
    name: str
    role: str
    specialty: str
    settles: str
    lists: tuple[tuple[str, Period], ...]
    identifiers: Mapping[str, str]
    facts: Mapping[str, Any]


def providers_known(codes: Iterable[str]) -> dict[str, KnownProvider]:
    """The providers of those codes, whole, in three statements. A code nobody has is not in the answer."""
    rows = Provider.objects.filter(code__in=set(codes)).prefetch_related("listings", "identifiers")
    return {row.code: _known(row) for row in rows}


def provider_of(system: str, number: str) -> Provider | None:
    """The provider with that number, as it stands on bills."""
    return Provider.objects.filter(identifiers__system=system, identifiers__value=number).first()


def on_list(name: str, day: date) -> QuerySet[Provider]:
    """The providers on a list on a day, by name."""
    return Provider.objects.filter(listings__list=name, listings__during__contains=day).order_by("name")


def bills_by(provider: Provider, tariff: str, day: date) -> bool:
    """Whether the provider bills by the tariff on that day."""
    return provider.tariffs.filter(tariff=tariff, during__contains=day).exists()


def settles_directly(provider: Provider) -> bool:
    """Whether the provider takes its money from us and not from the member."""
    return provider.settles == SettlementMode.DIRECT


def answers_at(provider: Provider, moment: datetime) -> bool:
    """Whether the provider answers at a moment, by the clock of where it is. Public holidays are not looked at."""
    for hours in OpeningHours.objects.filter(provider=provider):
        local = moment.astimezone(ZoneInfo(hours.zone))
        minute = local.hour * 60 + local.minute
        if hours.weekday == local.weekday() and hours.opens <= minute < hours.closes:
            return True
    return False


def _known(row: Provider) -> KnownProvider:
    return KnownProvider(
        id=row.id,
        code=row.code,
        name=row.name,
        role=row.role,
        specialty=row.specialty,
        settles=row.settles,
        lists=tuple((each.list, period(each.during)) for each in row.listings.all()),
        identifiers={each.system: each.value for each in row.identifiers.all()},
        facts=row.facts,
    )
