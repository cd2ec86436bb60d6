"""The API as a whole, and its description (OpenAPI 3.1)."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from clausula_server.api.endpoints import ROOMS
from clausula_server.api.examples import ANSWERS
from clausula_server.api.problems import Problem, tell_problems
from clausula_server.api.reading import SaidParser
from clausula_server.lib.access import public

ABOUT = """What the pages do, for systems. The same actions, the same rights.

**Tokens.** `Authorization: Bearer clausula_…`. A token acts as its user within its scopes: names of permissions
(`claims.claim.submit`) or of whole rooms (`claims`). What a token may not see is not there: 404.

**Amounts** are texts with two decimals, `"1234.50"`, and their currency stands beside them. Days are `2026-01-31`.

**Changing something** takes the header `Idempotency-Key`. The same request under the same key is done once and
answered the same for a week, whatever breaks in between; another request under it is refused (409). The key of a claim
names it for good.

**Pages** are read by cursor: `next` of an answer is `after` of the following request; it is null on the last.

**Languages**: sentences come in English, French, German, Italian or Dutch, as `Accept-Language` says.

**What is wrong** is told as `application/problem+json` (RFC 9457): `type` names it for good, `faults` say for each
place what was found and what can be done.

**Limits**: so many requests a minute with one token; then 429, and `Retry-After` says when to go on.
"""
TAGS = {
    "me": "As whom a token acts.",
    "people": "Persons and households.",
    "plans": "Editions of plans with their clauses.",
    "enrolments": "Who is in which plan, what they are entitled to, applications, changes, renewals.",
    "claims": "Bills: ask before, send, read with the decision step by step, object.",
    "operations": "What people of the house do: correct, take back, decide otherwise, answer.",
    "documents": "Files that come with bills.",
    "providers": "Who treats.",
    "money": "Contributions and accounts.",
    "finance": "Money through banks: batches, files, statements, demands.",
    "events": "What happened, and who is told of it.",
}

api = NinjaAPI(
    title="Clausula", version="1", description=ABOUT, docs_url=None, openapi_url="", urls_namespace="api",
    parser=SaidParser(), openapi_extra={"tags": [{"name": name, "description": about} for name, about in TAGS.items()]},
)  # fmt: skip
tell_problems(api)
for room in ROOMS:
    api.add_router("", room.router)


@cache
def described() -> dict[str, Any]:
    """The document."""
    told: dict[str, Any] = OpenAPISchema(api, "api/v1/")
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    told["components"]["schemas"] |= problem.pop("$defs")
    told["components"]["schemas"]["Problem"] = problem
    told["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "A token of the page “Tokens”."}
    }
    told["servers"] = [{"url": "/"}]
    _show_answers(told)
    # ninja writes the numbers of answers as numbers; in JSON they are names
    plain: dict[str, Any] = json.loads(json.dumps(told, default=str))
    return plain


def _show_answers(told: dict[str, Any]) -> None:
    """Put an answer beside its record, for the operations that have one."""
    for about in (about for path in told["paths"].values() for about in path.values()):
        if about["operationId"] in ANSWERS:
            done = next(each for status, each in about["responses"].items() if 200 <= int(status) < 300)
            done["content"]["application/json"]["example"] = ANSWERS[about["operationId"]]


@public("a description of the door, not of what is behind it")
def document(_request: HttpRequest) -> HttpResponse:
    """The document, for whoever wants to write against it."""
    return HttpResponse(json.dumps(described(), ensure_ascii=False), content_type="application/json")
