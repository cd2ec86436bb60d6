"""A round of decisions: what a change comes to, written, posted and told in one go under the household's lock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils import timezone

from clausula_server.claims import sensitivity, store
from clausula_server.claims.engine.deciding import Missing
from clausula_server.claims.folding import Change, Folded, Told, fold
from clausula_server.claims.models import OPEN, Owner, Status
from clausula_server.claims.posting import Posting, post
from clausula_server.claims.together import together
from clausula_server.claims.world import Charged, Json, Standing, World, kept_moves
from clausula_server.events.actions.event import append
from clausula_server.lib.acting import current_actor
from clausula_server.lib.ids import new_id

CLOCKS = {"document": 60, "authorisation": 14, "person": 10}
"""Days until a wait is overdue. Our choice: no source says it."""
MEDICAL_RULES = ("medical", "pre-existing", "defect", "illness", "operation")
AMOUNTS = ("charged", "paid", "cash", "borne", "advanced")

Row = dict[str, Any]


@dataclass
class Round:
    """One change to a household's claims. parts: rows to be written, by table.

    word: of the event and the transfers, like "claim.decided". reason: why the status moves, for its history. settles:
    the status a claim goes to, whatever else is true of it. overrides: the override that holds from now on, by line.
    """

    world: World
    change: Change
    today: date
    word: str = "claim.decided"
    reason: str = ""
    claims: dict[str, Row] = field(default_factory=dict)
    parts: dict[str, list[Row]] = field(default_factory=dict)
    new: set[str] = field(default_factory=set)
    settles: Mapping[str, str] = field(default_factory=dict)
    overrides: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def moment(self) -> str:
        """When it is: now, or noon of another day that is told."""
        return moment(self.today).isoformat()

    def add(self, part: str, rows: Iterable[Row]) -> None:
        """Further rows of a table."""
        self.parts.setdefault(part, []).extend(rows)

    def hold(self) -> Folded:
        """Decide, write, post, tell. Raises Refused for a line that cannot be decided as stated."""
        folded = fold(self.world, self.change)
        self._claims(folded)
        before = {claim: dict(row) for claim, row in self.claims.items()}
        for each in folded.gone:
            self._gone(each)
        for told in folded.told:
            self._told(told)
        self._balances(folded)
        posted = self._status(before)
        post(posted, self.today, self.world.accounts)
        self._tell()
        store.write(self.parts)
        return folded

    # --- rows ---

    def _claims(self, folded: Folded) -> None:
        """The claims concerned, as they stand; a new one was put there by the action."""
        for each in (*folded.gone, *(told.before for told in folded.told if told.before)):
            self.claims.setdefault(each.line.claim, {**each.claim, "open": each.open})

    def _gone(self, each: Standing) -> None:
        claim = self.claims[each.line.claim]
        for name in AMOUNTS:
            claim[name] -= each.decision[name]
        void = {"stands": False, "void_for": self.reason[:500] or self.change.because}
        self.add("set_line", [{**_pointers(each.row), **void}])
        if each.pend:
            self._close(each, "line void" if each.line.id in self.change.void else "line corrected")

    def _close(self, each: Standing, why: str) -> None:
        self.claims[each.line.claim]["open"] -= 1
        self.add("close", [{"id": each.pend, "closed_at": self.moment, "closed_for": why[:200]}])

    def _told(self, told: Told) -> None:
        line, verdict, before = told.line, told.verdict, told.before
        claim = self.claims[line.claim]
        same = before is not None and before.line.id == line.id
        for name in AMOUNTS:
            claim[name] += getattr(verdict, name) - (before.decision[name] if before is not None and same else 0)
        decision = str(new_id())
        private = self._is_private(line, before)
        if before is not None and same:
            pointers = {**_pointers(before.row), "decision_id": decision}
            if line.id in self.change.overridden:
                pointers["override_id"] = self.overrides.get(line.id)
            self.add("set_line", [pointers])
        else:
            self._line(line, decision, before, private=private)
        self.add("decision", [self._decision(decision, told, claim, before if same else None, private=private)])
        if private:
            self.add("sensitive", [_part(line, verdict.content, decision)])
        if before is not None and same and before.pend:
            self._close(before, self.change.because)
        if verdict.outcome in OPEN:
            assert verdict.missing is not None
            self._pend(line, verdict.missing, claim, private=private)

    def _is_private(self, line: Charged, before: Standing | None) -> bool:
        if before is not None and before.row["private"] is not None:
            return True
        person = next(row for row in self.world.people if row["id"] == line.person)
        return sensitivity.is_sensitive(
            person["country"],
            line.service,
            {**line.facts, "indication": line.indication or line.facts.get("indication")},
        )

    def _line(self, line: Charged, decision: str, replaced: Standing | None, *, private: bool) -> None:
        public, medical = sensitivity.parted(line.facts) if private else (dict(line.facts), {})
        row = {
            "id": line.id, "claim_id": line.claim, "household_id": str(self.world.household), "person_id": line.person,
            "number": line.number, "service": line.service, "served_on": line.served_on.isoformat(),
            "charged": line.charged, "paid_by_others": line.paid_by_others, "quantity": line.quantity,
            "time": line.time, "provider": line.provider, "stay": line.stay, "episode": line.episode,
            "indication": "" if private else line.indication, "facts": public, "origin": line.origin,
            "replaces_id": replaced.line.id if replaced else None, "stands": True, "void_for": "",
            "decision_id": decision, "override_id": None,
        }  # fmt: skip
        self.add("line", [row])
        if private:
            self.add("sensitive", [_part(line, {"facts": medical, "indication": line.indication}, None)])

    def _decision(self, id_: str, told: Told, claim: Row, before: Standing | None, *, private: bool) -> Row:
        verdict, line = told.verdict, told.line
        covers = [{**each, "reason": ""} for each in verdict.covers] if private else verdict.covers
        actor = current_actor().user
        return {
            "id": id_, "line_id": line.id, "claim_id": line.claim, "person_id": line.person,
            "round": claim["rounds"] + 1, "taken": told.taken, "because": told.because, "outcome": verdict.outcome,
            "charged": verdict.charged, "paid_by_others": verdict.paid_by_others, "paid": verdict.paid,
            "cash": verdict.cash, "borne": verdict.borne, "advanced": verdict.advanced, "covers": covers,
            "reason": "" if private else verdict.reason[:200], "plan": verdict.plan,
            "clause": "" if private else verdict.clause, "editions": verdict.editions,
            "moves": kept_moves(verdict.moves), "content": {} if private else verdict.content,
            "replaces_id": before.decision["id"] if before else None,
            "decided_by": str(actor) if actor and told.taken == "override" else None,
            "decided_at": self.moment,
        }  # fmt: skip

    def _pend(self, line: Charged, missing: Missing, claim: Row, *, private: bool) -> None:
        claim["open"] += 1
        due = self.today + timedelta(days=CLOCKS[missing.kind])
        self.add(
            "pend",
            [
                {
                    "id": str(new_id()), "claim_id": line.claim, "line_id": line.id, "person_id": line.person,
                    "kind": missing.kind, "wants": list(missing.wants), "fact": "" if private else missing.fact,
                    "rule": "" if private else missing.rule, "plan": missing.plan,
                    "clause": "" if private else missing.clause, "owner": owner(missing, claim), "assigned_to": None,
                    "opened_at": self.moment, "due_on": due.isoformat(), "closed_at": None,
                    "closed_for": "",
                }
            ],
        )  # fmt: skip

    def _balances(self, folded: Folded) -> None:
        self.add(
            "balance",
            [
                {
                    "id": str(new_id()), "household_id": str(self.world.household), "account": key.name,
                    "entity": list(key.entity), "period": key.period, "used": used,
                    "touched_on": folded.touched[key].isoformat(),
                }
                for key, used in folded.balances.items()
            ],
        )  # fmt: skip

    # --- the claims, the ledger, the events ---

    def _status(self, before: Mapping[str, Row]) -> list[Posting]:
        """Where each claim stands now, and what is to be posted for it."""
        postings, now = [], self.moment
        actor = current_actor().user
        for claim, row in self.claims.items():
            old = before[claim]
            row["rounds"] += 1
            row["decided_at"] = now
            row["status"] = self.settles.get(claim) or _status_of(row, old)
            came_from = "" if claim in self.new else old["status"]
            if row["status"] != came_from:
                self.add(
                    "move",
                    [
                        {
                            "id": str(new_id()), "claim_id": claim, "before": came_from, "after": row["status"],
                            "reason": (self.reason or self.change.because)[:500], "by": str(actor) if actor else None,
                            "moved_at": now,
                        }
                    ],
                )  # fmt: skip
            kept = {name: value for name, value in row.items() if name != "open"}
            self.add("claim" if claim in self.new else "set_claim", [kept])
            postings.append(_posting(row, old, self.word))
        return postings

    def _tell(self) -> None:
        """An event for each claim named in the change, one for each other person whose claims changed with it."""
        own = [claim for claim in self.claims if claim in self._named()]
        for claim in own:
            row = self.claims[claim]
            payload = {"status": row["status"], "because": self.change.because}
            together(append)(
                self.word, UUID(claim), person=UUID(row["person_id"]), provider=_uuid(row["provider_id"]),
                payload=payload,
            )  # fmt: skip
        others: dict[str, list[str]] = {}
        for claim, row in self.claims.items():
            if claim not in own:
                others.setdefault(row["person_id"], []).append(claim)
        for person, claims in others.items():
            together(append)(
                "claim.redecided", UUID(claims[0]), person=UUID(person),
                payload={"claims": claims, "because": self.change.because},
            )  # fmt: skip

    def _named(self) -> set[str]:
        lines = {*self.change.void, *self.change.replaced, *self.change.overridden}
        found = {each.line.claim for each in self.world.standing if each.line.id in lines}
        return self.new | found | set(self.settles)


def moment(day: date) -> datetime:
    """Now where it is today, else noon of the day: what is told of another day is booked on it."""
    now = timezone.localtime()
    return now if day == now.date() else timezone.make_aware(datetime.combine(day, time(12)))


def owner(missing: Missing, claim: Json) -> str:
    """Whose turn it is: documents are the member's, or the provider's who is paid directly; authorisations the
    operations centre's; what needs a person a claims handler's, or the medical adviser's where it is medical."""
    if missing.kind == "document":
        return Owner.PROVIDER if claim["settlement"] == "direct" and claim["provider_id"] else Owner.MEMBER
    if missing.kind == "authorisation":
        return Owner.OPERATIONS
    told = f"{missing.rule} {missing.fact}"
    return Owner.MEDICAL_ADVISER if any(word in told for word in MEDICAL_RULES) else Owner.CLAIMS_HANDLER


