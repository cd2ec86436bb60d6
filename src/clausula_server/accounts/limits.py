"""How often something may be tried, counted in the database: one statement, so that no number of workers and of
requests at once gets further than one would.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from clausula_server.accounts.models import Attempt
from clausula_server.lib.sealing import fingerprint

_COUNT = """
INSERT INTO accounts_attempt AS a (key, count, ends_at)
VALUES (%(key)s, 1, statement_timestamp() + make_interval(secs => %(within)s))
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN a.ends_at <= statement_timestamp() THEN 1 ELSE a.count + 1 END,
    ends_at = CASE WHEN a.ends_at <= statement_timestamp() THEN excluded.ends_at ELSE a.ends_at END
RETURNING count
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so often within a time that begins with the first try. What is over it is locked until that time ends."""

    name: str
    most: int
    within: timedelta

    def spend(self, *whom: str) -> bool:
        """Count one more try; False where it is one too many. Not inside a transaction that may be rolled back."""
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, {"key": fingerprint(self.name, *whom), "within": self.within.total_seconds()})
            (count,) = cursor.fetchone()
        return bool(count <= self.most)

    def spent(self, *whom: str) -> bool:
        """Whether the next try would be one too many; counts nothing."""
        key = fingerprint(self.name, *whom)
        return Attempt.objects.filter(key=key, ends_at__gt=timezone.now(), count__gte=self.most).exists()

    def key(self, *whom: str) -> str:
        """Under which key it is counted, for who counts in a statement of their own."""
        return fingerprint(self.name, *whom)

    def forget(self, *whom: str) -> None:
        """It went well: start anew."""
        Attempt.objects.filter(key=fingerprint(self.name, *whom)).delete()


MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

# A code has a million values and lives five minutes. Five tries at one code, ten an hour at one phone: to guess one
# takes a hundred thousand hours. Passkeys are not counted: there is nothing to guess.
CODE_TRIES = Limit("code", 5, timedelta(minutes=10))
PHONE_TRIES = Limit("phone", 10, HOUR)
CODES_SENT = Limit("sent", 6, HOUR)  # SMS cost money, and annoy
CODES_SENT_FROM = Limit("sent from", 40, HOUR)
SECOND_FACTOR_TRIES = Limit("second factor", 8, HOUR)
ACTIVATIONS_FROM = Limit("activation", 20, HOUR)
TOKENS_FROM = Limit("token", 60, HOUR)  # wrong ones


def forget_old() -> int:
    """Remove counts that hold no longer. Returns how many."""
    return Attempt.objects.filter(ends_at__lt=timezone.now()).delete()[0]
