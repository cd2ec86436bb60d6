"""The engine in each of its forms, with one signature: interpreted, compiled, and with a kernel changed on purpose.

A form is a function (program, household, lines, usage) -> Adjudication. All forms share encoder and decisions; they
differ in
the `adjudicate` of the kernel module they hand the rows to.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from clausula import compiled as form
from clausula.adjudicate import decide
from clausula.decision import Adjudication
from clausula.household import Household, Line
from clausula.program import Program
from clausula.usage import Usage
from tests.strategies import PROVIDERS

Engine = Callable[[Program, Household, Iterable[Line], Usage | None], Adjudication]


def interpreted(
    program: Program, household: Household, lines: Iterable[Line], usage: Usage | None = None
) -> Adjudication:
    """The kernel as plain Python."""
    return decide(program, household, lines, usage, PROVIDERS)


def kernel_source() -> str:
    """The text of the kernel."""
    found = importlib.import_module("clausula.kernel").__file__
    assert found is not None
    return Path(found).read_text(encoding="utf-8")


def kernel_from(source: str, name: str) -> ModuleType:
    """A kernel module executed from a text of its own."""
    module = ModuleType(f"tests.{name}")
    exec(compile(source, name, "exec"), module.__dict__)  # noqa: S102 - the kernel's own text, changed in one place
    return module


@contextmanager
def using(kernel: ModuleType) -> Iterator[Engine]:
    """An engine that decides with another kernel module, while the context lasts."""
    adjudicate = sys.modules["clausula.adjudicate"]
    before = adjudicate.__dict__["kernel"]
    adjudicate.__dict__["kernel"] = kernel
    try:
        yield interpreted
    finally:
        adjudicate.__dict__["kernel"] = before


def compiled(program: Program, household: Household, lines: Iterable[Line], usage: Usage | None = None) -> Adjudication:
    """The same source compiled. Raises ImportError where Numba is not installed."""
    form.use(on=True)
    try:
        return interpreted(program, household, lines, usage)
    finally:
        form.use(on=False)
