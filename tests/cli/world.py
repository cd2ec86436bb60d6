"""The cast of the command line's tests: Ada and her son Ben in one plan with deductible, share and ceiling."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from clausula.cli import main

ROOT = Path(__file__).parents[2]
PLANS = ROOT / "tests/plans/deductible-share-ceiling"
PLAN = "test/deductible-share-ceiling"
MEMBERS = f"""
[[provider]]
id = "dr-b"
name = "Dr B & <Partner>"
role = "family-doctor"

[[household]]
id = "house"
[[household.person]]
id = "ada"
name = "Ada Example"
born = 1980-06-15
identifiers = {{ member = "1001" }}
facts = {{ language = "fr" }}
[[household.person]]
id = "ben"
name = "Ben <script>alert(1)</script>"
born = 2012-02-29
role = "child"
[[household.enrolment]]
person = "ada"
plan = "{PLAN}"
start = 2026-01-01
[[household.enrolment]]
person = "ben"
plan = "{PLAN}"
start = 2026-01-01
"""
LINES = """line_id,person,served_on,service,charged,currency,provider
1,ada,2026-03-01,outpatient/consultation,60.00,EUR,dr-b
2,ada,2026-03-02,outpatient/consultation,140.00,EUR,dr-b
3,ben,2026-03-03,outpatient/consultation,100.05,EUR,
4,nobody,2026-03-03,outpatient/consultation,10.00,EUR,
5,ada,2026-03-04,outpatient/consultation,7.00,CHF,
6,ada,2026-03-05,outpatient/consultation,twelve,EUR,
"""
SITUATION = f"""
enrolments = [{{ plan = "{PLAN}", from = 2026-01-01 }}]
lines = [
  {{ service = "outpatient/consultation", served_on = 2026-03-01, charged = 60 }},
  {{ service = "outpatient/consultation", served_on = 2026-03-02, charged = 140 }},
]
"""


def write(folder: Path, name: str, text: str) -> str:
    """A file in the folder; returns its name."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def ask(*words: str) -> int:
    """Run the command line in this process; returns its exit code."""
    try:
        return main([*words, "--plans", str(PLANS)])
    except SystemExit as stopped:
        return int(stopped.code or 0)


def document(capsys: pytest.CaptureFixture[str]) -> Any:
    """The JSON document on standard output."""
    return json.loads(capsys.readouterr().out)


def program(*words: str, environment: Mapping[str, str] | None = None, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run the real program."""
    return subprocess.run(
        [sys.executable, "-m", "clausula", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, **(environment or {})},
        **more,
    )


def run_in(folder: Path, *more: str, lines: str = LINES, members: str = MEMBERS) -> int:
    """`clausula run` on the cast's members and lines, into folder/out."""
    inputs = write(folder, "lines.csv", lines)
    return ask("run", "--members", write(folder, "members.toml", members), "--out", str(folder / "out"), *more, inputs)
