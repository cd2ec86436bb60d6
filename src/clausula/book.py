"""A book of plans: a folder of plan texts with its catalogue and tables, loaded once, asked many times.

    book = clausula.load_plans()                # the plans that come with Clausula
    book = clausula.load_plans("my/plans")      # an insurer's own, with the bundled catalogue under them

An edition is read once for every stretch of time in which the dated numbers it refers to stay the same: a *slice*.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path, PurePath, PurePosixPath
from typing import Any

from clausula.catalogue import Catalogue, in_order, load_catalogue
from clausula.findings import Finding, Place, PlanError
from clausula.plan import Parameter, Plan
from clausula.reader import Reading, read_head, read_plan
from clausula.tables import Table, load_tables
from clausula.values import PlanValueError

MOST_SLICES = 400
"""Days on which the numbers of one edition may change."""

Parameters = Mapping[str, Mapping[str, Any]]
"""Parameter values by plan id: {"ch/assura/ultra-varia": {"cap_scope": "calendar year"}}."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A plan as it stands from a day to a day (both inclusive): every number in it is fixed."""

    plan: Plan
    start: date
    until: date | None

    def holds(self, day: date) -> bool:
        """Whether the day lies in the slice."""
        return self.start <= day and (self.until is None or day <= self.until)


@dataclass(slots=True)
class Book:
    """Plans by id, with catalogue and tables. Plans are read when first asked for."""

    catalogue: Catalogue
    tables: dict[str, Table]
    files: dict[str, list[Path]] = field(default_factory=dict)
    parameters: Parameters = field(default_factory=dict)
    _texts: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    _slices: dict[str, tuple[Slice, ...]] = field(default_factory=dict)
    _readings: dict[str, Book] = field(default_factory=dict)
    programs: dict[frozenset[str], Any] = field(default_factory=dict)

    def ids(self) -> list[str]:
        """Ids of all plans, sorted."""
        return sorted({*self.files, *self._texts})

    def add(self, source: str, file: str = "plan.md") -> str:
        """Add a plan text that is no file; returns its id. Raises PlanError."""
        plan, findings = read_plan(source, file, lookup=lambda reference, _: self._any(reference))
        if plan is None:
            raise PlanError(findings)
        self._texts.setdefault(plan.id, []).append((source, file))
        self._slices.clear()
        self._readings.clear()
        self.programs.clear()
        return plan.id

    def _any(self, reference: str) -> Any:
        table, _, key = reference.partition(":")
        values = self.tables[table].values.get(key) if table in self.tables else None
        if not values:
            raise PlanValueError(f"no table answers @{reference}", "put the value into plans/tables")
        return values[-1].value

    def with_parameters(self, parameters: Parameters) -> Book:
        """The same book with other parameter values: another reading of the open questions.

        Raises PlanError for a plan there is none of, or a parameter that the plan does not have.
        """
        for plan, values in parameters.items():
            known = {rule.id for rule in self.slices(plan)[0].plan.of(Parameter)}
            for name in values:
                if name not in known:
                    near = get_close_matches(name, known, 1)
                    mend = f"did you mean {near[0]}?" if near else "it has " + (", ".join(sorted(known)) or "none")
                    raise PlanError([Finding("unknown-parameter", f"{plan} has no parameter {name!r}", Place(), mend)])
        return self._reading(parameters)

    def _reading(self, parameters: Parameters) -> Book:
        """The same book with other parameter values, kept."""
        merged = {plan: {**self.parameters.get(plan, {}), **values} for plan, values in parameters.items()}
        key = repr(sorted((plan, sorted(values.items())) for plan, values in merged.items()))
        if merged == {plan: self.parameters.get(plan, {}) for plan in merged}:
            return self
        if key not in self._readings:
            parameters = {**self.parameters, **merged}
            self._readings[key] = Book(self.catalogue, self.tables, self.files, parameters, self._texts)
        return self._readings[key]

    def complete(self) -> Book:
        """The same book with all texts in it, so that it can be sent to where its files are not. Raises PlanError."""
        texts = {plan: self.texts(plan) for plan in self.ids()}
        return Book(self.catalogue, self.tables, {}, self.parameters, texts)

    def slices(self, plan_id: str) -> tuple[Slice, ...]:
        """All slices of a plan, in time order. Raises PlanError when there is no such plan or it cannot be read."""
        if plan_id not in self._slices:
            found: list[Slice] = []
            findings: list[Finding] = []
            for source, file in self.texts(plan_id):
                slices, wrong = self._read(source, file)
                found += slices
                findings += wrong
            found.sort(key=lambda each: each.start)
            for one, following in pairwise(found):
                if one.until is None or one.until >= following.start:
                    message = f"this edition begins on {following.start}, before the one from {one.start} has ended"
                    mend = f"give the earlier one until = {following.start - timedelta(days=1)}"
                    findings.append(
                        Finding("editions-overlap", message, following.plan.place, mend, also=one.plan.place)
                    )
            if findings:
                raise PlanError(findings)
            self._slices[plan_id] = tuple(found)
        return self._slices[plan_id]

    def texts(self, plan_id: str) -> list[tuple[str, str]]:
        """The plan's texts (one an edition) with their file names. Raises PlanError."""
        texts = list(self._texts.get(plan_id, []))
        texts += [(path.read_text(encoding="utf-8"), str(path)) for path in self.files.get(plan_id, [])]
        if not texts:
            known = ", ".join(self.ids()) or "none"
            raise PlanError([Finding("no-plan", f"there is no plan {plan_id!r}", Place(), f"plans here: {known}")])
        return texts

    def plan(self, plan_id: str, on: date) -> Plan:
        """The plan as it stands on a day. Raises PlanError when no edition holds then."""
        for each in self.slices(plan_id):
            if each.holds(on):
                return each.plan
        raise PlanError([Finding("no-edition", f"no edition of {plan_id} holds on {on}", Place())])

    def _read(self, source: str, file: str) -> tuple[list[Slice], list[Finding]]:
        """Read a text once for every stretch between changes of the numbers it refers to."""
        first, findings = self._at(source, file, None)
        if first is None or any(finding.severity == "error" for finding in findings):
            return [], findings
        found: list[Slice] = []
        days = [first.start, *self._changes(source, file, first)]
        if len(days) > MOST_SLICES:
            message = f"the numbers of this edition change {len(days)} times, more than {MOST_SLICES}"
            return [], [Finding("too-large", message, first.place, "end the edition earlier")]
        for day, following in zip(days, [*days[1:], None], strict=True):
            plan, wrong = self._at(source, file, day)
            if plan is None or wrong:
                return [], wrong
            until = first.until if following is None else following - timedelta(days=1)
            found.append(Slice(plan, day, until))
        return found, []

    def _changes(self, source: str, file: str, plan: Plan) -> list[date]:
        reading: list[str] = []
        self._at(source, file, plan.start, reading)
        days: set[date] = set()
        for reference in reading:
            table, _, key = reference.partition(":")
            days |= set(self.tables[table].changes(key))
        if plan.extends:
            days |= {each.start for each in self.slices(plan.extends)}
        return sorted(day for day in days if day > plan.start and (plan.until is None or day <= plan.until))

    def _at(
        self, source: str, file: str, day: date | None, seen: list[str] | None = None
    ) -> tuple[Plan | None, list[Finding]]:
        """Read a text as of a day (None: with whatever values, to learn its head), its parent's rules first."""

        def lookup(reference: str, _place: Place) -> Any:
            if seen is not None:
                seen.append(reference)
            table, _, key = reference.partition(":")
            if table not in self.tables or key not in self.tables[table].values:
                raise PlanValueError(f"no table answers @{reference}", "put the value into plans/tables")
            try:
                return self._any(reference) if day is None else self.tables[table].on(key, day)
            except KeyError:
                raise PlanValueError(
                    f"@{reference} has no value on {day}", "give the table a value for that day"
                ) from None

        head = read_head(source, file)
        plan_id, extends, start = str(head.get("id", "")), str(head.get("extends", "")), head.get("from")
        parameters = self.parameters.get(plan_id, {})
        on = day or (start if isinstance(start, date) else date.min)
        parent = self._parent(plan_id, extends, on, parameters, Place(file, 1)) if extends else None
        plan, findings = read_plan(source, file, parameters, lookup, parent.parameters if parent else None)
        if plan is not None and parent is not None:
            plan = replace(plan, rules=(*parent.rules, *plan.rules), clauses=(*parent.clauses, *plan.clauses))
        elif plan is not None and plan.extends:
            findings.append(Finding("no-parent", f"there is no plan {plan.extends!r} to extend", plan.place))
        return plan, findings

    def _parent(
        self, plan_id: str, extends: str, day: date, parameters: Mapping[str, Any], place: Place
    ) -> Plan | None:
        """The plan another one extends, as it stands on a day, with the parameter values given for its heir."""
        if extends == plan_id or extends not in self.ids():
            return None
        self._no_circle(plan_id, extends, place)
        book = self._reading({extends: parameters}) if parameters else self
        return book.plan(extends, day)

    def _no_circle(self, plan_id: str, extends: str, place: Place) -> None:
        """Raise PlanError where a plan extends one that extends it again."""
        path, following = [plan_id], extends
        while following in self.ids():
            if following in path:
                message = "these plans extend each other: " + " -> ".join((*path, following))
                raise PlanError([Finding("circle", message, place, "a plan extends a more general one")])
            path.append(following)
            heads = [read_head(source, file) for source, file in self.texts(following)]
            following = next((str(head["extends"]) for head in heads if "extends" in head), "")


