"""What `pays`, `per` and conditions may say: the steps that come of it, and a mend for what is not understood."""

from decimal import Decimal
from typing import Any

import pytest

from clausula.fields import READERS
from clausula.findings import Place
from clausula.payments import pays, per, step
from clausula.plan import Band, FactRef, Per, Step
from clausula.values import PlanValueError, names, services
from clausula.wants import when

HERE = Place("plan.md", 1)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("calendar year", Per("person", "calendar year")),
        ("year", Per("person", "calendar year")),
        ("per lifetime", Per("person", "life")),
        ("stay", Per("stay", "life")),
        ("household and plan year", Per("household", "plan year")),
        ("person and household and year", Per("household", "calendar year")),
        ("24 months rolling", Per("person", "rolling", months=24)),
        ("rolling 2 years", Per("person", "rolling", months=24)),
        ("30 days rolling", Per("person", "rolling", days=30)),
        ("calendar year and the 3 months before", Per("person", "calendar year", months=3)),
        ("calendar year and 1 year before it", Per("person", "calendar year", months=12)),
        ("tooth and 60 months rolling", Per("tooth", "rolling", months=60)),
        ("year from july", Per("person", "year from july")),
    ],
)
def test_a_period_says_whose_account_it_is_and_for_how_long(text: str, found: Per) -> None:
    assert per(text, HERE) == found


def test_a_step_is_one_verb_with_what_goes_with_it() -> None:
    room = step({"proportion": 5000, "of": "room_rent"}, HERE)
    assert (room.verb, room.value, room.of) == ("proportion", Decimal(5000), "room_rent")
    tariff = step({"at_most": {"fact": "tariff", "share": "150 %"}}, HERE)
    assert tariff.value == FactRef("tariff", 1_500_000)
    months = step({"at_most": {"fact": "months", "amount": 100}}, HERE)
    assert months.value == FactRef("months", None, Decimal(100))
    assert step({"less": "paid_before"}, HERE).of == "paid_before"
    assert step({"round": "0.05", "mode": "up"}, HERE).value == Decimal("0.05")
    assert step({"at_least": 20, "each": "day"}, HERE).count == "day"
    cost = step({"at_most": 900, "per": "year", "measures": "cost"}, HERE)
    assert (cost.measures, cost.per) == ("cost", Per("person", "calendar year"))


@pytest.mark.parametrize(
    ("units", "band"),
    [("1-20", (0, 20)), ("21-", (20, None)), ("3 to 5", (2, 5)), (12, (0, 12))],
)
def test_a_run_of_units_begins_after_so_many(units: Any, band: tuple[int, int | None]) -> None:
    low, high = band
    found = step({"units": units, "count": "session", "per": "year"}, HERE)
    assert found.bands == (Band(Decimal(low), None if high is None else Decimal(high), 0),)


@pytest.mark.parametrize(
    ("value", "verbs"),
    [
        ("in full", []),
        ("nothing", ["nothing"]),
        ({"share": "80 %", "at_most": 60, "each": "session"}, ["share", "at_most"]),
        ({"each": "day", "amount": 150, "at_most": 1500, "per": "stay"}, ["amount", "at_most"]),
        ([{"deductible": 100, "per": "year"}, {"share": "80 %"}], ["deductible", "share"]),
    ],
)
def test_the_short_form_is_its_steps_in_their_usual_order(value: Any, verbs: list[str]) -> None:
    assert [each.verb for each in pays(value, HERE) if not isinstance(each, str)] == verbs


def test_the_guard_of_the_short_form_guards_every_step_of_it() -> None:
    steps = pays({"share": "80 %", "at_most": 60, "when": {"emergency": True}}, HERE)
    assert all(not isinstance(each, str) and each.when for each in steps)


def test_named_steps_may_stand_for_themselves() -> None:
    assert pays("franchise", HERE) == ("franchise",)
    assert pays(["franchise", "ten-percent"], HERE) == ("franchise", "ten-percent")


