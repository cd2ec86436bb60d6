"""How figures are written: amounts with and without a sign, shares in per cent, large amounts short."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from clausula.money import decimals, show, to_decimal


def half_up(value: Fraction) -> int:
    """The nearest whole number; a half goes up."""
    return floor(value + Fraction(1, 2))


def per_cent(part: int, whole: int, digits: int = 1) -> str:
    """A part of a whole in per cent: "12.5 %"; a dash where there is no whole. What is not nothing never shows as 0."""
    if not whole:
        return "–"
    share = Fraction(part * 100, whole)
    if part and abs(share) < Fraction(1, 2 * 10**digits):
        return f"{'<' if share > 0 else '>'} {'' if share > 0 else '−'}0.{'1'.rjust(digits, '0')} %"
    return f"{_decimal(share, digits)} %"


def change_of(one: int, other: int) -> str:
    """A change in per cent of what was, with its sign: "−12.5 %"."""
    if one == other:
        return "0 %" if one else "–"
    return "new" if not one else ("+" if (other > one) == (one > 0) else "") + per_cent(other - one, one)


def _decimal(value: Fraction, digits: int) -> str:
    scaled = half_up(abs(value) * 10**digits)
    whole, rest = divmod(scaled, 10**digits)
    text = f"{whole:,}" + (f".{rest:0{digits}d}" if digits else "")
    return f"−{text}" if value < 0 and scaled else text


class Money:
    """Writes whole minor units of one currency."""

    def __init__(self, currency: str) -> None:
        self.currency, self.unit = currency, 10 ** decimals(currency)

    def plain(self, minor: int) -> str:
        """For machines: "-12.50"."""
        return str(to_decimal(int(minor), self.currency))

    def show(self, minor: int) -> str:
        """For people: "CHF 12.50", with a true minus sign."""
        return show(int(minor), self.currency, "en").replace("-", "−")

    def signed(self, minor: int) -> str:
        """A difference: "+12.50", "−12.50", "0"."""
        if not minor:
            return "0"
        return ("+" if minor > 0 else "−") + self.bare(abs(int(minor)))

    def bare(self, minor: int) -> str:
        """An amount without its currency, for tables that name it in their heading."""
        text = show(abs(int(minor)), self.currency, "en").replace(self.currency, "").replace("€", "").strip()
        return f"−{text}" if minor < 0 else text

    def short(self, minor: int, *, sign: bool = False) -> str:
        """An amount as a plot has room for: "1.25 m", "340 k", "12.50"."""
        size = abs(Fraction(int(minor), self.unit))
        before = "−" if minor < 0 else "+" if sign and minor > 0 else ""
        for word, scale in (("bn", 10**9), ("m", 10**6), ("k", 10**3)):
            if size >= 10 * scale or (size >= scale > 1000):
                shown = _decimal(size / scale, 2 if size < 10 * scale else 1)
                return f"{before}{shown.rstrip('0').rstrip('.') if '.' in shown else shown} {word}"
        digits = 0 if size >= 1000 or size.denominator == 1 else 2
        return before + _decimal(size, digits)
