"""The door for the web server (granian)."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

from clausula_server.lib.bodies import limited

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clausula_server.settings")
pages = get_asgi_application()

from clausula_server.api.door import api_apart  # noqa: E402 - Django is set up by now

application = limited(api_apart(pages))  # type: ignore[arg-type] # Django says Mapping where ASGI says dict
