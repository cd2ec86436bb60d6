"""Every golden case: of the plans in `plans`, and of plans nobody designed for in `tests/plans`, which need no code."""

from pathlib import Path
from typing import Any

import pytest

from clausula.book import Book
from clausula.cases import Case, load_cases, run_case
from tests.books import OWN, bundled, own

ROOT = Path(__file__).parents[1]
FOLDERS = (ROOT / "plans", OWN)


def book(folder: Path) -> Book:
    return own() if folder == OWN else bundled()


def owner(folder: Path, file: Path) -> str:
    """The id of the plan a case file stands beside."""
    return next(plan for plan, files in book(folder).files.items() if file.with_name("plan.md") in files)


def every_case() -> list[Any]:
    found = []
    for folder in FOLDERS:
        for file in sorted(folder.rglob("cases.toml")):
            cases = load_cases(file, owner(folder, file))
            found += [pytest.param(folder, case, id=f"{case.plan}: {case.name}") for case in cases]
    return found


@pytest.mark.no_cover
@pytest.mark.parametrize(("folder", "case"), every_case())
def test_case(folder: Path, case: Case) -> None:
    result = run_case(book(folder), case)
    assert result.passed, "\n".join(("", f"{case.name} ({case.because})", *result.wrong))
    for decision in result.decisions:
        assert decision.paid - decision.cash + decision.borne + decision.paid_by_others == decision.charged
        assert decision.paid >= 0
        assert decision.borne >= 0


def test_a_plan_without_cases_serves_another_one() -> None:
    bare = [f"test/{file.parent.name}" for file in OWN.rglob("plan.md") if not file.with_name("cases.toml").exists()]
    cases = [file.read_text(encoding="utf-8") for file in OWN.rglob("cases.toml")]
    assert [plan for plan in bare if not any(f'"{plan}"' in text for text in cases)] == []
