"""References on bills, by which a payment leads back: QR references and creditor references, with their check digits.

QR reference: 27 digits, the last a check digit modulo 10 recursive (Swiss Implementation Guidelines QR-bill, 4.2.2).
Creditor reference: RF, two check digits modulo 97, up to 21 characters (ISO 11649).
"""

from __future__ import annotations

from stdnum import iso11649
from stdnum.ch import esr
from stdnum.iso7064 import mod_97_10

DIGITS = 26
QR_BANKS = range(30000, 32000)
"""Numbers of institutions that mark a QR-IBAN; only such an account takes QR references, and it takes nothing else."""


def is_qr_iban(iban: str) -> bool:
    """Whether the IBAN is a Swiss or Liechtenstein QR-IBAN."""
    return iban[:2] in {"CH", "LI"} and iban[4:9].isdigit() and int(iban[4:9]) in QR_BANKS


def qr_reference(number: int) -> str:
    """The QR reference of a number: 26 digits and a check digit."""
    digits = str(number).zfill(DIGITS)
    assert len(digits) == DIGITS
    return digits + esr.calc_check_digit(digits)


def creditor_reference(number: int) -> str:
    """The creditor reference of a number, with its check digits."""
    return f"RF{mod_97_10.calc_check_digits(f'{number}RF')}{number}"


def read_reference(text: str) -> str:
    """The reference in the form that is kept, without blanks, its check digits verified; "" where it is none."""
    bare = "".join(text.split()).upper()
    if bare.startswith("RF"):
        return str(iso11649.validate(bare)) if iso11649.is_valid(bare) else ""
    if bare.isascii() and bare.isdigit() and bare.strip("0") and esr.is_valid(bare):
        return bare.zfill(DIGITS + 1)
    return ""
