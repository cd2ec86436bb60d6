"""Who read care, and who broke the glass. Both are append-only; changes to tables are kept by `history.recorded`."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from clausula_server.lib.ids import new_id


class Access(models.Model):
    """Somebody read care data of a person: who, as what, under which permission, why."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    permission = models.CharField(max_length=80)
    person = models.UUIDField()
    reader = models.UUIDField(null=True, blank=True)
    reader_name = models.CharField(max_length=120, blank=True)
    roles = models.CharField(max_length=200)
    reason = models.CharField(max_length=300, blank=True)
    read_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = "accesses"
        indexes = [models.Index(fields=["person", "id"], name="access_person")]

    def __str__(self) -> str:
        return f"{self.permission} {self.person}"


class BrokenGlass(models.Model):
    """Somebody of the house opened a person's care for a while, for a reason that will be looked at."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.UUIDField()
    reader = models.UUIDField()
    reader_name = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=300)
    broken_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "broken glass"
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="broken_glass_has_a_reason"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("broken_at")), name="broken_glass_ends"),
        ]
        indexes = [models.Index(fields=["reader", "ends_at"], name="broken_glass_reader")]

    def __str__(self) -> str:
        return f"{self.reader_name}: {self.reason}"
