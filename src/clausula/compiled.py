"""The kernel compiled by Numba: the very same source as `clausula.kernel`, executed with a real `jit`.

The annotations of the kernel are its types: `int` is a 64-bit whole number, `Any` a memory of such numbers. Numba is an
optional extra (`pip install clausula[fast]`); without it everything runs interpreted and means the same.
"""

from __future__ import annotations

import importlib.util
import sys
import typing
from collections.abc import Callable, Sequence
from functools import lru_cache
from types import ModuleType, NoneType
from typing import Any

from clausula import codes as k
from clausula import kernel as interpreted
from clausula.memory import program_memory
from clausula.program import Program


def available() -> bool:
    """Whether Numba is installed."""
    return importlib.util.find_spec("numba") is not None


_switch = {"on": False}


def use(*, on: bool) -> None:
    """Decide single lines with the compiled kernel too (a server wants that); off at first, because compiling takes seconds.

    Raises ImportError where Numba is not installed.
    """
    if on:
        kernel()
    _switch["on"] = on


def in_use() -> bool:
    """Whether single lines are decided by the compiled kernel."""
    return _switch["on"]


def run(
    program: Program, x: Sequence[int], count: int, *memories: Sequence[int]
) -> tuple[list[int], list[int], list[int]]:
    """What `kernel.adjudicate` does, compiled: arrays there, plain numbers back (work, output, trace)."""
    import numpy as np  # noqa: PLC0415 - a tenth of a second, only for who compiles

    if "array" not in program.cache:
        program.cache["array"] = np.array(program_memory(program), np.int64)
    evidence, work, out, trace = (np.array(memory, np.int64) for memory in memories)
    adjudicate = kernel().adjudicate
    length = adjudicate(program.cache["array"], np.array(x, np.int64), 0, count, evidence, work, out, trace)
    return work[: work[k.W_END]].tolist(), out.tolist(), trace[:length].tolist()


@lru_cache(maxsize=1)
def kernel() -> ModuleType:
    """The compiled kernel module. Raises ImportError where Numba is not installed."""
    name = "clausula._compiled_kernel"
    spec = importlib.util.spec_from_file_location(name, interpreted.__file__)
    if spec is None or spec.loader is None:
        raise ImportError("the source of the kernel is not there")
    module = importlib.util.module_from_spec(spec)
    module.__dict__["jit"] = _jit()
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _jit() -> Callable[[Any], Any]:
    """Compiles a kernel function by its annotations; no memory management, because the kernel allocates nothing."""
    from numba import njit, types  # noqa: PLC0415 - an optional extra, loaded only by who compiles

    memory = types.Array(types.int64, 1, "C")

    def kind(annotation: Any) -> Any:
        if annotation is Any:
            return memory
        if annotation is int:
            return types.int64
        if annotation is NoneType:
            return types.void
        return types.UniTuple(types.int64, len(typing.get_args(annotation)))  # type: ignore[no-untyped-call]

    def jit(function: Any) -> Any:
        hints = typing.get_type_hints(function)
        result = kind(hints.pop("return"))
        signature = result(*(kind(each) for each in hints.values()))
        options: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}
        return njit(signature, **options)(function)

    return jit