__all__ = ["Book", "Parameters", "Reading", "Slice", "book_of", "bundled_plans", "load_plans"]


def bundled_plans() -> Path:
    """The folder of the plans that come with Clausula (CLAUSULA_PLANS overrides it)."""
    if named := os.environ.get("CLAUSULA_PLANS"):
        return Path(named)
    inside = Path(__file__).parent / "plans"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "plans"


def plan_files(folder: Path) -> Iterator[Path]:
    """The plan texts of a folder."""
    return iter(
        sorted(path for path in folder.rglob("*.md") if path.name == "plan.md" or path.parent.name == "editions")
    )


def load_plans(
    folder: str | Path | Sequence[str | Path] | None = None,
    parameters: Parameters | None = None,
    *,
    bundled: bool = True,
) -> Book:
    """Load the plans of a folder: every `plan.md` in it, its `catalogue` and its `tables`.

    folder: None for the plans that come with Clausula; of several, what a later one holds (a plan by its id, a table,
    an entry of the catalogue) takes the place of what an earlier one holds. parameters: other readings of open
    questions, by plan id. bundled: whether the bundled catalogue, tables and plans lie under those of the folder.
    Raises PlanError for a folder without plans, or a catalogue or table that cannot be read; a plan is read when first
    used.
    """
    folders = [folder] if isinstance(folder, str | Path) else folder or []
    named = [Path(each) for each in folders]
    roots = [bundled_plans()] if bundled or not named else []
    for each in named:
        if each.resolve() not in [root.resolve() for root in roots]:
            roots.append(each)
    catalogue = load_catalogue(*(root / "catalogue" for root in roots))
    tables = load_tables(*(root / "tables" for root in roots))
    book = Book(catalogue, tables)
    for root in roots:
        fresh: dict[str, list[Path]] = {}
        for path in plan_files(root):
            fresh.setdefault(_plan_id(_text(path), path), []).append(path)
        book.files.update(fresh)
    for each in named:
        if not any(plan_files(each)):
            found = "this folder has no plan.md" if each.is_dir() else "there is no such folder"
            mend = "name a folder that has a plan.md in it"
            raise PlanError([Finding("no-plans", found, Place(str(each)), mend)])
    return book.with_parameters(parameters) if parameters else book


def book_of(plans: Mapping[str, str], catalogue: Catalogue, tables: Mapping[str, Table]) -> Book:
    """A book of plan texts that are no files, by the paths they go by; each is read when first used."""
    texts: dict[str, list[tuple[str, str]]] = {}
    for path in in_order(plans):
        texts.setdefault(_plan_id(plans[path], PurePosixPath(path)), []).append((plans[path], path))
    return Book(catalogue, dict(tables), _texts=texts)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PlanError(
            [Finding("not-text", f"cannot read this plan: {error}", Place(str(path)), "save it as UTF-8")]
        ) from None


def _plan_id(text: str, path: PurePath) -> str:
    """The id in a plan's head, without reading its rules; the folder's name where it has none."""
    head = text[: text.find("```", text.find("```toml") + 7)] if "```toml" in text else ""
    for line in head.splitlines():
        key, _, value = line.partition("=")
        if key.strip() == "id":
            return value.split("#")[0].strip().strip("\"'")
    return path.parent.name
