"""Idempotency keys: the same request under the same key is done once, and answered the same every time.

The key is claimed by a row that is written before the work, in the transaction of the work. A second request with the
key waits at that row until the first has ended: then it finds the answer, or, where the first failed or the process
died, nothing, and does the work itself. So there is no moment in which something is done and the answer is not kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse

from clausula_server.api.problems import Wrong
from clausula_server.lib.acting import current_actor
from clausula_server.lib.ids import new_id
from clausula_server.lib.refusals import Fault, Refused

HEADER = "Idempotency-Key"
LONGEST = 120
KEPT = ("Location", "ETag", "Content-Language", "Content-Type")
Found = tuple[str, int, dict[str, str] | str, str]
_TAKE = """
INSERT INTO api_answer (id, sender, key, digest, status, headers, body, answered_at)
VALUES (%s, %s, %s, %s, 0, '{}', '', now()) ON CONFLICT (sender, key) DO NOTHING RETURNING id
"""
_FIND = "SELECT digest, status, headers, body FROM api_answer WHERE sender = %s AND key = %s"
_KEEP = "UPDATE api_answer SET status = %s, headers = %s, body = %s WHERE id = %s"
_END = "UPDATE api_answer SET status = %s, headers = %s, body = %s WHERE sender = %s AND key = %s AND status = 0"
_FREE = "DELETE FROM api_answer WHERE sender = %s AND key = %s AND status = 0"


def key_of(request: HttpRequest) -> str:
    """The key of a request. Raises Wrong where there is none, or none that can be kept."""
    key = request.headers.get(HEADER, "")
    if not key:
        raise Wrong("key-missing", "", Fault(HEADER, "every request that changes something has one.", "Send a UUID."))
    if len(key) > LONGEST or not all("!" <= sign <= "~" for sign in key):
        mend = "Send a UUID, or another name of your own."
        raise Wrong("bad-request", "", Fault(HEADER, f"it has at most {LONGEST} signs of ASCII, and no blank.", mend))
    return key


def digest_of(request: HttpRequest) -> str:
    """What is asked, as a SHA-256: method, address, If-Match, body. JSON counts by what it says, not by its blanks."""
    told = json.dumps(getattr(request, "said", None), sort_keys=True, separators=(",", ":"), default=str)
    match = request.headers.get("If-Match", "")
    return hashlib.sha256(f"{request.method} {request.get_full_path()}\n{match}\n{told}".encode()).hexdigest()


def once(request: HttpRequest, work: Callable[[], HttpResponse]) -> HttpResponse:
    """Do the work under the key of the request, or answer what was answered before. Raises Wrong for a key that came
    with another request. What the work raises leaves no trace: the key is free again."""
    key, digest, sender, id_ = key_of(request), digest_of(request), current_actor().user, new_id()
    with transaction.atomic(), connection.cursor() as cursor:
        found = _take(cursor, id_, sender, key, digest)
        if found is not None:
            return _again(found, digest)
        answer = work()
        cursor.execute(_KEEP, [*_kept(answer), id_])
    return answer


def step_by_step(request: HttpRequest, work: Callable[[], HttpResponse]) -> HttpResponse:
    """Do work that has transactions of its own, under the key of the request, and answer what was answered before.

    The work must add nothing when it is done again: the key is held before it begins, and where the process dies in
    the middle, the same request goes on with it. Raises Wrong for a key that came with another request; what is refused
    as a whole leaves the key free.
    """
    key, digest, sender = key_of(request), digest_of(request), current_actor().user
    with transaction.atomic(), connection.cursor() as cursor:
        found = _take(cursor, new_id(), sender, key, digest)
        if found is not None and (found[0] != digest or found[1]):
            return _again(found, digest)
    try:
        answer = work()
    except (Refused, Wrong):
        with connection.cursor() as cursor:
            cursor.execute(_FREE, [sender, key])
        raise
    with connection.cursor() as cursor:
        cursor.execute(_END, [*_kept(answer), sender, key])
    return answer


def _take(cursor: Any, id_: UUID, sender: UUID | None, key: str, digest: str) -> Found | None:
    """Take the key, or find what stands under it. Where that was freed in between, take again."""
    while True:
        cursor.execute(_TAKE, [id_, sender, key, digest])
        if cursor.fetchone() is not None:
            return None
        cursor.execute(_FIND, [sender, key])
        found: Found | None = cursor.fetchone()
        if found is not None:
            return found


def _kept(answer: HttpResponse) -> tuple[int, str, str]:
    headers = {name: answer[name] for name in KEPT if answer.has_header(name)}
    return answer.status_code, json.dumps(headers), answer.content.decode()


def _again(found: Found, digest: str) -> HttpResponse:
    before, status, headers, body = found
    if before != digest:
        mend = "Take a new key for a new request, or send exactly what came first."
        raise Wrong("key-reused", "", Fault(HEADER, "another request came under this key.", mend))
    kept = json.loads(headers) if isinstance(headers, str) else headers
    return HttpResponse(body, status=status, headers={**kept, "Idempotent-Replayed": "true"})
