"""What browsers may do with our pages: load from here and from nowhere else, run no script that stands in a page."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; img-src 'self' data: blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""data: is for Tabler's ticks and the QR code, blob: to look at a photo before it is sent."""
MAY_NOT = "geolocation=(), microphone=(), payment=(), usb=()"  # the camera takes photos of bills


class PolicyMiddleware(MiddlewareMixin):
    """Set the headers, unless the view has set stricter ones."""

    def process_response(self, _request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Neither nonces nor hashes: no page has a script or a style of its own, so none can be smuggled in."""
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", MAY_NOT)
        return response
