"""The kernel, interpreted, sentence by sentence: tiny plans, one or two lines, the amount that must come out.

Together these tests take every branch of `src/clausula/kernel.py`; `test_properties.py` says that the branches mean
the right thing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from clausula import codes, kernel
from clausula.decision import Adjudication
from clausula.encoder import Encoder
from clausula.household import Enrolment, Evidence, Household, Line, Person
from clausula.memory import output_memory, program_memory, work_memory
from tests.comparison import reason
from tests.engines import interpreted
from tests.plan_texts import Table, program_of, text_of
from tests.strategies import PROVIDERS

DAY = date(2026, 3, 2)
ANNA = Person("anna", date(1980, 6, 15))


def plan(*blocks: tuple[str, Table], name: str = "test/first", rank: int = 10) -> str:
    """A plan text."""
    return text_of({"id": name, "name": "Plan", "currency": "EUR", "from": date(2024, 1, 1), "rank": rank}, blocks)


def benefit(pays: Any = "in full", **keys: Any) -> tuple[str, Table]:
    """A benefit for everything."""
    return "benefit", {"id": "b", "services": ["*"], "pays": pays, **keys}


def line(charged: Any = 100, **keys: Any) -> Line:
    """A line of anna's."""
    return Line("1", "anna", keys.pop("service", "care/visit"), keys.pop("served_on", DAY), charged, **keys)


def decide(texts: str | tuple[str, ...], *given: Line, evidence: tuple[Evidence, ...] = ()) -> Adjudication:
    """Decide lines of anna, who holds all the plans."""
    several = (texts,) if isinstance(texts, str) else texts
    program = program_of(several)
    enrolments = tuple(Enrolment("anna", name, date(2025, 1, 1)) for name in program.plans)
    numbered = [replace(each, id=str(number)) for number, each in enumerate(given, 1)]
    return interpreted(program, Household("home", (ANNA,), enrolments, evidence), numbered)


def paid(pays: Any, *given: Line, **keys: Any) -> list[Decimal]:
    """What a plan of one benefit pays on each line."""
    return [decision.paid for decision in decide(plan(benefit(pays, **keys)), *given).decisions]


def outcome(texts: str | tuple[str, ...], *given: Line, evidence: tuple[Evidence, ...] = ()) -> tuple[str, str]:
    """Outcome and reason of the last line."""
    last = decide(texts, *given, evidence=evidence).decisions[-1]
    return last.outcome, reason(last, last.covers[-1])


