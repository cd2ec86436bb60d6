"""Engine = oracle, and the laws of `docs/decisions/0003-laws.md`, on random plans, households, histories and
evidence."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings

from clausula.decision import Decision
from clausula.household import Household, Line
from clausula.plan import Step
from clausula.program import Program
from clausula.usage import AccountKey, Usage
from tests.comparison import assert_same, decided, holding
from tests.engines import compiled, interpreted
from tests.plan_texts import program_of, slice_of, text_of
from tests.strategies import (
    BAND_LISTS,
    Dice,
    Situation,
    dices,
    household,
    lines,
    money,
    plan_text,
    share,
    situation,
    situations,
)

pytestmark = pytest.mark.no_cover

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
EXACT = ("of", "amount", "cap", "limit", "deductible", "less", "less before")
"""Steps that neither round nor count: amounts scale with the amounts that go in."""


def law(examples: int, strategy: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A law tried on so many examples; twenty times as many at night."""

    def tried(test: Callable[..., None]) -> Callable[..., None]:
        on_so_many = settings(max_examples=examples * (20 if NIGHTLY else 1), deadline=None)
        return on_so_many(given(strategy)(test))  # type: ignore[no-any-return, no-untyped-call]

    return tried


def in_order(program: Program, given_lines: tuple[Line, ...]) -> list[Line]:
    """Lines in the order they are decided."""
    if program.order == "reception":
        return sorted(given_lines, key=lambda line: (line.received_on or line.served_on, line.served_on))
    return sorted(given_lines, key=lambda line: line.served_on)


# --- one meaning ------------------------------------------------------------------------------------------------------


@law(300, situations())
def test_the_engine_says_what_the_oracle_says(case: Situation) -> None:
    assert_same(interpreted, case)


@law(100, situations(whole=True, simple=True, most_plans=1, most_lines=16))
def test_the_engine_says_what_the_oracle_says_of_long_histories(case: Situation) -> None:
    assert_same(interpreted, case)


def test_the_compiled_kernel_says_what_the_oracle_says() -> None:
    pytest.importorskip("numba")

    @law(100, situations())
    def same(case: Situation) -> None:
        assert_same(compiled, case)

    same()


# --- money ------------------------------------------------------------------------------------------------------------


@law(150, situations())
def test_what_is_paid_and_borne_and_paid_by_others_is_what_was_charged(case: Situation) -> None:
    for decision in interpreted(program_of(case.texts), case.household, case.lines).decisions:
        assert decision.paid - decision.cash + decision.borne + decision.paid_by_others == decision.charged
        assert min(decision.paid, decision.borne, decision.cash, decision.advanced) >= 0
        assert decision.advanced <= decision.borne


@law(150, situations(order="service"))
def test_no_limit_and_no_number_of_uses_is_exceeded(case: Situation) -> None:
    program = program_of(case.texts)
    accounts = interpreted(program, case.household, case.lines).usage.amounts
    most: dict[str, Decimal] = {}
    for step, _ in program.steps:
        if (
            step.verb == "at_most"
            and step.per is not None
            and not step.per.by_day()
            and isinstance(step.value, Decimal)
        ):
            name = account_name(program, step)
            most[name] = max(most.get(name, Decimal(0)), step.value * 100)
        elif step.verb == "at_most" and step.per is not None:
            most[account_name(program, step)] = Decimal("Infinity")
    for key, used in accounts.items():
        assert used <= most.get(key.account, Decimal("Infinity")), key
    uses = {each.id: each.uses for each in case.household.evidence if each.id and each.uses is not None}
    for key, used in accounts.items():
        if key.account == "evidence" and key.entity[1] in uses:
            assert used <= uses[key.entity[1]]


def account_name(program: Program, step: Step) -> str:
    """The account a step of a program moves."""
    row = next(n for n, (each, _) in enumerate(program.steps) if each is step)
    return str(program.accounts[program.tables.steps[row].account].name)


def moved(decisions: tuple[Decision, ...], verbs: set[str]) -> dict[str, int]:
    """What the steps of the decisions say went to each account: the payment for a limit, what was cut for what is
    borne."""
    found: dict[str, int] = {}
    for decision in decisions:
        for cover in decision.covers:
            if cover.benefit is None or cover.outcome.startswith("needs"):
                continue
            seen: set[str] = set()
            for taken in decision.steps:
                step = taken.rule
                if not isinstance(step, Step) or step.verb not in verbs or taken.kind != "step" or step.per is None:
                    continue
                name = account_name(decision.program, step)
                if step.verb == "at_most" and name not in seen:
                    found[name] = found.get(name, 0) + cover.paid
                elif step.verb != "at_most":
                    found[name] = found.get(name, 0) + taken.before - taken.after
                seen.add(name)
    return found


