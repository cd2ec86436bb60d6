"""How commands describe themselves: the options all of them share, and help with examples."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from clausula.cli.console import Console

LANGUAGES = ("en", "fr", "de", "it", "nl")
Run = Callable[[argparse.Namespace, Console], int]
Commands = Any
"""What argparse returns for sub-commands (its class is private)."""

CODES = """exit codes:
  0  done
  1  a negative finding: a case fails, a plan has an error
  2  the input cannot be used (file, plan or option); nothing was written
  3  a fault of the program itself; nothing was written"""


def shared(parser: argparse.ArgumentParser, *, default: bool) -> None:
    """Adds the options that may stand before and after the name of a command."""
    group = parser.add_argument_group("options of every command")

    def add(*names: str, value: Any = None, **more: Any) -> None:
        group.add_argument(*names, default=value if default else argparse.SUPPRESS, **more)

    add("--json", action="store_true", value=False, help="write one JSON document to standard output")
    add("--lang", choices=LANGUAGES, help="language of names and reasons (en, fr, de, it, nl)")
    add("--plans", metavar="DIR", help="a folder of plans of your own, over the bundled ones")
    add("--no-color", action="store_true", value=False, help="no colours (also: NO_COLOR=1; off when piped)")


def command(
    commands: Commands, name: str, run: Run, *, does: str, examples: str, about: str = ""
) -> argparse.ArgumentParser:
    """A sub-command with its one-line description, its examples and the shared options."""
    lines = "\n".join("  " + line for line in examples.strip().splitlines())
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=does, description=f"{does[0].upper()}{does[1:]}.{' ' + about if about else ''}",
        epilog=f"examples:\n{lines}\n\n{CODES}", allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    shared(parser, default=False)
    parser.set_defaults(run=run)
    return parser
