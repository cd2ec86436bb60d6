"""The services of a statement, bill by bill: what was charged, who pays, why; and what is still to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from clausula.batch.markup import Html, tag, together
from clausula.batch.matter import OPEN, Matter, shares_of
from clausula.batch.page import badge, card, ladder, table
from clausula.batch.why import grounds
from clausula.batch.words import Words
from clausula.decision import Decision

COLUMNS = (("date", ""), ("service", ""), ("status", ""), ("charged", "n"), ("paid_short", "n"), ("borne", "n"))
ZERO = Decimal(0)


def bills(matter: Matter) -> list[list[Decision]]:
    """The decisions by day, then as they were taken, those of one bill together."""
    ordered = sorted(matter.decisions, key=lambda each: each.line.served_on)
    return [
        list(each)
        for _, each in groupby(ordered, key=lambda each: (each.line.served_on, each.line.provider, each.line.claim))
    ]


def who_treated(matter: Matter, decision: Decision) -> str:
    """Name of the provider of a line; "" where it names none."""
    provider = matter.providers.get(decision.line.provider)
    return (provider.name or provider.id) if provider else decision.line.provider


# --- what is still to do ----------------------------------------------------------------------------------------------


def to_do(matter: Matter, words: Words) -> Html | None:
    """What waits for somebody, what the member can do about a refusal, and what may be claimed back."""
    found = [entry for bill in bills(matter) if (entry := _to_do(matter, words, bill)) is not None]
    if not found:
        return None
    return card(words["to_do"], tag("ul", found, cls="todo"), note=words["to_do_note"], extra="first")


def _to_do(matter: Matter, words: Words, bill: Sequence[Decision]) -> Html | None:
    told: list[str] = []
    ways: list[str] = []
    for each in bill:
        why = matter.narrators[words.language].tell(each)
        if why.advice or matter.ways.tell(each, words.language) or each.advanced or each.outcome in OPEN:
            told += [step.text for step in why.steps if step.step.row == each.reason]
            ways += filter(None, [why.advice])
    ways += matter.ways.tell_bill(bill, words.language)
    advanced = sum((each.advanced for each in bill), ZERO)
    if not told and not ways and not advanced:
        return None
    last, currency = bill[-1], bill[-1].program.currency
    head = tag("b", f"{words.day(last.line.served_on)} · {who_treated(matter, last) or _service(matter, words, last)}")
    worst = next((each.outcome for each in bill if each.outcome in OPEN), last.outcome)
    back = tag("p", words.say("claim_back", amount=words.money(advanced, currency)), cls="back") if advanced else None
    return tag(
        "li",
        tag("div", head, badge(words, worst), cls="top"),
        [tag("p", text) for text in dict.fromkeys(told)],
        back,
        [tag("p", text, cls="way") for text in dict.fromkeys(ways)],
    )


# --- the services -----------------------------------------------------------------------------------------------------


def services(matter: Matter, words: Words) -> Html | None:
    """Every line, bill by bill."""
    if not matter.decisions:
        return None
    head = tag("thead", tag("tr", [tag("th", words[name], scope="col", cls=kind or None) for name, kind in COLUMNS]))
    bodies = [body for bill in bills(matter) for body in _bill(matter, words, bill)]
    whole = tag("table", head, bodies, _foot(matter, words), aria_label=words["services"])
    return card(words["services"], whole, note=words["services_note"], flush=True, extra="lines")


def _bill(matter: Matter, words: Words, bill: Sequence[Decision]) -> Iterator[Html]:
    for number, decision in enumerate(bill):
        yield tag("tbody", _line(matter, words, decision, first=number == 0), cls="open-me" if number == 0 else "same")


def _foot(matter: Matter, words: Words) -> Html:
    currency = matter.decisions[0].program.currency
    sums = {
        "charged": sum((each.charged for each in matter.decisions), ZERO),
        "pays": sum((each.paid - each.cash for each in matter.decisions), ZERO),
        "bears": sum((each.borne for each in matter.decisions), ZERO),
    }
    labels = {"charged": "charged", "pays": "paid_short", "bears": "borne"}
    cash = sum((each.cash for each in matter.decisions), ZERO)
    cells = [
        tag(
            "td",
            words.money(amount, currency),
            _beside(words, cash, currency) if kind == "pays" else None,
            cls=f"n {kind}",
            data_label=words[labels[kind]],
        )
        for kind, amount in sums.items()
    ]
    return tag("tfoot", tag("tr", tag("th", words["total"], scope="row", colspan=3), cells))


def _beside(words: Words, cash: Decimal, currency: str) -> Html | None:
    """An allowance that comes beside the bill."""
    return tag("small", words.say("plus_cash", amount=words.money(cash, currency)), cls="cash") if cash else None


def _service(matter: Matter, words: Words, decision: Decision) -> str:
    return matter.book.catalogue.name("service", decision.line.service, words.language)


def _line(matter: Matter, words: Words, decision: Decision, *, first: bool) -> Html:
    line, currency = decision.line, decision.program.currency
    who = who_treated(matter, decision) if first else ""
    quantity = f"\u00a0×\u00a0{line.quantity}" if line.quantity != 1 else ""
    back = tag("small", words["claim_back_short"], cls="cash") if decision.advanced else None
    row = tag(
        "tr",
        tag("td", words.day(line.served_on) if first else None, cls="day"),
        tag("td", _service(matter, words, decision) + quantity, tag("small", who) if who else None, cls="what"),
        tag("td", badge(words, decision.outcome), cls="state"),
        tag("td", words.money(decision.charged, currency), cls="n charged", data_label=words["charged"]),
        tag(
            "td", words.money(decision.paid - decision.cash, currency), _beside(words, decision.cash, currency),
            cls="n pays", data_label=words["paid_short"],
        ),
        tag("td", words.money(decision.borne, currency), back, cls="n bears", data_label=words["borne"]),
    )  # fmt: skip
    why = tag("tr", tag("td", cls="gap"), tag("td", _why(matter, words, decision), colspan=5), cls="why")
    return together(row, why)


def _why(matter: Matter, words: Words, decision: Decision) -> Html:
    why = matter.narrators[words.language].tell(decision)
    rests = grounds(decision, why, words.language)
    of_clause = {(ground.plan, ground.id): ground for ground in rests}
    told = []
    for step in why.steps:
        ground = of_clause.get((step.plan, step.clause))
        mark = (
            tag("abbr", f"§ {ground.number or ground.title}", title=f"{ground.label}: {ground.prose}")
            if ground
            else None
        )
        told.append(tag("li", step.text, " ", mark))
    found = []
    for ground in rests:
        plan = tag("span", f"· {matter.plan_name(ground.plan, words.language)}")
        prose = tag("p", ground.prose, lang="en") if ground.prose else None
        source = tag("p", words.say("source", source=ground.source), cls="src") if ground.source else None
        found.append(tag("li", tag("details", tag("summary", ground.label, " ", plan), prose, source)))
    decided = of_clause.get(decision.program.clause(decision.reason))
    head = tag("summary", words["why"], tag("span", f" · {decided.label}") if decided else None)
    told_ways = (*filter(None, [why.advice]), *matter.ways.tell(decision, words.language))
    ways = [tag("p", sentence, cls="way") for sentence in told_ways]
    clauses = [tag("h3", words["rests_on"]), tag("ul", found, cls="grounds")] if found else []
    steps = tag("ol", told, cls="steps") if told else None
    return tag(
        "details", head, tag("p", why.summary, cls="sum"), ways, _ladder(matter, words, decision), steps, clauses
    )


def _ladder(matter: Matter, words: Words, decision: Decision) -> Html | None:
    """From what was charged, cover by cover, down to what the member bears."""
    shares = shares_of(matter, words, [decision])
    currency, bill = decision.program.currency, decision.charged
    if bill <= 0:
        return None
    cash = {f"{matter.plan_name(plan, words.language)} ({words['cash']})" for plan in matter.plans}
    rows = [("charged", words["charged"], words.money(bill, currency), ZERO, bill)]
    at = ZERO
    for kind, name, amount in shares:
        beside = name in cash
        rows.append((kind, name, words.money(amount, currency), ZERO if beside else at, amount))
        at += ZERO if beside else amount
    return ladder(rows, max(bill, *(row[4] for row in rows)))


# --- what could not be decided ----------------------------------------------------------------------------------------


def listed(matter: Matter, words: Words) -> Html | None:
    """What was listed for the member."""
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
