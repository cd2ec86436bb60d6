"""The example inputs: read with the real catalogue, and valid by the official schemas where these are present."""

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from clausula.catalogue import load_catalogue
from clausula.intake import REASONS, Desk, read, read_all, read_codes
from tests.intake.samples import CODES, DATA, needs_samples
from tests.intake.world import EXAMPLES, lines, listed, roster, total

FILES = sorted(path for path in EXAMPLES.iterdir() if path.name != "members.toml")
ONCE = (
    "no-amount", "not-itemised", "foreign-currency", "preauthorisation", "bad-amount", "duplicate-line",
    "unknown-member",
)  # fmt: skip
CAST = {"nora", "marc", "luc", "anneke", "pieter", "fleur", "giulia", "marco", "sofia", "avery"}


def desk() -> Desk:
    return Desk(roster(), read_codes(sorted(CODES.glob("*.toml"))), {"us/example-clinic": "USD"})


def test_the_examples_show_lines_and_reasons() -> None:
    known = {fact.id: fact.kind for fact in load_catalogue(CODES.parent).facts.values()} | {"law": "code"}
    reads = list(read_all(FILES, desk(), known_facts=known))
    assert {line.person for line in lines(reads)} == CAST
    found = Counter(one.code for one in listed(reads))
    assert found == {"unknown-service": 2, **dict.fromkeys(ONCE, 1)}
    assert total(one for one in reads if "swiss" in getattr(one, "origin", "")) == Decimal("7009.66")


@needs_samples
@pytest.mark.samples
@pytest.mark.parametrize("path", [one for one in FILES if one.suffix == ".xml"], ids=lambda one: one.name)
def test_the_example_invoices_are_valid(path: Path) -> None:
    assert lines(read(path, desk(), schema_dir=DATA / "swiss_invoices"))


def test_the_guide_names_every_reason() -> None:
    guide = (EXAMPLES.parents[1] / "docs/how-to/bring-in-claims.md").read_text(encoding="utf-8")
    assert [name for name in REASONS if f"| `{name}` | {REASONS[name]} |" not in guide] == []


def test_the_guides_program_runs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLES.parents[1])
    guide = Path("docs/how-to/bring-in-claims.md").read_text(encoding="utf-8")
    exec(guide.split("```python\n")[-1].split("```")[0], {})  # noqa: S102 - it is our own
    assert "outpatient/consultation" in capsys.readouterr().out
