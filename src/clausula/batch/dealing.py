"""Deals households to buckets, and with them whatever belongs to their people; each bucket has rows of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clausula.batch.loops import Ints
from clausula.batch.member_pieces import MemberPieces
from clausula.batch.people import Members
from clausula.batch.roll import NO_PLAN, Roll, homes_of
from clausula.batch.spool import Spool
from clausula.batch.table import indices
from clausula.batch.usage_tables import SCHEMA
from clausula.findings import Place
from clausula.intake.member_layout import ENROLMENTS, EVIDENCE, PEOPLE
from clausula.intake.member_tables import unknown_person

WITHOUT_PLAN = 200_000
"""People of a bucket of households without a plan, about. Such a bucket is not written: its lines are listed."""


@dataclass(frozen=True, slots=True)
class Dealt:
    """which: the bucket of each household. kinds: of each bucket the kind of its households (`Roll.kinds`), those
    without a plan at last."""

    which: Ints
    kinds: Sequence[int]


def dealt_homes(roll: Roll, count: int) -> Dealt:
    """Deal households to about so many buckets, each of one kind: such as stand together stay together."""
    which = np.full(roll.households, -1, np.int32)
    sizes = np.bincount(roll.home, minlength=roll.households)
    homes_of_kind = [np.flatnonzero(roll.kind == number) for number in range(len(roll.kinds))]
    people = [int(sizes[homes].sum()) for homes in homes_of_kind]
    wanted = [round(count * mine / max(1, sum(people))) for mine in people]
    alone = np.flatnonzero(roll.kind == NO_PLAN)
    kinds: list[int] = []
    for number, homes, buckets in (
        *zip(range(len(roll.kinds)), homes_of_kind, wanted, strict=True),
        (NO_PLAN, alone, -(-int(sizes[alone].sum()) // WITHOUT_PLAN)),
    ):
        mine = min(len(homes), max(1, buckets))
        which[homes] = len(kinds) + np.arange(len(homes)) * mine // max(1, len(homes))
        kinds += [number] * mine
    return Dealt(which, kinds)


class DealtMembers:
    """Members, with the accounts of their households before, dealt to buckets."""

    def __init__(self, folder: Path, members: MemberPieces) -> None:
        self.members = members
        self.spools = {name: Spool(folder, name) for name in (PEOPLE, ENROLMENTS, EVIDENCE)}
        self.usage: Spool | None = None

    def deal(self, folder: Path, roll: Roll, which: Ints, usage: Iterable[pa.Table] | None) -> None:
        """Deal all of them. Raises InputError for what is wrong with their documents."""
        bucket = np.append(which, np.int32(-1))
        people, enrolments, evidence = self.spools.values()
        for first, table in self.members.people(again=True):
            people.deal(table, which[roll.home[first : first + table.num_rows]])
        people.close()
        for _, table in self.members.enrolments(again=True):
            enrolments.deal(table, bucket[roll.of_people(table.column("person"))])
        enrolments.close()
        for first, table in self.members.evidence():
            evidence.deal(table, bucket[homes_of(self.members, roll, EVIDENCE, first, table)])
        evidence.close()
        self.members.refuse()
        if usage is not None:
            self.usage = Spool(folder, "usage", SCHEMA)
            for table in usage:
                self.usage.deal(table, bucket[roll.of_homes(table.column("household"))])
            self.usage.close()

    def take(self, bucket: int) -> Members:
        """The people of a bucket, household by household, with what belongs to them. Raises InputError where it is
        that of nobody, whose mark is somebody else's."""
        people, enrolments, evidence = (spool.take(bucket) for spool in self.spools.values())
        home = indices(people.column("household").combine_chunks().dictionary_encode())
        if bool((home[1:] < home[:-1]).any()):
            people = people.take(pa.array(np.argsort(home, kind="stable")))
        found = Members(people, enrolments, evidence, self.members.providers)
        for file, table in ((ENROLMENTS, enrolments), (EVIDENCE, evidence)):
            stray = np.flatnonzero(found.number(table.column("person")) < 0).tolist() if table.num_rows else []
            if stray:
                self._refuse(file, table.column("person")[stray[0]].as_py())
        return found

    def take_usage(self, bucket: int, homes: list[str]) -> pa.Table | None:
        """The accounts of the households of a bucket before; None where nobody said any."""
        if self.usage is None:
            return None
        table = self.usage.take(bucket)
        mine = pc.is_in(table.column("household").cast(pa.string()), pa.array(homes, pa.string()))
        return table.filter(mine)

    def _refuse(self, file: str, person: str) -> None:
        self.members.findings.add(*unknown_person(person, [], Place(str(self.members.folder / file))), column="person")
        self.members.refuse()
