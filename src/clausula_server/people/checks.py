"""Numbers and addresses as people write them, made into the form that is kept, or refused with place and mend."""

from __future__ import annotations

from typing import Any

import phonenumbers
from django.core import exceptions
from django.core.validators import validate_email
from stdnum import iban
from stdnum.ch import ssn
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidFormat, InvalidLength, ValidationError
from stdnum.fr import nir
from stdnum.it import codicefiscale
from stdnum.nl import bsn

from clausula_server.lib.refusals import refuse
from clausula_server.people.models import IdentifierSystem

CHECKERS: dict[str, Any] = {
    IdentifierSystem.AHV: ssn,
    IdentifierSystem.CODICE_FISCALE: codicefiscale,
    IdentifierSystem.BSN: bsn,
    IdentifierSystem.NIR: nir,
}
EXAMPLES = {
    IdentifierSystem.AHV: "756.9217.0769.85",
    IdentifierSystem.CODICE_FISCALE: "RSSMRA85T10A562S",
    IdentifierSystem.BSN: "123456782",
    IdentifierSystem.NIR: "2 95 10 99 126 111 93",
}
REASONS: tuple[tuple[type[Exception], str], ...] = (
    (InvalidChecksum, "its check digit does not fit"),
    (InvalidLength, "it has too many or too few characters"),
    (InvalidFormat, "it holds characters that do not belong there"),
    (InvalidComponent, "a part of it stands for nothing"),
)


def checked_identifier(system: str, text: str, place: str = "identifier") -> str:
    """The number without blanks and dots, its check digit verified. Raises Refused."""
    if system not in IdentifierSystem.values:
        known = ", ".join(IdentifierSystem.values)
        refuse(place, f"“{system}” is no system of numbers known here.", f"Take one of {known}.")
    if system == IdentifierSystem.MEMBER:
        number = text.strip()
        if not number.isalnum() or len(number) > 30:
            refuse(place, f"“{text}” is no member number.", "Letters and digits only, at most 30.")
        return number
    try:
        return str(CHECKERS[system].validate(text))
    except ValidationError as error:
        label = IdentifierSystem(system).label
        refuse(
            place,
            f"“{text}” is no valid {label}: {_why(error)}.",
            f"It looks like {EXAMPLES[IdentifierSystem(system)]}.",
        )


def checked_iban(text: str, place: str = "iban") -> str:
    """The IBAN without blanks, in capitals, its check digits verified. Raises Refused."""
    try:
        return str(iban.validate(text))
    except ValidationError as error:
        refuse(place, f"“{text}” is no valid IBAN: {_why(error)}.", "It looks like CH93 0076 2011 6238 5295 7.")


def checked_phone(text: str, country: str, place: str = "phone") -> str:
    """The number in E.164; without a leading + it is read as one of the country. Raises Refused."""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        refuse(place, f"“{text}” is no phone number in {country}.", "Write it like +41 79 123 45 67.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def checked_email(text: str, place: str = "email") -> str:
    """The address, the host in small letters. Raises Refused."""
    text = text.strip()
    try:
        validate_email(text)
    except exceptions.ValidationError:
        refuse(place, f"“{text}” is no e-mail address.", "Write it like anna@example.org.")
    local, _, host = text.rpartition("@")
    return f"{local}@{host.lower()}"


def _why(error: ValidationError) -> str:
    for kind, words in REASONS:
        if isinstance(error, kind):
            return words
    return "it does not fit"
