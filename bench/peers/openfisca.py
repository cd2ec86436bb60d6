"""OpenFisca-Core: the entity is a claim line, everything else is a variable with a formula over whole columns.

It has no running accounts. The formulas call the running sums of `columns_numpy`, as a modeller would have to write
them; so it decides what the columns decide, through OpenFisca's simulation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from .columns_numpy import Columns, calendar
from .rules import COVERS
from .tables import NONE, fields
from .workload import TYPES, Outputs, Ready, Workload

PERIOD = "2024"
STATED = [name for name in TYPES if name != "line"]
DATES = ("year", "age", "year_ago")

Formula = Callable[[Any, Any], Any]


def columns(line: Any, period: Any) -> Columns:
    """The columns of the simulation, as the running sums want them."""
    return Columns({name: line(name, period) for name in STATED}, {name: line(name, period) for name in DATES})


def of_date(name: str) -> Formula:
    """The formula of what is worked out from dates."""
    return lambda line, period: calendar({each: line(each, period) for each in ("served_on", "born")})[name]


def benefit(cover: int) -> Formula:
    """The formula of the benefit a cover grants."""
    return lambda line, period: columns(line, period).match(cover)


def paid(cover: int) -> Formula:
    """The formula of what a cover pays."""
    return lambda line, period: columns(line, period).pay(
        line(f"benefit_{cover}", period).astype(np.int64), line(f"left_{cover}", period).astype(np.int64)
    )


def left(cover: int) -> Formula:
    """The formula of what is left for a cover, or for the member after the last."""
    if cover == 0:
        return lambda line, period: line("charged", period)

    def formula(line: Any, period: Any) -> Any:
        beside = fields()["cash_each"][line(f"benefit_{cover - 1}", period)] > 0
        return line(f"left_{cover - 1}", period) - np.where(beside, 0, line(f"paid_{cover - 1}", period))

    return formula


def system() -> TaxBenefitSystem:
    """The variables of a line: what is stated, and what is decided."""
    entity = build_entity(key="line", plural="lines", label="claim line", is_person=True)
    found = TaxBenefitSystem([entity])

    def variable(name: str, formula: Formula | None = None) -> None:
        kind = {"value_type": int, "entity": entity, "definition_period": DateUnit.YEAR, "label": name}
        # OpenFisca wants a function that is an attribute of a class
        found.add_variable(type(name, (Variable,), kind | ({"formula": formula} if formula else {})))

    for name in STATED:
        variable(name)
    for name in DATES:
        variable(name, of_date(name))
    for cover in range(len(COVERS)):
        variable(f"benefit_{cover}", benefit(cover))
        variable(f"paid_{cover}", paid(cover))
        variable(f"left_{cover}", left(cover))
    variable("borne", left(len(COVERS)))
    return found


def read(found: list[list[Any]]) -> Outputs:
    """Decisions as columns."""
    benefits, amounts, (borne,) = found
    benefit = np.stack(benefits, axis=1)
    paid = np.stack(amounts, axis=1).astype(np.int64)
    return Outputs(np.where(benefit == NONE, -1, benefit).astype(np.int16), paid, borne.astype(np.int64))


def prepare(workload: Workload) -> Ready:
    """Ready to decide: the system of variables is built; a simulation is made each time, as for each new batch."""
    model = system()
    wanted = [[f"{name}_{cover}" for cover in range(len(COVERS))] for name in ("benefit", "paid")] + [["borne"]]

    def run() -> list[list[Any]]:
        simulation = SimulationBuilder().build_default_simulation(model, count=len(workload))
        for name in STATED:
            simulation.set_input(name, PERIOD, workload[name])
        return [[np.asarray(simulation.calculate(name, PERIOD)) for name in names] for names in wanted]

    return Ready(run, read)
