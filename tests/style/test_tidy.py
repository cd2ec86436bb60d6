"""The house rules that no other tool checks, held against every file of the repository."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.style import tidy
from tests.style.tidy import Finding

pytestmark = pytest.mark.no_cover

ROOT = Path(__file__).resolve().parents[2]


@cache
def kept() -> tuple[str, ...]:
    return tuple(tidy.files_kept(ROOT))


def text_of(file: str) -> str:
    return (ROOT / file).read_text(encoding="utf-8", errors="replace")


def modules(*folders: str) -> list[str]:
    return [file for file in kept() if file.endswith(".py") and file.startswith(folders)]


def in_each(files: Iterable[str], detector: Callable[[str, str], Iterator[Finding]]) -> list[Finding]:
    return [finding for file in files for finding in detector(file, text_of(file))]


def refuse(findings: Iterable[Finding]) -> None:
    faults = [str(finding) for finding in findings]
    if faults:
        pytest.fail("\n" + "\n".join(faults), pytrace=False)


def test_every_file_can_be_read_at_one_sitting() -> None:
    refuse(in_each(modules("src/", "tests/", "bench/"), tidy.long_file))


def test_every_function_is_seen_whole() -> None:
    refuse(in_each(modules("src/", "tests/", "bench/"), tidy.long_functions))


def test_every_module_is_named_by_what_is_in_it() -> None:
    refuse(finding for file in modules("src/", "tests/", "bench/") for finding in tidy.vague_name(file))


def test_the_engine_and_the_ledger_have_no_float_no_clock_and_no_chance() -> None:
    refuse(in_each(modules("src/clausula/", "src/clausula_server/ledger/"), tidy.impurities))


def test_no_signal_runs_behind_an_action() -> None:
    refuse(in_each(modules("src/clausula_server/"), tidy.signals))


def test_no_table_holds_everything() -> None:
    refuse(in_each(modules("src/clausula_server/"), tidy.wide_models))


def test_every_exemption_gives_its_reason() -> None:
    assert all(kinds <= tidy.IMPURITIES.keys() and reason for kinds, reason in tidy.ALLOWED.values())


def test_every_plan_has_its_cases_and_its_source() -> None:
    refuse(tidy.incomplete_plans(kept()))


def test_no_file_names_a_machine_or_a_registry() -> None:
    refuse(in_each((file for file in kept() if b"\0" not in (ROOT / file).read_bytes()), tidy.named_places))


def test_every_folder_of_code_says_what_it_is_for() -> None:
    refuse(tidy.unexplained_folders(ROOT, kept()))


def test_the_pages_a_newcomer_asks_for_are_there() -> None:
    refuse(tidy.missing_pages(kept()))


def test_every_dependency_has_its_reason_on_record() -> None:
    page = text_of("docs/dependencies.md")
    refuse(tidy.unexplained_dependencies(text_of("pyproject.toml"), page))
    refuse(in_each(modules("src/"), lambda file, text: tidy.unexplained_imports(file, text, page)))
