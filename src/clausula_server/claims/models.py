"""Claims, their lines, decisions, balances, evidence, what they wait for. Tables and constraints only.

The database keeps the rules: what was stated and decided never changes, a status moves only as the table of moves
allows, what all covers pay and the member bears is what was charged, a balance is never negative. See migration 0002.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from clausula_server.audit.history import recorded
from clausula_server.directory.models import Provider, SettlementMode
from clausula_server.lib.ids import new_id
from clausula_server.lib.money import CurrencyField, MinorUnits, currency_known
from clausula_server.people.models import Household, Person

OPEN = ("needs_document", "needs_authorisation", "needs_person")
OUTCOMES = ("covered", "partly", "not_covered", *OPEN)


class Status(models.TextChoices):
    """Where a claim stands."""

    RECEIVED = "received"
    WAITING = "waiting"
    DECIDED = "decided"
    PAID = "paid"
    REVERSED = "reversed"
    APPEALED = "appealed"


class AllowedMove(models.Model):
    """From which status to which a claim may go: the one small table. Filled by migration 0002; nobody adds to it."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    before = models.CharField(max_length=8, choices=Status.choices, blank=True)
    after = models.CharField(max_length=8, choices=Status.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["before", "after"], name="allowed_move_once")]

    def __str__(self) -> str:
        return f"{self.before} to {self.after}"


class Channel(models.TextChoices):
    """Who sent the claim, or how."""

    MEMBER = "member"
    PROVIDER = "provider"
    FILE = "file"
    POST = "post"


class Claim(models.Model):
    """A bill, or several receipts sent together, for care of one person.

    arrival: its place among the claims of the household, given under the household's lock. key: names the sending for
    good; digest: of what was sent under it. payee: who is reimbursed. rounds: how often anything of it was decided.
    The amounts are those of its standing decisions, in minor units; paid, cash and advanced are posted in the ledger.
    paid_to: the provider who is paid instead of the payee, because both asked for it (UV-05).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="claims")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="claims")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, null=True, blank=True, related_name="claims")
    payee = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    paid_to = models.ForeignKey(Provider, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    arrival = models.PositiveIntegerField()
    key = models.CharField(max_length=200, unique=True)
    digest = models.CharField(max_length=64)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    settlement = models.CharField(max_length=13, choices=SettlementMode.choices)
    number = models.CharField(max_length=80, blank=True)
    currency = CurrencyField()
    received_on = models.DateField()
    received_at = models.DateTimeField(default=timezone.now, editable=False)
    submitted_by = models.UUIDField(null=True, blank=True)
    status = models.CharField(max_length=8, choices=Status.choices)
    rounds = models.PositiveSmallIntegerField(default=0)
    decided_at = models.DateTimeField(null=True, blank=True)
    sensitive = models.BooleanField(default=False)
    charged = MinorUnits(default=0)
    paid = MinorUnits(default=0)
    cash = MinorUnits(default=0)
    borne = MinorUnits(default=0)
    advanced = MinorUnits(default=0)

    class Meta:
        constraints = [
            currency_known(),
            models.UniqueConstraint(fields=["household", "arrival"], name="claim_arrives_once"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="claim_channel_known"),
            models.CheckConstraint(condition=Q(settlement__in=SettlementMode.values), name="claim_settlement_known"),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="claim_digest_form"),
        ]
        indexes = [
            models.Index(fields=["person", "-id"], name="claim_person"),
            models.Index(fields=["provider", "-id"], name="claim_provider"),
            models.Index(fields=["status", "received_on"], name="claim_status"),
        ]

    def __str__(self) -> str:
        return f"{self.number or self.id} {self.status}"


class Move(models.Model):
    """A claim went from one status to another. Appended with what caused it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="moves")
    before = models.CharField(max_length=8, blank=True)
    after = models.CharField(max_length=8)
    reason = models.CharField(max_length=500, blank=True)
    by = models.UUIDField(null=True, blank=True)
    moved_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["claim", "id"], name="move_claim")]

    def __str__(self) -> str:
        return f"{self.before} to {self.after}"


