"""One peer in a process of its own: made ready, run once to warm up, then repeated; one line of JSON comes out."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import json
import resource
import statistics
import sys
import time
from importlib import metadata
from pathlib import Path
from typing import Any

from .field import BY_NAME, Peer
from .machine import limits
from .workload import Workload

ENOUGH = 40
"""Seconds after which a peer is not repeated again."""


def memory() -> float:
    """The most memory this process has had, in megabytes. What `getrusage` says includes the process that started this
    one, so it is only the second choice."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)


def versions(peer: Peer) -> dict[str, str]:
    """Versions of the packages a peer rests on."""
    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name in peer.packages:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def measure(peer: Peer, folder: Path, repeat: int) -> dict[str, Any]:
    """Time a peer on the stored workload and keep its decisions."""
    workload = Workload.load(folder / "lines.parquet")
    if peer.most:
        workload = workload.head(peer.most)
    loaded = memory()
    start = time.perf_counter()
    module = importlib.import_module(f".{peer.module}", __package__)
    ready = getattr(module, peer.prepare)(workload)
    set_up = time.perf_counter()
    decided = ready.run()
    first = time.perf_counter()
    outputs = ready.read(decided)
    spent, worked = [], []
    began = time.perf_counter()
    while len(spent) < repeat and (not spent or time.perf_counter() - began < ENOUGH):
        del decided  # two answers at once would count as memory of one
        at, busy = time.perf_counter(), time.process_time()
        decided = ready.run()
        spent.append(time.perf_counter() - at)
        worked.append(time.process_time() - busy)
    outputs.save(folder / f"{peer.name}.npz")
    count = len(outputs.benefit)
    return {
        "lines": count, "set_up_s": set_up - start, "first_s": first - set_up, "best_s": min(spent),
        "median_s": statistics.median(spent), "runs": len(spent), "lines_per_s": count / min(spent),
        "median_lines_per_s": count / statistics.median(spent), "lines_per_cpu_s": count / min(worked),
        "us_per_line": min(spent) / count * 1e6,
        "peak_mb": memory(), "loaded_mb": loaded, "versions": versions(peer),
    }  # fmt: skip


def main() -> None:
    """Measure what is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=[*BY_NAME, "machine"])
    parser.add_argument("folder", type=Path, help="where the workload lies and the decisions go")
    parser.add_argument("--repeat", type=int, default=5)
    arguments = parser.parse_args()
    said = io.StringIO()
    with contextlib.redirect_stdout(said):  # some packages greet
        if arguments.name == "machine":
            found: dict[str, Any] = limits(Workload.load(arguments.folder / "lines.parquet"), arguments.repeat)
        else:
            found = measure(BY_NAME[arguments.name], arguments.folder, arguments.repeat)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
