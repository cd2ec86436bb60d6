"""A server of its own for a benchmark: an embedded PostgreSQL with durable commits, migrated, with families in plans.

Everything is in a folder that is removed in the end; nothing of a demo or of production is touched.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from clausula_server.database.embedded import Cluster
from clausula_server.database.roles import OWNER, WEB, prepare

START = date(2026, 1, 1)
TICKET = {"channel": "public", "fee_kind": "ticket", "cause": "illness"}
MRI = "imaging/high-specialisation/mri"
LIMIT = 5_000_00  # NS-18: 5 000 a person and year


def options(about: str | None, **defaults: int) -> argparse.Namespace:
    """The arguments of a benchmark: --json, and a bound for each of those named."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    for name, value in defaults.items():
        parser.add_argument(f"--{name}", type=int, default=value, help=f"{name} ({value})")
    return parser.parse_args()


def tell(did: str, figures: Mapping[str, Any], faults: Mapping[str, int], arguments: argparse.Namespace) -> int:
    """Print what was done, what was seen, and what must be 0; 1 where it is not."""
    holds = not any(faults.values())
    if arguments.json:
        print(json.dumps({"did": did, **figures, "faults": dict(faults), "holds": holds}))
        return 0 if holds else 1
    print(did)
    for name, value in figures.items():
        print(f"  {name.replace('_', ' '):<52} {value}")
    for name, count in faults.items():
        print(f"  {name.replace('_', ' '):<52} {count}{'' if count == 0 else '   <- must be 0'}")
    if faults:
        print("everything holds" if holds else "it does NOT hold")
    return 0 if holds else 1


@contextmanager
def house() -> Iterator[Cluster]:
    """Start the database, migrate it, set Django up to work on it as the role of the web process."""
    with tempfile.TemporaryDirectory(prefix="clausula-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        cluster = Cluster(Path(folder, "db"))
        cluster.start()
        try:
            prepare(cluster.url(), "clausula")
            os.environ.update(
                CLAUSULA_FORM="demo", DATABASE_URL=cluster.url(OWNER, "clausula"), CLAUSULA_ROLE=OWNER,
                DJANGO_SETTINGS_MODULE="clausula_server.settings",
            )  # fmt: skip
            subprocess.run([sys.executable, "-m", "clausula_server", "migrate", "--verbosity", "0"], check=True)
            os.environ.update(DATABASE_URL=cluster.url(WEB, "clausula"), CLAUSULA_ROLE=WEB)
            import django

            django.setup()
            yield cluster
        finally:
            from django.db import connections

            connections.close_all()
            cluster.stop()


def families(count: int) -> list[list[UUID]]:
    """Italian couples in NoiSalute Base and Medio, with what the refund of a ticket asks for; their ids."""
    from django.db import transaction

    from clausula_server.claims.actions.evidence import NewEvidence, add_evidence
    from clausula_server.enrolment.actions.edition import register_plans
    from clausula_server.enrolment.models import Enrolment, PlanEdition, Term
    from clausula_server.lib.acting import acting, system
    from clausula_server.lib.periods import days
    from clausula_server.people.models import Household, Membership, Person

    with acting(system("bench")):
        register_plans()
        names = ("it/faremutua/noisalute-base", "it/faremutua/noisalute-medio")
        editions = PlanEdition.objects.filter(plan__in=names, offered__contains=date(2026, 6, 1))
        people = [[_person(Person, f, n) for n in range(2)] for f in range(count)]
        homes = Household.objects.bulk_create(Household() for _ in people)
        Person.objects.bulk_create(person for pair in people for person in pair)
        Membership.objects.bulk_create(
            Membership(household=home, person=person, role=("holder", "spouse")[number], during=days(date(2020, 1, 1)))
            for home, pair in zip(homes, people, strict=True)
            for number, person in enumerate(pair)
        )
        for edition in editions:
            with transaction.atomic():
                rows = Enrolment.objects.bulk_create(
                    Enrolment(person=person, household=home, plan=edition.plan, during=days(START))
                    for home, pair in zip(homes, people, strict=True)
                    for person in pair
                )
                Term.objects.bulk_create(
                    Term(
                        enrolment=row,
                        household_id=row.household_id,
                        plan=edition.plan,
                        edition=edition,
                        during=days(START),
                    )
                    for row in rows
                )
        for pair in people:
            for person in pair:
                for kind in ("prescription", "invoice-receipt"):
                    add_evidence(NewEvidence(person.id, kind, START, names=("pathology",)), START)
    return [[person.id for person in pair] for pair in people]


def _person(model: Any, family: int, number: int) -> Any:
    born = date(1970 + number, 1 + family % 12, 1)
    return model(given_name=f"N{number}", family_name=f"F{family}", born=born, sex="", language="it", country="IT")


def bill(person: UUID, key: str, lines: int, charged: int, day: date) -> Any:
    """A claim for tickets of magnetic resonances."""
    from clausula_server.claims.stated import NewClaim, NewLine

    each = NewLine(MRI, day, charged, facts=TICKET)
    return NewClaim(person, [each] * lines, key, date(2026, 12, 31), "EUR")


def audit(limit: int = 0) -> tuple[dict[str, Any], dict[str, int]]:
    """Hold the whole house against itself: what was seen, and what must be 0. limit: what a person may get in the year,
    in minor units, where all their claims draw on it."""
    from django.db.models import Sum

    from clausula_server.claims.models import Balance, Claim
    from clausula_server.claims.proving import prove
    from clausula_server.lib.acting import acting, system

    with acting(system("audit")):
        paid = dict(Claim.objects.values_list("person").annotate(total=Sum("paid")))
        seen: dict[str, Any] = {"persons": len(paid)}
        wrong = {}
        if limit:
            over = Balance.objects.filter(account__contains="high-specialisation", used__gt=limit)
            seen["limits_used_up"] = sum(amount == limit for amount in paid.values())
            wrong["limits_overspent"] = sum(amount > limit for amount in paid.values()) + over.count()
        for proof in prove():
            if proof.count:
                seen[proof.of] = proof.count
                wrong[f"not so: {proof.of}"] = len(proof.faults)
                for fault in proof.faults[:3]:
                    print(fault, file=sys.stderr)
        return seen, wrong
