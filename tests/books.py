"""The books that tests ask and do not change: each is read once in a process, with the programs made of it."""

from functools import cache
from pathlib import Path

from clausula.book import Book, load_plans

OWN = Path(__file__).parent / "plans"
"""Plans nobody designed for, which need no code."""


@cache
def bundled() -> Book:
    """The plans that come with Clausula."""
    return load_plans()


@cache
def own() -> Book:
    """The plans of the tests, with the bundled ones under them."""
    return load_plans(OWN)
