"""Bank accounts, batches and payments; what came back from the bank; what others are asked to pay. No verbs.

What is owed stands in the ledger alone. A payment or a demand takes open entries of the ledger by `Item`; an entry is
taken once at a time, which is what keeps anything from being paid twice. Migration 0002 says what the database refuses.
"""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from clausula_server.audit.history import recorded
from clausula_server.claims.models import Claim, Evidence
from clausula_server.directory.models import Provider
from clausula_server.ledger.models import Account, Entry, Transfer
from clausula_server.lib.ids import new_id
from clausula_server.lib.money import CurrencyField, MinorUnits, currency_known
from clausula_server.people.models import Person

IBAN_FORM = r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$"


def _concerns_one() -> models.CheckConstraint:
    """A row concerns a person or a provider, never both."""
    one = Q(person__isnull=False, provider__isnull=True) | Q(person__isnull=True, provider__isnull=False)
    return models.CheckConstraint(condition=one, name="%(app_label)s_%(class)s_concerns_one")


@recorded()
class HouseAccount(models.Model):
    """A bank account of the house: what is paid from, and where money comes in.

    name and address: as banks and bills show them. qr_iban: where the bank gave one, bills carry a QR reference, else a
    creditor reference (ISO 11649). creditor_id: the SEPA creditor identifier, without which nothing is collected.
    """

    class Transfers(models.TextChoices):
        """Formats of transfer files that banks take."""

        NINE = "pain.001.001.09"
        THREE = "pain.001.001.03"

    class Debits(models.TextChoices):
        """Formats of direct debit files that banks take."""

        EIGHT = "pain.008.001.08"
        TWO = "pain.008.001.02"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=70)
    street = models.CharField(max_length=70, blank=True)
    postcode = models.CharField(max_length=10)
    town = models.CharField(max_length=35)
    country = models.CharField(max_length=2)
    iban = models.CharField(max_length=34, unique=True)
    bic = models.CharField(max_length=11)
    qr_iban = models.CharField(max_length=34, blank=True)
    creditor_id = models.CharField(max_length=35, blank=True)
    currency = CurrencyField()
    transfers_as = models.CharField(max_length=15, choices=Transfers.choices, default=Transfers.NINE)
    debits_as = models.CharField(max_length=15, choices=Debits.choices, default=Debits.EIGHT)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(iban__regex=IBAN_FORM), name="house_account_iban_form"),
            models.CheckConstraint(condition=Q(currency__in=["CHF", "EUR"]), name="house_account_currency"),
            models.CheckConstraint(
                condition=Q(transfers_as__startswith="pain.001.", debits_as__startswith="pain.008."),
                name="house_account_formats",
            ),
        ]

    def __str__(self) -> str:
        return self.iban


