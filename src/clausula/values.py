"""How each value of the plan language is read: from plain TOML to typed, with a message and a mend where it is not right."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, time
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from clausula.dates import MONTHS, minutes
from clausula.findings import Place
from clausula.money import MoneyError, to_ppm
from clausula.plan import LANGUAGES, Alternatives, Band, Dated, Exempt, FactRef, Names, Opening, Per, Step, Value, Want

LARGEST_NUMBER = 10**12
"""Numbers a rule may name."""
LARGEST_RANGE = 2600
"""Codes a range may stand for."""

IDENT = re.compile(r"[a-z0-9][a-z0-9_.:/!-]*")
OUTCOMES = ("covered", "partly", "not_covered", "needs_document", "needs_authorisation", "needs_person")
REFUSALS = OUTCOMES[2:]
FAILURE_NAMES = (
    "met",
    "missing",
    "status",
    "names",
    "issuer",
    "scope",
    "specialty",
    "proposal",
    "dated",
    "expired",
    "uses",
)
SCOPES = ("person", "household", "stay", "episode", "indication", "provider", "claim")
PERIODS = ("calendar year", "plan year", "half-year", "quarter", "month", "week", "day", "life")


def shown(value: Any) -> str:
    """A value as it is written in a plan, shortened, for messages."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value[:60]}…"' if len(value) > 60 else f'"{value}"'
    if isinstance(value, dict):
        inner = ", ".join(f"{key} = {shown(entry)}" for key, entry in list(value.items())[:3])
        return "{ " + inner + (", … }" if len(value) > 3 else " }")
    if isinstance(value, list):
        return "[" + ", ".join(shown(entry) for entry in value[:3]) + (", …]" if len(value) > 3 else "]")
    return str(value)[:60]


class Bad(ValueError):
    """A value that is not what the language wants: message and mend; `key` names the part that is wrong, if known."""

    def __init__(self, message: str, mend: str = "", key: str = "") -> None:
        message = message if len(message) <= 300 else message[:297] + "..."
        super().__init__(message)
        self.message, self.mend, self.key = message, mend, key


def text(value: Any, _: Place) -> str:
    """A string."""
    if not isinstance(value, str):
        raise Bad(f"expected a text in quotes, found {shown(value)}", 'write it like "…"')
    return value


def ident(value: Any, place: Place) -> str:
    """A name for the machine."""
    if not IDENT.fullmatch(text(value, place)):
        plain = re.sub(r"[^a-z0-9_.:/!-]+", "-", str(value).lower()).strip("-")
        near = f', such as "{plain}"' if IDENT.fullmatch(plain) and len(plain) <= 60 else ""
        raise Bad(f"{shown(value)} is not a valid id", f"use small letters, digits, hyphens and slashes{near}")
    return str(value)


def whole(value: Any, _: Place) -> int:
    """A whole number from 0 up."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 10**9:
        raise Bad(
            f"expected a whole number from 0 up, found {shown(value)}", "write it without quotes and decimals: 30"
        )
    return value


def flag(value: Any, _: Place) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise Bad(f"expected true or false, found {shown(value)}", "write true or false, without quotes")
    return value


def number(value: Any, _: Place) -> Decimal:
    """An exact number from 0 up."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not Decimal(value).is_finite() or value < 0:
        raise Bad(
            f"expected a number from 0 up, found {shown(value)}",
            "write it without quotes, currency or thousands marks: 1500.50",
        )
    if value > LARGEST_NUMBER or Decimal(value).adjusted() < -9:
        raise Bad("this number is too large or too fine", f"numbers go up to {LARGEST_NUMBER}")
    return Decimal(value)


def value_of(value: Any, place: Place) -> Value:
    """A number, or a fact: { fact = "franchise" }, { fact = "tariff", share = "200 %" }, { fact = "months", amount = 100 }."""
    if isinstance(value, dict):
        if "fact" not in value or len(value) > 2 or set(value) - {"fact", "share", "amount"}:
            mend = 'write { fact = "…" }, with share = "50 %" or amount = 100 (for each) beside it'
            raise Bad(f"expected a number or a fact, found {shown(value)}", mend)
        part = share(value["share"], place) if "share" in value else None
        return FactRef(ident(value["fact"], place), part, number(value["amount"], place) if "amount" in value else None)
    return number(value, place)


