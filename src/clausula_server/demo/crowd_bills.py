"""Two years of bills of the crowd, from a seed: what they are charged, by whom, with which papers."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

from clausula_server.claims.actions.claim import submit_claim
from clausula_server.claims.actions.evidence import NewEvidence, add_evidence
from clausula_server.claims.stated import NewClaim, NewLine
from clausula_server.demo.crowd import PIU, PLUSMED, SEED, VARIA, Family, Someone, families
from clausula_server.demo.world import World

FIRST_DAY = 690
"""Days before the day the demo is told of on which the bills begin."""
CARE = (
    ("outpatient/consultation", 84_00, 210_00),
    ("outpatient/treatment", 90_00, 640_00),
    ("laboratory", 32_00, 160_00),
    ("medicine", 12_00, 140_00),
    ("imaging/ultrasound", 120_00, 260_00),
)
BILLERS = {"ZH": "dr-keller", "VD": "dr-rochat", "BE": "dr-keller", "LU": "dr-arnold"}
OF_SERVICE = {"laboratory": "labor-limmat", "medicine": "pharma-see"}
TICKET = {"channel": "public", "fee_kind": "ticket", "cause": "illness"}
DENTIST = {
    "channel": "network", "doctor_in_network": True, "network_indicated": True,
    "booked_through_operations_centre": True,
}  # fmt: skip
PHYSIO = {
    "cause": "accident", "purpose": "rehabilitation", "channel": "network", "doctor_in_network": True,
    "prescribed_by_specialty": "general-practice", "performed_by": "physiotherapist", "title_on_invoice": True,
}  # fmt: skip
SESSION = {"code_list": "012", "code": "1000", "indicator": "001", "basic_entitlement": True}
AFTERCARE = {"code_list": "990", "code": "Z1000", "indicator": "008", "basic_entitlement": True}


def load(world: World) -> None:
    """All their bills, each when it came in."""
    rolls = random.Random(SEED + 1)  # noqa: S311 - the same demo every time
    bills = {"CH": _swiss, "IT": _italian, "NL": _dutch, "FR": _french}
    for number, family in enumerate(families()):
        bills[family.country](world, rolls, family)
        _open_ones(world, rolls, family, number)


def _days(world: World, rolls: random.Random, gap: tuple[int, int]) -> Iterator[date]:
    left = FIRST_DAY - rolls.randrange(90)
    while left > 3:
        yield world.ago(left)
        left -= rolls.randrange(*gap)


def _came(world: World, rolls: random.Random, day: date) -> date:
    return min(day + timedelta(days=rolls.randrange(1, 35)), world.today)


def _send(
    world: World, someone: Someone, received: date, lines: list[NewLine], currency: str, provider: str = ""
) -> None:
    who = world.id("person", someone.name)
    key = f"demo/{someone.name}/{received}/{lines[0].service}/{lines[0].served_on}"
    number = f"{someone.name.replace('-', '').upper()}-{received:%y%m%d}"
    submit_claim(NewClaim(who, lines, key, received, currency, provider=provider, number=number), received)


def _paper(world: World, someone: Someone, kind: str, on: date, **more: object) -> None:
    new = NewEvidence(person=world.id("person", someone.name), kind=kind, issued_on=on, **more)  # type: ignore[arg-type]
    add_evidence(new, on)


def _swiss(world: World, rolls: random.Random, family: Family) -> None:
    """Deductible and ten per cent; where the model asks for a first contact, most have made one."""
    doctor = BILLERS[family.home.canton]
    for someone in family.people:
        for day in _days(world, rolls, (110, 380)):
            received = _came(world, rolls, day)
            if family.is_in(PLUSMED) and rolls.random() < 0.75:
                _paper(world, someone, "first-contact", day - timedelta(days=2), issuer="telemed")
            service, low, high = rolls.choice(CARE)
            drawn = [(service, low, high), *([CARE[2]] if service == CARE[0][0] and rolls.random() < 0.4 else [])]
            lines = [
                NewLine(each, day, rolls.randrange(low, high) // 5 * 5, facts={"cause": "illness"})
                for each, low, high in drawn
            ]
            _send(world, someone, received, lines, "CHF", OF_SERVICE.get(service, doctor))


def _italian(world: World, rolls: random.Random, family: Family) -> None:
    """Tickets with their papers and without, a dentist where the plan has one, private fees refused."""
    for someone in family.people:
        for day in _days(world, rolls, (150, 420)):
            received, roll = _came(world, rolls, day), rolls.random()
            if roll < 0.75 or (day > world.ago(40) and roll < 0.9):
                _paper(world, someone, "prescription", day - timedelta(days=9), names=("pathology",))
                _paper(world, someone, "invoice-receipt", day)
            elif day < world.ago(60):
                continue
            service = f"imaging/high-specialisation/{rolls.choice(('mri', 'scintigraphy'))}"
            facts = {**TICKET, **({"channel": "private", "fee_kind": "private"} if rolls.random() < 0.12 else {})}
            charged = rolls.choice((36_15, 46_00, 58_40)) if facts["fee_kind"] == "ticket" else 180_00
            _send(world, someone, received, [NewLine(service, day, charged, facts=facts)], "EUR", "diagnostica-po")
        if family.is_in(PIU) and rolls.random() < 0.7:
            day = world.ago(rolls.randrange(30, 300))
            _paper(world, someone, "authorisation", day - timedelta(days=1), status="granted")
            line = NewLine("dental/hygiene", day, 75_00, facts=DENTIST)
            _send(world, someone, _came(world, rolls, day), [line], "EUR", "dentista-verdi")


def _dutch(world: World, rolls: random.Random, family: Family) -> None:
    """Sessions of physiotherapy: within the own risk, after it, and aftercare of the module at a practice of its list
    and elsewhere."""
    someone = family.people[0]
    start = world.ago(rolls.randrange(120, 420))
    _paper(world, someone, "referral", start - timedelta(days=10), indication="oncology")
    plus = rolls.random() < 0.7
    for month in range(rolls.randrange(3, 9)):
        first = start + timedelta(days=30 * month)
        if first + timedelta(days=10) > world.today:
            break
        facts = SESSION if month == 3 else AFTERCARE
        lines = [
            NewLine("physiotherapy/session", first + timedelta(days=7 * n), 42_50, indication="oncology", facts=facts)
            for n in range(2)
        ]
        received = min(first + timedelta(days=18), world.today)
        _send(world, someone, received, lines, "EUR", "fysio-gracht" if plus else "fysio-dom")


def _open_ones(world: World, rolls: random.Random, family: Family, number: int) -> None:
    """What has come of late and waits: for a prescription, an authorisation, a person, a document asked back."""
    someone, day = family.people[0], world.ago(rolls.randrange(4, 40))
    received = min(day + timedelta(days=rolls.randrange(2, 20)), world.today)
    if family.country == "IT" and number % 3 == 0:
        scan = NewLine("imaging/high-specialisation/scintigraphy", day, 46_00, facts=TICKET)
        _send(world, family.people[-1], received, [scan], "EUR", "diagnostica-po")
    if family.country == "IT" and number % 3 == 1:
        facts = {**PHYSIO, "accident_on": (day - timedelta(days=9)).isoformat()}
        _paper(world, someone, "emergency-department-report", day - timedelta(days=9))
        _paper(world, someone, "prescription", day - timedelta(days=8), names=("pathology",))
        _send(
            world, someone, received, [NewLine("physiotherapy/session", day, 45_00, facts=facts)], "EUR", "fisio-reno"
        )
    if family.is_in(VARIA) and number % 2 == 0:
        stay = {
            "ward": "general", "cause": "illness", "setting": "inpatient", "admitted_on": day.isoformat(),
            "discharged_on": (day + timedelta(days=3)).isoformat(),
        }  # fmt: skip
        charged = 0
        if number % 4 == 0:  # the private ward, and the bill says nothing of the share of basic insurance
            stay, charged = {**stay, "ward": "private"}, rolls.randrange(4_000, 14_000) * 100
        line = NewLine("hospital/stay", day, charged, facts=stay)
        _send(world, someone, min(day + timedelta(days=5), world.today), [line], "CHF", "hopital-lac")


def _french(world: World, rolls: random.Random, family: Family) -> None:
    """Calls to the doctor: free for who has opened the account, and nothing for who has not."""
    for someone in family.people:
        opened = rolls.random() < 0.85
        if opened:
            _paper(world, someone, "activation", world.ago(360))
        for day in _days(world, rolls, (200, 500)):
            if day < world.ago(330) or (not opened and day < world.ago(50)):
                continue
            facts = {"requested_specialty": "general-practice", "caller": "recognised"}
            _send(world, someone, day, [NewLine("telecare/consultation", day, 0, facts=facts)], "EUR", "tele-rhone")
