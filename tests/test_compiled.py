"""What Numba keeps on disk is used only as long as every file it was compiled from says the same."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from clausula.compiled import address, available, entry, fingerprint, jit, kept, was_compiled

pytestmark = pytest.mark.skipif(not available(), reason="Numba is not installed")

FUNCTION = """from typing import Any

def scaled(m: Any, i: int) -> int:
    return m[i] * SCALE
"""


def compiled_with(patch: pytest.MonkeyPatch, constants: Path, source: Path, mark: str) -> Any:
    """The function of `source`, compiled with what `constants` says."""
    spec = importlib.util.spec_from_file_location("example", source)
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    patch.setitem(sys.modules, "example", module)  # where Numba looks for the module of what it kept
    exec(constants.read_text(encoding="utf-8"), module.__dict__)  # noqa: S102 - a line written by this test
    spec.loader.exec_module(module)
    return entry(jit(mark, inline=True)(module.__dict__["scaled"]).py_func)


def test_a_changed_constant_is_compiled_in_though_the_functions_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import numpy as np

    constants, source = tmp_path / "constants.py", tmp_path / "source.py"
    source.write_text(FUNCTION, encoding="utf-8")
    numbers = np.array([7], np.int64)
    answers = []
    for scale in (2, 3, 2):
        constants.write_text(f"SCALE = {scale}\n", encoding="utf-8")
        found = compiled_with(monkeypatch, constants, source, fingerprint(source, constants))
        answers.append(found(address(numbers), 0))
    assert answers == [14, 21, 14]


def test_who_asks_is_told_whether_something_was_compiled_before(tmp_path: Path) -> None:
    constants, source = tmp_path / "constants.py", tmp_path / "source.py"
    source.write_text(FUNCTION, encoding="utf-8")
    constants.write_text("SCALE = 2\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        compiled_with(patch, constants, source, "before")
    function = kept[-1].__wrapped__
    assert was_compiled(function)
    function.__qualname__ = "scaled_after"
    assert not was_compiled(function)


def test_what_did_not_change_is_not_compiled_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    constants, source = tmp_path / "constants.py", tmp_path / "source.py"
    source.write_text(FUNCTION, encoding="utf-8")
    constants.write_text("SCALE = 2\n", encoding="utf-8")
    mark = fingerprint(source, constants)
    compiled_with(monkeypatch, constants, source, mark)
    compiled_with(monkeypatch, constants, source, mark)
    assert kept[-1].cache_hits == 1
    assert kept[-2].cache_hits == 0


def test_the_mark_changes_with_any_of_the_files(tmp_path: Path) -> None:
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    one.write_text("a = 1\n", encoding="utf-8")
    two.write_text("b = 1\n", encoding="utf-8")
    before = fingerprint(one, two)
    assert fingerprint(one, two) == before
    two.write_text("b = 2\n", encoding="utf-8")
    assert fingerprint(one, two) != before
