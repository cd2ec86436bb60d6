"""The desk at which every reader hands in what a document states of one line, and gets a Line or a Listed back.

All formats are held to the same questions in the same order: whose is it, when was it, how much, in which currency,
what was done, has it been here before. The first question without an answer lists the line.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import blake2b

from clausula.household import NO_FACTS, Facts, FactValue, Line, Person
from clausula.intake import values
from clausula.intake.codes import CodeMap, Coding
from clausula.intake.records import Listed
from clausula.intake.roster import Match, Roster, Sought
from clausula.money import MoneyError, to_minor

Refused = tuple[str, str, str]
"""Code, message and mend of a Listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """One line as a document states it, before anything is believed. Text where the document has text.

    codings: its codes, any of which may name the service; service: the service itself, where the document names it.
    refused: why the reader itself knows that the line is not to be decided (a reversal, a reminder).
    person: who was found already, for readers that look a person up once a document.
    """

    origin: str
    id: str
    sought: Sought = field(default_factory=Sought)
    person: Match | None = None
    day: str | date | None = None
    amount: str | int | Decimal | None = None
    currency: str = ""
    codings: tuple[Coding, ...] = ()
    service: str = ""
    quantity: str | int | Decimal | None = None
    time: int | None = None
    paid_by_others: str | int | Decimal = 0
    claim: str = ""
    stay: str = ""
    episode: str = ""
    indication: str = ""
    provider: str = ""
    received_on: date | None = None
    facts: Facts = field(default_factory=lambda: NO_FACTS)
    refused: Refused | None = None


class _Stop(Exception):  # noqa: N818 - no error of the program: it says why a line goes to the list
    def __init__(self, code: str, message: str, mend: str = "") -> None:
        super().__init__(code, message, mend)
        self.refused = (code, message, mend)


