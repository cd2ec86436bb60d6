"""The answers that the document shows are of the records it describes, whole."""

import importlib
import pkgutil
from functools import cache
from typing import Any

import pytest
from pydantic import BaseModel

from clausula_server.api import records
from clausula_server.api.examples import ANSWERS
from clausula_server.api.openapi import described


@cache
def shown() -> dict[str, tuple[str, Any]]:
    """By operation: the name of the record it answers with, and the answer shown."""
    found = {}
    for path in described()["paths"].values():
        for about in path.values():
            for each in about["responses"].values():
                told = each.get("content", {}).get("application/json", {})
                if "example" in told:
                    found[about["operationId"]] = (told["schema"]["$ref"].rpartition("/")[2], told["example"])
    return found


def record(name: str) -> type[BaseModel]:
    """The record of that name."""
    for module in pkgutil.iter_modules(records.__path__):
        found = getattr(importlib.import_module(f"{records.__name__}.{module.name}"), name, None)
        if found is not None:
            return found  # type: ignore[no-any-return] # a record
    raise AssertionError(name)


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_an_answer_is_of_the_record_it_shows(name: str) -> None:
    kind, example = shown()[name]
    assert record(kind).model_validate(example).model_dump(mode="json") == example
