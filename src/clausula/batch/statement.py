"""The statement of one member: what was charged, who pays it, why, with the clause, and what is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from clausula.batch.markup import Html, tag, together
from clausula.batch.page import badge, card, key, meter, page, percent, stack, table
from clausula.batch.ways import Ways
from clausula.batch.why import Narrator, grounds, in_language
from clausula.batch.words import Words
from clausula.book import Book
from clausula.decision import Decision
from clausula.findings import PlanError
from clausula.household import Enrolment, Household, Person, Provider
from clausula.intake import Listed
from clausula.left import Left
from clausula.left import left as accounts_left
from clausula.money import show as money
from clausula.usage import Usage

COLOURS = ("", "k2", "k3", "k4")
"""Classes of the bars of a member's covers, in order; further covers share the last."""
BORNE = ("deductible", "coinsurance", "copay", "member-cap", "member-bands")
"""Accounts that fill with what the member bears; the others empty with what is paid."""
OPEN = ("needs_document", "needs_authorisation", "needs_person")


@dataclass(frozen=True, slots=True)
class Matter:
    """Everything a statement speaks of."""

    book: Book
    household: Household
    person: Person
    decisions: Sequence[Decision]
    usage: Usage
    listed: Sequence[Listed]
    providers: Mapping[str, Provider]
    narrators: Mapping[str, Narrator]
    ways: Ways

    @property
    def last(self) -> date | None:
        """The last day of service."""
        return max((decision.line.served_on for decision in self.decisions), default=None)

    @property
    def enrolments(self) -> list[Enrolment]:
        """The member's covers, those in force on the last day of service where there is one."""
        mine = [each for each in self.household.enrolments if each.person == self.person.id]
        day = self.last
        held = [
            each for each in mine if day is None or (each.start <= day and (each.until is None or day <= each.until))
        ]
        return held or mine

    def plan_name(self, plan_id: str, language: str) -> str:
        """The name of a plan."""
        return in_language(self.book.slices(plan_id)[-1].plan.name, language, plan_id)

    @property
    def plans(self) -> list[str]:
        """The plans in the order in which they decide."""
        held = {each.plan for each in self.enrolments} | {
            cover.plan for each in self.decisions for cover in each.covers
        }
        return sorted(held, key=lambda each: (self.book.slices(each)[-1].plan.rank, each))


def own_language(book: Book, household: Household, person: Person) -> str:
    """The member's language: the fact `language` of the person, else that of the plan."""
    stated = str(person.facts.get("language", ""))
    if stated in ("en", "fr", "de", "it", "nl"):
        return stated
    mine = [each.plan for each in household.enrolments if each.person == person.id]
    language = book.slices(mine[0])[-1].plan.language if mine else ""
    return language if language in ("en", "fr", "de", "it", "nl") else "en"


def statement(matter: Matter, language: str, files: Mapping[str, str]) -> str:
    """The page. files: the statement's file in each language there is."""
    words = Words(language)
    name = matter.person.name or matter.person.id
    first = matter.plans[0] if matter.plans else ""
    brand = matter.book.slices(first)[-1].plan.insurer if first else "clausula"
    cards = [show(matter, words) for show in (_cover, _left, _glance, _lines, _listed)]
    content = together(
        tag("h1", words.say("statement_of", name=name)),
        tag("p", _lead(matter, words), cls="lead"),
        tag("div", cards, cls="cards"),
    )  # fmt: skip
    title = f"{words['statement']}: {name}"
    return page(words, title, brand, content, navigation=_languages(words, files), footer=tag("p", words["footer"]))


def _languages(words: Words, files: Mapping[str, str]) -> Html:
    if len(files) < 2:
        return Html()
    names = {"en": "English", "fr": "Français", "de": "Deutsch", "it": "Italiano", "nl": "Nederlands"}
    entries = [
        tag("li", tag("b", each.upper(), aria_current="true", title=names[each]) if each == words.language
            else tag("a", each.upper(), href=file, lang=each, hreflang=each, title=names[each]))
        for each, file in files.items()
    ]  # fmt: skip
    return tag("nav", tag("ul", entries, cls="languages"), aria_label=words["languages"])


