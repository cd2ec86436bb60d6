"""What reads otherwise in two books: every rule added, removed and edited, and nothing that has merely moved."""

from __future__ import annotations

from pathlib import Path

from clausula.book import load_plans
from clausula.simulate.texts import Difference, differences, of_contributions
from tests.simulate.portfolio import PLAN, plan


def found(tmp_path: Path, change: Path) -> list[Difference]:
    base = tmp_path / "base"
    if not base.exists():
        plan(base)
    return list(differences(load_plans(base), load_plans([base, change])))


def edited(tmp_path: Path, *pairs: tuple[str, str]) -> list[Difference]:
    """The differences after some words of the plan were replaced."""
    change = plan(tmp_path / "change")
    path = change / "limit/plan.md"
    text = path.read_text(encoding="utf-8")
    for one, other in pairs:
        assert one in text
        text = text.replace(one, other)
    path.write_text(text, encoding="utf-8")
    return found(tmp_path, change)


def test_a_copy_differs_in_nothing(tmp_path: Path) -> None:
    assert found(tmp_path, plan(tmp_path / "change")) == []


def test_what_moves_down_a_line_is_no_difference(tmp_path: Path) -> None:
    assert edited(tmp_path, ("## 1 Care", "\n\n## 1 Care")) == []


def test_words_alone_are_told_as_words(tmp_path: Path) -> None:
    (each,) = edited(tmp_path, ("All of it is paid", "Everything is paid"))
    assert (each.change, each.clause, each.edits) == ("text", "l-1", ())


def test_a_share_and_a_new_step_are_said_as_the_plan_says_them(tmp_path: Path) -> None:
    (each,) = edited(tmp_path, ("pays     = [", 'pays     = [{ share = "80 %" }, '))
    assert [(edit.where, edit.was, edit.now) for edit in each.edits][-1] == (
        "pays 2",
        "",
        "at most 100 per calendar year",
    )
    assert ("pays 1, share", "", "80 %") in [(edit.where, edit.was, edit.now) for edit in each.edits]


def test_a_rule_with_another_id_is_one_removed_and_one_added(tmp_path: Path) -> None:
    assert {(each.rule, each.change) for each in edited(tmp_path, ('"care"', '"treatment"'))} == {
        ("care", "removed"),
        ("treatment", "added"),
    }


def test_the_head_of_a_plan_may_differ(tmp_path: Path) -> None:
    (each,) = edited(tmp_path, ("rank     = 10", "rank     = 30"))
    assert [(edit.where, edit.was, edit.now) for edit in each.edits] == [("rank", "10", "30")]


def test_a_contribution_is_known_as_one(tmp_path: Path) -> None:
    assert of_contributions(edited(tmp_path, ("amount = 10", "amount = 11")))
    assert not of_contributions([])


def test_a_new_plan_is_told_whole(tmp_path: Path) -> None:
    (each,) = found(tmp_path, plan(tmp_path / "other", name="test/other"))
    assert (each.plan, each.kind, each.change) == ("test/other", "plan", "added")


def test_a_plan_that_inherits_a_changed_rule_has_changed(tmp_path: Path) -> None:
    heir = tmp_path / "base/heir/plan.md"
    plan(tmp_path / "base")
    heir.parent.mkdir()
    text = (tmp_path / "base/limit/plan.md").read_text(encoding="utf-8").split("## 1")[0]
    heir.write_text(text.replace(PLAN, "test/heir").replace("rank ", f'extends  = "{PLAN}"\nrank '), encoding="utf-8")
    assert {each.plan for each in found(tmp_path, plan(tmp_path / "change", limit=60))} == {PLAN, "test/heir"}


def test_a_table_of_another_value_shows_in_the_rule_that_refers_to_it(tmp_path: Path) -> None:
    for name, value in (("base", 100), ("change", 60)):
        text = (plan(tmp_path / name) / "limit/plan.md").read_text(encoding="utf-8")
        (tmp_path / name / "limit/plan.md").write_text(text.replace("at_most = 100", 'at_most = "@yearly:limit"'))
        (tmp_path / name / "tables").mkdir()
        table = f'[table]\nid = "yearly"\nunit = "EUR"\n[[value]]\nkey = "limit"\nfrom = 2026-01-01\nvalue = {value}\n'
        (tmp_path / name / "tables/yearly.toml").write_text(table)
    (each,) = found(tmp_path, tmp_path / "change")
    assert [(edit.was, edit.now) for edit in each.edits] == [("100", "60")]
