"""Sign-ins of the demo: members and people of the house, by their phone number."""

from __future__ import annotations

from clausula_server.accounts.actions.activation import issue_activation
from clausula_server.accounts.models import User
from clausula_server.demo.people import HOUSE
from clausula_server.demo.world import World
from clausula_server.directory.models import Provider
from clausula_server.people.checks import checked_phone
from clausula_server.people.models import ContactKind, Person

MEMBERS = ("anna", "clara", "sven")
ABROAD = {
    "giulia": "+41 79 555 03 01",
    "marco": "+41 79 555 03 02",
    "sanne": "+41 79 555 04 01",
    "claire": "+41 79 555 05 01",
}
PLANS = {
    "anna": "Swiss basic cover and Ultra Varia; holder of a family", "clara": "13: her care is her own matter",
    "sven": "Swiss basic cover; nobody else's business", "giulia": "NoiSalute; holder of a family",
    "marco": "NoiSalute; her husband", "sanne": "Zilveren Kruis", "claire": "Medaviz",
}  # fmt: skip
OF_THE_HOUSE = "+41 79 555 09 {:02}"
OF_PROVIDERS = "+41 79 555 08 {:02}"


def load(world: World) -> None:
    """A sign-in for every person who has a phone, for the people of the house, and one for each provider."""
    for name in MEMBERS:
        _user(world, name, "")
    for name, phone in ABROAD.items():
        _user(world, name, phone)
    for number, (name, _) in enumerate(HOUSE, start=1):
        _user(world, name, OF_THE_HOUSE.format(number))
    for number, provider in enumerate(Provider.objects.order_by("code"), start=1):
        phone = checked_phone(OF_PROVIDERS.format(number), "CH")
        email = f"{provider.code}@clausula.example"
        User.objects.create(provider=provider, phone=phone, phone_verified=True, email=email)


def _user(world: World, name: str, phone: str) -> None:
    person = Person.objects.get(pk=world.id("person", name))
    by = {contact.kind: contact.value for contact in person.contacts.all()}
    phone = checked_phone(phone or by[ContactKind.PHONE], "CH")
    email = by.get(ContactKind.EMAIL)
    User.objects.create(
        id=world.id("user", name), person=person, phone=phone, phone_verified=True, email=email,
        language=person.language,
    )  # fmt: skip


def tell(world: World) -> list[str]:
    """Who can sign in with which number; codes by SMS appear here. And a letter for somebody who has none yet."""
    lines = []
    about = {world.id("user", name): words for name, words in PLANS.items()}
    for user in User.objects.select_related("person", "provider").order_by("joined_at", "pk"):
        roles = ", ".join(role.role for role in user.person.staff_roles.all()) if user.person else "provider"
        who = f"{user.person or user.provider!s:<22} {about.get(user.id, '')}"
        lines.append(f"{user.phone or '':<14} {roles or 'member':<16} {who}".rstrip())
    paul = Person.objects.get(pk=world.id("person", "paul"))
    if not User.objects.filter(person=paul).exists():
        lines.append(f"activation code for {paul}, who has no sign-in yet: {issue_activation(paul)}")
    return lines
