"""Members piece by piece: what a folder of member tables or a members file says, checked, never all of it at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa

from clausula.intake import InputError, read_roster
from clausula.intake.member_columns import Findings, Sheet
from clausula.intake.member_layout import ENROLMENTS, EVIDENCE, PEOPLE, enrolments_of, evidence_of, people_of
from clausula.intake.member_tables import read_directory
from clausula.intake.member_writing import enrolments_table, evidence_table, people_table

PIECE = 1 << 17
"""Rows of a table of members held at a time."""

Pieces = Iterator[tuple[int, pa.Table]]
"""A table in pieces of one layout, each with the number of its first row."""


class MemberPieces:
    """Who is a member, in which plans, with which documents; providers: the directory, whole.

    findings: what is wrong in the pieces read so far; `refuse` raises them.
    """

    def __init__(self, members: Path) -> None:
        """members: a folder of member tables, or a members file. Raises InputError as `read_roster` does for a file,
        and for a folder that is none of members."""
        self.folder, self.findings = members, Findings()
        self._tables: dict[str, pa.Table] = {}
        if members.is_dir():
            self.providers = read_directory(members, self.findings)
            return
        roster = read_roster(members)
        homes = list(roster.households.values())
        self.providers = dict(roster.providers)
        self._tables = {
            PEOPLE: people_table([(home.id, person) for home in homes for person in home.people]),
            ENROLMENTS: enrolments_table([each for home in homes for each in home.enrolments]),
            EVIDENCE: evidence_table([each for home in homes for each in home.evidence]),
        }

    def people(self, *, again: bool = False) -> Pieces:
        """The people. again: what is wrong has been noted. Raises InputError where a file cannot be read, like the
        others."""
        return self._pieces(PEOPLE, people_of, again=again)

    def enrolments(self, *, again: bool = False) -> Pieces:
        """Their enrolments."""
        return self._pieces(ENROLMENTS, enrolments_of, again=again)

    def evidence(self) -> Pieces:
        """Their documents."""
        return self._pieces(EVIDENCE, evidence_of)

    def _pieces(self, name: str, of: Callable[[Sheet], pa.Table], *, again: bool = False) -> Pieces:
        path, findings = self.folder / name, Findings() if again else self.findings
        if name in self._tables:
            table = self._tables[name]
            yield from ((low, table.slice(low, PIECE)) for low in range(0, max(1, table.num_rows), PIECE))
        elif path.exists():
            for sheet in Sheet.pieces(path, findings, PIECE):
                yield sheet.first, of(sheet)
        else:
            yield 0, of(Sheet(path, Findings(), pa.table({})))

    def refuse(self) -> None:
        """Raises InputError with every finding, where there is one."""
        found = self.findings.all()
        if found:
            raise InputError(found)
