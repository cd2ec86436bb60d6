"""The stream of what happened, for pages that are open. It says that something happened, never what."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from clausula_server.lib.access import actor_of, guard
from clausula_server.lib.acting import Actor
from clausula_server.lib.roles import STAFF
from clausula_server.live import Notice, sse_response

ROOMS = ("claim.", "wait.", "document.", "appeal.", "override.")


def wanted(actor: Actor, notice: Notice) -> bool:
    """Whether pages of the actor show it. That somebody is in care is care: who may look after a contract and not read
    care is not told that a claim was decided."""
    mine = notice.person in actor.reads_care or bool(actor.roles & STAFF)
    return mine and notice.kind.startswith(ROOMS)


@require_GET
@guard("portal.home.see")
async def live(request: HttpRequest) -> HttpResponseBase:
    """An event for everything the actor's pages show; the page then asks for itself again."""
    actor = actor_of(request)
    return await sse_response(actor, lambda notice: wanted(actor, notice))
