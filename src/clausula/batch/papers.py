"""Documents as the kernel reads them: what `clausula.encoder` does for a household's, done for a table of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import pyarrow as pa

from clausula import codes as k
from clausula.batch.entities import Entities
from clausula.batch.loops import Ints, period_at
from clausula.batch.people import People
from clausula.batch.table import Table, coded, lists_of
from clausula.codes import MISSING
from clausula.conditions import under

LIMITED = {k.E_EPISODE: "episode", k.E_INDICATION: "indication", k.E_CLAIM: "claim"}


class Papers:
    """The documents of all people that the program asks for.

    memory: of the kernel, as `evidence_memory` lays it out. first, last: the numbers of each person's documents.
    """

    def __init__(self, people: People, entities: Entities) -> None:
        self.people, self.program, self.entities = people, people.program, entities
        members = people.members
        table = members.evidence
        words, which = Table(table, "").words("kind")
        asked = np.array([*(word in self.program.evidence_kinds for word in words), False])[which]
        owner = members.number(table.column("person")) if table.num_rows else np.zeros(0, np.int64)
        kept = np.flatnonzero(asked & (owner >= 0))
        kept = kept[np.lexsort((owner[kept], members.home[owner[kept]]))]
        if len(kept) < table.num_rows or (kept[1:] < kept[:-1]).any():
            table, owner = table.take(pa.array(kept)), owner[kept]
        self.table, self.owner = Table(table, ""), owner
        rows = np.arange(len(kept))
        records = np.zeros((len(kept), k.EVIDENCE_SIZE), np.int64)
        self._plain(records)
        self._issuers(records)
        self._identities(records)
        rows, records = self._scoped(rows, records)
        proposals = self._proposals(rows, records)
        whose = self.owner[rows]
        order = np.argsort(whose, kind="stable")
        self.first = np.searchsorted(whose[order], np.arange(len(members.home)))
        self.last = np.searchsorted(whose[order], np.arange(len(members.home)), side="right")
        self.memory = np.concatenate([records[order].reshape(-1), proposals, np.zeros(1, np.int64)])

    def _plain(self, records: Ints) -> None:
        """What stands in columns of its own."""
        program, entities = self.program, self.entities
        records[:, k.E_KIND] = self._word("kind", lambda word: 1 << program.evidence_kinds.get(word, 0), 0)
        records[:, k.E_ISSUED] = self._day("issued_on", 0)
        records[:, k.E_VALID], records[:, k.E_VALID_END] = (
            self._day("valid_from", 0),
            self._day("valid_until", k.FOREVER),
        )
        records[:, k.E_GRANTED] = self._word("status", lambda word: int(word == "granted"), 1)
        records[:, k.E_NAMES] = self._several("names", program.named)
        for column, name in ((k.E_SPECIALTY, "specialty"), (k.E_PROVIDER, "provider")):
            numbers = entities.name(name).of(*self.table.coded(name))
            records[:, column] = np.where(numbers > 0, numbers, -1)
        records[:, k.E_USES] = -1
        if self.table.has("uses"):
            uses = self.table.whole("uses")
            records[:, k.E_USES] = np.where(uses == MISSING, -1, uses)
        for column, scope in LIMITED.items():
            found = entities.local(scope, entities.name(scope).of(*self.table.coded(scope)), self.owner)
            records[:, column] = np.where(found == MISSING, -1, found)

    def _word(self, name: str, code: Callable[[str], int], otherwise: int) -> Ints:
        found = self.table.by_word(name, code)
        return np.where(found == MISSING, otherwise, found)

    def _day(self, name: str, otherwise: int) -> Ints:
        if not self.table.has(name):
            return np.full(self.table.rows, otherwise)
        found = self.table.days(name)
        return np.where(found == MISSING, otherwise, found)

    def _several(self, name: str, known: Mapping[str, int]) -> Ints:
        """A column of lists of words as sets of bits."""
        if not self.table.has(name):
            return np.zeros(self.table.rows, np.int64)
        found = coded(self.table.table.column(name), lambda words: _bits(known, words))
        return np.where(found == MISSING, 0, found)

    def _issuers(self, records: Ints) -> None:
        """Lists, roles and specialties of who issued, as known of the provider or stated on the document."""
        program, table = self.program, self.table
        directory = self.people.directory
        issuer = directory.of(*table.coded("issuer"))
        roles, specialties = directory.issuer_kinds
        for column, bits, own, stated in (
            (k.E_ROLES, program.roles, roles, "issuer_role"),
            (k.E_SPECIALTIES, program.specialties, specialties, "issuer_specialty"),
        ):
            records[:, column] = own[issuer] | self._word(stated, partial(_bit, bits), 0)
        start, since, lists = directory.issuer_lists
        standing = lists[period_at(issuer, np.ascontiguousarray(records[:, k.E_ISSUED]), start, since)]
        records[:, k.E_LISTS] = self._several("issuer_lists", program.lists) | np.where(
            standing == MISSING, 0, standing
        )

    def _identities(self, records: Ints) -> None:
        """The account of each document: documents of a household with one identity share one."""
        members, entities = self.people.members, self.entities
        homes = members.home[self.owner]
        entities.first_paper = np.searchsorted(homes, np.arange(len(members.homes) + 1))
        place = np.arange(len(homes)) - entities.first_paper[homes] + 1
        limited = np.flatnonzero(records[:, k.E_USES] >= 0)
        entities.identities = [""] * len(homes)
        columns = (
            [self._texts(name) for name in ("id", "person", "kind", "issued_on", "issuer")] if len(limited) else []
        )
        for row in limited.tolist():
            own, person, kind, issued, issuer = (column[row] for column in columns)
            identity = own or f"{person}/{kind}/{issued}/{issuer}"
            entities.identities[row] = identity
            place[row] = entities.papers.setdefault((int(homes[row]), identity), int(place[row]))
        records[:, k.E_KEY] = place << 22

    def _texts(self, name: str) -> list[str]:
        if not self.table.has(name):
            return [""] * self.table.rows
        column = self.table.table.column(name)
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        return [word or "" for word in column.cast(pa.string()).to_pylist()]

    def _scoped(self, rows: Ints, records: Ints) -> tuple[Ints, Ints]:
        """One record for each service a document is limited to."""
        order = self.program.service_order
        records[:, k.E_SERVICE_END] = len(order)
        if not self.table.has("services"):
            return rows, records
        counts, listed, at = lists_of(self.table.table.column("services"))
        words = listed.to_pylist()
        low = np.array([*(order.get(word, -1) for word in words), -1])
        size = [sum(under(other, word) for other in order) if word in order else 0 for word in words]
        known = low[at] >= 0
        owner = np.repeat(rows, counts)[known]
        again = np.where(counts == 0, 1, np.bincount(owner, minlength=len(rows)))
        records, whose = np.repeat(records, again, axis=0), np.repeat(rows, again)
        limited = np.flatnonzero(counts[whose] > 0)
        records[limited, k.E_SERVICE] = low[at[known]]
        records[limited, k.E_SERVICE_END] = (low + np.array([*size, 0]))[at[known]]
        return whose, records

    def _proposals(self, rows: Ints, records: Ints) -> Ints:
        """The providers that documents propose, behind the records."""
        behind = len(rows) * k.EVIDENCE_SIZE
        records[:, k.E_PROPOSAL] = records[:, k.E_PROPOSAL_END] = behind
        if not self.table.has("proposals"):
            return np.zeros(0, np.int64)
        counts, words, at = lists_of(self.table.table.column("proposals"))
        ends = np.cumsum(counts)
        records[:, k.E_PROPOSAL], records[:, k.E_PROPOSAL_END] = behind + (ends - counts)[rows], behind + ends[rows]
        return self.entities.name("provider").of(words, at)


def _bit(known: Mapping[str, int], name: str) -> int:
    return 1 << known[name] if name in known else 0


def _bits(known: Mapping[str, int], names: Sequence[str]) -> int:
    return sum(1 << known[name] for name in set(names) if name in known)
