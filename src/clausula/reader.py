"""Reads `plan.md`: Markdown headings become clauses, TOML fences become rules, every rule keeps its place.

Reading never runs anything and takes bounded time and memory. Whatever is wrong becomes a Finding; all are shown at
once.
"""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from clausula import fields, values
from clausula import plan as p
from clausula.findings import Finding, Place, PlanError
from clausula.positions import Entry, Positions

LARGEST_PLAN = 1_000_000
"""Characters a plan may have; a larger text is refused."""
LONGEST_LINE = 4_000
"""Characters a line of rules may have: nobody reads longer ones, and the time to read a key grows with its square."""
MOST_FINDINGS = 200
"""Findings after which reading stops: a text with more is no plan."""
DEEPEST = 20
"""Levels of tables and lists in one another."""
MOST_RULES = 4_000
"""Rules and clauses a plan may have."""

BLOCKS: dict[str, type[p.Rule]] = {
    "fact": p.Fact,
    "step": p.NamedStep,
    "benefit": p.Benefit,
    "exclusion": p.Exclusion,
    "waiting": p.Waiting,
    "requirement": p.Requirement,
    "question": p.Question,
    "parameter": p.Parameter,
    "contact": p.Contact,
    "premium": p.Premium,
    "premium_class": p.PremiumClass,
    "eligibility": p.Eligibility,
    "ending": p.Ending,
    "service_level": p.ServiceLevel,
    "statement": p.Statement,
}

ALIASES: dict[type[p.Rule], dict[str, str]] = {
    p.Requirement: {"else": "otherwise", "from": "given_by"},
    p.Eligibility: {"else": "otherwise"},
    p.Premium: {"for": "who"},
    p.Ending: {"for": "who"},
    p.ServiceLevel: {"from": "since"},
}

HEAD = {
    "id": "ident", "name": "names", "insurer": "text", "country": "text", "currency": "text", "language": "text",
    "edition": "scalar", "from": "scalar", "until": "scalar", "rank": "whole", "order": "text", "time_zone": "text",
    "source": "text", "extends": "ident", "checked_on": "scalar", "year": "text", "share_billed_by": "text",
}  # fmt: skip

Lookup = Callable[[str, Place], Any]
"""Answers "@table:key" for the day the plan is read for; raises values.PlanValueError."""


@dataclass(slots=True)
class Section:
    """A heading and what stands under it until the next heading."""

    level: int
    title: str
    anchor: str
    line: int
    prose: list[str] = field(default_factory=list)
    fences: list[tuple[str, int]] = field(default_factory=list)


_ANCHOR = re.compile(r"\{#([\w.:/-]{1,200})\}$")


def heading(line: str) -> tuple[int, str, str] | None:
    """Level, title and anchor of a Markdown heading; None where the line is none."""
    level = len(line) - len(line.lstrip("#"))
    if not 1 <= level <= 6 or not line[level : level + 1].isspace():
        return None
    title = line[level:].strip().rstrip("#").rstrip() if not line.rstrip().endswith("}") else line[level:].strip()
    anchor = _ANCHOR.search(title[-204:])
    return level, title[: -len(anchor[0])].rstrip() if anchor else title, anchor[1] if anchor else ""


def sections(source: str, file: str) -> list[Section]:
    """Split Markdown into headings with their prose and TOML fences. Raises PlanError for a fence left open."""
    found = [Section(0, "", "", 1)]
    fence: list[str] | None = None
    wanted, start, mark = False, 0, ""
    for number, line in enumerate(source.splitlines(), 1):
        if fence is not None:
            if line.strip() == mark:
                if wanted:
                    found[-1].fences.append(("\n".join(fence), start + 1))
                fence = None
            else:
                fence.append(line)
            continue
        opened = re.match(r"\s{0,3}(`{3,}|~{3,})\s*(\w*)", line)
        if opened:
            fence, start, wanted, mark = [], number, opened[2] == "toml", opened[1]
        elif title := heading(line):
            found.append(Section(*title, number))
        else:
            found[-1].prose.append(line)
    if fence is not None:
        raise PlanError([Finding("open-fence", "this block is never closed", Place(file, start), "end it with ```")])
    return found