class Line(models.Model):
    """One thing done and charged, as it was stated. It never changes: a correction is a new line that replaces it.

    stands: not void and not replaced. decision: the one that holds for it. override: a person's, if one holds.
    provider: the code of who did it. facts: by fact id, as JSON; medical facts of the sensitive kind are kept apart
    (Sensitive).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="lines")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    service = models.CharField(max_length=120)
    served_on = models.DateField()
    charged = MinorUnits()
    paid_by_others = MinorUnits(default=0)
    quantity = models.PositiveIntegerField(default=1)
    time = models.PositiveSmallIntegerField(null=True, blank=True)
    provider = models.CharField(max_length=60, blank=True)
    stay = models.CharField(max_length=60, blank=True)
    episode = models.CharField(max_length=60, blank=True)
    indication = models.CharField(max_length=60, blank=True)
    facts = models.JSONField(default=dict)
    origin = models.CharField(max_length=200, blank=True)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by")
    stands = models.BooleanField(default=True)
    void_for = models.CharField(max_length=500, blank=True)
    decision = models.ForeignKey("Decision", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    override = models.ForeignKey("Override", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(charged__gte=0, paid_by_others__gte=0, paid_by_others__lte=F("charged")),
                name="line_is_never_negative",
            ),
            models.UniqueConstraint(fields=["claim", "number"], condition=Q(stands=True), name="line_stands_once"),
        ]
        indexes = [
            models.Index(fields=["household", "served_on"], condition=Q(stands=True), name="line_standing"),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.served_on}"


class Taken(models.TextChoices):
    """By whom a decision was taken."""

    ENGINE = "engine"
    OVERRIDE = "override"


class Decision(models.Model):
    """What was decided on a line, whole and for good. The next one on the same line stands beside it.

    because: submitted, evidence, corrected, reversed, order (an earlier line came, went or changed), override, appeal.
    covers: what each plan did, in order. reason, plan, clause: what refused, cut or opened it. editions: digests of the
    texts it was decided by. moves: what it added to balances. content: facts, row, trace and steps, from which the
    explanation is read; empty where it is of the sensitive kind and kept apart.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="decisions")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="decisions")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField()
    taken = models.CharField(max_length=8, choices=Taken.choices)
    because = models.CharField(max_length=20)
    outcome = models.CharField(max_length=20)
    charged = MinorUnits()
    paid_by_others = MinorUnits()
    paid = MinorUnits()
    cash = MinorUnits()
    borne = MinorUnits()
    advanced = MinorUnits()
    covers = models.JSONField()
    reason = models.CharField(max_length=200, blank=True)
    plan = models.CharField(max_length=100, blank=True)
    clause = models.CharField(max_length=80, blank=True)
    editions = ArrayField(models.CharField(max_length=64))
    moves = models.JSONField()
    content = models.JSONField()
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by")
    decided_by = models.UUIDField(null=True, blank=True)
    decided_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(taken__in=Taken.values), name="decision_taken_by_known"),
            models.CheckConstraint(condition=Q(outcome__in=OUTCOMES), name="decision_outcome_known"),
            models.CheckConstraint(
                condition=Q(charged=F("paid") - F("cash") + F("borne") + F("paid_by_others")),
                name="decision_adds_up_to_the_charge",
            ),
            models.CheckConstraint(
                condition=Q(paid__gte=F("cash"), cash__gte=0, borne__gte=0, advanced__gte=0, advanced__lte=F("borne")),
                name="decision_is_never_negative",
            ),
        ]
        indexes = [models.Index(fields=["line", "id"], name="decision_line")]

    def __str__(self) -> str:
        return f"{self.outcome} {self.paid} of {self.charged}"


