"""A book of plans: editions, dated numbers, readings, parents; and folders that cannot be loaded."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clausula.book import Book, book_of, bundled_plans, load_plans, plan_files
from clausula.catalogue import catalogue_of
from clausula.findings import PlanError
from clausula.plan import Benefit, Step
from clausula.tables import Dated, Table, tables_of
from tests.plan_texts import CATALOGUE, text_of

HEAD = {"id": "t/plan", "name": {"en": "T"}, "currency": "EUR", "from": date(2024, 1, 1)}
CARE = ("benefit", {"id": "care", "services": ["*"], "pays": [{"at_most": "@rates:most", "per": "calendar year"}]})
FREE = ("benefit", {"id": "care", "services": ["*"], "pays": "in full"})


def rates(*values: tuple[date, int]) -> dict[str, Table]:
    entries = tuple(Dated(start, None, Decimal(value)) for start, value in values)
    return {"rates": Table("rates", "EUR", "", None, {"most": entries})}


def book(text: str, tables: dict[str, Table] | None = None) -> Book:
    made = Book(CATALOGUE, tables or {})
    made.add(text)
    return made


def code(act: Any) -> str:
    with pytest.raises(PlanError) as caught:
        act()
    return caught.value.findings[0].code


def most(plans: Book, on: date) -> Any:
    benefit = plans.plan("t/plan", on).of(Benefit)[0]
    (step,) = benefit.pays
    assert isinstance(step, Step)
    return step.value


def test_a_dated_number_is_that_of_the_day() -> None:
    plans = book(text_of(HEAD, [CARE]), rates((date(2024, 1, 1), 100), (date(2025, 7, 1), 120)))
    assert [each.start for each in plans.slices("t/plan")] == [date(2024, 1, 1), date(2025, 7, 1)]
    assert most(plans, date(2025, 6, 30)) == 100
    assert most(plans, date(2025, 7, 1)) == 120


def test_a_number_no_table_gives_is_told() -> None:
    assert code(lambda: book(text_of(HEAD, [CARE])).slices("t/plan")) == "bad-value"
    late = book(text_of(HEAD, [CARE]), rates((date(2025, 1, 1), 100)))
    with pytest.raises(PlanError, match="@rates:most has no value on 2024-01-01"):
        late.slices("t/plan")


def test_a_number_that_changes_every_day_is_refused() -> None:
    daily = rates(*((date.fromordinal(date(2024, 1, 1).toordinal() + n), n + 1) for n in range(402)))
    plans = book(text_of(HEAD, [CARE]), daily)
    assert code(lambda: plans.slices("t/plan")) == "too-large"


def test_editions_follow_each_other_and_never_overlap() -> None:
    plans = book(text_of({**HEAD, "until": date(2024, 12, 31)}, [FREE]))
    plans.add(text_of({**HEAD, "from": date(2025, 1, 1)}, [FREE]))
    assert [each.start.year for each in plans.slices("t/plan")] == [2024, 2025]
    plans.add(text_of({**HEAD, "from": date(2025, 6, 1)}, [FREE]))
    assert code(lambda: plans.slices("t/plan")) == "editions-overlap"


def test_a_day_without_an_edition_and_a_plan_nobody_has_are_told() -> None:
    plans = book(text_of(HEAD, [FREE]))
    assert code(lambda: plans.plan("t/plan", date(2023, 12, 31))) == "no-edition"
    assert code(lambda: plans.slices("t/other")) == "no-plan"
    assert code(lambda: plans.add("# nothing")) is not None


def test_another_reading_is_kept_and_the_same_one_is_the_book_itself() -> None:
    blocks: list[tuple[str, dict[str, Any]]] = [
        ("parameter", {"id": "most", "value": 100, "choices": [100, 200]}),
        ("benefit", {"id": "care", "services": ["*"], "pays": [{"at_most": "$most", "per": "calendar year"}]}),
    ]
    plans = book(text_of(HEAD, blocks))
    other = plans.with_parameters({"t/plan": {"most": 200}})
    assert (most(plans, date(2024, 1, 1)), most(other, date(2024, 1, 1))) == (100, 200)
    assert plans.with_parameters({"t/plan": {"most": 200}}) is other
    assert other.with_parameters({"t/plan": {"most": 200}}) is other
    wrong = plans.with_parameters({"t/plan": {"most": 300}})
    assert code(lambda: wrong.slices("t/plan")) == "not-a-choice"


def test_plans_that_extend_each_other_and_parents_that_are_not_there_are_told() -> None:
    orphan = book(text_of({**HEAD, "extends": "t/nobody"}, [FREE]))
    assert code(lambda: orphan.slices("t/plan")) == "no-parent"
    circle = book(text_of({**HEAD, "extends": "t/b"}, [FREE]))
    circle.add(text_of({**HEAD, "id": "t/b", "extends": "t/plan"}, [FREE]))
    with pytest.raises(PlanError, match="these plans extend each other: t/plan -> t/b -> t/plan"):
        circle.slices("t/plan")


def test_a_folder_of_plans_is_loaded_and_the_bundled_ones_lie_under_it(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "plan.md").write_text(text_of(HEAD, [FREE]), encoding="utf-8")
    assert load_plans(tmp_path, bundled=False).ids() == ["t/plan"]
    both = load_plans(tmp_path).ids()
    assert "t/plan" in both
    assert len(both) > 5


def test_a_folder_that_holds_no_plan_is_told(tmp_path: Path) -> None:
    assert code(lambda: load_plans(tmp_path)) == "no-plans"
    with pytest.raises(PlanError, match="there is no such folder"):
        load_plans(tmp_path / "nowhere")
    (tmp_path / "plan.md").write_bytes(b"\xff\xfe")
    assert code(lambda: load_plans(tmp_path)) == "not-text"


def test_a_plan_without_an_id_goes_by_its_folder(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "plan.md").write_text("# Nothing\n", encoding="utf-8")
    assert load_plans(tmp_path, bundled=False).ids() == ["mine"]


def test_where_plans_lie_may_be_said_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plan.md").write_text(text_of(HEAD, [FREE]), encoding="utf-8")
    monkeypatch.setenv("CLAUSULA_PLANS", str(tmp_path))
    assert load_plans().ids() == ["t/plan"]


def test_a_book_of_texts_is_the_book_of_their_files() -> None:
    root = bundled_plans()

    def texts(files: Iterable[Path]) -> dict[str, str]:
        return {str(file): file.read_text(encoding="utf-8") for file in files}

    catalogue, tables = (texts((root / kind).rglob("*.toml")) for kind in ("catalogue", "tables"))
    of_texts = book_of(texts(plan_files(root)), catalogue_of(catalogue), tables_of(tables))
    of_files = load_plans()
    assert of_texts.catalogue == of_files.catalogue
    assert of_texts.tables == of_files.tables
    assert {plan: of_texts.slices(plan) for plan in of_texts.ids()} == {
        plan: of_files.slices(plan) for plan in of_files.ids()
    }


@pytest.mark.parametrize("read", [catalogue_of, tables_of])
def test_a_text_that_is_no_toml_is_told_by_its_path(read: Any) -> None:
    with pytest.raises(PlanError) as caught:
        read({"words/a.toml": "= 1"})
    (finding,) = caught.value.findings
    assert (finding.code, finding.place.file) == ("not-toml", "words/a.toml")
