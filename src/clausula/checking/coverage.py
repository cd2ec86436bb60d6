"""Guard: every rule is hit by a case, every exception by one on each side, and no case fails."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clausula import codes as k
from clausula import questions
from clausula.book import Book
from clausula.cases import Case, Result, load_cases, run_case
from clausula.checking.ground import Ground, did_you_mean, kind_of
from clausula.decision import Decision
from clausula.enrolment import Asking, ends_on, enrol
from clausula.findings import PlanError
from clausula.plan import Benefit, Eligibility, Ending, Exclusion, NamedStep, Premium, Requirement, Rule, Waiting
from clausula.plan import Step as PlanStep
from clausula.premium import premium
from clausula.probe import Probe
from clausula.situation import InputError, day, read_situation
from clausula.sources import LineError

COUNTED = (Benefit, Exclusion, Waiting, Requirement, NamedStep, Eligibility, Ending, Premium)
"""Rules that a case should hit."""

Key = tuple[str, str, str]
"""Plan, block and id of a rule."""


@dataclass(slots=True)
class Hits:
    """What cases have hit: rules, and exemptions on the side where they held and where they did not."""

    rules: set[Key] = field(default_factory=set)
    exempted: set[tuple[Key, int]] = field(default_factory=set)
    bound: set[Key] = field(default_factory=set)


def key_of(rule: Rule) -> Key:
    """What a rule is known by."""
    return rule.plan, kind_of(rule), rule.id


def cases_of(book: Book, plan: str) -> tuple[list[Case], PlanError | None]:
    """The golden cases beside a plan's texts; what cannot be read of them."""
    found: list[Case] = []
    for path in case_files(book, plan):
        try:
            found += load_cases(path, plan)
        except PlanError as error:
            return found, error
    return found, None


def case_files(book: Book, plan: str) -> list[Path]:
    """The case files of a plan: beside its text, or beside the folder of its editions."""
    folders = {
        path.parent.parent if path.parent.name == "editions" else path.parent for path in book.files.get(plan, [])
    }
    return [folder / "cases.toml" for folder in sorted(folders) if (folder / "cases.toml").is_file()]


def run(book: Book, cases: Sequence[Case], hits: Hits) -> list[Result]:
    """Run cases and note what they hit."""
    results = []
    for case in cases:
        result = run_case(book, case)
        results.append(result)
        for decision in result.decisions:
            _of_decision(decision, hits)
        if not result.wrong and {"enrolment", "premium", "ends"} & set(case.expect):
            _of_questions(book, case, hits)
    return results


def _of_decision(decision: Decision, hits: Hits) -> None:
    program = decision.program
    for step in decision.steps:
        rule = step.rule
        if isinstance(rule, PlanStep):
            if rule.id:
                hits.rules.add((rule.plan, "step", rule.id))
        elif rule is not None and step.kind in ("benefit", "exclusion", "requirement"):
            hits.rules.add(key_of(rule))
            if isinstance(rule, Requirement):
                hits.bound.add(key_of(rule))
        if step.kind == "benefit":
            _exemptions(decision, step.row & 0xFFFFFF, hits)
    for cover in decision.covers:
        if cover.benefit is not None:
            groups = [
                each
                for each in program.benefits
                if cover.benefit.id in each.better_of and each.plan == cover.benefit.plan
            ]
            hits.rules |= {key_of(group) for group in groups}


def _exemptions(decision: Decision, benefit: int, hits: Hits) -> None:
    """Which exemptions of the requirements of a benefit held on a line."""
    tables, row = decision.program.tables, list(decision.row)
    probe = Probe(decision.program, row)
    for x in range(tables.benefits[benefit].requirement, tables.benefits[benefit].requirement_end):
        r = tables.index[x]
        need = tables.requirements[r]
        for slot in range(tables.depth):
            shift = slot * tables.width
            if row[tables.columns + shift] < 0 or probe.truth(need.condition, shift)[0] == k.FALSE:
                continue
            for nth, e in enumerate(range(need.exempt, need.exempt_end)):
                if probe.truth(tables.index[e], shift)[0] == k.TRUE:
                    hits.exempted.add((key_of(decision.program.requirements[r]), nth))
                    hits.rules.add(key_of(decision.program.requirements[r]))