# --- steps ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "pays", "given", "wanted"),
    [
        ("in full is the charge", "in full", [line("36.15")], ["36.15"]),
        ("nothing is nothing", "nothing", [line()], [0]),
        ("a sum is paid for each unit", {"amount": 7, "each": "session"}, [line(quantity=3)], [21]),
        ("a cap of 0 is a cap", {"at_most": 0}, [line()], [0]),
        ("a cap per unit grows with the units", {"at_most": 20, "each": "session"}, [line(quantity=2)], [40]),
        ("a floor lifts what is paid", [{"amount": 10}, {"at_least": 25}], [line()], [25]),
        ("a floor lifts nothing from nothing", ["in full", {"at_least": 25}][1:], [line(0)], [0]),
        ("a share of half a cent rounds up", {"share": "50 %"}, [line("0.05")], ["0.03"]),
        ("a share above the whole stops at the charge", {"share": "200 %"}, [line(100)], [100]),
        (
            "a share above the whole fills up a tariff",
            [{"of": "tariff"}, {"share": "200 %"}],
            [line(100, facts={"tariff": 30})],
            [60],
        ),
        (
            "half of a tariff is a cap",
            {"at_most": {"fact": "tariff", "share": "50 %"}},
            [line(facts={"tariff": 30})],
            [15],
        ),
        (
            "an amount for each level is a cap",
            {"at_most": {"fact": "level", "amount": 8}},
            [line(facts={"level": 3})],
            [24],
        ),
        (
            "a share of no tariff is nothing",
            {"at_most": {"fact": "tariff", "share": "50 %"}},
            [line(facts={"tariff": 0})],
            [0],
        ),
        (
            "rent above the limit cuts the bill in proportion",
            {"proportion": 50, "of": "tariff"},
            [line(facts={"tariff": 200})],
            [25],
        ),
        ("rent below the limit cuts nothing", {"proportion": 50, "of": "tariff"}, [line(facts={"tariff": 40})], [100]),
        (
            "very large rents keep the proportion",
            {"proportion": 50_000_000, "of": "tariff"},
            [line(facts={"tariff": 100_000_000})],
            [50],
        ),
        ("rounding half up", {"round": "0.05"}, [line("1.03")], ["1.03"]),
        ("rounding down", {"round": "0.05", "mode": "down"}, [line("1.09")], ["1.05"]),
        ("rounding up stops at the charge", {"round": "1", "mode": "up"}, [line("1.09")], ["1.09"]),
        ("a deductible is borne once", {"deductible": 150, "per": "life"}, [line(), line()], [0, 50]),
        (
            "coinsurance ends at its ceiling",
            {"member_pays": "10 %", "at_most": 15, "per": "life"},
            [line(), line()],
            [90, 95],
        ),
        ("a copay per session", {"less": 15, "each": "session"}, [line(quantity=2)], [70]),
        ("a copay ends at its ceiling", {"less": 15, "at_most": 20, "per": "life"}, [line(), line()], [85, 95]),
        (
            "bands run on over lines",
            {"member_pays": [{"up_to": 100, "share": "100 %"}, {"share": "25 %"}], "per": "life"},
            [line(60), line(80)],
            [0, 30],
        ),
        (
            "a floor of what is borne",
            {"member_pays": "15 %", "at_least": 50, "per": "stay"},
            [line(stay="s"), line(stay="s")],
            [50, 100],
        ),
        ("a limit ends", {"at_most": 150, "per": "calendar year"}, [line(), line()], [100, 50]),
        (
            "a limit begins anew with the year",
            {"at_most": 150, "per": "calendar year"},
            [line(150), line(150, served_on=date(2027, 1, 1))],
            [150, 150],
        ),
        (
            "a limit of a rolling window frees itself",
            {"at_most": 150, "per": "30 days rolling"},
            [line(150), line(150, served_on=date(2026, 3, 31)), line(150, served_on=date(2026, 4, 1))],
            [150, 0, 150],
        ),
        (
            "two limits may share an account",
            [{"at_most": 90, "per": "life", "account": "pot"}, {"at_most": 70, "per": "life", "account": "pot"}],
            [line(), line()],
            [70, 0],
        ),
        (
            "a limit on cost is charged before the share",
            [{"at_most": 150, "per": "life", "measures": "cost"}, {"share": "50 %"}],
            [line(), line()],
            [50, 25],
        ),
        (
            "a limit holds what a later step lifts again",
            [{"at_most": 50, "per": "life"}, {"at_least": 80}],
            [line()],
            [50],
        ),
        (
            "a limit that already cut stays the reason",
            [{"share": "90 %"}, {"at_most": 50, "per": "life"}, {"at_least": 80}],
            [line()],
            [50],
        ),
        (
            "units beyond the run are not paid",
            {"units": "1-3", "count": "session", "per": "life"},
            [line(quantity=2), line(quantity=2), line()],
            [100, 50, 0],
        ),
        (
            "a run counted before is what a sum is paid for",
            [{"units": "1-3", "count": "session", "per": "life"}, {"amount": 10, "each": "session"}],
            [line(quantity=5)],
            [30],
        ),
        (
            "a line without units has none to pay",
            {"units": "1-3", "count": "session", "per": "life"},
            [line(quantity=0)],
            [0],
        ),
        (
            "a refused visit does not lengthen a rolling window",
            {"units": "1-1", "count": "visit", "per": "30 days rolling"},
            [line(), line(served_on=date(2026, 3, 20)), line(served_on=date(2026, 4, 1))],
            [100, 0, 100],
        ),
        (
            "tranches pay by the number of the unit",
            {
                "tranches": [{"units": "1-2", "share": "100 %"}, {"units": "3-4", "share": "20 %"}],
                "count": "visit",
                "per": "life",
            },
            [line(quantity=3), line(quantity=2), line()],
            ["73.33", 10, 0],
        ),
        (
            "a ceiling gives back what the deductible took",
            [{"deductible": 80, "per": "life"}, {"member_at_most": 30, "per": "life"}],
            [line(), line()],
            [70, 100],
        ),
        (
            "a ceiling gives the latest step back first",
            [{"deductible": 80, "per": "life"}, {"share": "50 %"}, {"member_at_most": 70, "per": "life"}],
            [line()],
            [30],
        ),
        (
            "a ceiling that is not reached changes nothing",
            [{"deductible": 20, "per": "life"}, {"member_at_most": 30, "per": "life"}],
            [line()],
            [80],
        ),
        ("a step out of its condition is left out", [{"share": "50 %", "when": {"emergency": True}}], [line()], [100]),
    ],
)
def test_a_step_does_what_its_sentence_says(sentence: str, pays: Any, given: list[Line], wanted: list[Any]) -> None:
    kind = {} if "sum" in sentence else {"kind": "expense"}
    assert paid(pays, *given, **kind) == [Decimal(each) for each in wanted], sentence


