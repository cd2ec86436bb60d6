"""What a page answers where access is refused."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.utils.deprecation import MiddlewareMixin

from clausula_server.lib.access import NotAllowed, SignInNeeded


class AccessMiddleware(MiddlewareMixin):
    """Lead to the sign-in, or say 403. The API answers in its own form before it comes to this."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer the two exceptions of `lib.access`; leave all others."""
        if isinstance(exception, SignInNeeded):
            return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        if isinstance(exception, NotAllowed):
            return HttpResponseForbidden("403: your role may not do this.\n", content_type="text/plain")
        return None
