"""The kernel compiled by Numba: the very same source as `clausula.kernel`, executed with a real `jit`.

The annotations of the kernel are its types: `int` is a 64-bit whole number, `Any` a memory of such numbers. Numba is an
optional extra (`pip install clausula[fast]`); without it everything runs interpreted and means the same.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import sys
import typing
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, NamedTuple

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
    trace = np.empty(count * program.room + 1, np.int64)
    trace[0] = len(trace)
    rows = np.array(x, np.int64)
    arrays = [address(each) for each in (rows, encoder.compiled_evidence, work, out, trace)]
    length = adjudicate(address(memory), arrays[0], 0, count, *arrays[1:])
    return work[: work[0]].tolist(), out.tolist(), trace[1:length].tolist()


ENTRIES = ("sweep", "adjudicate")
"""The functions of the kernel that are called from outside."""


class Kernel(NamedTuple):
    """The compiled kernel: what `clausula.kernel` has under these names, for the addresses of arrays of 64-bit numbers.

    Other threads run while it decides.
    """

    adjudicate: Callable[..., int]
    sweep: Callable[..., int]


@lru_cache(maxsize=1)
def kernel() -> Kernel:
    """The compiled kernel. Raises ImportError where Numba is not installed."""
    name = "clausula._compiled_kernel"
    spec = importlib.util.spec_from_file_location(name, interpreted.__file__)
    if spec is None or spec.loader is None:
        raise ImportError("the source of the kernel is not there")
    module = importlib.util.module_from_spec(spec)
    mark = fingerprint(Path(interpreted.__file__), Path(k.__file__))
    module.__dict__["jit"], module.__dict__["apart"] = jit(mark, inline=True), jit(mark, inline=False)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return Kernel(*(entry(module.__dict__[function].py_func) for function in Kernel._fields))


def fingerprint(*files: Path) -> str:
    """A short mark of what the files say, another one when any of them changes."""
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def jit(mark: str, *, inline: bool) -> Callable[[Any], Any]:
    """Makes a kernel function ready to be compiled into those that call it, or to be called by them.

    No memory management, because the kernel allocates nothing. Numba keeps what it compiled under the function's name
    and looks only at the function's own file to see whether it is still true. The constants of `clausula.codes` are
    compiled in, so the name carries a `mark` of both files.
    """
    from numba import njit  # noqa: PLC0415 - an optional extra, loaded only by who compiles

    def ready(function: Any) -> Any:
        function.__qualname__ = f"{function.__qualname__}_{mark}"
        options: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False, "forceinline": inline}
        dispatcher: Any = njit(**options)(function)
        compile_by = dispatcher.compile

        def compile_once(_: Any) -> Any:
            """Compile by the annotations alone: Numba would make a variant for every constant argument."""
            found = compile_by(signature_of(function))
            dispatcher.disable_compile()
            return found

        dispatcher.compile = compile_once
        return dispatcher

    return ready


def entry(function: Any) -> Callable[..., int]:
    """Compiles a function, with all it calls, to be called from outside; kept in Numba's cache."""
    from numba import cfunc  # noqa: PLC0415 - see jit

    options: dict[str, Any] = {"cache": True, "nopython": True, "error_model": "numpy", "_nrt": False}
    compiled: Any = cfunc(signature_of(function), **options)(function)
    kept.append(compiled)
    hints = [hint for name, hint in typing.get_type_hints(function).items() if name != "return"]
    return ctypes.CFUNCTYPE(ctypes.c_int64, *(_C_TYPES[hint] for hint in hints))(compiled.address)


_C_TYPES: dict[Any, Any] = {Any: ctypes.c_void_p, int: ctypes.c_int64}


def signature_of(function: Any) -> Any:
    """A kernel function's types by its annotations: `int` a 64-bit whole number, `Any` the address of such numbers.

    A memory is a bare address: as Numba's arrays it would be seven numbers in every call of one function by another.
    """
    from numba import types  # noqa: PLC0415 - see jit

    whole = types.int64
    pointer: Any = types.CPointer
    kinds = {Any: pointer(whole), int: whole, NoneType: types.void}
    hints = typing.get_type_hints(function)
    result = hints.pop("return")
    back = kinds[result] if result in kinds else types.UniTuple(whole, len(typing.get_args(result)))  # type: ignore[no-untyped-call]
    return back(*(kinds[hint] for hint in hints.values()))


kept: list[Any] = []
"""Compiled code lives as long as the object that made it."""


def address(array: Any) -> int:
    """Where the numbers of a NumPy array stand."""
    found: int = array.__array_interface__["data"][0]
    return found
