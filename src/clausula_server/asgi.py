"""The door for the web server (granian)."""

from __future__ import annotations

import os
import warnings

from django.core.asgi import get_asgi_application

from clausula_server.lib.bodies import limited

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clausula_server.settings")
pages = get_asgi_application()
# WhiteNoise hands styles and scripts over in one go; they are small, and a proxy keeps them.
warnings.filterwarnings("ignore", "StreamingHttpResponse must consume synchronous iterators")

from clausula_server.api.door import api_apart  # noqa: E402 - Django is set up by now

application = limited(api_apart(pages))  # type: ignore[arg-type] # Django says Mapping where ASGI says dict
