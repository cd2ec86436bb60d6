"""Guard: what people see has a name in the five languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from clausula.checking.ground import Ground, kind_of
from clausula.findings import Place
from clausula.plan import (
    LANGUAGES,
    Benefit,
    Contact,
    Eligibility,
    Ending,
    Exclusion,
    Fact,
    Premium,
    Requirement,
    ServiceLevel,
    Statement,
    Waiting,
)

SEEN = (Benefit, Exclusion, Waiting, Requirement, Contact, Premium, Eligibility, Ending, ServiceLevel, Statement, Fact)
"""Rules whose name a person sees."""


WRITE = "write { en = …, fr = …, de = …, it = …, nl = … }"
"""What to do where a name is not complete."""


def guard(ground: Ground) -> None:
    """Look for names that lack a language: each an error in the bundled plans, one warning for a plan elsewhere."""
    found = list(_incomplete(ground))
    if ground.strict_names:
        for message, place, mend in found:
            ground.wrong("missing-name", message, place, mend)
    elif found:
        message, place, mend = found[0]
        more = f" (and {len(found) - 1} more names of this plan are not complete)" if len(found) > 1 else ""
        ground.warn("missing-name", message + more, place, mend)


def _incomplete(ground: Ground) -> Iterator[tuple[str, Place, str]]:
    plan = ground.plan
    title = "write [clause] title = { fr = …, de = …, it = …, nl = … }"
    yield from _names("the plan", plan.name, plan.place)
    for clause in plan.clauses:
        if clause.plan == plan.id:
            yield from _names(f"the clause {clause.id}", clause.title, clause.place, title)
    for rule in ground.own:
        inherits = isinstance(rule, Benefit) and rule.exception_to
        if rule.name or (isinstance(rule, SEEN) and not inherits):
            yield from _names(f"the {kind_of(rule)} {rule.id!r}", rule.name, rule.place)
        for field in ("advice", "ask"):
            if getattr(rule, field, None):
                yield from _names(f"the {field} of {rule.id!r}", getattr(rule, field), rule.place)


def _names(what: str, names: Mapping[str, str], place: Place, mend: str = WRITE) -> Iterator[tuple[str, Place, str]]:
    missing = [language for language in LANGUAGES if not names.get(language, "").strip()]
    if missing:
        lacks = "has no name" if len(missing) == len(LANGUAGES) else f"has no text in {', '.join(missing)}"
        yield f"{what} {lacks}", place, mend
