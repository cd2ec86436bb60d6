"""ETag and If-Match (RFC 9110): who changes a claim may say which state of it they have seen."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest

from clausula_server.api.problems import Wrong
from clausula_server.claims.models import Claim
from clausula_server.lib.acting import elevated
from clausula_server.lib.refusals import Fault
from clausula_server.people.models import Household


def etag(claim: Claim, language: str) -> str:
    """The state of a claim, as it is told in a language: it moves with every decision and every status."""
    return f'"{claim.rounds}.{claim.status}-{language}"'


def require_match(request: HttpRequest, claim: UUID) -> None:
    """Hold the household still, and refuse where the claim is not any more as If-Match says. Inside a transaction.

    The household is locked first, as every decision does: so whoever decides at the same moment waits, and no two wait
    for each other. Raises Wrong.
    """
    wanted = request.headers.get("If-Match", "").strip()
    if not wanted or wanted == "*":
        return
    household = Claim.objects.filter(pk=claim).values_list("household", flat=True).first()
    if household is None:
        raise Http404
    with elevated("hold a household still"):
        Household.objects.select_for_update(no_key=True).get(pk=household)
    stands = etag(Claim.objects.only("rounds", "status").get(pk=claim), "").rstrip('"')
    if not any(each.strip().startswith(stands) for each in wanted.split(",")):
        fault = Fault("If-Match", f"it stands at {stands[1:]}.", "Read it again, and decide on what it says now.")
        raise Wrong("changed-meanwhile", "", fault)