def share(value: Any, _: Place) -> int:
    """A share like "80 %", in parts per million."""
    try:
        return to_ppm(value) if isinstance(value, str) else to_ppm(repr(value))
    except MoneyError as error:
        raise Bad(str(error), 'write it like "80 %"') from None


def names(value: Any, _: Place) -> Names:
    """A table of names by language."""
    if isinstance(value, str):
        return {"en": value}
    if not isinstance(value, dict) or not all(isinstance(entry, str) for entry in value.values()):
        raise Bad(
            f"expected names by language, found {shown(value)}",
            'write { en = "…", fr = "…", de = "…", it = "…", nl = "…" }',
        )
    for language in value:
        if language not in LANGUAGES:
            raise Bad(f"unknown language {shown(language)}", "the languages are " + ", ".join(LANGUAGES), language)
    return value


def many(read: Callable[[Any, Place], Any]) -> Callable[[Any, Place], tuple[Any, ...]]:
    """A reader of one or several of the same."""

    def read_many(value: Any, place: Place) -> tuple[Any, ...]:
        return tuple(read(entry, place) for entry in (value if isinstance(value, list) else [value]))

    return read_many


def choice(*allowed: str) -> Callable[[Any, Place], str]:
    """A reader of one word out of a closed list."""

    def read_choice(value: Any, place: Place) -> str:
        if text(value, place) not in allowed:
            near = get_close_matches(str(value)[:60], allowed, 1)
            mend = f"did you mean {near[0]}? " if near else ""
            raise Bad(f"{shown(value)} is not one of the words known here", f"{mend}use " + ", ".join(allowed))
        return str(value)

    return read_choice


def services(value: Any, place: Place) -> tuple[str, ...]:
    """Nodes of the service tree, "*" for all."""
    found: tuple[str, ...] = many(text)(value, place)
    for node in found:
        if node != "*" and not IDENT.fullmatch(node):
            raise Bad(
                f"{shown(node)} is not a node of the service tree", 'write services = ["hospital/stay"], or "*" for all'
            )
    return found


def scalar(value: Any, _: Place) -> Any:
    """A plain value."""
    if isinstance(value, dict | list):
        raise Bad(
            f"expected a plain value, found {shown(value)}", "write a text in quotes, a number, a date, true or false"
        )
    return value


def texts_table(value: Any, place: Place) -> Mapping[str, str]:
    """A table of texts."""
    if not isinstance(value, dict):
        raise Bad(f"expected a table, found {shown(value)}", 'write { word = "text" }')
    return {key: text(entry, place) for key, entry in value.items()}


# --- conditions -------------------------------------------------------------------------------------------------------

_BOUNDS = {"at_least", "at_most", "below", "above"}


def _bound(value: Any) -> int | Decimal | date:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | date):
        raise Bad(f"expected a number or a date, found {shown(value)}", "write it without quotes: 18, 2026-01-01")
    if not isinstance(value, date) and not (Decimal(value).is_finite() and -LARGEST_NUMBER <= value <= LARGEST_NUMBER):
        raise Bad("this number is too large", f"numbers go up to {LARGEST_NUMBER}")
    return value


def _between(fact: str, spec: dict[str, Any], place: Place) -> Want:
    low = spec.get("at_least", spec.get("above"))
    high = spec.get("at_most", spec.get("below"))
    return Want(
        fact,
        "between",
        low=None if low is None else _bound(low),
        high=None if high is None else _bound(high),
        above="above" in spec,
        closed="at_most" in spec,
        place=place,
    )


def _clock(value: Any) -> int:
    try:
        return minutes(value) if isinstance(value, str | time) else minutes(repr(value))
    except ValueError as error:
        raise Bad(str(error)) from None


_CODE = re.compile(r"[A-Z]\d{1,3}")


def _code_range(first: str, last: str, fact: str) -> tuple[str, ...]:
    """Codes from one to another, with all that begins like them: { from = "M40", to = "M54" } is M40* … M54*."""
    if len(first) != len(last) or first > last:
        raise Bad(f"{first} to {last} is not a range of codes", 'write { from = "M40", to = "M54" }', fact)
    digits = len(first) - 1
    size = int("1" + "0" * digits)
    low, high = ((ord(code[0]) * size + int(code[1:])) for code in (first, last))
    if high - low > LARGEST_RANGE:
        raise Bad(
            f"{first} to {last} are more than {LARGEST_RANGE} codes", 'name whole letters with a star: "C*"', fact
        )
    return tuple(f"{chr(code // size)}{code % size:0{digits}d}*" for code in range(low, high + 1))


