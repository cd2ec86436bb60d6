"""Takes a Swiss invoice apart: parties, law, treatment, hospital stay, services, of edition 4.5 or 5.0 alike.

Default values are those of the schemas: a missing `treatment` means ambulatory, a missing `class` the general ward, a
missing currency CHF. What has no default there stays missing here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from lxml import etree

from clausula.household import FactValue
from clausula.intake import values
from clausula.intake.desk import Refused, diagnosis_facts
from clausula.intake.errors import refusal
from clausula.intake.roster import Identifier, Match, Sought
from clausula.intake.xml_text import SPACE, child, name_of

SETTLEMENTS = ("tiers_garant", "tiers_payant", "tiers_soldant")
LAWS = ("kvg", "vvg", "uvg", "ivg", "mvg", "org")
CAUSES = {
    "disease": "illness",
    "accident": "accident",
    "maternity": "maternity",
    "prevention": "prevention",
    "birthdefect": "birth-defect",
}
WARDS = {"private": "private", "semi_private": "semi-private", "general": "general"}
"""Wards of the schema; hospital_comfort and md_free_choice are services, not wards: the ward stays missing."""

COUNTRIES = {"A": "AT", "D": "DE", "F": "FR", "I": "IT", "LI": "LI"}
"""Abroad, as the schema writes it in the place of a canton."""

KINDS = {
    "hospital": "hospital",
    "rehab_clinic": "rehabilitation-clinic",
    "psychiatric_clinic": "clinic",
    "pharmacist": "pharmacy",
    "labtechnician": "laboratory",
    "dentist": "dental-practice",
    "physiotherapist": "physiotherapy-practice",
}
PERFORMERS = {
    "physician": "physician",
    "dentist": "dentist",
    "nursingstaff": "nurse",
    "physiotherapist": "physiotherapist",
    "midwife": "midwife",
    "psychologist": "psychologist",
    "pharmacist": "pharmacist",
}
"""What the role of the sender (`body@role`) says of the establishment, and of who performs."""

SETTINGS = {"ambulatory": "outpatient", "stationary": "inpatient"}

_VOID = "void the lines of the invoice that it takes back"
_REFUSED: Mapping[str, Refused] = {
    "storno": ("reversal", "this invoice takes back an invoice", _VOID),
    "refund": ("reversal", "this invoice pays back an invoice", _VOID),
    "copy": ("copy", "this is a copy of an invoice", "send the original"),
    "reminder": ("reminder", "this is a reminder of an invoice", "send the invoice, if it was never sent"),
}


@dataclass(frozen=True, slots=True)
class Party:
    """A provider or referrer as the invoice describes it: numbers (gln, zsr), name, what it says of itself."""

    numbers: tuple[Identifier, ...] = ()
    name: str = ""
    facts: Mapping[str, FactValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """One invoice, taken apart. Amounts and dates of its services are still text.

    claim: biller and number of the invoice. credits: the number of the invoice that this one replaces. begins: first
    day of the treatment. week_13: first day of the 13th week of pregnancy. unclear: why the person cannot be looked up.
    refused: why no line is to be decided.
    """

    file: str
    line: int
    claim: str
    currency: str
    balance: str | None
    sought: Sought
    provider: Party
    facts: Mapping[str, FactValue]
    services: tuple[etree._Element, ...]
    credits: str = ""
    stay: str = ""
    begins: date | None = None
    week_13: date | None = None
    referrer: Party | None = None
    unclear: Match | None = None
    refused: Refused | None = None


def take_apart(root: etree._Element, file: str) -> Invoice:
    """The invoice of a `request`. Raises InputError where a part is missing without which no line can be read."""
    payload = _need(root, file, "payload")
    head, body = _need(payload, file, "invoice"), _need(payload, file, "body")
    tiers, services = _need(body, file, *SETTLEMENTS), _need(body, file, "services")
    balance, law = child(tiers, "balance"), child(body, "law", *LAWS)
    biller, provider = _party(tiers, "biller"), _party(tiers, "provider", body)
    treatment = child(body, "treatment")
    sought, unclear = _patient(tiers, law)
    stay = _stay(treatment)
    number = head.get("request_id", "")
    return Invoice(
        file=file,
        line=head.sourceline or 1,
        claim="/".join(part for part in (_first(biller) or _first(provider), number) if part),
        currency=balance.get("currency", "CHF") if balance is not None else "CHF",
        balance=balance.get("amount") if balance is not None else None,
        sought=sought,
        unclear=unclear,
        provider=provider if provider.numbers else biller,
        facts={"settlement": name_of(tiers), **_performer(body), **_law(law), **_treatment(treatment), **stay},
        services=tuple(one for one in services if isinstance(one.tag, str)),
        credits=_credited(payload),
        stay=_stay_id(treatment, law, stay, _first(biller)),
        begins=_day(treatment, "date_begin"),
        week_13=_day(treatment, "gestation_week13"),
        referrer=_referrer(tiers),
        refused=_refused(payload),
    )


def _need(element: etree._Element, file: str, *names: str) -> etree._Element:
    found = child(element, *names)
    if found is None:
        message = f"this invoice has no {' or '.join(names)} in its {name_of(element)}"
        mend = "have it sent again; --schema DIR shows all that is wrong with it"
        raise refusal("broken-invoice", message, file, mend, line=element.sourceline or 1)
    return found


def _refused(payload: etree._Element) -> Refused | None:
    if "reminder" in (payload.get("request_type"), payload.get("type")):
        return _REFUSED["reminder"]
    if payload.get("storno") in ("true", "1"):
        return _REFUSED["storno"]
    if payload.get("copy") in ("true", "1"):
        return _REFUSED["copy"]
    return _REFUSED.get(payload.get("request_subtype", ""))


def _credited(payload: etree._Element) -> str:
    credit = child(payload, "credit")
    return credit.get("request_id", "") if credit is not None else ""


def _patient(tiers: etree._Element, law: etree._Element | None) -> tuple[Sought, Match | None]:
    """Whom to look for. The number at the insurer is the insured's: it counts where the insured is the patient."""
    patient, insured, insurer = child(tiers, "patient"), child(tiers, "insured"), child(tiers, "insurance")
    if patient is None:
        return Sought(), Match(None, "unknown-member", "the invoice names no patient")
    ssn = patient.get("ssn", "")
    numbers: list[Identifier] = [("ahv" if ssn.startswith("756") else "ssn", ssn)] if ssn else []
    own = insured is None or insured.get("ssn", ssn) == ssn
    if own:
        card = child(patient, "card")
        cards = [one.get("card_id", "") for one in (card, insured, law) if one is not None]
        numbers += [("card", one) for one in dict.fromkeys(cards) if one]
    number = law.get("insured_id", "") if law is not None and own else ""
    if number:
        gln = _gln(insurer) if insurer is not None else ""
        numbers += [(f"insured:{gln}", number)] * bool(gln) + [("insured", number)]
    try:
        born = values.day(patient.get("birthdate", "")) if patient.get("birthdate") else None
    except values.BadValueError as error:
        return Sought(tuple(numbers)), Match(None, "member-differs", f"date of birth of the patient: {error}")
    return Sought(tuple(numbers), born=born, name=_name(patient)), None


