"""Bad input, told to people: at which place, what is wrong, what can be done. All faults at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. place: the field or path as the sender knows it. message: what was found. mend: what to do."""

    place: str
    message: str
    mend: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message} {self.mend}"


class Refused(Exception):  # noqa: N818 - it is an answer, not an error of ours
    """What was asked cannot be done as it stands. Pages show the faults at their fields, the API as problem+json."""

    def __init__(self, *faults: Fault) -> None:
        assert faults
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


def refuse(place: str, message: str, mend: str) -> NoReturn:
    """Refuse for a single fault. Raises Refused."""
    raise Refused(Fault(place, message, mend))


def refuse_if(faults: list[Fault]) -> None:
    """Refuse for all of the faults, if there are any. Raises Refused."""
    if faults:
        raise Refused(*faults)
