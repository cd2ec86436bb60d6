"""What came out, to be read: a table for the terminal, a page and a plot for the documentation."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from .field import BY_NAME, FIELD, OTHER

AIMS = {"rule_engine": ("the best rule engine", 50), "openfisca": ("OpenFisca", 4)}
"""The ratios the project has set itself."""

HEAD = (
    "peer",
    "does",
    "lines",
    "lines/s",
    "per CPU s",
    "µs/line",
    "ours ÷ it",
    "of touch",
    "peak MB",
    "differs",
    "note",
)

LIMITS = {
    "touch": "touch every column, all processors",
    "touch_one_thread": "touch every column, one processor",
    "copy": "copy as many bytes",
    "parquet_read": "read the lines from Parquet",
    "parquet_write": "write the decisions to Parquet",
}


def number(value: float) -> str:
    """A figure with about three digits: 4 130, 1.2 M."""
    if value >= 1e6:
        return f"{value / 1e6:.3g} M"
    if value >= 1e3:
        return f"{round(value, 2 - int(math.log10(value))):,.0f}".replace(",", " ")
    return f"{value:.3g}"


def ratio(value: float) -> str:
    """How many times."""
    return f"{number(value)} ×" if value >= 10 else f"{value:.2g} ×"


def differs(found: Mapping[str, Any]) -> str:
    """How many lines came out otherwise than with us."""
    if found.get("benefits_differ") is None:
        return "not compared"
    if found["amounts_differ"] is None:
        return f"{found['benefits_differ']} benefits"
    count = max(found["benefits_differ"], found["amounts_differ"])
    return f"{count} of {number(found['lines'])}" if count else "none"


def cells(result: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The table, row by row."""
    peers = result["peers"]
    ours = peers.get("ours", {}).get("lines_per_s")
    touch = result["machine"].get("touch")
    rows = []
    for peer in FIELD:
        found = peers.get(peer.name)
        if found is None:
            continue
        if "failed" in found:
            rows.append((peer.title, peer.work, "", "", "", "", "", "", "", "", found["failed"]))
            continue
        speed = found["lines_per_s"]
        rows.append((
            peer.title, peer.work, number(found["lines"]), number(speed), number(found["lines_per_cpu_s"]),
            number(found["us_per_line"]), ratio(ours / speed) if ours else "", f"{speed / touch:.2%}" if touch else "",
            f"{found['peak_mb']:.0f}", "" if peer.name == "ours" else differs(found), peer.note,
        ))  # fmt: skip
    rows += [
        (f"limit: {title}", "nothing", "", number(result["machine"][name]), "", number(1e6 / result["machine"][name]),
         ratio(ours / result["machine"][name]) if ours else "", "", "", "", "")
        for name, title in LIMITS.items() if name in result["machine"]
    ]  # fmt: skip
    return rows


def aims(result: Mapping[str, Any]) -> list[str]:
    """What became of the aims, and whether the machine was quiet enough to tell."""
    told = []
    for name, (title, aim) in AIMS.items():
        for mine, form in (("encoded", "from numbers"), ("ours", "from a table of words")):
            found = result["ratios"].get(name, {}).get(mine)
            if found:
                times, by_work = ratio(found["lines_per_s"]), ratio(found["lines_per_cpu_s"])
                told.append(f"Clausula's batch, {form}, against {title}: {times}, per CPU s {by_work} (aim: {aim} ×)")
    if result["load"] > result["processors"] / 2:
        told.append(
            "The machine was busy with other things: lines/s and the limits are too low, and by different amounts."
        )
    return told


def terminal(result: Mapping[str, Any]) -> str:
    """The table as aligned text."""
    rows = [HEAD, *cells(result)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(HEAD))]
    lines = ["  ".join(_aligned(cell, widths[n], n) for n, cell in enumerate(row)).rstrip() for row in rows]
    return "\n".join([about(result), "", lines[0], "-" * max(map(len, lines)), *lines[1:], "", *aims(result)])


def _aligned(cell: str, width: int, column: int) -> str:
    return cell.ljust(width) if column in (0, 1, len(HEAD) - 1) else cell.rjust(width)


