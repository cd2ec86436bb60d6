"""clausula simulate: what if the plans read otherwise? The same claims under both, and what changes for whom."""

from __future__ import annotations

import argparse
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from clausula.cli.console import CommandError, Console
from clausula.cli.options import Commands, command

if TYPE_CHECKING:
    from clausula.simulate import Question, Sample, Simulation

EXAMPLES = """
clausula simulate --change my/change --members members.toml --out what-if lines.parquet
clausula simulate --base plans/2026 --change plans/2027 --portfolio portfolio/2025 --out what-if
clausula simulate --change my/change --portfolio sample --sample "5 %" --out what-if
clausula simulate --change my/change --portfolio sample --population 180000 --seed 7 --out what-if
clausula simulate --change my/change --portfolio portfolio --behaviour=-0.2 --out what-if --json
"""
ABOUT = """The portfolio is what `clausula run` takes: a members file and files of claims.
The folder of --out then holds index.html (one page for people), simulation.json (all figures), changed.parquet (the
lines that differ), plots/ (SVG and PNG, with the extra `plots`), and base/ and change/ (both runs, with statements).
Behaviour is not looked at unless --behaviour is given; its effect then stands beside the others, never in them."""


def add(commands: Commands) -> None:
    """Describe the command."""
    does = "replay a portfolio under changed plans: what changes for whom"
    parser = command(commands, "simulate", run, does=does, examples=EXAMPLES, about=ABOUT)
    parser.add_argument("inputs", nargs="*", metavar="INPUT", help="files of claims, with --members")
    plans = parser.add_argument_group("the plans")
    plans.add_argument("--base", metavar="DIR", help="the plans as they are (default: --plans, else the bundled ones)")
    plans.add_argument(
        "--change", metavar="DIR", required=True,
        help="the changed plans: a copy of the base, or only what is edited; laid over the base by plan id",
    )  # fmt: skip
    who = parser.add_argument_group("the portfolio")
    who.add_argument("--members", metavar="FILE", help="who is a member, in which plans (TOML or JSON)")
    who.add_argument(
        "--portfolio", metavar="DIR", help="instead: a folder with members.toml (or .json, or members/) and the claims"
    )
    who.add_argument("--usage", metavar="FILE", help="accounts to begin with: the usage.json of an earlier run")
    who.add_argument("--schema", metavar="DIR", help="official invoice schemas, to validate Swiss invoices with")
    who.add_argument("--codes", metavar="FILE", action="append", default=[], help="a further code map; may be repeated")
    sample = parser.add_argument_group("a portfolio that is a sample")
    size = sample.add_mutually_exclusive_group()
    size.add_argument("--sample", metavar="SHARE", type=_share, help='the part of all members it holds: "5 %%", 0.05')
    size.add_argument("--population", metavar="N", type=_count, help="instead: how many members there are in all")
    sample.add_argument("--seed", metavar="N", type=int, default=1, help="of the draws for the intervals (default: 1)")
    more = parser.add_argument_group("what may be added")
    more.add_argument(
        "--behaviour", metavar="ELASTICITY", type=_elasticity,
        help="arc elasticity of what is charged to the member's own share, above -1, at most 0 (RAND experiment: -0.2)",
    )  # fmt: skip
    parser.add_argument("--out", metavar="DIR", required=True, help="folder for the results; whole, or not there")
    parser.add_argument("--no-plots", action="store_true", help="draw no plots; the page has their tables")
    parser.add_argument("--force", action="store_true", help="replace the folder even where clausula did not write it")


def _fraction(text: str) -> Fraction:
    try:
        body = text.strip()
        return Fraction(body[:-1].strip()) / 100 if body.endswith("%") else Fraction(body)
    except (ValueError, ZeroDivisionError):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number; write it like 0.05 or 5 %") from None


def _share(text: str) -> Fraction:
    share = _fraction(text)
    if not 0 < share <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a part of a whole: above 0, at most 1 (100 %)")
    return share