def test_a_deductible_given_back_is_still_to_be_borne_later() -> None:
    steps = [{"deductible": 80, "per": "life", "id": "own"}, {"member_at_most": 30, "per": "month"}]
    assert decide(plan(benefit(steps)), line()).usage.used("test/first#own") == 30_00


@pytest.mark.parametrize(
    ("pays", "keys"),
    [
        ({"at_most": {"fact": "tariff"}}, {}),
        ({"amount": 5, "each": "night"}, {}),
        ({"amount": 5, "each": "night"}, {"facts": {"admitted_on": DAY, "discharged_on": date(2026, 3, 1)}}),
        ({"at_most": 5, "per": "stay"}, {}),
        ({"proportion": 5, "of": "tariff"}, {}),
        ([{"share": "50 %", "when": {"cause": "illness"}}], {}),
    ],
)
def test_a_step_without_its_figures_needs_a_person(pays: Any, keys: Table) -> None:
    assert outcome(plan(benefit(pays)), line(**keys))[0] == "needs_person"


# --- conditions -------------------------------------------------------------------------------------------------------

FACTS: Table = {"cause": "illness", "level": 2, "marks": ("x",), "tariff": 120, "diagnosis": "F32"}


@pytest.mark.parametrize(
    ("when", "wanted"),
    [
        ({"cause": ["illness", "accident"]}, "covered"),
        ({"cause": "accident"}, "not_covered"),
        ({"level": {"at_least": 2, "below": 3}}, "covered"),
        ({"level": {"above": 2}}, "not_covered"),
        ({"time": {"from": "22:00", "to": "06:00"}}, "covered"),
        ({"time": {"from": "21:00", "to": "20:00"}}, "covered"),
        ({"level": {"not": ["2"]}}, "not_covered"),
        ({"marks": "x"}, "covered"),
        ({"marks": "y"}, "not_covered"),
        ({"marks": {"all": ["x", "y"]}}, "not_covered"),
        ({"marks": {"all": ["x"]}}, "covered"),
        ({"marks": {"none": ["y"]}}, "covered"),
        ({"marks": {"none": ["x"]}}, "not_covered"),
        ({"charged": {"less_than_fact": "tariff"}}, "covered"),
        ({"tariff": {"less_than_fact": "charged"}}, "not_covered"),
        ({"charged": {"at_most_fact": "tariff"}}, "covered"),
        ({"tariff": {"at_most_fact": "charged"}}, "not_covered"),
        ({"referred_on": {"known": False}}, "covered"),
        ({"referred_on": {"known": True}}, "not_covered"),
        ({"vip": True}, "needs_person"),
        ({"served_on": {"less_than_fact": "referred_on"}}, "needs_person"),
        ({"vip": True, "emergency": True, "cause": "accident"}, "not_covered"),
        ([{"cause": "accident"}, {"cause": "maternity"}], "not_covered"),
        ([{"cause": "accident"}, {"cause": "illness"}], "covered"),
        ([{"vip": True}, {"vip": False}, {"cause": "illness", "level": 9}], "needs_person"),
        ({"vip": True, "tooth": "11"}, "needs_person"),
    ],
)
def test_a_condition_is_true_false_or_cannot_be_told(when: Any, wanted: str) -> None:
    assert outcome(plan(benefit(when=when)), line(facts=FACTS, time=1380))[0] == wanted


