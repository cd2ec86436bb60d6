"""FHIR resources of one input and the ways between them: contained ones, entries of a bundle, identifiers.

Every function takes any JSON value and answers with something empty where the value has another shape, so that a
resource that breaks FHIR's rules ends in the list and not in an exception.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clausula.intake.codes import Coding
from clausula.intake.json_text import Node
from clausula.intake.roster import SYSTEMS, Identifier


def obj(value: Any) -> Node:
    """The value where it is an object, else an empty one."""
    return value if isinstance(value, Node) else Node()


def objs(value: Any) -> list[Node]:
    """The objects of an array."""
    return [one for one in value if isinstance(one, Node)] if isinstance(value, list) else []


def text(value: Any) -> str:
    """The value where it is a text, else an empty one."""
    return value if isinstance(value, str) else ""


def codings(concept: Any) -> tuple[Coding, ...]:
    """The codes of a CodeableConcept (or of a lone Coding), each with its system as the list."""
    found = objs(obj(concept).get("coding")) or [obj(concept)]
    return tuple(Coding(text(one.get("system")), text(one["code"])) for one in found if text(one.get("code")))


def code(concept: Any) -> str:
    """The first code of a CodeableConcept, or an empty text."""
    return next((one.code for one in codings(concept)), "")


@dataclass(frozen=True, slots=True)
class Resources:
    """What the references of one input may point to: by full URL and by "Type/id"."""

    by_reference: Mapping[str, Node] = field(default_factory=dict)

    @classmethod
    def of_bundle(cls, bundle: Node) -> Resources:
        """The entries of a Bundle."""
        found: dict[str, Node] = {}
        for entry in objs(bundle.get("entry")):
            resource = obj(entry.get("resource"))
            for name in (text(entry.get("fullUrl")), _literal(resource)):
                if name:
                    found.setdefault(name, resource)
        return cls(found)

    def resolve(self, reference: Any, within: Node) -> Node:
        """The resource a Reference points to: contained in `within`, or of this input; an empty Node where it is
        elsewhere."""
        name = text(obj(reference).get("reference"))
        if name.startswith("#"):
            inside = objs(within.get("contained"))
            return next((one for one in inside if one.get("id") == name[1:]), Node())
        return self.by_reference.get(name, Node())

    def numbers(self, reference: Any, within: Node) -> tuple[Identifier, ...]:
        """All numbers that name who is referred to: of the resource, of the Reference itself, and the reference as
        "fhir"."""
        resource = self.resolve(reference, within)
        name = text(obj(reference).get("reference"))
        stated = [*objs(resource.get("identifier")), obj(obj(reference).get("identifier"))]
        found = [(text(one.get("system")), text(one.get("value"))) for one in stated]
        contained = name.startswith("#")
        found += [("fhir", one) for one in (name, _literal(resource)) if one and not contained]
        return tuple(dict.fromkeys(pair for pair in found if pair[1]))


def name_of(resource: Node) -> str:
    """The name of an organisation or person, or an empty text."""
    if isinstance(resource.get("name"), str):
        return text(resource["name"])
    names = objs(resource.get("name"))
    name = next((one for one in names if one.get("use") == "official"), names[0] if names else Node())
    given = name.get("given")
    parts = [*(given if isinstance(given, list) else []), name.get("family")]
    return " ".join(part for part in parts if isinstance(part, str))


def id_of(numbers: tuple[Identifier, ...]) -> str:
    """An id for a provider in no directory: by a number with a short name (npi:140), else the first as stated."""
    known = [(SYSTEMS[system.lower()], number) for system, number in numbers if system.lower() in SYSTEMS]
    literal = [pair for pair in numbers if pair[0] == "fhir"]
    return ":".join((known or literal or list(numbers) or [("", "")])[0]).strip(":")


def _literal(resource: Node) -> str:
    kind, number = text(resource.get("resourceType")), text(resource.get("id"))
    return f"{kind}/{number}" if kind and number else ""
