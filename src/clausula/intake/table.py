"""The neutral table: one line a row, in CSV or Parquet. Its columns are the parts of a Line, and facts.

    line_id      required   number of the line, unique for the person and claim
    person       required   id in the members file; or a number, whose system stands in person_system (bsn, ahv …)
    served_on    required   2026-03-12
    charged      required   36.15, in currency units
    currency     required   EUR
    service                 node of the catalogue's service tree; or code_list and code, which the code map translates
    code_list, code         such as 012 and 1000; both are facts too; code_system (nl/vektis) where lists may be
    mistaken quantity, time, paid_by_others, claim, stay, episode, indication, received_on provider                id in
    the members file's directory; or a number, whose system stands in provider_system (agb …)

Every other column must be a known fact; an empty cell is a missing fact. A column that nobody reads is an error.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from clausula.findings import Finding, Place
from clausula.household import FactValue, Provider
from clausula.intake import values
from clausula.intake.codes import Coding
from clausula.intake.desk import Desk, Refused, Stated
from clausula.intake.errors import InputError
from clausula.intake.records import Read
from clausula.intake.roster import Sought

REQUIRED = ("line_id", "person", "served_on", "charged", "currency")
OPTIONAL = (
    "service", "code_list", "code", "code_system", "quantity", "time", "paid_by_others", "claim", "stay", "episode",
    "indication", "received_on", "person_system", "provider", "provider_system",
)  # fmt: skip
COLUMNS = REQUIRED + OPTIONAL

Row = Mapping[str, str]
"""A row of the table as text, by column; an empty text is an empty cell."""

_ALSO_FACTS = ("code_list", "code")


def check_columns(names: Sequence[str], known_facts: Mapping[str, str], file: str) -> None:
    """Raises InputError with every column that is missing, stands twice, or that nobody reads."""
    findings = []
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            findings.append(_column(file, f"the column {values.shown(name)} stands twice", "leave one out"))
        if name not in COLUMNS and name not in known_facts:
            near = difflib.get_close_matches(name, [*COLUMNS, *known_facts], 1)
            mend = f"did you mean {near[0]}?" if near else "leave it out, or declare it as a fact of the plan"
            findings.append(_column(file, f"nobody reads the column {values.shown(name)}", mend))
    findings += [_column(file, f"there is no column {name}", f"add {name}") for name in REQUIRED if name not in names]
    if "service" not in names and not {"code_list", "code"} <= set(names):
        message = "there is neither a column service nor the columns code_list and code"
        findings.append(_column(file, message, "say what was done"))
    if findings:
        raise InputError(findings)


def _column(file: str, message: str, mend: str) -> Finding:
    return Finding("columns", message, Place(file, 1), mend)


@dataclass(slots=True)
class Rows:
    """Hands the rows of one table in."""

    desk: Desk
    known_facts: Mapping[str, str]
    presented: set[str]

    def take(self, row: Row, origin: str) -> Iterator[Read]:
        """The Line or Listed of a row, after its provider where that one is in no directory."""
        provider, stranger = self._provider(row)
        if stranger:
            yield stranger
        yield self.desk.take(self._stated(row, provider, origin))

    def _provider(self, row: Row) -> tuple[str, Provider | None]:
        number, system = row.get("provider", ""), row.get("provider_system", "")
        known = self.desk.roster.provider(((system or "id", number),))
        if known is not None or not number:
            return (known.id if known else ""), None
        stranger = f"{system}:{number}" if system else number
        if stranger in self.presented:
            return stranger, None
        self.presented.add(stranger)
        return stranger, Provider(stranger, identifiers={system: number} if system else {})

    def _stated(self, row: Row, provider: str, origin: str) -> Stated:
        person, system = row["person"], row.get("person_system", "")
        listed, code = row.get("code_list", ""), row.get("code", "")
        facts, refused = self._facts(row)
        time, received_on = facts.pop(":time", None), facts.pop(":received_on", None)
        return Stated(
            origin=origin,
            id=row["line_id"],
            sought=Sought(((system, person),)) if system else Sought(person=person),
            day=row["served_on"],
            amount=row["charged"],
            currency=row["currency"],
            codings=(Coding(listed, code, row.get("code_system", "")),) if listed or code else (),
            service=row.get("service", ""),
            quantity=row.get("quantity", ""),
            time=time if isinstance(time, int) else None,
            paid_by_others=row.get("paid_by_others", "") or Decimal(0),
            claim=row.get("claim", ""),
            stay=row.get("stay", ""),
            episode=row.get("episode", ""),
            indication=row.get("indication", ""),
            provider=provider,
            received_on=received_on if isinstance(received_on, date) else None,
            facts=facts,
            refused=refused,
        )

    def _facts(self, row: Row) -> tuple[dict[str, FactValue], Refused | None]:
        """The facts of the row, with :time and :received_on beside them; and what is wrong with the first that is
        wrong."""
        kinds = {name: kind for name, kind in self.known_facts.items() if name not in COLUMNS}
        kinds |= dict.fromkeys(_ALSO_FACTS, "code") | {"time": "time", "received_on": "date"}
        facts: dict[str, FactValue] = {}
        for name, kind in kinds.items():
            text = row.get(name, "")
            if not text:
                continue
            try:
                facts[f":{name}" if name in ("time", "received_on") else name] = values.fact(kind, text)
            except values.BadValueError as error:
                return facts, ("bad-value", f"{name}: {error}", "have the cell corrected")
        return facts, None
