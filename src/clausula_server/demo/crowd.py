"""The other members of the demo: families of four countries, made from a seed, the same in every load."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from clausula_server.people.actions.person import Address
from clausula_server.people.models import FamilyRole

SEED = 1848
COUNTS = {"CH": 44, "IT": 20, "NL": 18, "FR": 18}
"""Families by country; some 260 persons."""
START = date(2024, 1, 1)

FAMILIES = {
    "CH": "Ammann Berger Brunner Bühler Caduff Egli Favre Fischer Frei Gerber Graf Huber Jenni Kälin "
    "Keller Kunz Lüthi Marti Meier Monnier Moser Pittet Rey Rochat Schmid Steiner Sutter Vogel "
    "Widmer Zbinden",
    "IT": "Amato Bianchi Bruno Colombo Conti Costa Esposito Ferrari Fontana Gallo Greco Leone Mancini "
    "Marino Moretti Rinaldi Romano Santoro Serra Villa",
    "NL": "Bakker Bos Dekker Dijkstra Hendriks Jansen Koning Kok Mulder Peters Prins Smit Visser Vos Willems",
    "FR": "Blanc Bonnet Chevalier Dubois Faure Fournier Garnier Girard Lambert Laurent Lefebvre Mercier "
    "Morel Perrin Roche",
}
WOMEN = {
    "CH": "Barbara Céline Claudia Daniela Elena Fabienne Hanna Laura Lea Martina Nadine Petra Sandra "
    "Silvia Simone Ursina",
    "IT": "Alessia Beatrice Chiara Elisa Federica Francesca Ilaria Lucia Marta Paola Serena Valentina",
    "NL": "Anouk Eva Femke Fleur Iris Lieke Lotte Maud Noor Roos",
    "FR": "Amélie Camille Chloé Élise Hélène Julie Manon Margaux Pauline Sophie",
}
MEN = {
    "CH": "Andreas Beat Bruno David Fabian Jonas Lukas Marco Matthias Nicolas Pascal Patrick Reto Simon Thomas Urs",
    "IT": "Alessandro Davide Enrico Fabio Giorgio Lorenzo Matteo Paolo Pietro Riccardo Simone Stefano",
    "NL": "Bas Bram Jeroen Joris Koen Lars Maarten Pieter Ruben Thijs",
    "FR": "Antoine Benoît Étienne Guillaume Hugo Julien Louis Mathieu Olivier Thibault",
}
HOMES = {
    "CH": (
        Address("8001", "Zürich", "CH", canton="ZH", commune="261"),
        Address("1003", "Lausanne", "CH", canton="VD", commune="5586"),
        Address("3270", "Aarberg", "CH", canton="BE", commune="301"),
        Address("6003", "Luzern", "CH", canton="LU", commune="1061"),
    ),
    "IT": (Address("40121", "Bologna", "IT"), Address("20121", "Milano", "IT"), Address("50122", "Firenze", "IT")),
    "NL": (Address("3511", "Utrecht", "NL"), Address("1012", "Amsterdam", "NL"), Address("9711", "Groningen", "NL")),
    "FR": (Address("69003", "Lyon", "FR"), Address("31000", "Toulouse", "FR"), Address("44000", "Nantes", "FR")),
}
LANGUAGE = {"IT": "it", "NL": "nl", "FR": "fr"}
LAMAL, PLUSMED, VARIA = "ch/lamal", "ch/assura/plusmed", "ch/assura/ultra-varia"
BASE, MEDIO, PIU = (f"it/faremutua/noisalute-{each}" for each in ("base", "medio", "piu"))
BASIC, MODULE, EXTRA = (
    f"nl/zilveren-kruis/{each}" for each in ("basisverzekering", "basis-plus-module", "aanvullend")
)  # fmt: skip
MEDAVIZ = "fr/medaviz"
FRANCHISES = (300, 500, 1000, 1500, 2000, 2500)


@dataclass(frozen=True, slots=True)
class Someone:
    """A person of a family. name: names them among all of the demo."""

    name: str
    given_name: str
    role: FamilyRole
    born: date
    sex: str


@dataclass(frozen=True, slots=True)
class Family:
    """A household. plans: what each of its people is in, with the facts of the enrolment."""

    name: str
    family_name: str
    country: str
    language: str
    home: Address
    people: tuple[Someone, ...]
    plans: tuple[tuple[str, dict[str, dict[str, object]]], ...]

    def is_in(self, plan: str) -> bool:
        """Whether somebody of them is in a plan."""
        return any(each == plan for each, _ in self.plans)


@cache
def families() -> tuple[Family, ...]:
    """All of them."""
    rolls = random.Random(SEED)  # noqa: S311 - the same demo every time
    return tuple(_family(rolls, country, n) for country, count in COUNTS.items() for n in range(count))


def _family(rolls: random.Random, country: str, number: int) -> Family:
    name = f"{country.lower()}-{number}"
    family_name = rolls.choice(FAMILIES[country].split())
    home = HOMES[country][number % len(HOMES[country])]
    people = tuple(_people(rolls, country, name))
    language = LANGUAGE.get(country) or ("fr" if home.canton == "VD" else "de")
    return Family(name, family_name, country, language, home, people, tuple(_plans(rolls, country, home, people)))


def _people(rolls: random.Random, country: str, family: str) -> Iterator[Someone]:
    children = rolls.choice((0, 0, 1, 2, 2, 3))
    roles = [FamilyRole.HOLDER]
    if children or rolls.random() < 0.6:
        roles.append(rolls.choice((FamilyRole.SPOUSE, FamilyRole.SPOUSE, FamilyRole.PARTNER)))
    roles += [FamilyRole.CHILD] * children
    if country == "IT":  # who lives together without being married is no family of the plan
        roles = [FamilyRole.SPOUSE if role == FamilyRole.PARTNER else role for role in roles]
    for number, role in enumerate(roles):
        female = rolls.random() < 0.5
        year = rolls.randrange(2010, 2024) if role == FamilyRole.CHILD else rolls.randrange(1962, 1995)
        born = date(year, rolls.randrange(1, 13), rolls.randrange(1, 28))
        given = rolls.choice((WOMEN if female else MEN)[country].split())
        yield Someone(f"{family}-{number}", given, role, born, "female" if female else "male")


def _plans(
    rolls: random.Random, country: str, home: Address, people: tuple[Someone, ...]
) -> Iterator[tuple[str, dict[str, dict[str, object]]]]:
    names = [each.name for each in people]
    adults = [each.name for each in people if each.role != FamilyRole.CHILD]
    if country == "CH":
        franchises: dict[str, dict[str, object]] = {
            each.name: {"franchise": "0" if each.role == FamilyRole.CHILD else str(rolls.choice(FRANCHISES))}
            for each in people
        }
        yield (PLUSMED if home.canton == "LU" else LAMAL), franchises
        if rolls.random() < 0.3:
            yield VARIA, {name: {"signed_on": "2023-11-20"} for name in adults}
    elif country == "IT":
        yield BASE, {names[0]: {}}
        yield rolls.choice((MEDIO, PIU)), {name: {} for name in names}
    elif country == "NL":
        yield BASIC, {name: {"voluntary_own_risk": rolls.choice(("0", "100", "500"))} for name in adults}
        yield rolls.choice((MODULE, EXTRA)), {name: {} for name in adults[:1]}
    else:
        yield MEDAVIZ, {name: {} for name in names}
