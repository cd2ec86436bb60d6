"""Where somebody lives, for premiums and for plans that exist in certain areas only: canton, commune, premium region.

A postcode is no area: one may reach three communes in three premium regions. What it does not settle is asked, with the
choices there are; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from clausula_server.enrolment.models import Locality
from clausula_server.lib.refusals import refuse


@dataclass(frozen=True, slots=True, order=True)
class Area:
    """A commune with its official number, its canton and premium region (None: not known to the list)."""

    canton: str
    commune: str
    commune_name: str
    region: int | None
    country: str = "CH"


@dataclass(frozen=True, slots=True)
class Settled:
    """There is one area it can be."""

    area: Area


@dataclass(frozen=True, slots=True)
class Choice:
    """It may be one of these: ask in which commune the person lives. Never empty, never one."""

    areas: tuple[Area, ...]
    question: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The list has no such place: ask for the commune, and check the postcode."""

    question: str


def area_of(country: str, postcode: str, on: date, *, town: str = "", commune: str = "") -> Settled | Choice | Unknown:
    """The area of an address on a day, or what has to be asked. town narrows the choice, commune (official number or
    name) settles it; neither may contradict the postcode.

    Raises Refused for a commune the postcode does not reach: one of the two is wrong.
    """
    rows = Locality.objects.filter(country=country, postcode=postcode.strip(), during__contains=on)
    found = {_area(row): row.town for row in rows}
    if commune:
        said = [area for area in found if commune.strip().casefold() in (area.commune, area.commune_name.casefold())]
        if found and not said:
            reached = ", ".join(sorted(area.commune_name for area in found))
            refuse(
                "commune", f"{postcode} does not reach “{commune}”.", f"It reaches {reached}. Correct one of the two."
            )
        return _told(said, postcode)
    towns = [row for row in rows if row.town.casefold() == town.strip().casefold()]
    return _told({_area(row) for row in towns} or set(found), postcode)


def _area(row: Locality) -> Area:
    return Area(row.canton, row.commune, row.commune_name, row.region, row.country)


def _told(areas: Iterable[Area], postcode: str) -> Settled | Choice | Unknown:
    found = tuple(sorted(areas, key=lambda area: (area.commune_name, area.commune)))
    if not found:
        return Unknown(f"No place has the postcode {postcode} on that day. In which commune does the person live?")
    if len(found) == 1:
        return Settled(found[0])
    names = ", ".join(f"{area.commune_name} ({area.canton})" for area in found)
    return Choice(found, f"{postcode} reaches {len(found)} communes: {names}. In which of them does the person live?")
