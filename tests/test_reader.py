"""The reader: Markdown to records, every rule with its place, everything wrong told at once."""

import pytest

from clausula.findings import Finding
from clausula.plan import Benefit, Parameter, Plan, Question, Requirement
from clausula.reader import heading, read_plan, sections

HEAD = """# Example

```toml
[plan]
id       = "example"
name     = { en = "Example" }
currency = "EUR"
from     = 2026-01-01
```
"""


def plan_of(text: str, **more: object) -> Plan:
    plan, findings = read_plan(HEAD + text, "plan.md", **more)  # type: ignore[arg-type]
    assert findings == []
    assert plan is not None
    return plan


def findings_of(text: str) -> list[Finding]:
    return read_plan(HEAD + text, "plan.md")[1]


def clause(*rules: str, anchor: str = "1") -> str:
    return f"\n## Care {{#{anchor}}}\n\nWhat is paid.\n\n```toml\n" + "\n".join(rules) + "\n```\n"


CARE = '[[benefit]]\nid = "care"\nservices = ["*"]\npays = "in full"'


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("## 1.6 General ward {#uv-1.6}", (2, "1.6 General ward", "uv-1.6")),
        ("# Title", (1, "Title", "")),
        ("### Title ###", (3, "Title", "")),
        ("## Not {an} anchor", (2, "Not {an} anchor", "")),
        ("#No heading", None),
        ("####### Seven", None),
        ("text", None),
    ],
)
def test_a_heading_has_level_title_and_anchor(line: str, found: object) -> None:
    assert heading(line) == found


def test_a_heading_inside_a_block_is_no_heading() -> None:
    parts = sections("# A\n```text\n# not a heading\n```\n~~~toml\na = 1\n~~~\n", "plan.md")
    assert [(part.title, part.fences) for part in parts] == [("", []), ("A", [("a = 1", 6)])]


def test_a_rule_knows_its_clause_plan_and_place() -> None:
    rule = plan_of(clause(CARE)).of(Benefit)[0]
    assert (rule.clause, rule.plan, rule.place.line) == ("1", "example", 16)


def test_a_clause_keeps_prose_title_and_kind() -> None:
    plan = plan_of(
        clause(CARE)
        + "\n## More {#2}\n\nNothing.\n\n```toml\n[clause]\n"
        + 'kind = "narrative"\ntitle = { fr = "Plus" }\nsource = "p. 2"\n```\n'
    )
    assert [(each.id, each.kind, each.prose) for each in plan.clauses] == [
        ("1", "ruled", "What is paid."),
        ("2", "narrative", "Nothing."),
    ]
    assert (plan.clause("2").title, plan.clause("2").source) == ({"en": "More", "fr": "Plus"}, "p. 2")


def test_a_clause_with_only_a_question_is_an_open_question() -> None:
    plan = plan_of(clause('[[question]]\nasks = "Which?"\nreading = "this"'))
    assert plan.clauses[0].kind == "question"
    assert plan.of(Question)[0].id == "1?1"


def test_an_exception_is_named_after_what_it_overrides() -> None:
    exception = '[[benefit]]\nexception_to = "care"\nwhen = { emergency = true }\npays = "nothing"'
    assert [rule.id for rule in plan_of(clause(CARE, exception, exception)).of(Benefit)] == ["care", "care!1", "care!2"]


def test_a_parameter_stands_for_its_value_even_above_it() -> None:
    text = clause(
        '[[benefit]]\nid = "care"\nservices = ["*"]\npays = { at_most = "$sum", per = "stay" }',
        '[[parameter]]\nid = "sum"\nvalue = 100\nchoices = [100, 200]',
    )
    steps = plan_of(text).of(Benefit)[0].pays
    assert steps is not None
    assert steps[0].value == 100
    other = plan_of(text, parameters={"sum": 200})
    assert other.of(Benefit)[0].pays[0].value == 200
    assert other.of(Parameter)[0].value == 200


def test_a_parameter_is_held_to_its_choices() -> None:
    text = HEAD + clause('[[parameter]]\nid = "sum"\nvalue = 100\nchoices = [100, 200]', CARE)
    assert [finding.code for finding in read_plan(text, "plan.md", {"sum": 300})[1]] == ["not-a-choice"]


