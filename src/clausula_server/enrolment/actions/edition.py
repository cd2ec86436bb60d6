"""Plan editions: register texts by their digest, and say from when each is offered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from django.db import connection

from clausula_server.enrolment.catalogue.checking import checked
from clausula_server.enrolment.catalogue.packing import Packed, pack
from clausula_server.enrolment.models import PlanEdition, PlanText
from clausula_server.events.actions.event import append
from clausula_server.lib.acting import action
from clausula_server.lib.periods import DAY, days, period
from clausula_server.lib.refusals import refuse


def editions_to_register(folder: Path | None = None) -> list[Packed]:
    """What `register_plans` would register: the editions that are new, with what the checker warns of. Writes nothing.

    Raises Refused with all findings of texts that cannot be read, that the checker finds errors in, or whose own golden
    cases come out otherwise.
    """
    return checked(_new(pack(folder)), folder)


@action
def register_plans(folder: Path | None = None) -> list[PlanEdition]:
    """Register the bundled plans, and those of a folder laid over them; the editions that are new. What is registered
    already stays as it is. Raises Refused as `editions_to_register` does; then none is registered.
    """
    found = editions_to_register(folder)
    return register(found) if found else []


def _new(packed: Sequence[Packed]) -> list[Packed]:
    digests = [each.digest for each in packed]
    known = set(PlanEdition.objects.filter(digest__in=digests).values_list("digest", flat=True))
    return [each for each in packed if each.digest not in known]


@action
def register(packed: Sequence[Packed]) -> list[PlanEdition]:
    """Register editions that were checked and are not there yet, and offer each from the first day its text says.
    Raises Refused.
    """
    if not packed:
        refuse("plans", "there is no plan.", "Name a folder that has a plan.md in it.")
    with connection.cursor() as cursor:  # whoever registers at the same time waits
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('enrolment.register'))")
    fresh = _new(packed)
    texts = {digest: text for each in fresh for digest, text in each.texts.items()}
    PlanText.objects.bulk_create(
        [PlanText(digest=digest, text=text) for digest, text in texts.items()], ignore_conflicts=True
    )
    return [_register(each) for each in sorted(fresh, key=lambda each: (each.plan, each.starts))]


def _register(packed: Packed) -> PlanEdition:
    row = PlanEdition.objects.create(
        plan=packed.plan,
        digest=packed.digest,
        manifest=packed.manifest,
        label=packed.label,
        names=dict(packed.names),
        insurer=packed.insurer,
        country=packed.country,
        currency=packed.currency,
        year=packed.year,
        starts=packed.starts,
        until=packed.until,
        warnings=[{"place": each.place, "message": each.message, "mend": each.mend} for each in packed.warnings],
    )
    append("plan.registered", row.id, payload={"plan": row.plan, "digest": row.digest})
    offer_edition(row, row.starts)
    return row


@action
def offer_edition(edition: PlanEdition, start: date) -> None:
    """Let enrolments and renewals take this edition from a day on, until the text ends or a later one is offered.

    It takes the place of what was offered from then on: so a text is corrected, and so a correction is taken back. Who
    is enrolled stays under the text they have until their renewal. Raises Refused for days the text does not hold.
    """
    if start < edition.starts or (edition.until is not None and edition.until < start):
        told = f"from {edition.starts} until {edition.until or 'further notice'}"
        refuse("start", f"this text holds {told}.", "Choose a day between the two.")
    until = edition.until
    others = PlanEdition.objects.select_for_update().filter(plan=edition.plan, offered__isnull=False)
    for other in others.exclude(pk=edition.pk):
        assert other.offered is not None
        held = period(other.offered)
        if held.start > start and other.starts > edition.starts:  # a later text keeps its days
            until = held.start - DAY if until is None or held.start <= until else until
        elif held.until is None or held.until >= start:
            other.offered = days(held.start, start - DAY) if held.start < start else None
            other.save(update_fields=["offered"])
    edition.offered = days(start, until)
    edition.save(update_fields=["offered"])
    append("plan.offered", edition.id, payload={"plan": edition.plan, "start": start.isoformat()})
