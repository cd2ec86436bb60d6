"""The kernel compiled by Numba: the very same source as `clausula.kernel`, executed with a real `jit`.

Numba is an optional extra (`pip install clausula[fast]`); without it everything runs interpreted and means the same.
"""

from __future__ import annotations

import importlib.util
import sys
from functools import lru_cache
from types import ModuleType
from typing import Any

import numpy as np

from clausula import kernel as interpreted
from clausula.program import (
    BenefitRow,
    EvidenceRow,
    ExclusionRow,
    Program,
    RequirementRow,
    StepRow,
    Tables,
    TestRow,
)


def available() -> bool:
    """Whether Numba is installed."""
    return importlib.util.find_spec("numba") is not None


@lru_cache(maxsize=1)
def kernel() -> ModuleType:
    """The compiled kernel module. Raises ImportError where Numba is not installed."""
    from numba import njit

    name = "clausula._compiled_kernel"
    spec = importlib.util.spec_from_file_location(name, interpreted.__file__)
    if spec is None or spec.loader is None:
        raise ImportError("the source of the kernel is not there")
    module = importlib.util.module_from_spec(spec)
    module.__dict__["jit"] = njit(cache=True, nogil=True, _nrt=False)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def dtype(row: Any) -> np.dtype[Any]:
    """The struct type of a record of the program: every field a 64-bit whole number."""
    return np.dtype([(field, np.int64) for field in row._fields], align=True)


TESTS, STEPS, BENEFITS = dtype(TestRow), dtype(StepRow), dtype(BenefitRow)
EXCLUSIONS, REQUIREMENTS, EVIDENCE = dtype(ExclusionRow), dtype(RequirementRow), dtype(EvidenceRow)


def records(rows: Any, kind: np.dtype[Any]) -> Any:
    """Rows of a program as a struct array; never empty, so that every table has an address."""
    return np.array([tuple(row) for row in rows] or [(0,) * len(kind.names or ())], kind)


def arrays(program: Program) -> Tables:
    """The program's tables as arrays, kept in the program."""
    if "arrays" not in program.cache:
        t = program.tables
        program.cache["arrays"] = t._replace(
            tests=records(t.tests, TESTS),
            steps=records(t.steps, STEPS),
            benefits=records(t.benefits, BENEFITS),
            exclusions=records(t.exclusions, EXCLUSIONS),
            requirements=records(t.requirements, REQUIREMENTS),
            index=np.array(t.index, np.int64),
            sets=np.array(t.sets, np.uint8),
        )
    found: Tables = program.cache["arrays"]
    return found
