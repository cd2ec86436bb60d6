"""The addresses of this room: files for finance, bills for who pays."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_POST

from clausula_server.lib.access import Concerned, guard
from clausula_server.payments.actions.file import take_out
from clausula_server.payments.bills import bill_svg
from clausula_server.payments.models import BankFile, Demand


def of_demand(demand: UUID) -> Concerned:
    """Whom a demand concerns."""
    row = get_object_or_404(Demand, pk=demand)
    return Concerned(person=row.person_id, provider=row.provider_id)


@require_POST
@guard("payments.file.download")
def download_file(_request: HttpRequest, file: UUID) -> HttpResponse:
    """A file for or from the bank, byte for byte. By POST: taking one out is an act, and it is kept who did it."""
    row = get_object_or_404(BankFile, pk=file)
    answer = HttpResponse(take_out(row), content_type="application/xml")
    answer["Content-Disposition"] = f'attachment; filename="{row.id}.xml"'
    answer["Cache-Control"] = "no-store"
    return answer


@require_GET
@guard("payments.demand.read", of_demand)
def show_bill(_request: HttpRequest, demand: UUID) -> HttpResponse:
    """The QR-bill of a demand, as a picture."""
    row = get_object_or_404(Demand.objects.select_related("house", "person", "provider"), pk=demand)
    answer = HttpResponse(bill_svg(row), content_type="image/svg+xml")
    answer["Cache-Control"] = "no-store"
    return answer
