"""The checker: what it counts, what it finds and what it leaves alone."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from clausula.book import Book, load_plans
from clausula.checker import Report, check
from clausula.checking.figures import Source, numbers, read_source, text_of
from clausula.findings import PlanError
from tests.books import bundled, own

SEEDS = Path(__file__).parents[2] / "shared" / "seeds"
CATALOGUE = bundled().catalogue
HEAD = """# Example

```toml
[plan]
id       = "example"
name     = { en = "Example" }
currency = "EUR"
from     = 2026-01-01
```

## Care {#1}

What is paid.

```toml
"""


def benefit(name: str, rest: str = "", services: str = '["*"]', pays: str = '"in full"') -> str:
    return f'[[benefit]]\nid = "{name}"\nname = {{ en = "x" }}\nservices = {services}\npays = {pays}\n{rest}\n'


def checked(*rules: str, head: str = HEAD) -> Report:
    book = Book(CATALOGUE, {})
    try:
        book.add(head + "\n".join(rules) + "\n```\n", "plan.md")
    except PlanError as error:
        pytest.fail(str(error))
    return check(book)


def codes(*rules: str) -> set[str]:
    return {finding.code for finding in checked(*rules).findings_of()} - {"no-cases", "missing-name"}


# --- two benefits that can both apply ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("when = { age = { below = 18 } }", "when = { age = { at_least = 18 } }"),
        ("when = { age = { at_most = 17 } }", "when = { age = { above = 17 } }"),
        ('when = { cause = "illness" }', 'when = { cause = ["accident", "maternity"] }'),
        ('when = { cause = "illness" }', 'unless = { cause = "illness" }'),
        ('when = { cause = { not = ["illness", "accident"] } }', 'when = { cause = ["illness", "accident"] }'),
        ("when = { emergency = true }", "when = { emergency = false }"),
        ("when = { emergency = true }", "unless = { emergency = true }"),
        ('when = { diagnosis = "F*" }', 'when = { diagnosis = "G30" }'),
        ('when = { diagnosis = "F*" }', 'when = { diagnosis = { not = ["F*"] } }'),
        ('when = { time = { from = "20:00", to = "08:00" } }', 'when = { time = { from = "08:00", to = "20:00" } }'),
        ("when = { served_on = { below = 2026-07-01 } }", "when = { served_on = { at_least = 2026-07-01 } }"),
        ('when = { "provider.lists" = "a" }', 'when = { "provider.lists" = { none = ["a", "b"] } }'),
        ("when = { charged = { at_most = 10.50 } }", "when = { charged = { above = 10.5 } }"),
        ("when = { weekday = [1, 2, 3, 4, 5] }", "when = { weekday = { not = [1, 2, 3, 4, 5] } }"),
        ("when = { diagnosis = { known = true } }", "when = { diagnosis = { known = false } }"),
        (
            'when = { admitted_on = { less_than_fact = "served_on" } }',
            'when = { served_on = { at_most_fact = "admitted_on" } }',
        ),
        ('when = [{ age = { below = 18 } }, { sex = "female" }]', 'when = { age = { at_least = 18 }, sex = "male" }'),
        (
            'unless = [{ age = { below = 18 } }, { sex = "female" }]',
            'when = [{ age = { below = 18 } }, { sex = "female" }]',
        ),
        ('when = { service = "dental" }', 'when = { service = "hospital" }'),
        ('when = { service = "dental" }', 'unless = { service = "dental" }'),
    ],
)  # fmt: skip
def test_conditions_that_exclude_each_other_are_told_apart(one: str, other: str) -> None:
    assert codes(benefit("one", one), benefit("other", other)) == set()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("", ""),
        ("when = { age = { at_most = 18 } }", "when = { age = { at_least = 18 } }"),
        ('when = { cause = "illness" }', "when = { emergency = true }"),
        ('when = { diagnosis = "F*" }', 'when = { diagnosis = "F32" }'),
        ('when = { diagnosis = "imaging" }', 'when = { diagnosis = "imaging/ct" }'),
        ('when = { time = { from = "20:00", to = "08:00" } }', 'when = { time = { from = "07:59", to = "20:00" } }'),
        ('when = { "provider.lists" = "a" }', 'when = { "provider.lists" = "b" }'),
        ('when = { "provider.lists" = { none = ["a"] } }', 'when = { "provider.lists" = "b" }'),
        ("unless = { emergency = true }", 'unless = { cause = "illness" }'),
        (
            'when = { admitted_on = { at_most_fact = "served_on" } }',
            'when = { served_on = { at_most_fact = "admitted_on" } }',
        ),
    ],
)  # fmt: skip
def test_benefits_that_can_both_apply_need_a_precedence(one: str, other: str) -> None:
    assert codes(benefit("one", one), benefit("other", other)) == {"overlap"}