@law(
    150, situations(simple=True, most_plans=1, verbs=("limit", "deductible", "member share", "share", "cap", "amount"))
)
def test_accounts_hold_what_the_decisions_say(case: Situation) -> None:
    program = program_of(case.texts)
    result = interpreted(program, case.household, case.lines)
    said = moved(result.decisions, {"at_most", "deductible", "member_pays"})
    held: dict[str, int] = {}
    for key, used in result.usage.amounts.items():
        held[key.account] = held.get(key.account, 0) + used
    for name in said.keys() | held.keys():
        if not any(
            step.measures == "cost" and account_name(program, step) == name for step, _ in program.steps if step.per
        ):
            assert said.get(name, 0) == held.get(name, 0), name


@law(100, situations(simple=True, whole=True, most_plans=1, verbs=("units", "share", "cap")))
def test_a_count_holds_every_unit_that_reached_it(case: Situation) -> None:
    program = program_of(case.texts)
    result = interpreted(program, case.household, case.lines)
    for number, (step, rule) in enumerate(program.steps):
        if step.verb != "units" or step.count != "session" or step.per is None or step.per.by_day():
            continue
        first = min(n for n, (_, owner) in enumerate(program.steps) if owner is rule)
        if any(each.verb in ("units", "tranches") for each, _ in program.steps[first:number]):
            continue  # an earlier count hands on only what it granted
        name = account_name(program, step)
        arrived = sum(
            d.line.quantity
            for d in result.decisions
            for c in d.covers
            if c.benefit is not None and c.benefit.id == rule.id
        )
        assert sum(used for key, used in result.usage.amounts.items() if key.account == name) == arrived


# --- time -------------------------------------------------------------------------------------------------------------


@law(120, dices())
def test_splitting_time_and_carrying_usage_over_is_one_pass(dice: Dice) -> None:
    case = situation(dice)
    program = program_of(case.texts)
    whole = interpreted(program, case.household, case.lines)
    ordered = in_order(program, case.lines)
    usage, said = Usage(), []
    rest = ordered
    while rest:
        cut = dice.randint(1, len(rest))
        part = interpreted(program, case.household, rest[:cut], Usage.of(usage.rows()))
        said += decided(part)
        usage, rest = part.usage, rest[cut:]
    assert said == decided(whole)
    assert holding(usage) == holding(whole.usage)


@law(100, dices())
def test_a_voided_line_never_happened_and_leaves_what_came_before_it(dice: Dice) -> None:
    case = situation(dice)
    program = program_of(case.texts)
    before = decided(interpreted(program, case.household, case.lines))
    voided = dice.choice(case.lines)
    replayed = interpreted(program, case.household, [line for line in case.lines if line.id != voided.id])
    fresh = replace(case, lines=tuple(line for line in case.lines if line.id != voided.id))
    slice_of.cache_clear()
    never = interpreted(program_of(fresh.texts), fresh.household, fresh.lines)
    assert decided(replayed) == decided(never)
    assert holding(replayed.usage) == holding(never.usage)
    earlier = [said[0] for said in before].index(voided.id)
    assert before[:earlier] == decided(replayed)[:earlier]


@law(100, situations())
def test_deciding_changes_nothing_that_was_handed_in(case: Situation) -> None:
    program = program_of(case.texts)
    first = interpreted(program, case.household, case.lines)
    opening = Usage(dict(first.usage.amounts))
    again = interpreted(program, case.household, case.lines, opening)
    assert opening.amounts == first.usage.amounts
    assert decided(interpreted(program, case.household, case.lines, opening)) == decided(again)


# --- people -----------------------------------------------------------------------------------------------------------


def without_shared_accounts(case: Situation) -> bool:
    """Whether no account is the household's."""
    return all(spec.scope != "household" for spec in program_of(case.texts).accounts)


def of_one(household: Household, person: str) -> Household:
    """A household of one of its people."""
    return replace(
        household,
        people=tuple(each for each in household.people if each.id == person),
        enrolments=tuple(each for each in household.enrolments if each.person == person),
        evidence=tuple(each for each in household.evidence if each.person == person),
    )


@law(150, situations())
def test_people_who_share_no_account_may_be_decided_apart(case: Situation) -> None:
    program = program_of(case.texts)
    if not without_shared_accounts(case):
        return
    together = interpreted(program, case.household, case.lines)
    said: list[Any] = []
    accounts: dict[AccountKey, int] = {}
    for person in case.household.people:
        alone = of_one(case.household, person.id)
        part = interpreted(program, alone, [line for line in case.lines if line.person == person.id])
        said += decided(part)
        accounts |= holding(part.usage)
    assert sorted(said, key=lambda each: str(each[0])) == sorted(decided(together), key=lambda each: str(each[0]))
    assert accounts == holding(together.usage)