@pytest.mark.parametrize(
    ("value", "message", "mend"),
    [
        (5, "do not understand 5", "in full"),
        ("80 %", 'do not understand "80 %"', "{ share ="),
        ([3], "expected a step", "share"),
        ({}, "this one has no verb", "verbs: of"),
        ({"limit": 5}, "this one has no verb", "at_most for limit"),
        ([{"share": "80 %", "amount": 5}], "several verbs: amount, share", "verbs: of"),
        ([{"share": "80 %", "per": "year"}], "'per' does not go with share", "share takes"),
        ({"share": "eighty"}, "is not a share", '"80 %"'),
        ({"share": "80 %", "amount": 5, "mode": "up"}, "cannot stand in the short form", "a list of steps"),
        ({"deductible": 100, "at_most": 500, "per": "year"}, "per could belong to", "a list of steps"),
        ({"deductible": 300}, "deductible needs a period", "calendar year"),
        ({"units": "1-20", "per": "year"}, "units must say what it counts", "session"),
        ({"units": "20-1", "count": "session"}, "is not a run of units", '"21-"'),
        ({"units": "0-5", "count": "session"}, "is not a run of units", '"1-20"'),
        ([{"at_most": 60, "each": "day", "per": "year"}], "either per unit (each) or per period", "two steps"),
        ({"member_pays": "10 %", "per": "year", "each": "day", "at_most": 5}, "for each unit or for a period", "two"),
        ({"round": {"fact": "step"}}, "expected a number", "without quotes"),
        ({"round": "0"}, "round needs what to round to", "0.05"),
        ({"proportion": 5000}, "what it is a part of", "room_rent"),
        ({"tranches": [], "count": "visit"}, "tranches are a list", "units"),
        ({"tranches": [{"units": "1-5"}], "count": "visit"}, "a tranche is", ""),
        (
            {"tranches": [{"units": "1-5", "share": "100 %"}, {"units": "5-9", "share": "20 %"}], "count": "visit"},
            "must rise and not overlap",
            "",
        ),
        ({"member_pays": [{"upto": 5}], "per": "year"}, "a band is", ""),
        ({"member_pays": [{"up_to": 5, "share": "1 %"}, {"up_to": 5, "share": "2 %"}]}, "bands must rise", ""),
        ({"member_pays": [{"share": "1 %"}, {"up_to": 5, "share": "2 %"}]}, "has no end", "an up_to"),
        ({"less": {"fact": "x", "amount": 1, "share": "5 %"}}, "expected a number or a fact", "amount = 100"),
        ({"at_most": 10**13}, "too large or too fine", "numbers go up to"),
        ({"at_most": -5}, "a number from 0 up", "without quotes"),
        ({"at_most": 5, "per": "full moon"}, "do not know the period", "24 months rolling"),
        ({"at_most": 5, "per": "stay and 3 months before"}, "months before go with", "calendar year"),
    ],
)
def test_what_pays_cannot_say_is_told_with_its_mend(value: Any, message: str, mend: str) -> None:
    with pytest.raises(PlanValueError) as caught:
        pays(value, HERE)
    assert message in caught.value.message
    assert mend in caught.value.mend


@pytest.mark.parametrize(
    ("condition", "message", "mend"),
    [
        ("emergency", "expected a table of facts", "when = {"),
        ({"age": {"min": 18}}, "what is wanted of age: min", "at_least for min"),
        ({"age": {}}, "an empty table", "at_least"),
        ({"age": {"at_least": 1, "above": 2}}, "what is wanted of age", "at_least"),
        ({"age": {"at_least": True}}, "expected a number or a date", "without quotes"),
        ({"age": {"at_least": 10**13}}, "too large", "numbers go up to"),
        ({"ward": []}, "the list is empty", "at least one"),
        ({"ward": [["a"]]}, "expected a code in quotes", '"general"'),
        ({"diagnosis": {"from": "M54", "to": "M40"}}, "is not a range of codes", '"M54"'),
        ({"diagnosis": {"from": "A000", "to": "Z999"}}, "more than 2600 codes", "a star"),
        ({"time": {"from": "8 o'clock", "to": "20:00"}}, "is not a time of day", ""),
        ({"used:sessions": "many"}, "is an amount or a count", "at_least"),
    ],
)
def test_a_condition_that_means_nothing_is_told_with_its_mend(condition: Any, message: str, mend: str) -> None:
    with pytest.raises(PlanValueError) as caught:
        when(condition, HERE)
    assert message in caught.value.message
    assert mend in caught.value.mend


def test_a_provider_table_is_its_facts() -> None:
    ((lists, role),) = when({"provider": {"lists": "optima", "role": "doctor"}}, HERE)
    assert (lists.fact, role.fact) == ("provider.lists", "provider.role")


def test_a_range_of_codes_stands_for_each_of_them() -> None:
    ((diagnosis,),) = when({"diagnosis": {"from": "M09", "to": "M11"}}, HERE)
    assert diagnosis.values == ("M09*", "M10*", "M11*")


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("dated", "before", "expected a relation of dates"),
        ("dated", {"before": "served_on", "after": "served_on"}, "say one relation of dates"),
        ("dated", {"sometime": "served_on"}, "say one relation of dates"),
        ("issued-by", {"country": "CH"}, "expected list, role or specialty"),
        ("failures", 5, "expected an outcome"),
        ("failures", {"stolen": "needs_document"}, "'stolen' is no way to fail"),
        ("failures", "denied", "is not one of the words known here"),
        ("exempts", {"name": "all"}, "an exemption is { when"),
        ("hours", "daily", "opening hours have days, from and to"),
        ("hours", {"days": "mon-funday", "from": "08:00", "to": "12:00"}, "do not know the days"),
        ("duration", "a fortnight", "is not a length of time"),
        ("texts-table", "x", "expected a table"),
        ("value-names", "x", "expected names by code"),
        ("hidden", "x", "cannot be written"),
        ("scalar", {"a": 1}, "expected a plain value"),
    ],
)
def test_a_field_that_is_not_understood_is_told(kind: str, value: Any, message: str) -> None:
    with pytest.raises(PlanValueError) as caught:
        READERS[kind](value, HERE)
    assert message in caught.value.message


def test_names_are_of_the_five_languages() -> None:
    with pytest.raises(PlanValueError, match="unknown language") as caught:
        names({"es": "Plan"}, HERE)
    assert caught.value.mend == "the languages are en, fr, de, it, nl"
    with pytest.raises(PlanValueError, match="expected names by language"):
        names({"en": 5}, HERE)


def test_a_service_is_a_node_of_the_tree() -> None:
    with pytest.raises(PlanValueError, match="is not a node of the service tree"):
        services(["Hospital Stay"], HERE)


def test_the_short_form_takes_the_deductible_before_the_share() -> None:
    steps = pays({"share": "80 %", "deductible": 100, "per": "calendar year"}, Place())
    assert [step.verb for step in steps if isinstance(step, Step)] == ["deductible", "share"]