@recorded()
class ProviderAccount(models.Model):
    """Where a provider is paid over a period, with the address banks ask for. One at a time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="bank_accounts")
    iban = models.CharField(max_length=34)
    owner_name = models.CharField(max_length=70)
    street = models.CharField(max_length=70, blank=True)
    postcode = models.CharField(max_length=10)
    town = models.CharField(max_length=35)
    country = models.CharField(max_length=2)
    during = DateRangeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(iban__regex=IBAN_FORM), name="provider_account_iban_form"),
            ExclusionConstraint(
                name="provider_account_one_at_a_time",
                expressions=[("provider", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
        ]

    def __str__(self) -> str:
        return self.iban


@recorded()
class DebitMandate(models.Model):
    """Somebody lets the house collect from their account (SEPA core scheme). reference: the mandate's, unique."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="debit_mandates")
    reference = models.CharField(max_length=35, unique=True)
    iban = models.CharField(max_length=34)
    owner_name = models.CharField(max_length=70)
    signed_on = models.DateField()
    last_used_on = models.DateField(null=True, blank=True)
    revoked_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(iban__regex=IBAN_FORM), name="debit_mandate_iban_form"),
            models.CheckConstraint(condition=Q(reference__regex=r"^[A-Za-z0-9+?/:().,'-]{1,35}$"), name="mandate_form"),
            models.UniqueConstraint(
                fields=["person"], condition=Q(revoked_on__isnull=True), name="debit_mandate_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Way(models.TextChoices):
    """Which way the money goes: the house pays, or it collects."""

    TRANSFER = "transfer"
    DEBIT = "debit"


class BatchStatus(models.TextChoices):
    """Where a batch stands."""

    DRAFT = "draft"
    RELEASED = "released"
    SENT = "sent"
    SETTLED = "settled"
    FAILED = "failed"
    CANCELLED = "cancelled"


BATCH_MOVES: dict[str, tuple[str, ...]] = {
    BatchStatus.DRAFT: (BatchStatus.RELEASED, BatchStatus.CANCELLED),
    BatchStatus.RELEASED: (BatchStatus.SENT, BatchStatus.CANCELLED),
    BatchStatus.SENT: (BatchStatus.SETTLED, BatchStatus.FAILED),
}
"""The moves of a batch. Migration 0002 holds the same table in the database."""


@recorded()
class Batch(models.Model):
    """Payments that leave together: prepared by one person, released by another. total is in minor units."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    way = models.CharField(max_length=8, choices=Way.choices)
    house = models.ForeignKey(HouseAccount, on_delete=models.PROTECT, related_name="batches")
    currency = CurrencyField()
    execute_on = models.DateField()
    status = models.CharField(max_length=9, choices=BatchStatus.choices, default=BatchStatus.DRAFT)
    total = MinorUnits()
    count = models.PositiveIntegerField()
    prepared_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField(default=timezone.now, editable=False)
    released_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "batches"
        constraints = [
            currency_known(),
            models.CheckConstraint(condition=Q(way__in=Way.values), name="batch_way_known"),
            models.CheckConstraint(condition=Q(status__in=BatchStatus.values), name="batch_status_known"),
            models.CheckConstraint(
                condition=Q(released_by__isnull=True) | ~Q(released_by=F("prepared_by")), name="batch_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "cancelled"])
                | Q(released_by__isnull=False, released_at__isnull=False),
                name="batch_nothing_leaves_unreleased",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.way} {self.execute_on} {self.status}"


class Move(models.Model):
    """A batch went from one status to another: who, when, why. Never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="moves")
    before = models.CharField(max_length=9, choices=BatchStatus.choices, blank=True)
    after = models.CharField(max_length=9, choices=BatchStatus.choices)
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    moved_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class PaymentStatus(models.TextChoices):
    """Where a payment stands. Returned: the bank refused it or sent it back; what was owed is owed again."""

    PREPARED = "prepared"
    RELEASED = "released"
    SETTLED = "settled"
    RETURNED = "returned"
    CANCELLED = "cancelled"


PAYMENT_MOVES: dict[str, tuple[str, ...]] = {
    PaymentStatus.PREPARED: (PaymentStatus.RELEASED, PaymentStatus.CANCELLED),
    PaymentStatus.RELEASED: (PaymentStatus.SETTLED, PaymentStatus.RETURNED, PaymentStatus.CANCELLED),
    PaymentStatus.SETTLED: (PaymentStatus.RETURNED,),
}
"""The moves of a payment, likewise."""
ALIVE = (PaymentStatus.PREPARED, PaymentStatus.RELEASED, PaymentStatus.SETTLED)


