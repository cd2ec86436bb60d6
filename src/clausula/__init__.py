"""Clausula runs a health cover from the text of its plan.

    import clausula

    book = clausula.load_plans()
    decisions, usage = clausula.adjudicate(book, household, lines)

One engine answers what is covered, what must come first, what is paid and why, what is left and what it costs; every
answer names the clause it rests on. See `docs/tour.md`.
"""

from __future__ import annotations

from clausula.adjudicate import Adjudication, adjudicate
from clausula.book import Book, load_plans
from clausula.decision import CoverDecision, Decision, Step
from clausula.findings import Finding, Place, PlanError
from clausula.household import Enrolment, Evidence, Household, Line, Listing, Person, Provider
from clausula.sources import LineError
from clausula.usage import AccountKey, Usage

__version__ = "0.1.0"

__all__ = [
    "AccountKey",
    "Adjudication",
    "Book",
    "CoverDecision",
    "Decision",
    "Enrolment",
    "Evidence",
    "Finding",
    "Household",
    "Line",
    "LineError",
    "Listing",
    "Person",
    "Place",
    "PlanError",
    "Provider",
    "Step",
    "Usage",
    "adjudicate",
    "load_plans",
]
