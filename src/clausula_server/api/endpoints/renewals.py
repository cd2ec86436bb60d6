"""Renewals: try what a run would do, do what was tried, and read what runs did."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from clausula_server.api import applied as showing
from clausula_server.api.endpoint import Room, Told
from clausula_server.api.records.applications import RenewalIn, RenewalRecord, RenewalReports, RenewalRuns
from clausula_server.api.records.plain import Cursor, Size
from clausula_server.enrolment.actions.renewal import make_real, start_run
from clausula_server.enrolment.jobs import renew_in_background
from clausula_server.enrolment.models import RenewalReport, RenewalRun

room = Room("enrolments")


@room.post("/renewals", "enrolment.renewal.run", status=202, headers=("Location",), errors=("refused",))
def try_renewal(request: HttpRequest, body: RenewalIn) -> Annotated[Told, RenewalRecord]:
    """Try a renewal: a dry run, household by household, by the worker. Nothing of it is kept but its reports."""
    row = start_run(body.first, body.last, body.plans, dry=True)
    renew_in_background(row)
    return Told(showing.run(row), {"Location": f"/api/v1/renewals/{row.id}"})


@room.post(
    "/renewals/{uuid:run}/real", "enrolment.renewal.run", status=202, headers=("Location",), errors=("refused",)
)  # fmt: skip
def renew(request: HttpRequest, run: UUID) -> Annotated[Told, RenewalRecord]:
    """Do what a dry run told: a real run over the same days and plans, by the worker.

    Only of a dry run that is through and had no fault. What is renewed already stays as it is.
    """
    row = make_real(get_object_or_404(RenewalRun, pk=run))
    renew_in_background(row)
    return Told(showing.run(row), {"Location": f"/api/v1/renewals/{row.id}"})


@room.get("/renewals", "enrolment.renewal.read")
def list_renewals(request: HttpRequest, after: Cursor = None, size: Size = 50) -> RenewalRuns:
    """Renewal runs, dry and real."""
    return RenewalRuns.of(RenewalRun.objects.all(), after, size, showing.run)


@room.get("/renewals/{uuid:run}", "enrolment.renewal.read")
def show_renewal(request: HttpRequest, run: UUID) -> RenewalRecord:
    """A renewal run, and whether it is through."""
    return showing.run(get_object_or_404(RenewalRun, pk=run))


@room.get("/renewals/{uuid:run}/reports", "enrolment.renewal.read")
def list_renewal_reports(request: HttpRequest, run: UUID, after: Cursor = None, size: Size = 50) -> RenewalReports:
    """What a run did, or would do, with each household."""
    rows = RenewalReport.objects.filter(run=get_object_or_404(RenewalRun, pk=run))
    return RenewalReports.of(rows, after, size, showing.report)
