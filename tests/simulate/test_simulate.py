"""A limit goes from 100 to 60: every figure by hand, and the laws that hold for any change."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from clausula.batch import bulk
from clausula.findings import PlanError
from clausula.intake import InputError
from clausula.simulate.effects import CHANGED, PAID_BASE, PAID_CHANGE
from clausula.simulate.question import Sample
from tests.simulate.portfolio import HOMES, PLAN, ask, lines, members, plan


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return plan(tmp_path / "base")


@pytest.fixture
def lower(tmp_path: Path) -> Path:
    return plan(tmp_path / "change", limit=60)


def read(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "out/simulation.json").read_text(encoding="utf-8"))
    return found


def test_a_lower_limit_costs_whom_it_should(tmp_path: Path, base: Path, lower: Path) -> None:
    ask(tmp_path, base, lower)
    euro = read(tmp_path)["currencies"]["EUR"]
    assert euro["totals"]["charged"] == "210.00"
    assert euro["totals"]["paid"] == {"base": "210.00", "change": "160.00", "difference": "-50.00"}
    assert euro["totals"]["borne"] == {"base": "0.00", "change": "50.00", "difference": "50.00"}
    assert (euro["totals"]["lines"], euro["totals"]["changed"], euro["members"]) == (4, 2, 4)
    found = euro["winners_and_losers"]
    assert (found["gain"], found["lose"], found["unchanged"], found["lost"]) == (0, 2, 2, "50.00")
    assert [(each["member"], each["difference"]) for each in found["top"]] == [("ben", "30.00"), ("ada", "20.00")]
    assert found["most_touched"] == {"members": 1, "amount": "30.00", "of": "50.00", "least": "30.00"}
    assert euro["by_plan"] == [{"plan": PLAN, "paid": euro["totals"]["paid"]}]


def test_cause_and_effect_stand_together(tmp_path: Path, base: Path, lower: Path) -> None:
    ask(tmp_path, base, lower)
    found = read(tmp_path)
    (text,) = found["texts"]
    assert (text["plan"], text["rule"], text["change"], text["title"]) == (PLAN, "care", "edited", "1 Care")
    assert text["edits"] == [{"where": "pays, at most", "was": "100", "now": "60"}]
    (rule,) = found["currencies"]["EUR"]["by_rule"]
    assert (rule["plan"], rule["rule"], rule["benefit"], rule["clause"]) == (PLAN, "care", "care", "l-1")
    assert (rule["follows"], rule["lines"], rule["paid"]["difference"]) == (False, 2, "-50.00")


def test_outcomes_move_from_covered_to_partly(tmp_path: Path, base: Path, lower: Path) -> None:
    ask(tmp_path, base, lower)
    moves = {
        (e["base"], e["change"]): (e["lines"], e["paid_difference"])
        for e in read(tmp_path)["currencies"]["EUR"]["outcomes"]
    }
    assert moves == {("covered", "covered"): (2, "0.00"), ("covered", "partly"): (2, "-50.00")}


def test_months_and_groups_add_up(tmp_path: Path, base: Path, lower: Path) -> None:
    ask(tmp_path, base, lower)
    euro = read(tmp_path)["currencies"]["EUR"]
    months = {each["month"]: each["paid"]["difference"] for each in euro["by_month"]}
    assert months == {"2026-01": "-20.00", "2026-03": "-30.00"}
    ages = {each["group"]: (each["members"], each["paid"]["difference"]) for each in euro["by_group"]["age"]}
    assert ages == {"0–17": (1, "0.00"), "26–40": (1, "0.00"), "41–55": (1, "-20.00"), "66–75": (1, "-30.00")}
    for groups in euro["by_group"].values():
        assert sum(Decimal(each["paid"]["difference"]) for each in groups) == -50
        assert sum(each["members"] for each in groups) == 4


def test_the_lines_that_differ_are_kept(tmp_path: Path, base: Path, lower: Path) -> None:
    ask(tmp_path, base, lower)
    rows = pq.read_table(tmp_path / "out/changed.parquet").to_pylist()
    assert [(row["line"], row["person"], row["outcome_base"], row["outcome_change"]) for row in rows] == [
        ("2", "ada", "covered", "partly"),
        ("3", "ben", "covered", "partly"),
    ]
    assert [(row["paid_base"], row["paid_change"], row["borne_change"]) for row in rows] == [
        (Decimal("50.000"), Decimal("30.000"), Decimal("20.000")),
        (Decimal("90.000"), Decimal("60.000"), Decimal("30.000")),
    ]
    assert {(row["reason_base"], row["reason_change"], row["because_rule"]) for row in rows} == {
        ("", "care:at_most", "care")
    }


def test_the_same_plans_change_nothing(tmp_path: Path, base: Path) -> None:
    ask(tmp_path, base, base)
    found = read(tmp_path)
    euro = found["currencies"]["EUR"]
    assert found["texts"] == []
    assert euro["totals"]["changed"] == 0
    assert {euro["totals"][name]["difference"] for name in ("paid", "borne", "cash")} == {"0.00"}
    assert euro["by_rule"] == []
    assert euro["winners_and_losers"]["unchanged"] == 4
    assert pq.read_table(tmp_path / "out/changed.parquet").num_rows == 0
    assert "nothing changes for 4 members" in (tmp_path / "out/index.html").read_text(encoding="utf-8")


def test_in_bulk_the_figures_are_the_same(
    tmp_path: Path, base: Path, lower: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyarrow.csv as pc

    table = pc.read_csv(lines(tmp_path / "all.csv"))
    columns = {name: table.column(name).cast("string") for name in table.column_names}
    pq.write_table(table.from_pydict(columns), tmp_path / "lines.parquet")
    monkeypatch.setattr(bulk, "BULK", 1)
    found = []
    for name, claims in (("bulk", "lines.parquet"), ("single", "all.csv")):
        (tmp_path / name).mkdir()
        ask(tmp_path / name, base, lower, inputs=(tmp_path / claims,))
        found.append(read(tmp_path / name))
    assert found[0] == found[1]
    assert not (tmp_path / "bulk/out/base/decisions.jsonl").exists(), "this was decided in bulk"


def test_contributions_are_the_other_side_of_the_account(tmp_path: Path, base: Path) -> None:
    dearer = plan(tmp_path / "change", limit=60, amount=13)
    ask(tmp_path, base, dearer)
    owed = read(tmp_path)["currencies"]["EUR"]["contributions"]
    assert (owed["base"], owed["change"], owed["difference"]) == ("90.00", "117.00", "27.00"), (
        "3 adults, January to March"
    )
    assert owed["net_difference"] == "-77.00"
    found = owed["winners_and_losers"]
    assert (found["lose"], found["unchanged"], found["lost"]) == (3, 1, "77.00"), (
        "ada 29, ben 39, dan 9; cleo is a child"
    )


def test_contributions_are_not_asked_about_where_no_rule_of_them_differs(
    tmp_path: Path, base: Path, lower: Path
) -> None:
    assert ask(tmp_path, base, lower).contributions is None


def test_a_whole_portfolio_has_no_interval(tmp_path: Path, base: Path, lower: Path) -> None:
    result = ask(tmp_path, base, lower, sample=Sample(share=Fraction(1)))
    assert result.parts[0].estimates == {}


def test_a_sample_speaks_for_the_whole(tmp_path: Path, base: Path, lower: Path) -> None:
    ask(tmp_path, base, lower, sample=Sample(share=Fraction(1, 10)))
    euro = read(tmp_path)["currencies"]["EUR"]
    found = euro["totals"]["estimated_paid_difference"]
    assert euro["population"] == 40
    assert found["estimate"] == "-500.00"
    assert Decimal(found["low"]) <= -500 <= Decimal(found["high"])
    assert all(group["few_households"] for group in euro["by_group"]["age"])


def test_behaviour_is_off_and_every_page_says_so(tmp_path: Path, base: Path, lower: Path) -> None:
    ask(tmp_path, base, lower, plots=True)
    assert read(tmp_path)["behaviour"] == {"on": False, "elasticity": None}
    page = (tmp_path / "out/index.html").read_text(encoding="utf-8")
    assert page.count("Behaviour is off") == 3
    assert "Behaviour: off." in (tmp_path / "out/plots/waterfall-eur.svg").read_text(encoding="utf-8")


def test_behaviour_stands_beside_and_never_in_the_rest(tmp_path: Path, base: Path, lower: Path) -> None:
    found = {}
    for name, elasticity in (("off", None), ("none", Fraction(0)), ("rand", Fraction(-1, 5))):
        (tmp_path / name).mkdir()
        ask(tmp_path / name, base, lower, elasticity=elasticity)
        found[name] = read(tmp_path / name)["currencies"]["EUR"]
    beside = {name: each.pop("behaviour") for name, each in found.items()}
    assert found["off"] == found["none"] == found["rand"]
    assert beside["off"] is None
    assert beside["none"]["paid_difference"] == "0.00"
    # the share goes from 0 to 50/210, so the arc is 1 and the factor 0.8 / 1.2 = 2/3: a third of 160 is not paid
    assert beside["rand"]["paid_difference"] == "-53.33"
    assert beside["rand"]["charged_difference"] == "-70.00"


def test_a_plan_nobody_here_is_in_is_refused(tmp_path: Path, base: Path) -> None:
    other = plan(tmp_path / "change", name="test/other")
    with pytest.raises(InputError, match="the change is about test/other, and nobody here is enrolled in it"):
        ask(tmp_path, base, other)
    assert not (tmp_path / "out").exists()


def test_a_plan_that_is_missing_is_named(tmp_path: Path, base: Path, lower: Path) -> None:
    with pytest.raises(InputError, match="there is no such plan"):
        ask(tmp_path, base, lower, members=members(tmp_path / "m.toml", name="test/nowhere"))
    assert not (tmp_path / "out").exists()


def test_a_folder_without_a_plan_is_refused(tmp_path: Path, base: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(PlanError, match=r"no plan\.md"):
        ask(tmp_path, base, tmp_path / "empty")


def test_a_change_that_decides_other_lines_is_refused_and_leaves_nothing(tmp_path: Path, base: Path) -> None:
    change = plan(tmp_path / "change")
    text = (change / "limit/plan.md").read_text(encoding="utf-8").replace('"EUR"', '"CHF"')
    (change / "limit/plan.md").write_text(text, encoding="utf-8")
    with pytest.raises(
        InputError, match=r"4 lines are decided under the base, 0 under the change .*foreign-currency \+4"
    ):
        ask(tmp_path, base, change)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["base", "change", "lines.csv", "members.toml"]


def test_a_portfolio_of_which_nothing_can_be_decided_is_refused(tmp_path: Path, base: Path, lower: Path) -> None:
    claims = lines(tmp_path / "none.csv", [("1", "nobody", "2026-01-01", "10.00")])
    with pytest.raises(InputError, match="no line of the portfolio could be decided"):
        ask(tmp_path, base, lower, inputs=(claims,))


def test_any_change_keeps_the_books(tmp_path: Path, base: Path) -> None:
    rng = np.random.default_rng(5)
    homes = {
        f"h{n}": [(f"p{n}-{m}", 1940 + 7 * n % 80, "female", "holder") for m in range(n % 3 + 1)] for n in range(12)
    }
    people = [person for home in homes.values() for person, *_ in home]
    rows = [
        (
            str(n),
            str(rng.choice(people)),
            f"2026-{rng.integers(1, 13):02d}-{rng.integers(1, 29):02d}",
            f"{rng.integers(1, 9000) / 100:.2f}",
        )
        for n in range(150)
    ]
    named, claims = members(tmp_path / "many.toml", homes), lines(tmp_path / "many.csv", rows)
    rule = '[[exclusion]]\nid = "old"\nname = "Old"\nwhen = { age = { at_least = 70 } }'
    more = f"\n## 3 Age {{#l-3}}\n\nNot from 70.\n\n```toml\n{rule}\n```\n"
    change = plan(tmp_path / "change", limit=70, more=more)
    result = ask(tmp_path, base, change, members=named, inputs=(claims,))
    part = result.parts[0]
    difference = int(part.sums[PAID_CHANGE] - part.sums[PAID_BASE])
    assert difference < 0
    assert sum(int(sums[PAID_CHANGE] - sums[PAID_BASE]) for _, sums in part.causes) == difference
    assert sum(int(sums[CHANGED]) for _, sums in part.causes) == part.sums[CHANGED]
    assert {cause.rule for cause, _ in part.causes if not cause.follows} == {"care", "old"}
    assert part.gains.gain + part.gains.lose + part.gains.same == len(part.members) == len(people)
    assert int(part.gains.differences.sum()) == -difference
    assert int(part.effects.moved.sum()) == difference
    assert sum(each.members for each in part.gains.classes) == len(people)


def test_the_cast_of_the_portfolio_is_four(tmp_path: Path) -> None:
    assert sum(map(len, HOMES.values())) == 4
