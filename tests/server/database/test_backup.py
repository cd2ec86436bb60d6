"""Backup and restore, by the commands of docs/operations.md: what was there is there, and every rule holds again."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import psycopg
import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection

from clausula_server.claims.models import Claim
from clausula_server.claims.queries import faults_of
from clausula_server.database.embedded import Cluster, bindir
from clausula_server.documents.models import Document
from clausula_server.documents.queries import open_document
from clausula_server.ledger import queries as ledger
from clausula_server.lib.acting import acting, system
from clausula_server.people.models import Person
from tests.claims_world import bill, mri
from tests.server.database.conftest import PDF, Elsewhere, a_year

ROOT = Path(__file__).parents[3]
OPERATIONS = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
BACKUP, RESTORE = re.findall(r"```sh\n(.*?)```", OPERATIONS.partition("## Back up and restore")[2], re.DOTALL)
ROLE = [line for line in OPERATIONS.splitlines() if "app_backup" in line and line.startswith(("CREATE", "GRANT"))]
CONTENT = """
    SELECT format('SELECT %L, count(*), md5(string_agg(row::text, chr(10) ORDER BY row::text)) FROM %I AS row',
                  tablename, tablename)
    FROM pg_tables WHERE schemaname = 'public'
"""
RULES = """
    SELECT 'forced', relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity
    UNION ALL SELECT 'policy', format('%s %s %s %s %s', tablename, policyname, cmd, qual, with_check) FROM pg_policies
    UNION ALL SELECT 'trigger', format('%s %s', pg_get_triggerdef(oid), tgenabled) FROM pg_trigger
              WHERE NOT tgisinternal
    UNION ALL SELECT 'constraint', format('%s %s %s %s', conrelid::regclass, conname, contype, convalidated)
              FROM pg_constraint WHERE conrelid <> 0
    UNION ALL SELECT 'owner', format('%s %s', oid::regclass, relowner::regrole) FROM pg_class
              WHERE relkind IN ('r', 'S') AND relnamespace = 'public'::regnamespace
    UNION ALL SELECT 'right', format('%s %s %s', table_name, grantee, privilege_type)
              FROM information_schema.role_table_grants WHERE table_schema = 'public'
    UNION ALL SELECT 'function', format('%s %s %s', proname, proowner::regrole, md5(prosrc)) FROM pg_proc
              WHERE pronamespace = 'public'::regnamespace
"""


@pytest.fixture
def operator(cluster: Cluster, tmp_path: Path, documents: Path) -> dict[str, str]:
    """The environment of whoever runs the commands, with the role for backups made as it is written."""
    with psycopg.connect(cluster.url(), autocommit=True) as superuser:
        superuser.execute("SELECT pg_advisory_lock(1)")  # roles belong to all the processes of a run
        if not superuser.execute("SELECT 1 FROM pg_roles WHERE rolname = 'app_backup'").fetchone():
            for line in ROLE:
                superuser.execute(line.encode())
    backup = tmp_path / "backup"
    backup.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "CLAUSULA", "DATABASE"))}
    return kept | {
        "PATH": f"{bindir()}{os.pathsep}{os.environ['PATH']}",
        "PGHOST": str(cluster.sockets),
        "BACKUP": str(backup),
        "CLAUSULA_DOCUMENTS": str(documents),
        "CLAUSULA_KEYS": django_settings.CLAUSULA_KEYS,
        "DJANGO_SETTINGS_MODULE": "clausula_server.settings",
    }


def run(commands: str, env: Mapping[str, str], database: str) -> str:
    """Commands of the page, with this interpreter in the place of the one `./run` would make."""
    text = commands.replace("./run server", f"{sys.executable} -m clausula_server")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        env={**env, "PGDATABASE": database}, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def contents(cluster: Cluster, database: str) -> dict[str, str]:
    """Every row of every table, as a digest, and the rules, seen by somebody whom none of them stops."""
    with psycopg.connect(cluster.url(database=database)) as superuser:
        asked = [str(row[0]) for row in superuser.execute(CONTENT)]
        found = [row for sql in asked for row in superuser.execute(sql.encode())]
        rules = superuser.execute(RULES).fetchall()
    assert {kind for kind, _ in rules} == {"forced", "policy", "trigger", "constraint", "owner", "right", "function"}
    return {**{name: f"{count} {digest}" for name, count, digest in found}, **{f"{k} {it}": "" for k, it in rules}}


def test_what_was_dumped_is_restored_with_every_row_and_every_rule(
    cluster: Cluster, elsewhere: Elsewhere, operator: dict[str, str], documents: Path
) -> None:
    old = elsewhere.go("kept")
    with acting(system("test")):
        home, document = a_year()
    before = contents(cluster, old)
    assert before["claims_claim"].startswith("4 ")
    assert not before["people_personevent"].startswith("0 ")
    run(BACKUP, operator, old)
    shutil.rmtree(documents)

    new = elsewhere.name("again")
    said = run(RESTORE, operator, new)
    assert "everything agrees" in said
    assert contents(cluster, new) == before

    elsewhere.go("again")
    with acting(system("test")):
        carla = home.of("carla")
        assert faults_of(home.household.id) == [] == ledger.faults()
        assert b"".join(open_document(Document.objects.get(pk=document))) == PDF
        bill(carla, mri(date(2026, 5, 30), 50_00))  # the limit is used up: nothing more, and nothing twice
        assert sum(Claim.objects.filter(person=carla).values_list("paid", flat=True)) == 5_000_00
        Person.objects.filter(pk=carla).update(family_name="Rossi")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pgh_obj_id FROM people_personevent WHERE family_name = 'Rossi'")
            assert cursor.fetchall() == [(carla,)]
            with pytest.raises(DatabaseError, match="Cannot update or delete"):
                cursor.execute("DELETE FROM people_personevent")
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE app_web")
        cursor.execute("SELECT count(*) FROM claims_claim")
        assert cursor.fetchone() == (0,), "nobody acts, so nothing is seen"
        with pytest.raises(DatabaseError, match="permission denied"):
            cursor.execute("DELETE FROM ledger_entry")


def test_the_owner_cannot_dump_what_row_security_hides_from_it(elsewhere: Elsewhere, operator: dict[str, str]) -> None:
    database = elsewhere.go("kept")
    with pytest.raises(AssertionError, match="row-level security"):
        run(BACKUP.replace("app_backup", "app"), operator, database)


def test_the_proof_finds_what_was_changed_behind_its_back(
    cluster: Cluster, elsewhere: Elsewhere, documents: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = elsewhere.go("kept")
    with acting(system("test")):
        _, document = a_year()
    call_command("prove")
    assert "everything agrees" in capsys.readouterr().out
    with psycopg.connect(cluster.url(database=database), autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("UPDATE claims_balance SET used = used - 100 WHERE used > 100")
        superuser.execute("UPDATE claims_claim SET paid = paid + 1 WHERE arrival = 1")
        superuser.execute("DELETE FROM ledger_entry WHERE id = (SELECT id FROM ledger_entry LIMIT 1)")
    next(documents.rglob(document.hex)).unlink()
    with pytest.raises(CommandError, match="faults"):
        call_command("prove")
    said = capsys.readouterr().out
    for fault in ("is kept", "the ledger has", "too much", "its file is not in CLAUSULA_DOCUMENTS"):
        assert fault in said
