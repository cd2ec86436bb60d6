"""The addresses of this room: files for finance, bills for who pays."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_POST

from clausula_server.lib.access import Concerned, guard
from clausula_server.lib.refusals import Refused
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
    try:
        content = take_out(row)
    except Refused as refused:
        return _told(refused)
    answer = HttpResponse(content, content_type="application/xml")
    answer["Content-Disposition"] = f'attachment; filename="{row.id}.xml"'
    answer["Cache-Control"] = "no-store"
    return answer


@require_GET
@guard("payments.demand.read", of_demand)
def show_bill(_request: HttpRequest, demand: UUID) -> HttpResponse:
    """The QR-bill of a demand, as a picture."""
    row = get_object_or_404(Demand.objects.select_related("house", "person", "provider"), pk=demand)
    try:
        picture = bill_svg(row)
    except Refused as refused:
        return _told(refused)
    answer = HttpResponse(picture, content_type="image/svg+xml")
    answer["Cache-Control"] = "no-store"
    return answer


def _told(refused: Refused) -> HttpResponse:
    """What is the matter, in the reader's language, in place of the file."""
    words = "\n".join(f"{each.message} {each.mend}" for each in refused.faults)
    return HttpResponse(words, status=409, content_type="text/plain; charset=utf-8")
