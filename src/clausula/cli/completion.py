"""clausula completion: completes commands and options in bash and zsh."""

from __future__ import annotations

import argparse

from clausula.cli.console import Console
from clausula.cli.options import Commands, command

EXAMPLES = """
clausula completion bash > ~/.local/share/bash-completion/completions/clausula
clausula completion zsh > "${fpath[1]}/_clausula"
"""


def add(commands: Commands) -> None:
    """Describe the command."""
    parser = command(commands, "completion", run, does="print completion for a shell", examples=EXAMPLES)
    parser.add_argument("shell", choices=("bash", "zsh"), help="which shell")


def run(args: argparse.Namespace, console: Console) -> int:
    """Print the script."""
    import shtab

    from clausula.cli import build_parser

    script = shtab.complete(build_parser(), shell=args.shell)
    console.text(script)
    console.document({"shell": args.shell, "script": script})
    return 0
