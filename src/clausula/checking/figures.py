"""Guard: every figure of a rule occurs in the source text. Amounts, shares, counts, days, ages; not dates and times.

`source.toml` beside a plan says which text is meant, by words that stand in it, so that no path of a machine is needed:

    [source]
    match = ["Ultra Varia", "division privée"]     # all of them occur in the text
    file  = "ultra-varia.txt"                      # or its name in the folder of texts

    [[figure]]                                     # a figure the rules need and the text does not have
    value   = 120
    because = "OAMal art. 103"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from clausula.checking.ground import Ground
from clausula.findings import Place, PlanError
from clausula.positions import Positions
from clausula.reader import sections

LARGEST_SOURCE = 20_000_000
RULES = (
    "step",
    "benefit",
    "exclusion",
    "waiting",
    "requirement",
    "parameter",
    "premium",
    "premium_class",
    "eligibility",
    "ending",
    "service_level",
)
SILENT = {
    "id", "name", "order", "output", "reasons", "advice", "clause", "phone", "url", "because", "checked_on",
    "title", "ask",
    "services", "evidence", "names", "round", "mode", "account", "exception_to", "before", "requires",
}  # fmt: skip
"""Keys whose values are no figures of the text."""
WORDS = {
    2: "deux zwei due twee two",
    3: "trois drei tre drie three",
    4: "quatre vier quattro four",
    5: "cinq fünf cinque vijf five",
    6: "six sechs sei zes",
    7: "sept sieben sette zeven seven",
    8: "huit acht otto eight",
    9: "neuf neun nove negen nine",
    10: "dix zehn dieci tien ten",
    12: "douze zwölf dodici twaalf twelve",
    14: "quatorze vierzehn quattordici veertien fourteen",
    15: "quinze fünfzehn quindici vijftien fifteen",
    20: "vingt zwanzig venti twintig twenty",
    24: "vingt-quatre ventiquattro",
    30: "trente dreissig dreißig trenta dertig thirty",
    50: "cinquante cinquanta fünfzig vijftig fifty moitié metà hälfte helft half",
    60: "soixante sessanta sechzig zestig sixty",
    90: "novanta neunzig negentig ninety",
    100: "cent cento hundert honderd hundred",
}


@dataclass(slots=True)
class Source:
    """The source of a plan: words its text is known by, its file, and figures that come from elsewhere."""

    match: tuple[str, ...] = ()
    file: str = ""
    elsewhere: dict[Decimal, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number as it stands in a rule; optional where it is only another reading of a question."""

    value: Decimal
    place: Place
    near: tuple[Decimal, ...] = ()
    optional: bool = False


def read_source(path: Path) -> Source:
    """Read `source.toml`; an empty one where there is none. Raises ValueError when it cannot be read."""
    if not path.is_file():
        return Source()
    data = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    head = data.get("source", data)
    head = head[0] if isinstance(head, list) and head else head
    match = head.get("match", data.get("match", ())) if isinstance(head, dict) else ()
    words = (match,) if isinstance(match, str) else tuple(str(word) for word in match)
    figures = {
        _decimal(str(each.get("value"))): str(each.get("because", ""))
        for each in data.get("figure", [])
        if isinstance(each, dict) and "because" in each
    }
    file = str(head.get("file", "")) if isinstance(head, dict) else ""
    return Source(words, file, {value: because for value, because in figures.items() if value is not None})


def text_of(source: Source, folder: Path) -> str | None:
    """The text a source means, of the `.txt` files of a folder (or one file, taken as it is); None where there is none.

    Raises ValueError when several texts fit.
    """
    if folder.is_file():
        return _text(folder)
    if source.file and (folder / source.file).resolve().parent == folder.resolve() and (folder / source.file).is_file():
        return _text(folder / source.file)
    if not source.match:
        return None
    found = {
        path.name: text
        for path in sorted(folder.glob("*.txt"))
        if all(_plain(w) in _plain(text := _text(path)) for w in source.match)
    }
    if len(found) > 1:
        names = ", ".join(found)
        raise ValueError(f"the words of match occur in several texts: {names}")
    return next(iter(found.values()), None)


def _text(path: Path) -> str:
    if path.stat().st_size > LARGEST_SOURCE:
        raise ValueError(f"{path.name} is too large")
    return path.read_text(encoding="utf-8", errors="replace")


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("’", "'").split())


