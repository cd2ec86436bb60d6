"""The operations of the API: a file for each thing they are about. ROOMS is their order in the document.

An operation says its address, its permission and whom it concerns, calls an action or a query of a room, and turns what
comes into a record. It decides nothing.
"""

from __future__ import annotations

from clausula_server.api.endpoints import (
    claims,
    documents,
    enrolments,
    events,
    me,
    money,
    operations,
    people,
    plans,
    providers,
)

ROOMS = tuple(
    each.room for each in (me, people, plans, enrolments, claims, operations, documents, providers, money, events)
)
