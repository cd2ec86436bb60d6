"""What is asked of people about a bill: the services their plans know, facts with their questions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from clausula.naming import named
from clausula.plan import Fact
from clausula_server.enrolment.catalogue.editions import combined, edition

COMMON = (
    "outpatient/consultation", "outpatient/treatment", "laboratory", "medicine", "imaging",
    "imaging/high-specialisation/mri", "imaging/high-specialisation/scintigraphy", "physiotherapy/session",
    "outpatient/psychotherapy", "dental/visit", "dental/hygiene", "material/glasses", "material/orthopaedic",
    "vaccination", "maternity/check-up", "emergency/department", "hospital/stay", "transport/ambulance",
    "alternative-medicine/acupuncture", "prevention/check-up", "telecare/consultation",
)  # fmt: skip
"""What members send bills of, most often first."""
FROM_MEMBERS = ("cause", "channel", "fee_kind", "accident_on")
"""Facts that somebody who holds the bill knows."""


@dataclass(frozen=True, slots=True)
class Question:
    """A fact somebody may state. kind: code, flag, number, money, date or set; choices: code and its name."""

    fact: str
    kind: str
    name: str
    ask: str
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class BillForm:
    """What is asked of a bill by the plans somebody is in: services by id and name, and facts."""

    currency: str
    services: tuple[tuple[str, str], ...]
    questions: tuple[Question, ...]


def bill_form(digests: Iterable[str], language: str) -> BillForm:
    """What to ask of a bill. Only what the plans know: a service none of them names is asked of nobody."""
    found = combined(digests)
    catalogue = found.book.catalogue
    known = found.program.service_order
    services = [(each, catalogue.name("service", each, language)) for each in COMMON if each in known]
    wanted = {column.spec.id for column in found.program.columns if column.spec.of == "line"}
    questions = [question(digests, fact, language) for fact in FROM_MEMBERS if fact in wanted]
    return BillForm(found.program.currency, tuple(services), tuple(each for each in questions if each))


def question(digests: Iterable[str], fact: str, language: str) -> Question | None:
    """The question for a fact of a line, as the editions ask it; None where they know no such fact."""
    spec: Fact | None = None
    for digest in digests:
        read = edition(digest)
        own = {each.id: each for each in read.slices[-1].plan.of(Fact)}
        spec = own.get(fact) or read.catalogue.facts.get(fact) or spec
    if spec is None:
        return None
    choices = tuple((value, _value(spec, value, language)) for value in spec.values)
    return Question(fact, spec.kind, named(spec.name, language, fact), named(spec.ask, language), choices)


def _value(spec: Fact, value: str, language: str) -> str:
    name = named(spec.value_names.get(value, {}), language, value.replace("-", " "))
    return name[:1].upper() + name[1:]


def kinds_of_evidence(digests: Iterable[str], language: str) -> list[tuple[str, str]]:
    """Every kind of evidence the editions name, by id and name, in the order of the alphabet."""
    catalogue = combined(digests).book.catalogue
    found = [(kind, catalogue.name("evidence", kind, language)) for kind in catalogue.names.get("evidence", {})]
    return sorted(found, key=lambda each: each[1].casefold())


def named_by_evidence(digests: Iterable[str], language: str) -> list[tuple[str, str]]:
    """What a document may have to name for a rule (a pathology, a trauma …), by id and name."""
    catalogue = combined(digests).book.catalogue
    return [(key, catalogue.name("named", key, language)) for key in catalogue.names.get("named", {})]


def plans_of(digests: Iterable[str], language: str) -> dict[str, str]:
    """The names of the plans of editions that pay something, by id."""
    found = combined(digests).program.covers
    return {cover.plan.id: named(cover.plan.name, language, cover.plan.id) for cover in found}