class Balance(models.Model):
    """What has been used of a limit, a deductible, a count: one row of a household's usage.

    account: as the plan's step names it. entity: whose it is, its scope first (["person", id]). period: as the engine
    numbers it. touched_on: the last day of service that moved it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="balances")
    account = models.CharField(max_length=200)
    entity = ArrayField(models.CharField(max_length=120))
    period = models.IntegerField()
    used = models.BigIntegerField()
    touched_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["household", "account", "entity", "period"], name="balance_once"),
            models.CheckConstraint(condition=Q(used__gte=0), name="balance_is_never_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.used}"


class Wait(models.TextChoices):
    """What a line waits for."""

    DOCUMENT = "document"
    AUTHORISATION = "authorisation"
    PERSON = "person"


class Owner(models.TextChoices):
    """Whose turn it is."""

    MEMBER = "member"
    PROVIDER = "provider"
    CLAIMS_HANDLER = "claims_handler"
    MEDICAL_ADVISER = "medical_adviser"
    OPERATIONS = "operations"


class Pend(models.Model):
    """A line waits: for what, whose turn it is, since when, until when. Closed by what it waited for, or taken back.

    wants: kinds of evidence, any of which may end it. fact: the fact that is not known, where it is one. rule, plan,
    clause: what asks for it. assigned_to: the person of the house who took it on.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="pends")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="pends")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=13, choices=Wait.choices)
    wants = ArrayField(models.CharField(max_length=60))
    fact = models.CharField(max_length=60, blank=True)
    rule = models.CharField(max_length=200, blank=True)
    plan = models.CharField(max_length=100, blank=True)
    clause = models.CharField(max_length=80, blank=True)
    owner = models.CharField(max_length=15, choices=Owner.choices)
    assigned_to = models.UUIDField(null=True, blank=True)
    opened_at = models.DateTimeField(default=timezone.now, editable=False)
    due_on = models.DateField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_for = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Wait.values), name="pend_kind_known"),
            models.CheckConstraint(condition=Q(owner__in=Owner.values), name="pend_owner_known"),
            models.UniqueConstraint(fields=["line"], condition=Q(closed_at__isnull=True), name="pend_one_open_a_line"),
        ]
        indexes = [
            models.Index(fields=["owner", "due_on"], condition=Q(closed_at__isnull=True), name="pend_open"),
            models.Index(fields=["person"], condition=Q(closed_at__isnull=True), name="pend_person"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.rule}"


@recorded()
class Evidence(models.Model):
    """A document or an event that rules may require of a person: a voucher, a prescription, a first contact, an
    authorisation. kind: of the plans' catalogue. The fields are those of the engine's Evidence; document: the file it
    was read from. Void where it should never have been; nothing else of it changes but the status of an authorisation.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=60)
    issued_on = models.DateField()
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    issuer = models.CharField(max_length=60, blank=True)
    issuer_role = models.CharField(max_length=60, blank=True)
    issuer_lists = ArrayField(models.CharField(max_length=60), default=list)
    issuer_specialty = models.CharField(max_length=60, blank=True)
    specialty = models.CharField(max_length=60, blank=True)
    episode = models.CharField(max_length=60, blank=True)
    indication = models.CharField(max_length=60, blank=True)
    provider = models.CharField(max_length=60, blank=True)
    claim = models.CharField(max_length=60, blank=True)
    services = ArrayField(models.CharField(max_length=120), default=list)
    uses = models.PositiveIntegerField(null=True, blank=True)
    proposals = ArrayField(models.CharField(max_length=60), default=list)
    names = ArrayField(models.CharField(max_length=60), default=list)
    status = models.CharField(max_length=8, blank=True)
    document = models.UUIDField(null=True, blank=True)
    void = models.BooleanField(default=False)
    added_by = models.UUIDField(null=True, blank=True)
    added_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = "evidence"
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["", "granted", "refused", "pending"]), name="evidence_status_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="evidence_valid_in_order",
            ),
        ]
        indexes = [models.Index(fields=["person", "issued_on"], name="evidence_person")]

    def __str__(self) -> str:
        return f"{self.kind} {self.issued_on}"


class Attachment(models.Model):
    """A document that came with a claim, by its id in the room of documents. kind: of the plans' catalogue.

    An original goes back to whom it belongs in the month it came (NS-35); copies stay.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="attachments")
    document = models.UUIDField()
    kind = models.CharField(max_length=60)
    original = models.BooleanField(default=False)
    received_on = models.DateField()
    returned_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claim", "document"], name="attachment_once"),
            models.CheckConstraint(
                condition=Q(returned_on__isnull=True) | Q(original=True, returned_on__gte=F("received_on")),
                name="attachment_only_originals_return",
            ),
        ]
        indexes = [
            models.Index(
                fields=["received_on"],
                condition=Q(original=True, returned_on__isnull=True),
                name="attachment_to_return",
            )
        ]

    def __str__(self) -> str:
        return self.kind