@pytest.mark.parametrize("word", ["exception_to", "before"])
def test_a_declared_precedence_settles_it(word: str) -> None:
    first = benefit("one", f'{word} = "other"\nwhen = {{ emergency = true }}')
    assert codes(first, benefit("other")) == set()


def test_precedence_reaches_through_a_chain() -> None:
    one = benefit("one", 'before = "two"\nwhen = { emergency = true }')
    two = benefit("two", 'before = "three"\nwhen = { abroad = true }')
    assert codes(one, two, benefit("three")) == set()


def test_two_exceptions_that_can_both_hold_are_an_error_too() -> None:
    one = '[[benefit]]\nid = "one"\nexception_to = "care"\nwhen = { emergency = true }\npays = "nothing"\n'
    two = '[[benefit]]\nid = "two"\nexception_to = "care"\nwhen = { abroad = true }\npays = { share = "50 %" }\n'
    assert codes(benefit("care"), one, two) == {"overlap"}


def test_an_overlap_names_both_places() -> None:
    finding = next(f for f in checked(benefit("one"), benefit("other")).findings_of("error") if f.code == "overlap")
    assert finding.also is not None
    assert (finding.also.line, finding.place.line) == (17, 24)


def test_benefits_for_services_apart_never_meet() -> None:
    assert codes(benefit("one", services='["dental"]'), benefit("other", services='["hospital"]')) == set()


def test_a_service_and_one_below_it_meet() -> None:
    assert codes(benefit("one", services='["hospital"]'), benefit("other", services='["hospital/stay"]')) == {"overlap"}


def test_members_of_a_group_and_lanes_beside_are_exempt() -> None:
    group = '[[benefit]]\nid = "best"\nname = { en = "x" }\nservices = ["*"]\nbetter_of = ["one", "other"]\n'
    assert codes(benefit("one"), benefit("other"), group, benefit("extra", "beside = true")) == set()


# --- rules that cannot work -------------------------------------------------------------------------------------------


def test_a_condition_that_contradicts_itself_is_found() -> None:
    assert codes(benefit("care", "when = { age = { at_least = 18 } }\nunless = { age = { above = 10 } }")) == {
        "never-applies"
    }


def test_an_exception_that_always_holds_hides_the_general_rule() -> None:
    exception = '[[benefit]]\nexception_to = "care"\nwhen = { emergency = [true, false] }\npays = "nothing"\n'
    narrow = benefit("care", "when = { emergency = true }")
    assert codes(narrow, '[[benefit]]\nexception_to = "care"\nwhen = { emergency = true }\npays = "nothing"\n') == {
        "shadowed"
    }
    assert exception


def test_an_exclusion_without_a_condition_takes_everything() -> None:
    exclusion = '[[exclusion]]\nid = "all"\nname = { en = "x" }\n'
    assert codes(benefit("care"), exclusion) == {"always-excluded"}
    assert codes(benefit("care", 'overrides = ["all"]'), exclusion) == set()


def test_many_mistakes_are_all_told_at_once() -> None:
    found = codes(
        benefit("one", 'when = { agge = 1 }\nrequires = ["voucher"]', '["dentall"]'),
        benefit("two", 'when = { cause = "ilness" }', pays='[{ share = "50 %" }, "limit"]'),
    )
    assert found == {"unknown-fact", "unknown-requirement", "unknown-service", "impossible-value", "unknown-step"}


def test_words_are_looked_at_even_where_another_rule_cannot_be_read() -> None:
    text = (
        HEAD + benefit("one", 'when = { agge = 1 }\nrequires = ["two"]') + '[[requirement]]\nid = "two"\nzz = 1\n```\n'
    )
    book = Book(CATALOGUE, {}, {}, {}, {"example": [(text, "plan.md")]})
    assert {finding.code for finding in check(book).findings_of()} == {"unknown-key", "unknown-fact"}


def test_an_unread_parameter_is_found_and_a_read_one_is_not() -> None:
    parameter = '[[parameter]]\nid = "sum"\nvalue = 100\n'
    assert codes(parameter, benefit("care")) == {"unread"}
    assert codes(parameter, benefit("care", pays='{ at_most = "$sum" }')) == set()
    switch = '[[parameter]]\nid = "way"\nvalue = "a"\nchoices = ["a", "b"]\n'
    assert codes(switch, benefit("one", 'when = { "$way" = "a" }'), benefit("two", 'when = { "$way" = "b" }')) == set()