def test_a_missing_fact_is_not_met_where_the_rule_says_skip() -> None:
    assert outcome(plan(benefit(when={"vip": True}, if_missing="skip")), line()) == ("not_covered", "b:vip")


def test_the_reason_is_of_the_alternative_that_came_nearest() -> None:
    when = [{"cause": "accident", "level": 2}, {"cause": "illness", "level": 3}, {"cause": "maternity"}]
    assert outcome(plan(benefit(when=when)), line(facts=FACTS)) == ("not_covered", "b:level")


def test_a_condition_may_ask_what_has_been_used() -> None:
    steps = [{"units": "1-9", "count": "session", "per": "stay", "id": "runs"}]
    text = plan(benefit(steps, when={"used:runs": {"below": 1}}))
    assert outcome(text, line(stay="s"))[0] == "covered"
    assert outcome(text, line(stay="s"), line(stay="s")) == ("not_covered", "b:used:runs")
    assert outcome(text, line())[0] == "needs_person"


# --- what speaks against a benefit ------------------------------------------------------------------------------------


def test_an_exclusion_refuses_and_an_open_one_holds_up() -> None:
    rule = ("exclusion", {"id": "x", "when": {"cause": "accident"}, "if_missing": "needs_document"})
    text = plan(rule, benefit())
    assert outcome(text, line(facts={"cause": "accident"})) == ("not_covered", "x")
    assert outcome(text, line()) == ("needs_document", "x:cause")
    assert outcome(text, line(facts={"cause": "illness"}))[0] == "covered"


def test_an_exclusion_is_the_reason_where_no_benefit_fits_either() -> None:
    rules = [
        ("exclusion", {"id": name, "when": {"cause": cause}}) for name, cause in (("y", "maternity"), ("x", "accident"))
    ]
    text = plan(*rules, benefit(when={"level": 9}))
    assert outcome(text, line(facts={**FACTS, "cause": "accident"})) == ("not_covered", "x")
    assert outcome(plan(("benefit", {"id": "b", "services": ["stay"], "pays": "in full"})), line()) == (
        "not_covered",
        "no-benefit",
    )


def test_waiting_ends_on_the_day_it_names() -> None:
    text = plan(("waiting", {"id": "wait", "days": 425}), benefit())
    assert outcome(text, line(served_on=date(2026, 3, 1))) == ("not_covered", "wait")
    assert outcome(text, line(served_on=date(2026, 3, 2)))[0] == "covered"


def paper(**keys: Any) -> Evidence:
    """A voucher of anna's."""
    return Evidence("voucher", "anna", keys.pop("issued_on", date(2026, 3, 1)), **keys)


def required(**keys: Any) -> str:
    """A plan with one requirement."""
    found = {"id": "r", "evidence": ["voucher"], "else": "not_covered", **keys}
    return plan(("requirement", found), benefit({"at_most": 1000, "per": "life"}, requires=["r"]))


