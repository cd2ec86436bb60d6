"""Exact money: amounts are whole minor units (cents, Rappen) inside, decimals at the edge.

No float ever touches money. A currency has a fixed number of decimals (ISO 4217); an amount with more decimals than its
currency has is refused, never rounded silently. Rounding is a named step of a plan, never a side effect.
"""

from __future__ import annotations

from decimal import Decimal

PPM = 1_000_000
"""Shares are held in parts per million: "80 %" is 800 000, "33.3333 %" is 333 333."""

LARGEST = 10**11
"""The largest amount, in minor units, that the engine takes: a thousand million francs. Larger input is an error."""

_DECIMALS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV"), 0),
    **dict.fromkeys(("XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


_SCALES = {currency: 10**places for currency, places in _DECIMALS.items()}
"""Minor units in one unit of currency, where they are not 100."""

NOT_A_NUMBER = Decimal("NaN")


class MoneyError(ValueError):
    """An amount that cannot be held exactly: not a number, too many decimals, or out of range."""


def decimals(currency: str) -> int:
    """Number of decimals of a currency by ISO 4217 (2 where it is not one of the exceptions)."""
    return _DECIMALS.get(currency, 2)


def to_minor(amount: Decimal | int | str, currency: str) -> int:
    """Turn an amount in currency units ("36.15") into whole minor units (3615).

    Raises MoneyError when it is not a finite number, has more decimals than the currency, or is out of range.
    """
    if type(amount) is int:
        minor: int = amount * _SCALES.get(currency, 100)
    elif type(amount) is not Decimal and isinstance(amount, float | bool):
        raise MoneyError(f'{amount!r} cannot hold money exactly; write it as a Decimal or a text, like "36.15"')
    else:
        try:
            exact = amount if type(amount) is Decimal else Decimal(amount)
            above, below = (exact if exact.adjusted() < 20 else NOT_A_NUMBER).as_integer_ratio()
        except (ArithmeticError, ValueError, TypeError):
            raise MoneyError(f"{amount!r} is not an amount of money; write it like 36.15") from None
        minor, rest = divmod(above * _SCALES.get(currency, 100), below)
        if rest:
            raise MoneyError(f"{amount} has more decimals than {currency or 'the currency'} ({decimals(currency)})")
    if not -LARGEST <= minor <= LARGEST:
        raise MoneyError(f"{amount} is out of range: amounts go up to {LARGEST // 100:,}".replace(",", " "))
    return minor


def to_decimal(minor: int, currency: str) -> Decimal:
    """Turn whole minor units into an amount in currency units, exactly."""
    return Decimal(minor).scaleb(-decimals(currency))


def to_text(minor: int, currency: str) -> str:
    """Whole minor units as plain text, for data: 3615 -> "36.15". The same as `str(to_decimal(…))`, much quicker."""
    places = _DECIMALS.get(currency, 2)
    if not places:
        return str(minor)
    whole, rest = divmod(abs(minor), 10**places)
    return f"{'-' if minor < 0 else ''}{whole}.{rest:0{places}d}"


def to_ppm(share: str) -> int:
    """Turn a share written "80 %" or "12.5%" into parts per million.

    Raises MoneyError when it is not a percentage between 0 and 1000 % with at most four decimals.
    """
    text = share.strip()
    if not text.endswith("%"):
        raise MoneyError(f'{share!r} is not a share; write it like "80 %"')
    try:
        exact = Decimal(text[:-1].strip())
        scaled = exact * (PPM // 100) if exact.is_finite() and exact.adjusted() < 20 else Decimal("NaN")
        ppm = int(scaled)
    except (ArithmeticError, ValueError):
        raise MoneyError(f'{share!r} is not a share; write it like "80 %"') from None
    if scaled != ppm or not 0 <= ppm <= 10 * PPM:
        raise MoneyError(f"{share!r} must lie between 0 % and 1000 % with at most four decimals")
    return ppm


_STYLE = {"de-CH": ("’", "."), "fr-CH": ("’", "."), "it-CH": ("’", "."), "de": (".", ","), "fr": ("\u202f", ","),
          "it": (".", ","), "nl": (".", ","), "en": (",", ".")}  # fmt: skip


def show(minor: int, currency: str, language: str = "en") -> str:
    """Write an amount for a person: 150000 CHF, fr -> "CHF 1’500.00"; 3615 EUR, it -> "36,15 €"."""
    places = decimals(currency)
    thousands, point = _STYLE["fr-CH"] if currency == "CHF" else _STYLE.get(language, _STYLE["en"])
    sign = "-" if minor < 0 else ""
    whole, rest = divmod(abs(minor), 10**places)
    body = f"{whole:,}".replace(",", thousands) + (f"{point}{rest:0{places}d}" if places else "")
    if currency == "EUR":
        return f"{sign}€ {body}" if language in ("nl", "en") else f"{sign}{body} €"
    return f"{currency} {sign}{body}"


def show_share(ppm: int, language: str = "en") -> str:
    """Write a share for a person: 800000 -> "80 %"."""
    text = f"{Decimal(ppm) / (PPM // 100):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return (text.replace(".", ",") if language != "en" else text) + " %"
