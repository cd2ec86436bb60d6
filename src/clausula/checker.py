"""Checks plans before anybody relies on them: words, figures, precedence, dates, names, and the plans' own cases.

    report = check(load_plans("my/plans"))
    print(report.render())
    report.ok                      # no error: the plans may be used

Findings are data: file, line, excerpt, caret, what to do. All are found in one run where that is possible; what the
compiler alone can see comes last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from clausula.book import Book, Slice, bundled_plans
from clausula.cases import Case, Result
from clausula.checking import amounts, coverage, editions, figures, languages, overlaps, unread, words
from clausula.checking.coverage import Hits
from clausula.checking.ground import Ground
from clausula.checking.report import PlanReport, Report
from clausula.compiler import compile_book
from clausula.findings import Finding, Place, PlanError
from clausula.money import MoneyError
from clausula.plan import Clause, Plan, Question
from clausula.reader import read_plan

MOST_SLICES = 12
"""Slices of an edition whose rules are all looked at; of longer rows the first and the last."""

__all__ = ["PlanReport", "Report", "check"]


@dataclass(slots=True)
class _Plan:
    """One plan on its way through the guards."""

    id: str
    ground: Ground | None = None
    findings: list[Finding] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    figures: tuple[int, int] | None = None

    @property
    def broken(self) -> bool:
        """Whether an error was found that makes going on useless."""
        found = [*self.findings, *(self.ground.findings if self.ground else [])]
        return self.ground is None or any(finding.severity == "error" for finding in found)


def check(
    book: Book,
    plan_ids: Iterable[str] | None = None,
    *,
    sources: Path | None = None,
    run_cases: bool = True,
    strict: bool = False,
    strict_names: bool | None = None,
) -> Report:
    """Check plans of a book (all, unless some are named).

    sources: a folder with the source texts (`.txt`), or one of them, to compare the figures of the rules with.
    run_cases: whether the golden cases beside the plans are run and what they hit is counted. strict: whether a rule no
    case hits is an error. strict_names: whether a name that lacks a language is an error; by default only in the
    bundled plans. Nothing is raised for what is wrong with a plan: it is in the report.
    """
    texts: dict[str, str] = {}
    wanted = list(dict.fromkeys(book.ids() if plan_ids is None else plan_ids))
    plans = [_looked_at(book, plan_id, texts, strict_names) for plan_id in wanted]
    for each in plans:
        if not each.broken:
            _compiled(book, each)
        if sources is not None and each.ground is not None:
            _figures(book, each, sources, texts)
    hits = Hits()
    if run_cases:
        for each in plans:
            _cases(book, each, hits)
    reports = tuple(_reported(each, hits, run_cases=run_cases, strict=strict) for each in plans)
    return Report(reports, tuple(editions.of_tables(book.tables.values())), texts)


def _looked_at(book: Book, plan_id: str, texts: dict[str, str], strict_names: bool | None) -> _Plan:
    """A plan read, and its records looked at by every guard."""
    plan = _Plan(plan_id)
    try:
        found = book.texts(plan_id)
    except (PlanError, OSError, UnicodeDecodeError) as error:
        plan.findings += _as_findings(error, Place(plan_id))
        return plan
    texts |= {file: source for source, file in found}
    lines = {file: source.splitlines() for source, file in found}
    try:
        slices = book.slices(plan_id)
    except (PlanError, RecursionError) as error:
        plan.findings += _as_findings(error, Place(found[0][1], 1))
        for source, file in found:
            _what_was_read(book, plan, source, file, lines)
        return plan
    names = _bundled(found) if strict_names is None else strict_names
    ground = Ground(book, slices[0].plan, lines, strict_names=names)
    plan.ground = ground
    for each in _chosen(slices):
        _guards(ground.at(each.plan))
    heads = {each.plan.place: each.plan for each in slices}
    editions.of_editions(ground, sorted(heads.values(), key=lambda head: head.start))
    ground.findings += ground.rest()
    return plan


def _guards(ground: Ground) -> None:
    words.guard(ground)
    unread.guard(ground)
    amounts.guard(ground)
    languages.guard(ground)
    overlaps.guard(ground)
    editions.of_ages(ground)


def _chosen(slices: tuple[Slice, ...]) -> list[Slice]:
    """The slices to look at: all, unless there are very many."""
    return list(slices) if len(slices) <= MOST_SLICES else [slices[0], slices[-1]]


def _what_was_read(book: Book, plan: _Plan, source: str, file: str, lines: dict[str, list[str]]) -> None:
    """Of a plan that cannot be read whole, look at the words of what could be read; ids in its text count as known."""
    read, _ = read_plan(source, file, lookup=lambda _reference, _place: Decimal(1))
    if read is not None:
        ids = frozenset(re.findall(r"^\s*id\s*=\s*[\"']([^\"'\n]{1,200})[\"']", source, re.MULTILINE))
        ground = Ground(book, read, lines, ids)
        words.guard(ground)
        amounts.guard(ground)
        told = {(finding.code, finding.place.line) for finding in plan.findings}
        plan.findings += [finding for finding in ground.findings if (finding.code, finding.place.line) not in told]


def _bundled(texts: Iterable[tuple[str, str]]) -> bool:
    root = bundled_plans().resolve()
    return any(root in Path(file).resolve().parents for _, file in texts)


def _compiled(book: Book, plan: _Plan) -> None:
    """The compiler as the last guard: what it refuses becomes findings."""
    try:
        compile_book(book, {plan.id})
    except (PlanError, MoneyError, RecursionError) as error:
        plan.findings += _as_findings(error, plan.ground.plan.place if plan.ground else Place(plan.id))


def _as_findings(error: Exception, place: Place) -> list[Finding]:
    if isinstance(error, PlanError):
        return list(dict.fromkeys(error.findings))
    if isinstance(error, RecursionError):
        return [
            Finding(
                "too-deep",
                "this plan is nested too deeply, or its rules refer to each other too often",
                place,
                "make it flatter",
            )
        ]
    return [Finding("not-usable", f"this plan cannot be used: {error}", place)]


def _figures(book: Book, plan: _Plan, sources: Path, texts: dict[str, str]) -> None:
    """Compare the figures of a plan's texts with its source, where there is one in the folder."""
    assert plan.ground is not None
    found = count = 0
    for path in book.files.get(plan.id, []):
        beside = (path.parent.parent if path.parent.name == "editions" else path.parent) / "source.toml"
        try:
            source = figures.read_source(beside)
            original = figures.text_of(source, sources)
        except (OSError, ValueError) as error:
            plan.findings.append(
                Finding(
                    "bad-source", f"{beside.name}: {error}", Place(str(beside), 1), "see docs/how-to/write-a-plan.md"
                )
            )
            continue
        if original is None:
            if source.match or source.file:
                message = (
                    f"no text in {sources.name} has all the words of match: {', '.join(source.match) or source.file}"
                )
                plan.findings.append(
                    Finding("no-source", message, Place(str(beside), 1), "use words that stand in the text", "warning")
                )
            continue
        good, all_of_them = figures.guard(plan.ground, texts[str(path)], str(path), source, original)
        found, count = found + good, count + all_of_them
        plan.figures = (found, count)


