"""Arithmetic in expected values: exact, and nothing but numbers, signs and brackets."""

from fractions import Fraction

import pytest

from clausula.arithmetic import compute


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("30 * 85", 2550),
        ("0.1 + 0.2", Fraction(3, 10)),
        ("10 - 2 - 3", 5),
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4", 20),
        ("100 / 3 / 2", Fraction(50, 3)),
        ("-5 + 8", 3),
        ("2 * -(1 + 1)", -4),
        (" 7 ", 7),
    ],
)
def test_an_expression_has_its_exact_value(text: str, value: Fraction) -> None:
    assert compute(text) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "ends too early"),
        ("2 +", "ends too early"),
        ("2 3", "is not arithmetic"),
        ("two", "is not arithmetic"),
        ("2 ** 3", "did not expect '\\*'"),
        ("__import__('os')", "is not arithmetic"),
        ("(1 + 2", "bracket is not closed"),
        ("1 + 2)", "is not arithmetic"),
        ("1 / (2 - 2)", "division by nothing"),
        ("1" + "+1" * 200, "is not arithmetic"),
    ],
)
def test_what_is_no_arithmetic_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        compute(text)
