"""What a check says: a table for people, findings with excerpt, caret and mend, and the same as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from clausula.findings import Finding


@dataclass(frozen=True, slots=True)
class PlanReport:
    """The check of one plan: findings; clauses by kind; rules and exceptions that cases show; figures; cases.

    figures: how many figures of rules were found in the source text, and how many there are (None: no text was given).
    """

    plan: str
    findings: tuple[Finding, ...] = ()
    ruled: tuple[str, ...] = ()
    narrative: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    rules: int = 0
    rules_not_hit: tuple[str, ...] = ()
    exceptions: int = 0
    exceptions_one_sided: tuple[str, ...] = ()
    figures: tuple[int, int] | None = None
    cases: int | None = None
    cases_passed: int = 0

    @property
    def errors(self) -> int:
        """How many findings refuse the plan."""
        return sum(finding.severity == "error" for finding in self.findings)

    @property
    def warnings(self) -> int:
        """How many findings are only worth a look."""
        return len(self.findings) - self.errors

    def as_dict(self) -> dict[str, Any]:
        """The report as plain data."""
        return {
            "plan": self.plan,
            "ok": not self.errors,
            "clauses": {
                "ruled": list(self.ruled),
                "narrative": list(self.narrative),
                "questions": list(self.questions),
            },
            "rules": {
                "count": self.rules,
                "hit": self.rules - len(self.rules_not_hit),
                "not_hit": list(self.rules_not_hit),
            },
            "exceptions": {
                "count": self.exceptions,
                "both_sides": self.exceptions - len(self.exceptions_one_sided),
                "one_sided": list(self.exceptions_one_sided),
            },
            "figures": None if self.figures is None else {"found": self.figures[0], "count": self.figures[1]},
            "cases": None if self.cases is None else {"count": self.cases, "passed": self.cases_passed},
        }


@dataclass(frozen=True, slots=True)
class Report:
    """The check of several plans. findings: of the catalogue and tables, which belong to no single plan."""

    plans: tuple[PlanReport, ...]
    findings: tuple[Finding, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether nothing refuses a plan."""
        return not self.findings_of("error")

    def findings_of(self, severity: str = "") -> list[Finding]:
        """All findings, or those of one severity: "error" or "warning"."""
        every = [*self.findings, *(finding for plan in self.plans for finding in plan.findings)]
        return [finding for finding in every if severity in ("", finding.severity)]

    def render(self) -> str:
        """The report as a person reads it: findings first, then one row a plan, then what is not hit."""
        found = [finding.render(self.texts.get(finding.place.file)) for finding in self.findings_of()]
        table = _table([_HEADINGS, *(_row(plan) for plan in self.plans)])
        notes = [note for plan in self.plans for note in _notes(plan)]
        errors, warnings = len(self.findings_of("error")), len(self.findings_of("warning"))
        total = f"{_count(len(self.plans), 'plan')}, {_count(errors, 'error')}, {_count(warnings, 'warning')}"
        return "\n\n".join(part for part in ["\n\n".join(found), table, "\n".join(notes), total] if part)

    def as_dict(self) -> dict[str, Any]:
        """The report as plain data, every finding with its excerpt and caret."""
        return {
            "ok": self.ok,
            "plans": [
                {**plan.as_dict(), "findings": [self._finding(finding) for finding in plan.findings]}
                for plan in self.plans
            ],
            "findings": [self._finding(finding) for finding in self.findings],
        }

    def _finding(self, finding: Finding) -> dict[str, Any]:
        place, also = finding.place, finding.also
        rendered = finding.render(self.texts.get(place.file)).splitlines()
        shown = [line for line in rendered if " | " in line][:2]
        return {
            "code": finding.code,
            "severity": finding.severity,
            "message": finding.message,
            "mend": finding.mend,
            "file": place.file,
            "line": place.line,
            "column": place.column,
            "width": place.width,
            "excerpt": shown[0].partition(" | ")[2] if shown else "",
            "caret": shown[1].partition(" | ")[2] if len(shown) > 1 else "",
            "also": None if also is None else {"file": also.file, "line": also.line, "column": also.column},
        }


_HEADINGS = (
    "plan",
    "clauses ruled",
    "narrative",
    "questions",
    "rules hit",
    "exceptions",
    "figures",
    "cases",
    "errors",
    "warnings",
)


def _row(plan: PlanReport) -> tuple[str, ...]:
    def of(good: int, count: int) -> str:
        return f"{good} of {count}"

    return (
        plan.plan,
        str(len(plan.ruled)),
        str(len(plan.narrative)),
        str(len(plan.questions)),
        "-" if plan.cases is None else of(plan.rules - len(plan.rules_not_hit), plan.rules),
        "-" if plan.cases is None else of(plan.exceptions - len(plan.exceptions_one_sided), plan.exceptions),
        "-" if plan.figures is None else of(*plan.figures),
        "-" if plan.cases is None else of(plan.cases_passed, plan.cases),
        str(plan.errors),
        str(plan.warnings),
    )


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def _notes(plan: PlanReport) -> list[str]:
    found = []
    if plan.rules_not_hit:
        found.append(f"{plan.plan}: no case hits {_some(plan.rules_not_hit)}")
    if plan.exceptions_one_sided:
        found.append(f"{plan.plan}: one side is not shown of {_some(plan.exceptions_one_sided)}")
    if plan.questions:
        found.append(f"{plan.plan}: open questions in {_some(plan.questions)}")
    return found


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
