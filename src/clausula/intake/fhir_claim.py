"""FHIR R4 claims (http://hl7.org/fhir/R4/claim.html): a Claim, a Bundle with claims, or lines of either (NDJSON).

Items become lines. An item with details is charged at its own net; its details say what is in it and are not charged
again.
Where the total of a claim is more than its items say, the rest is listed: which item it belongs to is not ours to guess
(Synthea, for one, bills the fee of the encounter in the total alone).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from clausula.household import Evidence, FactValue, Provider
from clausula.intake import json_text, values, whole
from clausula.intake.desk import Desk, Refused, Stated, diagnosis_facts
from clausula.intake.errors import InputError, refusal
from clausula.intake.fhir_resources import Resources, code, codings, id_of, name_of, obj, objs, text
from clausula.intake.json_text import Node
from clausula.intake.records import Listed, Read
from clausula.intake.roster import Match, Sought

REFERENCES = {"referral": "referral", "prescription": "prescription"}
"""References of a Claim to documents, and the evidence that they are."""

SETTLEMENTS = {"provider": "tiers_payant", "subscriber": "tiers_garant"}
"""Who is to be paid (`payee.type`), in the words of the catalogue; "other" says nothing of it."""

_WRITTEN = ("authoredOn", "dateWritten")
_NEVER_HELD = ("draft", "entered-in-error", "revoked", "cancelled")
_INPATIENT = ("IMP", "ACUTE", "NONAC")


def read_fhir(path: Path, desk: Desk) -> Iterator[Read]:
    """The lines, providers and documents of a FHIR file, and what is listed of it. Raises InputError where it is no
    JSON."""
    if _has_lines(path):
        yield from _read_lines(path, desk)
    else:
        yield from _read_resource(json_text.parse(whole.read_text(path), str(path)), str(path), desk)


def _has_lines(path: Path) -> bool:
    """Whether this is NDJSON: by its name, or because its first line is a whole resource and more lines follow."""
    if path.suffix.lower() in (".ndjson", ".jsonl"):
        return True
    with path.open("rb") as file:
        first, second = file.readline(whole.LARGEST).strip(), file.readline(64).strip()
    return first.endswith(b"}") and second.startswith(b"{")


def _read_lines(path: Path, desk: Desk) -> Iterator[Read]:
    offset = 0
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(whole.LARGEST + 1), b""), 1):
            offset += len(line)
            if len(line) > whole.LARGEST:
                message = f"this line is longer than {whole.LARGEST // 1024**2} MB"
                raise refusal("too-large", message, str(path), "one resource a line", line=number)
            if not line.strip():
                continue
            try:
                content = whole.decode(line, str(path), first_line=number, offset=offset - len(line))
                resource = json_text.parse(content, str(path), number)
            except InputError as error:
                found = error.findings[0]
                yield Listed("broken-record", found.message, f"{path}:{number}", mend=found.mend)
                continue
            yield from _read_resource(resource, str(path), desk)


def _read_resource(resource: Any, file: str, desk: Desk) -> Iterator[Read]:
    kind = text(obj(resource).get("resourceType"))
    if kind == "Claim":
        yield from _Claim(resource, Resources(), file, desk).records()
        return
    claims = [obj(one.get("resource")) for one in objs(obj(resource).get("entry"))] if kind == "Bundle" else []
    claims = [one for one in claims if one.get("resourceType") == "Claim"]
    resources = Resources.of_bundle(obj(resource))
    for claim in claims:
        yield from _Claim(claim, resources, file, desk).records()
    if not claims:
        found = "a Bundle without claims" if kind == "Bundle" else f"a {kind}" if kind else "JSON, but no FHIR resource"
        yield Listed("not-a-claim", f"this is {found}", f"{file}:{obj(resource).line or 1}")


class _Claim:
    """Hands in one claim."""

    def __init__(self, claim: Node, resources: Resources, file: str, desk: Desk) -> None:
        self.claim, self.resources, self.file, self.desk = claim, resources, file, desk
        identifiers = [text(one.get("value")) for one in objs(claim.get("identifier"))]
        self.id = text(claim.get("id")) or next((one for one in identifiers if one), "")
        self.items = objs(claim.get("item"))
        self.total = obj(claim.get("total"))
        self.match = self.patient()
        self.common = self.claim_facts()
        self.presented: set[str] = set()

    def records(self) -> Iterator[Read]:
        refused = self.refused()
        if refused:
            yield self.listed(*refused, self.whole_amount())
            return
        yield from self.documents()
        for item in self.items:
            provider, stranger = self.provider(item)
            if stranger:
                yield stranger
            yield self.desk.take(self.stated(item, provider))
        yield from self.rest()

    def refused(self) -> Refused | None:
        use, status = self.claim.get("use"), self.claim.get("status")
        if use in ("preauthorization", "predetermination"):
            return "preauthorisation", f"this is a {use}: it asks what would be paid", "ask the guide"
        if use != "claim":
            return (
                "broken-record",
                f"the use of this claim is {use!r}",
                "have the claim corrected: claim, or another use",
            )
        if status != "active":
            return "inactive", f"the status of this claim is {status!r}", "only active claims are decided"
        return None

    def patient(self) -> Match:
        reference = self.claim.get("patient")
        patient = self.resources.resolve(reference, self.claim)
        stated = text(patient.get("birthDate"))
        try:
            born = values.day(stated) if stated else None
        except values.BadValueError as error:
            return Match(None, "member-differs", f"date of birth of the patient: {error}")
        numbers = self.resources.numbers(reference, self.claim)
        return self.desk.roster.find(Sought(numbers, born=born, name=name_of(patient)))

    def stated(self, item: Node, provider: str) -> Stated:
        found = codings(item.get("productOrService"))
        mapped = [one for one in found if self.desk.codes.services(one)]
        facts, stay = self.encounter(item)
        facts = {**self.common, **facts, **self.diagnoses(item)}
        if found:
            facts |= {"code_list": (mapped or list(found))[0].list, "code": (mapped or list(found))[0].code}
        number = item.get("sequence")
        amount, refused = None, None
        try:
            amount = amount_of(item)
        except values.BadValueError as error:
            refused = ("bad-amount", str(error), "have the amount corrected")
        return Stated(
            origin=f"{self.file}:{item.line}",
            id=f"{self.id}/{number}" if self.id and isinstance(number, int) else "",
            person=self.match,
            day=self.day(item),
            amount=amount,
            currency=self.currency(item),
            codings=found,
            quantity=_stated(obj(item.get("quantity")).get("value")),
            refused=refused,
            claim=self.id,
            stay=stay or (f"{self.id}@stay" if "admitted_on" in self.common else ""),
            provider=provider,
            facts=facts,
        )

    def day(self, item: Node) -> str | date | None:
        """servicedDate, or the beginning of servicedPeriod, or the first day of the claim's billablePeriod."""
        stated = text(item.get("servicedDate")) or text(obj(item.get("servicedPeriod")).get("start"))
        return stated or self.begins() or text(obj(self.claim.get("billablePeriod")).get("start"))

    def begins(self) -> date | None:
        stated = text(obj(self.claim.get("billablePeriod")).get("start"))
        return _day(stated)

    def currency(self, item: Node) -> str:
        nodes = [item, *objs(item.get("detail"))]
        stated = [text(obj(one.get(key)).get("currency")) for one in nodes for key in ("net", "unitPrice")]
        return next((one for one in stated if one), text(self.total.get("currency")))

    def claim_facts(self) -> dict[str, FactValue]:
        facts: dict[str, FactValue] = {}
        if code(self.claim.get("type")):
            facts["claim_type"] = code(self.claim.get("type"))
        settlement = SETTLEMENTS.get(code(obj(self.claim.get("payee")).get("type")))
        facts |= {"settlement": settlement} if settlement else {}
        accident = obj(self.claim.get("accident"))
        if accident:
            day = _day(text(accident.get("date")))
            facts |= {"cause": "accident"} | ({"accident_on": day} if day else {})
        for info in objs(self.claim.get("supportingInfo")):
            if code(info.get("category")) == "hospitalized":
                facts |= _stay(obj(info.get("timingPeriod")))
        return facts

    def encounter(self, item: Node) -> tuple[dict[str, FactValue], str]:
        """Facts of the encounter in which the item was done, where it came along, and the number of its hospital
        stay."""
        references = objs(item.get("encounter"))
        encounter = self.resources.resolve(references[0], self.claim) if references else Node()
        kind = text(obj(encounter.get("class")).get("code"))
        if kind in _INPATIENT:
            return {"setting": "inpatient", **_stay(obj(encounter.get("period")))}, text(encounter.get("id"))
        if kind == "EMER":
            return {"emergency": True}, ""
        return ({"setting": "outpatient"} if kind == "AMB" else {}), ""

    def diagnoses(self, item: Node) -> dict[str, FactValue]:
        """Codes of the diagnoses that the item names, of all where it names none."""
        numbers = item.get("diagnosisSequence")
        found: list[str] = []
        for one in objs(self.claim.get("diagnosis")):
            if isinstance(numbers, list) and one.get("sequence") not in numbers:
                continue
            condition = self.resources.resolve(one.get("diagnosisReference"), self.claim)
            found.append(code(one.get("diagnosisCodeableConcept")) or code(condition.get("code")))
        return diagnosis_facts(found)

    def provider(self, item: Node) -> tuple[str, Provider | None]:
        """The id of the provider: of the item's care team, else of the claim; one in no directory is presented once."""
        wanted = item.get("careTeamSequence")
        team = [one.get("provider") for one in objs(self.claim.get("careTeam")) if _named(one, wanted)]
        for reference in [*team, self.claim.get("provider")]:
            known = self.desk.roster.provider(self.resources.numbers(reference, self.claim))
            if known is not None:
                return known.id, None
        return self.stranger(self.claim.get("provider"))

    def stranger(self, reference: Any) -> tuple[str, Provider | None]:
        numbers = self.resources.numbers(reference, self.claim)
        name = id_of(numbers)
        if not name or name in self.presented:
            return name, None
        self.presented.add(name)
        return name, Provider(name, name_of(self.resources.resolve(reference, self.claim)), identifiers=dict(numbers))

    def documents(self) -> Iterator[Read]:
        """Referral and prescription. One that bears no date is taken to be of the first day of the care, the last day
        on which it can have been made; one that did not come along is listed."""
        for key, kind in REFERENCES.items():
            reference = self.claim.get(key)
            if not isinstance(reference, Node):
                continue
            document = self.resources.resolve(reference, self.claim)
            day = next((_day(text(document.get(one))) for one in _WRITTEN if text(document.get(one))), self.first_day())
            if not document or document.get("status") in _NEVER_HELD or day is None:
                message = f"the {kind} that this claim refers to did not come along, is not in force, or has no date"
                yield self.listed("missing-document", message, "enter it in the members file", None)
            elif self.match.person:
                requester = document.get("requester") or document.get("prescriber")
                known = self.desk.roster.provider(self.resources.numbers(requester, document))
                issuer, stranger = (known.id, None) if known else self.stranger(requester)
                if stranger:
                    yield stranger
                name = text(document.get("id")) or kind
                yield Evidence(kind, self.match.person.id, day, f"{self.id}/{name}", issuer=issuer, claim=self.id)

    def first_day(self) -> date | None:
        stated = [
            text(one.get("servicedDate")) or text(obj(one.get("servicedPeriod")).get("start")) for one in self.items
        ]
        return min((day for day in map(_day, stated) if day), default=None) or self.begins()

    def whole_amount(self) -> Decimal | None:
        """What the claim charges: its total, else the sum of its items."""
        amounts = [amount for amount in map(_readable, self.items) if amount is not None]
        total = self.stated_total()
        return total if total is not None else sum(amounts, Decimal(0)) if amounts else None

    def stated_total(self) -> Decimal | None:
        try:
            return _number(self.total.get("value"))
        except values.BadValueError:
            return None

    def rest(self) -> Iterator[Listed]:
        """What the total charges more, or less, than the items together."""
        total, mend = self.stated_total(), "have the amounts stated item by item"
        if total is None:
            if self.total:
                yield self.listed("not-itemised", "the total of this claim cannot be read", mend, None)
            return
        amounts = [(_readable(one), self.currency(one)) for one in self.items]
        priced = [amount for amount, _ in amounts if amount is not None]
        if any(amount is not None and currency != self.total.get("currency") for amount, currency in amounts):
            message = "total and items are in different currencies; they could not be compared"
            yield self.listed("not-itemised", message, mend, None)
        elif total != sum(priced, Decimal(0)):
            silent = len(amounts) - len(priced)
            message = (
                f"the total is {total}, the items with an amount are {sum(priced, Decimal(0))}; {silent} have none"
            )
            yield self.listed("not-itemised", message, mend, total - sum(priced, Decimal(0)))

    def listed(self, why: str, message: str, mend: str, amount: Decimal | None) -> Listed:
        person = self.match.person.id if self.match.person else ""
        stated = [text(self.total.get("currency")), *map(self.currency, self.items)]
        currency = next((one for one in stated if one), "")
        return Listed(why, message, f"{self.file}:{self.claim.line}", amount, currency, mend, person, claim=self.id)