def numbers(text: str) -> set[Decimal]:
    """Every number a text can be read to contain: 1'500, 1’500, 1.500, 1 500, 36,15, 1.500,00, thirty."""
    found: set[Decimal] = set()
    for token in re.findall(r"\d[\d'’.,\u00a0\u202f ]*", text):
        found |= set(_readings(token.rstrip("'’.,\u00a0\u202f ")))
    words = set(re.findall(r"[a-zà-ÿß-]+", text.casefold()))
    for value, names in WORDS.items():
        if words & set(names.split()):
            found.add(Decimal(value))
    return found


def _readings(token: str) -> Iterator[Decimal]:
    """A run of digits and separators may be one number or several; every reading counts."""
    for part in re.split(r"[\s'’.,]", token):
        if part:
            yield Decimal(part)
    for part in re.findall(r"\d{1,3}(?:[\s'’.,\u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?|\d+[.,]\d{1,2}", token):
        decimal = re.fullmatch(r"(.*?)[.,](\d{1,2})", part)
        whole = re.sub(r"\D", "", decimal[1] if decimal else part)
        yield Decimal(f"{whole}.{decimal[2]}" if decimal else whole)


def figures(text: str, file: str) -> Iterator[Figure]:
    """Every figure of the rules of a plan text, with its place; references to tables and parameters are none."""
    try:
        parts = sections(text, file)
    except PlanError:
        return
    for part in parts:
        for fence, line in part.fences:
            try:
                data = tomllib.loads(fence, parse_float=Decimal)
            except (tomllib.TOMLDecodeError, RecursionError, ValueError):
                continue
            where = Positions(fence, file, line)
            for block in RULES:
                entries = data.get(block, [])
                for nth, entry in enumerate(entries if isinstance(entries, list) else []):
                    if isinstance(entry, dict):
                        at = where.entry(block, nth)
                        for key, value in entry.items():
                            for word, figure, near in _values(key, value):
                                yield Figure(figure, where.place(at, key, word), near, optional=key == "choices")


def _values(key: str, value: Any) -> Iterator[tuple[str, Decimal, tuple[Decimal, ...]]]:
    """Numbers in a value: as written, as a number, and other numbers that would do in the text."""
    if key in SILENT:
        return
    if isinstance(value, Mapping):
        for inner, entry in value.items():
            if not inner.startswith("used:"):
                yield from _values(inner, entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _values(key, entry)
    elif isinstance(value, int | Decimal) and not isinstance(value, bool):
        number = Decimal(value)
        if key in ("below", "above", "at_least", "at_most") and number == number.to_integral_value():
            step = 1 if key in ("above", "at_most") else -1
            yield str(value), number, (number + step,)
        else:
            yield str(value), number, ()
    elif (
        isinstance(value, str)
        and value[:1] not in ("$", "@")
        and re.fullmatch(r"[\d.,\s]+%|\d+\s*(-|–|to)\s*\d*|.*\brolling\b.*|\d+ .*", value)
    ):
        for found in re.findall(r"\d+(?:[.,]\d+)?", value):
            number = Decimal(found.replace(",", "."))
            yield found, number, (number - 1,) if key == "units" else (100 - number,) if "%" in value else ()


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def guard(ground: Ground, text: str, file: str, source: Source, original: str) -> tuple[int, int]:
    """Look up every figure but 0, 1 and 100; returns how many were found and how many there are."""
    there = numbers(original)
    found = total = 0
    used: set[Decimal] = set()
    for figure in figures(text, file):
        if figure.value in (0, 1, 100):
            continue
        if figure.optional:
            used.add(figure.value)
            continue
        total += 1
        if figure.value in there or any(near in there for near in figure.near):
            found += 1
        elif figure.value in source.elsewhere:
            used.add(figure.value)
            found += 1
        else:
            message = f"the figure {figure.value} does not occur in the source text"
            mend = (
                "compare it with the text, or say in source.toml where it comes from: [[figure]] value = …, because = …"
            )
            ground.wrong("figure-not-in-source", message, figure.place, mend)
    for value in sorted(set(source.elsewhere) - used):
        message = f"source.toml excuses the figure {value}, which no rule needs excused"
        ground.warn("figure-excused", message, ground.plan.place, "take the [[figure]] out of source.toml")
    return found, total