def _status_of(row: Json, old: Json) -> str:
    """Waiting as long as any line waits; paid stays paid while nothing of it changes; an appeal stays one."""
    if old["status"] == Status.APPEALED:
        return Status.APPEALED
    if row["open"]:
        return Status.WAITING
    same = all(row[name] == old[name] for name in ("paid", "cash", "advanced"))
    return Status.PAID if old["status"] == Status.PAID and same else Status.DECIDED


def _posting(row: Json, old: Json, kind: str) -> Posting:
    return Posting(
        claim=UUID(row["id"]),
        round=row["rounds"],
        kind=kind,
        currency=row["currency"],
        payee=UUID(row["payee_id"]),
        provider=_uuid(row["provider_id"]),
        direct=row["settlement"] == "direct",
        paid=row["paid"] - old["paid"],
        cash=row["cash"] - old["cash"],
        advanced=row["advanced"] - old["advanced"],
        paid_out=old["status"] == Status.PAID,
    )


def _pointers(row: Json) -> Row:
    return {name: row[name] for name in ("id", "decision_id", "override_id", "stands", "void_for")}


def _part(line: Charged, content: Json, decision: str | None) -> Row:
    return {
        "id": str(new_id()), "claim_id": line.claim, "line_id": line.id, "decision_id": decision,
        "person_id": line.person, "content": dict(content),
    }  # fmt: skip


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None
