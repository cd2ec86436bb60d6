"""Commands that answer a question: check, cases, decide, trace, guide, premium, show."""

from pathlib import Path

import pytest

from clausula.cli import main
from tests.cli.world import PLAN, PLANS, SITUATION, ask, document, write

WRONG_CASE = """
[[case]]
name = "XX-01: a price of 400 pays 121"
because = "it does not"
given.lines = [{ service = "outpatient/consultation", served_on = 2026-03-01, charged = 400 }]
expect = { paid = 121 }
"""


def test_decide_says_what_is_paid_and_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("decide", write(tmp_path, "s.toml", SITUATION)) == 0
    told = capsys.readouterr().out
    assert "Line 2, 2026-03-02, Consultation" in told
    assert "partly" in told
    assert "[1 What is paid]" in told
    assert "2 lines: charged 200.00, paid 80.00, borne 120.00 EUR" in told


@pytest.mark.parametrize(
    ("language", "word"), [("fr", "Franchise"), ("de", "Konsultation"), ("it", "Visita medica"), ("nl", "Consult")]
)
def test_decide_speaks_five_languages(
    language: str, word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask("decide", write(tmp_path, "s.toml", SITUATION), "--lang", language) == 0
    assert word in capsys.readouterr().out


def test_decide_hands_out_decisions_sentences_and_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("decide", "--json", write(tmp_path, "s.toml", SITUATION)) == 0
    found = document(capsys)
    assert found["decisions"][0]["reason"] == "care:deductible"
    assert found["decisions"][1]["sentences"]
    assert {row["used"] for row in found["usage"]} >= {10000, 8000}


def test_decide_takes_json_and_a_plan_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = '{"lines": [{"service": "outpatient/consultation", "served_on": "2026-03-01", "charged": 400.00}]}'
    assert ask("decide", write(tmp_path, "s.json", text), "--plan", "deductible-share-ceiling", "--json") == 0
    assert document(capsys)["decisions"][0]["paid"] == "120.00"


def test_decide_asks_which_plan_where_nobody_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("decide", write(tmp_path, "s.toml", "lines = []")) == 2
    assert "--plan PLAN" in capsys.readouterr().err


def test_a_line_that_cannot_be_decided_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("decide", write(tmp_path, "s.toml", SITUATION.replace("outpatient/consultation", "no/such"))) == 2
    assert "not in the service tree" in capsys.readouterr().err


def test_trace_shows_amounts_before_and_after(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("trace", write(tmp_path, "s.toml", SITUATION)) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["step", PLAN, "d-1", "deductible", "60.00", "0.00"] in rows
    assert ["step", PLAN, "d-1", "share", "100.00", "80.00"] in rows


def test_guide_tells_the_outcome_and_what_it_draws_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, "s.toml", SITUATION)
    assert ask("guide", path) == 0
    assert "as things stand: partly" in capsys.readouterr().out
    assert ask("guide", path, "--json") == 0
    assert {each["kind"] for each in document(capsys)["left"]} == {"deductible", "limit"}


def test_premium_tells_that_nothing_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, "s.toml", SITUATION)
    assert ask("premium", path, "--on", "2026-02-01") == 0
    assert "ask for no contribution" in capsys.readouterr().out
    assert ask("premium", path, "--on", "February") == 2
    assert ask("premium", path, "--on", "2026-02-01", "--json") == 0
    assert document(capsys)["total"] == "0"


def test_show_prints_clauses_and_rules_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("show", "deductible-share-ceiling", "d-1") == 0
    assert capsys.readouterr().out == (
        "1 What is paid  [d-1]\n"
        "  The member bears the first 100 a year; of the rest 80 % is paid, at most 120 a year.\n"
        "  • benefit care: Care\n"
        "      for every service\n"
        "      pays deductible 100 EUR per calendar year, then share 80 %, then at most 120 EUR per calendar year\n"
        "\n"
    )


