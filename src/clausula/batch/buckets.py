"""Buckets: whole households with everything that is needed to decide their lines, one folder each.

    buckets.json                 what there is: see `Buckets`
    providers.parquet            the directory
    listed.csv                   lines that cannot be decided, with the reason
    0000/lines.parquet           lines in the neutral layout, by household, then as they are decided
    0000/people.parquet …        the people of these households, enrolments.parquet, evidence.parquet
    0000/usage.parquet           their accounts before these lines, where there are any

A bucket is what one thread, one processor or one machine of a cluster works on: nothing outside is looked at, and the
order of its lines is the order in which they are decided.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from clausula.batch.folder import BUCKETS as MARK
from clausula.batch.marks import marks, repeated
from clausula.batch.people import Members
from clausula.batch.storing import read_parquet
from clausula.findings import Finding, Place
from clausula.household import Provider
from clausula.intake import InputError
from clausula.intake.member_tables import read_provider_table

LINES, PEOPLE, ENROLMENTS, EVIDENCE, USAGE = (
    f"{name}.parquet" for name in ("lines", "people", "enrolments", "evidence", "usage")
)
PROVIDERS, LISTED = "providers.parquet", "listed.csv"


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket: its name; currency, order of lines and plans of its households; what it holds."""

    name: str
    currency: str
    order: str
    plans: tuple[str, ...]
    households: int
    people: int
    lines: int


@dataclass(frozen=True, slots=True)
class Buckets:
    """The buckets of a folder. came_in, listed: lines, and amounts by currency, of all inputs and of the list."""

    folder: Path
    buckets: tuple[Bucket, ...]
    came_in: Mapping[str, Any]
    listed: Mapping[str, Any]

    def write(self) -> None:
        """Write what there is, at last: without it the folder is none of buckets."""
        document = {
            "clausula": "buckets", "version": 1, "came_in": self.came_in, "listed": self.listed,
            "buckets": [asdict(each) for each in self.buckets],
        }  # fmt: skip
        (self.folder / MARK).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")

    def providers(self) -> Mapping[str, Provider]:
        """The directory."""
        return read_provider_table(self.folder)


def read_buckets(folder: Path) -> Buckets:
    """What a folder of buckets holds. Raises InputError where it is none, or one that is not whole."""
    try:
        document = json.loads((folder / MARK).read_text(encoding="utf-8"))
        buckets = tuple(Bucket(**{**each, "plans": tuple(each["plans"])}) for each in document["buckets"])
        found = Buckets(folder, buckets, document["came_in"], document["listed"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _refused(
            f"this is no folder of buckets: {error}", folder / MARK, "make it with clausula bucket"
        ) from None
    for bucket in buckets:
        for name in (PEOPLE, ENROLMENTS, EVIDENCE, *((LINES,) if bucket.lines else ())):
            if not (folder / bucket.name / name).is_file():
                raise _refused(f"{bucket.name}/{name} is missing", folder, "make the buckets again")
    return found


def refuse_shared_households(found: Buckets) -> None:
    """Raises InputError where a household is in two buckets: its limits would count twice, without an error.

    Eight bytes a household are held: their marks; names are looked at where marks are the same.
    """
    together = [marks(_households(found, bucket), 0) for bucket in found.buckets]
    everywhere = np.concatenate(together) if together else np.zeros(0, np.uint64)
    twice = everywhere[repeated(everywhere)]
    names: set[str] = set()
    for bucket, mine in zip(found.buckets, together, strict=True) if len(twice) else ():
        here = _households(found, bucket).filter(pa.array(np.isin(mine, twice))).to_pylist()
        for name in here:
            if name in names:
                raise _refused(f"household {name!r} is in more than one bucket", found.folder, "make the buckets again")
        names.update(here)


def _households(found: Buckets, bucket: Bucket) -> Any:
    """The households of a bucket, each once."""
    column = pq.read_table(found.folder / bucket.name / PEOPLE, columns=["household"]).column("household")
    return pc.unique(column.cast(pa.string()))


def load(folder: Path, bucket: str, providers: Mapping[str, Provider]) -> tuple[Members, pa.Table, pa.Table | None]:
    """People, lines and opening accounts of a bucket."""
    home = folder / bucket
    people, enrolments, evidence = (read_parquet(home / name) for name in (PEOPLE, ENROLMENTS, EVIDENCE))
    usage = read_parquet(home / USAGE) if (home / USAGE).is_file() else None
    return Members(people, enrolments, evidence, providers), read_parquet(home / LINES), usage


def _refused(message: str, path: Path, mend: str) -> InputError:
    return InputError([Finding("buckets", message, Place(str(path)), mend)])
