"""Every permission, asked for every member of the cast: exactly the allowed ones may."""

import pytest
from django.conf import settings
from django.http import Http404
from django.urls import URLPattern, URLResolver, get_resolver

from clausula_server.lib.access import Concerned, NotAllowed, may, require, table
from clausula_server.lib.roles import Role
from tests.world import Cast

STAFF = "mara omar vera finn ada nora"

# Who may do each thing where it concerns Anna, and where the permission is about a provider, Dr Keller.
MAY = {
    "people.person.read": f"anna {STAFF}",
    "people.person.register": "omar",
    "people.contact.change": "anna omar",
    "people.bank_account.change": "anna omar",
    "people.household.change": "omar",
    "people.mandate.give": "anna omar",
    "people.staff.appoint": "ada",
    "people.care.read": "anna vera",
    "directory.provider.read": f"anna paul ben clara sven keller rossi {STAFF}",
    "directory.provider.register": "omar",
    "directory.hours.set": "keller omar",
    "ledger.account.read": "anna keller mara omar finn nora",
    "ledger.proof.read": "finn nora",
    "audit.access.read": "anna nora",
    "audit.history.read": "nora",
    "audit.glass.break": "vera omar",
    "audit.glass.read": "nora",
    "events.event.read": "anna keller mara omar ada nora",
    "events.endpoint.change": "ada",
    "events.delivery.read": "omar ada nora",
}


def own() -> dict[str, str]:
    """The rows of this table; each further room brings a test module with its own."""
    rooms = {name.partition(".")[0] for name in MAY}
    return {name: permit.does for name, permit in table().items() if name.partition(".")[0] in rooms}


def test_every_permission_of_these_rooms_is_in_the_table_above() -> None:
    assert set(own()) == set(MAY)


@pytest.mark.django_db
def test_exactly_the_allowed_ones_may(cast: Cast) -> None:
    concerned = Concerned(person=cast.people["anna"].id, provider=cast.providers["keller"].id)
    actors = {name: cast.acts(name) for name in cast.users}
    found = {name: {who for who, actor in actors.items() if may(actor, name, concerned)} for name in MAY}
    assert found == {name: set(who.split()) for name, who in MAY.items()}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "whose", "answer"),
    [("paul", "ben", True), ("paul", "anna", False), ("anna", "paul", True), ("ben", "anna", False)],
)
def test_families_look_after_their_own(cast: Cast, who: str, whose: str, answer: bool) -> None:
    assert may(cast.acts(who), "people.contact.change", Concerned(person=cast.people[whose].id)) is answer


@pytest.mark.django_db
def test_a_stranger_is_told_that_it_is_not_there_and_a_role_that_it_may_not(cast: Cast) -> None:
    anna = Concerned(person=cast.people["anna"].id)
    with pytest.raises(Http404):
        require(cast.acts("sven"), "people.person.read", anna)
    with pytest.raises(NotAllowed):
        require(cast.acts("sven"), "people.staff.appoint", anna)


@pytest.mark.django_db
def test_a_permission_nobody_wrote_down_is_a_mistake_of_the_program(cast: Cast) -> None:
    with pytest.raises(KeyError):
        may(cast.acts("ada"), "people.person.delete")


def test_every_permission_names_its_room_and_says_what_it_is_for() -> None:
    for name, permit in table().items():
        assert name.partition(".")[0] in settings.ROOMS, name
        assert permit.does, name
        assert Role.SYSTEM not in permit.roles, name


def test_every_address_is_guarded_or_says_why_everybody_may_ask() -> None:
    open_ones = [where for where, view in views(get_resolver()) if not guarded(view)]
    assert open_ones == [], "put @guard(…) or @public(…) on the view"


def guarded(view: object) -> bool:
    names = getattr(view, "permissions", None) or [name for name in [getattr(view, "permission", None)] if name]
    return set(names) <= set(table()) if names else bool(getattr(view, "public", ""))


def views(resolver: URLResolver, before: str = "") -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for each in resolver.url_patterns:
        where = before + str(each.pattern)
        if isinstance(each, URLPattern):
            found.append((where, each.callback))
        else:
            found += views(each, where)
    return found
