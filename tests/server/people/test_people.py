"""Persons, households, and who may see whom."""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from clausula_server.events.models import Event
from clausula_server.lib.acting import NobodyActs, acting, system
from clausula_server.lib.periods import days
from clausula_server.lib.refusals import Refused
from clausula_server.lib.roles import Role
from clausula_server.people.actions.contact import add_contact, change_bank_account, end_contact
from clausula_server.people.actions.household import join_household, leave_household
from clausula_server.people.actions.mandate import give_mandate, withdraw_mandate
from clausula_server.people.actions.person import (
    Address,
    NewPerson,
    identify_person,
    move_person,
    note_death,
    register_person,
)
from clausula_server.people.actions.staff import appoint_staff, dismiss_staff
from clausula_server.people.models import BankAccount, Contact, FamilyRole, Membership, Residence
from clausula_server.people.queries import keeps_care_private, sight_of, staff_roles_of
from tests.world import LONG_AGO, TODAY, Cast, a_household, a_person

pytestmark = pytest.mark.django_db
IBAN = "CH93 0076 2011 6238 5295 7"


def faults_of(work: Callable[[], object]) -> dict[str, str]:
    with pytest.raises(Refused) as refused:
        work()
    assert all(fault.mend for fault in refused.value.faults)
    return {fault.place: fault.message for fault in refused.value.faults}


def test_all_faults_of_a_person_are_told_at_once(as_system: None) -> None:
    bad = NewPerson(" ", "Weber", date(2030, 1, 1), "rm", "ch", "x", {"ahv": "756.9217.0769.84", "ssn": "1"})
    found = faults_of(lambda: register_person(bad, TODAY))
    assert set(found) == {"given_name", "born", "language", "country", "sex", "identifiers.ahv", "identifiers.ssn"}
    assert found["identifiers.ahv"] == "“756.9217.0769.84” is no valid AHV/AVS (CH): its check digit does not fit."


@pytest.mark.parametrize(
    ("system_of", "text", "kept"),
    [
        ("ahv", "756.9217.0769.85", "7569217076985"),
        ("codice-fiscale", "rssmra85t10a562s", "RSSMRA85T10A562S"),
        ("bsn", "1234.56.782", "123456782"),
        ("nir", "2 95 10 99 126 111 93", "295109912611193"),
        ("member", "UV0001", "UV0001"),
    ],
)
def test_numbers_are_kept_without_ornament(as_system: None, system_of: str, text: str, kept: str) -> None:
    assert identify_person(a_person("eva"), system_of, text).value == kept


@pytest.mark.parametrize("text", ["756.9217.0769.84", "RSSMRA85T10A562A", "123456783", "295109912611192", "", "7569"])
def test_wrong_numbers_are_refused_in_every_system(as_system: None, text: str) -> None:
    person = a_person("eva")
    for system_of in ("ahv", "codice-fiscale", "bsn", "nir"):
        assert faults_of(lambda of=system_of: identify_person(person, of, text))  # type: ignore[misc]


def test_a_number_is_of_one_person(as_system: None) -> None:
    identify_person(a_person("eva"), "bsn", "123456782")
    assert "in use" in faults_of(lambda: identify_person(a_person("max"), "bsn", "123456782"))["identifiers.bsn"]


def test_registering_appends_an_event_in_the_same_transaction(as_system: None) -> None:
    person = a_person("eva")
    assert list(Event.objects.values_list("kind", "person")) == [("person.registered", person.id)]


def test_an_action_refuses_to_run_where_nobody_acts() -> None:
    with pytest.raises(NobodyActs):
        a_person("eva")


@pytest.mark.parametrize(
    ("country", "text", "kept"),
    [("CH", "079 123 45 67", "+41791234567"), ("FR", "06 12 34 56 78", "+33612345678"), ("IT", "0041791234567", None)],
)
def test_phone_numbers_are_kept_in_e164(as_system: None, country: str, text: str, kept: str | None) -> None:
    person = a_person("eva", country=country)
    if kept is None:
        kept = "+41791234567"
    assert add_contact(person, "phone", text).value == kept


def test_what_is_no_number_or_address_is_refused(as_system: None) -> None:
    person = a_person("eva")
    assert "no phone number" in faults_of(lambda: add_contact(person, "phone", "112233"))["phone"]
    assert "no e-mail" in faults_of(lambda: add_contact(person, "email", "eva@"))["email"]
    assert "no way" in faults_of(lambda: add_contact(person, "fax", "1"))["kind"]