def _lead(matter: Matter, words: Words) -> str:
    days = [decision.line.served_on for decision in matter.decisions]
    if not days:
        return words["nothing_decided"]
    count = words.count("lines", len(days))
    first, last = words.day(min(days)), words.day(max(days))
    return words.say("on_day" if first == last else "between", lines=count, first=first, last=last)


def _cover(matter: Matter, words: Words) -> Html:
    entries = []
    for enrolment in sorted(matter.enrolments, key=lambda each: matter.plans.index(each.plan)):
        days = words.say("since", day=words.day(enrolment.start))
        if enrolment.until:
            days = words.say("from_to", first=words.day(enrolment.start), last=words.day(enrolment.until))
        entries.append(tag("li", tag("b", matter.plan_name(enrolment.plan, words.language)), tag("span", days)))
    born = words.say("born", day=words.day(matter.person.born))
    body = tag(
        "div",
        tag("h2", words["covers"], id="covers"),
        tag("p", matter.person.name or matter.person.id, cls="who"),
        tag("ul", entries),
        tag("small", born),
        cls="body",
    )
    return tag("section", body, cls="card cover s5", aria_labelledby="covers")


# --- who pays what ----------------------------------------------------------------------------------------------------


def _colours(matter: Matter) -> dict[str, str]:
    return {plan: COLOURS[min(number, len(COLOURS) - 1)] for number, plan in enumerate(matter.plans)}


def _shares(matter: Matter, words: Words, decisions: Sequence[Decision]) -> list[tuple[str, str, Decimal]]:
    """Class, name and amount of everybody who pays: each cover, others, what is open, the member."""
    zero, colours = Decimal(0), _colours(matter)
    found: list[tuple[str, str, Decimal]] = []
    for plan in matter.plans:
        paid = sum(
            (each.amount(c.paid) for each in decisions for c in each.covers if c.plan == plan and not c.cash), zero
        )
        cash = sum((each.amount(c.paid) for each in decisions for c in each.covers if c.plan == plan and c.cash), zero)
        name = matter.plan_name(plan, words.language)
        found += [(colours[plan], name, paid), (colours[plan], f"{name} ({words['cash']})", cash)]
    open_part = sum((each.borne for each in decisions if each.outcome in OPEN), zero)
    borne = sum((each.borne for each in decisions), zero) - open_part
    others = sum((each.paid_by_others for each in decisions), zero)
    found += [
        ("others", words["by_others"], others),
        ("warn", words["open_part"], open_part),
        ("mine", words["borne"], borne),
    ]
    return [entry for entry in found if entry[2] > 0]


def _glance(matter: Matter, words: Words) -> Html | None:
    if not matter.decisions:
        return None
    currency = matter.decisions[0].program.currency
    zero = Decimal(0)
    sums = {
        name: sum((getattr(each, name) for each in matter.decisions), zero)
        for name in ("charged", "paid", "cash", "borne")
    }
    shares = _shares(matter, words, matter.decisions)
    figures = [
        tag("div", tag("dt", words[name]), tag("dd", words.money(sums[name], currency)), cls=kind or None)
        for name, kind in (("charged", ""), ("paid", "paid"), ("borne", "mine"))
    ]
    cash = (
        tag("p", words.say("cash_note", amount=words.money(sums["cash"], currency)), cls="note")
        if sums["cash"]
        else None
    )
    waits = tag("p", words["open_note"], cls="note") if any(each.outcome in OPEN for each in matter.decisions) else None
    legend = key([(kind, name, words.money(amount, currency)) for kind, name, amount in shares])
    bar = stack([(kind, amount) for kind, _, amount in shares])
    return card(words["at_a_glance"], tag("dl", figures, cls="figures"), bar, legend, cash, waits)


