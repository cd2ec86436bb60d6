"""Values of the plan language: how each is read, and that every refusal says how to mend it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from clausula.fields import READERS
from clausula.findings import Place
from clausula.plan import Band, Dated, FactRef, Opening, Per
from clausula.values import PlanValueError, shown

HERE = Place("plan.md", 1)


def read(kind: str, value: Any) -> Any:
    return READERS[kind](value, HERE)


@pytest.mark.parametrize(
    ("kind", "value", "found"),
    [
        ("text", "a", "a"),
        ("texts", "a", ("a",)),
        ("texts", ["a", "b"], ("a", "b")),
        ("ident", "uv-1.6", "uv-1.6"),
        ("names", "Care", {"en": "Care"}),
        ("whole", 30, 30),
        ("value", 150, Decimal(150)),
        ("value", Decimal("36.15"), Decimal("36.15")),
        ("value", {"fact": "franchise"}, FactRef("franchise")),
        ("share", "80 %", 800_000) if "share" in READERS else ("whole", 1, 1),
        ("services", ["*"], ("*",)),
        ("dated", {"before": "served_on"}, Dated("served_on", None, -1)),
        ("dated", {"not_after": "served_on", "within_days": 30}, Dated("served_on", -30, 0)),
        ("dated", {"after": "served_on", "within_days": 30}, Dated("served_on", 1, 30)),
        ("duration", "20 calendar days", (20, "days")),
        ("duration", "180 seconds", (180, "seconds")),
        ("failures", "needs_document", {"otherwise": "needs_document"}),
        ("hours", "always", (Opening((1, 2, 3, 4, 5, 6, 7, 8), 0, 1440),)),
        ("hours", {"days": "mon-wed,sun", "from": "08:30", "to": "12:00"}, (Opening((1, 2, 3, 7), 510, 720),)),
        ("issued-by", {"list": "plusmed"}, {"list": ("plusmed",)}),
    ],
)
def test_a_value_is_read(kind: str, value: Any, found: Any) -> None:
    assert read(kind, value) == found


@pytest.mark.parametrize(
    ("spec", "op", "low", "high"),
    [
        ({"age": {"at_least": 18}}, "between", 18, None),
        ({"age": {"below": 18}}, "between", None, 18),
        ({"age": 18}, "between", 18, 18),
        ({"emergency": True}, "between", 1, 1),
        ({"emergency": {"not": True}}, "between", 0, 0),
        ({"time": {"from": "08:00", "to": "20:00"}}, "between", 480, 1200),
        ({"time": {"from": "20:00", "to": "08:00"}}, "outside", 480, 1200),
        ({"served_on": {"at_least": date(2026, 1, 1)}}, "between", date(2026, 1, 1), None),
        ({"ward": "general"}, "in", None, None),
        ({"ward": {"not": ["general"]}}, "not-in", None, None),
        ({"operation": {"list": "a"}}, "in", None, None),
        ({"lists": {"all": ["a"]}}, "all", None, None),
        ({"diagnosis": {"known": False}}, "known", 0, None),
        ({"a": {"less_than_fact": "b"}}, "below-fact", None, None),
        ({"used:limit": {"at_least": 1}}, "used", 1, None),
    ],
)
def test_a_test_of_a_condition_is_read(spec: Any, op: str, low: Any, high: Any) -> None:
    want = read("when", spec)[0][0]
    assert (want.op, want.low, want.high) == (op, low, high)


def test_a_list_of_tables_gives_alternatives() -> None:
    assert [len(each) for each in read("when", [{"a": "x", "b": "y"}, {"c": "z"}])] == [2, 1]


@pytest.mark.parametrize(
    ("text", "per"),
    [
        ("calendar year", Per("person", "calendar year")),
        ("stay", Per("stay", "life")),
        ("household and plan year", Per("household", "plan year")),
        ("24 months rolling", Per("person", "rolling", 24)),
        ("per indication and 30 days rolling", Per("indication", "rolling", 0, 30)),
        ("lifetime", Per("person", "life")),
    ],
)
def test_a_period_says_whose_and_how_long(text: str, per: Per) -> None:
    assert read("pays", {"at_most": 5, "per": text})[0].per == per


def test_the_short_form_stands_for_steps_in_order() -> None:
    steps = read("pays", {"each": "day", "amount": 150, "at_most": 1500, "per": "stay"})
    assert [(step.verb, step.value, step.count) for step in steps] == [("amount", 150, "day"), ("at_most", 1500, "")]


def test_tranches_are_bands_of_units() -> None:
    steps = read(
        "pays",
        {
            "tranches": [{"units": "1-10", "share": "100 %"}, {"units": "11-", "share": "20 %"}],
            "count": "visit",
            "per": "life",
        },
    )
    assert steps[0].bands == (Band(Decimal(0), Decimal(10), 1_000_000), Band(Decimal(10), None, 200_000))


REFUSED = [
    ("text", 5),
    ("ident", "General Ward"),
    ("whole", "30"),
    ("whole", -1),
    ("whole", True),
    ("flag", "yes"),
    ("names", {"es": "Cuidado"}),
    ("names", 5),
    ("services", ["General Ward"]),
    ("scalar", []),
    ("texts-table", "a"),
    ("value", "150"),
    ("value", {"factt": "franchise"}),
    ("value", Decimal("Infinity")),
    ("value", Decimal("1e999999999")),
    ("when", {}),
    ("when", "emergency"),
    ("when", {"age": {"at_leest": 18}}),
    ("when", {"age": []}),
    ("when", {"age": {"at_least": "18"}}),
    ("when", {"age": {"at_least": Decimal("1e999999999")}}),
    ("when", {"used:limit": "a"}),
    ("pays", 80),
    ("pays", {"share": 80}),
    ("pays", {"share": "eighty"}),
    ("pays", {"share": "1e999999999 %"}),
    ("pays", {"deductible": 300}),
    ("pays", {"deductible": 300, "per": "Full Moon!"}),
    ("pays", [{"share": "80 %", "amount": 5}]),
    ("pays", [{"units": "20-1", "count": "visit", "per": "life"}]),
    ("pays", [{"units": "1-20", "per": "life"}]),
    ("pays", [{"round": 0}]),
    ("dated", {"served_on": 30}),
    ("issued-by", {"person": "a"}),
    ("failures", "denied"),
    ("failures", {"lost": "not_covered"}),
    ("if-missing", "need_person"),
    ("hours", {"days": "mon-fri"}),
    ("hours", {"days": "mo", "from": "08:00", "to": "12:00"}),
    ("duration", "three weeks"),
]


@pytest.mark.parametrize(("kind", "value"), REFUSED)
def test_what_is_refused_says_what_was_found_and_how_to_mend_it(kind: str, value: Any) -> None:
    with pytest.raises(PlanValueError) as caught:
        read(kind, value)
    assert caught.value.message
    assert caught.value.mend or "write" in caught.value.message
    assert "Decimal(" not in caught.value.message


def test_a_word_near_a_known_one_is_proposed() -> None:
    with pytest.raises(PlanValueError) as caught:
        read("if-missing", "need_person")
    assert caught.value.mend.startswith("did you mean needs_person?")


def test_an_id_with_capitals_is_rewritten_for_the_author() -> None:
    with pytest.raises(PlanValueError) as caught:
        read("ident", "General Ward")
    assert '"general-ward"' in caught.value.mend


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (Decimal("1.50"), "1.50"),
        ("a", '"a"'),
        (["a", 1], '["a", 1]'),
        ({"a": 1}, "{ a = 1 }"),
        ("x" * 100, '"' + "x" * 60 + '…"'),
    ],
)
def test_a_value_is_shown_as_it_is_written(value: Any, text: str) -> None:
    assert shown(value) == text
