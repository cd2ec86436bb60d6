"""Upgrades: what an earlier version kept is kept by this one, and no model has changed without its migration."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from clausula_server.claims.models import Claim
from clausula_server.claims.queries import faults_of
from clausula_server.documents.models import Document
from clausula_server.documents.queries import open_document
from clausula_server.ledger import queries as ledger
from clausula_server.lib.acting import acting, system
from tests.claims_world import bill, mri
from tests.server.database.conftest import PDF, Elsewhere, a_year

Node = tuple[str, str]


def first_version(nodes: Iterable[Node]) -> list[Node]:
    """The rooms that have changed since their tables first had their rules, as they were then."""
    labels = {each.label for each in apps.get_app_configs() if each.name.startswith("clausula_server.")}
    first: dict[str, str] = {}
    last = {label: name for label, name in sorted(nodes) if label in labels}
    for label, name in sorted(nodes):
        if label in labels and not first.get(label, "").endswith("_rules"):
            first[label] = name
    return [(label, name) for label, name in first.items() if last[label] != name]


def take_back(target: Node) -> None:
    """Undo what came after a migration, with what rests on it."""
    executor = MigrationExecutor(connection)
    if target in executor.loader.applied_migrations:
        executor.migrate([target])


@pytest.mark.no_cover
def test_a_year_kept_by_the_first_version_is_whole_in_this_one(elsewhere: Elsewhere, documents: Path) -> None:
    elsewhere.go("upgraded")
    with acting(system("test")):
        home, document = a_year()
        paid = dict(Claim.objects.values_list("id", "paid"))
    graph = MigrationExecutor(connection).loader.graph
    earlier = first_version(graph.nodes)
    assert ("claims", "0002_rules") in earlier

    for each in earlier:
        take_back(each)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM information_schema.columns WHERE column_name = 'paid_to_id'")
        assert cursor.fetchone() == (0,), "the first version does not know who else is paid"
    call_command("migrate", verbosity=0)

    assert MigrationExecutor(connection).migration_plan(graph.leaf_nodes()) == []
    with acting(system("test")):
        assert dict(Claim.objects.values_list("id", "paid")) == paid
        assert faults_of(home.household.id) == [] == ledger.faults()
        assert b"".join(open_document(Document.objects.get(pk=document))) == PDF
        bill(home.of("carla"), mri(date(2026, 5, 30), 50_00))
        with pytest.raises(DatabaseError, match="stays"), connection.cursor() as cursor:
            cursor.execute("UPDATE claims_claim SET received_on = received_on + 1")
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE app_web")
        cursor.execute("SELECT count(*) FROM claims_claim")
        assert cursor.fetchone() == (0,), "nobody acts, so nothing is seen"


@pytest.mark.django_db
def test_no_model_has_changed_without_its_migration(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        call_command("makemigrations", check_changes=True, dry_run=True, verbosity=1)
    except SystemExit:
        pytest.fail(f"run ./run server makemigrations:\n{capsys.readouterr().out}")
