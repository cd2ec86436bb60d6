"""The statement of one member: what was charged, who pays it, why, with the clause, and what is left."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from clausula.batch.bills import listed, services, to_do
from clausula.batch.markup import Html, tag, together
from clausula.batch.matter import OPEN, Matter, own_language, shares_of
from clausula.batch.page import card, key, meter, page, percent, stack
from clausula.batch.why import in_language
from clausula.batch.words import Words
from clausula.findings import PlanError
from clausula.left import Left
from clausula.left import left as accounts_left
from clausula.money import show as money

__all__ = ["Matter", "own_language", "statement"]

BORNE = ("deductible", "coinsurance", "copay", "member-cap", "member-bands")
"""Accounts that fill with what the member bears; the others empty with what is paid."""


def statement(matter: Matter, language: str, files: Mapping[str, str]) -> str:
    """The page. files: the statement's file in each language there is."""
    words = Words(language)
    name = matter.person.name or matter.person.id
    first = matter.plans[0] if matter.plans else ""
    brand = matter.book.slices(first)[-1].plan.insurer if first else "clausula"
    cards = [show(matter, words) for show in (_glance, to_do, _cover, _left, services, listed)]
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


def _glance(matter: Matter, words: Words) -> Html | None:
    if not matter.decisions:
        return None
    currency = matter.decisions[0].program.currency
    zero = Decimal(0)
    sums = {
        name: sum((getattr(each, name) for each in matter.decisions), zero)
        for name in ("charged", "paid", "cash", "borne")
    }
    shares = shares_of(matter, words, matter.decisions)
    sums["paid"] -= sums["cash"]
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
    beside = {f"{matter.plan_name(plan, words.language)} ({words['cash']})" for plan in matter.plans}
    shares = [entry for entry in shares if entry[1] not in beside]  # an allowance is no part of the bill
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
    of = [matter.held_name(each.plan, language)]
    of += [str(each.period)] if 1900 <= each.period <= 2200 else []
    of += [words["whole_household"]] if each.entity[0] == "household" else []
    of += [each.entity[-1]] if len(each.entity) > 2 else []
    share = percent(each.used, each.top) if borne else percent(each.left, each.top)
    return meter(name, " · ".join(of), sentence, share, "borne" if borne else "low" if share < 30 else "")
