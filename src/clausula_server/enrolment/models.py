"""Plan editions, enrolments with their terms, what is stated of persons, dues. Tables and constraints only.

The database keeps the rules: a text is what its digest says, an edition never changes, nobody is in one plan twice at a
time, a household has one edition of a plan at a time, the terms of an enrolment cover its days and no other, a due
stays as it was computed. See migration 0002.
"""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from clausula_server.audit.history import recorded
from clausula_server.ledger.models import Transfer
from clausula_server.lib.ids import new_id
from clausula_server.lib.money import CurrencyField, MinorUnits, currency_known
from clausula_server.people.models import Household, Person

DIGEST = r"^[0-9a-f]{64}$"


class PlanText(models.Model):
    """A text by its digest (SHA-256): a plan, a table, a page of the catalogue. The database holds digest and text
    against each other."""

    digest = models.CharField(max_length=64, primary_key=True)
    text = models.TextField()

    def __str__(self) -> str:
        return self.digest[:12]


class Year(models.TextChoices):
    """When a year of the plan begins: on 1 January, or on the day somebody enrolled."""

    CALENDAR = "calendar"
    PLAN = "plan"


@recorded()
class PlanEdition(models.Model):
    """One text of a plan with everything it rests on, named by its digest for good.

    plan: the plan's id ("it/faremutua/noisalute-medio"), the same through all editions. manifest: a line for each
    text it rests on, "digest kind path"; digest is the manifest's. starts, until: the days the text says it holds for,
    both inclusive. offered: the days on which enrolments and renewals take this edition; the one thing that changes.
    warnings: what the checker found worth a look when it was registered, [{place, message, mend}].
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    plan = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    manifest = models.TextField()
    label = models.CharField(max_length=200)
    names = models.JSONField()
    insurer = models.CharField(max_length=200)
    country = models.CharField(max_length=2)
    currency = CurrencyField()
    year = models.CharField(max_length=8, choices=Year.choices)
    starts = models.DateField()
    until = models.DateField(null=True, blank=True)
    offered = DateRangeField(null=True, blank=True)
    warnings = models.JSONField(default=list, blank=True)
    registered_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            currency_known(),
            models.CheckConstraint(condition=Q(digest__regex=DIGEST), name="plan_edition_digest_form"),
            models.CheckConstraint(condition=Q(year__in=Year.values), name="plan_edition_year_known"),
            models.CheckConstraint(condition=~Q(offered__isempty=True), name="plan_edition_offered_not_empty"),
            models.UniqueConstraint(fields=["id", "plan"], name="plan_edition_of_one_plan"),
            ExclusionConstraint(
                name="plan_edition_one_offered_at_a_time",
                expressions=[("plan", RangeOperators.EQUAL), ("offered", RangeOperators.OVERLAPS)],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.digest[:12]}"


class State(models.TextChoices):
    """Where an application stands."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@recorded()
class Application(models.Model):
    """Somebody asks that persons of a household be in a plan from a day on.

    holder: of the household, who answers for it. wanted: [{person, start, facts}]. facts: of the application itself
    (sale_channel, requested_on). answers: what the plan's own rules say, [{person, outcome, reasons: [{rule, reason,
    clause}]}]. outcome: the worst of them; what the rules leave to a person is decided by one, with a reason.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="applications")
    holder = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="applications")
    plan = models.CharField(max_length=100)
    edition = models.ForeignKey(PlanEdition, on_delete=models.PROTECT, related_name="+")
    applied_on = models.DateField()
    wanted = models.JSONField()
    facts = models.JSONField(default=dict)
    answers = models.JSONField(default=list)
    outcome = models.CharField(max_length=20)
    state = models.CharField(max_length=9, choices=State.choices)
    decided_by = models.UUIDField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="application_state_known"),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(outcome="covered") | (Q(decided_by__isnull=False) & ~Q(reason="")),
                name="application_against_rules_has_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["state", "id"], name="application_state")]

    def __str__(self) -> str:
        return f"{self.plan} {self.state}"


class Ended(models.TextChoices):
    """Why an enrolment ends."""

    NOTICE = "notice"
    AGE = "age"
    FAMILY = "family", "with the family"
    CONDITION = "condition", "a condition of the plan is gone"
    CHANGE = "change", "change of plan"
    DECISION = "decision", "membership lost"
    DEATH = "death"
    VOID = "void", "withdrawn before it began"


@recorded()
class Enrolment(models.Model):
    """A person of a household is in a plan over a period. Under which text and with which choices say its terms; one
    that was withdrawn before it began (`void`) has none, and counts nowhere."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="enrolments")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="enrolments")
    plan = models.CharField(max_length=100)
    during = DateRangeField()
    application = models.ForeignKey(Application, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_for = models.CharField(max_length=9, choices=Ended.choices, blank=True)
    end_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(during__startswith__isnull=False, during__isempty=False), name="enrolment_begins"
            ),
            models.CheckConstraint(condition=Q(ended_for__in=["", *Ended.values]), name="enrolment_ended_for_known"),
            models.CheckConstraint(
                condition=Q(ended_for__in=["", "void"]) | Q(during__endswith__isnull=False),
                name="enrolment_ended_has_an_end",
            ),
            models.UniqueConstraint(fields=["id", "household", "plan"], name="enrolment_of_one_household_and_plan"),
            ExclusionConstraint(
                name="enrolment_once_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("plan", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=~Q(ended_for="void"),
            ),
        ]
        indexes = [models.Index(fields=["household", "plan"], name="enrolment_household")]

    def __str__(self) -> str:
        return f"{self.plan} {self.during}"


