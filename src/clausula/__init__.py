"""Clausula runs a health cover from the text of its plan.

    import clausula

    book = clausula.load_plans()                                    # the bundled plans, or load_plans("my/plans")
    decisions, usage = clausula.adjudicate(book, household, lines)  # what is paid, by which cover, why
    told = clausula.guide(book, household, line)                    # what must come first
    clausula.sentences(decisions[0], book.catalogue, "fr")          # every step as a sentence, with its clause

What goes in stands in `Household`, `Person`, `Enrolment`, `Evidence`, `Provider` and `Line`: amounts are `Decimal` (or
whole numbers, or text) in currency units, dates are `datetime.date`, times are minutes since midnight. Decisions answer
in `Decimal`; accounts (`Usage`, `Left`) count whole minor units. Nothing reads a clock or a network, and nothing is
changed in place.

`PlanError` is raised for a plan that cannot be used, with all findings; `LineError` for a line that cannot be decided
as stated. See `docs/how-to/embed-the-engine.md`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from clausula.adjudicate import adjudicate
from clausula.book import Book, load_plans
from clausula.decision import Adjudication, CoverDecision, Decision, Step
from clausula.enrolment import Answer, ends_on, enrol
from clausula.explain import Sentence, explain, sentences
from clausula.findings import Finding, Place, PlanError
from clausula.guide import Guide, ToDo, guide
from clausula.household import Enrolment, Evidence, Household, Line, Listing, Person, Provider
from clausula.left import Left, left
from clausula.mend import Mend, mends
from clausula.premium import Contribution, Due, premium, premium_class
from clausula.replay import Difference, History, Replay, replay
from clausula.sources import LineError
from clausula.usage import AccountKey, Usage

if TYPE_CHECKING:
    from clausula.batch.run import Job, run
    from clausula.checker import Report, check
    from clausula.situation import InputError, Situation, read_situation

__version__ = "0.1.0"

LATER = {
    "Job": "clausula.batch.run", "run": "clausula.batch.run",
    "Report": "clausula.checker", "check": "clausula.checker",
    "InputError": "clausula.situation", "Situation": "clausula.situation", "read_situation": "clausula.situation",
}  # fmt: skip
"""What is imported when first asked for, because it costs more than the engine itself. A name that is also a module
of this package cannot stand here: importing the module would put it in the function's place."""

__all__ = [
    "AccountKey",
    "Adjudication",
    "Answer",
    "Book",
    "Contribution",
    "CoverDecision",
    "Decision",
    "Difference",
    "Due",
    "Enrolment",
    "Evidence",
    "Finding",
    "Guide",
    "History",
    "Household",
    "InputError",
    "Job",
    "Left",
    "Line",
    "LineError",
    "Listing",
    "Mend",
    "Person",
    "Place",
    "PlanError",
    "Provider",
    "Replay",
    "Report",
    "Sentence",
    "Situation",
    "Step",
    "ToDo",
    "Usage",
    "adjudicate",
    "check",
    "ends_on",
    "enrol",
    "explain",
    "guide",
    "left",
    "load_plans",
    "mends",
    "premium",
    "premium_class",
    "read_situation",
    "replay",
    "run",
    "sentences",
]


def __getattr__(name: str) -> Any:
    if name not in LATER:
        raise AttributeError(f"module 'clausula' has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(LATER[name]), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
