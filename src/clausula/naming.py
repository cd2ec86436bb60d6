"""Names for people, in five languages: plans, clauses, rules, facts and their values, periods, units, documents."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from clausula import codes as k
from clausula import dates
from clausula.catalogue import Catalogue
from clausula.decision import Decision
from clausula.household import Evidence
from clausula.money import show
from clausula.plan import LANGUAGES, Clause, Fact, Names, Per

KIND_OF = {
    "specialty": "specialty", "prescribed_by_specialty": "specialty", "provider.specialties": "specialty",
    "provider.role": "role",
}  # fmt: skip
"""Facts whose codes have their names in a file of the catalogue of another name."""

_NUMBER = re.compile(r"((?:[Aa]rt\.?\s*)?[\dA-Z]*\d[\w.()]*)\s+")


@lru_cache(maxsize=8)
def wording(language: str) -> Mapping[str, Mapping[str, str]]:
    """The sentence templates of a language. Raises ValueError for a language there is none of."""
    if language not in LANGUAGES:
        raise ValueError(f"{language!r} is not one of {', '.join(LANGUAGES)}")
    path = Path(__file__).parent / "wording" / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def typeset(text: str, language: str) -> str:
    """Apostrophes and spaces as a printer sets them: l’hôpital, « … », 80 % that does not break."""
    text = re.sub(r"(?<=\w)'(?=\w)", "’", text)
    text = re.sub(r"(?<=\d) %", "\u202f%", text)
    if language == "fr":
        text = re.sub(r"(?<=\S) (?=[:;?!»])", "\u202f", text)
        text = text.replace("« ", "«\u202f")
    return text


def named(names: Names, language: str, otherwise: str = "") -> str:
    """A name in a language, in English where there is none, else a fallback."""
    return typeset(names.get(language) or names.get("en") or otherwise, language)


def clause_label(clause: Clause, language: str) -> tuple[str, str]:
    """Number and title of a clause: ("64(2)(a)", "Franchise"). The number stands before the English title."""
    title = named(clause.title, language, clause.id)
    found = _NUMBER.match(clause.title.get("en", ""))
    number = found[1] if found else ""
    return number, title.removeprefix(number).strip()


class Namer:
    """Names things in one language."""

    def __init__(self, catalogue: Catalogue, language: str) -> None:
        self.catalogue, self.language, self.words = catalogue, language, wording(language)

    def money(self, decision: Decision, minor: int) -> str:
        """An amount."""
        return show(minor, decision.program.currency, self.language)

    def plan(self, decision: Decision, plan_id: str) -> str:
        """Name of a plan."""
        for cover in decision.program.covers:
            if cover.plan.id == plan_id:
                return named(cover.plan.name, self.language, plan_id)
        return plan_id

    def title(self, decision: Decision, plan_id: str, clause_id: str) -> str:
        """Number and title of a clause."""
        for cover in decision.program.covers:
            for clause in cover.plan.clauses:
                if clause.id == clause_id and clause.plan == plan_id:
                    return " ".join(filter(None, clause_label(clause, self.language)))
        return ""

    def rule(self, rule: Any) -> str:
        """Name of a rule or step."""
        return named(getattr(rule, "name", {}), self.language, str(getattr(rule, "id", "")).replace("-", " "))

    def declared(self, decision: Decision, fact_id: str) -> Fact | None:
        """A fact as a plan of the person declares it, else as the catalogue does."""
        for cover in decision.program.covers:
            own: list[Fact] = cover.plan.of(Fact)
            for fact in own:
                if fact.id == fact_id:
                    return fact
        return self.catalogue.facts.get(fact_id)

    def fact(self, decision: Decision, fact_id: str) -> tuple[str, str]:
        """Name of a fact, and the question that asks for it."""
        known, words = self.declared(decision, fact_id), self.words["fact"]
        plain = fact_id.rsplit(".", 1)[-1].replace("_", " ").replace("-", " ")
        if known is not None and known.name:
            return named(known.name, self.language, plain), named(known.ask, self.language)
        return words.get(fact_id, words["year"] if fact_id.startswith("year-from") else plain), ""

    def value(self, decision: Decision, fact_id: str, value: Any) -> str:
        """A fact's value."""
        if value is None or value == k.MISSING:
            return self.words["rule"]["nothing"]
        if isinstance(value, bool):
            return self.words["rule"]["yes" if value else "no"]
        if isinstance(value, date):
            return dates.show(value, self.language)
        if isinstance(value, tuple):
            return ", ".join(self.value(decision, fact_id, each) for each in value) or self.words["rule"]["none"]
        if fact_id == "time" and isinstance(value, int):
            return dates.show_time(value)
        return self._code(decision, fact_id, value) if isinstance(value, str) else str(value)

    def _code(self, decision: Decision, fact_id: str, code: str) -> str:
        declared = self.declared(decision, fact_id)
        if declared is not None and code in declared.value_names:
            return named(declared.value_names[code], self.language, code)
        if f"{fact_id}-{code}" in self.words["value"]:
            return self.words["value"][f"{fact_id}-{code}"]
        if code in ("true", "false") and declared is not None and declared.kind == "flag":
            return self.words["rule"]["yes" if code == "true" else "no"]
        for kind in (KIND_OF.get(fact_id, fact_id), "service", "evidence", "indication"):
            if code in self.catalogue.names.get(kind, {}):
                return self.catalogue.name(kind, code, self.language)
        for listed in self.catalogue.lists.values():
            if code.removeprefix("list:") == listed.id:
                return f"“{named(listed.name, self.language, listed.id)}”"
            if "/" in code and code in listed.codes:
                return named(listed.codes[code], self.language, code)
        return code.rsplit("/", 1)[-1].replace("-", " ").replace("_", " ") if not code.isupper() else code

    def per(self, decision: Decision, per: Per | None) -> str:
        """Whose account and for how long: "per stay", "per calendar year, for the whole household"."""
        if per is None:
            return ""
        words = self.words["per"]
        if per.period == "rolling":
            period = words["rolling_months" if per.months else "rolling_days"].format(count=per.months or per.days)
        elif per.period == "calendar year" and per.months:
            period = words["year_and_before"].format(count=per.months)
        elif per.period.startswith("year from "):
            period = words["year_from"].format(month=words[per.period.removeprefix("year from ")])
        else:
            period = words[per.period]
        if per.scope == "person":
            return period
        scope = words.get(per.scope) or words["entity"].format(what=self.fact(decision, per.scope)[0])
        if per.period == "life" and per.scope != "household":
            return scope
        return f"{period}, {scope}"

    def unit(self, decision: Decision, count: str) -> str:
        """One of what is counted: "night", "session"."""
        return self.words["unit"].get(count) or self.fact(decision, count)[0]

    def either(self, names: Iterable[str]) -> str:
        """Names as a choice: "a, b or c"."""
        *before, last = dict.fromkeys(names)
        return f"{', '.join(before)} {self.words['word']['or']} {last}" if before else last

    def inside(self, name: str) -> str:
        """A name as it stands inside a sentence: with a small letter where the language has it so."""
        small = self.language != "de" and (name[1:2].islower() or name[1:2] == " ")
        return name[:1].lower() + name[1:] if small else name

    def evidence(self, evidence: Evidence | None) -> str:
        """A document, with its date."""
        if evidence is None:
            return ""
        kind = typeset(self.catalogue.name("evidence", evidence.kind, self.language), self.language)
        day = dates.show(evidence.issued_on, self.language)
        return self.words["requirement"]["evidence"].format(kind=kind, date=day)