# --- what is left -----------------------------------------------------------------------------------------------------


def _left(matter: Matter, words: Words) -> Html:
    day, currency = matter.last, matter.decisions[0].program.currency if matter.decisions else ""
    found = _accounts(matter)
    bars = [(each, _bar(each, matter, words, currency)) for each in found if each.top > 0]
    touched = [bar for each, bar in bars if each.used > 0 or each.kind == "deductible"]
    rest = [bar for each, bar in bars if not (each.used > 0 or each.kind == "deductible")]
    if not touched:
        touched, rest = rest[:4], rest[4:]
    body = [tag("ul", touched, cls="meters")] if touched else [tag("p", words["no_limits"], cls="note")]
    if rest:
        body.append(
            tag(
                "details",
                tag("summary", words.count("more_limits", len(rest))),
                tag("ul", rest, cls="meters"),
                cls="more",
            )
        )
    return card(words["left"], *body, span="s7", note=words.say("left_on", day=words.day(day)) if day else None)


def _accounts(matter: Matter) -> list[Left]:
    """The accounts on the last day of service of each year, the last year first; of earlier years only those used."""
    lasts: dict[int, date] = {}
    for each in sorted(decision.line.served_on for decision in matter.decisions):
        lasts[each.year] = each
    found: dict[tuple[str, tuple[str, ...], int], Left] = {}
    for year in sorted(lasts, reverse=True):
        try:
            accounts = accounts_left(matter.book, matter.household, matter.person.id, lasts[year], matter.usage)
        except PlanError:  # no edition holds on that day: nothing was left of anything
            continue
        for account in accounts:
            if account.used or year == max(lasts):
                found.setdefault((account.account, account.entity, account.period), account)
    return list(found.values())


def _bar(each: Left, matter: Matter, words: Words, currency: str) -> Html:
    language = words.language
    names = dict.fromkeys(in_language(benefit.name, language, benefit.id) for benefit in each.benefits[:3])
    name = in_language(each.step.name, language) or words["kind_" + each.kind]
    if names and not each.step.name:
        name = (
            f"{', '.join(names)}{' …' if len(each.benefits) > 3 else ''}" if each.kind in ("limit", "units") else name
        )

    def told(number: int) -> str:
        return money(number, currency, language) if each.money else str(number)

    borne = each.kind in BORNE
    sentence = words.say(
        "borne_of" if borne else "left_of", used=told(each.used), left=told(each.left), top=told(each.top)
    )
    of = [matter.plan_name(each.plan, language)]
    of += [str(each.period)] if 1900 <= each.period <= 2200 else []
    of += [words["whole_household"]] if each.entity[0] == "household" else []
    of += [each.entity[-1]] if len(each.entity) > 2 else []
    share = percent(each.used, each.top) if borne else percent(each.left, each.top)
    return meter(name, " · ".join(of), sentence, share, "borne" if borne else "low" if share < 30 else "")


# --- the lines --------------------------------------------------------------------------------------------------------


def _lines(matter: Matter, words: Words) -> Html | None:
    if not matter.decisions:
        return None
    columns = (("date", ""), ("service", ""), ("status", ""), ("charged", "n"), ("paid_short", "n"), ("borne", "n"))
    head = tag("thead", tag("tr", [tag("th", words[name], scope="col", cls=kind or None) for name, kind in columns]))
    bodies = [
        tag("tbody", _line(matter, words, each), cls="open-me")
        for each in sorted(matter.decisions, key=lambda d: d.line.served_on)
    ]
    whole = tag("table", head, bodies, _foot(matter, words), aria_label=words["services"])
    return card(words["services"], whole, note=words["services_note"], flush=True, extra="lines")