def _count(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of members")
    return int(text)


def _elasticity(text: str) -> Fraction:
    found = _fraction(text)
    if not -1 < found <= 0:
        mend = "above -1 and at most 0, like -0.2: who bears more uses less"
        raise argparse.ArgumentTypeError(f"{text!r} is not an elasticity of demand: {mend}")
    return found


def run(args: argparse.Namespace, console: Console) -> int:
    """Ask, write and tell."""
    from clausula.cli.run import watched
    from clausula.cli.simulate_table import tell
    from clausula.simulate import simulate
    from clausula.simulate.document import document

    question = _question(args)
    with watched(console) as progress:
        result: Simulation = simulate(question, progress)
    tell(console, result)
    console.text(f"report: {question.out / 'index.html'}", "strong")
    console.document({"out": str(question.out), "report": str(question.out / "index.html"), **document(result)})
    return 0


def _question(args: argparse.Namespace) -> Question:
    from clausula.batch.run import read_usage
    from clausula.book import load_plans
    from clausula.cli.run import check_out
    from clausula.intake import read_roster
    from clausula.simulate import Question

    members, inputs = _portfolio(args)
    base = args.base or args.plans
    folders = [name for name in (args.plans, args.base) if name]
    for name in (*folders, args.change):
        if not Path(name).is_dir():
            raise CommandError(
                f"looked for a folder of plans at {name}: there is none", "name a folder of plan.md files"
            )
    others = [
        members,
        *map(Path, (args.change, *folders, *args.codes)),
        *(Path(n) for n in (args.usage, args.schema) if n),
    ]
    check_out(Path(args.out), force=args.force, inputs=[*inputs, *others], schema=args.schema)
    return Question(
        base=load_plans(folders) if base else load_plans(), change=load_plans([*folders, args.change]),
        roster=read_roster(members), inputs=inputs, out=Path(args.out), members=members, sample=_sample(args),
        elasticity=args.behaviour, opening=read_usage(Path(args.usage)) if args.usage else {},
        schema_dir=Path(args.schema) if args.schema else None, codes=tuple(map(Path, args.codes)),
        plots=not args.no_plots,
    )  # fmt: skip


def _sample(args: argparse.Namespace) -> Sample | None:
    from clausula.simulate import Sample

    if args.sample is None and args.population is None:
        return None
    return Sample(args.sample, args.population, args.seed)


CLAIMS = (".xml", ".json", ".ndjson", ".csv", ".parquet")


def _portfolio(args: argparse.Namespace) -> tuple[Path, tuple[Path, ...]]:
    """The members file and the inputs, named one by one or as a folder."""
    if args.portfolio:
        return _in_folder(Path(args.portfolio), args)
    if not args.members:
        raise CommandError("no portfolio is given", "give --members FILE and files of claims, or --portfolio DIR")
    if not args.inputs:
        raise CommandError("no claims are given", "name files of claims behind the options, or give --portfolio DIR")
    return Path(args.members), tuple(Path(name) for name in dict.fromkeys(args.inputs))


def _in_folder(folder: Path, args: argparse.Namespace) -> tuple[Path, tuple[Path, ...]]:
    if args.members or args.inputs:
        raise CommandError(
            "--portfolio names members and claims already", "leave out --members and INPUT, or --portfolio"
        )
    names = ("members.toml", "members.json", "members")
    members = next((folder / name for name in names if (folder / name).exists()), None)
    if members is None:
        raise CommandError(
            f"looked for members.toml in {folder}: there is none", "put it there, or give --members FILE"
        )
    inputs = sorted(each for each in folder.iterdir() if each.suffix.lower() in CLAIMS and each != members)
    if not inputs:
        raise CommandError(f"{folder} holds no claims", f"put files there: {', '.join(CLAIMS)}")
    return members, tuple(inputs)
