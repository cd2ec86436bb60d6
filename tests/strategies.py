"""Random plans, households, histories and evidence. Plans are drawn as plan text, so that a failure shows something
to read.

Amounts are drawn near the limits, and the usual rates (5, 10, 15, 20, 50 %) and half-cent amounts often: an engine
that rounds
or cuts wrongly is wrong there first. Every two benefits of a plan that can meet have a declared precedence.

Hypothesis draws one seed for each example and plain dice make the rest of it: drawing every choice through Hypothesis
took
ten times as long as deciding. What that gives up, shrinking, is made good by `test_properties.shortest`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import strategies as st

from clausula.household import Enrolment, Evidence, Household, Line, Listing, Person, Provider
from tests.plan_texts import SERVICES, Table, text_of

PROVIDERS = {
    each.id: each
    for each in (
        Provider("dr-a", role="family-doctor", specialty="general", lists=(Listing("gold", None, date(2026, 3, 1)),)),
        Provider(
            "dr-b", role="specialist", specialty="skin", lists=(Listing("gold"), Listing("blue", date(2026, 2, 1)))
        ),
    )
}
DAYS = [
    date(2025, 12, 30) + timedelta(days=step) for step in (0, 1, 2, 3, 29, 31, 32, 61, 62, 90, 184, 197, 366, 367, 396)
]
STARTS = [date(2025, 1, 1), date(2025, 7, 15), date(2024, 2, 29), date(2025, 12, 31)]

# --- amounts ----------------------------------------------------------------------------------------------------------

ROUND_SUMS = ("0", "0.01", "1", "10", "20", "50", "99.99", "100", "100.01", "150", "200")
HALF_CENTS = ("0.05", "0.1", "0.5", "1.01", "3.33", "10.03", "33.33", "66.67", "70.1", "99.9", "123.45")
RATES = ("5 %", "10 %", "15 %", "20 %", "50 %")


class Dice(Random):
    """Chance, from a seed."""

    def coin(self) -> bool:
        """Heads or tails."""
        return self.random() < 0.5

    def one_in(self, count: int) -> bool:
        """True one time in so many."""
        return self.randrange(count) == 0

    def some(self, choices: Sequence[Any], least: int, most: int) -> list[Any]:
        """Some of the choices, none twice."""
        return self.sample(list(choices), min(len(choices), self.randint(least, most)))

    def several(self, choices: Sequence[Any], least: int, most: int) -> list[Any]:
        """Some of the choices, perhaps twice."""
        return self.choices(list(choices), k=self.randint(least, most))


def money(dice: Dice) -> Decimal:
    """An amount up to a little more than what limits allow."""
    return Decimal(dice.choice(ROUND_SUMS + HALF_CENTS)) if dice.coin() else Decimal(dice.randint(0, 30_000)) / 100


def share(dice: Dice, *more: str) -> str:
    """A rate: mostly a usual one."""
    return dice.choice(RATES * 2 + ("80 %", "100 %", "0 %", "33.3333 %", "12.5 %", *more))


# --- conditions -------------------------------------------------------------------------------------------------------

WANTS: dict[str, list[Any]] = {
    "cause": ["illness", ["illness", "accident"], {"not": ["illness"]}],
    "diagnosis": [
        ["F*", "G10"],
        {"not": ["F3*"]},
        {"list": "marked"},
        {"not_list": "marked"},
        "dent/root",
        ["dent", "F32"],
    ],
    "vip": [True, False],
    "emergency": [True, False],
    "level": [{"at_least": 2}, {"below": 3}, {"above": 1, "at_most": 3}, [1, 3], {"not": ["1", "2"]}, 2],
    "service": ["care/visit", ["care/drug", "stay"]],
    "marks": ["x", {"all": ["x", "y"]}, {"none": ["x"]}, {"any": ["y", "z"]}],
    "time": [{"from": "08:30", "to": "19:30"}, {"from": "22:00", "to": "06:00"}],
    "age": [{"at_least": 18}, {"below": 18}],
    "tariff": [{"above": 50}, {"at_most": Decimal("99.99")}, {"known": True}, {"known": False}],
    "charged": [{"at_least": 100}, {"less_than_fact": "tariff"}, {"at_most_fact": "tariff"}],
    "days_in_force": [{"at_least": 365}],
    "provider.role": ["specialist", {"not": ["specialist"]}],
    "provider.lists": ["gold", {"none": ["blue"]}],
    "served_on": [{"at_least": date(2026, 1, 31)}],
    "weekday": [[6, 7], {"not": ["6", "7"]}],
    "months_waited": [{"at_least": 1}],
    "quantity": [[1, 2], {"at_least": 2}],
    "nights": [{"at_least": 1}],
    "covers_before": [{"none": ["test/first"]}, "test/first"],
}


def condition(dice: Dice, used: Sequence[str] = (), negated: bool = False) -> Table:
    """A conjunction of one or two tests."""
    names = dice.some([*WANTS, *used], 1, 2)
    found: Table = {}
    for name in names:
        fits = WANTS.get(name, [{"at_least": 1}, {"below": 2}, {"at_least": 20, "below": 100}])
        plain = [want for want in fits if not (negated and isinstance(want, dict) and "all" in want)]
        found[name] = dice.choice(plain)
    return found


def conditions(dice: Dice, used: Sequence[str] = (), unless: bool = True) -> Table:
    """The keys when and unless, each maybe absent, maybe with alternatives."""
    found: Table = {}
    form = dice.randint(0, 9)
    if form in (1, 2, 3):
        found["when"] = condition(dice, used)
    elif form == 4:
        found["when"] = [condition(dice, used), condition(dice, used)]
    if unless and dice.randint(0, 5) == 0:
        found["unless"] = [condition(dice, (), negated=True) for _ in range(dice.randint(1, 2))]
    return found


# --- steps ------------------------------------------------------------------------------------------------------------

PERS = (
    "calendar year",
    "plan year",
    "month",
    "day",
    "life",
    "stay",
    "episode",
    "indication and calendar year",
    "provider",
    "claim",
    "household and calendar year",
    "household and plan year",
    "30 days rolling",
    "1 month rolling",
    "household and 12 months rolling",
    "quarter",
    "half-year",
    "week",
    "year from july",
    "tooth",
    "calendar year and the 3 months before",
)
SHARED = {"pot": "calendar year", "/pot": "household and calendar year", "rolling-pot": "30 days rolling"}
AMOUNT_FACTS = (
    {"fact": "tariff"},
    {"fact": "franchise"},
    {"fact": "tariff", "share": "50 %"},
    {"fact": "level", "amount": 20},
)
BAND_LISTS = (
    [{"up_to": 50, "share": "100 %"}, {"up_to": 150, "share": "25 %"}, {"share": "5 %"}],
    [{"up_to": 100, "share": "10 %"}, {"up_to": 200, "share": "15 %"}],
)
TRANCHES = (
    [{"units": "1-2", "share": "100 %"}, {"units": "3-4", "share": "20 %"}],
    [{"units": "2-3", "share": "50 %"}, {"units": "5-", "share": "10 %"}],
)


def per(dice: Dice) -> str:
    """Whose account and for how long; a calendar year most often."""
    return "calendar year" if dice.coin() else dice.choice(PERS)


def step(dice: Dice, verb: str, count: str) -> Table:
    """One step."""
    value: Any = dice.choice(AMOUNT_FACTS) if dice.one_in(5) else money(dice)
    found: Table = {verb: value}
    if verb == "share":
        found = {"share": share(dice, "120 %", "200 %")}
    elif verb == "amount":
        found |= dice.choice([{"each": count}, {"each": count}, {}])
    elif verb == "of":
        found = {"of": dice.choice(["charged", "tariff", "left"])}
    elif verb == "cap":
        found = {"at_most": value} | dice.choice([{"each": count}, {}])
    elif verb == "floor":
        found = {"at_least": value} | dice.choice([{"each": count}, {}])
    elif verb == "proportion":
        found |= {"of": dice.choice(["tariff", "charged"])}
    elif verb == "limit":
        name = dice.choice(["", "", "", "", *SHARED])
        found = {"at_most": value, "per": per(dice)}
        if dice.randint(0, 4) == 0:
            found |= {"measures": "cost"}
        elif name:
            found |= {"account": name, "per": SHARED[name]}
    elif verb == "deductible":
        found |= {"per": per(dice), "keeps": dice.coin()}
        if dice.randint(0, 4) == 0:
            found |= {"account": "own-risk", "per": "calendar year"}
    elif verb == "coinsurance":
        found = {"member_pays": share(dice), "at_most": money(dice), "keeps": dice.coin()}
        found |= dice.choice([{}, {"per": per(dice)}, {"each": count}])
    elif verb == "member share":
        found = {"member_pays": share(dice), "at_most": money(dice), "per": per(dice)}
    elif verb == "plain coinsurance":
        found = {"member_pays": share(dice)}
    elif verb == "floored":
        found = {"member_pays": share(dice), "at_least": money(dice), "per": per(dice)}
    elif verb == "bands":
        found = {"member_pays": dice.choice(BAND_LISTS), "per": per(dice)}
        found |= dice.choice([{}, {"at_most": money(dice)}])
    elif verb == "member_at_most":
        found |= {"per": per(dice)}
    elif verb == "less":
        found |= dice.choice([{"each": count}, {}])
        found |= dice.choice([{}, {"at_most": money(dice), "per": per(dice)}])
    elif verb == "less before":
        found = {"less": "paid_before"}
    elif verb == "units":
        found = {"units": dice.choice(["1-2", "1-3", "3-5", "4-"]), "count": count, "per": per(dice)}
    elif verb == "tranches":
        found = {"tranches": dice.choice(TRANCHES), "count": count, "per": per(dice)}
    elif verb == "round":
        found = {"round": dice.choice(["0.05", "1", "0.1"]), "mode": dice.choice(["half up", "up", "down"])}
    return found


VERBS = (
    "share",
    "amount",
    "of",
    "cap",
    "floor",
    "proportion",
    "limit",
    "limit",
    "deductible",
    "deductible",
    "coinsurance",
    "plain coinsurance",
    "floored",
    "bands",
    "member_at_most",
    "member_at_most",
    "less",
    "less before",
    "units",
    "tranches",
    "round",
)


def pays(dice: Dice, verbs: Sequence[str] = VERBS, named: Sequence[str] = (), guards: bool = True) -> Any:
    """What a benefit pays."""
    form = dice.randint(0, 11)
    if form < 2:
        return ("in full", "nothing")[form]
    count = dice.choice(["session", "session", "night", "level"])
    steps: list[Any] = []
    for verb in dice.several(verbs, 1, 4):
        one = step(dice, verb, count)
        if guards and dice.randint(0, 7) == 0:
            one |= conditions(dice, [f"used:{name}" for name in named])
        steps.append(one)
    if "limit" in verbs and dice.one_in(8):
        pot = {"per": SHARED["pot"], "account": "pot"}
        steps += [{"at_most": money(dice), **pot}, {"at_most": money(dice), **pot}]
    if named and dice.randint(0, 2) == 0:
        steps.insert(dice.randint(0, len(steps)), dice.choice(named))
    return steps


# --- rules ------------------------------------------------------------------------------------------------------------

IF_MISSING = ["needs_person", "needs_document", "not_covered", "skip", "skip", "skip"]
KINDS = ("voucher", "prescription")


def requirement(dice: Dice, name: str) -> Table:
    """What must come first."""
    found: Table = {"id": name, "evidence": dice.some(KINDS, 1, 2)}
    found |= {"services": scope(dice)} if dice.coin() else {}
    found |= conditions(dice) if dice.randint(0, 3) == 0 else {}
    if dice.coin():
        relation = dice.choice(["before", "not_after", "on", "not_before", "after"])
        found["dated"] = {relation: dice.choice(["served_on", "referred_on"])}
        if relation != "on" and dice.coin():
            found["dated"]["within_days"] = 30
    parts: list[Table] = [
        {"issued_by": {"list": "gold"}},
        {"issued_by": {"role": ["family-doctor"]}},
        {"issued_by": {"specialty": "skin"}},
        {"same": ["specialty"]},
        {"same": ["episode", "indication"]},
        {"same": ["provider", "claim"]},
        {"same": ["services"]},
        {"proposes_provider": True},
        {"uses_left": True},
        {"uses_left": True},
        {"names": ["pathology"]},
        {"status": "granted"},
    ]
    for part in dice.several(parts, 0, 2):
        found |= part
    found["else"] = dice.choice(
        [
            "not_covered",
            "needs_document",
            {"pays": "50 %"},
            {"missing": "needs_document", "otherwise": "not_covered"},
            {"dated": "needs_person", "uses": "needs_authorisation"},
        ]
    )
    found |= dice.choice([{}, {}, {"exempt": [{"when": {"emergency": True}}]}, {"advance_when": {"level": [1, 2, 3]}}])
    found |= dice.choice([{}, {"reasons": {"missing": "NONE", "otherwise": "WRONG"}}, {"order": 10}])
    return found


def requirements(dice: Dice) -> list[Table]:
    """None, one or two; two of them often ask for uses left on the same document, which a line uses up only once."""
    found = [requirement(dice, f"r{number}") for number in range(dice.choice([0, 0, 1, 2]))]
    if len(found) == 2 and dice.coin():
        found = [{**each, "evidence": found[0]["evidence"], "uses_left": True} for each in found]
    return found


def scope(dice: Dice) -> list[str]:
    """Services of a rule."""
    return dice.choice([["*"], ["*"], ["care"], ["care"], ["care/visit"], ["stay"], ["care/drug", "stay/ward"]])


def benefits(
    dice: Dice, simple: bool, verbs: Sequence[str], named: Sequence[str], known: Mapping[str, list[str]]
) -> list[Table]:
    """One to four benefits, the later in the list the more special: each goes before all that stand before it."""
    count = dice.randint(1, 2 if simple else 4)
    found: list[Table] = []
    for number in range(count):
        one: Table = {"id": f"b{number}", "services": scope(dice), "pays": pays(dice, verbs, named, guards=not simple)}
        one |= conditions(dice, [f"used:{name}" for name in named]) if number or dice.coin() else {}
        one |= dice.choice([{}, {}, {}, {}, {"kind": "indemnity"}, {"kind": "service"}, {"kind": "expense"}])
        one["if_missing"] = dice.choice(IF_MISSING)
        earlier = [f"b{each}" for each in range(number)]
        if not simple:
            if known["requires"] and dice.coin():
                one["requires"] = dice.some(known["requires"], 1, 2)
            if known["overrides"] and dice.randint(0, 2) == 0:
                one["overrides"] = [dice.choice(known["overrides"])]
            if dice.randint(0, 7) == 0:
                one["beside"] = True
            if earlier and dice.coin():
                one["exception_to"] = [dice.choice(earlier)]
                for key in dice.some(["services", "pays", "kind"], 0, 3):
                    one.pop(key, None)
        if earlier:
            one["before"] = earlier
        found.append(one)
    if not simple and count >= 2 and dice.randint(0, 3) == 0:
        group: Table = {"id": "best", "services": scope(dice), "better_of": ["b0", "b1"]} | conditions(dice)
        found = [*found, {**group, "before": [one["id"] for one in found], "if_missing": dice.choice(IF_MISSING)}]
    return found


def plan_text(
    dice: Dice,
    plan_id: str = "test/first",
    rank: int = 10,
    order: str = "service",
    simple: bool = False,
    verbs: Sequence[str] = VERBS,
) -> str:
    """A plan. simple: no exclusions, requirements, guards, choices or shared steps."""
    head = {"id": plan_id, "name": "Plan", "currency": "EUR", "from": date(2024, 1, 1), "rank": rank, "order": order}
    blocks: list[tuple[str, Table]] = []
    known: dict[str, list[str]] = {"requires": [], "overrides": []}
    named: list[str] = []
    if not simple:
        if dice.randint(0, 2) == 0:
            named = ["shared"]
            verb = dice.choice(["limit", "deductible", "units", "member_at_most", "tranches"])
            drawn = {key: value for key, value in step(dice, verb, "session").items() if key not in ("account", "when")}
            blocks.append(("step", {"id": "shared", **drawn}))
        for number in range(dice.choice([0, 0, 1, 2])):
            outcome = dice.choice(["not_covered", "not_covered", "needs_person", "needs_authorisation"])
            rule: Table = {
                "id": f"x{number}",
                "when": condition(dice),
                "outcome": outcome,
                "if_missing": dice.choice(IF_MISSING),
            }
            rule |= {"unless": condition(dice, negated=True)} if dice.randint(0, 3) == 0 else {}
            rule |= {"services": scope(dice)} if dice.coin() else {}
            blocks.append(("exclusion", rule))
            known["overrides"].append(rule["id"])
        if dice.randint(0, 2) == 0:
            length: Table = dice.choice([{"days": 30}, {"months": 6}, {"months": 1, "counts_from": "referred_on"}])
            blocks.append(
                ("waiting", {"id": "wait", **length, **conditions(dice), "if_missing": dice.choice(IF_MISSING)})
            )
            known["overrides"].append("wait")
        for rule in requirements(dice):
            blocks.append(("requirement", rule))
            known["requires"].append(rule["id"])
    blocks += [("benefit", one) for one in benefits(dice, simple, verbs, named, known)]
    return text_of(head, blocks)


PEOPLE = ("anna", "ben")

# --- households -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Situation:
    """Plan texts, a household and its lines."""

    texts: tuple[str, ...]
    household: Household
    lines: tuple[Line, ...]

    def __repr__(self) -> str:
        return "\n".join([*self.texts, repr(self.household), *map(repr, self.lines)])


def optional(dice: Dice, one_in: int, **values: Any) -> Table:
    """The keys and values given, each left out one time in so many; of a list one entry is chosen."""
    kept = {key: value for key, value in values.items() if not dice.one_in(one_in)}
    return {key: dice.choice(value) if isinstance(value, list) else value for key, value in kept.items()}


def lines(dice: Dice, people: Sequence[str] = PEOPLE, most: int = 8, whole: bool = False) -> tuple[Line, ...]:
    """A history. whole: every fact is stated, so that nothing stays open."""
    found = []
    for number in range(dice.randint(1, most)):
        served = dice.choice(DAYS)
        charged = money(dice)
        absent = 10_000 if whole else 7
        admitted = served - timedelta(days=dice.randint(0, 3))
        facts = optional(
            dice,
            absent,
            cause=["illness", "accident", "maternity"],
            level=dice.randint(0, 4),
            diagnosis=["F32", "F30.1", "G10", "dent/root/canal", "Z"],
            tariff=money(dice),
            tooth=["11", "12"],
            marks=[(), ("x",), ("x", "y"), ("z",)],
            admitted_on=admitted,
            discharged_on=admitted + timedelta(days=dice.randint(0 if whole else -1, 4)),
            referred_on=served - timedelta(days=dice.choice([0, 20, 40])),
        )
        facts |= {"emergency": True} if dice.randint(0, 5) == 0 else {}
        fields = optional(
            dice,
            absent,
            claim=["c1", "c2"],
            stay=["s1", "s2"],
            episode=["e1", "e2"],
            indication=["i1", "i2"],
            provider=list(PROVIDERS),
            time=[0, 359, 360, 510, 1170, 1320],
        )
        others = dice.choice([Decimal(0)] * 5 + [min(charged, Decimal("0.01")), charged / 2, charged])
        found.append(
            Line(
                str(number),
                dice.choice(people),
                dice.choice(SERVICES),
                served,
                charged,
                quantity=dice.choice([0, 1, 1, 1, 2, 3, 5]),
                paid_by_others=others.quantize(Decimal("0.01"), "ROUND_DOWN"),
                received_on=served + timedelta(days=dice.choice([0, 3, 100])),
                facts=facts,
                **fields,
            )
        )
    return tuple(found)


def evidence(dice: Dice, people: Sequence[str] = PEOPLE) -> tuple[Evidence, ...]:
    """Documents, most of them right, many wrong in one way."""
    found = []
    for number in range(dice.randint(0, 3)):
        fields = optional(
            dice,
            3,
            issuer=list(PROVIDERS),
            names=("pathology",),
            proposals=("dr-a",),
            uses=dice.randint(0, 4),
            status=["granted", "granted", "refused"],
        )
        limited: Table = dice.choice(
            [
                {},
                {},
                {"episode": "e1"},
                {"indication": "i1"},
                {"provider": "dr-a"},
                {"claim": "c1"},
                {"specialty": "skin"},
                {"services": ("care/visit", "stay")},
                {"valid_until": date(2026, 1, 31)},
                {"valid_from": date(2026, 1, 1)},
                {"issuer_role": "family-doctor", "issuer_lists": ("gold",), "issuer_specialty": "skin"},
            ]
        )
        issued = dice.choice(DAYS) - timedelta(days=dice.choice([0, 1, 25]) + number)
        named: Table = {"id": f"paper-{number}"} if dice.coin() else {}
        found.append(Evidence(dice.choice(KINDS), dice.choice(people), issued, **fields, **limited, **named))
    return tuple(found)


def household(dice: Dice, plans: Sequence[str], people: Sequence[str] = PEOPLE, whole: bool = False) -> Household:
    """A household, its people enrolled in the plans."""
    persons, enrolments = [], []
    for name in people:
        born = dice.choice([date(1980, 6, 15), date(2008, 2, 29), date(2025, 1, 1)])
        persons.append(Person(name, born, facts=optional(dice, 10_000 if whole else 6, vip=dice.coin())))
        for plan in plans:
            start = dice.choice(STARTS)
            until = None if whole else dice.choice([None, None, None, date(2026, 1, 1), date(2026, 2, 28)])
            if until is None or until >= start:
                facts = optional(dice, 10_000 if whole else 6, franchise=money(dice))
                enrolments.append(Enrolment(name, plan, start, until, facts))
    return Household("home", tuple(persons), tuple(enrolments), evidence(dice, people))


def situation(
    dice: Dice,
    most_plans: int = 2,
    people: Sequence[str] = PEOPLE,
    whole: bool = False,
    simple: bool = False,
    verbs: Sequence[str] = VERBS,
    most_lines: int = 8,
    order: str = "",
) -> Situation:
    """One or two plans, a household and its history."""
    drawn = order or dice.choice(["service", "service", "reception"])
    ids = [("test/first", 10), ("test/second", 20)][: dice.randint(1, most_plans)]
    texts = tuple(plan_text(dice, plan_id, rank, drawn, simple, verbs) for plan_id, rank in ids)
    home = household(dice, [plan_id for plan_id, _ in ids], people, whole)
    return Situation(texts, home, lines(dice, people, most_lines, whole))


def dices() -> st.SearchStrategy[Dice]:
    """Dice with a seed drawn by Hypothesis."""
    return st.integers(0, 2**48).map(Dice)


def situations(**how: Any) -> st.SearchStrategy[Situation]:
    """Situations; `how` as in `situation`."""
    return dices().map(lambda dice: situation(dice, **how))