def _table_want(fact: str, spec: dict[str, Any], place: Place) -> Want:
    keys = set(spec)
    if keys and keys <= _BOUNDS and not {"at_least", "above"} <= keys and not {"at_most", "below"} <= keys:
        return _between(fact, spec, place)
    if keys == {"from", "to"} and all(isinstance(spec[key], str) and _CODE.fullmatch(spec[key]) for key in keys):
        return Want(fact, "in", _code_range(spec["from"], spec["to"], fact), place=place)
    if keys == {"from", "to"}:
        low, high = _clock(spec["from"]), _clock(spec["to"])
        if low < high:
            return Want(fact, "between", low=low, high=high, place=place)
        return Want(fact, "outside", low=high, high=low, place=place)
    if keys == {"not"}:
        if isinstance(spec["not"], bool):
            return _plain_want(fact, not spec["not"], place)
        return Want(fact, "not-in", many(_word)(spec["not"], place), place=place)
    if keys in ({"list"}, {"not_list"}):
        (key, listed), *_ = spec.items()
        return Want(fact, "in" if key == "list" else "not-in", ("list:" + text(listed, place),), place=place)
    if keys == {"known"}:
        return Want(fact, "known", low=int(flag(spec["known"], place)), place=place)
    if keys == {"less_than_fact"} or keys == {"at_most_fact"}:
        (key, other), *_ = spec.items()
        return Want(
            fact, "below-fact" if key == "less_than_fact" else "at-most-fact", other=text(other, place), place=place
        )
    if len(keys) == 1 and keys <= {"any", "all", "none"}:
        (key, wanted), *_ = spec.items()
        return Want(fact, key, many(text)(wanted, place), place=place)
    if keys and keys <= set(SAID_FOR):
        meant = ", ".join(f"{SAID_FOR[key]} for {key}" for key in sorted(keys))
        raise Bad(f"do not understand what is wanted of {fact}: {', '.join(sorted(keys))}", f"write {meant}", fact)
    raise Bad(
        f"do not understand what is wanted of {fact}: {', '.join(sorted(keys)) or 'an empty table'}",
        "use at_least, at_most, below, above, from/to, not, list, not_list, known, any, all, none, less_than_fact, at_most_fact",
        fact,
    )


def _word(value: Any, _: Place) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if not isinstance(value, str):
        raise Bad(f"expected a code in quotes, found {shown(value)}", 'write "general" or ["public", "private"]')
    return value


def _plain_want(fact: str, spec: Any, place: Place) -> Want:
    if isinstance(spec, bool):
        return Want(fact, "between", low=int(spec), high=int(spec), closed=True, place=place)
    if isinstance(spec, int | Decimal | date):
        return Want(fact, "between", low=spec, high=spec, closed=True, place=place)
    if isinstance(spec, list) and not spec:
        raise Bad(f"nothing is wanted of {fact}: the list is empty", "name at least one value", fact)
    if isinstance(spec, list) and all(isinstance(entry, int) and not isinstance(entry, bool) for entry in spec):
        return Want(fact, "in", tuple(str(entry) for entry in spec), place=place)
    return Want(fact, "in", many(_word)(spec, place), place=place)


def want(fact: str, spec: Any, place: Place) -> Want:
    """One test: a fact and what is wanted of it."""
    found = _table_want(fact, spec, place) if isinstance(spec, dict) else _plain_want(fact, spec, place)
    if fact.startswith("used:"):
        if found.op not in ("between",):
            raise Bad(f"{fact} is an amount or a count", "use at_least, at_most, below or above", fact)
        return Want(fact, "used", (), found.low, found.high, found.above, found.closed, fact[5:], place)
    return found


def when(value: Any, place: Place) -> Alternatives:
    """A condition: a table of tests, or a list of such tables (alternatives)."""
    tables = value if isinstance(value, list) else [value]
    for table in tables:
        if not isinstance(table, dict) or not table:
            raise Bad(f"expected a table of facts, found {shown(table)}", "write when = { fact = … }")
    return tuple(tuple(want(fact, spec, place) for fact, spec in _dotted(table)) for table in tables)