@recorded()
class Payment(models.Model):
    """An amount to one payee, or from one payer, with the bank account it had when the batch was prepared.

    account: the ledger's account of what is owed. Its end-to-end id is its own id, so that a statement leads back.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="payments")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="payments")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, null=True, blank=True, related_name="payments")
    mandate = models.ForeignKey(DebitMandate, on_delete=models.PROTECT, null=True, blank=True, related_name="payments")
    name = models.CharField(max_length=120)
    iban = models.CharField(max_length=34)
    street = models.CharField(max_length=120, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    town = models.CharField(max_length=80, blank=True)
    country = models.CharField(max_length=2, blank=True)
    amount = MinorUnits()
    currency = CurrencyField()
    text = models.CharField(max_length=140)
    status = models.CharField(max_length=9, choices=PaymentStatus.choices, default=PaymentStatus.PREPARED)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            currency_known(),
            _concerns_one(),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_moves_something"),
            models.CheckConstraint(condition=Q(iban__regex=IBAN_FORM), name="payment_iban_form"),
            models.CheckConstraint(condition=Q(status__in=PaymentStatus.values), name="payment_status_known"),
            models.UniqueConstraint(fields=["batch", "account"], name="payment_once_a_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.status}"

    @property
    def end_to_end(self) -> str:
        """The id that travels with the money: letters and digits only, within the 35 that banks carry."""
        return self.id.hex


class BankFile(models.Model):
    """A file that went to the bank or came from it, as it was, byte for byte. Written once, never changed."""

    class Direction(models.TextChoices):
        OUT = "out"
        IN = "in"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    direction = models.CharField(max_length=3, choices=Direction.choices)
    format = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    batch = models.OneToOneField(Batch, on_delete=models.PROTECT, null=True, blank=True, related_name="file")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    written_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(direction="out", batch__isnull=False) | Q(direction="in", batch__isnull=True),
                name="bank_file_out_has_its_batch",
            ),
            models.UniqueConstraint(fields=["sha256", "direction"], name="bank_file_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Statement(models.Model):
    """A statement (camt.053) or a notification (camt.054) of a bank, as stated. bank_id: by which the bank knows it.

    opening and closing: the balances of a statement; a notification has none. digest: of its content, so that another
    content under the same id is noticed.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    house = models.ForeignKey(HouseAccount, on_delete=models.PROTECT, related_name="statements")
    file = models.ForeignKey(BankFile, on_delete=models.PROTECT, related_name="statements")
    format = models.CharField(max_length=8)
    bank_id = models.CharField(max_length=35)
    digest = models.CharField(max_length=64)
    opening = MinorUnits(null=True, blank=True)
    closing = MinorUnits(null=True, blank=True)
    imported_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["house", "format", "bank_id"], name="statement_once")]

    def __str__(self) -> str:
        return f"{self.format} {self.bank_id}"


class Line(models.Model):
    """One movement on an account of the house, as the bank states it; money in is positive. Never changed.

    fingerprint: the bank's reference of the movement, so that a notification and the statement after it are one; entry:
    its reference of the entry it belongs to. collective: a sum whose details the bank sends apart, not booked here.
    reference: a QR or creditor reference. returned: the code why money came back, or "-" where the bank gives none.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="lines")
    house = models.ForeignKey(HouseAccount, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    fingerprint = models.CharField(max_length=120)
    entry = models.CharField(max_length=120)
    collective = models.BooleanField(default=False)
    amount = MinorUnits()
    currency = CurrencyField()
    booked_on = models.DateField()
    end_to_end = models.CharField(max_length=35, blank=True)
    batch_reference = models.CharField(max_length=35, blank=True)
    reference = models.CharField(max_length=35, blank=True)
    name = models.CharField(max_length=140, blank=True)
    iban = models.CharField(max_length=34, blank=True)
    text = models.CharField(max_length=500, blank=True)
    returned = models.CharField(max_length=35, blank=True)

    class Meta:
        constraints = [
            currency_known(),
            models.CheckConstraint(condition=~Q(amount=0), name="line_moves_something"),
            models.UniqueConstraint(fields=["house", "fingerprint"], name="line_once"),
        ]
        indexes = [models.Index(fields=["house", "entry"], name="line_of_entry")]

    def __str__(self) -> str:
        return f"{self.booked_on} {self.name}"


class DemandStatus(models.TextChoices):
    """Where a demand stands."""

    OPEN = "open"
    PAID = "paid"
    CANCELLED = "cancelled"


@recorded()
class Demand(models.Model):
    """Somebody is asked to pay what stands open on an account of the ledger, by a bill with a reference of its own.

    number: rises; the reference is made of it. paid: what came in under it or is owed no more, in minor units, never
    more than it asks.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.BigIntegerField(unique=True)
    reference = models.CharField(max_length=35, unique=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="demands")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, null=True, blank=True, related_name="demands")
    house = models.ForeignKey(HouseAccount, on_delete=models.PROTECT, related_name="demands")
    amount = MinorUnits()
    paid = MinorUnits(default=0)
    currency = CurrencyField()
    issued_on = models.DateField()
    due_on = models.DateField()
    status = models.CharField(max_length=9, choices=DemandStatus.choices, default=DemandStatus.OPEN)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            currency_known(),
            _concerns_one(),
            models.CheckConstraint(condition=Q(status__in=DemandStatus.values), name="demand_status_known"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, paid__gte=0, paid__lte=F("amount")), name="demand_paid_within_amount"
            ),
            models.CheckConstraint(condition=Q(due_on__gte=F("issued_on")), name="demand_due_after_issue"),
        ]
        indexes = [models.Index(fields=["due_on"], condition=Q(status="open"), name="demand_open_by_day")]

    def __str__(self) -> str:
        return f"{self.number} {self.status}"


