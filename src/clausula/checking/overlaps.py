"""Guard: two benefits never both apply without a declared precedence; and every benefit can apply to something.

Which of two benefits goes first must be said (`exception_to`, `before`), never be read from their place. Whether two
can both apply is decided on their conditions, fact by fact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clausula.checking.ground import Ground
from clausula.checking.truth import Group, TooHard, Tries, Truth, groups_of, negations_of
from clausula.findings import PlanError
from clausula.plan import Benefit, Exclusion
from clausula.precedence import in_order

MOST_BENEFITS = 1_500
"""Benefits of a plan that are compared; the time grows with the square."""
MOST_PAIRS = 30_000
"""Pairs of benefits that are compared; more are refused, because nobody could read such a plan either."""
MOST_EARLIER = 50
"""Benefits before one that are asked whether they take everything from it."""
MOST_TRIES = 400_000
"""Tries for a whole plan."""


@dataclass(slots=True)
class Candidate:
    """A benefit as it competes for lines: its services as bits, its condition as groups, its lane."""

    rule: Benefit
    scope: int
    groups: list[Group]
    lane: object


def guard(ground: Ground) -> None:
    """Compare every two benefits of the plan, and look for those that can never apply."""
    try:
        ordered = in_order(ground.of(Benefit))
    except PlanError as error:
        for finding in error.findings:
            if finding.code != "unknown-benefit":
                ground.findings.append(finding)
        return
    if len(ordered) > MOST_BENEFITS:
        message = f"the plan has {len(ordered)} benefits, more than {MOST_BENEFITS}; they cannot be compared"
        ground.wrong("too-many-pairs", message, ground.plan.place, "split the plan")
        return
    _twice(ground)
    truth = Truth(ground)
    grouped = {member for rule in ordered for member in rule.better_of}
    found = [
        Candidate(rule, truth.scope(rule.services), groups_of(rule.when, rule.unless), rule.beside)
        for rule in ordered
        if rule.id not in grouped
    ]
    budget = Tries(MOST_TRIES)
    alive = [each for each in found if _alive(ground, truth, each, budget)]
    before = _precedence(ordered)
    _pairs(ground, truth, alive, before, budget)
    by_id = {each.rule.id: each for each in alive}
    for each in alive:
        _shadowed(
            ground, truth, each, [by_id[name] for name in _earlier(each, ordered, before) if name in by_id], budget
        )
        _excluded(ground, truth, each)


def _earlier(each: Candidate, ordered: Sequence[Benefit], before: dict[str, set[str]]) -> list[str]:
    """Some of the benefits that go before one: enough for any plan a person reads."""
    return [rule.id for rule in ordered if each.rule.id in before[rule.id]][:MOST_EARLIER]


def _twice(ground: Ground) -> None:
    """A benefit with the id of one it inherits would silently take its place."""
    inherited = {rule.id: rule for rule in ground.of(Benefit) if rule.plan != ground.plan.id}
    for rule in ground.rules(Benefit):
        if rule.id in inherited:
            message = f"the plan {inherited[rule.id].plan} it extends has a benefit {rule.id!r} too"
            mend = "give it another id, and exception_to if it goes before"
            ground.wrong("id-twice", message, rule.place, mend, also=inherited[rule.id].place)


def _ask(truth: Truth, groups: Sequence[Group], scope: int, budget: Tries) -> bool | None:
    """Whether the groups can hold together; None where it cannot be told within the tries there are."""
    tries = Tries(min(budget.left, 20_000))
    start = tries.left
    try:
        return truth.possible(groups, scope, tries)
    except TooHard:
        return None
    finally:
        budget.left -= start - max(tries.left, 0)


def _mine(ground: Ground, rule: Benefit | Exclusion) -> bool:
    return rule.plan == ground.plan.id


def _alive(ground: Ground, truth: Truth, each: Candidate, budget: Tries) -> bool:
    """Whether a benefit can apply at all; tells if it cannot."""
    if not each.scope:
        return False
    answer = _ask(truth, each.groups, each.scope, budget)
    if answer is False and _mine(ground, each.rule) and each.rule.id not in ground.doubtful:
        message = f"the benefit {each.rule.id!r} can never apply: its condition contradicts itself"
        ground.wrong("never-applies", message, ground.spot(each.rule.place, "when"), "look at when and unless together")
    return answer is not False


def _precedence(ordered: Sequence[Benefit]) -> dict[str, set[str]]:
    """For every benefit, all those it goes before, directly or through others (`ordered` has the first one first)."""
    after: dict[str, set[str]] = {}
    for rule in reversed(ordered):
        mine: set[str] = set()
        for other in (*rule.exception_to, *rule.before):
            mine |= {other} | after.get(other, set())
        after[rule.id] = mine
    return after


def _pairs(ground: Ground, truth: Truth, alive: list[Candidate], before: dict[str, set[str]], budget: Tries) -> None:
    compared = 0
    for number, one in enumerate(alive):
        for other in alive[number + 1 :]:
            if (
                not one.scope & other.scope
                or one.lane != other.lane
                or not (_mine(ground, one.rule) or _mine(ground, other.rule))
            ):
                continue
            if other.rule.id in before[one.rule.id] or one.rule.id in before[other.rule.id]:
                continue
            compared += 1
            if compared > MOST_PAIRS or budget.left <= 0:
                message = (
                    f"the plan has too many benefits for the same services to compare them all ({len(alive)} benefits)"
                )
                ground.wrong(
                    "too-many-pairs",
                    message,
                    ground.plan.place,
                    "narrow the services of the benefits, or split the plan",
                )
                return
            _pair(ground, truth, one, other, budget)


def _pair(ground: Ground, truth: Truth, one: Candidate, other: Candidate, budget: Tries) -> None:
    answer = _ask(truth, [*one.groups, *other.groups], one.scope & other.scope, budget)
    if answer is False:
        return
    code = "overlap" if answer else "overlap-unknown"
    if ground.full(code):
        return
    first, second = (one.rule, other.rule) if _mine(ground, other.rule) else (other.rule, one.rule)
    if (first.place.file, first.place.line) > (second.place.file, second.place.line) and _mine(ground, first):
        first, second = second, first
    shared = _example(truth, one.scope & other.scope)
    mend = f'write exception_to = "{first.id}" or before = "{first.id}" where that goes first, or narrow a condition'
    if answer is None:
        message = f"cannot tell whether {first.id!r} and {second.id!r} exclude each other: too many alternatives"
        ground.wrong(
            "overlap-unknown",
            message,
            ground.spot(second.place, second.id),
            mend,
            also=ground.spot(first.place, first.id),
        )
        return
    message = (
        f"{second.id!r} and {first.id!r} can both apply (to {shared}, for example), and nothing says which goes first"
    )
    ground.wrong(
        "overlap", message, ground.spot(second.place, second.id), mend, also=ground.spot(first.place, first.id)
    )


def _example(truth: Truth, scope: int) -> str:
    return next((node for node, number in truth.nodes.items() if scope >> number & 1), "a service")


def _shadowed(ground: Ground, truth: Truth, each: Candidate, earlier: list[Candidate], budget: Tries) -> None:
    """Whether one that goes first takes every line this benefit could have."""
    if not _mine(ground, each.rule):
        return
    for other in earlier:
        if other.lane != each.lane or each.scope & ~other.scope or budget.left <= 0:
            continue
        ways = negations_of(other.rule.when, other.rule.unless)
        if all(_ask(truth, [*each.groups, *way], each.scope, budget) is False for way in ways):
            first = other.rule.id
            message = (
                f"the benefit {each.rule.id!r} can never apply: {first!r} goes first and always holds where it would"
            )
            mend = "narrow the condition of the one that goes first"
            place, also = ground.spot(each.rule.place, each.rule.id), ground.spot(other.rule.place, other.rule.id)
            ground.wrong("shadowed", message, place, mend, also=also)
            return


def _excluded(ground: Ground, truth: Truth, each: Candidate) -> None:
    """Whether an exclusion without a condition takes everything from this benefit."""
    if not _mine(ground, each.rule):
        return
    for rule in ground.of(Exclusion):
        whole = not rule.services or not each.scope & ~truth.scope(rule.services)
        if (
            whole
            and not rule.when
            and not rule.unless
            and not {rule.id, f"{rule.plan}#{rule.id}"} & set(each.rule.overrides)
        ):
            message = (
                f"the benefit {each.rule.id!r} can never apply: the exclusion {rule.id!r} always holds for its services"
            )
            mend = f'give the exclusion a condition, or write overrides = ["{rule.id}"] at the benefit'
            place, also = ground.spot(each.rule.place, each.rule.id), ground.spot(rule.place, rule.id)
            ground.wrong("always-excluded", message, place, mend, also=also)
