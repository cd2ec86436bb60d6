"""Reads the situation a question is about: JSON or TOML, from a file or from standard input."""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from clausula.book import Book
from clausula.cli.console import CommandError
from clausula.cli.plans import book_of, plan_id
from clausula.situation import Situation, read_situation

LARGEST = 16 * 1024 * 1024
"""Bytes of a situation; claims by the thousand go to `clausula run`."""


def situation(args: argparse.Namespace) -> tuple[Book, Situation]:
    """The book and the situation of `args.file`. Raises CommandError and InputError."""
    book, data = book_of(args), read_data(args.file)
    plan = plan_id(book, args.plan) if args.plan else ""
    if not plan and "enrolments" not in data:
        raise CommandError(
            f"{args.file} does not say which plan anybody is enrolled in", "add enrolments, or ask with --plan PLAN"
        )
    found = read_situation(data, book, args.file, plan)
    for enrolment in found.household.enrolments:
        plan_id(book, enrolment.plan)
    return book, found


def read_data(name: str) -> dict[str, Any]:
    """A table from a JSON or TOML file ("-": standard input); numbers are exact. Raises CommandError."""
    text = _text(name)
    looks_json = name.endswith(".json") or (text.lstrip()[:1] == "{" and not name.endswith(".toml"))
    try:
        found: Any = (
            json.loads(text, parse_float=Decimal, parse_constant=_refuse)
            if looks_json
            else tomllib.loads(text, parse_float=Decimal)
        )
    except (ValueError, RecursionError) as error:
        kind = "JSON" if looks_json else "TOML"
        where = re.search(r"line (\d+)", str(error))
        place = f"{name}:{where[1]}" if where else name
        raise CommandError(f"{place}: this is not {kind}: {error}", f"mend the {kind} at this place") from None
    if not isinstance(found, dict):
        raise CommandError(
            f"{name} holds no table but {type(found).__name__}", "write {…} with people, enrolments, lines"
        )
    return found


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is no number")


def _text(name: str) -> str:
    try:
        if name == "-":
            data = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise CommandError(f"{name} cannot be read: {why}", "check its name and rights") from None
    if len(data) > LARGEST:
        raise CommandError(f"{name} is larger than {LARGEST // 1024**2} MB", "give claims in bulk to `clausula run`")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CommandError(f"{name} is not UTF-8 text (byte {error.start})", "save it as UTF-8") from None
