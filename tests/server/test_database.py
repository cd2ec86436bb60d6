"""The database keeps its rules, whoever writes: as the web role, with nobody acting, in raw SQL."""

import pytest
from django.db import DatabaseError, connection

from clausula_server.lib.acting import Actor, acting, system
from clausula_server.lib.roles import Role
from clausula_server.people.models import Person

pytestmark = pytest.mark.django_db


def test_where_nobody_acts_no_person_is_seen(as_web: None) -> None:
    with acting(system("test")):
        Person.objects.create(given_name="Anna", family_name="Weber", born="1980-06-15", language="de", country="CH")
        assert Person.objects.count() == 1
    assert Person.objects.count() == 0


def test_the_web_role_owns_nothing(as_web: None) -> None:
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="must be owner"):
        cursor.execute("ALTER TABLE people_person DISABLE ROW LEVEL SECURITY")