@dataclass(slots=True)
class Reading:
    """The state of one reading: file, parameters, table look-up, findings so far, rules and clauses so far."""

    file: str
    parameters: Mapping[str, Any]
    lookup: Lookup
    findings: list[Finding] = field(default_factory=list)
    rules: list[p.Rule] = field(default_factory=list)
    clauses: list[p.Clause] = field(default_factory=list)
    head: dict[str, Any] = field(default_factory=dict)
    head_place: Place = field(default_factory=Place)
    references: dict[str, Any] = field(default_factory=dict)
    seen: dict[tuple[type[p.Rule], str], Place] = field(default_factory=dict)
    anchors: set[str] = field(default_factory=set)

    def wrong(self, code: str, message: str, place: Place, mend: str = "", also: Place | None = None) -> None:
        """Note a finding. Raises Enough when there are so many that reading on helps nobody."""
        self.findings.append(Finding(code, message, place, mend, also=also))
        if len(self.findings) >= MOST_FINDINGS:
            raise Enough


class Enough(Exception):  # noqa: N818 - not an error of its own, the findings say what is wrong
    """Raised to stop reading."""


def read_head(source: str, file: str = "plan.md") -> dict[str, Any]:
    """The [plan] table of a text as it is written, without reading any rule; empty where there is none to be read."""
    reading = Reading(file, {}, no_tables)
    try:
        fences = [fence for part in sections(source[:LARGEST_PLAN], file) for fence in part.fences]
    except PlanError:
        return {}
    for text, line in fences:
        head = _parse(reading, text, line)[0].get("plan")
        if isinstance(head, dict):
            return head
    return {}


def no_tables(reference: str, _: Place) -> Any:
    """The look-up of a reader that has no tables."""
    raise values.PlanValueError(f"no table answers {reference!r}", "put a table into plans/tables")


def read_plan(
    source: str,
    file: str = "plan.md",
    parameters: Mapping[str, Any] | None = None,
    lookup: Lookup = no_tables,
    inherited: Mapping[str, Any] | None = None,
) -> tuple[p.Plan | None, list[Finding]]:
    """Read one plan text.

    parameters overrides the plan's own parameter values by id; inherited are those of the plan it extends. lookup
    answers references to dated tables. Returns the plan (None when its head cannot be read) and everything found wrong.
    """
    reading = Reading(file, dict(parameters or {}), lookup)
    if len(source) > LARGEST_PLAN:
        reading.wrong("too-large", f"the text has {len(source)} characters, more than {LARGEST_PLAN}", Place(file, 1))
        return None, reading.findings
    try:
        _read_parts(reading, sections(source, file), inherited or {})
        return _plan(reading, source), reading.findings
    except PlanError as error:
        return None, list(error.findings)
    except Enough:
        return None, reading.findings


def _read_parts(reading: Reading, parts: list[Section], inherited: Mapping[str, Any]) -> None:
    if len(parts) > MOST_RULES:
        message = f"the text has {len(parts)} headings, more than {MOST_RULES}"
        reading.wrong("too-large", message, Place(reading.file, 1), "split the plan")
        raise Enough
    tomls = [(part, *_parse(reading, text, line)) for part in parts for text, line in part.fences]
    _own_parameters(reading, tomls)
    reading.parameters = {**inherited, **reading.parameters}
    blocks: dict[int, list[tuple[dict[str, Any], Positions]]] = {}
    for part, data, where in tomls:
        blocks.setdefault(id(part), []).append((data, where))
    for part in parts:
        _section(reading, part, blocks.get(id(part), []))