@pytest.mark.parametrize(
    ("asks", "wrong", "right", "failure"),
    [
        ({"status": "granted"}, {"status": "refused"}, {"status": "granted"}, "status"),
        ({"names": ["pathology"]}, {}, {"names": ("pathology",)}, "names"),
        ({"issued_by": {"list": "gold"}}, {}, {"issuer_lists": ("gold",)}, "issuer"),
        ({"issued_by": {"role": "nurse"}}, {}, {"issuer_role": "nurse"}, "issuer"),
        ({"issued_by": {"specialty": "skin"}}, {"issuer": "dr-a"}, {"issuer": "dr-b"}, "issuer"),
        ({"same": "services"}, {"services": ("stay",)}, {"services": ("stay", "care")}, "scope"),
        ({"same": "episode"}, {"episode": "e2"}, {"episode": "e1"}, "scope"),
        ({"same": "indication"}, {"indication": "i2"}, {"indication": "i1"}, "scope"),
        ({"same": "provider"}, {"provider": "dr-b"}, {"provider": "dr-a"}, "scope"),
        ({"same": "claim"}, {"claim": "c2"}, {"claim": "c1"}, "scope"),
        ({"same": "specialty"}, {"specialty": "skin"}, {"specialty": "general"}, "specialty"),
        ({"proposes_provider": True}, {"proposals": ("dr-b",)}, {"proposals": ("dr-b", "dr-a")}, "proposal"),
        ({"dated": {"before": "served_on"}}, {"issued_on": DAY}, {}, "dated"),
        ({"dated": {"not_after": "served_on", "within_days": 3}}, {"issued_on": date(2026, 2, 26)}, {}, "dated"),
        ({}, {"valid_until": date(2026, 3, 1)}, {"valid_until": DAY}, "expired"),
        ({"uses_left": True}, {"uses": 0}, {"uses": 1}, "uses"),
        ({"uses_left": True}, {"uses": 0}, {}, "uses"),
    ],
)
def test_evidence_fails_in_the_way_it_is_wrong(asks: Table, wrong: Table, right: Table, failure: str) -> None:
    bill = line(episode="e1", indication="i1", provider="dr-a", claim="c1")
    assert outcome(required(**asks), bill, evidence=(paper(**wrong),)) == ("not_covered", f"r:{failure}")
    assert outcome(required(**asks), bill, evidence=(paper(**right),))[0] == "covered"


def test_the_nearest_miss_is_reported_and_other_papers_are_not_looked_at() -> None:
    papers = (paper(valid_until=date(2026, 3, 1)), paper(status="refused"), Evidence("prescription", "anna", DAY))
    text = plan(
        ("requirement", {"id": "r", "evidence": ["voucher"], "status": "granted"}),
        ("requirement", {"id": "other", "evidence": ["prescription"]}),
        benefit(requires=["r", "other"]),
    )
    assert outcome(text, line(), evidence=papers) == ("not_covered", "r:expired")
    assert outcome(text, line()) == ("not_covered", "r:missing")


def test_a_document_is_used_up_by_the_lines_that_rest_on_it() -> None:
    paper_for_three = paper(uses=3, id="p")
    text = required(uses_left=True)
    assert outcome(text, line(quantity=2), line(quantity=1), evidence=(paper_for_three,))[0] == "covered"
    assert outcome(text, line(quantity=2), line(quantity=2), evidence=(paper_for_three,)) == ("not_covered", "r:uses")


def test_a_document_that_meets_two_requirements_is_used_once() -> None:
    asked: list[Table] = [{"id": name, "evidence": ["voucher"], "uses_left": True} for name in ("r", "s")]
    rules = [("requirement", each) for each in asked]
    result = decide(plan(*rules, benefit(requires=["r", "s"])), line(), evidence=(paper(uses=5, id="p"),))
    assert result.usage.used("evidence") == 1