@recorded()
class Term(models.Model):
    """A stretch of an enrolment under one edition, with the facts that hold in it: franchise, holder_start,
    continuous_since. A renewal or a new choice begins a new term; claims of a day are decided by the term of that day.

    facts: by fact id, as JSON: amounts in currency units as text, dates as 2026-01-31, codes, flags, lists.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="terms")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    plan = models.CharField(max_length=100)
    edition = models.ForeignKey(PlanEdition, on_delete=models.PROTECT, related_name="terms")
    facts = models.JSONField(default=dict)
    during = DateRangeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(during__startswith__isnull=False, during__isempty=False), name="term_begins"
            ),
            ExclusionConstraint(
                name="term_one_at_a_time",
                expressions=[("enrolment", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
            ExclusionConstraint(
                name="term_one_edition_a_household",
                expressions=[
                    ("household", RangeOperators.EQUAL),
                    ("plan", RangeOperators.EQUAL),
                    ("edition", RangeOperators.NOT_EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.during}"


@recorded()
class PersonFact(models.Model):
    """What plans ask of a person and nobody else keeps: on_family_certificate, in_education, premium_region.

    value as JSON, like a term's facts. basis: how we know. One value at a time.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="facts")
    fact = models.CharField(max_length=60)
    value = models.JSONField()
    basis = models.CharField(max_length=200)
    during = DateRangeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(during__isempty=False), name="person_fact_during_not_empty"),
            models.CheckConstraint(condition=~Q(basis=""), name="person_fact_has_a_basis"),
            ExclusionConstraint(
                name="person_fact_once_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("fact", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fact} {self.value}"


class Verdict(models.TextChoices):
    """What is decided about somebody's membership."""

    REVIEW = "under-review", "benefits wait while it is looked at"
    ACTIVE = "active", "nothing stands against it"
    LOST = "lost"


class Ground(models.TextChoices):
    """The three grounds of the statute (NS-30)."""

    RULES = "rules", "statute or rules not observed"
    FRAUD = "fraud", "claims simulated, or wilful crime against the mutual"
    CONTRIBUTIONS = "contributions", "contributions not paid"


class MembershipDecision(models.Model):
    """A person of the house decides on a membership, with reasons. Only appended; nothing decides by itself."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="membership_decisions")
    insurer = models.CharField(max_length=200)
    verdict = models.CharField(max_length=12, choices=Verdict.choices)
    ground = models.CharField(max_length=13, choices=Ground.choices)
    reason = models.CharField(max_length=1000)
    effective_on = models.DateField()
    appeal_until = models.DateField(null=True, blank=True)
    answers = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="answered_by")
    decided_by = models.UUIDField()
    decided_by_name = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="membership_verdict_known"),
            models.CheckConstraint(condition=Q(ground__in=Ground.values), name="membership_ground_known"),
            models.CheckConstraint(condition=Q(reason__regex=r"\S.{14,}"), name="membership_decision_has_reasons"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} {self.effective_on}"


@recorded()
class Due(models.Model):
    """A contribution owed for one enrolment over one period, as a rule of its edition computed it.

    payer: who owes it, the household's holder. rule, clause: of the edition. computed_from: what the amount rests on.
    transfer: how it stands in the ledger. paid: what its settlements add up to. Only paid and the cancellation change.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="dues")
    payer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="dues")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="dues")
    edition = models.ForeignKey(PlanEdition, on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(max_length=80)
    clause = models.CharField(max_length=80)
    period = DateRangeField()
    amount = MinorUnits()
    currency = CurrencyField()
    computed_from = models.JSONField()
    due_on = models.DateField()
    transfer = models.OneToOneField(Transfer, on_delete=models.PROTECT, related_name="+")
    paid = MinorUnits(default=0)
    cancelled_on = models.DateField(null=True, blank=True)
    cancelled_for = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            currency_known(),
            models.CheckConstraint(condition=Q(amount__gt=0), name="due_is_something"),
            models.CheckConstraint(condition=Q(paid__gte=0, paid__lte=F("amount")), name="due_paid_once"),
            models.CheckConstraint(
                condition=Q(cancelled_on__isnull=True) | (Q(paid=0) & ~Q(cancelled_for="")),
                name="due_cancelled_is_unpaid_and_has_a_reason",
            ),
            ExclusionConstraint(
                name="due_once_a_period",
                expressions=[
                    ("enrolment", RangeOperators.EQUAL),
                    ("rule", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(cancelled_on__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["payer", "due_on"],
                condition=Q(cancelled_on__isnull=True, paid__lt=F("amount")),
                name="due_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.period} {self.amount} {self.currency}"


class Settlement(models.Model):
    """Part of a payment settles part of a due. transfer: the payment in the ledger. Negative: it came back."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    due = models.ForeignKey(Due, on_delete=models.PROTECT, related_name="settlements")
    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="+")
    amount = MinorUnits()
    settled_on = models.DateField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="settlement_moves_something")]

    def __str__(self) -> str:
        return str(self.amount)


class RenewalRun(models.Model):
    """One go at renewing what has its renewal day from `first` to `last`, both inclusive. dry: nothing is kept of it
    but the report. plans: only these; none: all."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    first = models.DateField()
    last = models.DateField()
    plans = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    dry = models.BooleanField()
    asked_by = models.CharField(max_length=120, blank=True)
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(last__gte=F("first")), name="renewal_run_in_order")]

    def __str__(self) -> str:
        return f"{self.first} to {self.last}{' (dry)' if self.dry else ''}"


class RenewalReport(models.Model):
    """What a run did, or would do, with one household: lines of [{person, plan, what, on …}]. Written with what it
    tells, in one transaction, so that a run goes on where it was stopped."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.ForeignKey(RenewalRun, on_delete=models.PROTECT, related_name="reports")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    lines = models.JSONField()
    fault = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "household"], name="renewal_once_a_household")]

    def __str__(self) -> str:
        return f"{self.household_id}: {len(self.lines)}"


class Locality(models.Model):
    """A place a postcode reaches: the commune (official number), its canton and premium region, over a period.

    Loaded from the official lists; one postcode may reach several communes, in several regions.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    country = models.CharField(max_length=2)
    postcode = models.CharField(max_length=10)
    town = models.CharField(max_length=80)
    commune = models.CharField(max_length=10)
    commune_name = models.CharField(max_length=80)
    canton = models.CharField(max_length=2)
    region = models.PositiveSmallIntegerField(null=True, blank=True)
    during = DateRangeField()

    class Meta:
        verbose_name_plural = "localities"
        constraints = [
            models.CheckConstraint(condition=Q(country__regex=r"^[A-Z]{2}$"), name="locality_country_code"),
            ExclusionConstraint(
                name="locality_once_at_a_time",
                expressions=[
                    ("country", RangeOperators.EQUAL),
                    ("postcode", RangeOperators.EQUAL),
                    ("town", RangeOperators.EQUAL),
                    ("commune", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [models.Index(fields=["country", "postcode"], name="locality_postcode")]

    def __str__(self) -> str:
        return f"{self.postcode} {self.town} ({self.commune_name}, {self.canton})"
