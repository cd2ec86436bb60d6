"""Two years of bills of the demo's households: every outcome, waits that ended and waits that did not, an override, an
appeal, a reversal, a correction, a late bill. Nobody in it exists."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

from clausula_server.claims.actions.appeal import answer_appeal, file_appeal
from clausula_server.claims.actions.claim import correct_line, reverse_claim, submit_claim
from clausula_server.claims.actions.evidence import NewEvidence, add_evidence
from clausula_server.claims.actions.override import OverCover, override_line
from clausula_server.claims.actions.payment import mark_paid
from clausula_server.claims.models import Claim, Line, Status
from clausula_server.claims.queries import worklist
from clausula_server.claims.stated import NewClaim, NewLine
from clausula_server.demo.world import World
from clausula_server.directory.models import Provider
from clausula_server.enrolment.models import Enrolment
from clausula_server.lib.acting import Actor, acting
from clausula_server.lib.roles import Role

FIRST = date(2024, 3, 4)
PAID_AFTER = timedelta(days=45)
TICKET = {"channel": "public", "fee_kind": "ticket", "cause": "illness"}
NETWORK = {
    "cause": "accident", "accident_on": "2025-04-20", "purpose": "rehabilitation", "channel": "network",
    "doctor_in_network": True, "prescribed_by_specialty": "general-practice", "performed_by": "physiotherapist",
    "title_on_invoice": True,
}  # fmt: skip
SWISS = (
    ("outpatient/consultation", 84_00, 210_00),
    ("laboratory", 32_00, 160_00),
    ("outpatient/treatment", 90_00, 640_00),
)
DUTCH = {"code_list": "012", "code": "1000", "indicator": "001", "indication": "oncology", "basic_entitlement": True}


def load(world: World) -> None:
    """The bills, in the order they came; what is older is paid out."""
    rolls = random.Random(2026)  # noqa: S311 - the same demo every time
    _swiss(world, rolls)
    if Enrolment.objects.filter(person=world.id("person", "giulia")).exists():
        _italian(world)
    if Enrolment.objects.filter(person=world.id("person", "sanne")).exists():
        _dutch(world)
    if Enrolment.objects.filter(person=world.id("person", "claire")).exists():
        _french(world)
    _by_people(world)
    paid = Claim.objects.filter(status=Status.DECIDED, received_on__lt=world.today - PAID_AFTER)
    mark_paid(list(paid.values_list("id", flat=True)), "monthly run")


def _days(rolls: random.Random, last: date) -> Iterator[date]:
    """Days some weeks apart, from the first to the last."""
    day = FIRST + timedelta(days=rolls.randrange(20))
    while day <= last:
        yield day
        day += timedelta(days=rolls.randrange(18, 75))


def _send(
    world: World, person: str, received: date, *lines: NewLine, currency: str = "CHF", provider: str = "",
    settlement: str = "",
) -> UUID:  # fmt: skip
    who = world.id("person", person)
    key = f"demo/{person}/{received}/{lines[0].service}/{lines[0].served_on}"
    new = NewClaim(
        who, lines, key, received, currency, provider=provider, settlement=settlement,
        channel="provider" if settlement == "direct" else "member", number=f"{person[:2].upper()}-{received:%y%m%d}",
    )  # fmt: skip
    return submit_claim(new, received).claim


def _paper(world: World, person: str, kind: str, on: date, **more: object) -> None:
    new = NewEvidence(person=world.id("person", person), kind=kind, issued_on=on, **more)  # type: ignore[arg-type]
    add_evidence(new, on)


def _swiss(world: World, rolls: random.Random) -> None:
    """Basic insurance with deductible and ten per cent; a stay in the general ward, a refused one, one sent late."""
    known = set(Provider.objects.values_list("code", flat=True))
    doctor = "dr-keller" if "dr-keller" in known else ""
    people = [name for name in ("anna", "paul", "ben", "clara", "sven")
              if Enrolment.objects.filter(person=world.id("person", name)).exists()]  # fmt: skip
    for name in people:
        for day in _days(rolls, world.today - timedelta(days=4)):
            lines = [
                NewLine(service, day, rolls.randrange(low, high) // 5 * 5, facts={"cause": "illness"})
                for service, low, high in rolls.sample(SWISS, rolls.randrange(1, 3))
            ]
            received = min(day + timedelta(days=rolls.randrange(1, 40)), world.today)
            _send(world, name, received, *lines, provider=doctor)
    if "anna" in people and "spital-see" in known:
        stay = {"ward": "general", "ward_chosen_by": "member", "cause": "illness", "setting": "inpatient"}
        days = {"admitted_on": "2025-09-01", "discharged_on": "2025-09-10"}
        line = NewLine("hospital/stay", date(2025, 9, 1), 0, facts={**stay, **days})
        _send(world, "anna", date(2025, 9, 20), line, provider="spital-see")


def _italian(world: World) -> None:
    """Tickets refunded in full, physiotherapy in the network to its limit, a private fee refused, papers missing."""
    for year in (2024, 2025):
        _paper(world, "giulia", "prescription", date(year, 4, 1), names=("pathology",))
        _paper(world, "giulia", "invoice-receipt", date(year, 5, 10))
        for month in range(5, 12, 2):
            day = date(year, month, 14)
            line = NewLine("imaging/high-specialisation/mri", day, 36_15, facts=TICKET)
            _send(world, "giulia", day + timedelta(days=9), line, currency="EUR")
    private = {**TICKET, "channel": "private", "fee_kind": "private"}
    line = NewLine("imaging/high-specialisation/mri", date(2025, 6, 3), 150_00, facts=private)
    _send(world, "giulia", date(2025, 6, 20), line, currency="EUR")
    scan = NewLine("imaging/high-specialisation/scintigraphy", date(2026, 2, 12), 46_00, facts=TICKET)
    _send(world, "luca", date(2026, 2, 20), scan, currency="EUR")  # waits for the prescription
    _paper(world, "giulia", "emergency-department-report", date(2025, 4, 20))
    sessions = [NewLine("physiotherapy/session", date(2025, 5, 12) + timedelta(days=3 * n), 40_00, facts=NETWORK)
                for n in range(7)]  # fmt: skip
    _send(world, "giulia", date(2025, 6, 12), *sessions, currency="EUR")  # waits for the authorisation …
    _paper(world, "giulia", "authorisation", date(2025, 5, 9), status="granted")  # … and goes on: 250 in all
    again = [NewLine("physiotherapy/session", date(2026, 2, 9), 40_00, facts={**NETWORK, "accident_on": "2026-01-31"})]
    _paper(world, "sofia", "emergency-department-report", date(2026, 1, 31))
    _paper(world, "sofia", "prescription", date(2026, 2, 2), names=("pathology",))
    _send(world, "sofia", date(2026, 2, 16), *again, currency="EUR")  # still waits for it
    ct = NewLine(
        "imaging/high-specialisation/mri", date(2026, 2, 18), 300_00, facts={"cause": "illness", "channel": "public"}
    )
    _send(world, "giulia", date(2026, 2, 25), ct, currency="EUR")  # nobody said whether it is a ticket


def _dutch(world: World) -> None:
    """Sessions within the own risk, and after it."""
    _paper(world, "sanne", "referral", date(2025, 1, 20), indication="oncology")
    for month in range(2, 12):
        day = date(2025, month, 11)
        days = (day, day + timedelta(days=7))
        lines = [NewLine("physiotherapy/session", on, 42_50, indication="oncology", facts=DUTCH) for on in days]
        _send(world, "sanne", day + timedelta(days=14), *lines, currency="EUR")


def _french(world: World) -> None:
    """A call answered: nothing is charged."""
    line = NewLine("telecare/consultation", date(2025, 11, 3), 0, facts={"contact_channel": "phone"})
    _send(world, "claire", date(2025, 11, 3), line, currency="EUR")


def _by_people(world: World) -> None:
    """What people of the house did: overridden, appealed and answered, taken back, corrected."""
    mara = Actor(user=world.id("user", "mara"), roles=frozenset({Role.CLAIMS_HANDLER, Role.SYSTEM}), name="Mara Haus")
    decided = list(Claim.objects.filter(status=Status.DECIDED).order_by("received_on", "id"))
    refused = [claim for claim in decided if claim.charged and claim.borne == claim.charged]
    if len(decided) < 6 or not refused:
        return
    with acting(mara, "demo"):
        first = refused[-1]
        line = Line.objects.filter(claim=first, stands=True).select_related("decision")[0]
        assert line.decision is not None
        plan = line.decision.covers[0]["plan"] if line.decision.covers else ""
        appeal = file_appeal(first, "My doctor told me this would be paid. Please look at it again.")
        if plan:
            half = [OverCover(plan, line.charged // 2)]
            override_line(line, half, "Goodwill: the information given on the phone was wrong.", world.today, appeal)
        answer_appeal(appeal, "You were told otherwise on the phone; we pay half of it.", world.today)
        open_ = file_appeal(decided[-1], "Why is this not paid in full? I have paid my deductible already.")
        assert open_.answered_at is None
        reverse_claim(decided[2], "the practice has taken its bill back", world.today)
        wrong = Line.objects.filter(claim=decided[3], stands=True)[0]
        right = NewLine(wrong.service, wrong.served_on, wrong.charged + 10_00, facts=wrong.facts)
        correct_line(wrong, right, "the practice had added it up wrongly", world.today)


def tell(_world: World) -> list[str]:
    """How many there are, and what waits for whom."""
    states = [f"{Claim.objects.filter(status=status).count()} {status}" for status in Status.values]
    waits = [f"{wait.kind} from {wait.owner}: {wait.person}, {wait.line.service}" for wait in worklist()[:8]]
    return [f"claims: {', '.join(states)}", *(f"waits: {each}" for each in waits)]
