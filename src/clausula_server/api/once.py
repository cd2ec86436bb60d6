"""Idempotency keys: the same request under the same key is done once, and answered the same every time.

The key is claimed by a row that is written before the work, in the transaction of the work. A second request with the
key waits at that row until the first has ended: then it finds the answer, or, where the first failed or the process
died, nothing, and does the work itself. So there is no moment in which something is done and the answer is not kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse

from clausula_server.api.problems import Wrong
from clausula_server.lib.acting import current_actor
from clausula_server.lib.ids import new_id
from clausula_server.lib.refusals import Fault

HEADER = "Idempotency-Key"
LONGEST = 120
KEPT = ("Location", "ETag", "Content-Language", "Content-Type")
_TAKE = """
INSERT INTO api_answer (id, sender, key, digest, status, headers, body, answered_at)
VALUES (%s, %s, %s, %s, 0, '{}', '', now()) ON CONFLICT (sender, key) DO NOTHING RETURNING id
"""
_FIND = "SELECT digest, status, headers, body FROM api_answer WHERE sender = %s AND key = %s"
_KEEP = "UPDATE api_answer SET status = %s, headers = %s, body = %s WHERE id = %s"


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
        cursor.execute(_TAKE, [id_, sender, key, digest])
        if cursor.fetchone() is None:
            cursor.execute(_FIND, [sender, key])
            return _again(cursor.fetchone(), digest)
        answer = work()
        headers = {name: answer[name] for name in KEPT if answer.has_header(name)}
        cursor.execute(_KEEP, [answer.status_code, json.dumps(headers), answer.content.decode(), id_])
    return answer


def _again(found: tuple[str, int, dict[str, str] | str, str], digest: str) -> HttpResponse:
    before, status, headers, body = found
    if before != digest:
        mend = "Take a new key for a new request, or send exactly what came first."
        raise Wrong("key-reused", "", Fault(HEADER, "another request came under this key.", mend))
    kept = json.loads(headers) if isinstance(headers, str) else headers
    return HttpResponse(body, status=status, headers={**kept, "Idempotent-Replayed": "true"})
