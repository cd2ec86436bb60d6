"""A program with everything decided beforehand that the facts of a situation already decide.

Most of what plans ask of a line is the same for thousands of lines: the same covers, the same service, an adult, an
illness, a network provider. For such a *situation* the conditions are looked at once, by the kernel's own functions,
and a smaller program is left: the benefits that can still apply, with the requirements and steps that still count. The
kernel decides by it as by any program; only rows are numbered anew, and `Situations.rows` leads back to the numbers of
the whole program. (Partial evaluation: Jones, Gomard, Sestoft 1993.)

What a line brings of its own stays open: amounts, dates, counts, accounts, evidence.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from clausula import codes as k
from clausula import kernel
from clausula.memory import program_memory
from clausula.program import Program, StepRow, TestRow

NOTHING = -2
"""Stands for a column that is missing on every line."""

OPEN = 3
"""Beside FALSE, TRUE and UNKNOWN: only the line can tell."""

Record = tuple[int, ...]


class Shelf:
    """Records of one kind, each kept once, with the row of the whole program it stands for."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.origins: list[int] = []
        self.known: dict[tuple[tuple[Record, int], ...], int] = {}

    def run(self, records: Iterable[tuple[Record, int]]) -> tuple[int, int]:
        """Numbers of a run of records (each with its origin): from, to before."""
        run = tuple(records)
        if run not in self.known:
            self.known[run] = len(self.records)
            self.records += [record for record, _ in run]
            self.origins += [origin for _, origin in run]
        first = self.known[run]
        return first, first + len(run)

    def one(self, record: Record, origin: int) -> int:
        """Number of one record."""
        return self.run([(record, origin)])[0]


