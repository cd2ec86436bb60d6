"""A small portfolio: three households in a plan of one limit, and a change of that limit from 100 to 60.

ada   30 and 50 in January     paid 80 -> 60: bears 20 more
ben   90 in March              paid 90 -> 60: bears 30 more
cleo  40 in March              paid 40 -> 40: the same
dan   no line                  the same
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from clausula.book import load_plans
from clausula.intake import read_roster
from clausula.simulate import Question, Simulation, simulate

PLAN = "test/limit"
TEXT = """
# Limit

```toml
[plan]
id       = "{id}"
name     = "Limit"
insurer  = "Example"
currency = "EUR"
edition  = "2026"
from     = 2026-01-01
rank     = 10
```

## 1 Care {{#l-1}}

All of it is paid, up to {limit} a year.

```toml
[[benefit]]
id       = "care"
name     = "Care"
services = ["outpatient"]
pays     = [{{ at_most = {limit}, per = "calendar year" }}]
```

## 2 What is due {{#l-2}}

Adults pay {amount} a month.

```toml
[[premium]]
id     = "adult"
name   = "Contribution of an adult"
for    = {{ age = {{ at_least = 18 }} }}
amount = {amount}
per    = "month"
```
"""
HOMES = {
    "one": [("ada", 1980, "female", "holder"), ("ben", 1950, "male", "spouse")],
    "two": [("cleo", 2015, "female", "holder")],
    "three": [("dan", 1990, "male", "holder")],
}
LINES = [("1", "ada", "2026-01-10", "30.00"), ("2", "ada", "2026-01-20", "50.00"), ("3", "ben", "2026-03-05", "90.00"),
         ("4", "cleo", "2026-03-06", "40.00")]  # fmt: skip


def plan(folder: Path, limit: int = 100, amount: int = 10, name: str = PLAN, more: str = "") -> Path:
    """A folder with the plan under another limit or contribution."""
    (folder / "limit").mkdir(parents=True)
    text = TEXT.format(id=name, limit=limit, amount=amount) + more
    (folder / "limit/plan.md").write_text(text, encoding="utf-8")
    return folder


def members(path: Path, homes: dict[str, list[tuple[str, int, str, str]]] = HOMES, name: str = PLAN) -> Path:
    """The members file."""
    parts = []
    for home, people in homes.items():
        parts.append(f'[[household]]\nid = "{home}"\n')
        for person, year, sex, role in people:
            parts.append(
                f'[[household.person]]\nid = "{person}"\nborn = {year}-06-01\nsex = "{sex}"\nrole = "{role}"\n'
            )
        parts += [
            f'[[household.enrolment]]\nperson = "{each[0]}"\nplan = "{name}"\nstart = 2026-01-01\n' for each in people
        ]
    path.write_text("".join(parts), encoding="utf-8")
    return path


def lines(path: Path, rows: list[tuple[str, str, str, str]] = LINES) -> Path:
    """The claims, as a table."""
    head = "line_id,person,served_on,service,charged,currency\n"
    body = "".join(f"{n},{person},{day},outpatient/consultation,{amount},EUR\n" for n, person, day, amount in rows)
    path.write_text(head + body, encoding="utf-8")
    return path


def ask(folder: Path, base: Path, change: Path, **more: Any) -> Simulation:
    """Simulate the small portfolio."""
    return simulate(question(folder, base, change, **more))


def question(folder: Path, base: Path, change: Path, **more: Any) -> Question:
    """The question about the small portfolio."""
    named = members(folder / "members.toml") if "members" not in more else more["members"]
    claims = lines(folder / "lines.csv")
    given = {"inputs": (claims,), "out": folder / "out", "members": named, "plots": False, **more}
    return Question(load_plans(base), load_plans([base, change]), read_roster(named), **given)
