"""What changed in the plan texts: rules added, removed and edited, each with its clause; what has merely moved is
none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from clausula.book import Book
from clausula.money import show_share
from clausula.naming import clause_label, named
from clausula.plan import NamedStep, Plan, Premium, Rule, Step
from clausula.reader import read_head

HEAD = ("rank", "order", "currency", "start", "until", "time_zone", "extends")
"""Parts of a plan's head that a decision may rest on."""

SHARES = frozenset({"share", "reduced"})
"""Fields in parts per million."""

LEFT_OUT = frozenset({"place", "plan", "name", "title", "ask", "value_names", "advice"})
"""Fields on which no decision rests: where a rule stands, and what people read of it."""

CONTRIBUTIONS = ("premium", "premium_class", "table")
"""Kinds of rules on which contributions rest and no decision does."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One place of a rule that reads otherwise: where, what it was, what it is now ("" for nothing)."""

    where: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A rule (or the head, a clause's prose, a table) of a plan that is not the same in both books.

    change: added, removed or edited; "text" where only the prose of a clause differs. kind: the block's name in a plan.
    clause: its id; title: its number and title in English. since: the first day it differs, None for all the time.
    """

    plan: str
    kind: str
    rule: str
    name: str
    clause: str
    title: str
    change: str
    edits: tuple[Edit, ...] = ()
    since: date | None = None

    def as_dict(self) -> dict[str, Any]:
        """The difference as plain data."""
        return {
            "plan": self.plan, "kind": self.kind, "rule": self.rule, "name": self.name, "clause": self.clause,
            "title": self.title, "change": self.change, "since": self.since.isoformat() if self.since else None,
            "edits": [{"where": each.where, "was": each.was, "now": each.now} for each in self.edits],
        }  # fmt: skip


def differences(base: Book, change: Book) -> tuple[Difference, ...]:
    """Everything in which two books differ that a decision or a contribution may rest on, by plan and clause.

    Raises PlanError for a plan that cannot be read.
    """
    found: list[Difference] = list(_catalogue(base, change))
    for plan_id in sorted({*base.ids(), *change.ids()}):
        if plan_id not in base.ids() or plan_id not in change.ids():
            what = "added" if plan_id in change.ids() else "removed"
            found.append(Difference(plan_id, "plan", "", plan_id, "", "The plan itself", what))
        elif found or base.tables != change.tables or not _same_text(plan_id, base, change):
            found += _of_plan(plan_id, base, change)
    return tuple(found)


def _same_text(plan_id: str, base: Book, change: Book) -> bool:
    """Whether a plan and all it extends read the same, letter by letter."""
    if plan_id not in base.ids() or plan_id not in change.ids():
        return plan_id not in base.ids() and plan_id not in change.ids()
    texts = [text for text, _ in base.texts(plan_id)]
    if texts != [text for text, _ in change.texts(plan_id)]:
        return False
    parents = {str(read_head(text, "").get("extends", "")) for text in texts} - {"", plan_id}
    return all(_same_text(parent, base, change) for parent in parents)


def _catalogue(base: Book, change: Book) -> Iterator[Difference]:
    for part in ("facts", "lists"):
        one, other = getattr(base.catalogue, part), getattr(change.catalogue, part)
        for name in sorted({*one, *other}):
            edits = tuple(edits_of(one.get(name), other.get(name)))
            if edits:
                what = "edited" if name in one and name in other else "added" if name in other else "removed"
                yield Difference("catalogue", part[:-1], name, name, "", "The catalogue", what, edits)


def _of_plan(plan_id: str, base: Book, change: Book) -> list[Difference]:
    """The differences of one plan over all its days, each told once."""
    days = sorted({each.start for book in (base, change) for each in book.slices(plan_id)})
    found: dict[tuple[str, str, str, tuple[Edit, ...]], Difference] = {}
    for day in days:
        plans = [_on(book, plan_id, day) for book in (base, change)]
        for each in _on_day(plan_id, plans[0], plans[1], day if day > days[0] else None):
            found.setdefault((each.kind, each.rule, each.change, each.edits), each)
    found |= {("table", each.rule, "", ()): each for each in _tables(plan_id, base, change)}
    return sorted(found.values(), key=lambda each: (each.change == "text", each.clause, each.kind, each.rule))


def _on(book: Book, plan_id: str, day: date) -> Plan | None:
    return next((each.plan for each in book.slices(plan_id) if each.holds(day)), None)


def _on_day(plan_id: str, one: Plan | None, other: Plan | None, since: date | None) -> Iterator[Difference]:
    some = other or one
    if some is None:
        return
    if one is None or other is None:
        what = "added" if one is None else "removed"
        yield Difference(plan_id, "plan", "", "this edition", "", "The plan itself", what, (), since)
        return
    heads = [{name: tree(getattr(plan, name)) for name in HEAD} for plan in (one, other)]
    if head := tuple(edits_of(*heads)):
        yield Difference(plan_id, "plan", "", "head", "", "The plan itself", "edited", head, since)
    rules = [keyed(plan.rules) for plan in (one, other)]
    ruled: set[str] = set()
    for key in dict.fromkeys((*rules[0], *rules[1])):
        was, now = rules[0].get(key), rules[1].get(key)
        edits = tuple(edits_of(was, now)) if was and now else ()
        if was and now and not edits:
            continue
        what = "edited" if was and now else "added" if now else "removed"
        rule = now or was
        assert rule is not None
        ruled.add(rule.clause)
        title = _title(other if now else one, rule.clause)
        name = named(rule.name, "en", key[1].replace("-", " "))
        yield Difference(plan_id, key[0], key[1], name, rule.clause, title, what, edits, since)
    yield from _prose(plan_id, one, other, ruled, since)


def _prose(plan_id: str, one: Plan, other: Plan, ruled: set[str], since: date | None) -> Iterator[Difference]:
    """Clauses whose words differ and whose rules do not."""
    prose = [{clause.id: " ".join(clause.prose.split()) for clause in plan.clauses} for plan in (one, other)]
    for clause in dict.fromkeys((*prose[0], *prose[1])):
        if prose[0].get(clause) != prose[1].get(clause) and clause not in ruled:
            title = _title(other if clause in prose[1] else one, clause)
            yield Difference(plan_id, "clause", "", "prose", clause, title, "text", (), since)


def _tables(plan_id: str, base: Book, change: Book) -> Iterator[Difference]:
    """Tables of contributions; all other tables show in the rules that refer to them."""
    wanted = {rule.table for book in (base, change) for each in book.slices(plan_id) for rule in each.plan.of(Premium)}
    for name in sorted(wanted - {""}):
        values = [book.tables[name].values if name in book.tables else {} for book in (base, change)]
        if edits := tuple(edits_of(*values)):
            yield Difference(plan_id, "table", name, name, "", "Table of contributions", "edited", edits)


def _title(plan: Plan, clause: str) -> str:
    for each in plan.clauses:
        if each.id == clause:
            return " ".join(filter(None, clause_label(each, "en")))
    return clause


def keyed(rules: Sequence[Rule]) -> dict[tuple[str, str], Rule]:
    """Rules by kind and id; a rule without an id by its clause and place among its like there."""
    found: dict[tuple[str, str], Rule] = {}
    for rule in rules:
        key, number = (kind_of(rule), rule.id or f"{rule.clause}:1"), 1
        while key in found:
            number += 1
            key = (kind_of(rule), f"{rule.id or rule.clause}:{number}")
        found[key] = rule
    return found


def kind_of(rule: Rule) -> str:
    """The name of a rule's block in a plan: "benefit", "premium_class"; a step with a name of its own is a "step"."""
    if isinstance(rule, NamedStep):
        return "step"
    return re.sub(r"(?<!^)([A-Z])", r"_\1", type(rule).__name__).lower()


def tree(value: Any) -> Any:
    """A record as nested dictionaries and lists, without what no decision rests on."""
    if is_dataclass(value) and not isinstance(value, type):
        found = {each.name: tree(getattr(value, each.name)) for each in fields(value) if each.name not in LEFT_OUT}
        if isinstance(value, Step) and found["value"] is not None:
            found[value.verb] = found.pop("value")  # "deductible 100" is what the plan says
        return found
    if isinstance(value, Mapping):
        return {str(name): tree(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [tree(entry) for entry in value]
    return value


def edits_of(one: Any, other: Any) -> Iterator[Edit]:
    """Where two records differ, leaf by leaf."""
    yield from _edits("", "", tree(one), tree(other))


def _edits(where: str, name: str, one: Any, other: Any) -> Iterator[Edit]:
    if one == other:
        return
    if isinstance(one, dict) and isinstance(other, dict):
        for key in dict.fromkeys((*one, *other)):
            said = f"{where}, {_said(key)}" if where else _said(key) if key != "step" else ""
            yield from _edits(said, key, one.get(key), other.get(key))
    elif _nested(one) and _nested(other):
        alone = len(one) == len(other) == 1
        for number in range(max(len(one), len(other))):
            pair = [each[number] if number < len(each) else None for each in (one, other)]
            yield from _edits(where if alone else f"{where} {number + 1}", name, *pair)
    else:
        yield Edit(where, shown(one, name), shown(other, name))


def _nested(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(each, dict | list) for each in value)


def _said(key: str) -> str:
    return key.replace("_", " ")


def shown(value: Any, name: str = "") -> str:
    """A leaf, or a whole branch where the other side has none, as people write it."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and name in SHARES:
        return show_share(value)
    if isinstance(value, dict) and "verb" in value:
        return _step(value)
    if isinstance(value, dict):
        parts = ((key, shown(entry, key)) for key, entry in value.items() if key not in ("clause", "name"))
        return ", ".join(f"{_said(key)} {text}" for key, text in parts if text and text != "no")
    if isinstance(value, list):
        return ", ".join(shown(entry, name) for entry in value)
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _step(step: dict[str, Any]) -> str:
    """A step of a calculation, as the plan says it: "at most 250 per calendar year"."""
    verb, per = step["verb"], step.get("per") or {}
    said = [_said(verb), shown(step.get(verb) or step.get("share"), verb if step.get(verb) else "share")]
    said += [f"per {per['period']}"] if per.get("period", "life") != "life" else []
    said += [f"of each {per['scope']}"] if per.get("scope", "person") != "person" else []
    return " ".join(filter(None, said))


def concerns(found: Sequence[Difference], plan_ids: set[str]) -> bool:
    """Whether any difference lies in one of these plans, or in the catalogue that all of them share."""
    return any(each.plan in plan_ids or each.plan == "catalogue" for each in found)


def of_contributions(found: Sequence[Difference]) -> bool:
    """Whether a difference may change a contribution: a premium rule, a fact it may ask for, or the plan itself."""
    kinds = {*CONTRIBUTIONS, "fact", "parameter", "plan"}
    return any(each.kind in kinds and each.change != "text" for each in found)


__all__ = ["Difference", "Edit", "concerns", "differences", "edits_of", "keyed", "of_contributions"]
