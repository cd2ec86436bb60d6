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
from clausula_server.claims.actions.override import OverCover, four_eyes_above, override_line
from clausula_server.claims.models import Claim, Line, Status
from clausula_server.claims.queries import worklist
from clausula_server.claims.stated import NewClaim, NewLine
from clausula_server.demo import crowd_bills
from clausula_server.demo.crowd import LAMAL
from clausula_server.demo.crowd_bills import AFTERCARE
from clausula_server.demo.world import World
from clausula_server.directory.models import Provider
from clausula_server.enrolment.models import Enrolment
from clausula_server.lib.acting import Actor, acting
from clausula_server.lib.roles import Role

TWO_YEARS = 725
TICKET = {"channel": "public", "fee_kind": "ticket", "cause": "illness"}
NETWORK = {
    "cause": "accident", "purpose": "rehabilitation", "channel": "network",
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
    """The bills, in the order they came."""
    rolls = random.Random(2026)  # noqa: S311 - the same demo every time
    _swiss(world, rolls)
    if Enrolment.objects.filter(person=world.id("person", "giulia")).exists():
        _italian(world)
    if Enrolment.objects.filter(person=world.id("person", "sanne")).exists():
        _dutch(world)
    if Enrolment.objects.filter(person=world.id("person", "claire")).exists():
        _french(world)
    crowd_bills.load(world)
    _by_people(world)


def _days(world: World, rolls: random.Random) -> Iterator[date]:
    """Days some weeks apart, over two years, up to a few days ago."""
    left = TWO_YEARS - rolls.randrange(20)
    while left > 4:
        yield world.ago(left)
        left -= rolls.randrange(18, 75)


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


def _paper(world: World, person: str, kind: str, on: date, *, came: date | None = None, **more: object) -> None:
    new = NewEvidence(person=world.id("person", person), kind=kind, issued_on=on, **more)  # type: ignore[arg-type]
    add_evidence(new, came or on)


def _swiss(world: World, rolls: random.Random) -> None:
    """Basic insurance with deductible and ten per cent; stays in hospital that two covers share; psychotherapy."""
    known = set(Provider.objects.values_list("code", flat=True))
    doctor = "dr-keller" if "dr-keller" in known else ""
    people = [name for name in ("anna", "paul", "ben", "clara", "sven")
              if Enrolment.objects.filter(person=world.id("person", name)).exists()]  # fmt: skip
    for name in people:
        for day in _days(world, rolls):
            lines = [
                NewLine(service, day, rolls.randrange(low, high) // 5 * 5, facts={"cause": "illness"})
                for service, low, high in rolls.sample(SWISS, rolls.randrange(1, 3))
            ]
            received = min(day + timedelta(days=rolls.randrange(1, 40)), world.today)
            _send(world, name, received, *lines, provider=doctor)
    if "anna" in people and "hopital-lac" in known:
        _stays(world)
    if "clara" in people and "psy-egger" in known:
        day = world.ago(24)
        talk = {"cause": "illness", "mental_illness": True, "diagnosis": "F32.1"}
        line = NewLine("outpatient/psychotherapy", day, 190_00, facts=talk)
        _send(world, "clara", world.ago(20), line, provider="psy-egger")


def _stays(world: World) -> None:
    """Anna in the private ward, shared by two covers; an allowance for the general ward; one that a person looks at."""
    admitted = world.ago(96)
    private = {
        "ward": "private", "cause": "illness", "basic_share": "5400.00",
        "admitted_on": admitted.isoformat(), "discharged_on": (admitted + timedelta(days=5)).isoformat(),
    }  # fmt: skip
    stay = NewLine("hospital/stay", admitted, 18_000_00, paid_by_others=6_600_00, facts=private)
    _send(world, "anna", world.ago(70), stay, provider="hopital-lac")
    admitted = world.ago(30)
    general = {
        "ward": "general", "cause": "illness", "setting": "inpatient",  # nobody said who chose the ward
        "admitted_on": admitted.isoformat(), "discharged_on": (admitted + timedelta(days=9)).isoformat(),
    }  # fmt: skip
    _send(world, "anna", world.ago(9), NewLine("hospital/stay", admitted, 0, facts=general), provider="hopital-lac")


def _italian(world: World) -> None:
    """Tickets refunded in full, physiotherapy in the network to its limit, a private fee refused, papers missing."""
    for before in (560, 240):
        _paper(world, "giulia", "prescription", world.ago(before + 40), names=("pathology",))
        _paper(world, "giulia", "invoice-receipt", world.ago(before))
        for month in range(4):
            day = world.ago(before - 55 * month)
            line = NewLine("imaging/high-specialisation/mri", day, 36_15, facts=TICKET)
            _send(world, "giulia", day + timedelta(days=9), line, currency="EUR", provider="diagnostica-po")
    private = {**TICKET, "channel": "private", "fee_kind": "private"}
    line = NewLine("imaging/high-specialisation/mri", world.ago(180), 150_00, facts=private)
    _send(world, "giulia", world.ago(163), line, currency="EUR", provider="diagnostica-po")
    hurt = world.ago(160)
    network = {**NETWORK, "accident_on": hurt.isoformat()}
    _paper(world, "giulia", "emergency-department-report", hurt)
    sessions = [NewLine("physiotherapy/session", hurt + timedelta(days=22 + 3 * n), 40_00, facts=network)
                for n in range(7)]  # fmt: skip
    _send(world, "giulia", hurt + timedelta(days=53), *sessions, currency="EUR", provider="fisio-reno")  # waits …
    came = hurt + timedelta(days=60)  # … and goes on: 250 in all
    _paper(world, "giulia", "authorisation", hurt + timedelta(days=19), came=came, status="granted")
    scan = NewLine("imaging/high-specialisation/scintigraphy", world.ago(19), 46_00, facts=TICKET)
    _send(world, "luca", world.ago(11), scan, currency="EUR", provider="diagnostica-po")  # waits for the prescription
    again = [NewLine("physiotherapy/session", world.ago(22), 40_00,
                     facts={**NETWORK, "accident_on": world.ago(31).isoformat()})]  # fmt: skip
    _paper(world, "sofia", "emergency-department-report", world.ago(31))
    _paper(world, "sofia", "prescription", world.ago(29), names=("pathology",))
    _send(world, "sofia", world.ago(15), *again, currency="EUR", provider="fisio-reno")  # still waits for it
    fee = {"cause": "illness", "channel": "public"}
    ct = NewLine("imaging/high-specialisation/mri", world.ago(13), 300_00, facts=fee)
    _send(world, "giulia", world.ago(6), ct, currency="EUR", provider="diagnostica-po")  # a ticket, or a private fee?


def _dutch(world: World) -> None:
    """Thirty sessions: the first twenty paid by the module, those after it within the own risk of basic insurance."""
    _paper(world, "sanne", "referral", world.ago(320), indication="oncology")
    for month in range(10):
        day = world.ago(305 - 30 * month)
        lines = [
            NewLine("physiotherapy/session", day + timedelta(days=7 * n), 42_50, indication="oncology",
                    facts=AFTERCARE if 3 * month + n < 20 else DUTCH)
            for n in range(3)
        ]  # fmt: skip
        _send(world, "sanne", day + timedelta(days=20), *lines, currency="EUR", provider="fysio-gracht")


def _french(world: World) -> None:
    """Calls to a doctor: free with an open account; the last one asks for the code, its number was withheld."""
    _paper(world, "claire", "activation", world.ago(300))
    for before, caller in ((280, "recognised"), (120, "recognised"), (8, "withheld")):
        facts = {"requested_specialty": "general-practice", "caller": caller}
        line = NewLine("telecare/consultation", world.ago(before), 0, facts=facts)
        _send(world, "claire", world.ago(before), line, currency="EUR", provider="tele-rhone")


def _by_people(world: World) -> None:
    """What people of the house did: overridden, proposed, appealed and answered, taken back, corrected."""
    mara = Actor(user=world.id("user", "mara"), roles=frozenset({Role.CLAIMS_HANDLER, Role.SYSTEM}), name="Mara Haus")
    with acting(mara, "demo"):
        if refused := [each for each in _decided(world, "sven") if each.charged and each.borne == each.charged]:
            _goodwill(world, refused[-1])
        if decided := _decided(world, "paul"):
            file_appeal(decided[-1], "Why is this not paid in full? I have paid my deductible already.")
        if len(decided) > 3:
            reverse_claim(decided[2], "the practice has taken its bill back", world.today)
        if decided := _decided(world, "ben"):
            wrong = Line.objects.filter(claim=decided[-1], stands=True)[0]
            right = NewLine(wrong.service, wrong.served_on, wrong.charged + 10_00, facts=wrong.facts)
            correct_line(wrong, right, "the practice had added it up wrongly", world.today)
        if large := [each for each in _decided(world, "sven") if each.charged > four_eyes_above()]:
            line = Line.objects.filter(claim=large[0], stands=True).select_related("decision").order_by("-charged")[0]
            covers = [OverCover(LAMAL, line.charged)]
            override_line(line, covers, "Advised wrongly in writing on 3 May; the whole is owed.", world.today)


def _decided(world: World, name: str) -> list[Claim]:
    """What is decided of one of them, the oldest first."""
    found = Claim.objects.filter(person=world.id("person", name), status=Status.DECIDED, sensitive=False)
    return list(found.order_by("received_on", "id"))


def _goodwill(world: World, claim: Claim) -> None:
    """Half of a bill is paid after an appeal."""
    line = Line.objects.filter(claim=claim, stands=True)[0]
    appeal = file_appeal(claim, "My doctor told me this would be paid. Please look at it again.")
    half = [OverCover(LAMAL, min(line.charged // 2, four_eyes_above()))]
    override_line(line, half, "Goodwill: the information given on the phone was wrong.", world.today, appeal)
    answer_appeal(appeal, "You were told otherwise on the phone; we pay half of it.", world.today)


def tell(_world: World) -> list[str]:
    """How many there are, and what waits for whom."""
    states = [f"{Claim.objects.filter(status=status).count()} {status}" for status in Status.values]
    waits = [f"{wait.kind} from {wait.owner}: {wait.person}, {wait.line.service}" for wait in worklist()[:8]]
    return [f"claims: {', '.join(states)}", *(f"waits: {each}" for each in waits)]
