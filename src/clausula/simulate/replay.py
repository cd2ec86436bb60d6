"""Does a simulation: both runs, the comparison, the figures, the files. Whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from clausula.batch.folder import MARK, written_whole
from clausula.batch.gather import Progress, quiet
from clausula.batch.run import Job, check_plans, run
from clausula.batch.tally import Tally
from clausula.intake.errors import InputError, refusal
from clausula.money import to_minor
from clausula.simulate.behaviour import responses
from clausula.simulate.causes import Cause, Causes
from clausula.simulate.changed import Changed
from clausula.simulate.contributions import Contributions, contributions
from clausula.simulate.effects import CHANGED, PAID_BASE, PAID_CHANGE, Adding, Effects
from clausula.simulate.figures import Money
from clausula.simulate.gains import borne, gains
from clausula.simulate.members import People, members_of
from clausula.simulate.pairs import pairs
from clausula.simulate.part import Part, estimate, owed
from clausula.simulate.question import Question
from clausula.simulate.texts import Difference, concerns, differences, of_contributions

if TYPE_CHECKING:
    from clausula.simulate.plots import Plot


@dataclass(slots=True)
class Simulation:
    """What was found. period: first and last day of the lines. parts: by currency. order: all causes, in the order they
    were met, by which estimates name them. texts: what differs in the plans."""

    question: Question
    texts: tuple[Difference, ...]
    base: Tally
    change: Tally
    period: tuple[date, date]
    parts: list[Part]
    order: list[Cause]
    contributions: Contributions | None

    @property
    def changed(self) -> int:
        """Lines decided otherwise."""
        return sum(int(part.sums[CHANGED]) for part in self.parts)


def simulate(question: Question, progress: Progress = quiet) -> Simulation:
    """Run the portfolio under both books, compare, and write everything into the folder of the question.

    Raises intake.InputError (a file that cannot be read, a plan that is missing, a portfolio that the change does not
    concern, lines that only one of the two can decide) and PlanError. Nothing is written where it raises.
    """
    texts = differences(question.base, question.change)
    _check(question, texts)
    with written_whole(question.out) as folder:
        tallies = [_run(question, folder, side, progress) for side in ("base", "change")]
        _same_lines(tallies[0], tallies[1])
        result = _compare(question, texts, folder, tallies, progress)
        _write(result, folder)
        mark = json.dumps({"clausula": "simulate"})
        (folder / MARK).write_text(mark + "\n", encoding="utf-8")
    return result


def _check(question: Question, texts: Sequence[Difference]) -> None:
    """Raises InputError for plans that are missing on either side, and for a change that concerns nobody."""
    roster, members = question.roster, question.members
    for book in (question.base, question.change):
        check_plans(roster, book, members)
    held = {enrolment.plan for household in roster.households.values() for enrolment in household.enrolments}
    told = sorted({each.plan for each in texts})
    if told and not concerns(texts, held):
        message = f"the change is about {', '.join(told)}, and nobody here is enrolled in it"
        mend = f"give a portfolio with members of it; plans of these members: {', '.join(sorted(held)) or 'none'}"
        raise refusal("nobody-concerned", message, str(members), mend)


def _run(question: Question, folder: Path, side: str, progress: Progress) -> Tally:
    def tell(what: str, done: int, of: int) -> None:
        progress(f"{side}: {what}", done, of)

    book = question.base if side == "base" else question.change
    job = Job(
        book, question.roster, question.inputs, folder / side, question.members, question.opening,
        schema_dir=question.schema_dir, codes=question.codes,
    )  # fmt: skip
    return run(job, tell)


def _same_lines(base: Tally, change: Tally) -> None:
    """Raises InputError where the two runs did not decide the same number of lines, with what was listed in one
    only."""
    if not base.all.decided and not change.all.decided:
        mend = "`clausula run` with the same inputs lists why"
        raise refusal("no-lines", "no line of the portfolio could be decided", "", mend)
    if base.all.decided != change.all.decided:
        more = {
            code: change.reasons[code] - base.reasons[code]
            for code in sorted({*base.reasons, *change.reasons})
            if change.reasons[code] != base.reasons[code]
        }
        told = ", ".join(f"{code} {number:+d}" for code, number in more.items())
        message = (
            f"{base.all.decided} lines are decided under the base, {change.all.decided} under the change "
            f"(listed under the change: {told})"
        )
        raise refusal("lines-differ", message, "", "simulate a change under which the same lines can be decided")


def _compare(
    question: Question, texts: tuple[Difference, ...], folder: Path, tallies: Sequence[Tally], progress: Progress
) -> Simulation:
    people = People(question.roster)
    plans = sorted({each.plan for household in question.roster.households.values() for each in household.enrolments})
    causes = Causes(question.base, question.change, plans, texts)
    adding = Adding(people.places, people.homes, causes, clustered=question.sample is not None)
    done, count = 0, tallies[0].all.decided
    with Changed(folder / "changed.parquet") as changed:
        for pair in pairs(folder / "base/decisions.parquet", folder / "change/decisions.parquet"):
            for lines, at in adding.add(pair):
                changed.write(lines, at, adding.order)
            done += len(pair)
            progress("comparing", done, count)
    effects = list(adding.effects.values())
    period = min(each.first for each in effects if each.first), max(each.last for each in effects if each.last)
    found = None
    if of_contributions(texts):
        found = contributions(question.base, question.change, people, *period, progress)
    parts = [_part(question, people, each, period, tallies, adding.order, found) for each in effects]
    parts.sort(key=lambda part: -int(part.sums[0]))
    return Simulation(question, texts, tallies[0], tallies[1], period, parts, adding.order, found)


def _part(
    question: Question, people: People, effects: Effects, period: tuple[date, date], tallies: Sequence[Tally],
    order: list[Cause], found: Contributions | None,
) -> Part:  # fmt: skip
    money = Money(effects.currency)
    members = members_of(people, question.base, effects, *period)
    ranked = sorted(effects.causes.items(), key=lambda pair: -abs(int(pair[1][PAID_CHANGE] - pair[1][PAID_BASE])))
    by_plan = {
        plan: (_paid(tallies[0], plan, effects.currency), _paid(tallies[1], plan, effects.currency))
        for plan in sorted({plan for tally in tallies for plan, of in tally.paid_by_plan if of == effects.currency})
    }
    differ = borne(effects.members[members.at])
    part = Part(effects, members, money, ranked, gains(differ, money), by_plan)
    if found is not None:
        part.owed = owed(part, found)
    if question.elasticity is not None:
        part.responses = responses(effects.benefits, question.elasticity)
    if question.sample is not None:
        estimate(part, question.sample, order, found)
    return part


def _paid(tally: Tally, plan: str, currency: str) -> int:
    return to_minor(tally.paid_by_plan.get((plan, currency), 0), currency)


def _write(result: Simulation, folder: Path) -> None:
    """The document, the plots and the page."""
    from clausula.simulate.document import document  # noqa: PLC0415 - what shows a simulation knows what one is
    from clausula.simulate.page import page_of  # noqa: PLC0415 - likewise

    text = json.dumps(document(result), ensure_ascii=False, indent=2)
    (folder / "simulation.json").write_text(text + "\n", encoding="utf-8")
    (folder / "index.html").write_text(page_of(result, _plots(result, folder)), encoding="utf-8")


def _plots(result: Simulation, folder: Path) -> Mapping[str, Mapping[str, Plot]] | None:
    """The plots of each currency, by name; None where none are drawn: the page has their tables all the same."""
    if not result.question.plots or find_spec("matplotlib") is None:
        return None
    from clausula.simulate.plots import draw  # noqa: PLC0415 - takes a second to load, and may not be there

    (folder / "plots").mkdir()
    behaviour = "looked at beside, not in this plot" if result.question.elasticity is not None else "off"
    note = f"{result.period[0]} to {result.period[1]}. Behaviour: {behaviour}."
    return {part.currency: draw(part, folder / "plots", note) for part in result.parts}


__all__ = ["InputError", "Simulation", "simulate"]
