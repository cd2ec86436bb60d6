"""Providers: register one, put it on a list and take it off, open a tariff, set its hours."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import IntegrityError, transaction

from clausula_server.directory.models import Listing, OpeningHours, Provider, ProviderIdentifier, SettlementMode, Tariff
from clausula_server.events.actions.event import append
from clausula_server.lib.acting import action
from clausula_server.lib.periods import days
from clausula_server.lib.refusals import Fault, refuse, refuse_if


@dataclass(frozen=True, slots=True)
class NewProvider:
    """What is stated of a provider. role, specialty: ids of the plans' catalogue. facts: by fact id, plain values."""

    code: str
    name: str
    country: str
    role: str = ""
    specialty: str = ""
    canton: str = ""
    settles: str = SettlementMode.REIMBURSEMENT
    identifiers: dict[str, str] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    id: UUID | None = None


@action
def register_provider(new: NewProvider) -> Provider:
    """Register a provider. Raises Refused."""
    faults = []
    if not new.code.replace("-", "").isalnum():
        faults.append(Fault("code", f"“{new.code}” is no code.", "Small letters, digits and hyphens."))
    if not new.name.strip():
        faults.append(Fault("name", "it is empty.", "Write the name as on its bills."))
    for fact, value in new.facts.items():
        if isinstance(value, float):
            faults.append(Fault(f"facts.{fact}", f"{value} is a float.", "Write amounts as text: “12.50”."))
    refuse_if(faults)
    provider = Provider(
        code=new.code,
        name=new.name.strip(),
        role=new.role,
        specialty=new.specialty,
        country=new.country,
        canton=new.canton,
        settles=new.settles,
        facts=new.facts,
    )
    if new.id is not None:
        provider.id = new.id
    try:
        with transaction.atomic():
            provider.save(force_insert=True)
            ProviderIdentifier.objects.bulk_create(
                ProviderIdentifier(provider=provider, system=system, value=value)
                for system, value in new.identifiers.items()
            )
    except IntegrityError as error:
        place = "code" if "code" in str(error) else "identifiers"
        refuse(
            place, "another provider has it, or it is none we know.", "Look for the provider; it may be here already."
        )
    append("provider.registered", provider.id, provider=provider.id)
    return provider


@action
def list_provider(provider: Provider, name: str, start: date, until: date | None = None) -> Listing:
    """Put a provider on a list from a day to a day, both inclusive. Raises Refused."""
    try:
        with transaction.atomic():
            row = Listing.objects.create(provider=provider, list=name, during=days(start, until))
    except IntegrityError:
        refuse("start", f"{provider} is on the list {name} at that time.", "Choose other days, or unlist it first.")
    append("provider.listed", provider.id, provider=provider.id, payload={"list": name, "start": start.isoformat()})
    return row


@action
def unlist_provider(listing: Listing, last_day: date) -> None:
    """Take a provider off a list; `last_day` is the last one it stands on it. Raises Refused."""
    start = listing.during.lower
    assert start is not None
    if last_day < start:
        refuse("last_day", f"the listing begins on {start} only.", "Give that day or a later one.")
    listing.during = days(start, last_day)
    listing.save(update_fields=["during"])
    payload = {"list": listing.list, "last_day": last_day.isoformat()}
    append("provider.unlisted", listing.provider_id, provider=listing.provider_id, payload=payload)


@action
def open_tariff(provider: Provider, tariff: str, start: date, until: date | None = None) -> Tariff:
    """Let a provider bill by a tariff from a day to a day, both inclusive. Raises Refused."""
    try:
        with transaction.atomic():
            row = Tariff.objects.create(provider=provider, tariff=tariff, during=days(start, until))
    except IntegrityError:
        refuse("start", f"{provider} bills by {tariff} at that time already.", "Choose other days.")
    append("provider.tariff_opened", provider.id, provider=provider.id, payload={"tariff": tariff})
    return row


@action
def set_hours(provider: Provider, hours: list[tuple[int, int, int]], zone: str) -> None:
    """Say when the provider answers: weekday (0 is Monday), minute it opens, minute it closes. Raises Refused."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        refuse("zone", f"“{zone}” is no time zone.", "Write it like Europe/Zurich.")
    for weekday, opens, closes in hours:
        if not (0 <= weekday <= 6 and 0 <= opens < closes <= 24 * 60):
            refuse("hours", f"{weekday}, {opens} to {closes} is no opening time.", "Minutes of the day, opening first.")
    OpeningHours.objects.filter(provider=provider).delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(provider=provider, weekday=weekday, opens=opens, closes=closes, zone=zone)
        for weekday, opens, closes in hours
    )
    append("provider.hours_set", provider.id, provider=provider.id)
