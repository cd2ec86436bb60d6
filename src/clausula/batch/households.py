"""Some households of tables as records, with their directory: what the desk, and whoever explains a line, asks."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from clausula.batch.people import Members
from clausula.intake import Roster
from clausula.intake.member_layout import ENROLMENTS, EVIDENCE, PEOPLE
from clausula.intake.member_tables import read_member_tables


def roster_of(members: Members, homes: Iterable[int]) -> Roster:
    """The roster of some households by number, with the whole directory."""
    chosen = np.zeros(len(members.homes) + 1, bool)
    chosen[list(homes)] = True
    if not chosen.any():
        return Roster({}, members.providers)
    mine = np.append(chosen[members.home], False)
    papers = members.number(members.evidence.column("person")) if members.evidence.num_rows else np.zeros(0, np.int64)
    with tempfile.TemporaryDirectory() as name:
        for table, file, rows in (
            (members.people, PEOPLE, mine[:-1]),
            (members.enrolments, ENROLMENTS, mine[members.enrolled]),
            (members.evidence, EVIDENCE, mine[papers]),
        ):
            pq.write_table(table.filter(pa.array(rows)), Path(name) / file)
        return Roster(read_member_tables(Path(name)).households, members.providers)
