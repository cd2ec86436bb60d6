"""Each detector of the tidy test, on the smallest file it must refuse and the nearest one it must let pass."""

from pathlib import Path

import pytest

from tests.style import tidy

ENGINE = "src/clausula/sample.py"
KERNEL = "src/clausula/kernel.py"
BATCH = "src/clausula/batch/local.py"


def function_of(lines: int) -> str:
    return "def long() -> None:\n" + "    pass\n" * (lines - 1)


def test_a_file_of_600_lines_passes_and_601_do_not() -> None:
    assert not list(tidy.long_file(ENGINE, "\n" * 600))
    assert [f.file for f in tidy.long_file(ENGINE, "\n" * 601)] == [ENGINE]


def test_a_function_of_60_lines_passes_and_61_do_not() -> None:
    assert not list(tidy.long_functions(ENGINE, function_of(60)))
    assert [f.line for f in tidy.long_functions(ENGINE, function_of(61))] == [1]


def test_the_kernel_may_have_760_lines_and_its_functions_75() -> None:
    assert not list(tidy.long_file(KERNEL, "\n" * 760))
    assert list(tidy.long_file(KERNEL, "\n" * 761))
    assert not list(tidy.long_functions(KERNEL, function_of(75)))
    assert list(tidy.long_functions(KERNEL, function_of(76)))


def test_a_method_and_an_async_function_are_measured_too() -> None:
    body = "        pass\n" * 60
    assert list(tidy.long_functions(ENGINE, f"class C:\n    async def long(self) -> None:\n{body}"))


def test_what_django_writes_may_be_long() -> None:
    assert not list(tidy.long_file("src/clausula_server/people/migrations/0001_initial.py", "\n" * 601))
    assert list(tidy.long_file("src/clausula_server/people/migrations/0002_rules.py", "\n" * 601))


@pytest.mark.parametrize("line", ["from django.dispatch import receiver", "import django.db.models.signals"])
def test_a_signal_is_refused(line: str) -> None:
    assert [f.line for f in tidy.signals("src/clausula_server/people/models.py", f"import os\n{line}\n")] == [2]
    assert not list(tidy.signals("src/clausula_server/people/models.py", "import signal\n"))


def test_a_table_of_25_columns_passes_and_26_do_not() -> None:
    column = "    a{0} = models.CharField()\n"
    for count, found in ((25, 0), (26, 1)):
        text = "class Wide(models.Model):\n" + "".join(column.format(n) for n in range(count))
        assert len(list(tidy.wide_models("models.py", text))) == found


@pytest.mark.parametrize("file", ["src/clausula/utils.py", "src/clausula/helpers/dates.py", "tests/common.py"])
def test_a_vague_name_is_refused(file: str) -> None:
    assert list(tidy.vague_name(file))


def test_a_telling_name_passes() -> None:
    assert not list(tidy.vague_name("src/clausula/dates.py"))


@pytest.mark.parametrize(
    "line",
    [
        "share = 0.1",
        "share = float(text)",
        "x = np.zeros(3, dtype=np.float64)",
        "day = date.today()",
        "day = datetime.date.today()",
        "now = datetime.now(tz=UTC)",
        "clock = datetime.datetime.now",
        "now = time.time()",
        "from time import perf_counter",
        "import random",
        "from random import choice",
        "import numpy.random, secrets",
        "draw = np.random.default_rng()",
    ],
)
def test_floats_clocks_and_chance_are_refused_in_the_engine(line: str) -> None:
    (finding,) = tidy.impurities(ENGINE, f'"""Sample."""\n{line}\n')
    assert finding.line == 2


@pytest.mark.parametrize(
    "line",
    ["share = Fraction(1, 10)", "refused = isinstance(value, float)", "day = period.today", "from .random import x"],
)
def test_exact_numbers_and_given_days_pass(line: str) -> None:
    assert not list(tidy.impurities(ENGINE, line))


def test_an_exemption_holds_for_its_place_and_its_kind_alone() -> None:
    assert not list(tidy.impurities(BATCH, "began = time.monotonic()"))
    assert not list(tidy.impurities(BATCH, "rate = 0.1"))
    assert list(tidy.impurities(ENGINE, "rate = 0.1"))
    assert list(tidy.impurities(BATCH, "import random"))


