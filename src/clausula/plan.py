"""A plan as records: what a reader of `plan.md` finds in it, typed, with the place of every rule. Data only, no verbs.

The fields of these records are the plan language: `clausula.reader` reads them, `clausula.checker` checks them, and the
reference in `docs/reference/plan-language.md` is generated from their notes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING as NO_DEFAULT
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from clausula.findings import Place

LANGUAGES = ("en", "fr", "de", "it", "nl")
Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FactRef:
    """A value that is a fact of the line, person or enrolment: `{ fact = "franchise" }`; a share of it (parts per
    million), or an amount for each of it."""

    fact: str
    share: int | None = None
    amount: Decimal | None = None


Value = Decimal | FactRef


@dataclass(frozen=True, slots=True)
class Want:
    """One test of a condition: a fact and what is wanted of it.

    op: in, not-in (values), between, outside (low to high), any, all, none (sets), known (low 1 or 0), below-fact,
    at-most-fact (other), used (account of the named step `other`, low to high). low is inclusive unless `above`;
    high is exclusive unless `closed`.
    """

    fact: str
    op: str
    values: tuple[str, ...] = ()
    low: int | Decimal | date | None = None
    high: int | Decimal | date | None = None
    above: bool = False
    closed: bool = False
    other: str = ""
    place: Place = field(default_factory=Place)


Alternatives = tuple[tuple[Want, ...], ...]
"""A condition: alternatives of conjunctions; the empty tuple of alternatives is "always"."""


@dataclass(frozen=True, slots=True)
class Per:
    """Whose account, and for how long: scope person, household, stay … or a fact of the line such as tooth; period
    calendar year, plan year, life …; `months` or `days` for a rolling window; months before a calendar year that count
    with it."""

    scope: str = "person"
    period: str = "life"
    months: int = 0
    days: int = 0

    def by_day(self) -> bool:
        """Whether its account is kept by day, because a window over days says what counts."""
        return self.period == "rolling" or self.months > 0

    def label(self) -> str:
        """The period as people write it."""
        if self.period == "rolling":
            return f"{self.months} months rolling" if self.months else f"{self.days} days rolling"
        return f"{self.period} and {self.months} months before" if self.months else self.period


@dataclass(frozen=True, slots=True)
class Band:
    """Part of a running total, up to an amount or a number of units, with its share in parts per million."""

    low: Decimal | None
    high: Decimal | None
    share: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a calculation: a verb and what it needs. `account` names the account it moves, "" for its own."""

    verb: str
    id: str = ""
    name: Names = field(default_factory=dict)
    value: Value | None = None
    share: int | None = None
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    bands: tuple[Band, ...] = ()
    of: str = ""
    count: str = ""
    per: Per | None = None
    account: str = ""
    keeps: bool = False
    mode: str = "half up"
    measures: str = "payment"
    when: Alternatives = ()
    unless: Alternatives = ()
    clause: str = ""
    plan: str = ""
    place: Place = field(default_factory=Place)