def about(result: Mapping[str, Any]) -> str:
    """What was measured."""
    work = result["workload"]
    copied = result["machine"].get("copy_bytes_per_s")
    return (
        f"{number(work['lines'])} lines of {number(work['people'])} people in {number(work['households'])} households, "
        f"seed {work['seed']}; {result['processors']} processors"
        f", load {result['load']:.1f} before it began"
        + (f", memory copied at {copied / 1e9:.3g} GB/s" if copied else "")
    )


def markdown(rows: Sequence[Sequence[str]]) -> list[str]:
    """A table as Markdown."""
    marks = ["---" if n in (0, 1, len(HEAD) - 1) else "---:" for n in range(len(HEAD))]
    return [f"| {' | '.join(row)} |" for row in (HEAD, marks, *rows)]


def page(result: Mapping[str, Any]) -> str:
    """The page of the documentation: table, aims, versions."""
    versions: dict[str, str] = {}
    for found in result["peers"].values():
        versions |= found.get("versions", {})
    listed = ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))
    return "\n".join([
        "# Peers side by side", "",
        "Written by `./run bench peers --write`. What each did: [Peers](../benchmarks.md#peers).",
        "", f"{about(result)}.", "", "![Lines a second, by peer](peers.svg)", "", *markdown(cells(result)), "",
        *(f"* {line}" for line in aims(result)), "", f"Versions: {listed}.", "",
    ])  # fmt: skip


STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #222 } .small { font-size: 11px; fill: #666 }
  .ours { fill: #0a6 } .peer { fill: #69c } .part { fill: #bbb } .limit { fill: none; stroke: #c60; stroke-width: 2 }
  .grid { stroke: #ddd } .paper { fill: #fff }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd } .small { fill: #999 } .grid { stroke: #333 } .paper { fill: #111 } .part { fill: #666 }
  }"""
LEFT, WIDTH, ROW, TOP = 240, 520, 24, 52


def plot(result: Mapping[str, Any]) -> str:
    """A bar for each peer and a frame for each limit, on a scale of powers of ten."""
    bars = [
        (BY_NAME[name].title, found["lines_per_s"], "ours" if BY_NAME[name].module in ("ours", "one_by_one") else
         "peer" if BY_NAME[name].work != OTHER and found.get("amounts_differ") is not None else "part")
        for name, found in result["peers"].items() if "failed" not in found
    ]  # fmt: skip
    bars += [(title, result["machine"][name], "limit") for name, title in LIMITS.items() if name in result["machine"]]
    bars.sort(key=lambda bar: -bar[1])
    powers = range(int(math.log10(bars[-1][1])), math.ceil(math.log10(bars[0][1])) + 1)

    def place(value: float) -> float:
        return LEFT + WIDTH * (math.log10(value) - powers[0]) / (powers[-1] - powers[0])

    height = TOP + ROW * len(bars) + 44
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 90} {height}" role="img">',
        f"<title>Lines decided in a second, by peer</title><style>{STYLE}</style>",
        f'<rect class="paper" width="{LEFT + WIDTH + 90}" height="{height}"/>',
        '<text x="12" y="24">Lines a second (each step to the right is ten times as many)</text>',
    ]
    for power in powers:
        x, text = place(10**power), number(10**power)
        parts.append(f'<line class="grid" x1="{x:.0f}" y1="{TOP - 8}" x2="{x:.0f}" y2="{height - 36}"/>')
        parts.append(f'<text class="small" x="{x:.0f}" y="{TOP - 14}" text-anchor="middle">{text}</text>')
    for n, (title, value, kind) in enumerate(bars):
        y, wide = TOP + ROW * n, max(2, place(value) - LEFT)
        parts.append(f'<text x="{LEFT - 8}" y="{y + 14}" text-anchor="end">{escape(title)}</text>')
        parts.append(f'<rect class="{kind}" x="{LEFT}" y="{y + 2}" width="{wide:.0f}" height="{ROW - 8}"/>')
        parts.append(f'<text class="small" x="{LEFT + wide + 6:.0f}" y="{y + 14}">{number(value)}</text>')
    legend = "green: Clausula; blue: the same work; grey: a part of it, or other rules; framed: limits of the machine"
    parts += [f'<text class="small" x="12" y="{height - 14}">{legend}</text>', "</svg>", ""]
    return "\n".join(parts)
