"""One way to write an operation: address, permission, what is asked and answered; all else follows from it.

    @claims.post("/claims", "claims.claim.submit", concerned, status=201)
    def submit_claim(request: HttpRequest, body: NewClaimIn) -> ClaimReceipt:
        '''Send a bill.'''

The order for each request: token, limit, role and scope, body, then `guard` with whom it concerns, then the work; where
it changes something, under the request's idempotency key. Modules of endpoints do not postpone annotations: ninja reads
them where it cannot see the module.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Router
from pydantic import BaseModel

from clausula_server.accounts.entering import enter
from clausula_server.accounts.limits import MINUTE, Limit
from clausula_server.api import once as keys
from clausula_server.api.problems import TITLES, Wrong
from clausula_server.api.reading import read_json, require_plain_query
from clausula_server.lib.access import Concerned, NotAllowed, SignInNeeded, guard, table
from clausula_server.lib.acting import Actor

View = TypeVar("View", bound=Callable[..., Any])
ALWAYS = ("token-needed", "not-allowed", "too-many", "try-again")
WITH_BODY = ("not-json", "too-large", "media-type", "invalid")
REPLAYED = {"description": "true where this answer was given before", "schema": {"type": "string"}}


@dataclass(frozen=True, slots=True)
class Told:
    """An answer with headers of its own, such as Location or ETag."""

    body: BaseModel
    headers: Mapping[str, str] = field(default_factory=dict)


class Door:
    """Lets in who shows a token that may do this at all, not too often, and reads what they say."""

    def __init__(self, permission: str, *, reads_body: bool) -> None:
        self.permission, self.reads_body = permission, reads_body

    def __call__(self, request: HttpRequest) -> Actor:
        """Raises SignInNeeded, NotAllowed, Wrong."""
        entry = enter(request, Limit("api", settings.CLAUSULA_API_CALLS, MINUTE))
        actor = entry.actor
        if actor is None:
            raise SignInNeeded
        if entry.again_in:
            words = f"At most {settings.CLAUSULA_API_CALLS} a minute with one token."
            raise Wrong("too-many", words, headers={"Retry-After": str(entry.again_in)})
        if not actor.is_in_scope(self.permission) or actor.roles.isdisjoint(table()[self.permission].roles):
            raise NotAllowed(self.permission)
        request.actor = actor  # type: ignore[attr-defined] # where `guard` looks for it
        require_plain_query(request)
        if self.reads_body:
            request.said = read_json(request)  # type: ignore[attr-defined] # what the parser and the key's digest take
        return actor


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as it was written, for the document and for the tests: which permission guards it."""

    name: str
    method: str
    path: str
    permission: str


OPERATIONS: list[Operation] = []


class Room:
    """The operations about one thing. router: what the API takes in."""

    def __init__(self, tag: str) -> None:
        self.router, self.tag = Router(), tag

    def get(
        self, path: str, permission: str, of: Callable[..., Concerned] | None = None, **more: Any
    ) -> Callable[[View], View]:
        """An operation that reads."""
        return self._operation("GET", path, permission, of, writes=False, **more)

    def post(
        self, path: str, permission: str, of: Callable[..., Concerned] | None = None, **more: Any
    ) -> Callable[[View], View]:
        """An operation that changes something: under an idempotency key."""
        return self._operation("POST", path, permission, of, **{"writes": True, **more})

    def _operation(
        self, method: str, path: str, permission: str, of: Callable[..., Concerned] | None, *, writes: bool,
        status: int = 200, headers: Iterable[str] = (), errors: Iterable[str] = (),
        raw: Mapping[str, Any] | None = None,
    ) -> Callable[[View], View]:  # fmt: skip
        """writes: done once under the key. headers: of the answer. errors: what else may be wrong, by name. raw: the
        body as the document describes it, where it is no JSON; then the view reads it, and claims the key itself."""

        def decorate(view: View) -> View:
            parameters = inspect.signature(view).parameters
            reads = "body" in parameters

            @functools.wraps(view)
            def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
                def work() -> HttpResponse:
                    return rendered(view(request, *args, **kwargs), status)

                return keys.once(request, work) if writes and raw is None else work()

            wrong = [*ALWAYS, *errors, *(["not-found"] if of is not None or "{" in path else [])]
            wrong += WITH_BODY if reads else ["invalid"] if set(parameters) - {"request"} else []
            wrong += ["key-missing", "key-reused", "bad-request"] if writes else []
            extra = {
                "security": [{"token": [permission]}],
                "responses": {**_errors(wrong), status: {"headers": _headers(headers, writes=writes)}},
            }
            if writes or headers:
                extra["parameters"] = _parameters(headers, writes=writes)
            if raw is not None:
                extra["requestBody"] = {"required": True, "content": dict(raw)}
            operation = Operation(view.__name__, method, path, permission)
            OPERATIONS.append(operation)
            summary, _, about = (inspect.getdoc(view) or "").partition("\n")
            self.router.add_api_operation(
                path, [method], guard(permission, of)(answer), auth=Door(permission, reads_body=reads),
                response={status: parameters_of(view)}, operation_id=view.__name__, summary=summary.rstrip("."),
                description=f"{about.strip()}\n\nPermission: `{permission}` ({table_words(permission)}).".strip(),
                tags=[self.tag], openapi_extra=extra,
            )  # fmt: skip
            return view

        return decorate


