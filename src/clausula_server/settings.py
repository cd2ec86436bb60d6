"""Settings of the server, all from the environment. Demo and test need none; production refuses to guess.

| variable | meaning |
|---|---|
| CLAUSULA_FORM | production, demo or test; demo when nothing is said |
| DATABASE_URL | the PostgreSQL; in demo and test an embedded one is started where it is missing |
| CLAUSULA_ROLE | the role to work as in the database: app_web, or app for migrations |
| CLAUSULA_SECRET_KEY | signs sessions and links; at least 50 characters |
| CLAUSULA_HOSTS | the names this server answers to, with commas between |
| CLAUSULA_CONNECTIONS | the most connections of a process that serves; commands take one |
| CLAUSULA_EMAIL, CLAUSULA_SMS | the provider's class, like clausula_server.events.channels.Mail |
| CLAUSULA_KEYS | master keys, "name:base64 of 32 bytes", with commas between; the first seals, all open |
| CLAUSULA_DOCUMENTS | folder of the documents, sealed |
| CLAUSULA_CLAMAV | socket of clamd, a path or host:port; without it documents are not scanned |
| CLAUSULA_STATIC | folder of the static files, filled by `collectstatic` |
| CLAUSULA_PROXIES | how many proxies stand in front (1); the address of a client is read accordingly |
| CLAUSULA_COUNTRY | whose phone numbers are meant where no country is written (CH) |
| CLAUSULA_CARE_PRIVATE_FROM | ages from which care is private from parents, "FR:15,IT:14"; 12 elsewhere |
| CLAUSULA_NAME | what the house is called on its pages |
| CLAUSULA_RELEASE_LIMIT | minor units; a batch of more is released by somebody of finance; 1000000 if unset |
| CLAUSULA_DIRECT_REQUEST_DAYS | days in which a provider may ask to be paid instead of the member; 0 for no limit |
| CLAUSULA_API_CALLS | requests a token may make in a minute (1200) |
| CLAUSULA_API_THREADS | threads of a web process that answer the API (4) |
| CLAUSULA_STATE | folder of the embedded database and of what the demo keeps |
"""

from __future__ import annotations

import base64
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

HERE = Path(__file__).resolve().parent
FORM = os.environ.get("CLAUSULA_FORM", "demo")
PRODUCTION = FORM == "production"
MAKE_KEY = 'Make one: echo "$(date +%Y):$(openssl rand -base64 32)"'
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")


def _setting(name: str, otherwise: str, mend: str) -> str:
    """A variable of the environment; in production it must be there."""
    value = os.environ.get(name, "")
    if not value and PRODUCTION:
        raise ImproperlyConfigured(f"{name} is not set. {mend}")
    return value or otherwise


def _ages(name: str, otherwise: str) -> dict[str, int]:
    """Completed years by country: "FR:15,IT:14"."""
    found = {}
    for entry in (os.environ.get(name) or otherwise).split(","):
        country, _, age = entry.strip().partition(":")
        if len(country) != 2 or not country.isupper() or not age.isdecimal() or int(age) > 18:
            raise ImproperlyConfigured(f"{name}: “{entry}” is no country and age. Write it like FR:15, at most 18.")
        found[country] = int(age)
    return found


def _database(url: str, role: str) -> dict[str, Any]:
    """Django's form of a connection. The role is taken on at every start of a session."""
    parts: dict[str, Any] = conninfo_to_dict(url)
    known = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    options = {name: value for name, value in parts.items() if name not in known}
    options["options"] = " ".join(filter(None, (options.get("options", ""), f"-c role={role}" if role else "")))
    # statements with parameters, prepared when they come often: a tenth less work for the database (bench claims)
    options |= {"server_side_binding": True, "prepare_threshold": 3}
    if most := os.environ.get("CLAUSULA_CONNECTIONS"):
        options["pool"] = {"min_size": 1, "max_size": int(most), "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **{ours: str(parts[theirs]) for theirs, ours in known.items() if theirs in parts},
        "OPTIONS": options,
        "CONN_MAX_AGE": 0,  # under ASGI a kept connection is lost, not kept; the pool keeps them
    }


if FORM not in ("production", "demo", "test"):
    raise ImproperlyConfigured(f"CLAUSULA_FORM is “{FORM}”. It must be production, demo or test.")

SECRET_KEY = _setting("CLAUSULA_SECRET_KEY", secrets.token_urlsafe(50), "Make one: openssl rand -base64 48")
if PRODUCTION and (len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10):
    raise ImproperlyConfigured("CLAUSULA_SECRET_KEY is too weak. Make one: openssl rand -base64 48")

