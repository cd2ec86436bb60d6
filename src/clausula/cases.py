"""Golden cases: `cases.toml` beside a plan. A sentence, a situation, what must come out, and the arithmetic why.

    [[case]]
    name    = "UV-08 G1: nine days in the general ward pay 1 350"
    clause  = "uv-1.6"
    because = "9 days x 150"
    given.lines  = [{ service = "hospital/stay", served_on = 2026-03-01, charged = 9000, ward = "general", … }]
    expect       = { outcome = "covered", cash = "9 * 150" }

`expect` may speak of all lines together (paid, cash, borne, outcome …), of single lines (`lines = [{ nth = "1-20", …
}]`), of what is left, of premiums, enrolment, endings, opening hours, service levels, and of the guide.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from clausula import questions
from clausula.adjudicate import adjudicate
from clausula.book import Book
from clausula.codes import ROW_TEST
from clausula.decision import Adjudication, Decision
from clausula.findings import Finding, Place, PlanError
from clausula.plan import Benefit
from clausula.positions import Positions
from clausula.situation import InputError, Situation, amount, read_situation
from clausula.sources import LineError

AMOUNTS = ("charged", "paid", "cash", "borne", "advanced", "paid_by_others")
OF_LINES = {*AMOUNTS, "outcome", "reason", "clause", "benefit", "output", "by", "nth"}
KEYS: Mapping[str, tuple[type[Any], str]] = {
    "name": (str, "a text"), "clause": (str, "a text"), "because": (str, "a text"), "plan": (str, "the id of a plan"),
    "given": (dict, "a table"), "expect": (dict, "a table"), "parameters": (dict, "a table"),
    "rules": (list, "a list of rule ids"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """One golden case of a plan."""

    name: str
    plan: str
    given: Mapping[str, Any]
    expect: Mapping[str, Any]
    because: str = ""
    clause: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    place: Place = field(default_factory=Place)

    def rules(self) -> set[str]:
        """Rule ids the name speaks of ("UV-08")."""
        return set(re.findall(r"\b[A-Z]{2}-X?\d{1,2}\b", self.name))


@dataclass(frozen=True, slots=True)
class Result:
    """A case and what was wrong with it (nothing: it passed); the decisions taken, for coverage and for reading."""

    case: Case
    wrong: tuple[str, ...]
    decisions: tuple[Decision, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether everything expected came out."""
        return not self.wrong