class Sensitive(models.Model):
    """What claims staff may not read where the country forbids it: the medical facts of a line, and the content of each
    decision on it. Row security leaves it to the person, who treated them, and the medical adviser."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="sensitive_parts")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="sensitive_parts")
    decision = models.OneToOneField(
        Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="sensitive_part"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    content = models.JSONField()

    class Meta:
        verbose_name_plural = "sensitive parts"

    def __str__(self) -> str:
        return str(self.id)


class Override(models.Model):
    """A person decides otherwise than the engine, with a reason. It stands beside the engine's decision.

    covers: [{plan, benefit, paid, cash}] in minor units. amount: what it pays. Above the setting it holds only when a
    second person has confirmed it. appeal: the one it answers.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="overrides")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    covers = models.JSONField()
    amount = MinorUnits()
    reason = models.CharField(max_length=1000)
    proposed_by = models.UUIDField()
    proposed_at = models.DateTimeField(default=timezone.now, editable=False)
    needs_second = models.BooleanField()
    confirmed_by = models.UUIDField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    refused_for = models.CharField(max_length=500, blank=True)
    appeal = models.ForeignKey("Appeal", on_delete=models.PROTECT, null=True, blank=True, related_name="overrides")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="override_is_never_negative"),
            models.CheckConstraint(condition=Q(reason__regex=r"\S.{9,}"), name="override_has_a_reason"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("proposed_by")),
                name="override_four_eyes_are_of_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount}"


class Appeal(models.Model):
    """Somebody does not accept a decision. Answered by a person, with reasons."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="appeals")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    filed_by = models.UUIDField(null=True, blank=True)
    filed_at = models.DateTimeField(default=timezone.now, editable=False)
    answer = models.TextField(blank=True)
    changed = models.BooleanField(null=True, blank=True)
    answered_by = models.UUIDField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["claim"], condition=Q(answered_at__isnull=True), name="appeal_one_open_a_claim"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True)
                | (Q(answered_by__isnull=False) & ~Q(answer="") & Q(changed__isnull=False)),
                name="appeal_answered_with_reasons",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.filed_at:%Y-%m-%d}"


class Request(models.Model):
    """Somebody of the house asks for a document a waiting line lacks. Answered by what is handed in for the claim.

    kind: of the plans' catalogue; note: what exactly, in the words of whoever asks.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="requests")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="requests")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=60)
    note = models.CharField(max_length=500, blank=True)
    due_on = models.DateField()
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(kind=""), name="request_names_a_kind")]
        indexes = [models.Index(fields=["claim"], condition=Q(answered_at__isnull=True), name="request_open")]

    def __str__(self) -> str:
        return self.kind


class Draft(models.Model):
    """A bill somebody is about to send for a person: what they filled in so far. Seen by them alone, gone when sent.

    key: the key under which it will be sent, so that sending twice is sending once. content: as the form holds it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    author = models.UUIDField()
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    key = models.UUIDField(default=new_id, editable=False)
    content = models.JSONField(default=dict)
    touched_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["author", "person"], name="draft_one_a_person")]

    def __str__(self) -> str:
        return str(self.id)
