"""Providers: dated lists, tariffs, hours, and what an adjudication is told of them."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clausula_server.directory.actions.practitioner import employ_practitioner, register_practitioner
from clausula_server.directory.actions.provider import (
    NewProvider,
    list_provider,
    open_tariff,
    register_provider,
    set_hours,
    unlist_provider,
)
from clausula_server.directory.models import Listing, SettlementMode
from clausula_server.directory.queries import (
    answers_at,
    bills_by,
    on_list,
    provider_of,
    providers_known,
    settles_directly,
)
from clausula_server.lib.refusals import Refused
from tests.world import TODAY, a_provider

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_system")]

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def refused_at(work: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        work()
    return " ".join(fault.place for fault in refused.value.faults)


def test_a_provider_is_on_a_list_to_the_end_of_its_last_day() -> None:
    keller = a_provider("keller")
    list_provider(keller, "plusmed", date(2025, 1, 1), date(2026, 1, 31))  # PM-03, golden case 1
    assert list(on_list("plusmed", date(2026, 1, 31))) == [keller]
    assert not on_list("plusmed", date(2026, 2, 1)).exists()
    assert not on_list("optima", date(2026, 1, 31)).exists()


def test_a_provider_is_on_a_list_once_at_a_time_and_can_be_taken_off() -> None:
    keller = a_provider("keller")
    listing = list_provider(keller, "plusmed", date(2025, 1, 1))
    assert refused_at(lambda: list_provider(keller, "plusmed", TODAY)) == "start"
    assert refused_at(lambda: unlist_provider(listing, date(2024, 12, 31))) == "last_day"
    unlist_provider(listing, TODAY)
    list_provider(keller, "plusmed", date(2026, 3, 3))
    assert Listing.objects.count() == 2


def test_a_provider_bills_by_a_tariff_from_a_day_on() -> None:
    keller = a_provider("keller")
    open_tariff(keller, "tardoc", date(2026, 1, 1))
    assert (bills_by(keller, "tardoc", date(2026, 1, 1)), bills_by(keller, "tardoc", date(2025, 12, 31))) == (
        True,
        False,
    )
    assert refused_at(lambda: open_tariff(keller, "tardoc", TODAY)) == "start"


def test_a_provider_that_makes_no_sense_is_refused() -> None:
    bad = NewProvider(code="a b", name=" ", country="CH", facts={"share": 0.5})
    assert refused_at(lambda: register_provider(bad)) == "code name facts.share"
    a_provider("keller")
    assert refused_at(lambda: a_provider("keller")) == "code"
    taken = {"gln": "7601000000002"}
    register_provider(NewProvider(code="one", name="One", country="CH", identifiers=taken))
    assert refused_at(lambda: register_provider(NewProvider("two", "Two", "CH", identifiers=taken))) == "identifiers"
    assert (
        refused_at(lambda: register_provider(NewProvider("six", "Six", "CH", identifiers={"x": "1"}))) == "identifiers"
    )


def test_adjudication_is_told_everything_in_three_statements() -> None:
    for code in ("keller", "rossi"):
        list_provider(a_provider(code, specialty="dermatology"), "plusmed", date(2025, 1, 1), date(2025, 12, 31))
    with CaptureQueriesContext(connection) as asked:
        known = providers_known(["keller", "rossi", "nobody"])
    assert len(asked) == 3
    assert set(known) == {"keller", "rossi"}
    assert known["rossi"].lists == (("plusmed", (date(2025, 1, 1), date(2025, 12, 31))),)
    assert known["rossi"].specialty == "dermatology"


def test_a_provider_is_found_by_the_number_on_its_bills() -> None:
    new = NewProvider("spital", "Spital", "CH", settles=SettlementMode.DIRECT, identifiers={"gln": "7601000000002"})
    spital = register_provider(new)
    assert provider_of("gln", "7601000000002") == spital
    assert provider_of("zsr", "7601000000002") is None
    assert settles_directly(spital)


@pytest.mark.parametrize(
    ("moment", "answers"),
    [
        (datetime(2026, 3, 6, 17, 59, tzinfo=AMSTERDAM), True),  # a Friday; ZK-18, golden case 1
        (datetime(2026, 3, 6, 18, 0, tzinfo=AMSTERDAM), False),
        (datetime(2026, 3, 7, 10, 0, tzinfo=AMSTERDAM), False),
    ],
)
def test_a_provider_answers_by_the_clock_of_where_it_is(moment: datetime, answers: bool) -> None:
    praktijk = a_provider("praktijk")
    set_hours(praktijk, [(weekday, 8 * 60, 18 * 60) for weekday in range(5)], "Europe/Amsterdam")
    assert answers_at(praktijk, moment) is answers
    assert answers_at(praktijk, moment.astimezone(UTC)) is answers


def test_hours_make_sense() -> None:
    keller = a_provider("keller")
    assert refused_at(lambda: set_hours(keller, [], "Europe/Atlantis")) == "zone"
    for hours in ((7, 0, 60), (0, 60, 60), (0, 0, 1441)):
        assert refused_at(lambda each=hours: set_hours(keller, [each], "Europe/Zurich")) == "hours"  # type: ignore[misc]


def test_a_practitioner_works_where_it_is_said() -> None:
    keller, doctor = a_provider("keller"), register_practitioner("k", "Dr. K", ["dermatology"])
    employ_practitioner(doctor, keller, TODAY)
    assert refused_at(lambda: employ_practitioner(doctor, keller, TODAY)) == "start"
    assert refused_at(lambda: register_practitioner("k", "Dr. L")) == "code"


def test_the_table_of_permissions_can_be_printed() -> None:
    out = StringIO()
    call_command("permissions", stdout=out)
    assert "people.care.read: see that a person is in care, and what for (logged)\n    member " in out.getvalue()


def test_health_answers_everybody(client: Client) -> None:
    assert client.get("/health").json() == {"status": "ok"}
