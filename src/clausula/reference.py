"""The reference of the plan language, written from the notes on the records in `clausula.plan`, so that it keeps up."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator, Sequence
from typing import Any

from clausula import fields, reader, values
from clausula import plan as p
from clausula.facts import BUILT_IN, COUNTS

KINDS = {
    "text": 'a text: `"…"`',
    "texts": 'one or several texts: `"a"`, `["a", "b"]`',
    "texts-table": 'a table of texts: `{ word = "text" }`',
    "ident": 'an id: `"small-letters-1"`',
    "idents": 'one or several ids: `"a"`, `["a", "b"]`',
    "names": 'a table of names: `{ en = "…", fr = "…", de = "…", it = "…", nl = "…" }`',
    "value-names": 'names by code: `value_names.general = { en = "general ward", … }`',
    "flag": "`true` or `false`",
    "whole": "a whole number: `30`",
    "wholes": "whole numbers: `[0, 19, 26]`",
    "value": 'a number, or a fact: `150`, `36.15`, `{ fact = "franchise" }`',
    "scalar": "a text, number, date, `true` or `false`",
    "scalars": "a list of texts, numbers or dates",
    "fact": 'the id of a fact: `"served_on"`',
    "services": 'nodes of the service tree: `["hospital/stay"]`, `["*"]`',
    "when": "a condition (below)",
    "pays": "a payment (below)",
    "dated": 'a relation of dates: `{ not_after = "served_on", within_days = 30 }`',
    "issued-by": '`{ list = "…", role = "…", specialty = "…" }`',
    "exempts": "a list of `{ when = { … } }`",
    "failures": 'an outcome, or one by what is wrong: `"needs_document"`, `{ missing = "not_covered", … }`',
    "hours": '`"always"`, or `[{ days = "mon-fri", from = "08:30", to = "19:30" }]`',
    "duration": '`"20 calendar days"`, `"180 seconds"`',
}
"""What may be written for each kind of value; words of a closed list are read off the readers."""

HEAD = {
    "id": "id of the plan, with country and insurer: `ch/assura/ultra-varia`",
    "name": "what people see, in the five languages",
    "insurer": "who carries it",
    "country": "ISO 3166-1 code, decides the public holidays",
    "currency": "ISO 4217 code of every amount in the plan",
    "language": "language of the source",
    "edition": "name of this edition",
    "from": "first day on which this edition decides",
    "until": "its last day, inclusive; none: until further notice",
    "rank": "where several covers pay one bill, the lower rank decides first (100)",
    "order": '`"service"` (default) or `"reception"`: in which order lines are decided',
    "time_zone": "where times of day are read",
    "source": "the document the plan is written from",
    "extends": "a plan all rules of which hold here too",
    "checked_on": "the day it was last compared with its source",
    "share_billed_by": 'who bills deductible and share in direct settlement: `"provider"` (default) or `"insurer"`',
    "year": '`"calendar"` or `"plan"`: for information',
}

CONDITION = """A condition is a table of facts and what is wanted of each; all of them must hold. A list of such
tables gives alternatives. `unless` is the same, turned round. A fact that is not known is neither true nor false:
`if_missing` says what then."""
CONDITION_ROWS = [
    ('`"general"`', 'this code (or one below it in a tree, or `"F*"`: all that begin like it)'),
    ('`["a", "b"]`', "one of these; of a set: any of these"),
    ('`{ not = ["a"] }`', "none of these"),
    ('`{ list = "it/major-operations" }`, `{ not_list = "…" }`', "a code of a list in the catalogue, or none of it"),
    ('`{ from = "M40", to = "M54" }`', "a range of codes"),
    ("`true`, `false`", "a fact that is true or false"),
    ("`18`, `[1, 2]`", "this number, one of these"),
    (
        "`{ at_least = 18 }`, `{ above = 18 }`, `{ at_most = 64 }`, `{ below = 65 }`",
        "numbers, amounts and dates; a lower and an upper bound may stand together",
    ),
    ('`{ from = "20:00", to = "08:00" }`', "times of day, also past midnight; the end does not count"),
    ('`{ all = ["a", "b"] }`, `{ any = […] }`, `{ none = […] }`', "sets, such as the lists a provider stands on"),
    ("`{ known = true }`", "whether the fact is known at all"),
    ('`{ less_than_fact = "other" }`, `{ at_most_fact = "other" }`', "two facts compared"),
    ('`"used:step-id" = { at_least = 1 }`', "what has been used of the account of a step, before this line"),
    ('`"$parameter" = "value"`', "which reading of a question holds"),
]

PAYMENT = """`pays` is `"in full"`, `"nothing"`, one table, or a list of steps that are done in order. A step has
one verb; the name of a `[[step]]` may stand in the list. Amounts are plain numbers in the plan's currency, shares
are texts: `"80 %"`."""
PAYMENT_ROWS = [
    ('`{ of = "charged" }`', "begin with the full charge, not with what earlier covers left"),
    ('`{ of = "reference_tariff" }`', "at most that amount of the line"),
    ('`{ amount = 85, each = "night" }`', "a fixed sum for each unit"),
    ('`{ proportion = 5000, of = "room_rent" }`', "cut in the proportion of the first to the second"),
    ('`{ share = "80 %" }`', "keep this share"),
    ('`{ at_most = 120 }`, `{ at_most = 60, each = "session" }`', "a cap for the line, or for each unit"),
    ('`{ at_most = 5000, per = "plan year" }`', "a limit, with an account"),
    ("`{ at_least = 50 }`", "no less than this, as far as charged"),
    ('`{ deductible = 300, per = "calendar year" }`', "the member bears the first 300"),
    (
        '`{ member_pays = "10 %", at_most = 700, per = "calendar year" }`',
        "the member's share with its ceiling; `at_least` gives a floor",
    ),
    (
        '`{ member_pays = [{ up_to = 250, share = "100 %" }, { share = "25 %" }], per = "calendar year" }`',
        "bands on the running total",
    ),
    (
        '`{ member_at_most = 1000, per = "household and calendar year" }`',
        "a cap on all the steps before let the member bear",
    ),
    ('`{ less = 15, each = "day" }`', 'a fixed sum the member pays; `less = "paid_before"`: what earlier covers paid'),
    ('`{ units = "1-20", count = "session", per = "indication" }`', "only these units of the running count are paid"),
    (
        '`{ tranches = [{ units = "1-10", share = "100 %" }, { units = "11-15", share = "20 %" }], … }`',
        "another share for later units",
    ),
    ('`{ round = "0.05" }`', 'round, `mode` = `"half up"`, `"up"` or `"down"`'),
]
PAYMENT_MORE = """Any step may also have `when` and `unless` (it is done only then), `id` and `name`, `account`
(steps with the same account share it; `"/nl/sessions"` is shared between plans) and `keeps = true` (no later cover
may pay what the member bears here)."""


INTRODUCTION = """Written by `clausula.reference` from the notes on the records; a test fails when this page and the
code differ. For a first plan read [Write a plan](../how-to/write-a-plan.md).

