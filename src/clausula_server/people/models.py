"""Persons and what is known of them. Tables and constraints; writes are in `actions/`, reads in `queries.py`."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from clausula_server.audit.history import recorded
from clausula_server.lib.ids import new_id
from clausula_server.lib.roles import STAFF


class Language(models.TextChoices):
    """The languages of pages and letters."""

    FRENCH = "fr", "Français"
    GERMAN = "de", "Deutsch"
    ITALIAN = "it", "Italiano"
    DUTCH = "nl", "Nederlands"
    ENGLISH = "en", "English"


class Sex(models.TextChoices):
    """As plans ask for it; empty where it is not known."""

    FEMALE = "female"
    MALE = "male"


class FamilyRole(models.TextChoices):
    """What somebody is in a household."""

    HOLDER = "holder"
    SPOUSE = "spouse"
    PARTNER = "partner"
    CHILD = "child"


@recorded()
class Person(models.Model):
    """A human being. `country` is the state whose law protects their data: where they live."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    born = models.DateField()
    died_on = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=6, choices=Sex.choices, blank=True)
    language = models.CharField(max_length=2, choices=Language.choices)
    country = models.CharField(max_length=2)
    registered_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(language__in=Language.values), name="person_language_known"),
            models.CheckConstraint(condition=Q(sex__in=["", *Sex.values]), name="person_sex_known"),
            models.CheckConstraint(condition=Q(country__regex=r"^[A-Z]{2}$"), name="person_country_code"),
            models.CheckConstraint(
                condition=Q(died_on__isnull=True) | Q(died_on__gte=F("born")), name="person_born_before_death"
            ),
        ]
        indexes = [models.Index(fields=["family_name", "given_name"], name="person_name")]

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}"


class Household(models.Model):
    """People who share limits and a contract. Who is in it when says Membership."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    opened_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return str(self.id)


@recorded()
class Membership(models.Model):
    """A person is in a household in a role over a period. In one household at a time; one holder at a time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=7, choices=FamilyRole.choices)
    during = DateRangeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=FamilyRole.values), name="membership_role_known"),
            models.CheckConstraint(condition=~Q(during__isempty=True), name="membership_during_not_empty"),
            ExclusionConstraint(
                name="membership_one_household_at_a_time",
                expressions=[("person", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
            ExclusionConstraint(
                name="membership_one_holder_at_a_time",
                expressions=[("household", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(role=FamilyRole.HOLDER),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.during}"


class IdentifierSystem(models.TextChoices):
    """Who issues the number. The same words as in the engine's members file."""

    AHV = "ahv", "AHV/AVS (CH)"
    CODICE_FISCALE = "codice-fiscale", "codice fiscale (IT)"
    BSN = "bsn", "BSN (NL)"
    NIR = "nir", "NIR (FR)"
    MEMBER = "member", "member number of ours"


@recorded()
class Identifier(models.Model):
    """A number by which somebody is known. Checked before it is written; one person for a number."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="identifiers")
    system = models.CharField(max_length=20, choices=IdentifierSystem.choices)
    value = models.CharField(max_length=30)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(system__in=IdentifierSystem.values), name="identifier_system_known"),
            models.UniqueConstraint(fields=["system", "value"], name="identifier_of_one_person"),
            models.UniqueConstraint(fields=["person", "system"], name="identifier_once_a_system"),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.value}"


@recorded()
class Residence(models.Model):
    """Where somebody lives over a period. canton, commune (official number) and premium region where the law asks."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="residences")
    street = models.CharField(max_length=120, blank=True)
    postcode = models.CharField(max_length=10)
    town = models.CharField(max_length=80)
    canton = models.CharField(max_length=2, blank=True)
    commune = models.CharField(max_length=10, blank=True)
    country = models.CharField(max_length=2)
    during = DateRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="residence_one_at_a_time",
                expressions=[("person", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(condition=Q(country__regex=r"^[A-Z]{2}$"), name="residence_country_code"),
        ]

    def __str__(self) -> str:
        return f"{self.postcode} {self.town}"


class ContactKind(models.TextChoices):
    """How somebody is reached."""

    PHONE = "phone"
    EMAIL = "email"


@recorded()
class Contact(models.Model):
    """A phone number in E.164 ("+41791234567") or an e-mail address. Ended, not deleted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="contacts")
    kind = models.CharField(max_length=5, choices=ContactKind.choices)
    value = models.CharField(max_length=254)
    verified_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ContactKind.values), name="contact_kind_known"),
            models.CheckConstraint(
                condition=~Q(kind="phone") | Q(value__regex=r"^\+[1-9][0-9]{6,14}$"), name="contact_phone_is_e164"
            ),
            models.UniqueConstraint(
                fields=["person", "kind", "value"], condition=Q(ended_at__isnull=True), name="contact_once"
            ),
        ]

    def __str__(self) -> str:
        return self.value


@recorded()
class BankAccount(models.Model):
    """Where money for somebody goes. The IBAN is checked and kept without blanks; one in use at a time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="bank_accounts")
    iban = models.CharField(max_length=34)
    owner_name = models.CharField(max_length=120)
    during = DateRangeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(iban__regex=r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$"), name="bank_account_iban_form"
            ),
            ExclusionConstraint(
                name="bank_account_one_at_a_time",
                expressions=[("person", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
        ]

    def __str__(self) -> str:
        return self.iban


class Scope(models.TextChoices):
    """What a mandate lets the other do: look after contracts and payments, or read care as well."""

    ADMINISTRATION = "administration"
    CARE = "care"


@recorded()
class Mandate(models.Model):
    """One person lets another act or see for them, over a period, as they said themselves or a court did (`basis`)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    giver = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="mandates_given")
    receiver = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="mandates_received")
    scope = models.CharField(max_length=14, choices=Scope.choices)
    basis = models.CharField(max_length=200)
    during = DateRangeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(giver=F("receiver")), name="mandate_to_another"),
            models.CheckConstraint(condition=Q(scope__in=Scope.values), name="mandate_scope_known"),
            ExclusionConstraint(
                name="mandate_once_at_a_time",
                expressions=[
                    ("giver", RangeOperators.EQUAL),
                    ("receiver", RangeOperators.EQUAL),
                    ("scope", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.during}"


@recorded()
class StaffRole(models.Model):
    """Somebody of the house holds a role over a period."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="staff_roles")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in sorted(STAFF)])
    during = DateRangeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=[role.value for role in sorted(STAFF)]), name="staff_role_known"
            ),
            ExclusionConstraint(
                name="staff_role_once_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.during}"
