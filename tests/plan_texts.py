"""Plan texts from plain data, with a catalogue of their own, read and compiled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from clausula.book import Slice
from clausula.catalogue import Catalogue, CodeList
from clausula.compiler import Compiler
from clausula.plan import Fact
from clausula.program import Program
from clausula.reader import read_plan

Table = dict[str, Any]

SERVICES = ("care", "care/visit", "care/visit/home", "care/drug", "stay", "stay/ward")
FACTS = (
    Fact(id="cause", kind="code", values=("illness", "accident", "maternity")),
    Fact(id="diagnosis", kind="code"),
    Fact(id="vip", kind="flag", of="person"),
    Fact(id="emergency", kind="flag", unless_stated=False),
    Fact(id="level", kind="number"),
    Fact(id="tariff", kind="money"),
    Fact(id="franchise", kind="money", of="enrolment"),
    Fact(id="marks", kind="set"),
    Fact(id="admitted_on", kind="date"),
    Fact(id="discharged_on", kind="date"),
    Fact(id="referred_on", kind="date"),
    Fact(id="tooth", kind="code"),
    Fact(id="months_waited", kind="number", months_from="referred_on", to="served_on"),
)
CATALOGUE = Catalogue(
    {"service": {node: {"en": node} for node in SERVICES}},
    {fact.id: fact for fact in FACTS},
    {"marked": CodeList("marked", {}, {"F32": {}, "G1*": {}})},
)


def toml(value: Any) -> str:
    """A value as inline TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f'"{key}" = {toml(entry)}' for key, entry in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    return value.isoformat() if isinstance(value, date) else str(value)


def text_of(head: Table, blocks: Sequence[tuple[str, Table]]) -> str:
    """A plan text with one clause."""
    out = [
        "# Plan",
        "```toml",
        "[plan]",
        *(f"{key} = {toml(value)}" for key, value in head.items()),
        "```",
        "## 1 All {#c-1}",
    ]
    for kind, block in blocks:
        out += ["```toml", f"[[{kind}]]", *(f"{key} = {toml(value)}" for key, value in block.items()), "```"]
    return "\n".join(out) + "\n"


@lru_cache(maxsize=4096)
def slice_of(text: str) -> Slice:
    """The slice of a plan text; whatever is wrong with it fails the test."""
    plan, findings = read_plan(text)
    assert plan is not None
    assert not findings, "\n".join(each.render(text) for each in findings) + text
    return Slice(plan, plan.start, plan.until)


def program_of(texts: Sequence[str]) -> Program:
    """The compiled program of plan texts."""
    return Compiler(CATALOGUE, [slice_of(text) for text in texts]).program()