def test_a_contact_is_there_once_and_ended_not_removed(as_system: None) -> None:
    person = a_person("eva")
    first = add_contact(person, "email", "Eva@EXAMPLE.org")
    assert add_contact(person, "email", "Eva@example.org") == first
    end_contact(first)
    assert add_contact(person, "email", "Eva@example.org") != first
    assert Contact.objects.count() == 2


def test_a_new_bank_account_ends_the_one_before(as_system: None) -> None:
    person = a_person("eva")
    change_bank_account(person, IBAN, "Eva Weber", date(2025, 1, 1))
    change_bank_account(person, "IT60X0542811101000000123456", "Eva Weber", date(2026, 1, 1))
    held = {each.iban[:2]: each.during for each in BankAccount.objects.filter(person=person)}
    assert held == {"CH": days(date(2025, 1, 1), date(2025, 12, 31)), "IT": days(date(2026, 1, 1))}


def test_a_wrong_iban_is_refused_with_its_reason(as_system: None) -> None:
    person = a_person("eva")
    found = faults_of(lambda: change_bank_account(person, IBAN.replace("93", "94"), "Eva", TODAY))
    assert found == {"iban": "“CH94 0076 2011 6238 5295 7” is no valid IBAN: its check digit does not fit."}


def test_a_person_lives_at_one_place_at_a_time(as_system: None) -> None:
    person = a_person("eva")
    move_person(person, Address("8001", "Zürich", "CH", canton="ZH"), date(2025, 1, 1))
    move_person(person, Address("3011", "Bern", "CH", canton="BE"), date(2026, 2, 1))
    assert Residence.objects.get(person=person, during__contains=date(2026, 1, 31)).canton == "ZH"
    assert Residence.objects.get(person=person, during__contains=date(2026, 2, 1)).canton == "BE"
    assert "start" in faults_of(lambda: move_person(person, Address("1", "x", "CH"), date(2026, 2, 1)))


def test_nobody_dies_before_being_born(as_system: None) -> None:
    person = a_person("eva")
    assert "died_on" in faults_of(lambda: note_death(person, date(1970, 1, 1)))
    note_death(person, TODAY)
    person.died_on = date(1970, 1, 1)
    with pytest.raises(DatabaseError, match="person_born_before_death"), transaction.atomic():
        person.save()


def test_a_person_is_in_one_household_at_a_time(as_system: None) -> None:
    anna, ben = a_person("anna"), a_person("ben", date(2017, 9, 1))
    first, second = a_household(anna), a_household(a_person("eva"))
    join_household(first, ben, FamilyRole.CHILD, date(2020, 1, 1), date(2025, 12, 31))
    assert "in a household" in faults_of(lambda: join_household(second, ben, "child", date(2025, 12, 31)))["person"]
    join_household(second, ben, FamilyRole.CHILD, date(2026, 1, 1))


def test_a_household_has_one_holder_at_a_time(as_system: None) -> None:
    home = a_household(a_person("anna"))
    assert "has a holder" in faults_of(lambda: join_household(home, a_person("paul"), "holder", TODAY))["role"]
    leave_household(Membership.objects.get(household=home), TODAY)
    join_household(home, a_person("paul"), FamilyRole.HOLDER, TODAY + timedelta(1))


def test_a_membership_makes_sense(as_system: None) -> None:
    home, ben = a_household(a_person("anna")), a_person("ben", date(2017, 9, 1))
    assert "role" in faults_of(lambda: join_household(home, ben, "uncle", TODAY))
    assert "until" in faults_of(lambda: join_household(home, ben, "child", TODAY, LONG_AGO))
    assert "start" in faults_of(lambda: join_household(home, ben, "child", date(2017, 8, 31)))
    assert "last_day" in faults_of(lambda: leave_household(Membership.objects.get(), date(2019, 1, 1)))


@pytest.mark.parametrize(
    ("name", "administrates", "reads_care"),
    [
        ("anna", "anna paul ben clara", "anna ben"),
        ("paul", "paul ben clara", "paul ben"),
        ("ben", "ben", "ben"),
        ("clara", "clara", "clara"),
        ("sven", "sven", "sven"),
        ("vera", "vera", "vera"),
    ],
)
def test_who_may_see_what_of_whom(cast: Cast, name: str, administrates: str, reads_care: str) -> None:
    with acting(system("test")):
        sight = sight_of(cast.people[name].id, TODAY)
    assert sight.administrates == {cast.people[each].id for each in administrates.split()}
    assert sight.reads_care == {cast.people[each].id for each in reads_care.split()}