def load_cases(path: Path, plan: str) -> list[Case]:
    """Read a case file. Raises PlanError with places for what cannot be read."""
    try:
        source = path.read_text(encoding="utf-8")
        data = tomllib.loads(source, parse_float=Decimal)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        line = re.search(r"at line (\d+)", str(error))
        place = Place(str(path), int(line[1]) if line else 0)
        raise PlanError(
            [
                Finding(
                    "not-toml",
                    f"cannot read the cases: {error}",
                    place,
                    "every case begins with [[case]]; texts stand in quotation marks",
                )
            ]
        ) from None
    where = Positions(source, str(path))
    findings: list[Finding] = []
    cases: list[Case] = []
    entries = data.get("case", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        findings.append(Finding("bad-case", "`case` is no list of cases", Place(str(path), 1), "write [[case]]"))
        entries = []
    for nth, entry in enumerate(entries):
        place = where.place(where.entry("case", nth), "name")
        what = _amiss(entry)
        if what:
            findings.append(Finding("bad-case", what, place, "keys are " + ", ".join(sorted(KEYS))))
            continue
        told = {key: value for key, value in entry.items() if key != "rules"}
        cases.append(Case(**{"plan": plan, "given": {}, **told}, place=place))
    if set(data) - {"case"}:
        findings.append(Finding("unknown-block", f"do not know {min(set(data) - {'case'})!r}", Place(str(path), 1)))
    if findings:
        raise PlanError(findings)
    return cases


def _amiss(entry: Mapping[str, Any]) -> str:
    """What is wrong with the keys of a case."""
    unknown = set(entry) - set(KEYS)
    if unknown:
        return f"do not know {min(unknown)!r}"
    if "name" not in entry or not entry.get("expect"):
        return "a case needs a name and something to expect"
    return next((f"{key} is {KEYS[key][1]}, not {told!r}" for key, told in entry.items() if not _is(key, told)), "")


def _is(key: str, told: Any) -> bool:
    return isinstance(told, KEYS[key][0]) and (key != "rules" or all(isinstance(rule, str) for rule in told))


def run_case(book: Book, case: Case) -> Result:
    """Answer a case's question and compare."""
    try:
        if case.parameters:
            book = book.with_parameters({case.plan: case.parameters})
        given = {key: value for key, value in case.given.items() if key not in questions.EXTRA}
        situation = read_situation(given, book, "given", case.plan)
        done = adjudicate(book, situation.household, situation.lines, situation.usage, providers=situation.providers)
        wrong = list(_compare(book, case, situation, done))
        wrong += _why(done) if wrong else ()
    except (InputError, LineError, PlanError, KeyError, ValueError) as error:
        return Result(case, (f"{type(error).__name__}: {error}",))
    return Result(case, tuple(wrong), done.decisions)


MOST_REASONS = 5


def _why(done: Adjudication) -> list[str]:
    """Why lines were not paid in full, for who wonders at an amount; an open answer first."""
    told = [
        f"line {decision.line.id} is {decision.outcome} because of {decision.code}: {_sentence(decision)}"
        for decision in sorted(done.decisions, key=lambda each: not each.outcome.startswith("needs"))
        if decision.outcome not in ("covered", "partly")
    ]
    return told[:MOST_REASONS]


def _sentence(decision: Decision) -> str:
    """What is not known, or the clause that refused."""
    if decision.reason >= 0 and decision.reason >> 24 == ROW_TEST and decision.outcome.startswith("needs"):
        fact = decision.program.tests[decision.reason & 0xFFFFFF][0].fact
        return f"nobody says what {fact} is (state it in the case, or give the rule if_missing)"
    plan, clause = decision.program.clause(decision.reason)
    return f"clause {clause} of {plan}" if clause else f"{plan} says nothing of it"


def _compare(book: Book, case: Case, situation: Situation, done: Adjudication) -> Iterable[str]:
    expect = dict(case.expect)
    decisions = done.decisions
    for key in [key for key in expect if key in OF_LINES]:
        yield from _all_lines(key, expect.pop(key), decisions)
    position = 0
    for entry in _tables(expect.pop("lines", []), "expect.lines"):
        chosen, position = _chosen(entry, decisions, position)
        if not chosen:
            yield f"there is no line {entry.get('nth', position + 1)}"
        for decision in chosen:
            for key, wanted in entry.items():
                if key != "nth":
                    yield from (f"line {decision.line.id}: {each}" for each in _one_line(key, wanted, decision))
    asked = questions.Asked(book, case.plan, case.given, situation, done)
    for key, wanted in expect.items():
        if key not in questions.ANSWERS:
            known = ", ".join(sorted({*OF_LINES, "lines", *questions.ANSWERS}))
            yield f"do not know what to expect of {key!r}: use {known}"
            continue
        found = questions.ANSWERS[key](asked)
        yield from questions.differences(key, wanted, found)


def _table(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InputError(where, f"expected a table, found {value!r}")
    return value


def _tables(value: Any, where: str) -> list[Mapping[str, Any]]:
    if not isinstance(value, list):
        raise InputError(where, f"expected a list of tables, found {value!r}")
    return [_table(entry, where) for entry in value]


def _chosen(entry: Mapping[str, Any], decisions: Sequence[Decision], position: int) -> tuple[Sequence[Decision], int]:
    nth = entry.get("nth")
    if nth is None:
        return decisions[position : position + 1], position + 1
    found = re.fullmatch(r"(\d+)(?:-(\d+))?", str(nth))
    if not found:
        return (), position
    last = int(found[2] or found[1])
    return decisions[int(found[1]) - 1 : last] if last <= len(decisions) else (), last


def _granting(decision: Decision) -> Benefit:
    """The benefit that granted the line; where none did, the first that fitted."""
    fitted = [(cover.outcome, cover.benefit) for cover in decision.covers if cover.benefit is not None]
    granted = [each for each in fitted if each[0] in ("covered", "partly")]
    return next((benefit for _, benefit in granted or fitted), Benefit(id=""))


def _figure(wanted: Any, key: str) -> str:
    """An expected amount, with the arithmetic where it was written so."""
    exact = amount(wanted, key)
    return f"{exact} ({wanted})" if str(wanted) != str(exact) else str(exact)


def _all_lines(key: str, wanted: Any, decisions: Sequence[Decision]) -> Iterable[str]:
    if key in AMOUNTS:
        total = sum((getattr(decision, key) for decision in decisions), Decimal(0))
        if total != amount(wanted, key):
            yield f"{key} is {total}, expected {_figure(wanted, key)}"
        return
    if not decisions:
        yield f"{key}: no line was decided"
    for decision in decisions:
        yield from (f"line {decision.line.id}: {each}" for each in _one_line(key, wanted, decision))


def _one_line(key: str, wanted: Any, decision: Decision) -> Iterable[str]:
    if key in AMOUNTS:
        found = getattr(decision, key)
        if found != amount(wanted, key):
            yield f"{key} is {found}, expected {_figure(wanted, key)}"
    elif key == "by":
        for plan, share in _table(wanted, "expect.by").items():
            paid = decision.amount(sum(cover.paid for cover in decision.covers if cover.plan == plan))
            if paid != amount(share, plan):
                yield f"{plan} pays {paid}, expected {_figure(share, plan)}"
    else:
        told: Mapping[str, Callable[[], Any]] = {
            "benefit": lambda: _granting(decision).id,
            "output": lambda: dict(_granting(decision).output),
            "outcome": lambda: decision.outcome,
            "reason": lambda: decision.code,
            "clause": lambda: decision.program.clause(decision.reason)[1],
        }
        if key not in told:
            yield f"do not know what to expect of {key!r} of a line"
        elif told[key]() != wanted:
            yield f"{key} is {told[key]() or 'nothing'}, expected {wanted}" + (
                f" (reason {decision.code})" if decision.code else ""
            )