def test_a_fact_of_the_plan_counts_as_read_wherever_it_is_used() -> None:
    fact = '[[fact]]\nid = "tariff"\nkind = "money"\nname = { en = "x" }\n'
    assert codes(fact, benefit("care")) == {"unread"}
    assert codes(fact, benefit("care", pays='[{ of = "tariff" }]')) == set()
    assert codes(fact, benefit("care", pays='[{ at_most = { fact = "tariff" } }]')) == set()


def test_ages_that_join_leave_no_gap() -> None:
    young, old = benefit("young", "when = { age = { below = 18 } }"), benefit("old", "when = { age = { above = 18 } }")
    assert codes(young, old) == {"age-gap"}
    assert codes(young, benefit("old", "when = { age = { at_least = 18 } }")) == set()


# --- counting ---------------------------------------------------------------------------------------------------------


def test_the_report_counts_clauses_rules_and_cases() -> None:
    report = check(own(), ["test/deductible-share-ceiling"])
    plan = report.plans[0]
    assert report.ok, report.render()
    assert (plan.ruled, plan.rules, plan.rules_not_hit, plan.exceptions) == (("d-1",), 1, (), 0)
    assert (plan.cases, plan.cases_passed) == (2, 2)
    assert "test/deductible-share-ceiling" in report.render()
    assert report.as_dict()["plans"][0]["cases"] == {"count": 2, "passed": 2}


def test_without_cases_nothing_is_said_of_them() -> None:
    report = check(own(), ["test/deductible-share-ceiling"], run_cases=False)
    assert report.plans[0].cases is None
    assert report.as_dict()["plans"][0]["cases"] is None


def test_exceptions_are_counted_on_both_sides() -> None:
    plan = check(own(), ["test/declared-doctor"]).plans[0]
    assert (plan.exceptions, plan.exceptions_one_sided) == (1, ())


def test_strict_makes_a_rule_no_case_hits_an_error(tmp_path: Path) -> None:
    (tmp_path / "plan.md").write_text(
        HEAD + benefit("care", services='["dental"]') + benefit("stay", services='["hospital"]') + "```\n"
    )
    line = '{ service = "dental/visit", served_on = 2026-03-01, charged = 10 }'
    (tmp_path / "cases.toml").write_text(f'[[case]]\nname = "a"\ngiven.lines = [{line}]\nexpect = {{ paid = 10 }}\n')
    book = load_plans(tmp_path)
    assert check(book, ["example"]).ok
    report = check(book, ["example"], strict=True)
    assert [finding.code for finding in report.findings_of("error")] == ["not-hit"]
    assert report.plans[0].rules_not_hit == ("stay",)


def test_a_finding_as_data_has_excerpt_and_caret() -> None:
    found = checked(benefit("one", "when = { agge = 1 }")).as_dict()["plans"][0]["findings"]
    entry = next(each for each in found if each["code"] == "unknown-fact")
    assert (entry["excerpt"], entry["caret"].strip()) == ("when = { agge = 1 }", "^^^^")
    assert entry["mend"] == "did you mean age?"


def test_an_unknown_plan_is_a_finding() -> None:
    assert {finding.code for finding in check(own(), ["nobody"]).findings_of()} >= {"no-plan"}


def test_plans_of_the_tests_are_good() -> None:
    book = own()
    ids = [name for name in book.ids() if name.startswith("test/")]
    report = check(book, ids)
    assert report.ok, report.render()


@pytest.mark.parametrize("plan", ["ch/assura/plusmed", "fr/medaviz", "it/faremutua/noisalute-base"])
def test_every_rule_of_a_bundled_plan_is_hit_by_a_case(plan: str) -> None:
    report = check(bundled(), [plan])
    assert report.ok, report.render()
    assert report.plans[0].rules_not_hit == ()


# --- figures and source texts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("CHF 1'500", 1500),
        ("CHF 1’500.–", 1500),
        ("€ 1.500,00", 1500),
        ("1 500 fr.", 1500),
        ("65 anni", 65),
        ("trenta giorni", 30),
    ],
)
def test_a_figure_is_found_however_the_source_writes_it(text: str, value: int) -> None:
    assert value in numbers(text)


def test_a_price_with_cents_is_found() -> None:
    assert {str(number) for number in numbers("franchigia di 36,15 euro")} >= {"36.15"}


