"""Who may do what with payments: the table for every member of the cast, the rows each sees, the addresses."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.http import Http404, HttpRequest
from django.test import RequestFactory

from clausula_server.lib.access import Concerned, NotAllowed, may, table
from clausula_server.lib.acting import acting, system
from clausula_server.payments.actions.account import change_provider_account, sign_mandate
from clausula_server.payments.models import (
    BankFile,
    Batch,
    DebitMandate,
    Demand,
    HouseAccount,
    Item,
    Line,
    Match,
    Move,
    Payment,
    ProviderAccount,
    Statement,
)
from clausula_server.payments.views import download_file, show_bill
from tests.banking import CH, NL, QR, SEAT, Booked, a_house, brings, camt, owed, prepared, sent, settle_in
from tests.server.payments.test_demands import a_demand
from tests.world import LONG_AGO, Cast

pytestmark = pytest.mark.django_db

# Who may do each thing where it concerns Anna, and where the permission is about a provider, Dr Keller.
MAY = {
    "payments.house_account.open": "finn",
    "payments.provider_account.change": "omar",
    "payments.mandate.sign": "anna omar",
    "payments.batch.read": "omar finn nora",
    "payments.batch.prepare": "omar finn",
    "payments.batch.release": "omar finn",
    "payments.batch.send": "finn",
    "payments.file.download": "finn",
    "payments.statement.read": "finn nora",
    "payments.statement.import": "finn",
    "payments.line.match": "finn",
    "payments.payment.read": "anna keller mara omar finn nora",
    "payments.demand.read": "anna keller mara omar finn nora",
    "payments.demand.issue": "omar finn",
    "payments.direct.request": "keller omar",
    "payments.arrears.read": "omar finn nora",
}
# How many rows each sees of what `everything` makes; who is not named sees none.
SEES: dict[type[Any], dict[str, int]] = {
    ProviderAccount: {"keller": 1, "omar": 1, "finn": 1, "nora": 1},
    DebitMandate: {"anna": 1, "omar": 1, "finn": 1, "nora": 1},
    Batch: {"omar": 1, "finn": 1, "nora": 1},
    Move: {"omar": 4, "finn": 4, "nora": 4},
    Payment: {"anna": 1, "keller": 1, "mara": 2, "omar": 2, "finn": 2, "nora": 2},
    Item: {"anna": 3, "keller": 2, "mara": 5, "omar": 5, "finn": 5, "nora": 5},
    Demand: {"anna": 1, "mara": 1, "omar": 1, "finn": 1, "nora": 1},
    BankFile: {"finn": 2},
    Statement: {"finn": 1, "nora": 1},
    Line: {"finn": 2, "nora": 2},
    Match: {"finn": 2, "nora": 2},
}


def everything(cast: Cast) -> Demand:
    """One of each: Anna and Dr Keller were paid, Anna is asked for something and lets it be collected."""
    house = a_house(qr_iban=QR)
    settle_in(cast, "anna")
    with acting(system("test")):
        change_provider_account(cast.providers["keller"], CH, "Praxis Keller", SEAT, LONG_AGO)
        sign_mandate(cast.people["anna"], NL, "Anna Weber", LONG_AGO)
    owed(cast.people["anna"].id, 100, "claim/1")
    owed(cast.providers["keller"].id, 200, "claim/2", "provider.payable")
    batch = prepared(cast, house).batch
    sent(cast, batch)
    with acting(system("test")):
        ids = [(each.amount, each.end_to_end) for each in batch.payments.all()]
    brings(cast, camt(house, [Booked(-amount, id_) for amount, id_ in ids]))
    return a_demand(cast, house)


def test_every_permission_of_this_room_is_in_the_table_above() -> None:
    assert {name for name in table() if name.startswith("payments.")} == set(MAY)


def test_exactly_the_allowed_ones_may(cast: Cast) -> None:
    concerned = Concerned(person=cast.people["anna"].id, provider=cast.providers["keller"].id)
    actors = {name: cast.acts(name) for name in cast.users}
    found = {name: {who for who, actor in actors.items() if may(actor, name, concerned)} for name in MAY}
    assert found == {name: set(who.split()) for name, who in MAY.items()}


def test_everybody_sees_their_own_rows_and_no_others(cast: Cast, as_web: None) -> None:
    everything(cast)
    on_every_bill = {HouseAccount: dict.fromkeys(cast.users, 1)}
    for model, expected in (SEES | on_every_bill).items():
        seen = {}
        for name in cast.users:
            with acting(cast.acts(name)):
                seen[name] = model.objects.count()
        assert {name: count for name, count in seen.items() if count} == expected, model
        assert model.objects.count() == 0


def ask(view: Callable[..., Any], method: str, user: object, **address: UUID) -> Any:
    request: HttpRequest = RequestFactory().generic(method, "/payments/")
    request.user = user  # type: ignore[assignment]
    request.session = {  # type: ignore[assignment] # signed in with a second factor
        "account_authentication_methods_user": str(user.pk),  # type: ignore[attr-defined]
        "account_authentication_methods": [{"method": "mfa"}],
    }
    return view(request, **address)


def test_a_file_is_taken_out_by_finance_byte_for_byte(cast: Cast, as_web: None) -> None:
    everything(cast)
    with acting(cast.acts("finn")):
        file = BankFile.objects.get(direction="out")
    answer = ask(download_file, "POST", cast.users["finn"], file=file.id)
    assert answer.content == bytes(file.content)
    assert answer["Cache-Control"] == "no-store"
    assert ask(download_file, "GET", cast.users["finn"], file=file.id).status_code == 405
    for name in cast.users:
        if name != "finn":
            with pytest.raises(NotAllowed):
                ask(download_file, "POST", cast.users[name], file=file.id)


def test_a_bill_is_seen_by_who_pays_and_not_by_a_stranger(cast: Cast, as_web: None) -> None:
    demand = everything(cast)
    answer = ask(show_bill, "GET", cast.users["anna"], demand=demand.id)
    assert answer["Content-Type"] == "image/svg+xml"
    assert b"<svg" in answer.content
    for name in ("sven", "paul", "keller"):
        with pytest.raises(Http404):
            ask(show_bill, "GET", cast.users[name], demand=demand.id)
