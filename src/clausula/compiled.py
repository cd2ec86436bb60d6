"""The kernel compiled by Numba: the very same source as `clausula.kernel`, executed with a real `jit`.

The annotations of the kernel are its types: `int` is a 64-bit whole number, `Any` a memory of such numbers. Numba is an
optional extra (`pip install clausula[fast]`); without it everything runs interpreted and means the same.
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
import typing
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from types import ModuleType, NoneType
from typing import TYPE_CHECKING, Any

from clausula import codes as k
from clausula import kernel as interpreted
from clausula.memory import evidence_memory, output_memory, program_memory


def available() -> bool:
    """Whether Numba is installed."""
    return importlib.util.find_spec("numba") is not None


if TYPE_CHECKING:
    from clausula.encoder import Encoder

_switch = {"on": False}


def use(*, on: bool) -> None:
    """Decide single lines with the compiled kernel too (a server wants that); off at first, because compiling takes
    seconds.

    Raises ImportError where Numba is not installed.
    """
    if on:
        kernel()
    _switch["on"] = on


def in_use() -> bool:
    """Whether single lines are decided by the compiled kernel."""
    return _switch["on"]


def run(
    encoder: Encoder, x: Sequence[int], count: int, accounts: Sequence[int]
) -> tuple[list[int], list[int], list[int]]:
    """What `adjudicate.run` does, compiled: arrays there, plain numbers back (accounts, output, trace)."""
    import numpy as np  # noqa: PLC0415 - a tenth of a second, only for who compiles

    program = encoder.program
    if "arrays" not in program.cache:
        nothing = np.array(output_memory(program, 1), np.int64)
        program.cache["arrays"] = np.array(program_memory(program), np.int64), nothing, kernel().adjudicate
    memory, nothing, adjudicate = program.cache["arrays"]
    if encoder.compiled_evidence is None:
        encoder.compiled_evidence = np.array(evidence_memory(encoder.evidence, encoder.proposals), np.int64)
    end = k.W_ACCOUNTS + len(accounts)
    moves = end + 2 * (count * program.tables.depth * program.moves + 1)
    work = np.empty(moves + k.MOVE * program.moves, np.int64)
    work[0], work[1] = end, moves
    if accounts:
        work[k.W_ACCOUNTS : end] = accounts
    out = nothing.copy() if count == 1 else np.tile(nothing, count)
    trace = np.empty(count * program.room, np.int64)
    length = adjudicate(memory, np.array(x, np.int64), 0, count, encoder.compiled_evidence, work, out, trace)
    return work[: work[0]].tolist(), out.tolist(), trace[:length].tolist()


@lru_cache(maxsize=1)
def kernel() -> ModuleType:
    """The compiled kernel module. Raises ImportError where Numba is not installed."""
    name = "clausula._compiled_kernel"
    spec = importlib.util.spec_from_file_location(name, interpreted.__file__)
    if spec is None or spec.loader is None:
        raise ImportError("the source of the kernel is not there")
    module = importlib.util.module_from_spec(spec)
    module.__dict__["jit"] = jit(fingerprint(Path(interpreted.__file__), Path(k.__file__)))
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def fingerprint(*files: Path) -> str:
    """A short mark of what the files say, another one when any of them changes."""
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def jit(mark: str) -> Callable[[Any], Any]:
    """Compiles a kernel function by its annotations; no memory management, because the kernel allocates nothing.

    Numba keeps what it compiled under the function's name and looks only at the function's own file to see whether it
    is still true. The constants of `clausula.codes` are compiled in, so the name carries a `mark` of both files.
    """
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

    def compile_function(function: Any) -> Any:
        function.__qualname__ = f"{function.__qualname__}_{mark}"
        hints = typing.get_type_hints(function)
        result = kind(hints.pop("return"))
        signature = result(*(kind(each) for each in hints.values()))
        options: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}
        return njit(signature, **options)(function)

    return compile_function
