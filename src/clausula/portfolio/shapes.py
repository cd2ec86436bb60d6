"""What a portfolio looks like: the shapes of a plan family, read from its file in `shapes/`.

The files are written for people: who lives together, in which plans, what happens to them (courses), what that is
charged as (kinds of line), who treats (pools of providers) and which documents are at hand. Weights are whole numbers
and count against each other; amounts are medians in currency units with the spread of their logarithm in hundredths.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

FAMILIES = ("ch", "it", "nl", "fr")
STAGES = ("child", "man", "woman", "senior")
"""Under 18; 18 to 64 (women from 45 among them); women of 18 to 44; from 65."""

Weights = Mapping[str, int]
Fact = str | int | bool
Shape = TypeVar("Shape")


@dataclass(frozen=True)
class Home:
    """Who lives together: roles, the holder first; the age of the holder lies between two ages."""

    weight: int
    people: tuple[str, ...]
    ages: tuple[int, int]


@dataclass(frozen=True)
class Cover:
    """A combination of plans: those of the holder and those of everybody else. alone: for homes of one person only."""

    id: str
    weight: int
    holder: tuple[str, ...]
    others: tuple[str, ...]
    alone: bool = False


@dataclass(frozen=True)
class Stated:
    """A fact of persons or of enrolments, drawn by weight.

    kind: code, flag, number, money, set (a|b) or date (before: days before the start, from and to). who: all, child,
    adult or young (18 to 25). plans: of which enrolments (none: all). together: the same for the whole household.
    """

    id: str
    kind: str = "code"
    choices: Weights = field(default_factory=dict)
    before: tuple[int, int] = (0, 0)
    who: str = "all"
    plans: tuple[str, ...] = ()
    together: bool = False


@dataclass(frozen=True)
class Pool:
    """Providers of a kind. lists: share of them on each list, in per cent. loyal: a person always goes to the same."""

    id: str
    size: int
    role: str
    specialties: tuple[str, ...] = ()
    lists: Weights = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    loyal: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of line.

    facts: "" is not stated, whatever the family states. shares: facts that are a share of the charge, in per cent.
    quantity: units by weight.
    """

    id: str
    service: str
    charge: tuple[str, int]
    pool: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    shares: Weights = field(default_factory=dict)
    quantity: Weights = field(default_factory=dict)


@dataclass(frozen=True)
class Phase:
    """Lines of a course that follow each other.

    lines: how many, by weight. kinds: kinds of line by weight, from a position on ({"0" = …, "20" = …}). gap: days
    between two lines. after: what the first line is counted from: start, discharge or term (of a pregnancy); days: how
    long after it. dates: facts that are dates: what they are counted from, and the days between which they lie.
    weeks: facts that are whole weeks since the start of the course.
    """

    kinds: Mapping[str, Weights]
    lines: Weights = field(default_factory=lambda: {"1": 1})
    gap: tuple[int, int] = (0, 0)
    after: str = "start"
    days: tuple[int, int] = (0, 0)
    dates: Mapping[str, tuple[str, int, int]] = field(default_factory=dict)
    weeks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Paper:
    """A document of a course. before: days before the course begins. valid: days it may be used (0: no end).

    issuer: a pool; by: its role, where there is no pool. about: a pool whose provider the document is for (specialty,
    proposes, provider say which of its fields are filled). covers: combinations of plans that ask for it (none: all).
    states: as it should be, absent, late, expired, refused, pending.
    """

    kind: str
    states: Weights
    before: tuple[int, int] = (0, 10)
    valid: int = 0
    issuer: str = ""
    by: str = ""
    about: str = ""
    specialty: bool = False
    proposes: bool = False
    provider: bool = False
    episode: bool = False
    indication: bool = False
    claim: bool = False
    status: str = ""
    uses: int = 0
    names: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Course:
    """What happens to somebody: an illness, an accident, a stay, a pregnancy, and the lines it brings.

    weights: by stage of life. chronic: somebody has it over the whole time. covers: combinations of plans whose members
    have it (none: all). nights: of a stay, by weight. choices: facts drawn for the whole course. calendar: practice
    (few on Saturdays, none on Sundays) or any. member: no course, but what everybody has: documents alone.
    """

    id: str
    weights: Weights = field(default_factory=dict)
    phase: tuple[Phase, ...] = ()
    evidence: tuple[Paper, ...] = ()
    chronic: bool = False
    member: bool = False
    covers: tuple[str, ...] = ()
    nights: Weights = field(default_factory=dict)
    term: tuple[int, int] = (0, 0)
    choices: Mapping[str, Weights] = field(default_factory=dict)
    calendar: str = "practice"
    episode: bool = False


@dataclass(frozen=True)
class Activity:
    """How much happens to a person of a stage: courses in two years (mean in hundredths), how even (in hundredths: the
    smaller, the more a few people have most of them), and how many in a hundred have something chronic."""

    courses: int
    evenness: int
    chronic: int = 0


@dataclass(frozen=True)
class Family:
    """The shapes of one plan family. weight: its part of a portfolio of all families. step: smallest coin in cents."""

    family: str
    weight: int
    currency: str
    sources: tuple[str, ...]
    home: tuple[Home, ...]
    cover: tuple[Cover, ...]
    pool: tuple[Pool, ...]
    kind: tuple[Kind, ...]
    course: tuple[Course, ...]
    activity: Mapping[str, Activity]
    facts: Mapping[str, Fact] = field(default_factory=dict)
    step: int = 1
    person: tuple[Stated, ...] = ()
    enrolment: tuple[Stated, ...] = ()


_PARTS: Mapping[tuple[type, str], type] = {
    (Family, "home"): Home, (Family, "cover"): Cover, (Family, "pool"): Pool, (Family, "kind"): Kind,
    (Family, "course"): Course, (Family, "person"): Stated, (Family, "enrolment"): Stated,
    (Course, "phase"): Phase, (Course, "evidence"): Paper,
}  # fmt: skip


def load(name: str) -> Family:
    """The shapes of a family (one of FAMILIES). Raises ValueError for what nobody reads."""
    file = Path(__file__).parent / "shapes" / f"{name}.toml"
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    data["activity"] = {stage: _record(Activity, each, f"{name}: activity") for stage, each in data["activity"].items()}
    return _record(Family, data, name)


def _record(kind: type[Shape], data: Mapping[str, Any], where: str) -> Shape:
    known = {one.name: one for one in fields(kind)}  # type: ignore[arg-type]
    where = f"{where} {data.get('id', '')}".strip()
    missing = [name for name, one in known.items() if name not in data and _is_needed(one)]
    if missing or set(data) - set(known):
        raise ValueError(f"{where}: missing {missing}, nobody reads {sorted(set(data) - set(known))}")
    given: dict[str, Any] = {}
    for name, value in data.items():
        part = _PARTS.get((kind, name))
        if part is not None:
            given[name] = tuple(_record(part, each, f"{where}: {name}") for each in value)
        elif isinstance(value, list):
            given[name] = tuple(value)
        else:
            given[name] = value
    return kind(**given)


def _is_needed(one: Any) -> bool:
    return bool(one.default is MISSING and one.default_factory is MISSING)