def _of_questions(book: Book, case: Case, hits: Hits) -> None:
    """The rules that answer about enrolment, endings and contributions."""
    try:
        if case.parameters:
            book = book.with_parameters({case.plan: case.parameters})
        given: dict[str, Any] = {key: value for key, value in case.given.items() if key not in questions.EXTRA}
        situation = read_situation(given, book, "given", case.plan)
        household = situation.household
        on = day(case.given["on"], "on") if "on" in case.given else household.enrolments[0].start
        facts = {key: tuple(v) if isinstance(v, list) else v for key, v in case.given.get("facts", {}).items()}
        if "enrolment" in case.expect:
            answers = enrol(book, household, on, facts, plan=case.plan, providers=situation.providers)
            hits.rules |= {key_of(rule) for answer in answers for rule in answer.against}
        if "premium" in case.expect:
            hits.rules |= {key_of(due.rule) for due in premium(book, household, on, facts).lines}
        if "ends" in case.expect:
            _endings(book, household, case.plan, hits)
    except (InputError, LineError, PlanError, KeyError, ValueError, IndexError):
        return


def _endings(book: Book, household: Any, plan: str, hits: Hits) -> None:
    for each in household.enrolments:
        if each.plan == plan and ends_on(book, household, each) is not None:
            asking = Asking(book, household, each.start, {}, {})
            for rule in book.plan(plan, each.start).of(Ending):
                if asking.truth(rule, "for", each)[0] == k.TRUE:
                    hits.rules.add(key_of(rule))


def judge_results(ground: Ground, results: Iterable[Result]) -> None:
    """A failing case is an error: the plan is refused."""
    clauses = {clause.id for clause in ground.plan.clauses}
    for result in results:
        case = result.case
        if result.wrong:
            message = f"the case {case.name!r} fails: " + "; ".join(result.wrong[:4])
            more = f" and {len(result.wrong) - 4} more" if len(result.wrong) > 4 else ""
            mend = "mend the rule; mend the case only where the text says so"
            if result.wrong[0].startswith(("InputError", "LineError", "do not know")):
                mend = "this case asks nothing yet: mend how it is written"
            ground.wrong("case-failed", message + more, case.place, mend)
        if case.clause and case.clause not in clauses:
            mend = did_you_mean(case.clause, clauses, "use the anchor of a clause of this plan")
            ground.wrong(
                "unknown-clause",
                f"the case {case.name!r} names the clause {case.clause!r}, which is not there",
                case.place,
                mend,
            )


def not_hit(ground: Ground, hits: Hits) -> tuple[list[Rule], list[Rule]]:
    """The plan's own rules that cases should hit, and those that none does."""
    paying = {entry for benefit in ground.of(Benefit) for entry in benefit.pays or () if isinstance(entry, str)}
    counted: list[Rule] = [rule for rule in ground.own if isinstance(rule, COUNTED)]
    counted = [rule for rule in counted if not isinstance(rule, NamedStep) or rule.id in paying]  # else only read
    return counted, [rule for rule in counted if key_of(rule) not in hits.rules]


def one_sided(ground: Ground, hits: Hits) -> tuple[int, list[tuple[Rule, str]]]:
    """How many exceptions and exemptions there are, and those that no case shows on one of their sides."""
    count = 0
    missing: list[tuple[Rule, str]] = []
    benefits = {rule.id: rule for rule in ground.of(Benefit)}
    for rule in ground.own:
        if isinstance(rule, Benefit) and rule.exception_to:
            count += 1
            general = [benefits[each] for each in rule.exception_to if each in benefits]
            if key_of(rule) not in hits.rules:
                missing.append((rule, "where it holds"))
            elif not any(key_of(each) in hits.rules for each in general):
                missing.append((rule, "where it does not hold and the general rule does"))
        if isinstance(rule, Requirement):
            for nth, _ in enumerate(rule.exempt):
                count += 1
                if (key_of(rule), nth) not in hits.exempted:
                    missing.append((rule, f"where its exemption {nth + 1} holds"))
                elif key_of(rule) not in hits.bound:
                    missing.append((rule, f"where its exemption {nth + 1} does not hold"))
    return count, missing


def judge_hits(ground: Ground, hits: Hits, *, strict: bool) -> None:
    """Tell the rules no case hits: a warning, or an error where the check is strict."""
    tell = ground.wrong if strict else ground.warn
    _, missing = not_hit(ground, hits)
    for rule in missing:
        mend = f"write a case in which the {kind_of(rule)} decides"
        tell("not-hit", f"no case hits the {kind_of(rule)} {rule.id!r}", ground.spot(rule.place, rule.id), mend)
    for rule, side in one_sided(ground, hits)[1]:
        if rule not in missing:
            message = f"no case shows {rule.id!r} {side}"
            tell("one-sided", message, ground.spot(rule.place, rule.id), "write one case on each side of the exception")
