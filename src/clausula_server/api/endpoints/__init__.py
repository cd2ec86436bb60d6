"""The operations of the API: a file for each thing they are about. ROOMS is their order in the document.

An operation says its address, its permission and whom it concerns, calls an action or a query of a room, and turns what
comes into a record. It decides nothing.
"""

from __future__ import annotations

from clausula_server.api.endpoints import (
    applications,
    claims,
    demands,
    documents,
    enrolments,
    events,
    files,
    finance,
    me,
    memberships,
    money,
    operations,
    people,
    plans,
    providers,
    renewals,
    requests,
)

ROOMS = tuple(
    each.room
    for each in (
        me, people, plans, enrolments, applications, memberships, renewals, claims, files, requests, operations,
        documents, providers, money, finance, demands, events,
    )
)  # fmt: skip