@pytest.mark.parametrize(
    ("country", "birthday", "private"),
    [("CH", 12, True), ("NL", 12, True), ("IT", 14, True), ("FR", 15, True), ("PT", 12, True)],
)
def test_care_is_private_from_the_birthday_on(as_system: None, country: str, birthday: int, private: bool) -> None:
    child = a_person("clara", date(TODAY.year - birthday, TODAY.month, TODAY.day), country=country)
    assert keeps_care_private(child, TODAY) is private
    assert not keeps_care_private(child, TODAY - timedelta(1))


def test_the_house_says_the_age_of_a_country(as_system: None, settings: Any) -> None:
    settings.CLAUSULA_CARE_PRIVATE_FROM = {"FR": 13}
    child = a_person("clara", date(TODAY.year - 13, TODAY.month, TODAY.day), country="FR")
    assert keeps_care_private(child, TODAY)
    assert not keeps_care_private(child, TODAY - timedelta(1))


def test_a_consent_opens_care_until_it_is_withdrawn(cast: Cast) -> None:
    anna, clara = cast.people["anna"], cast.people["clara"]
    with acting(system("test")):
        consent = give_mandate(clara, anna, "care", "consent in the app", TODAY)
        assert clara.id in sight_of(anna.id, TODAY).reads_care
        withdraw_mandate(consent, TODAY)
        assert clara.id not in sight_of(anna.id, TODAY + timedelta(1)).reads_care


def test_a_mandate_to_administrate_does_not_open_care(cast: Cast) -> None:
    with acting(system("test")):
        give_mandate(cast.people["anna"], cast.people["sven"], "administration", "power of attorney", TODAY)
        sight = sight_of(cast.people["sven"].id, TODAY)
    assert cast.people["anna"].id in sight.administrates
    assert cast.people["anna"].id not in sight.reads_care


def test_a_mandate_makes_sense(cast: Cast) -> None:
    anna, sven = cast.people["anna"], cast.people["sven"]
    with acting(system("test")):
        assert "receiver" in faults_of(lambda: give_mandate(anna, anna, "care", "x", TODAY))
        assert "scope" in faults_of(lambda: give_mandate(anna, sven, "all", "x", TODAY))
        assert "basis" in faults_of(lambda: give_mandate(anna, sven, "care", " ", TODAY))
        assert "until" in faults_of(lambda: give_mandate(anna, sven, "care", "x", TODAY, LONG_AGO))
        give_mandate(anna, sven, "care", "x", TODAY)
        assert "already" in faults_of(lambda: give_mandate(anna, sven, "care", "x", TODAY))["receiver"]


def test_roles_of_the_house_are_dated_and_nobody_appoints_himself(cast: Cast) -> None:
    ada = cast.people["ada"]
    with acting(cast.acts("ada")):
        assert "nobody" in faults_of(lambda: appoint_staff(ada, Role.FINANCE, TODAY))["person"]
        assert "role" in faults_of(lambda: appoint_staff(cast.people["sven"], Role.MEMBER, TODAY))
        held = appoint_staff(cast.people["sven"], Role.FINANCE, TODAY)
        dismiss_staff(held, TODAY)
    with acting(system("test")):
        assert staff_roles_of(cast.people["sven"].id, TODAY) == {Role.FINANCE}
        assert staff_roles_of(cast.people["sven"].id, TODAY + timedelta(1)) == frozenset()


@pytest.mark.django_db(transaction=True)
def test_of_ten_holders_at_once_one_gets_in() -> None:
    with acting(system("test")):
        home = a_household(a_person("anna"))
        leave_household(Membership.objects.get(household=home), TODAY)
        people = [a_person(f"p{number}") for number in range(10)]
    start, outcomes = threading.Barrier(10), list[str]()

    def join(number: int) -> None:
        start.wait()
        try:
            with acting(system("test")):
                join_household(home, people[number], FamilyRole.HOLDER, TODAY + timedelta(1))
            outcomes.append("in")
        except Refused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=join, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["in"] + ["refused"] * 9