def _foot(matter: Matter, words: Words) -> Html:
    currency, zero = matter.decisions[0].program.currency, Decimal(0)
    cells = [
        tag(
            "td",
            words.money(sum((getattr(each, name) for each in matter.decisions), zero), currency),
            cls=f"n {kind}",
            data_label=words[label],
        )
        for name, kind, label in (
            ("charged", "charged", "charged"),
            ("paid", "pays", "paid_short"),
            ("borne", "bears", "borne"),
        )
    ]
    return tag("tfoot", tag("tr", tag("th", words["total"], scope="row", colspan=3), cells))


def _line(matter: Matter, words: Words, decision: Decision) -> Html:
    line, currency = decision.line, decision.program.currency
    provider = matter.providers.get(line.provider)
    who = (provider.name or provider.id) if provider else line.provider
    service = matter.book.catalogue.name("service", line.service, words.language)
    quantity = f" × {line.quantity}" if line.quantity != 1 else ""
    row = tag(
        "tr",
        tag("td", words.day(line.served_on), cls="day"),
        tag("td", service + quantity, tag("small", who) if who else None, cls="what"),
        tag("td", badge(words, decision.outcome), cls="state"),
        tag("td", words.money(decision.charged, currency), cls="n charged", data_label=words["charged"]),
        tag("td", words.money(decision.paid, currency), cls="n pays", data_label=words["paid_short"]),
        tag("td", words.money(decision.borne, currency), cls="n bears", data_label=words["borne"]),
    )
    why = tag("tr", tag("td", cls="gap"), tag("td", _why(matter, words, decision), colspan=5), cls="why")
    return together(row, why)


def _why(matter: Matter, words: Words, decision: Decision) -> Html:
    currency = decision.program.currency
    why = matter.narrators[words.language].tell(decision)
    rests = grounds(decision, why, words.language)
    prose_of = {(ground.plan, ground.id): ground for ground in rests}
    told = []
    for step in why.steps:
        ground = prose_of.get((step.plan, step.step.clause))
        told.append(
            tag(
                "li",
                step.text,
                " ",
                tag("abbr", f"§ {ground.number or ground.title}", title=f"{ground.label}: {ground.prose}")
                if ground
                else None,
            )
        )
    found = []
    for ground in rests:
        summary = tag("summary", ground.label, " ", tag("span", f"· {matter.plan_name(ground.plan, words.language)}"))
        prose = tag("p", ground.prose, lang="en") if ground.prose else None
        source = tag("p", words.say("source", source=ground.source), cls="src") if ground.source else None
        found.append(tag("li", tag("details", summary, prose, source)))
    shares = _shares(matter, words, [decision])
    bar = together(
        stack([(kind, amount) for kind, _, amount in shares]),
        key([(k, n, words.money(a, currency)) for k, n, a in shares]),
    )
    plan, clause = decision.program.clause(decision.reason)
    decided = prose_of.get((plan, clause))
    head = tag("summary", words["why"], tag("span", f" · {decided.label}") if decided else None)
    told_ways = (*filter(None, [why.advice]), *matter.ways.tell(decision, words.language))
    ways = [tag("p", sentence, cls="way") for sentence in told_ways]
    clauses = [tag("h3", words["rests_on"]), tag("ul", found, cls="grounds")] if found else []
    steps = tag("ol", told, cls="steps") if told else None
    return tag("details", head, tag("p", why.summary, cls="sum"), ways, bar if shares else None, steps, clauses)


def _listed(matter: Matter, words: Words) -> Html | None:
    if not matter.listed:
        return None
    rows = []
    for each in matter.listed:
        try:
            reason = words["listed_" + each.code]
        except KeyError:
            reason = words["listed_other"]
        amount = f"{each.amount:f} {each.currency}".strip() if each.amount is not None else "—"
        rows.append((together(reason, tag("small", each.message, lang="en")), each.origin.rsplit("/", 1)[-1], amount))
    columns = ((words["reason"], ""), (words["place"], ""), (words["amount"], "n"))
    return card(words["listed"], table(columns, rows, caption=words["listed"]), note=words["listed_note"], flush=True)