def rendered(told: BaseModel | Told | HttpResponse, status: int) -> HttpResponse:
    """An answer as JSON. Nothing of it is kept by anybody on the way."""
    if isinstance(told, HttpResponse):
        return told
    body, headers = (told.body, told.headers) if isinstance(told, Told) else (told, {})
    answer = HttpResponse(body.model_dump_json(), status=status, content_type="application/json", headers=dict(headers))
    answer["Cache-Control"] = "no-store"
    return answer


def parameters_of(view: Callable[..., Any]) -> Any:
    """The record a view answers with, from its annotation: `-> Record`, or `-> Annotated[Told, Record]`."""
    found = inspect.signature(view).return_annotation
    return found.__metadata__[0] if hasattr(found, "__metadata__") else found


def table_words(permission: str) -> str:
    """What the permission lets do, in the words of its room."""
    return table()[permission].does


def _errors(names: Iterable[str]) -> dict[int, dict[str, Any]]:
    found: dict[int, list[str]] = {}
    for name in dict.fromkeys(names):
        found.setdefault(TITLES[name][0], []).append(name)
    return {
        status: {
            "description": "; ".join(f"{TITLES[name][1]} (`{name}`)" for name in each),
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            "headers": SAID.get(status, {}),
        }
        for status, each in sorted(found.items())
    }  # fmt: skip


def _header(about: str) -> dict[str, Any]:
    return {"description": about, "schema": {"type": "string"}}


SAID = {
    401: {"WWW-Authenticate": _header("how to show a token")},
    429: {"Retry-After": _header("seconds until it may be tried again")},
    503: {"Retry-After": _header("seconds until it may be tried again")},
}
ABOUT = {
    "Location": "the address of what was made",
    "ETag": "the state of it, for If-Match",
    "Content-Language": "the language of the sentences",
}


def _headers(names: Iterable[str], *, writes: bool) -> dict[str, Any]:
    found = {name: _header(ABOUT[name]) for name in names if name in ABOUT}
    return {**found, **({"Idempotent-Replayed": REPLAYED} if writes else {})}


def _parameters(names: Iterable[str], *, writes: bool) -> list[dict[str, Any]]:
    found = []
    if writes:
        about = "A name for this request, such as a UUID. The same request under it is done once and answered the same."
        schema = {"type": "string", "minLength": 1, "maxLength": keys.LONGEST, "pattern": "^[!-~]+$"}
        example = "0199f1c2-7e4b-7c3a-9d59-2f6f6a1f8a10"
        found.append(_parameter(keys.HEADER, about, schema, required=True, example=example))
    if "If-Match" in names:
        about = "The ETag last seen of the claim: where it has changed since, nothing is done."
        found.append(_parameter("If-Match", about, {"type": "string"}, example='"1.decided-en"'))
    if "Content-Language" in names:
        about = "In which language to answer: en, fr, de, it or nl."
        found.append(_parameter("Accept-Language", about, {"type": "string"}, example="fr-CH, fr;q=0.9"))
    return found


def _parameter(
    name: str, about: str, schema: dict[str, Any], *, required: bool = False, example: str
) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": required, "description": about, "schema": schema,
            "example": example}  # fmt: skip