A plan is a Markdown text. Headings with an anchor (`## 1.6 General ward {#uv-1.6}`) are its clauses; under each
stand a sentence or two and the rules of the clause, as TOML between lines of three backquotes with the word `toml`.

## References in values

`"$name"` stands for the value of a `[[parameter]]`; `"@table:key"` for a dated number of a table, as it is on the
day of service."""


def reference() -> str:
    """The whole page `docs/reference/plan-language.md`."""
    parts = [
        "# The plan language",
        INTRODUCTION,
        "## The head: [plan]",
        _table(("key", "meaning"), [(f"`{key}`", HEAD[key]) for key in reader.HEAD]),
        "## The clause: [clause]",
        _table(
            ("key", "meaning"),
            [
                ("`kind`", '`"narrative"` for a clause that rules nothing'),
                ("`title`", "the heading in the other languages"),
                ("`source`", "place in the source: article and page"),
            ],
        ),
        *(part for word, kind in reader.BLOCKS.items() for part in _block(word, kind)),
        "## Conditions",
        CONDITION,
        _table(("written", "means"), CONDITION_ROWS),
        "## Payments",
        PAYMENT,
        _table(("verb", "means"), PAYMENT_ROWS),
        PAYMENT_MORE,
        "## Periods: per",
        _periods(),
        "## Facts that need no declaration",
        _table(
            ("fact", "kind", "whose", "meaning"), [(f"`{name}`", f.kind, f.of, f.doc) for name, f in BUILT_IN.items()]
        ),
        "Further facts stand in `plans/catalogue/facts.toml`; a plan may declare its own as `[[fact]]`.",
    ]
    return "\n\n".join(parts) + "\n"


def _block(word: str, kind: type[p.Rule]) -> Iterator[str]:
    shown = {spec: alias for alias, spec in reader.ALIASES.get(kind, {}).items()}
    rows = [
        (f"`{shown.get(spec.name, spec.name)}`", _kind(spec.metadata["read"]), _meaning(spec))
        for spec in dataclasses.fields(kind)
        if spec.metadata.get("read", "hidden") != "hidden"
    ]
    yield f"## [[{word}]]"
    yield inspect.getdoc(kind) or ""
    yield _table(("key", "written as", "meaning"), rows)
    if kind is p.NamedStep:
        yield "Its other keys are those of one step of a payment (below)."


def _kind(read: str) -> str:
    if read in KINDS:
        return KINDS[read]
    return "one of " + ", ".join(f'`"{word}"`' for word in allowed(read))


def allowed(read: str) -> tuple[str, ...]:
    """The words a reader of a closed list accepts."""
    function: Any = fields.READERS[read]
    for _ in range(2):
        cells = dict(
            zip(function.__code__.co_freevars, (c.cell_contents for c in function.__closure__ or ()), strict=True)
        )
        if "allowed" in cells:
            return tuple(cells["allowed"])
        function = cells.get("read", function)
    return ()


def _meaning(spec: dataclasses.Field[Any]) -> str:
    doc = str(spec.metadata["doc"])
    if spec.default is dataclasses.MISSING and spec.default_factory is dataclasses.MISSING:
        return f"{doc} (must stand)"
    if (
        isinstance(spec.default, str | int)
        and not isinstance(spec.default, bool)
        and spec.default
        and "default" not in doc
    ):
        return f"{doc} (otherwise `{spec.default}`)"
    return doc


PERIODS = """`per` says whose account it is and for how long, joined by *and*: `"household and calendar year"`. Whose:
{scopes}, or a fact of the line (`tooth`); without it, the person's. How long: {periods}, `year from july`, `24 months
rolling`, `calendar year and the 3 months before`; without it, for life.

`each` and `count` name what is counted: {units} come from the dates of a stay, a number fact counts itself, and any
other word (visit, session, item) is the quantity of the line."""


def _periods() -> str:
    scopes, periods = (
        ", ".join(f"`{word}`" for word in values.SCOPES),
        ", ".join(f"`{word}`" for word in values.PERIODS),
    )
    units = ", ".join(f"`{word}`" for word in COUNTS)
    return PERIODS.format(scopes=scopes, periods=periods, units=units)


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines)
