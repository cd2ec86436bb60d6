"""Invented portfolios: members, documents, providers and lines of the bundled plans, of any size, from a seed.

    Order(lines=1_000_000, seed=7, families=("nl",))      what is asked for
    write(order, folder)                                  members/, lines/ and portfolio.json

Everything is drawn by counting (`chance`), from shapes written for people (`shapes/*.toml`), in blocks of households:
`homes` says who lives together, `courses` what happens to them, `faults` which lines are spoilt on purpose;
`member_parts` and `line_columns` turn that into tables, `writing` writes them. How to use it:
docs/how-to/make-a-portfolio.md.
"""

from __future__ import annotations

from clausula.portfolio.shapes import FAMILIES
from clausula.portfolio.writing import BLOCK, PART, Made, Order, write

__all__ = ["BLOCK", "FAMILIES", "PART", "Made", "Order", "write"]