def _parse(reading: Reading, text: str, line: int) -> tuple[dict[str, Any], Positions]:
    where = _positions(text, reading.file, line)
    for number, written in enumerate(text.splitlines(), line):
        if len(written) > LONGEST_LINE:
            message = f"this line has {len(written)} characters, more than {LONGEST_LINE}"
            reading.wrong("too-large", message, Place(reading.file, number), "write it on several lines")
            return {}, where
        if written.count(".") > DEEPEST and _too_dotted(written):
            message = f"a key has more than {DEEPEST} parts joined by dots"
            reading.wrong("too-deep", message, Place(reading.file, number), "a rule needs four")
            return {}, where
    try:
        data = _toml(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        found = re.search(r"at line (\d+), column (\d+)", str(error))
        place = Place(reading.file, line + int(found[1]) - 1, int(found[2])) if found else Place(reading.file, line)
        if "at end of document" in str(error):
            last = len(text.rstrip().splitlines()) or 1
            place = Place(reading.file, line + last - 1)
        message = str(error).partition(" (at")[0]
        lines = text.splitlines()
        written = lines[place.line - line] if 0 <= place.line - line < len(lines) else ""
        reading.wrong("not-toml", f"this block is not valid TOML: {message}", place, _toml_mend(written))
        return {}, where
    if _too_deep(data):
        message = f"tables and lists stand more than {DEEPEST} levels deep in one another"
        reading.wrong("too-deep", message, Place(reading.file, line), "a rule needs four")
        return {}, where
    return data, where


def _toml_mend(written: str) -> str:
    """What to do about a line that is no TOML, by the mistakes people make most."""
    if re.search(r"=\s*\d{1,2}[./]\d{1,2}[./]\d{4}", written):
        return "write dates like 2026-01-31"
    if written.count('"') % 2:
        return "a text ends on its line: close the quotation mark"
    if re.search(r"[\s=]\d+,\d{1,2}\s*(,|}|]|$)", written):
        return "write amounts with a point: 200.50"
    if re.search(r"[\s=]\d+(['’ ]\d{3})+", written):
        return "write numbers without marks between thousands: 1500"
    if re.search(r"[“”„«»]", written):
        return 'texts stand between straight quotation marks: "…"'
    if re.search(r"=\s*(True|False|yes|no)\b", written, re.IGNORECASE):
        return "write true or false, in small letters"
    return 'a line is key = value, texts stand in "…", lists in […], tables in { key = value }; see https://toml.io'


@lru_cache(maxsize=4096)
def _toml(text: str) -> dict[str, Any]:
    """A block as data. Kept, because a plan is read once for every reading of its questions; nobody changes what it
    gives."""
    return tomllib.loads(text, parse_float=Decimal)


@lru_cache(maxsize=4096)
def _positions(text: str, file: str, line: int) -> Positions:
    return Positions(text, file, line)


def _too_deep(data: Any) -> bool:
    """Whether a value is nested deeper than any rule needs. Looked at level by level, so that no depth can exhaust
    it."""
    level = [data]
    for _ in range(DEEPEST):
        deeper = [
            list(each.values()) if isinstance(each, dict) else each for each in level if isinstance(each, dict | list)
        ]
        level = [entry for entries in deeper for entry in entries]
    return bool(level)


def _too_dotted(line: str) -> bool:
    """Whether a key of a line has too many parts. The time and room to read such keys grow with the square of their
    length."""
    return any(re.split(r"[,{\[]", part)[-1].count(".") > DEEPEST for part in line.split("=")[:-1]) or (
        line.lstrip().startswith("[") and line.count(".") > DEEPEST
    )


def _own_parameters(reading: Reading, tomls: Iterable[tuple[Section, dict[str, Any], Positions]]) -> None:
    """Parameters first: rules above them may refer to them. An override must be one of the choices."""
    own: dict[str, Any] = {}
    for _, data, where in tomls:
        entries = data.get("parameter", [])
        for nth, entry in enumerate(entries if isinstance(entries, list) else []):
            if isinstance(entry, dict) and "id" in entry:
                own[entry["id"]] = reading.parameters.get(entry["id"], entry.get("value"))
                choices = entry.get("choices", [])
                if choices and own[entry["id"]] not in choices:
                    place = where.place(where.entry("parameter", nth), "value")
                    listed = ", ".join(map(repr, choices))
                    reading.wrong(
                        "not-a-choice", f"{own[entry['id']]!r} is no choice of {entry['id']}", place, f"use {listed}"
                    )
    reading.parameters = own


def _resolve(reading: Reading, value: Any, place: Place) -> Any:
    """Replace "$parameter" and "@table:key" anywhere in a value by what they stand for."""
    if isinstance(value, dict):
        return {key: _resolve(reading, entry, place) for key, entry in value.items()}
    if isinstance(value, list):
        return [_resolve(reading, entry, place) for entry in value]
    if isinstance(value, str) and value.startswith("$") and len(value) > 1:
        if value[1:] not in reading.parameters:
            raise values.PlanValueError(
                f"unknown parameter {value!r}", _like(value[1:], reading.parameters, "declare a [[parameter]]")
            )
        return reading.parameters[value[1:]]
    if isinstance(value, str) and value.startswith("@") and ":" in value:
        answer = reading.lookup(value[1:], place)
        reading.references[value[1:]] = answer
        return answer
    return value


def _like(word: str, known: Iterable[str], otherwise: str = "") -> str:
    near = difflib.get_close_matches(word, list(known), 1)
    return f"did you mean {near[0]}?" if near else otherwise


def _section(reading: Reading, part: Section, blocks: list[tuple[dict[str, Any], Positions]]) -> None:
    clause = part.anchor
    declared: dict[str, Any] = {}
    before, wrong = len(reading.rules), len(reading.findings)
    for data, where in blocks:
        for key, content in data.items():
            if key == "plan":
                reading.head_place = where.place(where.entry("plan", 0))
                _head(reading, content, where)
            elif key == "clause":
                declared = content if isinstance(content, dict) else {}
            elif key in BLOCKS:
                _block(reading, key, content, clause, where)
            else:
                place = where.place(where.entry(key, 0))
                known = _like(key, [*BLOCKS, "plan", "clause"], "blocks are " + ", ".join(BLOCKS))
                reading.wrong("unknown-block", f"do not know the block {key!r}", place, known)
    added = reading.rules[before:]
    if clause:
        _clause(reading, part, declared, added, spoilt=len(reading.findings) > wrong)
    elif any(not isinstance(rule, p.Parameter | p.Fact) for rule in added):
        mend = "give the heading an anchor: ## 1.6 Title {#uv-1.6}"
        reading.wrong("no-clause", "these rules stand under no clause", added[0].place, mend)


def _clause(reading: Reading, part: Section, declared: dict[str, Any], rules: list[p.Rule], *, spoilt: bool) -> None:
    place = Place(reading.file, part.line, 1, len(part.title) + part.level + 1)
    ruled = any(not isinstance(rule, p.Question | p.Parameter | p.Fact) for rule in rules)
    kind = "ruled" if ruled else "question" if any(isinstance(rule, p.Question) for rule in rules) else ""
    if declared.get("kind") == "narrative" and not ruled:
        kind = "narrative" if kind == "" else kind
    if not kind and not spoilt:
        mend = 'write [clause] kind = "narrative", or give it a rule or a question'
        reading.wrong("clause-without-kind", f"the clause {part.anchor} rules nothing and does not say so", place, mend)
    if part.anchor in reading.anchors:
        reading.wrong(
            "clause-twice", f"the clause {part.anchor} stands twice", place, "give one of them another anchor"
        )
    reading.anchors.add(part.anchor)
    extra = set(declared) - {"kind", "title", "source"}
    if extra:
        reading.wrong("unknown-key", f"do not know {min(extra)!r} in [clause]", place, "use kind, title, source")
    titles = {"en": part.title, **(declared.get("title") or {})}
    prose = " ".join(line.strip() for line in part.prose if line.strip())
    reading.clauses.append(
        p.Clause(part.anchor, titles, kind or "narrative", prose, str(declared.get("source", "")), place)
    )


def _head(reading: Reading, content: Any, where: Positions) -> None:
    entry = where.entry("plan", 0)
    if not isinstance(content, dict) or reading.head:
        reading.wrong("plan-twice", "a plan has one [plan] table", where.place(entry), "keep one")
        return
    for key, value in content.items():
        if key not in HEAD:
            reading.wrong("unknown-key", f"do not know {key!r} in [plan]", where.place(entry, key), _like(key, HEAD))
            continue
        try:
            reading.head[key] = fields.READERS[HEAD[key]](
                _resolve(reading, value, where.place(entry, key)), where.place(entry, key)
            )
        except values.PlanValueError as bad:
            reading.wrong("bad-value", f"{key}: {bad.message}", where.place(entry, key, bad.key), bad.mend)


def _block(reading: Reading, key: str, content: Any, clause: str, where: Positions) -> None:
    if not isinstance(content, list):
        reading.wrong(
            "not-a-list", f"{key} must be written with two brackets", where.place(where.entry(key, 0)), f"[[{key}]]"
        )
        return
    for nth, entry in enumerate(content):
        at = where.entry(key, nth)
        if not isinstance(entry, dict):
            reading.wrong("not-a-table", f"expected a table under [[{key}]]", where.place(at), f"[[{key}]]")
            continue
        rule = _rule(reading, key, dict(entry), clause, where, at)
        if rule is not None:
            _add(reading, rule)


def _add(reading: Reading, rule: p.Rule) -> None:
    first = reading.seen.setdefault((type(rule), rule.id), rule.place)
    if first is not rule.place:
        mend = "ids are unique; rename one of them"
        reading.wrong("id-twice", f"the id {rule.id!r} stands twice", rule.place, mend, also=first)
    reading.rules.append(rule)
    if len(reading.rules) > MOST_RULES:
        reading.wrong("too-large", f"the plan has more than {MOST_RULES} rules", rule.place, "split the plan")
        raise Enough


def _rule(reading: Reading, key: str, entry: dict[str, Any], clause: str, where: Positions, at: Entry) -> p.Rule | None:
    kind = BLOCKS[key]
    aliases = ALIASES.get(kind, {})
    fields = {spec.name: spec for spec in dataclasses.fields(kind) if "read" in spec.metadata}
    shown = {spec: alias for alias, spec in aliases.items()}
    given: dict[str, Any] = {}
    good = True
    if kind is p.NamedStep:
        step = {name: entry.pop(name) for name in list(entry) if name not in ("id", "name")}
        good = _read_into(reading, given, "step", "pays", [step], where, at)
        if good:
            given["step"] = given["step"][0]
    for name, value in entry.items():
        target = aliases.get(name, name)
        if target not in fields or (name in fields and name in shown):
            known = [shown.get(field_name, field_name) for field_name in fields]
            mend = _like(name, known, "keys are " + ", ".join(known))
            reading.wrong("unknown-key", f"do not know {name!r} in [[{key}]]", where.place(at, name), mend)
            good = False
            continue
        if kind is p.Requirement and target == "otherwise" and isinstance(value, dict) and "pays" in value:
            good &= _read_into(reading, given, "reduced", "share", value["pays"], where, at, name)
        good &= _read_into(reading, given, target, fields[target].metadata["read"], value, where, at, name)
    missing = [name for name, spec in fields.items() if name not in given and _is_required(spec)]
    if "id" not in given and not given.get("exception_to") and kind is not p.Question:
        missing.append("id")
    if kind is p.Benefit and not {"pays", "exception_to", "better_of"} & set(given) and given.get("kind") != "service":
        missing.append("pays")
    if kind is p.Waiting and not {"days", "months"} & set(given):
        missing.append("days")
    for name in missing if good else []:
        place = where.place(at)
        reading.wrong(
            "missing-key", f"[[{key}]] lacks {shown.get(name, name)!r}", place, f"write {shown.get(name, name)} = …"
        )
        good = False
    if not good:
        return None
    given.setdefault("id", _own_id(reading, kind, given, clause))
    if kind is p.Parameter:
        given["value"] = reading.parameters.get(given["id"], given["value"])
    return _placed(kind(**given), clause, where.place(at))


def _is_required(spec: dataclasses.Field[Any]) -> bool:
    return spec.default is dataclasses.MISSING and spec.default_factory is dataclasses.MISSING


def _own_id(reading: Reading, kind: type[p.Rule], given: dict[str, Any], clause: str) -> str:
    """An exception is named after what it overrides, a question after its clause."""
    stem = f"{given['exception_to'][0]}!" if given.get("exception_to") else f"{clause}?"
    nth = 1
    while (kind, f"{stem}{nth}") in reading.seen:
        nth += 1
    return f"{stem}{nth}"


def _placed(rule: p.Rule, clause: str, place: Place) -> p.Rule:
    """The rule with its clause and place, its steps too."""
    if isinstance(rule, p.NamedStep):
        step = dataclasses.replace(rule.step, id=rule.id, name=rule.name, clause=clause, place=place)
        return dataclasses.replace(rule, clause=clause, place=place, step=step)
    if isinstance(rule, p.Benefit) and rule.pays:
        steps = [dataclasses.replace(s, clause=clause, place=place) if isinstance(s, p.Step) else s for s in rule.pays]
        return dataclasses.replace(rule, clause=clause, place=place, pays=tuple(steps))
    if isinstance(rule, p.Requirement):
        exempt = tuple(dataclasses.replace(each, clause=each.clause or clause) for each in rule.exempt)
        return dataclasses.replace(rule, clause=clause, place=place, exempt=exempt)
    return dataclasses.replace(rule, clause=clause, place=place)


def _read_into(
    reading: Reading,
    given: dict[str, Any],
    name: str,
    read: str,
    value: Any,
    where: Positions,
    at: Entry,
    key: str = "",
) -> bool:
    place = where.place(at, key)
    try:
        given[name] = fields.READERS[read](_resolve(reading, value, place), place)
    except values.PlanValueError as bad:
        spot = where.place(at, key, bad.key) if bad.key else place
        reading.wrong("bad-value", f"{key + ': ' if key else ''}{bad.message}", spot, bad.mend)
        return False
    return True


def _day(reading: Reading, key: str, default: date | None) -> date | None:
    value = reading.head.get(key, default)
    if value is not None and not isinstance(value, date):
        reading.wrong(
            "bad-value", f"{key}: expected a date, found {value!r}", reading.head_place, f"{key} = 2026-01-01"
        )
        return default
    return value


def _plan(reading: Reading, source: str) -> p.Plan | None:
    head = reading.head
    for key in ("id", "name", "currency", "from"):
        if key not in head:
            place = reading.head_place if reading.head_place.line else Place(reading.file, 1)
            reading.wrong("missing-key", f"[plan] lacks {key!r}", place, f"write {key} = …")
            return None
    if not re.fullmatch("[A-Z]{3}", head["currency"]):
        reading.wrong(
            "bad-value", f"{head['currency']!r} is not a currency", reading.head_place, 'write currency = "EUR"'
        )
    start, until = _day(reading, "from", date.min), _day(reading, "until", None)
    if until is not None and start is not None and until < start:
        reading.wrong(
            "bad-period", "the edition ends before it begins", reading.head_place, "until is the last day, inclusive"
        )
    if head.get("order", "service") not in ("service", "reception"):
        reading.wrong("bad-value", f"order: {head['order']!r}", reading.head_place, "use service or reception")
    if head.get("share_billed_by", "provider") not in ("provider", "insurer"):
        reading.wrong(
            "bad-value", f"share_billed_by: {head['share_billed_by']!r}", reading.head_place, "use provider or insurer"
        )
    rules = tuple(dataclasses.replace(rule, plan=head["id"]) for rule in map(_owned(head["id"]), reading.rules))
    clauses = tuple(dataclasses.replace(clause, plan=head["id"]) for clause in reading.clauses)
    return p.Plan(
        id=head["id"], name=head["name"], insurer=head.get("insurer", ""), country=head.get("country", ""),
        currency=head["currency"], language=head.get("language", "en"), edition=str(head.get("edition", "")),
        start=start or date.min, until=until, rank=head.get("rank", 100), order=head.get("order", "service"),
        time_zone=head.get("time_zone", ""), source=head.get("source", ""), extends=head.get("extends", ""),
        clauses=clauses, rules=rules, place=reading.head_place,
        digest=hashlib.sha256(source.encode()).hexdigest(), parameters=dict(reading.parameters),
        share_billed_by=head.get("share_billed_by", "provider"),
    )  # fmt: skip


def _owned(plan: str) -> Callable[[p.Rule], p.Rule]:
    def own(rule: p.Rule) -> p.Rule:
        if isinstance(rule, p.NamedStep):
            return dataclasses.replace(rule, step=dataclasses.replace(rule.step, plan=plan))
        if isinstance(rule, p.Benefit) and rule.pays:
            steps = [dataclasses.replace(s, plan=plan) if isinstance(s, p.Step) else s for s in rule.pays]
            return dataclasses.replace(rule, pays=tuple(steps))
        return rule

    return own
