"""Many lines at once decide exactly as one by one: the same situations, drawn at random, as columns and as lines."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings

from clausula.adjudicate import decide
from clausula.batch.answers import decision_columns
from clausula.batch.deciding import decide_table, usage_of
from clausula.batch.people import Members
from clausula.household import Household
from clausula.usage import AccountKey, Usage
from tests.batch.neutral import sayable, table_of
from tests.plan_texts import program_of
from tests.strategies import PROVIDERS, Situation, situations


def told(usage: Usage) -> dict[AccountKey, int]:
    """The accounts that hold something."""
    return {key: amount for key, amount in usage.amounts.items() if amount}


def twins(situation: Situation) -> list[Household]:
    """The household of a situation, and another one with the same people under other names."""
    home = situation.household
    other = replace(
        home,
        id="other",
        people=tuple(replace(person, id=f"{person.id}-2") for person in home.people),
        enrolments=tuple(replace(each, person=f"{each.person}-2") for each in home.enrolments),
        evidence=tuple(
            replace(each, person=f"{each.person}-2", id=each.id and f"{each.id}-2") for each in home.evidence
        ),
    )
    return [home, other]


@settings(max_examples=150)
@given(situations())
def test_a_table_is_decided_as_its_lines_are(situation: Situation) -> None:
    program = program_of(situation.texts)
    households = twins(situation)
    lines = [sayable(line) for line in situation.lines if Decimal(line.paid_by_others) <= Decimal(line.charged)]
    twice = [*lines, *(replace(line, id=f"{line.id}-2", person=f"{line.person}-2") for line in lines)]
    table = table_of(twice, program.currency)
    found = decide_table(program, Members.of(households, PROVIDERS), table)
    usage = usage_of(found)
    columns = decision_columns(found, table)
    rows = {row["line"]: row for row in columns.to_pylist()}
    for household, mine in zip(households, (lines, twice[len(lines) :]), strict=True):
        expected = decide(program, household, mine, None, PROVIDERS)
        for decision in expected.decisions:
            row = rows[decision.line.id]
            amounts = (decision.charged, decision.paid, decision.cash, decision.borne, decision.advanced)
            assert (row["charged"], row["paid"], row["cash"], row["borne"], row["advanced"]) == amounts, repr(situation)
            assert row["outcome"] == decision.outcome, repr(situation)
            clause = program.clause(decision.reason) if decision.reason >= 0 else ("", "")
            assert (row["reason_plan"], row["reason_clause"]) == clause, repr(situation)
        assert told(usage.get(household.id, Usage())) == told(expected.usage), repr(situation)
