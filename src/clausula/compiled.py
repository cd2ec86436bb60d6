"""The kernel compiled by Numba: the very same source as `clausula.kernel`, executed with a real `jit`.

The annotations of the kernel are its types: `int` is a 64-bit whole number, `Any` a memory of such numbers. Numba is an
optional extra (`pip install clausula[fast]`); without it everything runs interpreted and means the same.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import subprocess
import sys
import threading
import typing
from array import array
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate, chain
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, NamedTuple

from clausula import codes as k
from clausula import kernel as interpreted
from clausula.memory import evidence_memory, output_memory, program_memory, trace_memory, work_memory
from clausula.program import Program


def available() -> bool:
    """Whether Numba is installed."""
    return importlib.util.find_spec("numba") is not None


if TYPE_CHECKING:
    from clausula.encoder import Encoder


class Switch:
    """Whether single lines are decided by the compiled kernel."""

    on = False


switch = Switch()


def use(*, on: bool) -> None:
    """Decide single lines with the compiled kernel too (a server wants that); off at first, because compiling takes
    seconds.

    Raises ImportError where Numba is not installed.
    """
    if on:
        _ = kernel().adjudicate  # compiled now, not with the first line
    switch.on = on


class Frame:
    """Memories for one call of the kernel with so many lines, in one piece that the next call uses again.

    opening: how many numbers of opening accounts there is room for. The offsets say where each memory begins, the
    arguments are what the kernel takes before and after the evidence; `held` keeps Python from moving the memories.
    """

    __slots__ = ("after", "before", "held", "numbers", "opening", "out", "trace", "undecided", "work")

    def __init__(self, program: Program, lines: int, opening: int) -> None:
        self.opening = opening
        memories = (
            [0] * (lines * program.tables.stride),
            work_memory([0] * opening, lines * program.tables.depth * program.moves + 1, program.moves),
            output_memory(program, lines),
            trace_memory(lines * program.room),
        )
        rows, self.work, self.out, self.trace, _ = accumulate(map(len, memories), initial=0)
        self.numbers = array("q", chain.from_iterable(memories))
        self.held = memoryview(self.numbers)
        self.undecided = self.numbers[self.out : self.trace]
        x, *after = (ctypes.c_void_p(at(self.numbers) + 8 * each) for each in (rows, self.work, self.out, self.trace))
        self.before, self.after = (x, ctypes.c_int64(0), ctypes.c_int64(lines)), tuple(after)


class Ready(NamedTuple):
    """A program as the compiled kernel takes it: its memory and where that stands, the kernel, and frames that no call
    is using, by number of lines.

    The kernel takes its arguments as values of ctypes that are made once: to make them anew takes half as long as to
    decide a line.
    """

    memory: array[int]
    address: ctypes.c_void_p
    adjudicate: Callable[..., int]
    frames: dict[int, list[Frame]]


def _ready(program: Program) -> Ready:
    memory, typed = array("q", program_memory(program)), kernel().adjudicate
    adjudicate = ctypes.CFUNCTYPE(ctypes.c_int64)(ctypes.cast(typed, ctypes.c_void_p).value)  # type: ignore[arg-type]
    ready: Ready = program.cache.setdefault(
        "ready", Ready(memory, ctypes.c_void_p(at(memory)), adjudicate, defaultdict(list))
    )
    return ready


def at(numbers: array[int]) -> int:
    """Where the numbers of an array stand; it must not grow or shrink as long as somebody looks there."""
    return numbers.buffer_info()[0]


MOST_LINES = 64
"""Lines of a call whose frame is kept for the next one."""


def run(
    encoder: Encoder, rows: Sequence[array[int]], accounts: Sequence[int]
) -> tuple[array[int], array[int], array[int]]:
    """What `adjudicate.interpreted` does, compiled.

    A call takes a frame for itself and gives it back, so that several threads may decide at once.
    """
    program, count, opening = encoder.program, len(rows), len(accounts)
    _, memory, adjudicate, frames = program.cache.get("ready") or _ready(program)
    evidence = encoder.compiled_evidence
    if evidence is None:
        numbers = array("q", evidence_memory(encoder.evidence, encoder.proposals))
        evidence = encoder.compiled_evidence = ctypes.c_void_p(at(numbers)), numbers
    try:
        frame = frames[count].pop()
    except IndexError:
        frame = Frame(program, count, opening)
    if frame.opening < opening:
        frame = Frame(program, count, opening)
    numbers, work, out, trace = frame.numbers, frame.work, frame.out, frame.trace
    first = work + k.W_ACCOUNTS
    stated = rows[0] if count == 1 else array("q", b"".join(rows))
    numbers[: len(stated)] = stated
    numbers[work] = k.W_ACCOUNTS + opening
    if opening:
        numbers[first : first + opening] = array("q", accounts)
    numbers[out:trace] = frame.undecided
    end = trace + adjudicate(memory, *frame.before, evidence[0], *frame.after)
    said = numbers[first : work + numbers[work]], numbers[out:trace], numbers[trace + 1 : end]
    if count <= MOST_LINES:
        frames[count].append(frame)
    return said


class Kernel:
    """The compiled kernel: what `clausula.kernel` has under these names, for the addresses of arrays of 64-bit numbers;
    each is compiled, or taken from Numba's cache, when it is first asked for.

    Other threads run while it decides.
    """

    def __init__(self) -> None:
        """Raises ImportError where Numba is not installed."""
        name = "clausula._compiled_kernel"
        spec = importlib.util.spec_from_file_location(name, interpreted.__file__)
        if spec is None or spec.loader is None:
            raise ImportError("the source of the kernel is not there")
        self._module = importlib.util.module_from_spec(spec)
        mark = fingerprint(Path(interpreted.__file__), Path(k.__file__))
        self._module.__dict__["jit"] = jit(mark, inline=True)
        self._module.__dict__["apart"] = jit(mark, inline=False)
        sys.modules[name] = self._module
        spec.loader.exec_module(self._module)
        self._beside: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    @cached_property
    def adjudicate(self) -> Callable[..., int]:
        """`kernel.adjudicate`, for single lines."""
        return entry(self._module.__dict__["adjudicate"].py_func)

    @cached_property
    def sweep(self) -> Callable[..., int]:
        """`kernel.sweep`, for many households. Waits for a process that compiles it."""
        with self._lock:
            if self._beside is not None:
                self._beside.wait()
                self._beside = None
            return entry(self._module.__dict__["sweep"].py_func)

    @property
    def is_awaited(self) -> bool:
        """Whether a process beside this one is still compiling."""
        beside = self._beside  # another thread may have waited for it meanwhile
        return beside is not None and beside.poll() is None

    def begin(self) -> None:
        """Begin to compile `sweep` in a process beside this one, where it never was: this one has other loops to
        compile meanwhile."""
        with self._lock:
            if self._beside is None and not was_compiled(self._module.__dict__["sweep"].py_func):
                command = [sys.executable, "-c", "from clausula import compiled; compiled.kernel().sweep"]
                quiet = subprocess.DEVNULL
                self._beside = subprocess.Popen(command, stdout=quiet, stderr=quiet)  # noqa: S603 - our own words


@lru_cache(maxsize=1)
def kernel() -> Kernel:
    """The compiled kernel. Raises ImportError where Numba is not installed."""
    return Kernel()


def was_compiled(function: Any) -> bool:
    """Whether Numba keeps a function of the kernel, whose name tells what it was compiled from."""
    from numba.core.caching import FunctionCache  # noqa: PLC0415 - see jit

    cache: Any = FunctionCache
    return any(Path(cache(function).cache_path).glob(f"*{function.__qualname__}-*.nbi"))


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