def test_a_requirement_binds_whom_it_says_and_not_whom_it_exempts() -> None:
    text = required(when={"cause": "illness"}, exempt=[{"when": {"level": 1}}, {"when": {"emergency": True}}])
    assert outcome(text, line(facts={"cause": "accident"}))[0] == "covered"
    assert outcome(text, line(facts={"cause": "illness", "emergency": True}))[0] == "covered"
    assert outcome(text, line(facts={"cause": "illness"})) == ("not_covered", "r:missing")
    assert outcome(text, line()) == ("needs_person", "r:cause")
    assert outcome(text, line(facts={"emergency": True}))[0] == "covered"


def test_a_requirement_may_only_reduce_what_is_paid() -> None:
    assert decide(required(**{"else": {"pays": "50 %"}}), line("0.05")).decisions[0].paid == Decimal("0.03")


def test_a_provider_is_paid_on_the_members_account_but_no_more_than_the_member_bears() -> None:
    first = required(advance_when={"emergency": True})
    decision = decide(first, line(facts={"emergency": True})).decisions[0]
    assert decision.outcome == "not_covered"
    assert [decision.paid, decision.advanced] == [0, 100]
    assert decide(first, line()).decisions[0].advanced == 0
    second = plan(benefit({"share": "30 %"}), name="test/second", rank=20)
    assert decide((first, second), line(facts={"emergency": True})).decisions[0].advanced == 70


# --- which benefit, which cover ---------------------------------------------------------------------------------------


def test_an_exception_goes_before_what_it_overrides() -> None:
    special = ("benefit", {"id": "s", "exception_to": ["b"], "when": {"emergency": True}, "pays": {"share": "10 %"}})
    text = plan(benefit(), special)
    assert decide(text, line(facts={"emergency": True})).decisions[0].paid == 10
    assert decide(text, line()).decisions[0].paid == 100


def group(*pays: Any, first: Table | None = None, **keys: Any) -> str:
    """A choice between two benefits."""
    tables: list[Table] = [{"id": f"m{n}", "services": ["*"], "pays": each} for n, each in enumerate(pays)]
    members = [("benefit", each) for each in tables]
    members[0][1].update(first or {})
    rules: list[tuple[str, Table]] = [
        ("requirement", {"id": "r", "evidence": ["voucher"], "else": "needs_document"}),
        ("exclusion", {"id": "x", "when": {"level": 1}}),
    ]
    best = {"id": "best", "services": ["*"], "better_of": ["m0", "m1"], **keys}
    return plan(*rules, *members, ("benefit", best))


def test_the_member_gets_the_better_of_two_and_the_first_on_a_tie() -> None:
    for pays, wanted in (((10, 20), "m1"), ((20, 10), "m0"), ((20, 20), "m0")):
        text = group(*({"at_most": each, "per": "life"} for each in pays))
        result = decide(text, line())
        assert result.decisions[0].covers[0].benefit is not None
        assert result.decisions[0].covers[0].benefit.id == wanted
        assert sum(result.usage.amounts.values()) == max(pays) * 100


def test_an_open_answer_goes_before_a_refusal_and_after_a_payment() -> None:
    assert outcome(group("in full", "nothing", first={"requires": ["r"]}), line())[0] == "needs_document"
    assert outcome(group("in full", {"share": "10 %"}, first={"requires": ["r"]}), line())[0] == "partly"
    assert outcome(group("nothing", "nothing"), line())[0] == "not_covered"


def test_a_choice_is_open_where_one_of_its_members_cannot_be_told_and_empty_where_none_fits() -> None:
    assert outcome(group("in full", "in full", first={"when": {"vip": True}}), line())[0] == "needs_person"
    nobody = group("in full", "in full", first={"when": {"emergency": True}})
    assert outcome(nobody, line())[0] == "covered"
    none_fits = nobody.replace('id = "m1"', 'id = "m1"\nwhen = { emergency = true }')
    assert outcome(none_fits, line())[0] == "not_covered"


def test_an_indemnity_is_paid_beside_the_bill_and_refused_when_it_is_used_up() -> None:
    text = plan(benefit([{"amount": 40, "each": "session"}, {"at_most": 40, "per": "life"}]))
    first, second = decide(text, line(0), line(0)).decisions
    assert [first.paid, first.cash, first.borne] == [40, 40, 0]
    assert first.outcome == "covered"
    assert second.paid == 0
    assert second.outcome == "not_covered"


