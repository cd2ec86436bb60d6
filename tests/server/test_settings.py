"""Settings: demo and test need none; production refuses to guess."""

import os
import subprocess
import sys

import pytest

GOOD = {
    "CLAUSULA_FORM": "production",
    "CLAUSULA_SECRET_KEY": "0123456789abcdefghijABCDEFGHIJ0123456789abcdefghijABCDEFGHIJ",
    "CLAUSULA_HOSTS": "care.example.org",
    "CLAUSULA_KEYS": "2026:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "CLAUSULA_DOCUMENTS": "/srv/documents",
    "DATABASE_URL": "postgresql://app_web:word@db.example.org:5433/clausula?sslmode=require",
}


def load(env: dict[str, str], show: str = "'fine'") -> str:
    """What the settings are under that environment alone, or the last line of what they refuse with."""
    code = f"import clausula_server.settings as s; print({show})"
    keep = {
        name: os.environ[name]
        for name in ("PATH", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")
        if name in os.environ
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env={**keep, **env}, capture_output=True, text=True, check=False
    )
    return (done.stdout or done.stderr).strip().splitlines()[-1]


def test_nothing_need_be_set_for_the_demo() -> None:
    assert load({}, "s.FORM, s.DEBUG, s.ALLOWED_HOSTS[0], len(s.SECRET_KEY) > 50") == "demo False localhost True"


def test_production_takes_everything_from_the_environment() -> None:
    show = "[s.DATABASES['default'][k] for k in ('NAME', 'USER', 'HOST', 'PORT')], s.SESSION_COOKIE_SECURE, s.DEBUG"
    assert load(GOOD, show) == "['clausula', 'app_web', 'db.example.org', '5433'] True False"
    options = "[s.DATABASES['default']['OPTIONS'][k] for k in ('sslmode', 'options', 'pool')]"
    assert load({**GOOD, "CLAUSULA_CONNECTIONS": "7"}, options) == (
        "['require', '-c role=app_web', {'min_size': 1, 'max_size': 7, 'timeout': 10}]"
    )


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("CLAUSULA_SECRET_KEY", "", "CLAUSULA_SECRET_KEY is not set. Make one: openssl rand -base64 48"),
        ("CLAUSULA_SECRET_KEY", "x" * 60, "CLAUSULA_SECRET_KEY is too weak."),
        ("CLAUSULA_SECRET_KEY", "short", "CLAUSULA_SECRET_KEY is too weak."),
        ("CLAUSULA_HOSTS", "", "CLAUSULA_HOSTS is not set."),
        ("CLAUSULA_KEYS", "", "CLAUSULA_KEYS is not set."),
        ("CLAUSULA_DOCUMENTS", "", "CLAUSULA_DOCUMENTS is not set."),
        ("CLAUSULA_HOSTS", "*", "CLAUSULA_HOSTS must name hosts"),
        ("DATABASE_URL", "", "DATABASE_URL is not set."),
        ("CLAUSULA_CARE_PRIVATE_FROM", "FR:15,IT", "“IT” is no country and age. Write it like FR:15"),
        ("CLAUSULA_CARE_PRIVATE_FROM", "FR:150", "at most 18"),
        ("CLAUSULA_FORM", "staging", "It must be production, demo or test."),
    ],
)
def test_production_refuses_what_is_missing_or_weak(name: str, value: str, words: str) -> None:
    assert words in load({**GOOD, name: value})
