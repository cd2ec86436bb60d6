"""Foreign codes to services of the catalogue: tariff positions, performance codes, procedures of other systems.

The tables are data (plans/catalogue/codes/*.toml):

    [codes]
    system = "ch/tariff"                        # who issues these codes

    [[map]]
    list = "001"                                # a list or tariff of that system; absent: the system itself
    prefix = "00.0"                             # or code = "00.0010"; absent: the whole list
    service = "outpatient/consultation"

An exact code counts before a prefix, a longer prefix before a shorter one, any prefix before the whole list. What no
row
covers stays unmapped: the reader lists it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clausula.findings import Finding, Place
from clausula.intake.errors import InputError
from clausula.intake.toml_lines import error_place, line_of
from clausula.intake.whole import read_text


@dataclass(frozen=True, slots=True)
class Coding:
    """A code as stated: the list it stands on (a tariff, a system's URL) and the code, leading zeros kept; and the
    system that the list belongs to, where the document says so."""

    list: str
    code: str
    system: str = ""

    @property
    def key(self) -> str:
        """The list among all lists: list numbers of one system are not those of another."""
        return f"{self.system} {self.list}" if self.system else self.list


@dataclass(frozen=True, slots=True)
class CodeMap:
    """What the codes of every known list mean.

    exact, prefixes, whole: by list ("001", and "ch/tariff 001"), then by code or prefix. Several systems may use one
    list
    number: where a document does not say which it means and they disagree, it is ambiguous, and the reader lists it.
    """

    exact: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    prefixes: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    whole: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def services(self, coding: Coding) -> frozenset[str]:
        """The services a code means: none, one, or several where the tables disagree."""
        found = self.exact.get((coding.key, coding.code))
        if found is not None:
            return found
        prefixes = self.prefixes.get(coding.key, {})
        for length in range(len(coding.code), 0, -1):
            if coding.code[:length] in prefixes:
                return prefixes[coding.code[:length]]
        return self.whole.get(coding.key, frozenset())


def read_codes(paths: Iterable[Path], *, systems: Collection[str] | None = None) -> CodeMap:
    """The map of all these TOML files; of the named systems only, where given. Raises InputError with every finding."""
    rows: list[tuple[str, str | None, str | None, str]] = []
    findings: list[Finding] = []
    for path in paths:
        text = read_text(path)
        content = _parse(path, text, findings)
        head = content.get("codes", {})
        system = head.get("system", "") if isinstance(head, dict) else ""
        if systems is not None and system not in systems:
            continue
        if content and not (isinstance(system, str) and system):
            message = "this file does not say whose codes it maps"
            findings.append(_finding(path, text, ("codes",), message, 'write [codes] and system = "…"'))
        rows += _rows(path, text, content.get("map", []), str(system), findings)
    if findings:
        raise InputError(findings)
    return _map(rows)


def _parse(path: Path, text: str, findings: list[Finding]) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        line, column = error_place(str(error))
        place = Place(str(path), line, column)
        findings.append(Finding("broken-toml", f"this is not TOML: {error}", place, "mend the TOML at this place"))
        return {}


def _rows(
    path: Path, text: str, table: Any, system: str, findings: list[Finding]
) -> list[tuple[str, str | None, str | None, str]]:
    rows = []
    for index, row in enumerate(table if isinstance(table, list) else [table]):
        known = isinstance(row, dict) and not row.keys() - {"list", "code", "prefix", "service", "name", "note"}
        right = known and all(isinstance(value, str) for key, value in row.items() if key not in ("name", "note"))
        if right and row.get("service") and not ("code" in row and "prefix" in row):
            at = Coding(row.get("list", system), "", system)
            rows += [(key, row.get("code"), row.get("prefix"), row["service"]) for key in (at.list, at.key)]
            continue
        mend = 'write list = "…", code = "…" or prefix = "…", service = "…", each in quotes'
        findings.append(_finding(path, text, ("map", index), "this row of the code map cannot be read", mend))
    return rows


def _map(rows: Iterable[tuple[str, str | None, str | None, str]]) -> CodeMap:
    exact: dict[tuple[str, str], frozenset[str]] = {}
    prefixes: dict[str, dict[str, frozenset[str]]] = {}
    whole: dict[str, frozenset[str]] = {}
    for listed, code, prefix, service in rows:
        if code is not None:
            exact[listed, code] = exact.get((listed, code), frozenset()) | {service}
        elif prefix:
            at = prefixes.setdefault(listed, {})
            at[prefix] = at.get(prefix, frozenset()) | {service}
        else:
            whole[listed] = whole.get(listed, frozenset()) | {service}
    return CodeMap(exact, prefixes, whole)


def _finding(path: Path, text: str, at: tuple[str | int, ...], message: str, mend: str) -> Finding:
    return Finding("bad-code-map", message, Place(str(path), line_of(text, at)), mend)
