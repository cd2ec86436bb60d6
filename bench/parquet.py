"""`clausula run` on a Parquet table: decided lines per second, from members file and table to decisions on disk."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from clausula import compiled
from clausula.batch.bulk import decide_bulk, fits
from clausula.batch.run import Job
from clausula.book import load_plans
from clausula.intake import read_roster

LINES_A_PERSON = 40
NL = ("nl/zilveren-kruis/basisverzekering", "nl/zilveren-kruis/basis-plus-module")
IT = ("it/faremutua/noisalute-base", "it/faremutua/noisalute-piu")


def members(folder: Path, people: int) -> Path:
    """A members file: every second person Dutch with aftercare cover, every second Italian with two plans."""
    parts = ['[[provider]]\nid = "praktijk"\nrole = "physiotherapist"\n[[provider.lists]]\nlist = "plus-practice"\n']
    for number in range(people):
        plans = NL if number % 2 else IT
        born = f"{1940 + number % 60}-0{1 + number % 9}-1{number % 10}"
        parts.append(f'[[household]]\nid = "h{number}"\n[[household.person]]\nid = "p{number}"\nborn = {born}\n')
        head = f'[[household.enrolment]]\nperson = "p{number}"\nstart = 2025-01-01\n'
        parts += [f'{head}plan = "{plan}"\n' for plan in plans]
        if number % 2:
            evidence = 'kind = "referral"\nissued_on = 2025-01-02\nissuer_role = "family-doctor"\n'
        else:
            evidence = 'kind = "prescription"\nissued_on = 2025-01-02\nnames = ["pathology"]\n'
        parts.append(f'[[household.evidence]]\nperson = "p{number}"\n{evidence}')
    path = folder / "members.toml"
    path.write_text("\n".join(parts), encoding="utf-8")
    return path


def table(folder: Path, lines: int, people: int, seed: int) -> Path:
    """A table of lines in random order: Dutch sessions and Italian tickets of a year."""
    chance = np.random.default_rng(seed)
    person = chance.integers(0, people, lines)
    dutch = person % 2 == 1
    day = chance.integers(0, 365, lines)
    mri = chance.random(lines) < 0.5
    cents = np.where(dutch, 3800 + chance.integers(0, 900, lines), 1000 + chance.integers(0, 2700, lines))
    imaging = "imaging/high-specialisation"
    services = ["physiotherapy/session", f"{imaging}/mri", f"{imaging}/scintigraphy"]
    service = np.where(dutch, 0, np.where(mri, 1, 2))

    def words(choices: list[str | None], which: Any) -> pa.DictionaryArray:
        empty = np.array([choice is None for choice in choices])[which.astype(np.int32)]
        known = pa.array([choice or "" for choice in choices], pa.string())
        return pa.DictionaryArray.from_arrays(pa.array(which.astype(np.int32), mask=empty), known)

    only = np.where(dutch, 0, 1)
    columns = {
        "line_id": pa.array(np.arange(lines)).cast(pa.string()),
        "person": words([f"p{number}" for number in range(people)], person),
        "served_on": pa.array((day + 20089).astype(np.int32)).cast(pa.date32()),
        "charged": pa.array([Decimal(int(c)).scaleb(-2) for c in np.arange(10000)], pa.decimal128(10, 2)).take(
            pa.array(cents)
        ),
        "currency": words(["EUR"], np.zeros(lines)),
        "service": words(list(services), service),
        "provider": words(["praktijk", None], only),
        "code_list": words(["990", None], only),
        "code": words(["Z1000", None], only),
        "indicator": words(["009", None], only),
        "indication": words(["oncology", None], only),
        "cause": words(["illness"], np.zeros(lines)),
        "channel": words([None, "public"], only),
        "fee_kind": words([None, "ticket"], only),
        "submission": words([None, "online"], only),
    }
    path = folder / "lines.parquet"
    pq.write_table(pa.table(columns), path, compression="lz4")
    return path


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--lines", type=int, default=400_000)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    people = max(2, arguments.lines // LINES_A_PERSON)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start = time.perf_counter()
        roster_file, lines_file = members(folder, people), table(folder, arguments.lines, people, arguments.seed)
        made = time.perf_counter()
        roster = read_roster(roster_file)
        read = time.perf_counter()
        compiled.available() and compiled.kernel()
        warm = time.perf_counter()
        job = Job(book=load_plans(), roster=roster, inputs=(lines_file,), out=folder / "out", members=roster_file)
        assert fits(job), "the table is too small for the bulk way"
        out = folder / "decisions"
        out.mkdir()
        tally = decide_bulk(job, out, lambda *_: None)
        done = time.perf_counter()
    figures = {
        "lines": arguments.lines, "people": people, "decided": tally.all.decided, "listed": tally.all.listed,
        "outcomes": {name: count for name, count in tally.all.outcomes.items() if count},
        "make_s": round(made - start, 2), "members_s": round(read - made, 2), "kernel_s": round(warm - read, 2),
        "decide_s": round(done - warm, 2), "lines_per_s": round(tally.all.decided / (done - warm)),
    }  # fmt: skip
    if arguments.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:>14}  {value}")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
