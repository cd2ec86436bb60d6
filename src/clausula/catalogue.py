"""The catalogue: services as a tree, facts, evidence, lists, names in five languages. Data in `plans/catalogue`.

Plans speak in these words; the checker knows them; the explanations show their names.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
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
    names: dict[str, dict[str, Names]] = {kind: {} for kind in NAMED}
    facts: dict[str, Fact] = {}
    lists: dict[str, CodeList] = {}
    findings: list[Finding] = []
    for path in [path for folder in folders for path in sorted(folder.rglob("*.toml"))]:
        data = read_toml(path, findings)
        for kind in NAMED:
            for entry in data.get(kind, []):
                names[kind][str(entry.get("id", ""))] = entry.get("name", {})
        for entry in data.get("fact", []):
            try:
                known: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()}
                facts[entry["id"]] = Fact(**known)
            except (TypeError, KeyError) as error:
                findings.append(Finding("bad-fact", f"{entry.get('id', 'a fact')}: {error}", Place(str(path))))
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
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        findings.append(Finding("not-toml", f"cannot read this file: {error}", Place(str(path)), "see https://toml.io"))
        return {}
