"""The main job: real claims in, decisions and statements out.

Read everything, group lines by household, decide household by household, write as it goes into a fresh folder, hold the
totals against each other, and only then put the folder in its place. Whatever fails leaves nothing behind.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from clausula.batch import bulk
from clausula.batch.folder import MARK, written_whole
from clausula.batch.gather import Gathered, Progress, gather, quiet
from clausula.batch.outputs import Outputs
from clausula.batch.report import Report
from clausula.batch.settle import Settled, settle
from clausula.batch.tally import Tally
from clausula.book import Book
from clausula.findings import Finding, Place
from clausula.household import Line
from clausula.intake import InputError, Listed, Roster
from clausula.usage import Usage


@dataclass(frozen=True, slots=True)
class Job:
    """What a run is asked to do.

    opening: the accounts of households before the run, by household id. languages: in which languages statements are
    written; none: each in the member's own (fact `language`, else the language of the plan).
    """

    book: Book
    roster: Roster
    inputs: tuple[Path, ...]
    out: Path
    members: Path = Path("members.toml")
    opening: Mapping[str, Usage] = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    report_language: str = "en"
    schema_dir: Path | None = None
    codes: tuple[Path, ...] = ()


def run(job: Job, progress: Progress = quiet) -> Tally:
    """Do the job; returns the totals.

    Raises intake.InputError (a file that cannot be read), PlanError (a plan that cannot be used) and TotalsError (a
    fault of the program). Nothing is written where it raises.
    """
    check_plans(job.roster, job.book, job.members)
    if bulk.fits(job):
        try:
            return _in_bulk(job, progress)
        except bulk.UnfitError:
            progress("line by line", 0, 0)
    tally = Tally()
    found = gather(
        job.inputs, job.book, job.roster, tally, schema_dir=job.schema_dir, codes=job.codes, progress=progress
    )
    with written_whole(job.out) as folder:
        report = Report(folder / "report", job.book, found.providers, job.languages, job.report_language)
        with Outputs(folder) as outputs:
            for name, listed in found.listed:
                _list(outputs, report, tally, name, listed)
            for done, household_id in enumerate(_order(job, found), 1):
                progress("deciding", done, len(found.lines))
                _household(job, found, household_id, outputs, report, tally)
        tally.check()
        outputs.check(tally)
        report.finish(tally)
        mark = {"clausula": "run", **tally.as_dict()}
        (folder / MARK).write_text(json.dumps(mark, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return tally


def _in_bulk(job: Job, progress: Progress) -> Tally:
    """Decide a large table column by column: the same decisions; an overview instead of statements."""
    with written_whole(job.out) as folder:
        report = Report(folder / "report", job.book, job.roster.providers, job.languages, job.report_language)
        tally = bulk.decide_bulk(job, folder, progress)
        report.finish(tally)
        mark = {"clausula": "run", **tally.as_dict()}
        (folder / MARK).write_text(json.dumps(mark, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return tally


def _order(job: Job, found: Gathered) -> list[str]:
    """Households in the order of the members file; those with accounts or listed lines but no line to decide, too."""
    wanted = set(found.lines) | set(job.opening) | {_home(job.roster, listed) for _, listed in found.listed}
    return [household for household in job.roster.households if household in wanted]


def _home(roster: Roster, listed: Listed) -> str:
    return roster.household_of(listed.person).id if listed.person else ""


def _household(job: Job, found: Gathered, household_id: str, outputs: Outputs, report: Report, tally: Tally) -> None:
    lines: list[Line] = found.lines.get(household_id, [])
    household = found.household(job.roster, household_id)
    settled: Settled = settle(job.book, household, lines, found.providers, job.opening.get(household_id))
    for decision in settled.decisions:
        name = found.source[id(decision.line)]
        tally.was_decided(name, decision)
        outputs.decision(household_id, name, decision)
    for line, listed in settled.refused:
        _list(outputs, report, tally, found.source[id(line)], listed)
    outputs.usage(household_id, settled.usage)
    report.household(settled)


def _list(outputs: Outputs, report: Report, tally: Tally, name: str, listed: Listed) -> None:
    tally.was_listed(name, listed.code, listed.amount, listed.currency)
    outputs.listed(name, listed)
    report.listed(name, listed)


def check_plans(roster: Roster, book: Book, members: Path) -> None:
    """Raises InputError naming every plan of the members file that there is not."""
    known = set(book.ids())
    missing: dict[str, list[str]] = defaultdict(list)
    for household in roster.households.values():
        for enrolment in household.enrolments:
            if enrolment.plan not in known:
                missing[enrolment.plan].append(enrolment.person)
    mend = f"name the folder it is in with --plans DIR; plans here: {', '.join(sorted(known)) or 'none'}"
    findings = [
        Finding(
            "no-plan", f"{', '.join(people[:5])} enrolled in {plan!r}: there is no such plan", Place(str(members)), mend
        )
        for plan, people in sorted(missing.items())
    ]
    if findings:
        raise InputError(findings)


def read_usage(path: Path) -> dict[str, Usage]:
    """The accounts that an earlier run left in usage.json, by household. Raises InputError."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        grouped: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for row in rows:
            grouped[str(row["household"])].append(row)
        return {household: Usage.of(each) for household, each in grouped.items()}
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        message, mend = (
            f"these are no accounts of an earlier run: {error!r}",
            "give the usage.json that a run has written",
        )
        raise InputError([Finding("bad-usage", message, Place(str(path)), mend)]) from None
