"""What was answered under which idempotency key: one table, emptied after a week."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from clausula_server.lib.ids import new_id


class Answer(models.Model):
    """The answer to a request that changed something, so that the same request again is answered the same.

    sender: the user whose token was shown. key: as the sender chose it. digest: of address and body. The row is written
    in the transaction of the change itself: both are there, or neither. Who may read it is only the sender.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sender = models.UUIDField()
    key = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    answered_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sender", "key"], name="answer_once_a_key")]
        indexes = [models.Index(fields=["answered_at"], name="answer_answered_at")]

    def __str__(self) -> str:
        return f"{self.status} {self.key}"