def _party(tiers: etree._Element, kind: str, body: etree._Element | None = None) -> Party:
    """Biller or provider: one element in 4.5 (`biller`), a group of two in 5.0 (`billers` with biller_gln,
    biller_zsr)."""
    found = child(tiers, kind, f"{kind}s")
    if found is None:
        return Party()
    parts = [found] if name_of(found) == kind else [one for one in found if isinstance(one.tag, str)]
    numbers = dict.fromkeys(pair for part in parts for pair in _numbers(part))
    said = next((part.get("specialty", "") for part in parts if part.get("specialty")), "")
    facts: dict[str, FactValue] = {"specialty_stated": said} if said else {}
    kind = KINDS.get(body.get("role", ""), "") if body is not None else ""
    facts |= {"kind": kind} if kind else {}
    return Party(tuple(numbers), next((_name(part) for part in parts), ""), facts)


def _referrer(tiers: etree._Element) -> Party | None:
    """`referrer` in 4.5, the partner of type referrer in 5.0."""
    partners = child(tiers, "partners")
    among = partners.iterchildren(f"{SPACE}partner") if partners is not None else ()
    found = next((one for one in among if one.get("type") == "referrer"), child(tiers, "referrer"))
    if found is None:
        return None
    facts = {"specialty_stated": found.get("specialty", "")} if found.get("specialty") else {}
    return Party(tuple(_numbers(found)), _name(found), facts)


