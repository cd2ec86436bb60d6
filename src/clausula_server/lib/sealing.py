"""Encryption at rest. A master key wraps others; its name is kept with what it sealed, so that keys can be changed.

The keys come from the setting CLAUSULA_KEYS, "name:base64,name:base64": the first one seals, every one of them opens.
AES-256-GCM (NIST SP 800-38D) with a random nonce; `about` is bound to the sealed bytes and must be the same to open.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Mapping
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

NONCE = 12
LENGTH = 32


class NotOpened(Exception):  # noqa: N818 - what is the matter
    """Sealed bytes do not open: another key, another `about`, or somebody changed them."""


@lru_cache
def _keys(text: str) -> Mapping[str, bytes]:
    found = {}
    for entry in text.split(","):
        name, _, key = entry.strip().partition(":")
        try:
            found[name] = base64.b64decode(key, validate=True)
        except binascii.Error:
            found[name] = b""
        if not name or len(found[name]) != LENGTH:
            raise ImproperlyConfigured(
                f"CLAUSULA_KEYS: the key “{name[:20]}” is not “name:” and 32 bytes in base64. {settings.MAKE_KEY}"
            )
    return found


def current_key() -> str:
    """The name of the key that seals."""
    return next(iter(_keys(settings.CLAUSULA_KEYS)))


def seal(plain: bytes, about: str) -> tuple[str, bytes]:
    """Encrypt a few bytes. Returns the name of the key and what came of it."""
    name = current_key()
    nonce = os.urandom(NONCE)
    sealed = AESGCM(_keys(settings.CLAUSULA_KEYS)[name]).encrypt(nonce, plain, f"{name}|{about}".encode())
    return name, nonce + sealed


def open_sealed(name: str, sealed: bytes, about: str) -> bytes:
    """Decrypt what `seal` made. Raises NotOpened."""
    key = _keys(settings.CLAUSULA_KEYS).get(name)
    if key is None:
        raise NotOpened(f"the key {name} is not among CLAUSULA_KEYS")
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], f"{name}|{about}".encode())
    except InvalidTag as error:
        raise NotOpened(about) from error


def seal_text(text: str, about: str) -> str:
    """The same for text, in one line: "name:base64"."""
    name, sealed = seal(text.encode(), about)
    return f"{name}:{base64.b64encode(sealed).decode()}"


def open_text(line: str, about: str) -> str:
    """What `seal_text` made. Raises NotOpened."""
    name, _, sealed = line.partition(":")
    try:
        return open_sealed(name, base64.b64decode(sealed), about).decode()
    except ValueError as error:
        raise NotOpened(about) from error


def fingerprint(purpose: str, *parts: str) -> str:
    """A keyed hash (HMAC-SHA256) for codes that are looked for: whoever reads the table learns none of them."""
    return hmac.new(f"{purpose}|{settings.SECRET_KEY}".encode(), "|".join(parts).encode(), hashlib.sha256).hexdigest()
