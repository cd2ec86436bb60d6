"""Reading what was sent: JSON, in UTF-8, of a size, and nothing that no text may hold."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from django.http import HttpRequest
from ninja.parser import Parser

from clausula_server.api.problems import Wrong
from clausula_server.lib.refusals import Fault

MOST_BYTES = 1024 * 1024
"""Of a body in JSON: 500 lines with their facts are a tenth of it."""


class SaidParser(Parser):
    """Gives ninja the body that `read_json` has read already."""

    def parse_body(self, request: HttpRequest) -> Any:
        """What was said."""
        return request.said  # type: ignore[attr-defined] # set at the door


def read_json(request: HttpRequest) -> Any:
    """The body of a request. Raises Wrong."""
    if request.content_type != "application/json":
        said = request.content_type or "nothing"
        raise Wrong("media-type", f"It is said to be {said[:80]}; here it is application/json.")
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        raise Wrong("too-large", f"At most {MOST_BYTES // 1024} kB of JSON.")
    try:
        text = request.body.decode("utf-8")
        said = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Wrong("not-json", f"{error}."[:300]) from None
    if "\\u" in text:
        _require_text(said)
    return said


def require_plain_query(request: HttpRequest) -> None:
    """Raises Wrong for a query that holds a sign no text may hold."""
    for name, values in request.GET.lists():
        if any("\0" in value for value in (name, *values)):
            _refuse_sign(name)


def _require_text(said: Any) -> None:
    match said:
        case str():
            if "\0" in said or any("\ud800" <= sign <= "\udfff" for sign in said):
                _refuse_sign("body")
        case list():
            for each in said:
                _require_text(each)
        case dict():
            for name, value in said.items():
                _require_text(name)
                _require_text(value)


def _refuse_sign(place: str) -> NoReturn:
    name = place.replace("\0", "?")
    fault = Fault(name, "it holds a NUL or half a sign, which no text may hold.", "Leave it out.")
    raise Wrong("invalid", "", fault)


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")