ALLOWED_HOSTS = _setting("CLAUSULA_HOSTS", ",".join(LOCAL_HOSTS), "Name the hosts, like care.example.org").split(",")
if PRODUCTION and any(host.strip() in ("*", "") for host in ALLOWED_HOSTS):
    raise ImproperlyConfigured("CLAUSULA_HOSTS must name hosts; “*” would answer to every name.")

DEBUG = False
DATABASE_URL = _setting("DATABASE_URL", "postgresql://app@/clausula", "Name the PostgreSQL, as the role app_web.")
DATABASES = {"default": _database(DATABASE_URL, os.environ.get("CLAUSULA_ROLE", "app_web"))}

ROOMS = (
    # from the bottom of the house to its top; pyproject.toml holds the imports against this order
    "database",
    "events",
    "audit",
    "people",
    "directory",
    "ledger",
    "enrolment",
    "claims",
    "payments",
    "documents",
    "accounts",
    "api",
    "portal",
    "demo",
)

INSTALLED_APPS = [
    *(f"clausula_server.{room}" for room in ROOMS),
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "django_htmx",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "clausula_server.portal.policy.PolicyMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "clausula_server.accounts.middleware.SessionsMiddleware",
    "clausula_server.accounts.middleware.AccessMiddleware",
]

API_MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]  # what the API needs of it: api/door.py

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "clausula_server.portal.frame.frame",
            ]
        },
    }
]

ROOT_URLCONF = "clausula_server.urls"
ASGI_APPLICATION = "clausula_server.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

# Sign-in: django-allauth, by phone and code; nobody has a password. What counts and locks is in accounts/limits.py.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "clausula_server.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_LOGIN_METHODS = {"phone"}
ACCOUNT_SIGNUP_FIELDS = ["phone*"]
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 300
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PHONE_VERIFICATION_ENABLED = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {
    "request_login_code": None
}  # a second count beside ours, with another sentence, would only confuse
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("CLAUSULA_PROXIES", "1" if PRODUCTION else "0"))
MFA_ADAPTER = "clausula_server.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # browsers allow it on localhost alone
MFA_TOTP_TOLERANCE = 1  # clocks of phones go wrong by half a minute
USERSESSIONS_TRACK_ACTIVITY = True
SESSION_COOKIE_AGE = 14 * 24 * 3600
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "accounts_cache"}}

CLAUSULA_NAME = os.environ.get("CLAUSULA_NAME", "Clausula")
CLAUSULA_COUNTRY = os.environ.get("CLAUSULA_COUNTRY", "CH")
CLAUSULA_KEYS = _setting("CLAUSULA_KEYS", f"passing:{base64.b64encode(secrets.token_bytes(32)).decode()}", MAKE_KEY)
CLAUSULA_DOCUMENTS = Path(_setting("CLAUSULA_DOCUMENTS", f"{tempfile.gettempdir()}/documents", "Name a folder."))
CLAUSULA_CLAMAV = os.environ.get("CLAUSULA_CLAMAV", "")

_CHANNEL = f"clausula_server.events.channels.{'Nowhere' if PRODUCTION else 'Console'}"
CLAUSULA_EMAIL = os.environ.get("CLAUSULA_EMAIL", _CHANNEL)
CLAUSULA_SMS = os.environ.get("CLAUSULA_SMS", _CHANNEL)
CLAUSULA_RELEASE_LIMIT = int(os.environ.get("CLAUSULA_RELEASE_LIMIT", "1000000"))
CLAUSULA_DIRECT_REQUEST_DAYS = int(os.environ.get("CLAUSULA_DIRECT_REQUEST_DAYS", "0"))
CLAUSULA_CARE_PRIVATE_FROM = _ages("CLAUSULA_CARE_PRIVATE_FROM", "CH:12,FR:15,IT:14,NL:12")
CLAUSULA_API_CALLS = int(os.environ.get("CLAUSULA_API_CALLS", "1200"))
CLAUSULA_API_THREADS = int(os.environ.get("CLAUSULA_API_THREADS", "4"))
CLAUSULA_ACTOR_OF = "clausula_server.accounts.actors.actor_of"
CLAUSULA_ACCESS_LOG = "clausula_server.audit.actions.access.log_access"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français"), ("de", "Deutsch"), ("it", "Italiano"), ("nl", "Nederlands")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Zurich"

STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("CLAUSULA_STATIC") or HERE.parents[1] / "out" / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # files of people go to the room documents
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler"
]  # larger ones: documents/receiving.py
LOCALE_PATHS = [HERE / "locale"]

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # the proxy in front must set or strip it

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"clausula_server": {"level": "INFO"}},
}
