"""Asks single questions of a program about one row: whether a condition holds, a requirement binds, it is met.

The guide, enrolment and what is left ask the very functions that decide claims.
"""

from __future__ import annotations

from collections.abc import Sequence

from clausula import codes as k
from clausula import kernel
from clausula.encoder import Encoder
from clausula.memory import evidence_memory, program_memory, work_memory
from clausula.program import Program
from clausula.usage import Usage


class Probe:
    """A row of a household, ready to be asked about. `shift` is the offset of a cover's block: slot * width."""

    def __init__(
        self, program: Program, row: Sequence[int], encoder: Encoder | None = None, usage: Usage | None = None
    ) -> None:
        self.memory, self.row = program_memory(program), list(row)
        self.evidence = evidence_memory(encoder.evidence, encoder.proposals) if encoder else [0]
        self.work = work_memory(encoder.accounts(usage) if encoder and usage else [], 1, 1)

    def truth(self, condition: int, shift: int = 0) -> tuple[int, int]:
        """Truth of a condition (FALSE, TRUE or UNKNOWN) and the test that decided it."""
        found: tuple[int, int] = kernel.truth(self.memory, condition, self.row, 0, shift, self.work)
        return found

    def applies(self, requirement: int, shift: int = 0) -> tuple[int, int]:
        """Whether a requirement binds the row, exemptions looked at, and the deciding test."""
        address = self._requirement(requirement)
        found: tuple[int, int] = kernel.applies(self.memory, address, self.row, 0, shift, self.work)
        return found

    def match(self, requirement: int, shift: int = 0) -> tuple[int, int]:
        """The best evidence for a requirement: (how it fails, 0 for not at all; number of the evidence or -1)."""
        address = self._requirement(requirement)
        found: tuple[int, int] = kernel.match(self.memory, address, self.row, 0, shift, self.evidence, self.work)
        return found

    def fact(self, column: int, shift: int = 0) -> int:
        """A fact of the row."""
        return int(kernel.fact(self.memory, self.row, 0, shift, column))

    def _requirement(self, number: int) -> int:
        return self.memory[k.H_REQUIREMENTS] + number * k.REQUIREMENT_SIZE
