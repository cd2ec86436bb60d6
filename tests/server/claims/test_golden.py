"""Golden cases of the plans, through the server: what the engine decides in a case is decided, posted and kept here."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import clausula
from clausula.book import bundled_plans
from clausula.cases import Case, load_cases
from clausula.situation import Situation, read_situation
from clausula_server.claims.actions.claim import submit_claim
from clausula_server.claims.actions.evidence import NewEvidence, add_evidence
from clausula_server.claims.models import Balance, Claim, Decision
from clausula_server.claims.queries import faults_of
from clausula_server.claims.stated import NewClaim, NewLine
from clausula_server.directory.actions.provider import NewProvider, list_provider, register_provider
from clausula_server.ledger import queries as ledger
from clausula_server.people.actions.household import join_household, open_household
from clausula_server.people.actions.person import NewPerson, register_person
from clausula_server.people.models import Household, Person
from tests.books import bundled
from tests.claims_world import editions, enrol, owed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_system")]

CASES = [
    ("ch/assura/plusmed", "PM-04 G1"),
    ("ch/assura/plusmed", "PM-05 G3"),
    ("ch/assura/plusmed", "PM-07 G2"),
    ("ch/assura/plusmed", "PM-08 G1"),
    ("ch/assura/plusmed", "PM-08 G2"),
    ("ch/assura/plusmed", "PM-11 G1"),
    ("ch/assura/plusmed", "PM-11: in tiers payant"),
    ("ch/assura/plusmed", "PM-12"),
    ("ch/assura/ultra-varia", "UV-08 G2"),
    ("ch/assura/ultra-varia", "UV-08 G3"),
    ("ch/assura/ultra-varia", "UV-06 G1"),
    ("it/faremutua/noisalute-base", "NS-18 G1"),
    ("it/faremutua/noisalute-base", "NS-18 G4"),
    ("it/faremutua/noisalute-base", "NS-18 G7"),
    ("it/faremutua/noisalute-medio", "NS-14 G3"),
    ("it/faremutua/noisalute-medio", "NS-19 G1"),
    ("it/faremutua/noisalute-medio", "NS-19 G2: without"),
    ("it/faremutua/noisalute-piu", "NS-28 G2: a bill"),
    ("nl/zilveren-kruis/basis-plus-module", "ZK-13 G1"),
    ("nl/zilveren-kruis/basis-plus-module", "ZK-13 G2"),
    ("fr/medaviz", "MZ-01"),
]


def case_of(plan: str, name: str) -> Case:
    found = [case for case in load_cases(Path(bundled_plans(), plan, "cases.toml"), plan) if case.name.startswith(name)]
    return next(case for case in found if not case.parameters and case.given.get("lines"))


@pytest.mark.parametrize(("plan", "name"), CASES, ids=[name for _, name in CASES])
def test_a_golden_case_comes_out_the_same_through_the_server(plan: str, name: str) -> None:
    case = case_of(plan, name)
    book = bundled()
    given = read_situation(case.given, book, plan=plan)
    engine = clausula.adjudicate(book, given.household, given.lines, given.usage, providers=given.providers)
    home, people = settle(given, case)
    for number, line in enumerate(given.lines):
        submit_claim(claim(line, people, str(number)), line.served_on)
    taken = {each.line.origin: each for each in Decision.objects.filter(replaced_by=None).select_related("line")}
    for decision in engine.decisions:
        told = taken[decision.line.id]
        assert (told.outcome, amount(told.paid), amount(told.borne), amount(told.advanced)) == (
            decision.outcome, decision.paid, decision.borne, decision.advanced,
        )  # fmt: skip
        assert told.reason in {decision.code, ""}
    assert amount(owed("claims.benefits")) == sum(each.paid for each in engine.decisions)
    assert amount(owed("member.recoverable")) == sum(each.advanced for each in engine.decisions)
    if not given.usage.amounts:
        assert faults_of(home.id) == []
    assert ledger.faults() == []
    assert Claim.objects.count() == len(given.lines)


def amount(minor: int) -> Decimal:
    return Decimal(minor) / 100


def settle(given: Situation, case: Case) -> tuple[Household, dict[str, Person]]:
    """Bring the situation of a case into the house."""
    registered = editions()
    country = case.plan[:2].upper()
    for provider in given.providers.values():
        facts = {key: list(value) if isinstance(value, tuple) else value for key, value in provider.facts.items()}
        row = register_provider(
            NewProvider(
                provider.id, provider.name or provider.id, country, provider.role, provider.specialty, facts=facts
            )
        )
        for listing in provider.lists:
            list_provider(row, listing.list, listing.start or date(2020, 1, 1), listing.until)
    people: dict[str, Person] = {}
    for each in given.household.people:
        new = NewPerson(each.id.title(), "Golden", each.born, "en", country, sex=each.sex)
        people[each.id] = register_person(new, date(2026, 1, 1))
        state(people[each.id], each.facts)
        if len(people) == 1:
            home = open_household(people[each.id], each.born)
        else:
            join_household(home, people[each.id], each.role, each.born)
    for enrolment in given.household.enrolments:
        facts = {key: plain(value) for key, value in enrolment.facts.items()}
        enrol(people[enrolment.person], home, registered[enrolment.plan], enrolment.start, **facts)
    for paper in given.household.evidence:
        told = {name: getattr(paper, name) for name in NewEvidence.__dataclass_fields__ if hasattr(paper, name)}
        add_evidence(NewEvidence(**{**told, "person": people[paper.person].id}), paper.issued_on)
    for (account, entity, period), used in given.usage.amounts.items():
        whose = (entity[0], str(people[entity[1]].id if entity[1] in people else home.id), *entity[2:])
        Balance.objects.create(
            household=home, account=account, entity=list(whose), period=period, used=used, touched_on=date(2026, 1, 1)
        )
    return home, people


def state(person: Person, facts: Any) -> None:
    """What a case states of a person, as facts that hold for ever."""
    from clausula_server.enrolment.models import PersonFact

    for fact, value in facts.items():
        PersonFact.objects.create(person=person, fact=fact, value=plain(value), basis="case", during="[2000-01-01,)")


def claim(line: clausula.Line, people: dict[str, Person], key: str) -> NewClaim:
    new = NewLine(
        line.service, line.served_on, int(Decimal(line.charged) * 100), line.quantity,
        int(Decimal(line.paid_by_others) * 100), line.time, line.provider, line.stay, line.episode, line.indication,
        {fact: plain(value) for fact, value in line.facts.items()}, line.id,
    )  # fmt: skip
    currency = "CHF" if people[line.person].country == "CH" else "EUR"
    direct = line.facts.get("settlement") == "tiers_payant"
    return NewClaim(
        people[line.person].id, [new], key, line.served_on, currency, provider=line.provider,
        settlement="direct" if direct else "reimbursement",
    )  # fmt: skip


def plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, Decimal) else value