def _dotted(table: dict[str, Any]) -> list[tuple[str, Any]]:
    """The facts of a table; `provider.lists = …`, which TOML reads as a table in a table, is the fact "provider.lists"."""
    found: list[tuple[str, Any]] = []
    for fact, spec in table.items():
        inner = fact == "provider" and isinstance(spec, dict)
        found += [(f"provider.{key}", value) for key, value in spec.items()] if inner else [(fact, spec)]
    return found


# --- steps ------------------------------------------------------------------------------------------------------------


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
            raise Bad(
                f"do not know the period {shown(part)}",
                f"scopes: {', '.join(SCOPES)} or a fact of the line; periods: {', '.join(PERIODS)}, year from july, "
                '"24 months rolling", "calendar year and the 3 months before"; join them with and',
                "per",
            )
    if months and period not in ("rolling", "calendar year"):
        raise Bad("months before go with the calendar year", 'write "calendar year and the 3 months before"', "per")
    return Per(scope or "person", period or "life", months, days)


def _units(value: Any, place: Place) -> tuple[int, int | None]:
    """ "1-20" -> (0, 20): after how many, up to how many; "21-" has no end."""
    if isinstance(value, int) and not isinstance(value, bool):
        return 0, whole(value, place)
    found = re.fullmatch(r"(\d{1,6})\s*(?:-|–|to)\s*(\d{1,6})?", text(value, place).strip())
    if not found or int(found[1]) < 1 or (found[2] and int(found[2]) < int(found[1])):
        raise Bad(f"{shown(value)} is not a run of units", 'write "1-20", or "21-" for 21 and after', "units")
    return int(found[1]) - 1, int(found[2]) if found[2] else None


def _money_bands(value: list[Any], place: Place) -> tuple[Band, ...]:
    bands: list[Band] = []
    low = Decimal(0)
    for entry in value:
        if not isinstance(entry, dict) or not {"share"} <= set(entry) <= {"up_to", "share"}:
            raise Bad(f'a band is {{ up_to = …, share = "…" }}, found {shown(entry)}')
        high = number(entry["up_to"], place) if "up_to" in entry else None
        if bands and bands[-1].high is None:
            raise Bad("a band follows one that has no end", "give every band but the last an up_to")
        if high is not None and high <= low:
            raise Bad(f"bands must rise: {high} comes after {low}")
        bands.append(Band(low, high, share(entry["share"], place)))
        low = high if high is not None else low
    return tuple(bands)


def _unit_bands(value: Any, place: Place) -> tuple[Band, ...]:
    if not isinstance(value, list) or not value:
        raise Bad("tranches are a list", 'write [ { units = "1-10", share = "100 %" }, … ]', "tranches")
    bands: list[Band] = []
    for entry in value:
        if not isinstance(entry, dict) or set(entry) != {"units", "share"}:
            raise Bad(f'a tranche is {{ units = "1-10", share = "…" }}, found {shown(entry)}')
        low, high = _units(entry["units"], place)
        if bands and (bands[-1].high is None or low < bands[-1].high):
            raise Bad("tranches must rise and not overlap", key="tranches")
        bands.append(Band(Decimal(low), None if high is None else Decimal(high), share(entry["share"], place)))
    return tuple(bands)


VERBS = (
    "of", "amount", "proportion", "share", "deductible", "member_pays", "member_at_most", "less", "units", "tranches", "round",
)  # fmt: skip
SAID_FOR = {
    "limit": "at_most", "max": "at_most", "maximum": "at_most", "cap": "at_most", "ceiling": "at_most", "min": "at_least",
    "minimum": "at_least", "percent": 'share = "80 %"', "percentage": 'share = "80 %"', "rate": 'share = "80 %"', "copay": "less",
    "copayment": "less", "coinsurance": "member_pays", "excess": "deductible", "franchise": "deductible", "retention": "deductible",
    "fixed": "amount", "sum": "amount", ">=": "at_least", "<=": "at_most", ">": "above", "<": "below",
}  # fmt: skip
"""Words that people write and the word the language has for them."""
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
        key = sorted(unknown)[0]
        raise Bad(
            f"{key!r} does not go with {verb}", f"{verb} takes: {', '.join(sorted(_ALLOWED[verb] | _EXTRAS))}", key
        )
    extras = _extras(spec, place)
    given = spec[verb]
    least = number(spec["at_least"], place) if "at_least" in spec and verb != "at_least" else None
    most = number(spec["at_most"], place) if "at_most" in spec and verb != "at_most" else None
    if verb == "proportion":
        if "of" not in spec:
            raise Bad("proportion needs what it is a part of", 'write { proportion = 5000, of = "room_rent" }', verb)
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
        raise Bad("member_pays is bounded either for each unit or for a period", "write two steps", "member_pays")
    if needs_account and step.per is None:
        raise Bad(f"{step.verb} needs a period", 'say per = "calendar year", "stay", "person and life" …', step.verb)
    if step.verb in ("units", "tranches") and not step.count:
        raise Bad(f"{step.verb} must say what it counts", 'say count = "session"', step.verb)
    if step.verb == "at_most" and step.count and step.per:
        raise Bad("at_most is either per unit (each) or per period (per)", "write two steps", "at_most")
    if step.verb == "round" and (not isinstance(step.value, Decimal) or step.value == 0):
        raise Bad("round needs what to round to", 'write { round = "0.05" }', "round")
    return step


