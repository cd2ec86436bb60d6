"""The catalogue: services as a tree, facts, evidence, lists, names in five languages. Data in `plans/catalogue`.

Plans speak in these words; the checker knows them; the explanations show their names.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any

from clausula.findings import Finding, Place, PlanError
from clausula.plan import Fact, Names

NAMED = ("service", "evidence", "specialty", "indication", "role", "named")


@dataclass(frozen=True, slots=True)
class CodeList:
    """A closed list of codes with names; `group` orders them for people."""

    id: str
    name: Names
    codes: Mapping[str, Names]
    groups: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything a plan may name: names by kind ("service", "evidence", "specialty" …), facts, code lists."""

    names: Mapping[str, Mapping[str, Names]] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)
    lists: Mapping[str, CodeList] = field(default_factory=dict)

    def name(self, kind: str, key: str, language: str = "en") -> str:
        """The name a person sees; the last part of the id where the catalogue has none in that language."""
        found = self.names.get(kind, {}).get(key, {})
        return found.get(language) or found.get("en") or key.rsplit("/", 1)[-1].replace("-", " ")

    def has_service(self, node: str) -> bool:
        """Whether the service tree has that node."""
        return node in self.names.get("service", {})

    def with_services(self, nodes: Mapping[str, Names]) -> Catalogue:
        """The same catalogue with further service nodes."""
        return Catalogue({**self.names, "service": {**self.names.get("service", {}), **nodes}}, self.facts, self.lists)


def load_catalogue(*folders: Path) -> Catalogue:
    """Read every TOML file of the catalogue folders, later folders adding to earlier ones. Raises PlanError."""
    findings: list[Finding] = []
    files = [path for folder in folders for path in sorted(folder.rglob("*.toml"))]
    return _catalogue([(str(path), read_toml(path, findings)) for path in files], findings)


def catalogue_of(texts: Mapping[str, str]) -> Catalogue:
    """Read a catalogue from texts by their path, in the order of the paths. Raises PlanError."""
    findings: list[Finding] = []
    return _catalogue([(path, parse_toml(texts[path], path, findings)) for path in in_order(texts)], findings)


def in_order(paths: Iterable[str]) -> list[str]:
    """Paths in the order in which their files would be read."""
    return sorted(paths, key=PurePosixPath)


def _catalogue(read: Iterable[tuple[str, dict[str, Any]]], findings: list[Finding]) -> Catalogue:
    names: dict[str, dict[str, Names]] = {kind: {} for kind in NAMED}
    facts: dict[str, Fact] = {}
    lists: dict[str, CodeList] = {}
    for file, data in read:
        for kind in NAMED:
            for entry in data.get(kind, []):
                names[kind][str(entry.get("id", ""))] = entry.get("name", {})
        for entry in data.get("fact", []):
            try:
                known: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()}
                facts[entry["id"]] = Fact(**known)
            except (TypeError, KeyError) as error:
                findings.append(Finding("bad-fact", f"{entry.get('id', 'a fact')}: {error}", Place(file)))
        if "list" in data:
            listed = data["list"]
            codes = {str(code["id"]): code.get("name", {}) for code in data.get("code", [])}
            groups = {str(code["id"]): str(code.get("group", "")) for code in data.get("code", [])}
            lists[listed["id"]] = CodeList(listed["id"], listed.get("name", {}), codes, groups)
    if findings:
        raise PlanError(findings)
    return Catalogue(names, facts, lists)


def read_toml(path: Path, findings: list[Finding]) -> dict[str, Any]:
    """Read a TOML file exactly (numbers as Decimal); what is wrong becomes a finding and an empty table."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        findings.append(_not_toml(str(path), error))
        return {}
    return parse_toml(text, str(path), findings)


def parse_toml(text: str, file: str, findings: list[Finding]) -> dict[str, Any]:
    """The same for a text that was read; file: what it is called in a finding."""
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        findings.append(_not_toml(file, error))
        return {}


def _not_toml(file: str, error: Exception) -> Finding:
    return Finding("not-toml", f"cannot read this file: {error}", Place(file), "see https://toml.io")
