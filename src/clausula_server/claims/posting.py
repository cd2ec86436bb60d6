"""A decision as transfers of the ledger: what is owed to whom since, and what is to come back.

| account | whose | what |
|---|---|---|
| claims.benefits | the house | what covers pay (expense) |
| member.payable | who is reimbursed | owed to them for a claim |
| provider.payable | the provider | owed to it, where it is paid directly |
| member.recoverable | who is reimbursed | paid to a provider on their account, or too much to them |
| provider.recoverable | the provider | paid too much to it |
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from clausula_server.claims.together import together
from clausula_server.claims.world import Json
from clausula_server.ledger.actions.account import Place, open_accounts
from clausula_server.ledger.actions.transfer import NewTransfer, post_transfers
from clausula_server.ledger.models import Account, Kind


@dataclass(frozen=True, slots=True)
class Posting:
    """What changes for one claim, in minor units. paid_out: the claim was paid already, so that less is owed back."""

    claim: UUID
    round: int
    kind: str
    currency: str
    payee: UUID
    provider: UUID | None
    direct: bool
    paid: int
    cash: int
    advanced: int
    paid_out: bool

    def entries(self) -> dict[Place, int]:
        """Debits and credits by account; they add up to nothing."""
        found: dict[Place, int] = {}

        def book(place: Place, amount: int) -> None:
            found[place] = found.get(place, 0) + amount

        expense = self.paid - self.cash
        provider = (expense if self.direct else 0) + self.advanced
        member = self.paid + self.advanced - provider
        book(Place("claims.benefits", self.currency, Kind.EXPENSE), self.paid)
        book(Place("member.recoverable", self.currency, Kind.ASSET, self.payee), self.advanced)
        book(self._owed("member", self.payee, member), -member)
        if provider:
            assert self.provider is not None
            book(self._owed("provider", self.provider, provider), -provider)
        return {place: amount for place, amount in found.items() if amount}

    def _owed(self, who: str, owner: UUID, amount: int) -> Place:
        if amount < 0 and self.paid_out:
            return Place(f"{who}.recoverable", self.currency, Kind.ASSET, owner)
        return Place(f"{who}.payable", self.currency, Kind.LIABILITY, owner)


def post(postings: Sequence[Posting], booked_on: date, known: Iterable[Json]) -> int:
    """Post what changes, one transfer a claim; how many. known: accounts that were read already. One statement, and
    two where an account is opened."""
    wanted = [(each, each.entries()) for each in postings]
    wanted = [(each, entries) for each, entries in wanted if entries]
    if not wanted:
        return 0
    accounts = {_place(row): _account(row) for row in known}
    places = dict.fromkeys(place for _, entries in wanted for place in entries)
    if missing := [place for place in places if place not in accounts]:
        accounts |= together(open_accounts)(missing)
    together(post_transfers)(
        [
            NewTransfer(
                key=key_of(each.claim, each.round),
                kind=each.kind,
                booked_on=booked_on,
                entries=[(accounts[place], amount) for place, amount in entries.items()],
            )
            for each, entries in wanted
        ]
    )
    return len(wanted)


def key_of(claim: UUID, round_: int) -> str:
    """The key of the transfer of a claim's round."""
    return f"claim/{claim}/{round_}"


def claim_in(key: str) -> UUID | None:
    """The claim that the key of a transfer names, if it is that of a claim."""
    first, _, rest = key.partition("/")
    try:
        return UUID(rest.partition("/")[0]) if first == "claim" else None
    except ValueError:
        return None


def _place(row: Json) -> Place:
    return Place(row["code"], row["currency"], Kind(row["kind"]), UUID(row["owner"]) if row["owner"] else None)


def _account(row: Json) -> Account:
    return Account(id=UUID(row["id"]), code=row["code"], currency=row["currency"], kind=row["kind"])