def _numbers(element: etree._Element) -> Iterator[Identifier]:
    for system, attribute in (("gln", "gln"), ("gln", "ean_party"), ("gln", "gln_location"), ("zsr", "zsr")):
        if element.get(attribute):
            yield system, element.get(attribute, "")


def _gln(element: etree._Element) -> str:
    return element.get("gln") or element.get("ean_party") or ""


def _first(party: Party) -> str:
    return party.numbers[0][1] if party.numbers else ""


def _name(element: etree._Element) -> str:
    found = child(element, "person", "company")
    names = [] if found is None else [child(found, one) for one in ("givenname", "familyname", "companyname")]
    return " ".join(one.text.strip() for one in names if one is not None and one.text)


def _law(law: etree._Element | None) -> dict[str, FactValue]:
    """KVG, VVG …: an element of that name in 4.5, an attribute in 5.0."""
    if law is None:
        return {}
    stated = law.get("type", "") if name_of(law) == "law" else name_of(law)
    return {"law": stated.upper()} if stated else {}


def _treatment(treatment: etree._Element | None) -> dict[str, FactValue]:
    if treatment is None:
        return {}
    facts: dict[str, FactValue] = {}
    if treatment.get("reason") in CAUSES:
        facts["cause"] = CAUSES[treatment.get("reason", "")]
    setting = SETTINGS.get(treatment.get("treatment", "ambulatory"))
    facts |= {"setting": setting} if setting else {}
    canton = treatment.get("canton", "")
    if canton:
        country = COUNTRIES.get(canton, "CH")
        facts |= {"canton": canton} if country == "CH" else {}
        facts |= {"country": country, "abroad": country != "CH"}
    delivered = _day(treatment, "end_of_birth")
    facts |= {"delivered_on": delivered} if delivered else {}
    codes = [one.get("code", "") for one in treatment.iterchildren(f"{SPACE}diagnosis")]
    return facts | diagnosis_facts(codes)


def _performer(body: etree._Element) -> dict[str, FactValue]:
    performer = PERFORMERS.get(body.get("role", ""))
    return {"performed_by": performer} if performer else {}


def _stay(treatment: etree._Element | None) -> dict[str, FactValue]:
    """The hospital stay: ward, days, how it came about. The stay is taken to end where the invoiced treatment ends."""
    hospital = child(treatment, "xtra_hospital") if treatment is not None else None
    found = child(hospital, "stationary") if hospital is not None else None
    if found is None:
        return {}
    facts: dict[str, FactValue] = {
        "emergency": found.get("hospitalization_type", "regular") == "emergency",
        "hospitalisation_mode": found.get("hospitalization_mode", "cantonal"),
    }
    ward = WARDS.get(found.get("class", "general"))
    facts |= {"ward": ward} if ward else {}
    for name, day in (
        ("admitted_on", _day(found, "hospitalization_date")),
        ("discharged_on", _day(treatment, "date_end")),
    ):
        facts |= {name: day} if day else {}
    return facts


def _stay_id(
    treatment: etree._Element | None, law: etree._Element | None, stay: Mapping[str, FactValue], biller: str
) -> str:
    """The number of the stay: the hospital's case number, the insurer's, or biller and day of admission."""
    if not stay or treatment is None:
        return ""
    case = treatment.get("acid") or (law.get("case_id") if law is not None else None)
    return case or f"{biller}@{stay.get('admitted_on', '')}"


def _day(element: etree._Element | None, attribute: str) -> date | None:
    try:
        return values.day(element.get(attribute, "")) if element is not None and element.get(attribute) else None
    except values.BadValueError:
        return None
