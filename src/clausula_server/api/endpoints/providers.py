"""Who treats."""

from typing import Annotated, Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from pydantic import Field

from clausula_server.api.endpoint import Room
from clausula_server.api.records.other import ListingRecord, ProviderRecord, Providers, ProviderWhole
from clausula_server.api.records.plain import Cursor, Size
from clausula_server.directory.models import Provider
from clausula_server.lib.periods import period

room = Room("providers")
Code = Annotated[str, Field(max_length=60)]


@room.get("/providers", "directory.provider.read")
def list_providers(
    request: HttpRequest, on_list: Code = "", role: Code = "", specialty: Code = "",
    name: Annotated[str, Field(max_length=100, description="A part of the name.")] = "",
    after: Cursor = None, size: Size = 50,
) -> Providers:  # fmt: skip
    """Look for providers: on a list today, in a role, of a specialty, by name."""
    rows = Provider.objects.all()
    if on_list:
        rows = rows.filter(listings__list=on_list, listings__during__contains=timezone.localdate())
    if role:
        rows = rows.filter(role=role)
    if specialty:
        rows = rows.filter(specialty=specialty)
    if name:
        rows = rows.filter(name__icontains=name)
    return Providers.of(rows, after, size, lambda row: ProviderRecord(**_provider(row)))


@room.get("/providers/{slug:code}", "directory.provider.read")
def show_provider(request: HttpRequest, code: str) -> ProviderWhole:
    """A provider with numbers and lists."""
    row = get_object_or_404(Provider.objects.prefetch_related("listings", "identifiers"), code=code)
    listings = [(each.list, period(each.during)) for each in row.listings.all()]
    return ProviderWhole(
        **_provider(row),
        identifiers={each.system: each.value for each in row.identifiers.all()},
        listings=[ListingRecord(list=name, since=held.start, until=held.until) for name, held in listings],
    )


def _provider(row: Provider) -> dict[str, Any]:
    return {
        "id": row.id, "code": row.code, "name": row.name, "role": row.role, "specialty": row.specialty,
        "country": row.country, "canton": row.canton, "settles": row.settles,
    }  # fmt: skip
