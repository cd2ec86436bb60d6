"""Usage: what has been used of limits, deductibles and counts. The only thing one line hands to the next.

An account belongs to a plan's step (or is shared by several), to an entity (a person, a household, a stay …) and to a
period (a calendar year, a plan year, a day of a rolling window; 0 for life). Amounts are minor units, counts are units.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class AccountKey(NamedTuple):
    """Name of the account, scope and id of its entity ("person", "anna"), period."""

    account: str
    entity: tuple[str, ...]
    period: int = 0


@dataclass(slots=True)
class Usage:
    """A household's accounts. Treated as a value: deciding returns a new one."""

    amounts: dict[AccountKey, int] = field(default_factory=dict)

    def used(self, account: str, *entity: str, period: int | None = None) -> int:
        """What stands on the accounts of a name, for an entity and a period if given."""
        return sum(
            amount
            for key, amount in self.amounts.items()
            if key.account == account and (not entity or key.entity == entity) and period in (None, key.period)
        )

    def __iter__(self) -> Iterator[tuple[AccountKey, int]]:
        return iter(sorted(self.amounts.items()))

    def rows(self) -> list[dict[str, Any]]:
        """The accounts as plain rows, for JSON and tables."""
        return [
            {"account": key.account, "entity": list(key.entity), "period": key.period, "used": amount}
            for key, amount in self
        ]

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> Usage:
        """The usage of plain rows as `rows` writes them. Raises KeyError and ValueError for rows that are not."""
        amounts: dict[AccountKey, int] = {}
        for row in rows:
            key = AccountKey(str(row["account"]), tuple(map(str, row["entity"])), int(row.get("period", 0)))
            amounts[key] = amounts.get(key, 0) + int(row["used"])
        return cls(amounts)