@pytest.mark.parametrize("folder", sorted(path.parent.name for path in PLANS.parent.glob("*/plan.md")))
def test_every_plan_of_the_tests_can_be_shown(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", folder, "--plans", str(PLANS.parent), "--lang", "nl"]) == 0
    told = capsys.readouterr().out
    assert " object at 0x" not in told
    assert "Want(" not in told


def test_show_on_a_day_without_an_edition_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("show", "deductible-share-ceiling", "--on", "1999-01-01") == 2
    assert "1999-01-01" in capsys.readouterr().err


def test_cases_say_how_many_of_how_many(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cases", str(PLANS)]) == 0
    assert "2 of 2 cases hold" in capsys.readouterr().out


def test_a_failing_case_shows_what_was_found_and_expected(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, "plan.md", (PLANS / "plan.md").read_text())
    path = write(tmp_path, "cases.toml", WRONG_CASE)
    assert main(["cases", path]) == 1
    told = capsys.readouterr().out
    assert "paid is 120.00, expected 121" in told
    assert "because: it does not" in told
    assert f"{path}:3" in told
    assert "0 of 1 cases hold" in told
    assert main(["cases", path, "--json"]) == 1
    assert document(capsys)["plans"][0]["failures"][0]["wrong"] == ["paid is 120.00, expected 121"]


def test_cases_without_their_plan_are_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cases", write(tmp_path, "cases.toml", WRONG_CASE)]) == 2
    assert capsys.readouterr().err


def test_a_plan_that_cannot_be_read_fails_its_cases(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, "plan.md", (PLANS / "plan.md").read_text().replace("services", "servces"))
    write(tmp_path, "cases.toml", WRONG_CASE)
    assert main(["cases", str(tmp_path)]) == 1
    assert "servces" in capsys.readouterr().out


def test_check_reports_and_fails_on_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(PLANS)]) == 0
    assert PLAN in capsys.readouterr().out
    write(tmp_path, "plan.md", (PLANS / "plan.md").read_text().replace("services", "servces"))
    assert main(["check", str(tmp_path / "plan.md"), "--json"]) == 1
    assert document(capsys)["ok"] is False


NEEDED = """# A plan with a requirement

```toml
[plan]
id = "test/needed"
name = "Needed"
insurer = "Example"
currency = "EUR"
edition = "2026"
from = 2026-01-01
rank = 10
```

## 1 Paid on prescription {#n-1}

```toml
[[benefit]]
id = "care"
name = "Care"
services = ["*"]
requires = ["script"]
pays = "in full"

[[requirement]]
id = "script"
name = "Prescription"
evidence = ["prescription"]
dated = { not_after = "served_on" }
from = "desk"
else = "needs_document"

[[contact]]
id = "desk"
name = "Desk"
phone = "0800 000 000"
hours = [{ days = "mon-fri", from = "08:00", to = "18:00" }]

[[premium]]
id = "fee"
name = "Fee"
for = { role = "holder" }
amount = 12.50
per = "month"
```
"""
INTENT = """lines = [{ service = "dental", served_on = 2026-03-02, charged = 80, time = "09:00" }]"""


def _needed(folder: Path, *words: str) -> int:
    plans = folder / "plans"
    plans.mkdir(exist_ok=True)
    write(plans, "plan.md", NEEDED)
    return main([words[0], write(folder, "s.toml", INTENT), *words[1:], "--plan", "needed", "--plans", str(plans)])


def test_guide_says_what_is_missing_and_whom_to_ask(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _needed(tmp_path, "guide") == 0
    told = capsys.readouterr().out
    assert "as things stand: a document is missing" in told
    assert "[ ] Prescription; missing; dated 2 March 2026 or earlier; ask Desk 0800 000 000, open at that hour" in told


def test_guide_is_a_document_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _needed(tmp_path, "guide", "--json") == 0
    step = document(capsys)["steps"][0]
    assert (step["requirement"], step["state"], step["latest"], step["open_now"]) == (
        "script",
        "missing",
        "2026-03-02",
        True,
    )


def test_decide_tells_what_would_change_the_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _needed(tmp_path, "decide", "--json") == 0
    assert "80.00" in document(capsys)["decisions"][0]["would_change"][0]


def test_premium_adds_up_what_a_household_owes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _needed(tmp_path, "premium", "--on", "2026-02-01") == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["member", "Needed", "Fee", "month", "12.50", "EUR"] in rows
    assert ["together", "12.50", "EUR"] in rows


def test_show_prints_every_kind_of_rule(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plans = tmp_path / "plans"
    plans.mkdir()
    write(plans, "plan.md", NEEDED)
    assert main(["show", "needed", "--plans", str(plans)]) == 0
    told = capsys.readouterr().out
    for words in ("needs script", "pays in full", "given by desk", "phone: 0800 000 000"):
        assert words in told
    assert "hours: Mon,Tue,Wed,Thu,Fri 08:00-18:00" in told


def test_a_strict_check_wants_every_rule_hit_by_a_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "plans" / "one"
    folder.mkdir(parents=True)
    for name in ("plan.md", "cases.toml"):
        (folder / name).write_text((PLANS / name).read_text(encoding="utf-8"), encoding="utf-8")
    text = (folder / "plan.md").read_text(encoding="utf-8")
    extra = '\n```toml\n[[exclusion]]\nid = "unshown"\nname = { en = "Unshown" }\nwhen = { cause = "accident" }\n```\n'
    (folder / "plan.md").write_text(text + extra, encoding="utf-8")
    assert ask("check", str(tmp_path / "plans")) == 0
    assert ask("check", str(tmp_path / "plans"), "--strict") == 1
    assert "unshown" in capsys.readouterr().out
