"""What tests of the API share: tokens, a world with something of every kind about Anna, and how it is asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.test import Client
from django.utils import timezone

from clausula_server.accounts.actions.token import known_scopes, make_token
from clausula_server.claims.actions.appeal import file_appeal
from clausula_server.claims.actions.override import OverCover, override_line
from clausula_server.claims.models import Claim, Line, Pend
from clausula_server.claims.stated import NewLine
from clausula_server.documents.actions.document import receive
from clausula_server.documents.models import Content
from clausula_server.documents.receiving import take_in
from clausula_server.enrolment.models import PlanEdition
from clausula_server.events.actions.endpoint import add_endpoint
from clausula_server.ledger.models import Account
from clausula_server.lib.acting import acting, system
from clausula_server.lib.ids import new_id
from clausula_server.lib.roles import Role
from tests.api_money import contracts, money
from tests.claims_world import BASE, MRI, PIU, TICKET, bill, editions, enrol, mri, paper, papers
from tests.following import followed_once
from tests.world import Cast

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x56\xc7/\r\x00\x00\x00\x00IEND\xaeB`\x82"
)


def days_ago(days: int) -> date:
    """A day before today: bills cannot come from the future, and the API goes by the clock."""
    return timezone.localdate() - timedelta(days=days)


def token_of(cast: Cast, who: str, *scopes: str) -> str:
    """A token of somebody of the cast, for everything where no scope is named."""
    with acting(system("test")):
        return make_token(cast.users[who], "test", scopes or known_scopes(), 30)[1]


@dataclass
class Asker:
    """Somebody with a token, in this process: `asker.get("/me")`."""

    token: str
    client: Client = field(default_factory=Client)

    def headers(self, **more: str) -> dict[str, str]:
        """The token, and others."""
        return {"Authorization": f"Bearer {self.token}", **more}

    def get(self, path: str, **headers: str) -> Any:
        """Read."""
        return self.client.get(f"/api/v1{path}", headers=self.headers(**headers))

    def post(self, path: str, body: Any = None, key: str = "", **headers: str) -> Any:
        """Change something, under a new key where none is named."""
        told = self.headers(**{"Idempotency-Key": key or str(new_id()), **headers})
        data = body if isinstance(body, bytes | str) else json.dumps({} if body is None else body)
        return self.client.post(f"/api/v1{path}", data=data, content_type="application/json", headers=told)

    def upload(self, path: str, body: bytes, kind: str, key: str = "") -> Any:
        """Send a file as the body itself."""
        told = self.headers(**{"Idempotency-Key": key or str(new_id())})
        return self.client.post(f"/api/v1{path}", data=body, content_type=kind, headers=told)


@dataclass
class Known:
    """The ids of what there is about Anna."""

    person: UUID
    household: UUID
    claim: UUID
    line: UUID
    waiting: UUID
    wait: UUID
    appeal: UUID
    override: UUID
    evidence: UUID
    asked: UUID
    edition: UUID
    account: UUID
    webhook: UUID
    application: UUID
    enrolment: UUID
    due: UUID
    run: UUID
    house: UUID
    batch: UUID
    payment: UUID
    bank_file: UUID
    demand: UUID
    documents: Mapping[str, UUID]

    def address(self, path: str) -> str:
        """An address with these ids in it."""
        told = {**self.__dict__, "code": "keller", "year": days_ago(0).year, "month": days_ago(0).month}
        for name, value in told.items():
            for kind in ("", "uuid:", "slug:", "int:"):
                path = path.replace(f"{{{kind}{name}}}", str(value))
        if "{uuid:document}" in path:
            path = path.replace("{uuid:document}", str(self.documents[path.split("/")[2]]))
        return path


def a_bill(person: UUID, **more: Any) -> dict[str, Any]:
    """A bill for a magnetic resonance, as it is sent."""
    line = {"service": MRI, "served_on": days_ago(20).isoformat(), "charged": "36.15", "facts": TICKET}
    return {"person": str(person), "currency": "EUR", "lines": [line], **more}


def enrol_cast(cast: Cast) -> None:
    """Anna's family in NoiSalute Base and Più, whatever its rules say of Swiss people; with the papers of a ticket."""
    plans = editions()
    for name in ("anna", "paul", "ben", "clara"):
        for plan in (BASE, PIU):
            enrol(cast.people[name], cast.home, plans[plan], days_ago(200))
        papers(cast.people[name].id, days_ago(60))


@followed_once
def everything(cast: Cast) -> Known:
    """Something of every kind about Anna."""
    anna = cast.people["anna"].id
    with acting(system("test")):
        enrol_cast(cast)
        claim = bill(anna, mri(days_ago(20)), on=days_ago(10), provider="keller", channel="provider")
        unclear = NewLine(MRI, days_ago(16), 300_00, facts={"cause": "illness", "channel": "public"})
        waiting = bill(anna, unclear, on=days_ago(9))  # nobody said whether it is a ticket
        appealed = bill(anna, mri(days_ago(14)), on=days_ago(9), provider="keller", channel="provider")
        appeal = file_appeal(Claim.objects.get(pk=appealed), "This should be paid in full.").id
        line = Line.objects.select_related("decision", "claim").get(claim=claim)
        assert line.decision is not None
        cover = OverCover(line.decision.covers[0]["plan"], 600_00, cash=590_00)
        found = {
            "household": cast.home.id, "claim": claim, "line": line.id, "waiting": waiting, "appeal": appeal,
            "wait": Pend.objects.get(claim=waiting, closed_at=None).id,
            "asked": paper(anna, "authorisation", days_ago(8), status="pending"),
            "evidence": paper(anna, "medical-report", days_ago(8)),
            "webhook": add_endpoint("http://localhost:9/hooks", ["claim.decided"]).id,
            "edition": PlanEdition.objects.get(plan=PIU, offered__contains=days_ago(0)).id,
            "account": Account.objects.filter(owner=anna)[0].id,
        }  # fmt: skip
        documents = {each.value: _document(cast, each) for each in Content}
    vera = replace(cast.acts("vera"), roles=frozenset({Role.MEDICAL_ADVISER, Role.SYSTEM}))
    with acting(vera):
        override = override_line(line, [cover], "Goodwill after a call.", days_ago(0)).id
    more = contracts(cast) | money(cast)
    return Known(person=anna, override=override, documents=documents, **found, **more)


def _document(cast: Cast, content: Content) -> UUID:
    return receive(take_in("scan.png", [PNG]), cast.people["anna"], content).id
