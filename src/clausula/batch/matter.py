"""Everything the statement of one member speaks of, and who pays which part of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from clausula.batch.ways import Ways
from clausula.batch.why import Narrator, in_language
from clausula.batch.words import Words
from clausula.book import Book
from clausula.decision import Decision
from clausula.household import Enrolment, Household, Person, Provider
from clausula.intake import Listed
from clausula.plan import LANGUAGES
from clausula.usage import Usage

COLOURS = ("", "k2", "k3", "k4")
"""Classes of the bars of a member's covers, in order; further covers share the last."""
OPEN = ("needs_document", "needs_authorisation", "needs_person")


@dataclass(frozen=True, slots=True)
class Matter:
    """Everything a statement speaks of."""

    book: Book
    household: Household
    person: Person
    decisions: Sequence[Decision]
    usage: Usage
    listed: Sequence[Listed]
    providers: Mapping[str, Provider]
    narrators: Mapping[str, Narrator]
    ways: Ways

    @property
    def last(self) -> date | None:
        """The last day of service."""
        return max((decision.line.served_on for decision in self.decisions), default=None)

    @property
    def enrolments(self) -> list[Enrolment]:
        """The member's covers, those in force on the last day of service where there is one."""
        mine = [each for each in self.household.enrolments if each.person == self.person.id]
        day = self.last
        held = [
            each for each in mine if day is None or (each.start <= day and (each.until is None or day <= each.until))
        ]
        return held or mine

    def held_name(self, plan_id: str, language: str) -> str:
        """The name of the member's plan that a plan's rules reach: itself, or the first that extends it."""
        for mine in self.plans:
            parent = mine
            while parent:
                if parent == plan_id:
                    return self.plan_name(mine, language)
                parent = self.book.slices(parent)[-1].plan.extends
        return self.plan_name(plan_id, language)

    def plan_name(self, plan_id: str, language: str) -> str:
        """The name of a plan."""
        return in_language(self.book.slices(plan_id)[-1].plan.name, language, plan_id)

    @property
    def plans(self) -> list[str]:
        """The plans in the order in which they decide."""
        held = {each.plan for each in self.enrolments} | {
            cover.plan for each in self.decisions for cover in each.covers
        }
        return sorted(held, key=lambda each: (self.book.slices(each)[-1].plan.rank, each))


def own_language(book: Book, household: Household, person: Person) -> str:
    """The member's language: the fact `language` of the person, else that of the plan."""
    stated = str(person.facts.get("language", ""))
    if stated in LANGUAGES:
        return stated
    mine = [each.plan for each in household.enrolments if each.person == person.id]
    language = book.slices(mine[0])[-1].plan.language if mine else ""
    return language if language in LANGUAGES else "en"


def colours_of(matter: Matter) -> dict[str, str]:
    """The class of the bars of each of the member's plans."""
    return {plan: COLOURS[min(number, len(COLOURS) - 1)] for number, plan in enumerate(matter.plans)}


def shares_of(matter: Matter, words: Words, decisions: Sequence[Decision]) -> list[tuple[str, str, Decimal]]:
    """Class, name and amount of everybody who pays: each cover, others, what is open, the member."""
    zero, colours = Decimal(0), colours_of(matter)
    found: list[tuple[str, str, Decimal]] = []
    for plan in matter.plans:
        paid = sum(
            (each.amount(c.paid) for each in decisions for c in each.covers if c.plan == plan and not c.cash), zero
        )
        cash = sum((each.amount(c.paid) for each in decisions for c in each.covers if c.plan == plan and c.cash), zero)
        name = matter.plan_name(plan, words.language)
        found += [(colours[plan], name, paid), (colours[plan], f"{name} ({words['cash']})", cash)]
    open_part = sum((each.borne for each in decisions if each.outcome in OPEN), zero)
    borne = sum((each.borne for each in decisions), zero) - open_part
    others = sum((each.paid_by_others for each in decisions), zero)
    found += [
        ("others", words["by_others"], others),
        ("warn", words["open_part"], open_part),
        ("mine", words["borne"], borne),
    ]
    return [entry for entry in found if entry[2] > 0]