def step(value: Any, place: Place) -> Step:
    """One step: a table with one verb."""
    if not isinstance(value, dict):
        raise Bad(f"expected a step, found {shown(value)}", 'write { share = "80 %" }')
    found = [verb for verb in VERBS if verb in value and not (verb == "of" and "proportion" in value)]
    found = found or [verb for verb in ("at_most", "at_least") if verb in value]
    if len(found) != 1:
        what = "no verb" if not found else "several verbs: " + ", ".join(found)
        meant = [f"{SAID_FOR[word]} for {word}" for word in value if word in SAID_FOR]
        if not found and meant:
            raise Bad(f"a step has one verb; this one has {what}", f"write {', '.join(meant)}")
        raise Bad(f"a step has one verb; this one has {what}", f"verbs: {', '.join(VERBS)}, at_most, at_least")
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
        raise Bad(f"do not understand {shown(value)}", f"write {{ share = {shown(value)} }}")
    if isinstance(value, str):
        return (ident(value, place),)
    if not isinstance(value, dict):
        raise Bad(f"do not understand {shown(value)}", 'write "in full", "nothing", a table or a list of steps')
    return _table_form(value, place)


def _table_form(value: dict[str, Any], place: Place) -> tuple[Step, ...]:
    """The one-table form: several verbs in their usual order; `per` belongs to at_most where there is one."""
    verbs = [verb for verb in VERBS if verb in value and not (verb == "of" and "proportion" in value)]
    if "per" in value and "at_most" in value and "deductible" in verbs:
        raise Bad(
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
        key = sorted(set(rest) - {"when"})[0]
        raise Bad(f"{key!r} cannot stand in the short form", "write pays as a list of steps", key)
    if "at_most" in value:
        spec = {"at_most": value["at_most"], **({"when": rest["when"]} if "when" in rest else {})}
        if "per" in value:
            spec["per"] = value["per"]
        elif "each" in value and "amount" not in verbs:
            spec["each"] = value["each"]
        steps.append(step(spec, place))
    return tuple(steps)


# --- requirements, contacts, times ------------------------------------------------------------------------------------


def dated(value: Any, place: Place) -> Dated:
    """How the date of evidence lies to a date fact: { not_after = "served_on", within_days = 30 }."""
    if not isinstance(value, dict):
        raise Bad(f"expected a relation of dates, found {shown(value)}", 'write { not_after = "served_on" }')
    relations = {
        "before": (None, -1),
        "not_after": (None, 0),
        "on": (0, 0),
        "not_before": (0, None),
        "after": (1, None),
    }
    found = [key for key in relations if key in value]
    if len(found) != 1 or set(value) - {found[0], "within_days"}:
        raise Bad("say one relation of dates", f"use one of {', '.join(relations)}, and within_days if it is limited")
    earliest, latest = relations[found[0]]
    if "within_days" in value:
        days = whole(value["within_days"], place)
        earliest, latest = (earliest, days) if earliest is not None else (-days, latest)
    return Dated(ident(value[found[0]], place), earliest, latest)


def issued_by(value: Any, place: Place) -> Mapping[str, tuple[str, ...]]:
    """List, role or specialty of who issued it."""
    if not isinstance(value, dict) or set(value) - {"list", "role", "specialty"}:
        raise Bad("expected list, role or specialty", 'write { list = "plusmed" }')
    return {key: many(text)(entry, place) for key, entry in value.items()}


def failures(value: Any, place: Place) -> Mapping[str, str]:
    """Outcome by what is wrong: "needs_document", or { missing = …, dated = …, otherwise = … }."""
    if isinstance(value, str):
        return {"otherwise": choice(*REFUSALS)(value, place)}
    if not isinstance(value, dict):
        raise Bad(f"expected an outcome, found {shown(value)}", "use " + ", ".join(REFUSALS))
    for key in value:
        if key not in (*FAILURE_NAMES[1:], "otherwise", "pays"):
            raise Bad(f"{key!r} is no way to fail", "use " + ", ".join((*FAILURE_NAMES[1:], "otherwise")), key)
    return {key: choice(*REFUSALS)(entry, place) for key, entry in value.items() if key != "pays"}


def exempts(value: Any, place: Place) -> tuple[Exempt, ...]:
    """Who or what is exempt: a list of { when = …, name = … }."""
    found = []
    for entry in value if isinstance(value, list) else [value]:
        if not isinstance(entry, dict) or not {"when"} <= set(entry) <= {"when", "name", "clause"}:
            raise Bad(f"an exemption is {{ when = {{ … }} }}, found {shown(entry)}")
        found.append(
            Exempt(when(entry["when"], place), names(entry.get("name", {}), place), entry.get("clause", ""), place)
        )
    return tuple(found)


_DAYS = {"mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 7, "holiday": 8}


def hours(value: Any, place: Place) -> tuple[Opening, ...]:
    """Opening hours: "always", or tables { days = "mon-fri", from = "08:30", to = "19:30" }."""
    if value == "always":
        return (Opening((1, 2, 3, 4, 5, 6, 7, 8), 0, 1440),)
    found = []
    for entry in value if isinstance(value, list) else [value]:
        if not isinstance(entry, dict) or set(entry) != {"days", "from", "to"}:
            raise Bad(
                "opening hours have days, from and to", 'write { days = "mon-fri", from = "08:30", to = "19:30" }'
            )
        days: list[int] = []
        for part in text(entry["days"], place).replace(" ", "").split(","):
            first, _, last = part.partition("-")
            if first not in _DAYS or (last and last not in _DAYS):
                raise Bad(f"do not know the days {shown(part)}", f"use {', '.join(_DAYS)}", "days")
            days += range(_DAYS[first], _DAYS[last or first] + 1)
        found.append(Opening(tuple(days), _clock(entry["from"]), _clock(entry["to"])))
    return tuple(found)


def duration(value: Any, place: Place) -> tuple[int, str]:
    """A length of time: "20 calendar days" -> (20, "days"), "180 seconds" -> (180, "seconds")."""
    found = re.fullmatch(r"(\d{1,6}) (?:calendar )?(second|minute|hour|day|month)s?", text(value, place))
    if not found:
        raise Bad(f"{shown(value)} is not a length of time", 'write "20 calendar days" or "180 seconds"')
    return int(found[1]), found[2] + "s"


def refused(value: Any, _: Place) -> Any:
    """A field that is written in another way."""
    raise Bad(f"cannot be written: {shown(value)}")


READERS: dict[str, Callable[[Any, Place], Any]] = {
    "text": text,
    "texts": many(text),
    "texts-table": texts_table,
    "ident": ident,
    "idents": many(ident),
    "names": names,
    "flag": flag,
    "share": share,
    "whole": whole,
    "wholes": many(whole),
    "value": value_of,
    "scalar": scalar,
    "scalars": many(scalar),
    "fact": ident,
    "fact-kind": choice("code", "flag", "number", "money", "date", "time", "set"),
    "fact-of": choice("line", "person", "enrolment", "provider"),
    "services": services,
    "when": when,
    "pays": pays,
    "benefit-kind": choice("expense", "indemnity", "service"),
    "if-missing": choice("needs_person", "needs_document", "needs_authorisation", "not_covered", "skip"),
    "outcome": choice(*REFUSALS),
    "same": many(choice("specialty", "episode", "indication", "provider", "claim", "services")),
    "status": choice("granted"),
    "dated": dated,
    "issued-by": issued_by,
    "exempts": exempts,
    "failures": failures,
    "hours": hours,
    "duration": duration,
    "hidden": refused,
}
