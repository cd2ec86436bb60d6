"""A kept decision told to a person: its steps as sentences with their clauses, in five languages.

Nothing is worked out again: the rows of the trace are read by the same program that wrote them (`mark_of`). Where that
program cannot be made any more, the steps are told plainly, with plan, clause and amounts as they were kept.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import clausula
from clausula import codes as k
from clausula.decision import Decision, Said
from clausula.encoder import Encoder
from clausula.explain import Teller
from clausula.money import show
from clausula.plan import LANGUAGES
from clausula.relevance import relevant
from clausula_server.claims.engine.deciding import MINOR, mark_of
from clausula_server.claims.world import Json
from clausula_server.enrolment.catalogue.editions import Combined, combined

PLAIN = {
    "en": "{kind}: {before} becomes {after}", "fr": "{kind} : {before} devient {after}",
    "de": "{kind}: aus {before} wird {after}", "it": "{kind}: {before} diventa {after}",
    "nl": "{kind}: {before} wordt {after}",
}  # fmt: skip
NOWHERE = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder as a sentence. title: number and title of its clause, in the language. kind: benefit,
    step, requirement, exclusion, test …; met: whether a requirement is; cover: the plan that took it, which
    may extend the one its clause stands in ("" where none has begun)."""

    text: str
    plan: str
    clause: str
    title: str
    kind: str = ""
    met: bool = True
    cover: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """A decision as a member reads it: what becomes of the bill, the steps, what the plan advises, plans by name."""

    summary: str
    rungs: tuple[Rung, ...]
    advice: str
    plans: Mapping[str, str]


def tell(line: Json, content: Json, language: str, evidence: Mapping[str, Json] | None = None) -> Account:
    """Tell a decision. line: as stated; content: as the decision keeps it; evidence: the documents it speaks of, by id.

    Raises ValueError for a language that is none of the five.
    """
    if language not in LANGUAGES:
        raise ValueError(f"{language!r} is none of {', '.join(LANGUAGES)}")
    if "trace" not in content:
        return Account("", (), "", {})
    book = combined(content["editions"])
    if mark_of(book.program) != content["program"]:
        return _plainly(content, language)
    decision = _read(book, line, content, evidence or {})
    teller = Teller(book.book.catalogue, language)
    rungs = tuple(_rungs(teller, decision))
    plans = {cover.plan: teller.plan(decision, cover.plan) for cover in decision.covers}
    return Account(teller.summary(decision), rungs, teller.advice(decision), plans)


def _rungs(teller: Teller, decision: Decision) -> Iterator[Rung]:
    for read in relevant(decision):
        said = teller.sentence(decision, read)
        if said is not None:
            step, cover = said.step, read.cover.plan if read.cover else ""
            yield Rung(said.text, said.plan, said.clause, said.title, step.kind, not step.failure, cover)


def _read(book: Combined, line: Json, content: Json, evidence: Mapping[str, Json]) -> Decision:
    program = book.program
    stated = clausula.Line(
        str(line["id"]), str(line["person"]), line["service"], line["served_on"],
        facts={key: tuple(value) if isinstance(value, list) else value for key, value in content["facts"].items()},
        time=line.get("time"), indication=line.get("indication", ""), episode=line.get("episode", ""),
        provider=line.get("provider", ""),
    )  # fmt: skip
    looked = content["evidence"]
    nothing = clausula.Evidence("", "", NOWHERE)
    found = [nothing] * (max(map(int, looked), default=-1) + 1)
    for number, id_ in looked.items():
        row = evidence.get(id_)
        if row is not None:
            found[int(number)] = clausula.Evidence(row["kind"], str(line["person"]), row["issued_on"], id=id_)
    nobody = clausula.Household("", (clausula.Person(str(line["person"]), NOWHERE),))
    encoder = Encoder(program, nobody, {})
    encoder.evidence_of = found
    facts = array("q", [k.MISSING if cell is None else cell for cell in content["row"]])
    cells, trace = array("q", content["cells"]), array("q", content["trace"])
    return Decision(Said(encoder, [stated], [facts], (array("q"), cells, trace)), 0)


def _plainly(content: Json, language: str) -> Account:
    rungs = tuple(
        Rung(PLAIN[language].format(**{key: each[key] for key in ("kind", "before", "after")}), each["plan"],
             each["clause"], each["clause"])
        for each in content["steps"]
        if each["kind"] in ("step", "exclusion", "requirement", "benefit")
    )  # fmt: skip
    return Account("", rungs, "", {})


def service_names(digests: list[str], service: str) -> dict[str, str]:
    """The name of a service in the five languages, as the catalogue of the editions has it."""
    catalogue = combined(digests).book.catalogue
    return {language: catalogue.name("service", service, language) for language in LANGUAGES}


def evidence_names(digests: list[str], kind: str) -> dict[str, str]:
    """The name of a kind of evidence in the five languages."""
    catalogue = combined(digests).book.catalogue
    return {language: catalogue.name("evidence", kind, language) for language in LANGUAGES}


def money(minor: int, currency: str, language: str) -> str:
    """An amount as people of that language read it: "CHF 1’234.50", "1.234,50 €"."""
    return show(minor, currency, language)


def amount(minor: int) -> str:
    """Minor units in currency units, as text."""
    return f"{minor // MINOR}.{minor % MINOR:02d}"


__all__: list[Any] = ["Account", "Rung", "amount", "evidence_names", "money", "service_names", "tell"]
