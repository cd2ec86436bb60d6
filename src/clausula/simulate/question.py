"""What a simulation is asked: which plans, which portfolio, whether it is a sample, whether behaviour is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from clausula.book import Book
from clausula.intake import Roster
from clausula.usage import Usage


@dataclass(frozen=True, slots=True)
class Sample:
    """How the portfolio stands for a larger one.

    share: members here for each member there, between 0 and 1 (1: it is the whole). population: members there, where
    that is known instead. seed: of the draws; the same seed gives the same intervals.
    """

    share: Fraction | None = None
    population: int | None = None
    seed: int = 1

    def members(self, here: int) -> int:
        """Members in the whole, with so many here. At least as many as here."""
        if self.population is not None:
            return max(self.population, here)
        return max(round(Fraction(here) / self.share), here) if self.share else here


@dataclass(frozen=True, slots=True)
class Question:
    """A what-if: the same claims of the same people under `base` and under `change`.

    out: folder for the results, written whole or not at all. elasticity: arc elasticity of what is charged with respect
    to the member's own share, between -1 (excluded) and 0; None: behaviour is not looked at. opening, schema_dir,
    codes: as `clausula.batch.run.Job` takes them. plots: whether to draw them, where matplotlib is installed.
    """

    base: Book
    change: Book
    roster: Roster
    inputs: tuple[Path, ...]
    out: Path
    members: Path = Path("members.toml")
    sample: Sample | None = None
    elasticity: Fraction | None = None
    opening: Mapping[str, Usage] = field(default_factory=dict)
    schema_dir: Path | None = None
    codes: tuple[Path, ...] = ()
    plots: bool = True
