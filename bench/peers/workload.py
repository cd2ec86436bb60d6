"""The lines every peer decides: drawn with a seed, households of one to five over two years, as columns of codes.

About twenty lines a person with a long tail; every eighth person has a course of physiotherapy. The table is sorted by
household, day of service and line number, as a store of claims would hold it. Codes are places in the lists of `rules`,
papers are bits, days count from 1970, money is in cents.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .rules import CAUSES, DIAGNOSES, PAPERS, SERVICES, STACKS

Ints = Any
"""A NumPy array of whole numbers."""

FIRST_DAY = 19723
"""1 January 2024, as days since 1970."""

TYPES = {
    "line": "i8", "household": "i4", "person": "i4", "stack": "i1", "served_on": "i4", "service": "i2", "channel": "i1",
    "cause": "i1", "diagnosis": "i1", "papers": "i2", "quantity": "i2", "charged": "i8", "episode": "i4", "born": "i4",
    "start": "i4",
}  # fmt: skip

MIX: Mapping[str, Mapping[str, tuple[float, int, float]]] = {
    "alder": {
        "imaging/high-specialisation/mri": (14, 4_600, 0.5),
        "imaging/high-specialisation/scintigraphy": (4, 5_000, 0.5),
        "imaging/high-specialisation/angiography": (3, 7_000, 0.6),
        "imaging/high-specialisation/urography": (6, 3_600, 0.4),
        "hospital/surgery": (2, 900_000, 0.7),
        "physiotherapy/session": (28, 4_500, 0.3),
        "dental/hygiene": (8, 7_000, 0.3),
        "dental/visit": (8, 6_000, 0.3),
        "dental/accident-repair": (8, 18_000, 0.7),
        "dental/root-treatment": (4, 12_000, 0.4),
        "outpatient/examination": (10, 9_000, 0.4),
        "material/glasses": (5, 5_000, 0.8),
    },
    "birch": {
        "outpatient/consultation": (22, 3_200, 0.3),
        "outpatient/examination": (14, 14_000, 0.6),
        "laboratory": (12, 3_500, 0.8),
        "medicine": (14, 2_500, 1.0),
        "imaging/high-specialisation/mri": (3, 26_000, 0.4),
        "hospital/stay": (3, 320_000, 0.7),
        "hospital/surgery": (1, 1_200_000, 0.5),
        "physiotherapy/session": (10, 3_800, 0.2),
        "exercise-therapy/session": (18, 4_200, 0.2),
        "aesthetic": (1, 90_000, 0.6),
        "transport/ambulance": (2, 40_000, 0.4),
    },
    "cedar": {
        "outpatient/consultation": (18, 14_000, 0.5),
        "outpatient/examination": (14, 22_000, 0.6),
        "laboratory": (12, 6_000, 0.8),
        "medicine": (14, 5_000, 1.0),
        "imaging/high-specialisation/mri": (3, 60_000, 0.3),
        "outpatient/psychotherapy": (4, 15_000, 0.2),
        "physiotherapy/session": (20, 5_200, 0.2),
        "hospital/stay": (7, 900_000, 0.9),
        "hospital/special-nursing": (2, 60_000, 0.6),
        "hospital/surgery": (1, 2_500_000, 0.4),
        "home-care/nursing": (3, 6_000, 0.7),
    },
}
"""For each stack: how often a service occurs, its usual charge in cents and how far charges spread."""


@dataclass(frozen=True)
class Workload:
    """Lines as columns; see `TYPES`."""

    columns: Mapping[str, Ints]

    def __len__(self) -> int:
        return len(self.columns["line"])

    def __getitem__(self, name: str) -> Ints:
        return self.columns[name]

    def head(self, lines: int) -> Workload:
        """The first households with together about that many lines; none is cut."""
        if lines >= len(self):
            return self
        home = self["household"]
        end = int(np.searchsorted(home, home[lines], side="left")) or int(np.searchsorted(home, home[0], side="right"))
        return Workload({name: values[:end] for name, values in self.columns.items()})

    def parts(self, count: int) -> list[Workload]:
        """The lines in so many parts of about the same size; no household is cut."""
        home, marks = self["household"], [len(self) * n // count for n in range(1, count)]
        cuts = [0, *sorted({int(np.searchsorted(home, home[mark])) for mark in marks} - {0}), len(self)]
        return [
            Workload({name: values[low:high] for name, values in self.columns.items()}) for low, high in pairwise(cuts)
        ]

    def save(self, path: Path) -> None:
        """Write the lines as Parquet."""
        pq.write_table(pa.table(dict(self.columns)), path, compression="lz4")

    @staticmethod
    def load(path: Path) -> Workload:
        """Read what `save` wrote."""
        table = pq.read_table(path).combine_chunks()
        return Workload({name: np.ascontiguousarray(table.column(name).to_numpy()) for name in TYPES})


@dataclass(frozen=True)
class Outputs:
    """Decisions, one row a line and one column a cover: the benefit that was granted (its number in `rules.BENEFITS`,
    -1: none), what it pays, and what the member bears of the bill. Who only matches leaves the amounts out."""

    benefit: Ints
    paid: Ints | None = None
    borne: Ints | None = None

    def save(self, path: Path) -> None:
        """Write the decisions."""
        found = {name: values for name, values in vars(self).items() if values is not None}
        with path.open("wb") as file:
            np.savez(file, **found)

    @staticmethod
    def joined(parts: Sequence[Outputs]) -> Outputs:
        """The decisions of several parts, which decided amounts, one after the other."""
        names = ("benefit", "paid", "borne")
        return Outputs(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    @staticmethod
    def load(path: Path) -> Outputs:
        """Read what `save` wrote."""
        with np.load(path) as found:
            return Outputs(**{name: found[name] for name in found.files})


class Ready(NamedTuple):
    """A peer made ready for a workload: `run` is what the clock measures, `read` turns its answer into decisions."""

    run: Callable[[], Any]
    read: Callable[[Any], Outputs]


@dataclass(frozen=True)
class Difference:
    """How many lines another one decides otherwise: the benefit granted, and an amount (None: amounts not decided)."""

    benefits: int
    amounts: int | None
    cents: int = 0

    @staticmethod
    def between(ours: Outputs, theirs: Outputs) -> Difference:
        """Compare the lines that both decided; theirs may be the first lines only."""
        count = len(theirs.benefit)
        benefits = int((ours.benefit[:count] != theirs.benefit).any(axis=1).sum())
        if theirs.paid is None or ours.paid is None or ours.borne is None:
            return Difference(benefits, None)
        paid = (ours.paid[:count] != theirs.paid).any(axis=1)
        borne = ours.borne[:count] != theirs.borne
        return Difference(benefits, int((paid | borne).sum()), int(abs(ours.paid[:count] - theirs.paid).sum()))


def draw(lines: int, seed: int = 7) -> Workload:
    """Draw that many lines."""
    chance = np.random.default_rng(seed)
    people = _people(chance, max(2, int(lines / 45)))
    count = len(people["household"])
    each = chance.negative_binomial(2, 2 / (2 + lines / count), count)
    person = np.repeat(np.arange(count), each)[:lines]
    person = np.concatenate([person, chance.integers(0, count, lines - len(person))])
    columns = {name: values[person] for name, values in people.items()} | {"person": person}
    columns |= _care(chance, columns["stack"], (chance.random(count) < 1 / 8)[person])
    columns |= _circumstances(chance, columns["service"], columns["stack"])
    chronic = (chance.random(count) < 0.5)[person]
    columns["papers"] |= chronic.astype(np.int64) << PAPERS.index("chronic-illness")
    columns["episode"] = person * 4 + chance.choice(3, lines, p=[0.7, 0.2, 0.1])
    columns["served_on"] = FIRST_DAY + chance.integers(0, 731, lines)
    order = np.lexsort((columns["served_on"], columns["household"]))
    columns = {name: values[order] for name, values in columns.items()} | {"line": np.arange(lines)}
    return Workload({name: np.ascontiguousarray(columns[name], kind) for name, kind in TYPES.items()})


def _people(chance: np.random.Generator, homes: int) -> dict[str, Ints]:
    """Everybody: household, stack, date of birth, start of the covers."""
    size = chance.choice([1, 2, 3, 4, 5], homes, p=[0.35, 0.3, 0.15, 0.15, 0.05])
    home = np.repeat(np.arange(homes), size)
    place = np.arange(len(home)) - np.repeat(np.cumsum(size) - size, size)
    age = np.where(place < 2, chance.integers(22, 86, len(home)), chance.integers(1, 22, len(home)))
    born = FIRST_DAY - age * 1461 // 4 - chance.integers(0, 365, len(home))
    early = chance.random(homes) < 0.8
    start = np.where(early, FIRST_DAY - 400, FIRST_DAY + chance.integers(0, 300, homes))
    return {
        "household": home,
        "stack": chance.integers(0, len(STACKS), homes)[home],
        "born": born,
        "start": start[home],
    }


def _care(chance: np.random.Generator, stack: Ints, course: Ints) -> dict[str, Ints]:
    """Service, charge and units. course: whose lines are mostly sessions of one course."""
    service = np.empty(len(stack), np.int64)
    charged = np.empty(len(stack), np.int64)
    for number, name in enumerate(STACKS):
        mix, mine = MIX[name], np.flatnonzero(stack == number)
        weight, usual, spread = np.array(list(mix.values())).T
        pick = chance.choice(len(mix), len(mine), p=weight / weight.sum())
        service[mine] = np.array([SERVICES.index(each) for each in mix])[pick]
        charge = usual[pick] * np.exp(chance.normal(0, 1, len(mine)) * spread[pick])
        charged[mine] = np.minimum(charge, 20_000_000) + 1
    course = course & (chance.random(len(stack)) < 0.8)
    exercise = stack == STACKS.index("birch")
    sessions = np.where(exercise, SERVICES.index("exercise-therapy/session"), SERVICES.index("physiotherapy/session"))
    service = np.where(course, sessions, service)
    stays = np.isin(service, [SERVICES.index("hospital/stay"), SERVICES.index("hospital/surgery")])
    return {
        "service": service,
        "charged": np.where(course, 4_300, charged),
        "quantity": np.where(stays, 1 + chance.geometric(0.12, len(stack)), 1),
    }


def _circumstances(chance: np.random.Generator, service: Ints, stack: Ints) -> dict[str, Ints]:
    """Channel, cause, diagnosis and papers, so drawn that every rule is met often and failed often."""
    count = len(service)
    name = np.array(SERVICES)[service]
    often = np.isin(name, ["physiotherapy/session", "dental/accident-repair"])
    accident = chance.random(count) < np.where(often, 0.6, 0.15)
    maternity = chance.random(count) < 0.03
    cause = np.where(accident, CAUSES.index("accident"), np.where(maternity, CAUSES.index("maternity"), 0))
    diagnosis = chance.choice(
        len(DIAGNOSES), count, p=[0.4, 0.06, 0.08, 0.03, 0.03, 0.2, 0.03, 0.02, 0.01, 0.06, 0.07, 0.01]
    )
    exercise = name == "exercise-therapy/session"
    diagnosis = np.where(exercise, chance.choice([1, 2, 5], count, p=[0.45, 0.45, 0.1]), diagnosis)
    diagnosis = np.where(np.char.startswith(name, "dental/"), DIAGNOSES.index("K02"), diagnosis)
    channel = chance.choice(4, count, p=[0.45, 0.35, 0.05, 0.15])
    scans = (service < 4) & (stack == STACKS.index("alder"))
    channel = np.where(scans, chance.choice(4, count, p=[0.15, 0.8, 0, 0.05]), channel)
    channel = np.where(exercise & (chance.random(count) < 0.8), 2, channel)
    papers = np.zeros(count, np.int64)
    for bit, often_there in enumerate((0.93, 0.75, 0.95, 0.9, 0.8)):
        papers |= (chance.random(count) < often_there).astype(np.int64) << bit
    return {"cause": cause, "diagnosis": diagnosis, "channel": channel, "papers": papers}