def test_a_source_is_known_by_its_words(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The Garden plan\nof the  mutual", encoding="utf-8")
    (tmp_path / "b.txt").write_text("Another plan", encoding="utf-8")
    assert text_of(Source(("garden plan of the mutual",)), tmp_path) == "The Garden plan\nof the  mutual"
    assert text_of(Source(("nothing such",)), tmp_path) is None
    with pytest.raises(ValueError, match="several"):
        text_of(Source(("plan",)), tmp_path)


def test_a_file_of_a_source_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("x")
    (tmp_path / "texts").mkdir()
    assert text_of(Source(file="../secret.txt"), tmp_path / "texts") is None


@pytest.mark.samples
def test_every_figure_of_the_bundled_plans_is_in_its_source() -> None:
    if not SEEDS.is_dir():
        pytest.skip("the source documents are not in the repository; put their texts into ../shared/seeds")
    book = bundled()
    report = check(book, sources=SEEDS, run_cases=False)
    missing = [
        finding
        for finding in report.findings_of()
        if finding.code in ("figure-not-in-source", "bad-source", "no-source")
    ]
    assert missing == [], report.render()
    assert sum(plan.figures is not None for plan in report.plans) >= 5


def test_a_plan_without_source_file_has_none(tmp_path: Path) -> None:
    assert read_source(tmp_path / "source.toml") == Source()


# --- hostile plans ----------------------------------------------------------------------------------------------------

HOSTILE: dict[str, Callable[[], str]] = {
    "deep nesting": lambda: benefit("a", "when = " + "[" * 3000 + "]" * 3000),
    "deep nesting on many lines": lambda: benefit("a", "when = " + "\n[" * 300 + "\n]" * 300),
    "a key of a thousand parts": lambda: "a." * 1500 + "a = 1",
    "a huge line": lambda: "a = " + "1" * 100_000,
    "a huge text": lambda: "# " + "x" * 2_000_000,
    "a huge number": lambda: benefit("a", pays="{ amount = 1e999999999 }"),
    "a huge bound": lambda: benefit("a", "when = { age = { at_least = 1e999999999 } }"),
    "a huge share": lambda: benefit("a", pays='{ share = "1e999999999 %" }'),
    "spaces in a heading": lambda: "```\n## a" + " " * 200_000 + "x\n```toml",
    "spaces in brackets": lambda: ("[" + " " * 3900 + "\n") * 20,
    "thousands of rules": lambda: "".join(f'[[fact]]\nid = "f{n}"\n' for n in range(6000)),
    "thousands of mistakes": lambda: "[[benefit]]\nzz = 1\n" * 6000,
    "thousands of headings": lambda: "```\n" + "".join(f"# h {{#h{n}}}\n" for n in range(6000)) + "```toml",
    "exceptions of each other": lambda: benefit("a", 'exception_to = "b"') + benefit("b", 'exception_to = "a"'),
    "a chain of exceptions": lambda: benefit("b0") + "".join(
        f'[[benefit]]\nid = "b{n}"\nexception_to = "b{n - 1}"\nwhen = {{ diagnosis = "{n}" }}\n' for n in range(1, 300)
    ),
    "a long order": lambda: "".join(
        benefit(f"b{n}", f'before = "b{n + 1}"\nwhen = {{ quantity = {n} }}') for n in range(300)
    ) + benefit("b300"),
    "an explosion of exceptions": lambda: benefit(
        "a", "unless = [" + '{ cause = "illness", setting = "day", emergency = true },\n' * 40 + "]"
    ),
    "an explosion of pairs": lambda: "".join(benefit(f"b{n}") for n in range(260)),
}  # fmt: skip


@pytest.mark.no_cover
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_plan_ends_with_findings_and_in_time(name: str) -> None:
    book = Book(CATALOGUE, {})
    text = HEAD + HOSTILE[name]() + "\n```\n"
    begun = time.process_time()
    try:
        book.add(text, "plan.md")
        found = list(check(book).findings_of())
    except PlanError as error:
        found = list(error.findings)
    if name not in ("a long order", "a chain of exceptions"):
        assert any(finding.severity == "error" for finding in found)
    assert len(found) < 300
    assert all(len(finding.message) < 1000 for finding in found)
    assert time.process_time() - begun < 60


def test_plans_that_extend_each_other_are_a_circle() -> None:
    heads = {
        name: HEAD.replace('id       = "example"', f'id = "{name}"\nextends = "{other}"')
        for name, other in (("a", "b"), ("b", "a"))
    }
    book = Book(
        CATALOGUE, {}, {}, {}, {name: [(head + benefit(name) + "```\n", f"{name}.md")] for name, head in heads.items()}
    )
    assert {finding.code for finding in check(book).findings_of()} >= {"circle"}
