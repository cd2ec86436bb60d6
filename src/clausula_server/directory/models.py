"""Providers and practitioners, as adjudication asks for them: role, specialty, dated lists, facts."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q

from clausula_server.audit.history import recorded
from clausula_server.lib.ids import new_id


class SettlementMode(models.TextChoices):
    """Whom the insurer pays: the provider (third-party payer), or the member who paid first."""

    DIRECT = "direct"
    REIMBURSEMENT = "reimbursement"


@recorded()
class Provider(models.Model):
    """An organisation or practice that treats, issues and bills.

    code: the short id by which plans, tables and files know it. role and specialty are ids of the plans' catalogue
    (family-doctor, hospital; dermatology). facts: what else a plan may ask of a provider, by fact id.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    role = models.SlugField(max_length=60, blank=True)
    specialty = models.SlugField(max_length=60, blank=True)
    country = models.CharField(max_length=2)
    canton = models.CharField(max_length=2, blank=True)
    settles = models.CharField(max_length=13, choices=SettlementMode.choices, default=SettlementMode.REIMBURSEMENT)
    facts = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(country__regex=r"^[A-Z]{2}$"), name="provider_country_code"),
            models.CheckConstraint(condition=Q(settles__in=SettlementMode.values), name="provider_settles_known"),
        ]
        indexes = [models.Index(fields=["role", "specialty"], name="provider_role_specialty")]

    def __str__(self) -> str:
        return self.name


class ProviderSystem(models.TextChoices):
    """Who issues the number of a provider or practitioner."""

    GLN = "gln", "GLN (CH)"
    ZSR = "zsr", "ZSR/RCC (CH)"
    AGB = "agb", "AGB (NL)"
    RPPS = "rpps", "RPPS (FR)"
    FINESS = "finess", "FINESS (FR)"
    PARTITA_IVA = "partita-iva", "partita IVA (IT)"


@recorded()
class ProviderIdentifier(models.Model):
    """A number by which a provider is known; one provider for a number."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="identifiers")
    system = models.CharField(max_length=20, choices=ProviderSystem.choices)
    value = models.CharField(max_length=30)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(system__in=ProviderSystem.values), name="provider_id_system_known"),
            models.UniqueConstraint(fields=["system", "value"], name="provider_id_of_one_provider"),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.value}"


@recorded()
class Listing(models.Model):
    """A provider stands on a list (plusmed, optima, network …) over a period."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="listings")
    list = models.SlugField(max_length=60)
    during = DateRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="listing_once_at_a_time",
                expressions=[
                    ("provider", RangeOperators.EQUAL),
                    ("list", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.list} {self.during}"


@recorded()
class Tariff(models.Model):
    """A provider bills by a tariff (an open name, such as tarmed, tardoc or an insurer's own) over a period."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="tariffs")
    tariff = models.SlugField(max_length=60)
    during = DateRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="tariff_once_at_a_time",
                expressions=[
                    ("provider", RangeOperators.EQUAL),
                    ("tariff", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tariff} {self.during}"


@recorded()
class OpeningHours(models.Model):
    """When a provider answers, in its own time zone: a weekday (0 is Monday) from a minute of the day to a minute."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField()
    opens = models.PositiveSmallIntegerField()
    closes = models.PositiveSmallIntegerField()
    zone = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="opening_weekday"),
            models.CheckConstraint(
                condition=Q(opens__lt=models.F("closes")) & Q(closes__lte=1440), name="opening_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens}-{self.closes}"


@recorded()
class Practitioner(models.Model):
    """Somebody who treats: a doctor, a physiotherapist. `person` where they have an account here."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    specialties = models.JSONField(default=list, blank=True)
    person = models.OneToOneField(
        "people.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="practitioner"
    )

    def __str__(self) -> str:
        return self.name


@recorded()
class Post(models.Model):
    """A practitioner works at a provider over a period."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="posts")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="posts")
    during = DateRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="post_once_at_a_time",
                expressions=[
                    ("practitioner", RangeOperators.EQUAL),
                    ("provider", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.during}"
