"""Files of bills: read one, submit what it holds, answer what could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.db.models import Prefetch

from clausula_server.claims.actions.claim import Receipt, submit_claim
from clausula_server.claims.actions.evidence import NewEvidence, add_evidence
from clausula_server.claims.engine.reading import FileRead, KnownPerson, KnownProvider, Unread, read_file
from clausula_server.claims.models import Evidence
from clausula_server.claims.stated import NewClaim
from clausula_server.directory.models import Provider
from clausula_server.enrolment.catalogue.editions import CannotCombine
from clausula_server.lib.refusals import Refused
from clausula_server.people.models import Membership, Person


@dataclass(slots=True)
class FileReport:
    """What became of a file: bills that were taken in, those refused with why, lines that could not be read; of the
    documents named in it how many count now, and those refused (kind, why). Every line is in exactly one of them."""

    taken: list[tuple[NewClaim, Receipt]] = field(default_factory=list)
    refused: list[tuple[NewClaim, str]] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    papers: int = 0
    papers_refused: list[tuple[str, str]] = field(default_factory=list)


def submit_file(path: Path, received_on: date) -> FileReport:
    """Read a file and submit each bill in it, each in a transaction of its own; the same file again adds nothing.

    Swiss invoices, FHIR claims, tables as CSV or Parquet. Raises Refused where the file as a whole cannot be read.
    """
    found = read_for_members(path, received_on)
    report = FileReport(unread=found.unread)
    for paper in found.evidence:
        try:
            if not _is_known(paper):
                add_evidence(NewEvidence(**paper), received_on)
            report.papers += 1
        except (Refused, CannotCombine) as refused:
            report.papers_refused.append((paper["kind"], str(refused)))
    for claim in found.claims:
        try:
            report.taken.append((claim, submit_claim(claim, received_on)))
        except (Refused, CannotCombine) as refused:
            report.refused.append((claim, str(refused)))
    return report


def _is_known(paper: dict[str, Any]) -> bool:
    """Whether the very same was noted before and still counts, as where a file comes again."""
    wanted = {key: list(value) if isinstance(value, tuple) else value for key, value in paper.items()}
    return Evidence.objects.filter(**wanted, void=False).exists()


def read_for_members(path: Path, received_on: date) -> FileRead:
    """Read a file by the members and providers there are. Memory grows with how many they are."""
    members = Membership.objects.filter(during__contains=received_on).prefetch_related(
        Prefetch("person", Person.objects.prefetch_related("identifiers"))
    )
    people = [
        KnownPerson(
            row.person_id,
            row.household_id,
            str(row.person),
            row.person.born,
            {each.system: each.value for each in row.person.identifiers.all()},
        )
        for row in members
    ]
    providers = [
        KnownProvider(row.code, row.name, {each.system: each.value for each in row.identifiers.all()})
        for row in Provider.objects.prefetch_related("identifiers")
    ]
    return read_file(path, people, providers, received_on)