def amount_of(item: Node) -> Decimal | None:
    """What an item (or detail) charges: its net, else unit price × quantity × factor, else the sum of its parts where
    each part says its own; None where nothing is said. Raises BadValueError where a number that counts cannot be
    read."""
    net = _number(obj(item.get("net")).get("value"))
    if net is not None:
        return net
    price = _number(obj(item.get("unitPrice")).get("value"))
    if price is not None:
        quantity, factor = _number(obj(item.get("quantity")).get("value")), _number(item.get("factor"))
        return values.number(price * (1 if quantity is None else quantity) * (1 if factor is None else factor))
    parts = [amount_of(one) for key in ("detail", "subDetail") for one in objs(item.get(key))]
    return sum((part for part in parts if part is not None), Decimal(0)) if parts and None not in parts else None


def _readable(item: Node) -> Decimal | None:
    try:
        return amount_of(item)
    except values.BadValueError:
        return None


def _number(value: Any) -> Decimal | None:
    stated = _stated(value)
    return None if stated is None else values.number(stated)


def _stated(value: Any) -> str | int | Decimal | None:
    """A number as the resource has it; what is none becomes text, which no reader takes for a number."""
    return (
        value if value is None or (isinstance(value, (int, Decimal)) and not isinstance(value, bool)) else repr(value)
    )


def _day(stated: str) -> date | None:
    try:
        return values.day(stated)
    except values.BadValueError:
        return None


def _stay(period: Node) -> dict[str, FactValue]:
    days = {"admitted_on": _day(text(period.get("start"))), "discharged_on": _day(text(period.get("end")))}
    return {name: day for name, day in days.items() if day}


def _named(member: Node, wanted: Any) -> bool:
    return isinstance(wanted, list) and member.get("sequence") in wanted
