"""Peers side by side: the same lines decided by Clausula, rule engines, data frames and plain Python, on this machine.

Each peer runs in a process of its own; those that need packages of their own get an environment on first use. Every
answer is compared with ours, line by line.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from peers.environment import python_of
from peers.field import ALL, BY_NAME, FIELD, MODEL, OTHER, RULE_ENGINE, Peer
from peers.show import page, plot, terminal
from peers.workload import Difference, Outputs, Workload, draw

BENCH = Path(__file__).parent
DOCS = BENCH.parent / "docs" / "benchmarks"
LONGEST = 1800
"""Seconds after which a peer is given up."""


def told(name: str, python: Path, folder: Path, repeat: int) -> dict[str, Any]:
    """What the process of a peer says; {"failed": why} where it could not."""
    command = [str(python), "-m", "peers.measure", name, str(folder), "--repeat", str(repeat)]
    try:
        done = subprocess.run(
            command, cwd=BENCH, env=os.environ | {"PYTHONPATH": str(BENCH), "PYTHONWARNINGS": "ignore"},
            capture_output=True, text=True, check=False, timeout=LONGEST,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return {"failed": f"not done after {LONGEST} s"}
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"ended with {done.returncode}"]
        return {"failed": said[-1].replace(str(BENCH.parent), ".")[:160]}
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def measured(peer: Peer, folder: Path, repeat: int) -> dict[str, Any]:
    """Measure one peer."""
    try:
        python = python_of(peer.environment)
    except (OSError, subprocess.CalledProcessError) as error:
        return {"failed": f"its environment cannot be made: {type(error).__name__}"}
    return told(peer.name, python, folder, repeat)


def better(one: dict[str, Any] | None, other: dict[str, Any]) -> dict[str, Any]:
    """The quicker of two measurements of a peer."""
    if one is None or "failed" in one or "failed" in other:
        return other if one is None or "failed" not in other else one
    return max(one, other, key=lambda found: float(found["lines_per_s"]))


def compared(peers: dict[str, dict[str, Any]], folder: Path) -> None:
    """Add to each peer how many lines it decides otherwise."""
    if not (folder / "ours.npz").exists():
        return
    ours = Outputs.load(folder / "ours.npz")
    for name, found in peers.items():
        if BY_NAME[name].work == OTHER or "failed" in found:
            continue
        difference = Difference.between(ours, Outputs.load(folder / f"{name}.npz"))
        found["benefits_differ"], found["amounts_differ"] = difference.benefits, difference.amounts
        found["cents_differ"] = difference.cents


def ratios(peers: dict[str, dict[str, Any]]) -> dict[str, dict[str, dict[str, float]]]:
    """How many times the lines of the best of a kind our batch decides, from numbers as they do and from a table of
    words, in the same time and by the same work of the processors."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for name, kind in (("rule_engine", RULE_ENGINE), ("openfisca", MODEL)):
        of_kind = [peers[peer.name] for peer in FIELD if peer.kind == kind and peer.name in peers]
        for what in ("lines_per_s", "lines_per_cpu_s"):
            best = max((each.get(what, 0) for each in of_kind), default=0)
            for mine in ("encoded", "ours"):
                if best and what in peers.get(mine, {}):
                    found.setdefault(name, {}).setdefault(mine, {})[what] = peers[mine][what] / best
    return found


def run(names: list[str], workload: Workload, arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure the machine and all that are named, round by round."""
    peers: dict[str, dict[str, Any]] = {}
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        workload.save(folder / "lines.parquet")
        machine = told("machine", python_of(""), folder, arguments.repeat)
        for number in range(arguments.rounds):
            for each in names:
                print(f"peers: round {number + 1}, {each}", file=sys.stderr, flush=True)
                peers[each] = better(peers.get(each), measured(BY_NAME[each], folder, arguments.repeat))
        compared(peers, folder)
    return {
        "workload": {
            "lines": len(workload), "people": len(np.unique(workload["person"])), "seed": arguments.seed,
            "households": len(np.unique(workload["household"])),
        },
        "processors": os.cpu_count(), "load": load, "machine": machine, "peers": peers, "ratios": ratios(peers),
    }  # fmt: skip


def main() -> None:
    """Measure, compare and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=list(BY_NAME), metavar="NAME", help=", ".join(BY_NAME))
    parser.add_argument("--lines", type=int, default=1_000_000, help="lines drawn (some peers get fewer)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--repeat", type=int, default=5, help="runs of each peer, of which the best counts")
    parser.add_argument("--rounds", type=int, default=1, help="go through all peers so many times")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--write", action="store_true", help="renew the page and the plot in docs/benchmarks")
    arguments = parser.parse_args()
    names = [peer.name for peer in FIELD if arguments.only is None or peer.name in arguments.only]
    result = run(names, draw(arguments.lines, arguments.seed), arguments)
    print(json.dumps(result) if arguments.json else terminal(result))
    if arguments.write:
        DOCS.mkdir(exist_ok=True)
        (DOCS / "peers.md").write_text(page(result), encoding="utf-8")
        (DOCS / "peers.svg").write_text(plot(result), encoding="utf-8")
    sys.exit(any(found.get("amounts_differ") for name, found in result["peers"].items() if exact(name)))


def exact(name: str) -> bool:
    """Whether a peer must decide every line as we do."""
    return BY_NAME[name].work == ALL and name in ("ours", "encoded", "one-by-one", "closures")


if __name__ == "__main__":
    main()
