"""Clausula on the workload: the same lines as a table for the batch, and as lines one by one.

`ours` is the one place that knows the batch interface.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from clausula import codes as k
from clausula.batch.allocating import keep_freed
from clausula.batch.deciding import decide_table, deciding_for
from clausula.batch.lines import Lines
from clausula.batch.people import Members
from clausula.batch.sweeping import Decided
from clausula.book import Book, load_plans
from clausula.compiler import compile_book
from clausula.household import Enrolment, Household, Person

from .rules import CAUSES, CHANNELS, COVERS, DIAGNOSES, NUMBERS, PAPERS, SERVICES, STACKS
from .workload import Ints, Outputs, Ready, Workload

PLANS = Path(__file__).parent / "plans"
EPOCH = date(1970, 1, 1)
PLAN_IDS = [f"bench/{stack}-{cover}" for stack in STACKS for cover in COVERS]


def book() -> Book:
    """The plans of the workload."""
    return load_plans(PLANS)


def households(workload: Workload) -> list[Household]:
    """The people of the workload with their covers, as the members file of an insurer would say it."""
    firsts = np.flatnonzero(np.diff(workload["household"], prepend=-1))
    found = []
    for low, high in zip(firsts, [*firsts[1:], len(workload)], strict=True):
        who, at = np.unique(workload["person"][low:high], return_index=True)
        born, start = (workload[name][low:high][at].tolist() for name in ("born", "start"))
        people = tuple(Person(f"p{n}", EPOCH + timedelta(days=day)) for n, day in zip(who, born, strict=True))
        enrolments = tuple(
            Enrolment(person.id, f"bench/{STACKS[workload['stack'][low]]}-{cover}", EPOCH + timedelta(days=day))
            for person, day in zip(people, start, strict=True)
            for cover in COVERS
        )
        found.append(Household(f"h{workload['household'][low]}", people, enrolments))
    return found


def papers_of(bits: int) -> tuple[str, ...]:
    """The papers of a line: the bill, and what else came with it."""
    return ("bill", *(paper for n, paper in enumerate(PAPERS) if bits >> n & 1))


def table_of(workload: Workload) -> pa.Table:
    """The lines in the neutral layout: words as dictionaries, money as decimals."""

    def words(which: Ints, known: list[str]) -> pa.DictionaryArray:
        return pa.DictionaryArray.from_arrays(pa.array(which.astype(np.int32)), pa.array(known, pa.string()))

    def numbered(name: str, letter: str) -> pa.DictionaryArray:
        different, which = np.unique(workload[name], return_inverse=True)
        return words(which, [f"{letter}{number}" for number in different.tolist()])

    count = len(workload)
    money = np.zeros((count, 2), np.int64)
    money[:, 0] = workload["charged"]
    return pa.table({
        "person": numbered("person", "p"),
        "served_on": pa.array(workload["served_on"]).cast(pa.date32()),
        "charged": pa.Array.from_buffers(pa.decimal128(18, 2), count, [None, pa.py_buffer(money)]),
        "currency": words(np.zeros(count), ["EUR"]),
        "service": words(workload["service"], list(SERVICES)),
        "quantity": pa.array(workload["quantity"]),
        "episode": numbered("episode", "e"),
        "channel": words(workload["channel"], list(CHANNELS)),
        "cause": words(workload["cause"], list(CAUSES)),
        "diagnosis": words(workload["diagnosis"], list(DIAGNOSES)),
        "papers": words(workload["papers"], ["|".join(papers_of(bits)) for bits in range(1 << len(PAPERS))]),
    })  # fmt: skip


def outputs_of(decided: Decided) -> Outputs:
    """Decisions of the batch in the order of the table. A benefit that an exclusion or a waiting time refused is no
    benefit here, as it is none for the peers."""
    program, lines, answers = decided.program, decided.lines, decided.answers
    assert lines.good.all(), "a line could not be read"
    clauses = [(program.clause(k.ROW_BENEFIT << 24 | n)[0], rule.id) for n, rule in enumerate(program.benefits)]
    numbers = np.array([*(NUMBERS.get(clause, -1) for clause in clauses), -1], np.int16)
    benefit = np.full((len(lines.order), 2), -1, np.int16)
    paid = np.zeros((len(lines.order), 2), np.int64)
    borne = np.empty(len(lines.order), np.int64)
    for slot in range(decided.depth):
        chosen, row, pays = answers.benefits[slot], answers.rows[slot], answers.pays[slot]
        benefit[lines.order, slot] = np.where(row >> 24 == k.ROW_EXCLUSION, -1, numbers[chosen])
        paid[lines.order, slot] = pays
    borne[lines.order] = answers.left
    return Outputs(benefit, paid, borne)


def prepare(workload: Workload) -> Ready:
    """Ready to decide the workload: plans read, people known, lines in memory in a bucket for each processor, as a run
    has them on disk."""
    program, buckets = compile_book(book(), set(PLAN_IDS)), in_buckets(workload)
    return _ready(lambda bucket: decide_table(program, bucket[0], bucket[1], threads=1), buckets)


def prepare_encoded(workload: Workload) -> Ready:
    """The same lines as numbers, with what is known of people joined to them; no condition was looked at."""
    program, buckets = compile_book(book(), set(PLAN_IDS)), in_buckets(workload)
    encoded = []
    for members, table in buckets:
        deciding = deciding_for(program, table.column_names, {})
        encoded.append((deciding, deciding.encoded(Lines(program, members, table), members)))
    return _ready(lambda bucket: bucket[0].ready(bucket[1]).decided(), encoded)


def in_buckets(workload: Workload) -> list[tuple[Members, pa.Table]]:
    """People and lines for each processor."""
    return [(Members.of(households(part), {}), table_of(part)) for part in workload.parts(os.cpu_count() or 1)]


def _ready(decide: Callable[[Any], Decided], buckets: Sequence[Any]) -> Ready:
    """Buckets side by side, in a process that keeps its memory as that of a run does."""
    keep_freed()
    pool = ThreadPoolExecutor(len(buckets))
    return Ready(
        lambda: list(pool.map(decide, buckets)),
        lambda decided: Outputs.joined([outputs_of(each) for each in decided]),
    )


def ours(workload: Workload) -> Outputs:
    """Decide the workload in one batch."""
    ready = prepare(workload)
    return ready.read(ready.run())
