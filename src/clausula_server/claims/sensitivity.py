"""Which medical facts claims staff may not read, by the country whose law protects the person.

The facts of such a line, and what its decision says of them, are kept in a table of their own (`Sensitive`), which row
security leaves to the person, to who treated them and to the medical adviser.

CH: medical data may go to the medical adviser alone (LAMal 42 (5), 57). NL: the functional unit under the medical
adviser (addendum to the insurers' code of conduct). IT: medical secrecy binds until the member waives it (NS-11). FR: a
mutual does not see what care was about (MZ-02). Which facts count as sensitive is our reading: mental illness,
addiction, self-harm, infection with HIV, pregnancy and its end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FORBIDDEN_IN = frozenset({"CH", "FR", "IT", "NL"})
MEDICAL = frozenset(
    {
        "alcohol_or_drugs", "cause", "delivered_on", "diagnosed_on", "diagnoses", "diagnosis", "gestation_week",
        "indication", "intent", "maternity_event", "mental_illness", "obesity", "onset_on", "operation",
        "operation_route", "palliative", "pathology", "pre_existing", "purpose", "specialty",
    }
)  # fmt: skip
DIAGNOSES = ("F", "B20", "B21", "B22", "B23", "B24", "Z21", "O", "Z33", "Z34", "X6", "X7", "X8")
PATHOLOGIES = ("mental", "psych", "addiction", "depress", "anxiety", "aids", "hiv", "infertil")
FLAGS = {"mental_illness": (True, "true")}
TELLING = {"alcohol_or_drugs": "none", "intent": "none", "maternity_event": "none"}
SERVICES = frozenset({"psychiatry", "psychotherapy", "maternity"})
ASKED = frozenset({*FLAGS, *TELLING, "diagnosis", "diagnoses", "pathology", "indication"})


def is_sensitive(country: str, service: str, facts: Mapping[str, Any]) -> bool:
    """Whether a line tells what claims staff may not read of somebody who lives in that country."""
    if country not in FORBIDDEN_IN:
        return False
    if not SERVICES.isdisjoint(service.split("/")):
        return True
    facts = {fact: facts[fact] for fact in ASKED.intersection(facts) if facts[fact] is not None}
    if not facts:
        return False
    if any(facts.get(fact) in values for fact, values in FLAGS.items()):
        return True
    if any(facts.get(fact, nothing) != nothing for fact, nothing in TELLING.items()):
        return True
    codes = [str(code) for fact in ("diagnosis", "diagnoses") for code in _codes(facts.get(fact))]
    named = [str(facts.get(fact, "")).lower() for fact in ("pathology", "indication")]
    return any(code.upper().startswith(DIAGNOSES) for code in codes) or any(
        word in name for word in PATHOLOGIES for name in named
    )


def parted(facts: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Facts that everybody who handles the claim may read, and those that are medical."""
    public = {fact: value for fact, value in facts.items() if fact not in MEDICAL}
    return public, {fact: value for fact, value in facts.items() if fact in MEDICAL}


def _codes(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
