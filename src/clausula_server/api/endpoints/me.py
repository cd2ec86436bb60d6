"""As whom a token acts."""

from django.http import HttpRequest

from clausula_server.api.endpoint import Room
from clausula_server.api.records.people import Me
from clausula_server.lib.access import table
from clausula_server.lib.acting import current_actor

room = Room("me")


@room.get("/me", "api.me.read")
def show_me(request: HttpRequest) -> Me:
    """As whom the token acts, and what it may."""
    actor = current_actor()
    assert actor.user is not None
    may = [name for name, permit in table().items() if actor.is_in_scope(name) and actor.is_a(*permit.roles)]
    return Me(
        user=actor.user,
        name=actor.name,
        person=actor.person,
        provider=actor.provider,
        roles=sorted(actor.roles),
        scopes=sorted(actor.scopes or ()),
        permissions=sorted(may),
        administrates=sorted(actor.administrates),
        reads_care=sorted(actor.reads_care),
    )
