"""Forms: a row of numbers filled in as far as many lines share it, and what is still to be written for each of them.

The lines of a person for one service and provider differ in day, amounts and what they state. All else is worked out
once and copied, so that a single line costs little more than the numbers it brings.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from clausula import codes as k
from clausula.codes import MISSING
from clausula.facts import DERIVATIONS, FactError, Spec, encode
from clausula.household import Line
from clausula.needs import Needs
from clausula.program import Column, Program
from clausula.sources import Context, Source, day_kind_of, elsewhere, is_dated, window

LARGEST_MEMO = 50_000
"""Different values of a fact whose number is remembered."""

MOVING = frozenset({"received_on", "time", "episode", "stay", "indication", "day_kind"})
"""Facts that follow from a field of the line: they may change from line to line without being stated as facts."""

Write = Callable[[Line, "array[int]"], int]
"""The number of one column of a line, from the line and from its row as far as it is written."""

Number = Callable[..., int]
"""Numbers entities: ("person", "anna") -> 1."""


class Form(NamedTuple):
    """A row with everything in it that its lines share; `writes` are the columns to write for each, in this order.

    born: ordinal of the person's birth, before which no line can be.
    """

    row: array[int]
    writes: tuple[tuple[int, Write], ...]
    born: int


@dataclass(frozen=True, slots=True)
class Reader:
    """How a column is filled, with everything that is the same for all households worked out beforehand.

    code: turns a value into its number. stated: the number of what the line states. unstated: what stands there where
    nobody states the fact and nothing follows. places: the columns a derived fact is made of (-1: nobody asks for it),
    with whether they stand in the cover's block.
    """

    spec: Spec
    index: int
    source: Source
    code: Callable[[Any], int]
    stated: Write
    unstated: int
    places: tuple[tuple[int, bool], ...]
    country: str

    def fill(
        self, context: Context, shift: int, names: frozenset[str], row: array[int], moving: set[int], number: Number
    ) -> int | Write:
        """The number of the column where it is the same for all lines of a form, else how it is written for each.

        names: facts the lines state. moving: columns of the row that change from line to line.
        """
        fact = self.spec.id
        if self.spec.derive == "entity":
            return self._entity(context, names, number)
        if fact in names:
            return self.stated
        if fact in MOVING or (fact == "provider.lists" and is_dated(context.provider)):
            return self._of_field(context)
        value = self.source(context)
        if value is not None:
            return self.code(value)
        return self._derived(shift, row, moving) if self.spec.derive else self.unstated

    def _of_field(self, context: Context) -> Write:
        source, code, unstated, country = self.source, self.code, self.unstated, self.country
        is_day_kind = self.spec.id == "day_kind"

        def write(line: Line, _row: array[int]) -> int:
            mine = context._replace(line=line)
            value = source(mine)
            if value is None and is_day_kind:
                value = day_kind_of(mine, country)
            return unstated if value is None else code(value)

        return write

    def _entity(self, context: Context, names: frozenset[str], number: Number) -> int | Write:
        """The number of what a fact of the line names (a tooth, an accident), for this person."""
        fact, person = self.spec.values[0], context.person.id
        source = elsewhere(fact, "line")
        if fact in names:
            return lambda line, _row: number(fact, person, str(line.facts[fact]))

        def write(line: Line, _row: array[int]) -> int:
            value = source(context._replace(line=line))
            return MISSING if value is None else number(fact, person, str(value))

        return write if fact in MOVING else write(context.line, array("q"))

    def _derived(self, shift: int, row: array[int], moving: set[int]) -> int | Write:
        if self.spec.derive == "window":
            spec = self.spec
            return lambda _line, row: int(window(spec, row[k.SERVED]))
        places = [shift + at if block else at for at, block in self.places]
        if any(at < 0 or (at not in moving and row[at] == MISSING) for at in places):
            return MISSING
        worked_out = remembered(self.spec.derive)
        if not moving.intersection(places):
            return worked_out(*(row[at] for at in places))
        if moving.intersection(places) == {k.SERVED}:
            return _of_known(worked_out, *places)
        return _of_any(worked_out, places)


def _of_known(worked_out: Callable[..., int], first: int, second: int = -1) -> Write:
    if second < 0:
        return lambda _line, row: worked_out(row[first])
    return lambda _line, row: worked_out(row[first], row[second])


def _of_any(worked_out: Callable[..., int], places: Iterable[int]) -> Write:
    def write(_line: Line, row: array[int]) -> int:
        args = [row[at] for at in places]
        return MISSING if MISSING in args else worked_out(*args)

    return write


@lru_cache(maxsize=64)
def remembered(derive: str) -> Callable[..., int]:
    """A derivation on whole numbers that remembers the last answers: many lines are of the same days."""
    derivation = DERIVATIONS[derive]
    return lru_cache(maxsize=10_000)(lambda *args: int(derivation(*args)))


def coder(program: Program, spec: Spec) -> tuple[Callable[[Any], int], Write]:
    """What turns values of a fact into numbers, and what does so with the value a line states; both remember them.

    They raise FactError for what is not of the fact's kind.
    """
    fact, names, atoms = spec.id, program.set_names.get(spec.id, {}), program.atoms.get(spec.id)
    memo: dict[tuple[type, Any], int] = {}

    def code(value: Any) -> int:
        try:
            return memo[value.__class__, value]
        except KeyError:
            found = encode(spec, value, program.currency, names, atoms)
        except TypeError:
            raise FactError(fact, f"{value!r} is not a plain value") from None
        if len(memo) < LARGEST_MEMO:
            memo[value.__class__, value] = found
        return found

    def stated(line: Line, _row: array[int]) -> int:
        value = line.facts[fact]
        try:
            return memo[value.__class__, value]
        except (KeyError, TypeError):
            return code(value)

    return code, stated


def reader(program: Program, column: Column, columns: dict[str, Column]) -> Reader:
    """How a column of a program is filled."""
    spec = column.spec
    code, stated = coder(program, spec)
    found = [columns.get(name) for name in spec.args]
    places = tuple(
        (k.SERVED if name == "served_on" else each.index if each else -1, bool(each and each.block))
        for name, each in zip(spec.args, found, strict=True)
    )
    unstated = MISSING if spec.unless_stated is None else code(spec.unless_stated)
    country = program.covers[0].plan.country
    return Reader(spec, column.index, elsewhere(spec.id, spec.of), code, stated, unstated, places, country)


class Readers(NamedTuple):
    """The columns to fill: common ones, and those that repeat in the block of every cover."""

    common: tuple[Reader, ...]
    block: tuple[Reader, ...]


def readers(program: Program, covers: tuple[int, ...], service: int | None) -> Readers:
    """The columns that some covers can look at for a service (None: all columns), kept in the program."""
    cache: dict[Any, Readers] = program.cache.setdefault("readers", {})
    found = cache.get((covers, service))
    if found is None:
        if "reader" not in program.cache:
            columns = {column.spec.id: column for column in program.columns}
            program.cache["needs"] = Needs(program)
            program.cache["reader"] = [reader(program, column, columns) for column in program.columns]
        needs: Needs = program.cache["needs"]
        wanted = (
            needs.everything if service is None else frozenset().union(*(needs.of(cover, service) for cover in covers))
        )
        parts: tuple[list[Reader], list[Reader]] = ([], [])
        for place in sorted(wanted):
            parts[program.columns[place].block].append(program.cache["reader"][place])
        found = cache[covers, service] = Readers(tuple(parts[0]), tuple(parts[1]))
    return found


def fill(
    chosen: Readers, row: array[int], contexts: Iterable[tuple[int, Context]], names: frozenset[str], number: Number
) -> list[tuple[int, Write]]:
    """Fill a row with what lines of the same kind share; returns what is to be written for each of them.

    contexts: what facts are read from, with how far the block they stand in is shifted: 0 for the common columns, then
    the place of each cover's block. names: the facts the lines state.
    """
    moving = {k.SERVED}
    writes: list[tuple[int, Write]] = []
    for shift, context in contexts:
        for each in chosen.block if shift else chosen.common:
            found = each.fill(context, shift, names, row, moving, number)
            if isinstance(found, int):
                row[shift + each.index] = found
            else:
                writes.append((shift + each.index, found))
                moving.add(shift + each.index)
    return writes