def note(doc: str, read: str, default: Any = NO_DEFAULT, factory: Any = NO_DEFAULT) -> Any:
    """A field of a rule: what it means, how it is read (a key of `clausula.fields.READERS`), its default."""
    metadata = {"doc": doc, "read": read}
    if factory is not NO_DEFAULT:
        return field(default_factory=factory, metadata=metadata)
    if default is not NO_DEFAULT:
        return field(default=default, metadata=metadata)
    return field(metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What every block of a plan has: an id unique in the plan, names for people, the clause and place it stands at."""

    id: str = note("name of the rule, unique in the plan: small letters, digits and hyphens", "ident", "")
    name: Names = note("what people see, in the five languages", "names", factory=dict)
    clause: str = field(default="", metadata={})
    plan: str = field(default="", metadata={})
    place: Place = field(default_factory=Place, metadata={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Rule):
    """A fact of the plan's own, or of the catalogue; stated or derived from dates."""

    kind: str = note("code, flag, number, money, date, time or set", "fact-kind", "number")
    of: str = note("whose fact it is: line, person, enrolment or provider", "fact-of", "line")
    values: tuple[str, ...] = note("the codes it may take; none given: any", "texts", ())
    unless_stated: Any = note(
        "what holds where the claim says nothing; a fact with it is never missing", "scalar", None
    )
    ask: Names = note("the question put to a person when it is missing", "names", factory=dict)
    value_names: Mapping[str, Names] = note("what people see of its codes, by code", "value-names", factory=dict)
    member_chooses: bool = note(
        "the member may choose it another time, so a refusal says what would have been paid", "flag", default=False
    )
    days_from: str = note("derived: days from this date fact …", "fact", "")
    months_from: str = note("derived: completed months from this date fact …", "fact", "")
    years_from: str = note("derived: completed years from this date fact …", "fact", "")
    to: str = note("… to this one", "fact", "served_on")
    year_of: str = note("derived: calendar year of this date fact", "fact", "")
    weekday_of: str = note("derived: 1 (Monday) to 7 (Sunday) of this date fact", "fact", "")
    count_of: str = note("derived: this number fact …", "fact", "")
    minus: str = note("… less this one", "fact", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedStep(Rule):
    """A step with an id, named in the `pays` of benefits; all who name it share its account."""

    step: Step = field(default_factory=lambda: Step("nothing"), metadata={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Benefit(Rule):
    """What is paid, for which services, when, how much."""

    services: tuple[str, ...] = note('nodes of the service tree; "*" for all', "services", ())
    when: Alternatives = note("condition on facts", "when", ())
    unless: Alternatives = note("condition under which it does not apply", "when", ())
    requires: tuple[str, ...] = note("ids of requirements", "idents", ())
    pays: tuple[Step | str, ...] | None = note('"in full", "nothing", a table or a list of steps', "pays", None)
    kind: str = note("expense (default), indemnity (cash beside the bill) or service (in kind)", "benefit-kind", "")
    exception_to: tuple[str, ...] = note("benefits it overrides where its condition holds", "idents", ())
    before: tuple[str, ...] = note("benefits it goes before, without being an exception", "idents", ())
    overrides: tuple[str, ...] = note("exclusions and waiting periods that do not hold against it", "idents", ())
    better_of: tuple[str, ...] = note("benefits of which the member gets the better", "idents", ())
    beside: bool = note("decided in addition to the plan's other benefits on the same line", "flag", default=False)
    if_missing: str = note("what a missing fact of the condition means", "if-missing", "needs_person")
    output: Mapping[str, str] = note("codes a valid claim line carries", "texts-table", factory=dict)
    advice: Names = note("what to tell the member", "names", factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion(Rule):
    """What is not paid although a benefit fits."""

    services: tuple[str, ...] = note("nodes of the service tree; none: all", "services", ())
    when: Alternatives = note("condition on facts", "when", ())
    unless: Alternatives = note("condition under which it does not hold", "when", ())
    outcome: str = note(
        "not_covered (default), needs_person, needs_document or needs_authorisation", "outcome", "not_covered"
    )
    if_missing: str = note(
        "what a missing fact means; skip (default): the claim says nothing of it", "if-missing", "skip"
    )
    advice: Names = note("what to tell the member", "names", factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting(Rule):
    """A time after the start in which a cause is not covered yet."""

    days: int = note(
        "full days that must have passed: with 30, the 30th day after the start is the first covered", "whole", 0
    )
    months: int = note("full months that must have passed", "whole", 0)
    when: Alternatives = note("condition on facts, such as the cause", "when", ())
    unless: Alternatives = note("condition under which there is no waiting", "when", ())
    services: tuple[str, ...] = note("nodes of the service tree; none: all", "services", ())
    counts_from: str = note("date fact the time runs from", "fact", "start")
    counts_to: str = note("date fact it is measured at", "fact", "served_on")
    if_missing: str = note("what a missing fact means", "if-missing", "needs_person")


@dataclass(frozen=True, slots=True)
class Dated:
    """How the date of evidence must lie to a date fact: between `earliest` and `latest` days from it."""

    fact: str = "served_on"
    earliest: int | None = None
    latest: int | None = None


@dataclass(frozen=True, slots=True)
class Exempt:
    """Who or what is exempt from a requirement."""

    when: Alternatives
    name: Names = field(default_factory=dict)
    clause: str = ""
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement(Rule):
    """What must come first: evidence, how it must relate to the line, and what its absence means."""

    services: tuple[str, ...] = note("services it binds; none: only benefits that name it", "services", ())
    when: Alternatives = note("condition under which it is due", "when", ())
    unless: Alternatives = note("condition under which it is not due", "when", ())
    evidence: tuple[str, ...] = note("kinds of evidence, any of which will do", "idents", ())
    dated: Dated | None = note("how its date must lie to a date of the line", "dated", None)
    issued_by: Mapping[str, tuple[str, ...]] = note(
        "list, role or specialty of who issued it", "issued-by", factory=dict
    )
    same: tuple[str, ...] = note(
        "must be for the same specialty, episode, indication, provider, claim, services", "same", ()
    )
    proposes_provider: bool = note("the treating provider must be one of its proposals", "flag", default=False)
    uses_left: bool = note("it is used up by the lines that rest on it", "flag", default=False)
    names: tuple[str, ...] = note("what it must name", "idents", ())
    status: str = note("granted: it must have been granted", "status", "")
    exempt: tuple[Exempt, ...] = note("who or what is exempt", "exempts", ())
    otherwise: Mapping[str, str] = note("outcome by what is wrong with it (written `else`)", "failures", factory=dict)
    reduced: int | None = note('share that is paid all the same (`else = { pays = "50 %" }`)', "hidden", None)
    advance_when: Alternatives = note("the provider is paid all the same and the member owes the sum", "when", ())
    given_by: str = note("id of the contact who gives it (written `from`)", "ident", "")
    order: int = note("place among the steps to take", "whole", 50)
    reasons: Mapping[str, str] = note("reason codes by what is wrong with it", "texts-table", factory=dict)
    advice: Names = note("what to tell the member", "names", factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Rule):
    """Something the source leaves open: whom to ask, what, and how it is read until answered."""

    to: str = note("who can answer", "text", "insurer")
    asks: str = note("the question", "text")
    reading: str = note("how it is read until then", "text")
    parameter: str = note("the parameter that switches the reading", "ident", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter(Rule):
    """A named choice of the plan that rules refer to as "$id"."""

    value: Any = note("its value", "scalar")
    choices: tuple[Any, ...] = note("values it may take", "scalars", ())


@dataclass(frozen=True, slots=True)
class Opening:
    """Open on these weekdays (1 to 7; 8 = public holiday) from minute to minute."""

    days: tuple[int, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact(Rule):
    """Whom to call or write to, when."""

    phone: str = note("telephone number as printed", "text", "")
    url: str = note("web address", "text", "")
    address: str = note("postal address", "text", "")
    hours: tuple[Opening, ...] = note('"always", or tables of days and times; none: not said', "hours", ())
    holidays: str = note("country whose public holidays it is closed on", "text", "")
    verify: bool = note("to be confirmed with the insurer", "flag", default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Premium(Rule):
    """A contribution due."""

    who: Alternatives = note("for whom it is due (written `for`)", "when", ())
    amount: Value | None = note("amount per person and period", "value", None)
    per: str = note("year or month", "text", "year")
    table: str = note("table of amounts by the keys of `by`", "text", "")
    by: tuple[str, ...] = note("facts or premium classes that choose the row of the table", "texts", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class PremiumClass(Rule):
    """Classes by age."""

    by: str = note('"year difference" (year less year of birth) or "age"', "text", "age")
    steps: tuple[int, ...] = note("first age of each class", "wholes", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility(Rule):
    """Who may enrol, with whom, when."""

    when: Alternatives = note("applications it concerns", "when", ())
    must: Alternatives = note("what must hold", "when", ())
    otherwise: str = note("outcome if it does not (written `else`)", "outcome", "not_covered")
    if_missing: str = note("what a missing fact means", "if-missing", "needs_person")
    contact: str = note("whom to turn to", "ident", "")
    reason: str = note("reason code", "text", "")
    advice: Names = note("what to tell the applicant", "names", factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending(Rule):
    """When an enrolment ends by itself."""

    who: Alternatives = note("for whom (written `for`)", "when", ())
    age: int = note("completed years from which it ends", "whole")
    at: str = note('"anniversary" (of the enrolment), "year end" or "birthday"', "text", "anniversary")
    ends: str = note('"person" or "household"', "text", "person")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLevel(Rule):
    """A time within which something is owed."""

    since: str = note("what starts the clock (written `from`)", "text")
    to: str = note("what stops it", "text")
    within: tuple[int, str] = note('"20 calendar days", "180 seconds"', "duration")
    when: Alternatives = note("condition on facts", "when", ())
    suspended_while: str = note("state in which the clock stands still", "text", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement(Rule):
    """A summary owed to the member."""

    every: str = note("month or year", "text", "year")
    states: tuple[str, ...] = note("states of claims it lists", "texts", ())
    fields: tuple[str, ...] = note("what it says of each", "texts", ())
    smallest_cell: int = note("a figure about fewer persons is written as fewer than this", "whole", 0)


@dataclass(frozen=True, slots=True)
class Clause:
    """A heading of the plan with an anchor: number, title, kind (ruled, narrative, question), prose, place in the
    source."""

    id: str
    title: Names
    kind: str
    prose: str
    source: str
    place: Place
    plan: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """One edition of a plan: its head, clauses in order, rules in order; `parent` where it extends another plan.

    share_billed_by: who asks the member for deductible and share when the provider is paid directly. Where it is the
    insurer, the provider gets the whole of what is covered.
    """

    id: str
    name: Names
    insurer: str
    country: str
    currency: str
    language: str
    edition: str
    start: date
    until: date | None
    rank: int
    order: str
    time_zone: str
    source: str
    extends: str
    clauses: tuple[Clause, ...]
    rules: tuple[Rule, ...]
    place: Place
    digest: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    share_billed_by: str = "provider"

    def of(self, kind: type[Any]) -> list[Any]:
        """The rules of one kind, in order."""
        return [rule for rule in self.rules if isinstance(rule, kind)]

    def clause(self, clause_id: str) -> Clause:
        """The clause of that id. Raises KeyError."""
        for clause in self.clauses:
            if clause.id == clause_id:
                return clause
        raise KeyError(clause_id)
