"""The ways out: one interface each for e-mail and SMS, and signed webhooks.

A provider is named by its path in the settings CLAUSULA_EMAIL and CLAUSULA_SMS; to add one, write a class here or
elsewhere with the same `send`. In production nothing is sent until one is named.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
import time
from typing import Protocol

import httpx
from django.conf import settings
from django.core.mail import send_mail
from django.utils.module_loading import import_string

from clausula_server.events.models import Event

TIMEOUT = 10.0


class NotSent(Exception):  # noqa: N818 - what is the matter
    """It did not go out; what the other side said, in a word or two."""


class Channel(Protocol):
    """A way out to people. `send` returns when the other side has taken it; raises NotSent."""

    def send(self, address: str, subject: str, text: str) -> None:
        """Send one message."""


class Console:
    """For the demo: shows on the terminal what would be sent."""

    def send(self, address: str, subject: str, text: str) -> None:
        """Print it."""
        sys.stderr.write(f"→ {address}: {subject}{': ' if subject else ''}{text}\n")
        sys.stderr.flush()


class Mail:
    """E-mail through the server that Django's EMAIL_… settings name."""

    def send(self, address: str, subject: str, text: str) -> None:
        """Send one message."""
        try:
            send_mail(subject, text, None, [address])
        except OSError as error:
            raise NotSent(str(error)) from error


class Nowhere:
    """For production where no provider is named: everything waits, nothing is lost."""

    def send(self, address: str, subject: str, text: str) -> None:  # noqa: ARG002 - the interface
        """Raise NotSent."""
        raise NotSent("no provider is named in the settings")


def channel(kind: str) -> Channel:
    """The provider in use for "email" or "sms"."""
    named: Channel = import_string({"email": settings.CLAUSULA_EMAIL, "sms": settings.CLAUSULA_SMS}[kind])()
    return named


def signature(secret: str, moment: int, body: bytes) -> str:
    """What proves to a receiver that a webhook is ours: HMAC-SHA256 over the moment and the body."""
    signed = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={signed}"


def body_of(event: Event) -> bytes:
    """What a webhook says."""
    return json.dumps(
        {
            "id": str(event.id),
            "kind": event.kind,
            "subject": str(event.subject),
            "happened_at": event.happened_at.isoformat(),
            "payload": event.payload,
        },
        sort_keys=True,
    ).encode()


def post_webhook(url: str, secret: str, event: Event) -> None:
    """Post an event to an endpoint. Redirects are not followed: the address is the one somebody vouched for.

    The receiver checks the signature, refuses old moments, and takes an event id it knows as done. Raises NotSent.
    """
    body = body_of(event)
    headers = {
        "Content-Type": "application/json",
        "Clausula-Event": str(event.id),
        "Clausula-Signature": signature(secret, int(time.time()), body),
    }
    try:
        answer = httpx.post(url, content=body, headers=headers, timeout=TIMEOUT, follow_redirects=False)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotSent(type(error).__name__) from error
    if not answer.is_success:
        raise NotSent(f"HTTP {answer.status_code}")
