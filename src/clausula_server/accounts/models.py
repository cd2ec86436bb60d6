"""Users: what somebody signs in with, and the person or provider they then act as; how they came to it; what counts
against somebody who guesses.
"""

from __future__ import annotations

from typing import ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from clausula_server.audit.history import recorded
from clausula_server.directory.models import Provider
from clausula_server.lib.ids import new_id
from clausula_server.people.models import Language, Person


def new_username() -> str:
    """Nobody chooses or sees a username; it only has to be one of a kind."""
    return str(new_id())


@recorded(without=["password", "last_login"])
class User(AbstractBaseUser):
    """A sign-in: by phone and code, or by passkey. Staff need a second factor besides. Nobody has a password."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = models.CharField(max_length=40, unique=True, default=new_username, editable=False)
    phone = models.CharField(max_length=16, unique=True, null=True, blank=True)
    phone_verified = models.BooleanField(default=False)
    email = models.EmailField(unique=True, null=True, blank=True)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="user")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, null=True, blank=True, related_name="users")
    language = models.CharField(max_length=2, choices=Language.choices, default=Language.ENGLISH)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(db_default=Now(), editable=False)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[BaseUserManager[Self]] = BaseUserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(phone__isnull=True) | Q(phone__regex=r"^\+[1-9][0-9]{6,14}$"), name="user_phone_is_e164"
            ),
        ]

    def __str__(self) -> str:
        return self.phone or self.email or self.username

    def has_usable_password(self) -> bool:
        """Nobody has one; allauth would ask for it."""
        return False


@recorded()
class Activation(models.Model):
    """A code that the mutual gave a person, by letter or at the counter, to tie a phone to them. Used once.

    The code itself is kept nowhere, only its fingerprint.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="activations")
    fingerprint = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField(default=timezone.now, editable=False)
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(voided_at__isnull=True), name="activation_used_or_voided"
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(used_at__isnull=True, voided_at__isnull=True),
                name="activation_one_open_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"activation of {self.person_id}"


@recorded(without=["last_used_at"])
class Token(models.Model):
    """What a system shows instead of signing in. It acts as its user, and does no more than its scopes say.

    scopes: names of permissions, or their beginnings: "claims" holds every permission of that room.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=80))
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    ends_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(scopes__len__gt=0), name="token_has_scopes"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("made_at")), name="token_ends"),
        ]

    def __str__(self) -> str:
        return self.name


class Attempt(models.Model):
    """How often something was tried of late. `key` is the fingerprint of what and by whom: it names nobody."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.count} until {self.ends_at}"