def test_a_table_answers_references() -> None:
    text = clause('[[benefit]]\nid = "care"\nservices = ["*"]\npays = { at_most = "@sums:care" }')
    assert plan_of(text, lookup=lambda reference, _: {"sums:care": 60}[reference]).of(Benefit)[0].pays[0].value == 60
    assert [finding.code for finding in findings_of(text)] == ["bad-value"]


def test_a_requirement_may_pay_a_reduced_share() -> None:
    rule = plan_of(
        clause(
            CARE,
            '[[requirement]]\nid = "quote"\nservices = ["*"]\nevidence = ["quote"]\n'
            'else = { pays = "50 %", expired = "needs_person" }',
        )
    ).of(Requirement)[0]
    assert (rule.reduced, rule.otherwise) == (500_000, {"expired": "needs_person"})


def test_all_mistakes_are_told_at_once_with_their_places() -> None:
    found = findings_of(
        clause('[[benefit]]\nid = "A B"\nservice = ["*"]\npays = { share = "80" }', '[[benfit]]\nid = "b"')
    )
    assert [(finding.code, finding.place.line) for finding in found] == [
        ("bad-value", 17),
        ("unknown-key", 18),
        ("bad-value", 19),
        ("unknown-block", 20),
    ]


def test_a_near_word_is_proposed() -> None:
    found = findings_of(clause('[[benefit]]\nid = "care"\nservces = ["*"]'))
    assert [finding.mend for finding in found] == ["did you mean services?"]


def test_an_id_that_stands_twice_names_both_places() -> None:
    found = findings_of(clause(CARE, CARE))
    assert found[0].code == "id-twice"
    assert found[0].also is not None
    assert (found[0].also.line, found[0].place.line) == (16, 20)


def test_the_same_id_may_name_rules_of_different_kinds() -> None:
    assert findings_of(clause(CARE, '[[exclusion]]\nid = "care"\nwhen = { emergency = true }')) == []


def test_a_rule_under_no_clause_is_refused() -> None:
    assert [finding.code for finding in findings_of("\n## Care\n\n```toml\n" + CARE + "\n```\n")] == ["no-clause"]


def test_without_a_head_there_is_no_plan() -> None:
    plan, found = read_plan("# Nothing\n", "plan.md")
    assert plan is None
    assert [finding.code for finding in found] == ["missing-key"]


def test_the_last_day_of_an_edition_is_not_before_its_first() -> None:
    text = HEAD.replace("from     = 2026-01-01", "from = 2026-01-01\nuntil = 2025-01-01")
    assert [finding.code for finding in read_plan(text, "plan.md")[1]] == ["bad-period"]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [('a = "open\nb = 1', 16, 10), ("a = 1\na = 2", 17, None), ("a = {", 16, None)],
)
def test_what_is_no_toml_is_told_with_its_place(text: str, line: int, column: int | None) -> None:
    found = [finding for finding in findings_of(clause(text)) if finding.code == "not-toml"]
    assert found[0].place.line == line
    assert column is None or found[0].place.column == column


@pytest.mark.parametrize(
    "text",
    [
        clause("a." * 200 + "a = 1"),
        clause("a = { " + "b." * 200 + "b = 1 }"),
        clause("[" + "a." * 200 + "a]"),
        clause("a = " + "[" * 30 + "]" * 30),
        clause("a = '" + "x" * 5000 + "'"),
    ],
)
def test_what_nobody_could_read_is_refused_before_it_costs_time(text: str) -> None:
    assert {finding.code for finding in findings_of(text)} & {"too-deep", "too-large"}


def test_a_text_of_dots_is_no_deep_key() -> None:
    prose = 'advice = { en = "' + "One. Two. " * 20 + '" }'
    assert findings_of(clause(CARE + "\n" + prose)) == []


def test_reading_stops_after_many_mistakes() -> None:
    found = findings_of(clause("[[benefit]]\nzz = 1\n" * 1000))
    assert len(found) == 200


def test_the_head_says_who_bills_the_share_in_direct_settlement() -> None:
    assert plan_of(clause(CARE)).share_billed_by == "provider"
    head = HEAD.replace("from     = 2026-01-01", 'from     = 2026-01-01\nshare_billed_by = "{}"')
    plan, findings = read_plan(head.replace("{}", "insurer", 1) + clause(CARE), "plan.md")
    assert plan is not None
    assert (plan.share_billed_by, findings) == ("insurer", [])
    (finding,) = read_plan(head.replace("{}", "nobody", 1) + clause(CARE), "plan.md")[1]
    assert (finding.code, finding.mend) == ("bad-value", "use provider or insurer")
