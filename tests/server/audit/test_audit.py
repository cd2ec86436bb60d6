"""The audit: who changed what and why, who read care, who broke the glass."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from clausula_server.accounts.actors import actor_for
from clausula_server.audit.actions.access import log_access
from clausula_server.audit.actions.glass import break_glass
from clausula_server.audit.models import Access
from clausula_server.events.models import Event
from clausula_server.lib.acting import acting, system
from clausula_server.lib.refusals import Refused
from clausula_server.people.models import Person
from tests.world import NOW, Cast, a_person

pytestmark = pytest.mark.django_db


def history() -> list[tuple[Any, ...]]:
    """Label, family name, who and why, of every change to a person."""
    model: Any = apps.get_model("people", "PersonEvent")
    fields = ("pgh_label", "family_name", "pgh_context__metadata__name", "pgh_context__metadata__reason")
    return list(model.objects.order_by("pgh_id").values_list(*fields))


def test_a_bulk_update_and_raw_sql_do_not_escape_the_history(cast: Cast) -> None:
    anna = cast.people["anna"]
    with acting(cast.acts("omar"), "marriage certificate"):
        Person.objects.filter(pk=anna.id).update(family_name="Keller")
    with acting(cast.acts("omar"), "mistyped"), connection.cursor() as cursor:
        cursor.execute("UPDATE people_person SET family_name = 'Kellner' WHERE id = %s", [anna.id])
    with acting(system("test")):
        assert history()[-2:] == [
            ("update", "Keller", "Omar Weber", "marriage certificate"),
            ("update", "Kellner", "Omar Weber", "mistyped"),
        ]


def test_a_row_that_is_removed_leaves_its_history(as_system: None) -> None:
    a_person("eva").delete()
    assert [label for label, *_ in history()] == ["insert", "delete"]


def test_the_history_is_for_auditors(cast: Cast, as_web: None) -> None:
    with acting(cast.acts("nora")):
        assert len(history()) == len(cast.people)
    for name in ("anna", "mara", "ada"):
        with acting(cast.acts(name)):
            assert history() == []


def test_reading_care_of_another_is_written_down(cast: Cast, as_web: None) -> None:
    anna = cast.people["anna"]
    with acting(cast.acts("vera")):
        log_access("claims.care.read", anna.id, "appeal 17")
    with acting(cast.acts("anna")):
        log_access("claims.care.read", anna.id)
        (row,) = Access.objects.all()
    assert (row.reader_name, row.roles, row.reason) == ("Vera Weber", "medical_adviser,member", "appeal 17")


def test_care_is_always_somebodys(as_system: None) -> None:
    with pytest.raises(ValueError, match="whom it concerns"):
        log_access("claims.care.read", None)


def test_broken_glass_opens_care_for_four_hours_and_is_told(cast: Cast) -> None:
    omar, anna = cast.users["omar"], cast.people["anna"]
    with acting(cast.acts("omar")):
        row = break_glass(anna.id, "unconscious in hospital, partner not reached")
    opened = row.broken_at
    assert anna.id in actor_for(omar, opened + timedelta(hours=3, minutes=59)).reads_care
    assert anna.id not in actor_for(omar, opened + timedelta(hours=4)).reads_care
    with acting(cast.acts("nora")):
        assert Event.objects.filter(kind="audit.glass_broken", person=anna.id).exists()


def test_glass_needs_a_reason_and_a_name(cast: Cast) -> None:
    with acting(cast.acts("omar")), pytest.raises(Refused, match="reason"):
        break_glass(cast.people["anna"].id, "urgent")
    with acting(system("job")), pytest.raises(Refused, match="signed in"):
        break_glass(cast.people["anna"].id, "a reason that is long enough")


def test_nobody_on_an_old_moment_has_more_than_then(cast: Cast) -> None:
    assert actor_for(cast.users["omar"], NOW).reads_care == {cast.people["omar"].id}