class Reminder(models.Model):
    """A demand was reminded of. level: 1 is the first. Never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="reminders")
    level = models.PositiveSmallIntegerField()
    reminded_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["demand", "level"], name="reminder_once_a_level")]

    def __str__(self) -> str:
        return f"{self.level} {self.reminded_on}"


@recorded()
class Item(models.Model):
    """An entry of the ledger is taken by a payment or a demand; `live` until that is cancelled or comes back.

    Also the entry by which it was settled is taken, so that together they add up to nothing; what is not taken is open.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="items")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="items")
    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, null=True, blank=True, related_name="items")
    live = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry"], condition=Q(live=True), name="item_taken_once"),
            models.CheckConstraint(
                condition=Q(payment__isnull=False, demand__isnull=True) | Q(payment__isnull=True, demand__isnull=False),
                name="item_of_one",
            ),
        ]

    def __str__(self) -> str:
        return str(self.entry_id)


class Match(models.Model):
    """What a line, or a part of it, was found to be: a payment, a demand, or what a person said. Never changed.

    amount: with the sign of the line. account: where it was booked when it is neither payment nor demand.
    """

    class How(models.TextChoices):
        END_TO_END = "end_to_end"
        BATCH = "batch"
        REFERENCE = "reference"
        PERSON = "person"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="matches")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="matches")
    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, null=True, blank=True, related_name="matches")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    amount = MinorUnits()
    how = models.CharField(max_length=10, choices=How.choices)
    reason = models.CharField(max_length=200, blank=True)
    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    matched_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = "matches"
        constraints = [
            models.CheckConstraint(
                condition=Q(how__in=["end_to_end", "batch", "reference", "person"]), name="match_how"
            ),
            models.CheckConstraint(
                condition=Q(payment__isnull=False, demand__isnull=True, account__isnull=True)
                | Q(payment__isnull=True, demand__isnull=False, account__isnull=True)
                | Q(payment__isnull=True, demand__isnull=True, account__isnull=False),
                name="match_is_one_thing",
            ),
            models.UniqueConstraint(fields=["payment"], condition=Q(amount__gt=0), name="match_payment_once_in"),
            models.UniqueConstraint(fields=["payment"], condition=Q(amount__lt=0), name="match_payment_once_out"),
        ]

    def __str__(self) -> str:
        return f"{self.how} {self.amount}"


class Assignment(models.Model):
    """What is owed to a member for one bill goes to the provider, as both asked for. Never changed.

    consent: the document by which the member authorised it. Source: UV-05, direct payment to providers.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    claim = models.OneToOneField(Claim, on_delete=models.PROTECT, related_name="assignment")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    consent = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="+")
    requested_on = models.DateField()
    assigned_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return str(self.claim_id)