def test_a_service_in_kind_is_granted_until_its_units_are_used_up() -> None:
    text = plan(
        benefit([{"units": "1-1", "count": "visit", "per": "life"}, {"at_most": 5, "per": "life"}], kind="service")
    )
    assert [each.outcome for each in decide(text, line(0), line(0)).decisions] == ["covered", "not_covered"]


def test_the_next_cover_gets_what_is_left_but_not_what_the_member_must_keep() -> None:
    first = plan(benefit([{"deductible": 30, "per": "life", "keeps": True}, {"share": "50 %"}]))
    second = plan(benefit(), name="test/second", rank=20)
    decision = decide((first, second), line()).decisions[0]
    assert [cover.paid for cover in decision.covers] == [35_00, 35_00]
    assert decision.borne == 30


def test_what_must_be_kept_is_given_back_too() -> None:
    first = plan(benefit([{"deductible": 30, "per": "life", "keeps": True}, {"member_at_most": 10, "per": "life"}]))
    second = plan(benefit(), name="test/second", rank=20)
    assert decide((first, second), line()).decisions[0].borne == 10


def test_a_second_cover_may_reckon_from_the_charge_less_what_was_paid_before() -> None:
    first = plan(benefit({"share": "70 %"}))
    second = plan(benefit([{"of": "charged"}, {"share": "90 %"}, {"less": "paid_before"}]), name="test/second", rank=20)
    assert [cover.paid for cover in decide((first, second), line()).decisions[0].covers] == [70_00, 20_00]


def test_an_open_cover_lets_later_covers_wait_and_moves_no_account() -> None:
    first = plan(benefit({"at_most": 50, "per": "stay"}))
    second = plan(benefit(), name="test/second", rank=20)
    result = decide((first, second), line())
    assert [cover.outcome for cover in result.decisions[0].covers] == ["needs_person"]
    assert not result.usage.amounts


def test_somebody_without_a_cover_bears_everything() -> None:
    program = program_of((plan(benefit()),))
    decision = interpreted(
        program, Household("home", (ANNA,), (Enrolment("anna", "test/first", date(2027, 1, 1)),)), [line()]
    )
    assert decision.decisions[0].borne == 100
    assert decision.decisions[0].outcome == "not_covered"


# --- memories ---------------------------------------------------------------------------------------------------------


def test_a_trace_without_room_is_left_as_it_is() -> None:
    room = [codes.NOTE, *[7] * (codes.NOTE - 1)]
    trace = room[:]
    assert kernel.note(trace, 1, 0, 1, 2, 3, 4) == 1
    assert trace == room


def test_households_swept_together_decide_as_each_alone() -> None:
    text = plan(benefit([{"deductible": 150, "per": "life"}, {"at_most": 60, "per": "life"}]))
    program = program_of((text,))
    home = Household("home", (ANNA,), (Enrolment("anna", "test/first", date(2025, 1, 1)),))
    encoder = Encoder(program, home, PROVIDERS)
    first = interpreted(program, home, [line()])
    opening = encoder.accounts(first.usage)
    rows = [encoder.row(line()) for _ in range(3)]
    out, room = output_memory(program, 3), work_memory([0] * len(opening), 9, program.moves)
    closing, closing_at = [0] * 20, [0] * 3
    length = kernel.sweep(
        program_memory(program),
        [n for row in rows for n in row],
        2,
        [0, 2, 3],
        opening,
        [0, 0, len(opening)],
        [0],
        room,
        out,
        closing,
        closing_at,
        [0],
    )
    size = program.tables.depth * codes.CELL + 1
    assert [out[i * size + 3] for i in range(3)] == [0, 50_00, 50_00]
    assert closing_at == [0, 4, 8]
    assert closing[:length][1::2] == [150_00, 50_00, 150_00, 50_00]
