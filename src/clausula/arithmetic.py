"""Arithmetic in expected values: "30 * 85" or "0.85 * 235.29", exactly. Numbers, + - * / and brackets, nothing else."""

from __future__ import annotations

import re
from fractions import Fraction

_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([-+*/()]))")


def compute(text: str) -> Fraction:
    """The exact value of an expression. Raises ValueError where it is not one."""
    tokens: list[str] = []
    at = 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        if not found or len(tokens) > 200:
            raise ValueError(f"{text!r} is not arithmetic")
        tokens.append(found[1] or found[2])
        at = found.end()
    value, rest = _sum(tokens)
    if rest:
        raise ValueError(f"{text!r} is not arithmetic")
    return value


def _sum(tokens: list[str]) -> tuple[Fraction, list[str]]:
    value, tokens = _product(tokens)
    while tokens and tokens[0] in "+-":
        more, rest = _product(tokens[1:])
        value, tokens = (value + more if tokens[0] == "+" else value - more), rest
    return value, tokens


def _product(tokens: list[str]) -> tuple[Fraction, list[str]]:
    value, tokens = _atom(tokens)
    while tokens and tokens[0] in "*/":
        more, rest = _atom(tokens[1:])
        if tokens[0] == "/" and more == 0:
            raise ValueError("division by nothing")
        value, tokens = (value * more if tokens[0] == "*" else value / more), rest
    return value, tokens


def _atom(tokens: list[str]) -> tuple[Fraction, list[str]]:
    if not tokens:
        raise ValueError("the expression ends too early")
    if tokens[0] == "(":
        value, rest = _sum(tokens[1:])
        if not rest or rest[0] != ")":
            raise ValueError("a bracket is not closed")
        return value, rest[1:]
    if tokens[0] == "-":
        value, rest = _atom(tokens[1:])
        return -value, rest
    if not tokens[0][0].isdigit():
        raise ValueError(f"did not expect {tokens[0]!r}")
    return Fraction(tokens[0]), tokens[1:]