class Situations:
    """The cases of a program: what a cover can still do for a line of one situation, numbered as met.

    A case is found once for every (cover, situation) by `case`; `layout` lays out all cases found so far for the
    kernel.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.m = program_memory(program)
        self.index: list[int] = [0] * k.HEADER
        self.lists: dict[Record, int] = {}
        self.tests, self.steps, self.benefits, self.exclusions, self.requirements = (Shelf() for _ in range(5))
        self.candidates: list[Record] = []
        self.refusals: list[Record] = []
        self.covers: list[int] = []
        self.cases: dict[tuple[int, Record, Record], int] = {}
        self.told: Sequence[int] = ()
        self.x: Sequence[int] = ()
        self.shift = 0
        self.live: Container[int] = ()

    # --- a case ---

    def case(self, cover: int, x: Sequence[int], slot: int, told: Sequence[int], live: Container[int]) -> int:
        """The case of a cover in a slot of a line that stands for its situation.

        x: the line's whole row. told: for every test FALSE, TRUE or UNKNOWN (FALSE where a missing fact means that),
        OPEN where only a line can tell. live: columns that differ from line to line within the situation.
        """
        tables, m = self.program.tables, self.m
        self.x, self.shift, self.told, self.live = x, slot * tables.width, told, live
        at = tables.candidates + cover * tables.services + x[k.SERVICE]
        candidates: list[int] = []
        missed = False
        for number in m[m[at] : m[at + 1]]:
            verdict, _ = self.verdict(tables.benefits[number].condition, exact=True)
            if verdict == k.FALSE and missed:
                continue  # the reason why nothing fits is the first that does not
            candidates.append(self.benefit(number))
            missed = missed or verdict in (k.FALSE, OPEN)
            if verdict == k.UNKNOWN or (verdict == k.TRUE and tables.benefits[number].kind != k.BETTER_OF):
                break
        first = tables.covers + cover
        refusals = tuple(self.refusing(m[m[first] : m[first + 1]]))
        key = (cover, tuple(candidates), refusals)
        if key not in self.cases:
            self.cases[key] = len(self.covers)
            self.covers.append(cover)
            self.candidates.append(tuple(candidates))
            self.refusals.append(refusals)
        return self.cases[key]

    def refusing(self, exclusions: Iterable[int]) -> Iterable[int]:
        """Exclusions that can give the reason where no benefit fits."""
        for number in exclusions:
            verdict, _ = self.verdict(self.program.tables.exclusions[number].condition)
            if verdict in (k.TRUE, OPEN):
                yield self.exclusion(number)
            if verdict == k.TRUE:
                return

    def benefit(self, number: int) -> int:
        """A benefit with what is still open of it."""
        row, m = self.program.tables.benefits[number], self.m
        condition = self.condition(row.condition, exact=True)
        if row.kind == k.BETTER_OF:
            members = [
                self.benefit(member)
                for member in m[row.step : row.step_end]
                if self.verdict(self.program.tables.benefits[member].condition, exact=True)[0] != k.FALSE
            ]
            at = self.listed(members)
            return self.benefits.one((condition, 0, 0, 0, 0, at, at + len(members), row.kind), number)
        excluded = self.excluded(m[row.exclusion : row.exclusion_end])
        required = self.required(m[row.requirement : row.requirement_end])
        steps = self.steps.run(self.stepped(range(row.step, row.step_end)))
        return self.benefits.one(
            (condition, excluded[0], excluded[1], required[0], required[1], *steps, row.kind), number
        )

    def excluded(self, exclusions: Iterable[int]) -> tuple[int, int]:
        """Exclusions that can still hold or be open, up to the first that does."""
        kept = []
        for number in exclusions:
            verdict, _ = self.verdict(self.program.tables.exclusions[number].condition)
            if verdict != k.FALSE:
                kept.append(self.exclusion(number))
            if verdict in (k.TRUE, k.UNKNOWN):
                break
        at = self.listed(kept)
        return at, at + len(kept)

    def exclusion(self, number: int) -> int:
        """An exclusion."""
        row = self.program.tables.exclusions[number]
        return self.exclusions.one((self.condition(row.condition), row.outcome), number)

    def required(self, requirements: Iterable[int]) -> tuple[int, int]:
        """Requirements that bind or may, up to the first that cannot be told."""
        kept = []
        for number in requirements:
            row = self.program.tables.requirements[number]
            exempt = [self.verdict(each) for each in self.m[row.exempt : row.exempt_end]]
            verdict, _ = self.verdict(row.condition)
            if verdict == k.FALSE or k.TRUE in (each for each, _ in exempt):
                continue
            kept.append(self.requirement(number))
            if verdict == k.UNKNOWN and all(each != OPEN for each, _ in exempt):
                break
        at = self.listed(kept)
        return at, at + len(kept)

    def requirement(self, number: int) -> int:
        """A requirement, bound or open."""
        row, m = self.program.tables.requirements[number], self.m
        open_exempt = [each for each in m[row.exempt : row.exempt_end] if self.verdict(each)[0] == OPEN]
        at = self.listed([self.condition(each) for each in open_exempt])
        advance = -1
        if row.advance >= 0 and self.verdict(row.advance)[0] in (k.TRUE, OPEN):
            advance = self.condition(row.advance)
            advance = self.listed([1, 0, 0]) if advance < 0 else advance  # one alternative that asks nothing
        outcomes = self.listed(m[row.outcomes : row.outcomes + k.FAILURES])
        record = row._replace(
            condition=self.condition(row.condition), exempt=at, exempt_end=at + len(open_exempt), outcomes=outcomes,
            advance=advance,
        )  # fmt: skip
        return self.requirements.one(tuple(record), number)

    def stepped(self, steps: Iterable[int]) -> Iterable[tuple[Record, int]]:
        """Steps that are or may be taken, up to the first that cannot be told."""
        for number in steps:
            row: StepRow = self.program.tables.steps[number]
            verdict, _ = self.verdict(row.condition)
            if verdict == k.FALSE:
                continue
            yield self.step(number, self.condition(row.condition)), number
            if verdict == k.UNKNOWN:
                return

    def step(self, number: int, condition: int) -> Record:
        """A step, its operand worked out where the situation knows it."""
        row: StepRow = self.program.tables.steps[number]
        a, a_fact, c = row.a, row.a_fact, row.c
        if a_fact >= 0 and row.kind != k.BANDS and not self.is_live(a_fact):
            s = self.m[k.H_STEPS] + number * k.STEP_SIZE
            a, a_fact = kernel.operand(self.m, s, self.x, 0, self.shift), -1
        if row.kind in (k.BANDS, k.TRANCHES):
            width = 2 if row.kind == k.BANDS else 3
            c = self.listed(self.m[c : c + 1 + width * self.m[c]])
        return tuple(row._replace(a=a, a_fact=a_fact, c=c, condition=condition))

    # --- conditions ---

    def is_live(self, column: int) -> bool:
        """Whether a column differs from line to line within the situation."""
        return (column < k.FIXED and column != k.SERVICE) or column in self.live

    def alternatives(self, c: int) -> list[range]:
        """Tests of each alternative of a condition."""
        m = self.m
        return [range(m[c + 1 + 2 * a], m[c + 2 + 2 * a]) for a in range(m[c])]

    def verdict(self, c: int, *, exact: bool = False) -> tuple[int, int]:
        """Truth of a condition in the situation, with the test that decided it; OPEN where only the line can tell.

        exact: also OPEN where it is false anyway, but which test says so is for the line to tell.
        """
        if c < 0:
            return k.TRUE, -1
        opened = missed = nearest = -1
        undecided = False
        for tests in self.alternatives(c):
            verdict, number = self.alternative(tests, exact=exact)
            if verdict == k.TRUE:
                return k.TRUE, -1
            undecided = undecided or verdict == OPEN
            if verdict == k.UNKNOWN and opened < 0:
                opened = number
            if verdict == k.FALSE and number - tests.start > nearest:
                nearest, missed = number - tests.start, number
        if undecided:
            return OPEN, -1
        return (k.UNKNOWN, opened) if opened >= 0 else (k.FALSE, missed)

    def alternative(self, tests: range, *, exact: bool) -> tuple[int, int]:
        """Truth of one alternative, with the test that decided it."""
        hole = -1
        undecided = False
        for number in tests:
            verdict = self.told[number]
            if verdict == k.FALSE and not (exact and undecided):
                return k.FALSE, number
            undecided = undecided or verdict == OPEN
            if verdict == k.UNKNOWN and hole < 0:
                hole = number
        if undecided:
            return OPEN, -1
        return (k.UNKNOWN, hole) if hole >= 0 else (k.TRUE, -1)

    def condition(self, c: int, *, exact: bool = False) -> int:
        """What is left of a condition: nothing where it holds, one constant test where it does not, else the same
        tests with those that are told already made constant, so that the nearest miss stays the nearest."""
        verdict, test = self.verdict(c, exact=exact)
        if verdict == k.TRUE:
            return -1
        if verdict != OPEN:
            alternatives = [[(self.constant(verdict, test), test)]] if test >= 0 else []
        else:
            alternatives = [[(self.left(number), number) for number in each] for each in self.alternatives(c)]
        runs = [self.tests.run(each) for each in alternatives]
        return self.listed([len(runs), *chain.from_iterable(runs)])

    def left(self, number: int) -> Record:
        """What is left of a test."""
        test: TestRow = self.program.tables.tests[number]
        verdict = self.told[number]
        if verdict != OPEN:
            return self.constant(verdict, number)
        if test.kind == k.USED:
            step = self.steps.one(self.step(test.fact, -1), test.fact)
            return tuple(test._replace(fact=step))
        return tuple(test)

    def constant(self, verdict: int, number: int) -> Record:
        """A test that comes out the same on every line."""
        if verdict == k.UNKNOWN:
            return (k.ONE_OF, NOTHING, 0, 0, self.program.tables.tests[number].pend)
        return (k.KNOWN, k.SERVED, int(verdict == k.TRUE), 0, 0)

    def listed(self, entries: Iterable[int]) -> int:
        """Where a list stands in the index."""
        key = tuple(entries)
        if key not in self.lists:
            self.lists[key] = len(self.index)
            self.index += key
        return self.lists[key]

    # --- laid out for the kernel ---

    def columns(self) -> tuple[list[int], list[int]]:
        """Columns of the whole program that the cases still look at: common ones, and those of a cover's block."""
        used: set[int] = set()
        for kind, fact, a, _, _ in self.tests.records:
            if kind != k.USED:
                used |= {fact, a} if kind in (k.BELOW_FACT, k.AT_MOST_FACT) else {fact}
        for record in self.steps.records:
            step = StepRow(*record)
            used |= {step.entity, step.period, step.window, step.counts, step.a_fact}
            used |= {step.b} if step.kind == k.PROPORTION else set()
        used |= {record[k.R_DATED] for record in self.requirements.records}
        own = sorted(column for column in used if column >= k.FIXED)
        first = self.program.tables.columns
        return [c for c in own if c < first], [c for c in own if c >= first]

    def layout(self, depth: int) -> Layout:
        """All cases found so far as memory of the kernel, for lines with so many cover slots."""
        common, block = self.columns()
        places = {NOTHING: k.FIXED, **{column: column for column in range(-1, k.FIXED)}}
        places |= {column: k.FIXED + 1 + number for number, column in enumerate(common)}
        first = k.FIXED + 1 + len(common)
        places |= {column: first + 1 + number for number, column in enumerate(block)}
        index = list(self.index)
        starts = [_ranges(index, rows) for rows in (self.candidates, self.refusals)]
        parts: list[list[int]] = [index]
        begins: list[int] = []
        for records in (
            [self._test(record, places) for record in self.tests.records],
            [self._step(record, places) for record in self.steps.records],
            self.benefits.records,
            self.exclusions.records,
            [_at(record, k.R_DATED, places) for record in self.requirements.records],
            [self.program.tables.sets],
        ):
            begins.append(sum(map(len, parts)))
            parts.append(list(chain.from_iterable(records)))
        memory = list(chain.from_iterable(parts))
        width = 1 + len(block)
        head = [first, width, depth, first + depth * width, 1, starts[0], starts[1], *begins, 0]
        memory[: len(head)] = head
        return Layout(memory, common, block, depth, self.covers[:], self.rows())

    @staticmethod
    def _test(record: Record, places: dict[int, int]) -> Record:
        kind, fact, a, b, pend = record
        a = places[a] if kind in (k.BELOW_FACT, k.AT_MOST_FACT) else a
        return kind, fact if kind == k.USED else places[fact], a, b, pend

    @staticmethod
    def _step(record: Record, places: dict[int, int]) -> Record:
        for column in (k.S_ENTITY, k.S_PERIOD, k.S_WINDOW, k.S_COUNT, k.S_A_FACT):
            record = _at(record, column, places)
        return _at(record, k.S_B, places) if record[k.S_KIND] == k.PROPORTION else record

    def rows(self) -> dict[int, list[int]]:
        """For each kind of row, the numbers in the whole program of the rows numbered here."""
        return {
            k.ROW_TEST: self.tests.origins[:], k.ROW_STEP: self.steps.origins[:],
            k.ROW_EXCLUSION: self.exclusions.origins[:], k.ROW_REQUIREMENT: self.requirements.origins[:],
            k.ROW_BENEFIT: self.benefits.origins[:], k.ROW_NOTHING: self.covers[:],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layout:
    """The cases of a program, ready for the kernel. memory: as of `program_memory`, a case number in place of a cover.

    common, block: the columns of the whole program that follow the fixed ones, behind one that is always missing, and
    those that follow the case in each of `depth` slots. covers: of each case. rows: see `Situations.rows`.
    """

    memory: list[int]
    common: list[int]
    block: list[int]
    depth: int
    covers: list[int]
    rows: dict[int, list[int]]

    @property
    def first(self) -> int:
        """Where the first slot begins."""
        return k.FIXED + 1 + len(self.common)

    @property
    def width(self) -> int:
        """Columns of a slot."""
        return 1 + len(self.block)

    @property
    def stride(self) -> int:
        """Columns of a line."""
        return self.first + self.depth * self.width


def _at(record: Record, place: int, places: dict[int, int]) -> Record:
    """A record with the column at a place numbered anew."""
    return (*record[:place], places[record[place]], *record[place + 1 :])


def _ranges(index: list[int], rows: Sequence[Record]) -> int:
    """Write lists into the index, then a table of their starts and the end; returns where that table stands."""
    starts = []
    for row in rows:
        starts.append(len(index))
        index += row
    starts.append(len(index))
    index += starts
    return len(index) - len(starts)
