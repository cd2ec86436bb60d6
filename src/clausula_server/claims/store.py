"""The two statements of a decision: lock the household and read all it looks at; write all it comes to.

Both are functions of the database (migration 0002). Between them the transaction acts as the system, so that a decision
sees the whole household whoever sent the claim; what they sent and what they may see was asked before.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from pydantic_core import to_json

from clausula_server.claims.world import World
from clausula_server.lib.acting import NobodyActs, current_actor

Parts = Mapping[str, list[dict[str, Any]]]
LAST = 2**31 - 1
"""An arrival after all others: of a claim that is not there yet."""


def begin(
    *,
    since: date,
    arrival: int = 0,
    person: UUID | None = None,
    household: UUID | None = None,
    key: str = "",
    codes: Iterable[str] = (),
    entities: Iterable[str] = (),
    locked: bool = True,
) -> World | None:
    """Lock a household, that of a person on the day `since` or the one named, and read what a decision looks at.

    since, arrival: the first place in the order of lines that can be affected. codes: providers, entities: stays,
    episodes and indications that new lines name. locked: False for who only looks. None: the person is in no household
    on that day. One statement; only inside a transaction.
    """
    if not connection.in_atomic_block:
        raise NobodyActs("a household is locked inside an action's transaction")
    current_actor()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT claims_begin(%s, %s, %s, %s, %s, %s, %s::text[], %s::text[], %s)",
            [person, since, household, since, arrival, key, _texts(codes), _texts(entities), locked],
        )
        (answer,) = cursor.fetchone()
    read = json.loads(answer) if isinstance(answer, str) else answer
    return World.of(read) if read["household"] else None


def write(parts: Parts) -> None:
    """Write the rows of a decision, table by table, and stop acting as the system. One statement."""
    told = {name: rows for name, rows in parts.items() if rows}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT claims_write(%s::jsonb, %s)",
            [to_json(told).decode(), ",".join(sorted(current_actor().roles))],
        )


def _texts(values: Iterable[str]) -> list[str]:
    return sorted({value for value in values if value})
