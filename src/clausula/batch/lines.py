"""The lines of a table that can be decided, as the columns every program looks at."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pyarrow as pa

from clausula.batch.loops import Ints, in_order
from clausula.batch.people import Members
from clausula.batch.table import Table
from clausula.codes import MISSING
from clausula.program import Program


class Lines:
    """The lines of a table that can be decided, sorted: by household, then as they are decided.

    good: which rows of the table they are. order: the rows, sorted. The other arrays have an entry a line: person,
    household, day and service by number, amounts in minor units, units.
    """

    def __init__(self, program: Program, members: Members, source: pa.Table) -> None:
        """Raises pyarrow.ArrowInvalid for columns that cannot be read exactly."""
        table = Table(source, program.currency)
        person, served = members.number(table.table.column("person")), table.days("served_on")
        tree = program.service_order
        service = table.by_word("service", lambda word: tree.get(word, MISSING))
        charged = table.money("charged")
        others = np.broadcast_to(np.int64(0), table.rows)
        if table.has("paid_by_others"):
            others = table.money("paid_by_others")
            others = np.where(others == MISSING, 0, others)
        quantity = np.broadcast_to(np.int64(1), table.rows)
        if table.has("quantity"):
            quantity = table.whole("quantity")
            quantity = np.where(quantity == MISSING, 1, quantity)
        currency = table.by_word("currency", lambda word: int(word == program.currency))
        good = (person >= 0) & (service != MISSING) & (charged >= 0) & (currency == 1) & (served != MISSING)
        good &= (quantity >= 0) & (quantity <= 10**6) & (others >= 0) & (others <= charged) & (charged <= 10**11)
        good &= served >= np.append(members.born, 0)[person]
        home = np.append(members.home, -1)[person]
        first = served
        if program.order != "service" and table.has("received_on"):
            received = table.days("received_on")
            first = np.where(received == MISSING, served, received)
        self.good = good
        self.table, self.order = table, np.arange(table.rows)
        self.person, self.home, self.served, self.service = person, home, served, service
        self.charged, self.others, self.quantity = charged, others, np.asarray(quantity)
        if not (good.all() and in_order(home, first, served)):
            self._take(_sorted(good, home, first, served), source, program.currency)

    @cached_property
    def starts(self) -> Ints:
        """Where the lines of each household begin, and the end."""
        return np.flatnonzero(np.diff(self.home, prepend=-1, append=-1))

    @cached_property
    def present(self) -> Ints:
        """The households that have lines, in their order."""
        return self.home[self.starts[:-1]]

    def _take(self, at: Ints, source: pa.Table, currency: str) -> None:
        """Leave these rows, in this order."""
        self.order = at
        if len(at) < self.table.rows or (at[1:] < at[:-1]).any():
            self.table = Table(source.take(pa.array(at)), currency)
        self.person, self.home, self.served, self.service = (
            each[at] for each in (self.person, self.home, self.served, self.service)
        )
        self.charged, self.others, self.quantity = self.charged[at], self.others[at], self.quantity[at]


def _sorted(good: Ints, home: Ints, first: Ints, served: Ints) -> Ints:
    """Good rows by household, day of decision, day of service, and place."""
    kept = np.flatnonzero(good)
    return kept[np.lexsort((served[kept], first[kept], home[kept]))]
