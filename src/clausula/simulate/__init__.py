"""The what-if room: a portfolio of claims under plans as they are and as they might be, and what changes for whom.

    from clausula.simulate import Question, simulate
    result = simulate(Question(base, change, roster, inputs, out))

Owns the comparison of two runs, the differences between two plan texts, the estimates for a sample and the page that
shows them. Never decides a line (`clausula.batch` does) and never mixes behaviour into what the rules do.
How to ask: docs/how-to/ask-what-if.md.
"""

from __future__ import annotations

from clausula.simulate.question import Question, Sample
from clausula.simulate.replay import Simulation, simulate

__all__ = ["Question", "Sample", "Simulation", "simulate"]
