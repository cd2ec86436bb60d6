"""The test form: an embedded PostgreSQL for the length of one run, shared by all its processes.

The first process names a folder; those it starts find the name in the environment. `tests/server/conftest.py` starts
the server there when the first test wants it.
"""

import os
import tempfile
from pathlib import Path

PLACE = os.environ.setdefault("CLAUSULA_TEST_CLUSTER", f"{tempfile.gettempdir()}/clausula-test-{os.getpid()}")
os.environ.setdefault("CLAUSULA_FORM", "test")
os.environ.setdefault("CLAUSULA_ROLE", "app")  # builds the tests' world; a test of rights takes on app_web
os.environ.setdefault("DATABASE_URL", f"postgresql://app@/postgres?host={PLACE}/run")

from clausula_server.settings import *  # noqa: E402, F403 - the environment comes first

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True
CLAUSULA_DOCUMENTS = Path(PLACE) / "documents"
