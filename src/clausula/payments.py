"""How `pays` is read: steps of one verb each, the account each keeps and for how long, and the short form of one
table."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from clausula.dates import MONTHS
from clausula.findings import Place
from clausula.plan import Band, Per, Step
from clausula.values import (
    IDENT,
    PERIODS,
    SAID_FOR,
    SCOPES,
    PlanValueError,
    choice,
    flag,
    ident,
    names,
    number,
    share,
    shown,
    text,
    value_of,
    whole,
)
from clausula.wants import when


def per(value: Any, place: Place) -> Per:
    """Whose account and for how long: "household and calendar year", "stay", "24 months rolling"."""
    scope, period, months, days = "", "", 0, 0
    for part in text(value, place).strip().lower().split(" and "):
        word = part.strip().removeprefix("per ")
        before = re.fullmatch(r"(?:the )?(\d{1,3}) (month|year)s? before(?: it)?", word)
        rolling = re.fullmatch(r"(?:rolling )?(\d{1,5}) (day|month|year)s?(?: rolling)?", word)
        if word in SCOPES:
            scope = word if scope in ("", "person") else scope
        elif word in PERIODS or word in ("year", "lifetime") or word.removeprefix("year from ") in MONTHS:
            period = {"year": "calendar year", "lifetime": "life"}.get(word, word)
        elif before:
            months = int(before[1]) * {"month": 1, "year": 12}[before[2]]
        elif rolling and "rolling" in word:
            count = int(rolling[1])
            months = count * {"month": 1, "year": 12}.get(rolling[2], 0)
            days = count if rolling[2] == "day" else 0
            period = "rolling"
        elif IDENT.fullmatch(word) and scope in ("", "person"):
            scope = word
        else:
            raise PlanValueError(
                f"do not know the period {shown(part)}",
                f"scopes: {', '.join(SCOPES)} or a fact of the line; periods: {', '.join(PERIODS)}, year from july, "
                '"24 months rolling", "calendar year and the 3 months before"; join them with and',
                "per",
            )
    if months and period not in ("rolling", "calendar year"):
        raise PlanValueError(
            "months before go with the calendar year", 'write "calendar year and the 3 months before"', "per"
        )
    return Per(scope or "person", period or "life", months, days)


def _units(value: Any, place: Place) -> tuple[int, int | None]:
    """A run of units: "1-20" -> (0, 20), after how many, up to how many; "21-" has no end."""
    if isinstance(value, int) and not isinstance(value, bool):
        return 0, whole(value, place)
    found = re.fullmatch(r"(\d{1,6})\s*(?:-|–|to)\s*(\d{1,6})?", text(value, place).strip())
    if not found or int(found[1]) < 1 or (found[2] and int(found[2]) < int(found[1])):
        raise PlanValueError(
            f"{shown(value)} is not a run of units", 'write "1-20", or "21-" for 21 and after', "units"
        )
    return int(found[1]) - 1, int(found[2]) if found[2] else None


def _money_bands(value: list[Any], place: Place) -> tuple[Band, ...]:
    bands: list[Band] = []
    low = Decimal(0)
    for entry in value:
        if not isinstance(entry, dict) or not {"share"} <= set(entry) <= {"up_to", "share"}:
            raise PlanValueError(f'a band is {{ up_to = …, share = "…" }}, found {shown(entry)}')
        high = number(entry["up_to"], place) if "up_to" in entry else None
        if bands and bands[-1].high is None:
            raise PlanValueError("a band follows one that has no end", "give every band but the last an up_to")
        if high is not None and high <= low:
            raise PlanValueError(f"bands must rise: {high} comes after {low}")
        bands.append(Band(low, high, share(entry["share"], place)))
        low = high if high is not None else low
    return tuple(bands)


def _unit_bands(value: Any, place: Place) -> tuple[Band, ...]:
    if not isinstance(value, list) or not value:
        raise PlanValueError("tranches are a list", 'write [ { units = "1-10", share = "100 %" }, … ]', "tranches")
    bands: list[Band] = []
    for entry in value:
        if not isinstance(entry, dict) or set(entry) != {"units", "share"}:
            raise PlanValueError(f'a tranche is {{ units = "1-10", share = "…" }}, found {shown(entry)}')
        low, high = _units(entry["units"], place)
        if bands and (bands[-1].high is None or low < bands[-1].high):
            raise PlanValueError("tranches must rise and not overlap", key="tranches")
        bands.append(Band(Decimal(low), None if high is None else Decimal(high), share(entry["share"], place)))
    return tuple(bands)


VERBS = (
    "of", "amount", "proportion", "deductible", "share", "member_pays", "member_at_most", "less", "units", "tranches",
    "round",
)  # fmt: skip
_EXTRAS = {"when", "unless", "account", "keeps", "id", "name"}
_ALLOWED = {
    "of": set(),
    "amount": {"each"},
    "share": set(),
    "deductible": {"per"},
    "proportion": {"of"},
    "member_pays": {"at_least", "at_most", "per", "each"},
    "member_at_most": {"per"},
    "less": {"each", "at_most", "per"},
    "units": {"count", "per"},
    "tranches": {"count", "per"},
    "round": {"mode"},
    "at_most": {"each", "per", "measures"},
    "at_least": {"each"},
}


def _extras(spec: dict[str, Any], place: Place) -> dict[str, Any]:
    return {
        "id": ident(spec["id"], place) if "id" in spec else "",
        "name": names(spec.get("name", {}), place),
        "account": ident(spec["account"].lstrip("/"), place) and spec["account"] if "account" in spec else "",
        "keeps": flag(spec.get("keeps", False), place),
        "when": when(spec["when"], place) if "when" in spec else (),
        "unless": when(spec["unless"], place) if "unless" in spec else (),
        "per": per(spec["per"], place) if "per" in spec else None,
        "count": ident(spec.get("each", spec.get("count", "")) or "x", place) if {"each", "count"} & set(spec) else "",
        "place": place,
    }


def _one(verb: str, spec: dict[str, Any], place: Place) -> Step:
    unknown = set(spec) - _ALLOWED[verb] - _EXTRAS - {verb}
    if unknown:
        key = min(unknown)
        raise PlanValueError(
            f"{key!r} does not go with {verb}", f"{verb} takes: {', '.join(sorted(_ALLOWED[verb] | _EXTRAS))}", key
        )
    extras = _extras(spec, place)
    given = spec[verb]
    least = number(spec["at_least"], place) if "at_least" in spec and verb != "at_least" else None
    most = number(spec["at_most"], place) if "at_most" in spec and verb != "at_most" else None
    if verb == "proportion":
        if "of" not in spec:
            raise PlanValueError(
                "proportion needs what it is a part of", 'write { proportion = 5000, of = "room_rent" }', verb
            )
        return Step(verb, value=value_of(given, place), of=ident(spec["of"], place), **extras)
    if verb == "at_most":
        measures = choice("payment", "cost")(spec.get("measures", "payment"), place)
        return Step(verb, value=value_of(given, place), measures=measures, **extras)
    if verb == "of":
        return Step("of", of=text(given, place), **extras)
    if verb == "share":
        return Step("share", share=share(given, place), **extras)
    if verb == "member_pays":
        bands = _money_bands(given, place) if isinstance(given, list) else ()
        ppm = None if bands else share(given, place)
        return Step(verb, share=ppm, bands=bands, at_least=least, at_most=most, **extras)
    if verb == "units":
        low, high = _units(given, place)
        return Step(verb, bands=(Band(Decimal(low), None if high is None else Decimal(high), 0),), **extras)
    if verb == "tranches":
        return Step(verb, bands=_unit_bands(given, place), **extras)
    if verb == "round":
        mode = choice("half up", "up", "down")(spec.get("mode", "half up"), place)
        plain = isinstance(given, str) and re.fullmatch(r"\d{1,9}(\.\d{1,4})?", given)
        return Step(verb, value=number(Decimal(given) if plain else given, place), mode=mode, **extras)
    if verb == "less" and given == "paid_before":
        return Step("less", of="paid_before", **extras)
    return Step(verb, value=value_of(given, place), at_most=most, **extras)


def _check_step(step: Step) -> Step:
    needs_account = step.verb in ("deductible", "member_at_most", "units", "tranches") or bool(step.bands)
    needs_account = needs_account or (step.verb == "less" and step.at_most is not None) or step.measures == "cost"
    if step.verb == "member_pays" and step.count and step.per:
        raise PlanValueError(
            "member_pays is bounded either for each unit or for a period", "write two steps", "member_pays"
        )
    if needs_account and step.per is None:
        raise PlanValueError(
            f"{step.verb} needs a period", 'say per = "calendar year", "stay", "person and life" …', step.verb
        )
    if step.verb in ("units", "tranches") and not step.count:
        raise PlanValueError(f"{step.verb} must say what it counts", 'say count = "session"', step.verb)
    if step.verb == "at_most" and step.count and step.per:
        raise PlanValueError("at_most is either per unit (each) or per period (per)", "write two steps", "at_most")
    if step.verb == "round" and (not isinstance(step.value, Decimal) or step.value == 0):
        raise PlanValueError("round needs what to round to", 'write { round = "0.05" }', "round")
    return step


def step(value: Any, place: Place) -> Step:
    """One step: a table with one verb."""
    if not isinstance(value, dict):
        raise PlanValueError(f"expected a step, found {shown(value)}", 'write { share = "80 %" }')
    found = [verb for verb in VERBS if verb in value and not (verb == "of" and "proportion" in value)]
    found = found or [verb for verb in ("at_most", "at_least") if verb in value]
    if len(found) != 1:
        what = "no verb" if not found else "several verbs: " + ", ".join(found)
        meant = [f"{SAID_FOR[word]} for {word}" for word in value if word in SAID_FOR]
        if not found and meant:
            raise PlanValueError(f"a step has one verb; this one has {what}", f"write {', '.join(meant)}")
        raise PlanValueError(
            f"a step has one verb; this one has {what}", f"verbs: {', '.join(VERBS)}, at_most, at_least"
        )
    return _check_step(_one(found[0], value, place))


def pays(value: Any, place: Place) -> tuple[Step | str, ...]:
    """How much is paid: "in full", "nothing", one table, or a list of steps and names of steps."""
    if value == "in full":
        return ()
    if value == "nothing":
        return (Step("nothing", place=place),)
    if isinstance(value, list):
        return tuple(ident(entry, place) if isinstance(entry, str) else step(entry, place) for entry in value)
    if isinstance(value, str) and value.endswith("%"):
        raise PlanValueError(f"do not understand {shown(value)}", f"write {{ share = {shown(value)} }}")
    if isinstance(value, str):
        return (ident(value, place),)
    if not isinstance(value, dict):
        raise PlanValueError(
            f"do not understand {shown(value)}", 'write "in full", "nothing", a table or a list of steps'
        )
    return _table_form(value, place)


def _table_form(value: dict[str, Any], place: Place) -> tuple[Step, ...]:
    """The one-table form: several verbs in their usual order; `per` belongs to at_most where there is one."""
    verbs = [verb for verb in VERBS if verb in value and not (verb == "of" and "proportion" in value)]
    if "per" in value and "at_most" in value and "deductible" in verbs:
        raise PlanValueError(
            "per could belong to the deductible or to at_most",
            "write pays as a list of steps, each with its per",
            "per",
        )
    if len(verbs) <= 1 and not (verbs and verbs[0] in ("of", "amount", "share", "deductible") and "at_most" in value):
        return (step(value, place),)
    rest = {key: entry for key, entry in value.items() if key not in (*verbs, "at_most", "per", "each")}
    steps = []
    for verb in verbs:
        spec = {verb: value[verb], **({"when": rest["when"]} if "when" in rest else {})}
        if "each" in value and verb in ("amount", "less"):
            spec["each"] = value["each"]
        if "per" in value and "per" in _ALLOWED[verb] and "at_most" not in value:
            spec["per"] = value["per"]
        steps.append(step(spec, place))
    if set(rest) - {"when"}:
        key = min(set(rest) - {"when"})
        raise PlanValueError(f"{key!r} cannot stand in the short form", "write pays as a list of steps", key)
    if "at_most" in value:
        spec = {"at_most": value["at_most"], **({"when": rest["when"]} if "when" in rest else {})}
        if "per" in value:
            spec["per"] = value["per"]
        elif "each" in value and "amount" not in verbs:
            spec["each"] = value["each"]
        steps.append(step(spec, place))
    return tuple(steps)
