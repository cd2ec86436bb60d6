"""What the checker says of texts before anybody can be in them: its findings, and the plans' own golden cases.

The texts that come with this version were checked when it was built: `checked.txt` holds their digests, so that a start
does not check them again. A test holds it against the texts; a bundled text that was changed is checked like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import clausula
from clausula.checker import check
from clausula_server.enrolment.catalogue.packing import Packed, faults_of, roots_of
from clausula_server.lib.refusals import refuse_if

BUILT = Path(__file__).with_name("checked.txt")


@cache
def checked_when_built() -> frozenset[str]:
    """Digests of the editions that come with this version."""
    return frozenset(line.split()[0] for line in BUILT.read_text(encoding="utf-8").splitlines())


def built(packed: Iterable[Packed]) -> str:
    """What `checked.txt` holds: digest, plan and first day of each edition, a line each."""
    return "".join(f"{each.digest} {each.plan} {each.starts}\n" for each in packed)


def checked(packed: Sequence[Packed], folder: Path | None = None) -> list[Packed]:
    """The same editions with the warnings of the checker. Raises Refused with everything that speaks against a text:
    errors of any kind, and cases that come out otherwise.

    folder: what was packed, beside the bundled plans. Some seconds for many plans; nothing for those checked before.
    """
    unknown = {each.plan for each in packed if each.digest not in checked_when_built()}
    if not unknown:
        return list(packed)
    report = check(clausula.load_plans(folder), sorted(unknown))
    roots = roots_of(folder)
    refuse_if(faults_of(report.findings_of("error"), roots))
    found = {each.plan: tuple(faults_of(each.findings, roots)) for each in report.plans}
    return [replace(each, warnings=found.get(each.plan, ())) for each in packed]