def test_a_plan_needs_its_cases_and_its_source() -> None:
    plan = "plans/ch/assura/plusmed/plan.md"
    assert len(list(tidy.incomplete_plans([plan]))) == 2
    beside = [plan.replace("plan.md", name) for name in ("cases.toml", "source.toml")]
    assert not list(tidy.incomplete_plans([plan, *beside, "docs/plan.md"]))


@pytest.mark.parametrize("line", ["see /" + "home/ann/notes", "cd '/" + "root/x'", "open(r'C:" + "\\Users\\ann')"])
def test_a_path_of_one_machine_is_refused(line: str) -> None:
    assert [f.line for f in tidy.named_places("docs/tour.md", f"\n{line}\n")] == [2]


@pytest.mark.parametrize("line", ["plans/home/x", "a member's /claims page", "example.org/home/ann", "{root}/deep/x"])
def test_a_path_of_the_project_passes(line: str) -> None:
    assert not list(tidy.named_places("docs/tour.md", line))


def test_the_host_of_a_registry_is_refused() -> None:
    assert list(tidy.named_places("docs/tour.md", "files.python" + "hosted.org"))
    assert list(tidy.named_places("package.json", "registry." + "npmjs.org"))
    assert not list(tidy.named_places("docs/tour.md", "the registry of providers"))


@pytest.mark.parametrize("line", ["--index-url x", "-f wheels", "rich @ https" + "://example.org/rich.whl"])
def test_a_lock_file_names_no_place(line: str) -> None:
    assert list(tidy.named_places("requirements.lock", line))


def test_a_lock_file_of_names_and_hashes_passes() -> None:
    text = "rich==15.0.0 \\\n    --hash=sha256:abc\n    # via -r requirements.in\n"
    assert not list(tidy.named_places("requirements.lock", text))


def test_a_folder_of_code_says_what_it_is_for(tmp_path: Path) -> None:
    package = tmp_path / "src" / "clausula"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('"""One line."""\n', encoding="utf-8")
    files = ["src/clausula/__init__.py", "src/clausula/money.py"]
    assert [f.file for f in tidy.unexplained_folders(tmp_path, files)] == ["src/clausula/"]
    assert not list(tidy.unexplained_folders(tmp_path, [*files, "src/clausula/README.md"]))
    (package / "__init__.py").write_text('"""One.\n\nTwo and three.\n"""\n', encoding="utf-8")
    assert not list(tidy.unexplained_folders(tmp_path, files))


def test_the_pages_a_newcomer_asks_for_are_named_when_missing() -> None:
    assert {f.file for f in tidy.missing_pages(["README.md"])} == set(tidy.PAGES) - {"README.md"}


def test_an_import_needs_its_line_among_the_dependencies() -> None:
    page = "- `rich`: tables\n- `python-stdnum`: numbers; unlike `lxml`\n"
    text = (
        "import json\nimport rich.table\nfrom stdnum.ch import ssn\nfrom . import money\nfrom clausula import dates\n"
    )
    assert not list(tidy.unexplained_imports(ENGINE, text, page))
    assert [f.line for f in tidy.unexplained_imports(ENGINE, "import os\nimport lxml.etree\n", page)] == [2]


def test_a_dependency_needs_its_line() -> None:
    project = (
        '[build-system]\nrequires = ["hatchling>=1"]\n[project]\ndependencies = ["rich>=14"]\n'
        '[project.optional-dependencies]\nfast = ["numba"]\n'
    )
    (finding,) = tidy.unexplained_dependencies(project, "- `rich`: a\n- `hatchling`: b\n")
    assert "numba" in finding.reason


def test_hidden_folders_and_caches_are_not_kept_where_git_is_absent(tmp_path: Path) -> None:
    for name in ("src/a.py", ".venv/b.py", "src/__pycache__/c.pyc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert tidy.files_kept(tmp_path) == ["src/a.py"]


def test_a_finding_tells_place_reason_and_mend() -> None:
    assert str(tidy.Finding("a.py", 3, "too long", "split it")) == "a.py:3: too long\n    mend: split it"
