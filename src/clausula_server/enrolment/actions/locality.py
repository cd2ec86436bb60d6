"""The list of places: which postcode reaches which commune, in which canton and premium region."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from io import StringIO

from clausula_server.enrolment.areas import Area
from clausula_server.enrolment.models import Locality
from clausula_server.events.actions.event import append
from clausula_server.lib.acting import action, current
from clausula_server.lib.periods import DAY, days, period
from clausula_server.lib.refusals import Fault, refuse, refuse_if

COLUMNS = ("country", "postcode", "town", "commune", "commune_name", "canton", "region")
Place = tuple[str, str, Area]
"""Postcode, town, and the area they lie in."""


def read_localities(text: str) -> list[Place]:
    """Places from a CSV text with COLUMNS; region may be empty. Raises Refused with all faults, by line."""
    reader = csv.DictReader(StringIO(text))
    if missing := [name for name in COLUMNS if name not in (reader.fieldnames or [])]:
        refuse("line 1", f"the column {', '.join(missing)} is missing.", f"Name the columns {', '.join(COLUMNS)}.")
    places, faults = [], []
    for row in reader:
        told = {name: (row[name] or "").strip() for name in COLUMNS}
        where = f"line {reader.line_num}"
        if empty := [name for name in COLUMNS if not told[name] and name not in ("region", "canton")]:
            faults.append(Fault(f"{where}, {empty[0]}", "it is empty.", "Fill it in, or leave out the line."))
        elif told["region"] and not told["region"].isdigit():
            faults.append(Fault(f"{where}, region", f"“{told['region']}” is no number.", "Write 0, 1, 2 or 3."))
        else:
            region = int(told["region"]) if told["region"] else None
            area = Area(told["canton"], told["commune"], told["commune_name"], region, told["country"])
            places.append((told["postcode"], told["town"], area))
    refuse_if(faults[:50])
    return places


@action
def load_localities(places: Sequence[Place], start: date) -> int:
    """Let a list hold from a day on, in place of the one before, for the countries it names; how many places it has.
    What was true before stays for the days before."""
    if not places:
        refuse("places", "the list is empty.", "Give a list of places.")
    countries = {area.country for _, _, area in places}
    for row in Locality.objects.select_for_update().filter(country__in=countries, during__overlap=days(start)):
        held = period(row.during)
        if held.start >= start:
            row.delete()
        else:
            row.during = days(held.start, start - DAY)
            row.save(update_fields=["during"])
    fresh = [
        Locality(
            country=area.country,
            postcode=postcode,
            town=town,
            commune=area.commune,
            commune_name=area.commune_name,
            canton=area.canton,
            region=area.region,
            during=days(start),
        )
        for postcode, town, area in dict.fromkeys(places)
    ]
    Locality.objects.bulk_create(fresh)
    payload = {"countries": sorted(countries), "places": len(fresh), "start": start.isoformat()}
    append("localities.loaded", current().id, payload=payload)
    return len(fresh)
