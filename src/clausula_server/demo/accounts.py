"""Sign-ins of the demo: members by their phone number, people of the house by their e-mail address."""

from __future__ import annotations

from clausula_server.accounts.models import User
from clausula_server.demo.people import HOUSE
from clausula_server.demo.world import World
from clausula_server.directory.models import Provider
from clausula_server.people.models import ContactKind, Person

MEMBERS = ("anna", "paul", "clara", "sven")


def load(world: World) -> None:
    """A sign-in for every person who has a contact, and one for each provider."""
    for name in (*MEMBERS, *(name for name, _ in HOUSE)):
        person = Person.objects.get(pk=world.id("person", name))
        by = {contact.kind: contact.value for contact in person.contacts.all()}
        phone = by.get(ContactKind.PHONE)
        User.objects.create(
            person=person,
            phone=phone,
            phone_verified=phone is not None,
            email=by.get(ContactKind.EMAIL),
            language=person.language,
        )
    for provider in Provider.objects.order_by("code"):
        User.objects.create(provider=provider, email=f"{provider.code}@clausula.example")


def tell(_world: World) -> list[str]:
    """Who can sign in with what."""
    lines = []
    for user in User.objects.select_related("person", "provider").order_by("joined_at", "pk"):
        roles = ", ".join(role.role for role in user.person.staff_roles.all()) if user.person else "provider"
        lines.append(f"{user.person or user.provider!s:<22} {roles or 'member':<16} {user}")
    return lines
