"""Every golden case: of the plans in `plans`, and of plans nobody designed for in `tests/plans`, which need no code."""

from functools import cache
from pathlib import Path

import pytest
from clausula.book import Book, load_plans
from clausula.cases import Case, load_cases, run_case

ROOT = Path(__file__).parents[1]
FOLDERS = (ROOT / "plans", ROOT / "tests" / "plans")


@cache
def book(folder: Path) -> Book:
    return load_plans(folder)


def owner(file: Path) -> str:
    """The id of the plan a case file stands beside."""
    return next(id for id, files in book(root(file)).files.items() if file.with_name("plan.md") in files)


def root(file: Path) -> Path:
    return next(folder for folder in FOLDERS if file.is_relative_to(folder))


def every_case() -> list[object]:
    files = [file for folder in FOLDERS for file in sorted(folder.rglob("cases.toml"))]
    found = [(file, case) for file in files for case in load_cases(file, owner(file))]
    return [pytest.param(root(file), case, id=f"{case.plan}: {case.name}") for file, case in found]


@pytest.mark.parametrize(("folder", "case"), every_case())
def test_case(folder: Path, case: Case) -> None:
    result = run_case(book(folder), case)
    assert result.passed, "\n".join(("", f"{case.name} ({case.because})", *result.wrong))


def test_every_plan_has_cases_of_its_own_or_serves_another() -> None:
    bare = [file.parent.name for file in (ROOT / "tests" / "plans").rglob("plan.md") if not file.with_name("cases.toml").exists()]
    texts = [file.read_text(encoding="utf-8") for file in (ROOT / "tests" / "plans").rglob("*.toml")]
    assert [name for name in bare if not any(f'"test/{name}"' in text for text in texts)] == []