def _cases(book: Book, plan: _Plan, hits: Hits) -> None:
    if plan.ground is None:
        return
    plan.cases, error = coverage.cases_of(book, plan.id)
    plan.findings += error.findings if error else ()
    if not plan.cases and error is None:
        mend = "write cases.toml beside the plan: docs/how-to/write-a-plan.md shows how"
        plan.findings.append(
            Finding("no-cases", f"the plan {plan.id} has no cases", plan.ground.plan.place, mend, "warning")
        )
    if not plan.broken or error:
        plan.results = coverage.run(book, plan.cases, hits)
        coverage.judge_results(plan.ground, plan.results)


def _reported(plan: _Plan, hits: Hits, *, run_cases: bool, strict: bool) -> PlanReport:
    ground = plan.ground
    if ground is None:
        return PlanReport(plan.id, tuple(plan.findings))
    counted, missing = coverage.not_hit(ground, hits)
    exceptions, sided = coverage.one_sided(ground, hits)
    ran = run_cases and bool(plan.results)
    if ran:
        coverage.judge_hits(ground, hits, strict=strict)
    asked = {question.clause for question in ground.rules(Question)}
    numbers: dict[str, Any] = {}
    if run_cases:
        numbers = {"cases": len(plan.cases), "cases_passed": sum(result.passed for result in plan.results)}
    findings = [*plan.findings, *ground.findings]
    return PlanReport(
        plan=plan.id,
        findings=tuple(
            sorted(findings, key=lambda finding: (finding.severity, finding.place.file, finding.place.line))
        ),
        ruled=_clauses(ground.plan, "ruled"),
        narrative=_clauses(ground.plan, "narrative"),
        questions=tuple(clause.id for clause in _own(ground.plan) if clause.id in asked or clause.kind == "question"),
        rules=len(counted),
        rules_not_hit=tuple(rule.id for rule in missing),
        exceptions=exceptions,
        exceptions_one_sided=tuple(dict.fromkeys(rule.id for rule, _ in sided)),
        figures=plan.figures,
        **numbers,
    )


def _own(plan: Plan) -> list[Clause]:
    return [clause for clause in plan.clauses if clause.plan == plan.id]


def _clauses(plan: Plan, kind: str) -> tuple[str, ...]:
    return tuple(clause.id for clause in _own(plan) if clause.kind == kind)
