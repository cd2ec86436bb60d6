"""Files of bills, and the jobs of the room."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from clausula_server.claims.actions.file import submit_file
from clausula_server.claims.jobs import return_all, tell_overdue
from clausula_server.claims.models import Attachment, Claim, Pend
from clausula_server.events.models import Event
from clausula_server.lib.ids import new_id
from clausula_server.lib.refusals import Refused
from tests.claims_world import bill, italian_home, mri, papers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_system")]
HEAD = "line_id;person;served_on;service;charged;currency;claim;channel;fee_kind;cause;provider"
SERVICE = "imaging/high-specialisation/mri"
DAY = date(2026, 6, 1)


def a_file(folder: Path, *rows: str) -> Path:
    path = folder / "bills.csv"
    path.write_text("\n".join([HEAD, *rows, ""]))
    return path


def test_a_table_of_lines_becomes_claims_and_what_cannot_is_listed(tmp_path: Path) -> None:
    home = italian_home()
    carla = home.of("carla")
    papers(carla)
    path = a_file(
        tmp_path,
        f"1;{carla};2026-05-10;{SERVICE};36.15;EUR;R-1;public;ticket;illness;",
        f"2;{carla};2026-05-11;{SERVICE};40.00;EUR;R-1;public;ticket;illness;",
        f"3;{carla};2026-05-12;{SERVICE};10.00;EUR;R-2;public;ticket;illness;",
        f"4;nobody;2026-05-12;{SERVICE};10.00;EUR;R-3;public;ticket;illness;",
        f"5;{carla};2026-05-12;{SERVICE};-10.00;EUR;R-4;public;ticket;illness;",
    )
    report = submit_file(path, DAY)
    assert [receipt.repeated for _, receipt in report.taken] == [False, False]
    assert {each.code for each in report.unread} == {"unknown-member", "negative-amount"}
    assert sorted(Claim.objects.values_list("number", "channel", "paid")) == [
        ("R-1", "file", 76_15), ("R-2", "file", 10_00),
    ]  # fmt: skip
    assert [receipt.repeated for _, receipt in submit_file(path, DAY).taken] == [True, True]
    assert Claim.objects.count() == 2


def test_a_bill_that_cannot_be_decided_does_not_hold_up_the_others(tmp_path: Path) -> None:
    home = italian_home()
    carla = home.of("carla")
    rows = (
        f"1;{carla};2026-05-10;{SERVICE};36.15;EUR;R-1;moon;ticket;illness;",
        f"2;{carla};2026-05-10;{SERVICE};36.15;EUR;R-2;public;ticket;illness;",
    )
    report = submit_file(a_file(tmp_path, *rows), DAY)
    assert [claim.number for claim, _ in report.refused] == ["R-1"]
    assert len(report.taken) == 1


def test_a_file_that_is_none_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "cake.csv"
    path.write_text("flour;eggs\n1;2\n")
    with pytest.raises(Refused) as refused:
        submit_file(path, DAY)
    assert all(fault.mend for fault in refused.value.faults)


def test_the_jobs_return_originals_and_tell_what_is_overdue() -> None:
    home = italian_home()
    claim = bill(home.of("carla"), mri(date(2026, 5, 10)))
    today = timezone.localdate()
    Attachment.objects.create(
        claim_id=claim, document=new_id(), kind="invoice-receipt", original=True, received_on=today
    )
    Pend.objects.update(due_on=today - timedelta(days=1))
    return_all()
    tell_overdue()
    assert Attachment.objects.get().returned_on == today
    assert Event.objects.filter(kind="originals.returned").count() == 1
    assert Event.objects.get(kind="wait.overdue").payload["owner"] == "member"