@law(100, dices())
def test_the_order_of_lines_of_people_who_share_no_account_changes_nothing(dice: Dice) -> None:
    case = situation(dice)
    program = program_of(case.texts)
    if not without_shared_accounts(case):
        return
    people = [line.person for line in case.lines]
    mixed = dice.sample(people, len(people))
    queues = {person: [line for line in case.lines if line.person == person] for person in people}
    shuffled = [queues[person].pop(0) for person in mixed]
    one, other = (interpreted(program, case.household, each) for each in (case.lines, shuffled))
    assert sorted(decided(one), key=lambda each: str(each[0])) == sorted(decided(other), key=lambda each: str(each[0]))
    assert holding(one.usage) == holding(other.usage)


@law(60, dices())
def test_households_in_any_order_and_any_partition_are_independent(dice: Dice) -> None:
    case = situation(dice)
    homes = [(situation(dice).household, lines(dice)) for _ in range(3)]
    homes = [
        (replace(home, id=f"home-{n}", enrolments=case.household.enrolments), each)
        for n, (home, each) in enumerate(homes)
    ]
    shared = program_of(case.texts)
    alone = [decided(interpreted(program_of(case.texts), home, each)) for home, each in homes]
    order = dice.sample(range(3), 3)
    together = {n: decided(interpreted(shared, *homes[n])) for n in order}
    assert [together[n] for n in range(3)] == alone


# --- what is open, what is unrelated ----------------------------------------------------------------------------------


@law(150, situations())
def test_a_line_that_stays_open_moves_nothing(case: Situation) -> None:
    program = program_of(case.texts)
    whole = interpreted(program, case.household, case.lines)
    pending = {d.line.id for d in whole.decisions if d.covers and d.covers[0].outcome.startswith("needs")}
    rest = interpreted(program, case.household, [line for line in case.lines if line.id not in pending])
    assert decided(rest) == [said for said in decided(whole) if said[0] not in pending]
    assert holding(rest.usage) == holding(whole.usage)
    for decision in whole.decisions:
        open_covers = [cover for cover in decision.covers if cover.outcome.startswith("needs")]
        assert all(cover.paid == 0 for cover in open_covers)
        assert not open_covers or decision.covers[-1] is open_covers[0]


@law(100, dices())
def test_a_plan_nobody_holds_changes_nothing(dice: Dice) -> None:
    case = situation(dice)
    order = program_of(case.texts).order
    wider = (*case.texts, plan_text(dice, "test/stranger", 15, order))
    one, other = (interpreted(program_of(texts), case.household, case.lines) for texts in (case.texts, wider))
    assert decided(one) == decided(other)
    assert holding(one.usage) == holding(other.usage)


# --- scale and split --------------------------------------------------------------------------------------------------


def times(text: str, factor: int) -> str:
    """A plan text with every amount multiplied."""
    out = []
    for line in text.splitlines():
        if line.startswith("pays"):
            for verb in ("amount", "at_most", "deductible", "less"):
                pieces = line.split(f'"{verb}" = ')
                line = pieces[0] + "".join(f'"{verb}" = ' + multiplied(piece, factor) for piece in pieces[1:])  # noqa: PLW2901
        out.append(line)
    return "\n".join(out) + "\n"


def multiplied(piece: str, factor: int) -> str:
    """A text with the number it begins with multiplied."""
    end = next((n for n, letter in enumerate(piece) if letter not in "0123456789."), len(piece))
    return f"{Decimal(piece[:end]) * factor}{piece[end:]}" if end else piece


@law(120, dices())
def test_amounts_scale_where_nothing_is_rounded_or_counted(dice: Dice) -> None:
    case = situation(dice, simple=True, whole=True, verbs=EXACT)
    if any("share" in text or '"level"' in text for text in case.texts) or any(
        word in text for word in ("when", "unless") for text in case.texts
    ):
        return
    texts = tuple(times(text, 7) for text in case.texts)
    larger = tuple(
        replace(
            line,
            charged=Decimal(line.charged) * 7,
            paid_by_others=Decimal(line.paid_by_others) * 7,
            facts={**line.facts, "tariff": line.facts["tariff"] * 7},  # type: ignore[operator]
        )
        for line in case.lines
    )
    enrolments = tuple(
        replace(each, facts={"franchise": each.facts["franchise"] * 7})  # type: ignore[operator]
        for each in case.household.enrolments
    )
    small = interpreted(program_of(case.texts), case.household, case.lines)
    large = interpreted(program_of(texts), replace(case.household, enrolments=enrolments), larger)
    for one, other in zip(small.decisions, large.decisions, strict=True):
        assert [7 * cover.paid for cover in one.covers] == [cover.paid for cover in other.covers]
        assert 7 * one.left == other.left


