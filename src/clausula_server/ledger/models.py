"""Accounts, transfers and entries. What an account is for, the ledger does not know: it has a code and an owner's id.

The database keeps the rules: nothing is changed or removed, the entries of a transfer add up to nothing in each
currency when the transaction ends, an entry has its account's currency. See migration 0002.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clausula_server.lib.ids import new_id
from clausula_server.lib.money import CurrencyField, MinorUnits, currency_known


class Kind(models.TextChoices):
    """On which side an account usually stands."""

    ASSET = "asset"
    LIABILITY = "liability"
    INCOME = "income"
    EXPENSE = "expense"


class Account(models.Model):
    """A place where money is counted, in one currency. code: "member.owed"; owner: whose it is, if anybody's."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=60)
    owner = models.UUIDField(null=True, blank=True)
    kind = models.CharField(max_length=9, choices=Kind.choices)
    currency = CurrencyField()
    opened_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            currency_known(),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="account_kind_known"),
            models.CheckConstraint(condition=Q(code__regex=r"^[a-z_]+(\.[a-z_]+)*$"), name="account_code_form"),
            models.UniqueConstraint(fields=["code", "owner", "currency"], name="account_once", nulls_distinct=False),
            models.UniqueConstraint(fields=["id", "currency"], name="account_has_one_currency"),
        ]
        indexes = [models.Index(fields=["owner"], name="account_owner")]

    def __str__(self) -> str:
        return f"{self.code} {self.currency}"


class Transfer(models.Model):
    """Money moves for one reason on one day. key: given by the caller; the same key twice is the same transfer."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=60)
    booked_on = models.DateField()
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversed_by")
    posted_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return self.key


class Entry(models.Model):
    """An amount on an account: positive is debit, negative is credit."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="entries")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries")
    amount = MinorUnits()
    currency = CurrencyField()

    class Meta:
        verbose_name_plural = "entries"
        constraints = [
            currency_known(),
            models.CheckConstraint(condition=~Q(amount=0), name="entry_moves_something"),
            models.UniqueConstraint(fields=["transfer", "account"], name="entry_once_an_account"),
        ]
        indexes = [models.Index(fields=["account"], include=["amount"], name="entry_account_amount")]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
