"""Reads about sign-ins."""

from __future__ import annotations

from clausula_server.accounts.models import User


def user_of_phone(phone: str) -> User | None:
    """Who signs in with the number (E.164)."""
    return User.objects.filter(phone=phone, is_active=True).first()
