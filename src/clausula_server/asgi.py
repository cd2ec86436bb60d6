"""The door for the web server (granian)."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clausula_server.settings")
application = get_asgi_application()