def halves(dice: Dice, line: Line) -> list[Line]:
    """A line in two parts of the same day: amounts and units divided anyhow."""
    charged, others = int(Decimal(line.charged) * 100), int(Decimal(line.paid_by_others) * 100)
    units = dice.randint(0, line.quantity)
    part = dice.randint(0, charged)
    given = min(part, dice.randint(max(0, others - (charged - part)), min(others, part)))
    one = replace(line, charged=Decimal(part) / 100, paid_by_others=Decimal(given) / 100, quantity=units)
    rest: dict[str, Any] = {"charged": Decimal(charged - part) / 100, "paid_by_others": Decimal(others - given) / 100}
    return [one, replace(line, id=f"{line.id}-rest", quantity=line.quantity - units, **rest)]


def pipeline(dice: Dice, steps: list[dict[str, Any]], most_lines: int = 6) -> tuple[Situation, Situation]:
    """One benefit with these steps and a history; and the same history with every line in two parts."""
    head = {"id": "test/first", "name": "Plan", "currency": "EUR", "from": "2024-01-01", "rank": 10}
    text = text_of(head, [("benefit", {"id": "b", "services": ["*"], "pays": steps, "kind": "expense"})])
    text = text.replace('"2024-01-01"', "2024-01-01")
    history = lines(dice, most=most_lines, whole=True)
    home = replace(household(dice, ["test/first"], whole=True), evidence=())
    parts = tuple(part for line in history for part in halves(dice, line))
    return Situation((text,), home, history), Situation((text,), home, parts)


def paid(case: Situation) -> tuple[dict[str, int], dict[AccountKey, int]]:
    """What is paid of each line (its parts together), and the accounts after them."""
    result = interpreted(program_of(case.texts), case.household, case.lines)
    found: dict[str, int] = {}
    for decision in result.decisions:
        name = decision.line.id.removesuffix("-rest")
        found[name] = found.get(name, 0) + sum(cover.paid for cover in decision.covers)
    return found, holding(result.usage)


@law(150, dices())
def test_one_line_in_two_pays_the_same_by_deductibles_then_bands_then_limits(dice: Dice) -> None:
    pers = ["calendar year", "household and calendar year", "life", "stay", "month"]
    deductibles = [{"deductible": money(dice), "per": dice.choice(pers)} for _ in range(dice.randint(0, 1))]
    bands = [{"member_pays": dice.choice(BAND_LISTS), "per": dice.choice(pers)} for _ in range(dice.randint(0, 1))]
    limits = [{"at_most": money(dice), "per": dice.choice(pers)} for _ in range(dice.randint(0, 3))]
    whole, split = pipeline(dice, [*deductibles, *bands, *limits])
    assert paid(whole) == paid(split)


@law(100, dices())
def test_one_line_in_two_pays_the_same_by_a_share_up_to_a_cent_of_rounding(dice: Dice) -> None:
    steps: list[dict[str, Any]] = [{"deductible": money(dice), "per": "calendar year"}]
    steps += [
        {"share": share(dice)} if dice.coin() else {"member_pays": share(dice)} for _ in range(dice.randint(1, 2))
    ]
    whole, split = pipeline(dice, steps)
    one, other = paid(whole)[0], paid(split)[0]
    assert all(abs(one[name] - other[name]) <= len(steps) - 1 for name in one)


@law(60, dices())
def test_one_line_in_two_counts_the_same_units(dice: Dice) -> None:
    run = dice.choice(["1-3", "2-6", "4-"])
    whole, split = pipeline(dice, [{"units": run, "count": "session", "per": "calendar year"}])
    assert paid(whole)[1] == paid(split)[1]


def test_a_share_after_a_limit_is_where_a_line_in_two_pays_more() -> None:
    dice = Dice(1)
    whole, split = pipeline(dice, [{"at_most": 100, "per": "life"}, {"share": "80 %"}])
    line = replace(whole.lines[0], charged=Decimal(200), paid_by_others=Decimal(0), quantity=2)
    two = (replace(line, charged=Decimal(100)), replace(line, id="1-rest", charged=Decimal(100)))
    assert sum(paid(replace(whole, lines=(line,)))[0].values()) == 80_00
    assert sum(paid(replace(split, lines=two))[0].values()) == 80_00 + 16_00


def test_the_verbs_of_the_strategies_are_all_drawn() -> None:
    seen = "".join(text for seed in range(60) for text in situation(Dice(seed)).texts)
    for word in (
        "share",
        "amount",
        "of",
        "at_least",
        "proportion",
        "at_most",
        "deductible",
        "member_pays",
        "less",
        "units",
        "member_at_most",
        "tranches",
        "round",
        "better_of",
        "beside",
        "exception_to",
        "requirement",
        "waiting",
    ):
        assert word in seen