@dataclass(slots=True)
class Desk:
    """Takes lines in. One desk serves all files of a run, so that a line that comes twice is noticed.

    roster, codes: who and what is known. plan_currencies: plan id to currency; a line in a currency in which none of
    the person's plans pays is listed (empty: every currency is taken). services: the catalogue's service ids, against
    which services stated in tables are checked (None: not checked). fact_values: the closed values of facts that have
    such (`Fact.values` of the catalogue). received_on: given to lines that state none themselves. Memory grows by about
    200 bytes a line taken, for the marks of lines seen.
    """

    roster: Roster
    codes: CodeMap
    plan_currencies: Mapping[str, str] = field(default_factory=dict)
    services: Collection[str] | None = None
    fact_values: Mapping[str, Collection[str]] = field(default_factory=dict)
    received_on: date | None = None
    _seen: dict[bytes, bytes] = field(default_factory=dict)

    def take(self, stated: Stated) -> Line | Listed:
        """The line, or why it is listed."""
        match = stated.person or self.roster.find(stated.sought)
        refused = stated.refused
        if refused is None:
            try:
                return self._line(stated, match)
            except _Stop as stop:
                refused = stop.refused
        code, message, mend = refused
        person = match.person.id if match.person else ""
        amount = _amount_or_none(stated.amount)
        return Listed(code, message, stated.origin, amount, stated.currency, mend, person, stated.id, stated.claim)

    def _line(self, stated: Stated, match: Match) -> Line:
        if not stated.id:
            raise _Stop("no-id", "this line has no number", "give every line a number of its own")
        if match.person is None:
            mend = "add the person, or this number of the person, to the members file"
            raise _Stop(match.code, match.message, mend)
        person = match.person
        moment = _served(stated.day, person)
        charged = _charged(stated)
        self._check_currency(stated.currency, person)
        service = self._service(stated)
        quantity, facts = _quantity(stated)
        self._check_facts(stated)
        try:
            others = values.number(stated.paid_by_others)
            below_zero = to_minor(others, stated.currency) < 0
        except (values.BadValueError, MoneyError) as error:
            raise _Stop("bad-amount", f"paid by others: {error}", "correct it at the source") from None
        if below_zero:
            raise _Stop("bad-amount", f"paid by others: {others} is below zero", "correct it at the source")
        line = Line(
            stated.id, person.id, service, moment.day, charged, stated.currency, quantity,
            stated.time if stated.time is not None else moment.time, others, stated.claim, stated.stay, stated.episode,
            stated.indication, stated.provider, stated.received_on or self.received_on, facts, stated.origin,
        )  # fmt: skip
        self._refuse_seen(line, stated.codings)
        return line

    def _check_currency(self, currency: str, person: Person) -> None:
        if not (len(currency) == 3 and currency.isascii() and currency.isupper()):
            found = values.shown(currency) if currency else "nothing"
            raise _Stop("no-currency", f"where the currency should stand is {found}", "state it, like CHF or EUR")
        household = self.roster.household_of(person.id)
        plans = [one.plan for one in household.enrolments if one.person == person.id]
        known = {self.plan_currencies[plan] for plan in plans if plan in self.plan_currencies}
        if known and currency not in known:
            message = f"charged in {currency}; the plans of {person.id} pay in {', '.join(sorted(known))}"
            raise _Stop("foreign-currency", message, "convert it at the source, with the rate and its date")

    def _check_facts(self, stated: Stated) -> None:
        """Refuses codes outside the closed values of their fact, and money that its currency cannot hold."""
        for name, value in stated.facts.items():
            allowed = self.fact_values.get(name)
            codes = (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ()
            strange = [code for code in codes if allowed and code not in allowed]
            if strange:
                message = f"{name}: {values.shown(strange[0])} is none of {', '.join(allowed or ())}"
                raise _Stop("bad-value", message, "have the value corrected")
            if isinstance(value, Decimal):
                try:
                    to_minor(value, stated.currency)
                except MoneyError as error:
                    raise _Stop("bad-value", f"{name}: {error}", "have the value corrected") from None

    def _service(self, stated: Stated) -> str:
        mapped = {service for coding in stated.codings for service in self.codes.services(coding)}
        codes = ", ".join(f"{one.code} of list {one.list or '(none)'}" for one in stated.codings) or "no code"
        if stated.service and mapped - {stated.service}:
            message = f"the line says {stated.service}, its code ({codes}) means {', '.join(sorted(mapped))}"
            raise _Stop("ambiguous-service", message, "leave one of them out")
        if len(mapped) > 1:
            message = f"{codes} means several services: {', '.join(sorted(mapped))}"
            raise _Stop("ambiguous-service", message, "make the code map say one")
        service = stated.service or next(iter(mapped), "")
        if not service:
            message = f"{codes} stands for no service"
            raise _Stop("unknown-service", message, "add it to plans/catalogue/codes, if a plan is to speak of it")
        if stated.service and self.services is not None and service not in self.services:
            raise _Stop(
                "unknown-service", f"{values.shown(service)} is no service of the catalogue", "see the catalogue"
            )
        return service

    def _refuse_seen(self, line: Line, codings: tuple[Coding, ...]) -> None:
        mark = _digest(line.person, line.provider, line.claim, line.id)
        charged = to_minor(line.charged, line.currency)
        content = _digest(line.served_on, line.service, codings, charged, line.currency, line.quantity)
        before = self._seen.get(mark)
        if before is None:
            self._seen[mark] = content
            return
        if before == content:
            raise _Stop(
                "duplicate-line", f"line {line.id} was taken in before, the same in every part", "nothing to do"
            )
        message = f"line {line.id} was taken in before with another day, service, amount or quantity"
        raise _Stop("conflicting-line", message, "find out which holds; void the other")


def _served(stated: str | date | None, person: Person) -> values.Moment:
    if stated is None or stated == "":
        raise _Stop("no-date", "this line states no date of service", "have the date stated")
    try:
        moment = values.moment(stated)
    except values.BadValueError as error:
        raise _Stop("bad-date", str(error), "have the date corrected") from None
    if not values.EARLIEST <= moment.day <= values.LATEST:
        raise _Stop("date-out-of-range", f"{moment.day} lies outside 1900 to 2199", "have the year corrected")
    if moment.day < person.born:
        message = f"served on {moment.day}, before {person.id} was born ({person.born})"
        raise _Stop("before-birth", message, "check the date, and whose line it is")
    return moment


def _charged(stated: Stated) -> Decimal:
    if stated.amount is None or stated.amount == "":
        raise _Stop("no-amount", "this line states no amount", "have the amount stated line by line")
    try:
        amount = values.number(stated.amount)
        to_minor(amount, stated.currency)
    except (values.BadValueError, MoneyError) as error:
        raise _Stop("bad-amount", str(error), "have the amount corrected") from None
    if amount < 0:
        raise _Stop("negative-amount", f"{amount} is a credit", "void the line that it takes back, or charge anew")
    return amount


def _quantity(stated: Stated) -> tuple[int, Facts]:
    """Units to count, and the facts with the quantity as stated where it is not the same."""
    try:
        units, exact = values.quantity(stated.quantity if stated.quantity not in (None, "") else 1)
    except values.BadValueError as error:
        raise _Stop("bad-quantity", str(error), "have the quantity corrected") from None
    return units, stated.facts if exact == units else {**stated.facts, "quantity_stated": exact}


def _amount_or_none(amount: str | int | Decimal | None) -> Decimal | None:
    try:
        return None if amount is None else values.number(amount)
    except values.BadValueError:
        return None


def diagnosis_facts(codes: Iterable[str]) -> dict[str, FactValue]:
    """All codes as the fact `diagnoses`; `diagnosis` where there is one alone: which of several a rule means is not
    known."""
    stated = tuple(code for code in dict.fromkeys(codes) if code)
    facts: dict[str, FactValue] = {"diagnoses": stated} if stated else {}
    return {**facts, "diagnosis": stated[0]} if len(stated) == 1 else facts


def _digest(*parts: object) -> bytes:
    return blake2b(repr(parts).encode(), digest_size=16).digest()
