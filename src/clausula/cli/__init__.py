"""The command line: `clausula COMMAND`. One file a command; what a command alone needs it imports itself.

Exit codes: 0 done, 1 a negative finding, 2 the input cannot be used, 3 a fault of the program.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Iterable, Sequence

import clausula
from clausula.cli import (
    bucket,
    cases,
    check,
    completion,
    decide,
    demo,
    explain,
    guide,
    portfolio,
    premium,
    remote,
    run,
    show,
    simulate,
    trace,
)
from clausula.cli.console import CommandError, Console, fault
from clausula.cli.options import CODES, shared

COMMANDS = (
    check,
    cases,
    decide,
    guide,
    premium,
    run,
    bucket,
    explain,
    simulate,
    show,
    trace,
    demo,
    portfolio,
    remote,
    completion,
)
EXAMPLES = """examples:
  clausula cases                                   run the golden cases of the bundled plans
  clausula decide situation.toml --lang fr         decide a few lines, with every reason
  clausula run --members members.toml --out out bills/*.xml
  clausula COMMAND --help                          more of each"""


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="clausula",
        description="Decides health-cover claims from the text of the plan; every decision names its clause.",
        epilog=f"{EXAMPLES}\n\n{CODES}", formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=f"clausula {clausula.__version__}")
    shared(parser, default=True)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for each in COMMANDS:
        each.add(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code. Faults are told in words, never as a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    parser = build_parser()
    if not (sys.argv[1:] if argv is None else argv):
        parser.print_help()  # a newcomer's first try: show what there is
        return 2
    args = parser.parse_args(argv)
    console = Console(as_json=args.json, color=not args.no_color)
    try:
        code: int = args.run(args, console)
        console.out.flush()
    except BrokenPipeError:  # whoever read us has seen enough; keep the interpreter from complaining at its end
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        fault("stopped; nothing was left half written")
        return 130
    except Exception as error:  # noqa: BLE001 - the last place where a fault can be put into words
        return _told(console, error)
    return code


def _told(console: Console, error: Exception) -> int:
    """Say what went wrong; returns the exit code."""
    code, messages, mend = _meaning(error)
    if console.as_json:
        console.document({"error": {"code": code, "messages": list(messages), "mend": mend}})
    fault("\n".join(messages), mend)
    if code > 2 and os.environ.get("CLAUSULA_TRACEBACK"):
        raise error
    return code


def _meaning(error: Exception) -> tuple[int, Iterable[str], str]:
    from clausula.findings import PlanError
    from clausula.intake.errors import InputError as FileError
    from clausula.situation import InputError
    from clausula.sources import LineError

    if isinstance(error, CommandError):
        return error.code, [error.message], error.mend
    if isinstance(error, PlanError | FileError):
        return 2, [str(error)], ""
    if isinstance(error, InputError):
        return 2, [f"{error.where}: {error.message}"], error.mend
    if isinstance(error, LineError):
        return 2, [str(error)], f"correct {error.fact} of that line"
    if isinstance(error, OSError):
        return (
            2,
            [f"{error.filename or 'a file'}: {error.strerror or error}"],
            "check the name, the rights and the space left",
        )
    mend = "this is a fault of the program, not of your input; CLAUSULA_TRACEBACK=1 shows where, for a report"
    return 3, [f"internal error: {type(error).__name__}: {error}"], mend
