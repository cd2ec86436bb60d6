"""Calls to the API of a server: one request, one answer, and what is wrong in words a person can act on."""

from __future__ import annotations

import http.client
import json
import ssl
from typing import Any
from urllib.parse import urlsplit

from clausula.cli.console import CommandError

SECONDS = 30
SECONDS_FOR_A_FILE = 600
ROOT = "/api/v1"


class Caller:
    """A server, a token and a language. replayed: whether the last answer had been given before."""

    def __init__(self, address: str, token: str, language: str) -> None:
        parts = urlsplit(address if "//" in address else f"https://{address}")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise CommandError(f"{address} is no address of a server", "write it like https://care.example.org")
        local = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if parts.scheme == "http" and not local:
            raise CommandError(f"{address}: a token is not sent unencrypted", "write https:// in front")
        if not token.isascii() or not token.isprintable() or " " in token:
            raise CommandError("the token is none", "copy it again, whole, from where it was shown")
        self.address = f"{parts.scheme}://{parts.netloc}"
        self.parts, self.token, self.language, self.replayed = parts, token, language, False

    def get(self, path: str) -> Any:
        """Read something. Raises CommandError."""
        return self._ask("GET", path, None, "")

    def post(self, path: str, body: Any, key: str = "") -> Any:
        """Ask with a body, or change something under a key. Raises CommandError."""
        return self._ask("POST", path, json.dumps(body).encode(), key)

    def send(self, path: str, content: bytes, kind: str, key: str) -> Any:
        """Send a file as the body itself. Raises CommandError."""
        return self._ask("POST", path, content, key, kind, SECONDS_FOR_A_FILE)

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes | None,
        key: str,
        kind: str = "application/json",
        seconds: int = SECONDS,
    ) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Language": self.language}
        if body is not None:
            headers["Content-Type"] = kind
        if key:
            headers["Idempotency-Key"] = key
        wire = self._wire(seconds)
        try:
            wire.request(method, ROOT + path, body, headers)
            answer = wire.getresponse()
            told = answer.read()
        except (OSError, http.client.HTTPException, ValueError) as error:
            why = str(error) or type(error).__name__
            raise CommandError(f"{self.address} does not answer: {why}", "check address and network") from None
        finally:
            wire.close()
        self.replayed = answer.headers.get("Idempotent-Replayed") == "true"
        return self._read(answer.status, told)

    def _wire(self, seconds: int) -> http.client.HTTPConnection:
        host, port = str(self.parts.hostname), self.parts.port
        if self.parts.scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=seconds, context=ssl.create_default_context())
        return http.client.HTTPConnection(host, port, timeout=seconds)

    def _read(self, status: int, told: bytes) -> Any:
        try:
            found = json.loads(told)
        except ValueError:
            mend = "is this the address of a server of Clausula, without anything behind the name?"
            raise CommandError(f"{self.address} answers {status}, but no JSON", mend) from None
        if status < 300:
            return found
        raise CommandError(*_words(status, found))


def _words(status: int, problem: Any) -> tuple[str, str]:
    """What is wrong, and what can be done, from problem+json."""
    found = problem if isinstance(problem, dict) else {}
    faults = [each for each in found.get("faults", ()) if isinstance(each, dict)]
    if faults:
        message = "\n".join(f"{each.get('place')}: {each.get('message')}" for each in faults)
        return message, " ".join(dict.fromkeys(str(each.get("mend", "")) for each in faults))
    message = f"{found.get('title', 'the server refuses')} ({status}). {found.get('detail', '')}".strip()
    return message, {
        401: "take a token that is in force",
        403: "take a token with this scope, of somebody who may do it",
        404: "check the ids; what a token may not see is not there for it",
        429: "wait a minute, then go on",
        503: "send the same again",
    }.get(status, "see the description of the API: /api/v1/openapi.json")
