"""Who is a member: finds the person that a claim speaks of, and the provider that sent it. Never by likeness.

People are found by their numbers. `system` names who issues a number; by convention:

    ahv, bsn, codice-fiscale, nir        national numbers
    insured, insured:GLN                 the number at the insurer (of that GLN); card: the number of the insurance card
    fhir                                 a reference as FHIR writes it ("Patient/1", "urn:uuid:…")
    any other                            the name or URL the sender uses, unchanged
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from clausula.household import Household, Person, Provider

SYSTEMS = {
    "urn:oid:2.16.756.5.32": "ahv",
    "http://fhir.nl/fhir/namingsystem/bsn": "bsn",
    "http://hl7.it/sid/codicefiscale": "codice-fiscale",
    "urn:oid:1.2.250.1.213.1.4.8": "nir",
    "urn:oid:2.51.1.3": "gln",
    "urn:oid:2.16.756.5.30.1.123.100.2.1.1": "zsr",
    "http://fhir.nl/fhir/namingsystem/agb-z": "agb",
    "http://hl7.org/fhir/sid/us-npi": "npi",
}
"""Names that FHIR gives to numbers which the members file names shortly (lower case)."""

NATIONAL = ("ahv", "bsn", "codice-fiscale", "nir")
"""Numbers that a person has for life: another one is another person. Cards and insurers change."""

Identifier = tuple[str, str]
"""System and number, as stated."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What a document says of a person: numbers, in the order of trust; date of birth and name where stated."""

    numbers: tuple[Identifier, ...] = ()
    person: str = ""
    born: date | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """The person found, or why nobody was: a key of REASONS and a sentence."""

    person: Person | None
    code: str = ""
    message: str = ""


def tidy(system: str, number: str) -> Identifier:
    """System and number in the one spelling that is compared: "756.0000.0000.02" is 7560000000002.

    FHIR references are compared letter by letter.
    """
    short = SYSTEMS.get(system.strip().lower(), system.strip())
    if short == "fhir":
        return short, number.strip()
    return short, re.sub(r"[\s.\-]", "", number).upper()


@dataclass(frozen=True, slots=True)
class Roster:
    """The members and providers known, indexed. Built by `members.read_roster`; every number leads to one person.

    match_by_name: whether name and date of birth together may identify a person where no number does.
    """

    households: Mapping[str, Household] = field(default_factory=dict)
    providers: Mapping[str, Provider] = field(default_factory=dict)
    match_by_name: bool = False
    _people: dict[str, tuple[Household, Person]] = field(init=False, repr=False)
    _numbers: dict[Identifier, str] = field(init=False, repr=False)
    _names: dict[tuple[str, date], list[str]] = field(init=False, repr=False)
    _directory: dict[Identifier, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        people: dict[str, tuple[Household, Person]] = {}
        numbers: dict[Identifier, str] = {}
        names: dict[tuple[str, date], list[str]] = {}
        for household in self.households.values():
            for person in household.people:
                people[person.id] = (household, person)
                numbers.update({tidy(*pair): person.id for pair in person.identifiers.items()})
                names.setdefault((_plain(person.name), person.born), []).append(person.id)
        directory = {tidy(*pair): one.id for one in self.providers.values() for pair in one.identifiers.items()}
        for name, value in (("_people", people), ("_numbers", numbers), ("_names", names), ("_directory", directory)):
            object.__setattr__(self, name, value)

    @property
    def plans(self) -> frozenset[str]:
        """The plans in which somebody is enrolled."""
        return frozenset(each.plan for household in self.households.values() for each in household.enrolments)

    def household_of(self, person_id: str) -> Household:
        """The household in which this person lives. Raises KeyError."""
        return self._people[person_id][0]

    def person(self, person_id: str) -> Person:
        """The person of that id. Raises KeyError."""
        return self._people[person_id][1]

    def find(self, sought: Sought) -> Match:
        """The one member whom the numbers name; name and date of birth only where the members file allows it.

        Numbers that lead to different people, or to somebody born on another day or of another national number than
        stated, lead to nobody.
        """
        found = {self._numbers[key] for key in (tidy(*pair) for pair in sought.numbers) if key in self._numbers}
        if sought.person in self._people:
            found.add(sought.person)
        if len(found) > 1:
            return Match(
                None, "ambiguous-member", f"its numbers belong to different people: {', '.join(sorted(found))}"
            )
        if not found:
            return self._by_name(sought)
        person = self.person(found.pop())
        if sought.born is not None and sought.born != person.born:
            message = f"the number is {person.id}'s, born {person.born}; the document says born {sought.born}"
            return Match(None, "member-differs", message)
        own = dict(tidy(*pair) for pair in person.identifiers.items())
        for system, number in (tidy(*pair) for pair in sought.numbers):
            if system in NATIONAL and own.get(system, number) != number:
                message = f"one number is {person.id}'s, but {system} {number} is not"
                return Match(None, "member-differs", message)
        return Match(person)

    def provider(self, numbers: Iterable[Identifier]) -> Provider | None:
        """The provider of the directory that the first known of these numbers names; ("id", …) is its own id."""
        for system, number in numbers:
            known = number if system == "id" else self._directory.get(tidy(system, number), "")
            if known in self.providers:
                return self.providers[known]
        return None

    def _by_name(self, sought: Sought) -> Match:
        stated = [f"{system} {number}" for system, number in sought.numbers] + [sought.person] * bool(sought.person)
        unknown = Match(None, "unknown-member", f"no member has {' or '.join(stated) or 'no number at all'}")
        if not (self.match_by_name and sought.name and sought.born):
            return unknown
        people = self._names.get((_plain(sought.name), sought.born), [])
        if len(people) > 1:
            return Match(None, "ambiguous-member", f"name and date of birth are those of {', '.join(people)}")
        return Match(self.person(people[0])) if people else unknown


def _plain(name: str) -> str:
    return " ".join(sorted(name.casefold().split()))
