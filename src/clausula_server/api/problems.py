"""What is wrong, told to a machine: problem+json (RFC 9457), the same form from every address.

`type` names what is the matter for good; `faults` say for each place what was found and what can be done.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from pydantic import BaseModel, ConfigDict, Field

from clausula_server.documents.receiving import NotTaken
from clausula_server.enrolment.catalogue.editions import CannotCombine
from clausula_server.lib.access import NotAllowed, SignInNeeded
from clausula_server.lib.refusals import Fault, Refused

MEDIA_TYPE = "application/problem+json"
URN = "urn:clausula:problem:"
log = logging.getLogger(__name__)


class FaultTold(BaseModel):
    """One fault."""

    place: str = Field(description="Where: the path of the field in the body, or the name of the parameter.")
    message: str = Field(description="What was found.")
    mend: str = Field(description="What can be done.")


class Problem(BaseModel):
    """What is wrong (RFC 9457)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": f"{URN}refused",
                    "title": "This cannot be done as it stands",
                    "status": 422,
                    "detail": "lines.1.service: “outpatient/visit” is no service. Near it: outpatient/consultation.",
                    "faults": [
                        {
                            "place": "lines.1.service",
                            "message": "“outpatient/visit” is no service.",
                            "mend": "Near it: outpatient/consultation.",
                        }
                    ],
                }
            ]
        }
    )
    type: str = Field(description="What is the matter, as a name that stays.")
    title: str
    status: int
    detail: str = ""
    faults: list[FaultTold] = []


TITLES = {
    "not-json": (400, "The body is no JSON"),
    "bad-request": (400, "The request cannot be read"),
    "key-missing": (400, "The header Idempotency-Key is missing"),
    "token-needed": (401, "A token is needed"),
    "not-allowed": (403, "This token may not do this"),
    "not-found": (404, "There is nothing here, or nothing for you"),
    "method-not-allowed": (405, "This address does not know the method"),
    "key-reused": (409, "The idempotency key came with another request"),
    "changed-meanwhile": (412, "It is not any more what If-Match names"),
    "too-large": (413, "The body is too large"),
    "media-type": (415, "The body is of a type that is not taken here"),
    "invalid": (422, "The request is not of the form that is asked for"),
    "refused": (422, "This cannot be done as it stands"),
    "too-many": (429, "Too many requests"),
    "fault": (500, "A fault of ours"),
    "try-again": (503, "Not at this moment"),
}


class Wrong(Exception):  # noqa: N818 - an answer, not an error of ours
    """What is wrong, by its name in TITLES."""

    def __init__(self, name: str, detail: str = "", *faults: Fault, headers: dict[str, str] | None = None) -> None:
        self.name, self.detail, self.faults, self.headers = name, detail, faults, headers or {}
        super().__init__(name, detail)


def problem(name: str, detail: str = "", *faults: Fault, headers: dict[str, str] | None = None) -> HttpResponse:
    """The answer to something wrong."""
    status, title = TITLES[name]
    told = Problem(
        type=f"{URN}{name}",
        title=title,
        status=status,
        detail=detail or " ".join(str(fault) for fault in faults),
        faults=[FaultTold(place=each.place, message=each.message, mend=each.mend) for each in faults],
    )
    answer = HttpResponse(told.model_dump_json(), status=status, content_type=MEDIA_TYPE, headers=headers)
    answer["Cache-Control"] = "no-store"
    vars(answer)["_has_been_logged"] = True  # Django would write a line for each mistake of a sender
    return answer


def of_exception(error: Exception) -> HttpResponse:
    """The answer to an exception. What nobody expected is logged, and told without a word of what it was."""
    match error:
        case Wrong():
            return problem(error.name, error.detail, *error.faults, headers=error.headers)
        case Refused():
            return _refused(error)
        case ValidationError():
            return problem("invalid", "", *map(_fault_of, error.errors))
        case SignInNeeded():
            return problem(
                "token-needed", "Send it as: Authorization: Bearer …", headers={"WWW-Authenticate": "Bearer"}
            )
        case NotAllowed():
            return problem("not-allowed", f"It would need the permission {error}.")
        case Http404():
            return problem("not-found")
        case NotTaken():
            return problem({413: "too-large", 415: "media-type"}[error.status], error.words)
        case RequestDataTooBig():
            return problem("too-large")
        case CannotCombine():
            return problem(
                "refused", f"{error}.", Fault("person", f"{error}.", "Let the house look at the enrolments.")
            )
        case HttpError():
            name = {400: "bad-request", 401: "token-needed"}.get(error.status_code, "bad-request")
            return problem(name, str(error))
        case OperationalError() | InterfaceError():
            log.warning("the database did not do it: %s", type(error).__name__)
            return problem("try-again", "Send the same request again.", headers={"Retry-After": "1"})
    log.error("a fault in the API", exc_info=error)
    return problem("fault", "It is written down. Nothing was changed.")


def _refused(error: Refused) -> HttpResponse:
    """A refusal of a room. A key that named another claim before is a conflict."""
    faults = error.faults
    return problem("key-reused" if [each.place for each in faults] == ["key"] else "refused", "", *faults)


def _fault_of(error: dict[str, Any]) -> Fault:
    """What pydantic found, at the place as the sender knows it: without "body" and our own names of parameters."""
    source, *path = [str(each) for each in error["loc"]]
    if source == "body":
        path = path[1:]
    place = ".".join(path) or source
    return Fault(place, f"{error['msg']}.", "See the description of this operation in openapi.json.")


def not_found(_request: HttpRequest, **_address: object) -> HttpResponse:
    """The answer of every address under the API that does not exist."""
    return problem("not-found")


def not_allowed(answer: HttpResponse) -> HttpResponse:
    """The answer to a method an address does not know, from Django's own."""
    allowed = answer["Allow"]
    return problem("method-not-allowed", f"It knows {allowed}.", headers={"Allow": allowed})


def tell_problems(api: NinjaAPI) -> None:
    """Let every exception of the API be answered in this form."""

    def answer(_request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
        assert isinstance(error, Exception)
        return of_exception(error)

    kinds: tuple[type[Exception], ...] = (Exception, Http404, HttpError, ValidationError)
    for kind in kinds:
        api.add_exception_handler(kind, answer)


def title_of(status: int) -> str:
    """What an HTTP status says."""
    return HTTPStatus(status).phrase
