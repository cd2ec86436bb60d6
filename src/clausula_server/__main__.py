"""python -m clausula_server COMMAND: demo, serve, worker, and whatever Django has (migrate, shell …)."""

from __future__ import annotations

import os
import sys

# What changes tables works as their owner, everything else as the role of the web process.
AS_OWNER = {"migrate", "makemigrations", "sqlmigrate", "dbshell", "flush", "load_demo"}


def main(arguments: list[str]) -> int:
    """Do what is asked; 0 when it went well."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clausula_server.settings")
    command = arguments[0] if arguments else "help"
    if command in ("demo", "serve"):
        from clausula_server import running  # noqa: PLC0415 - starts processes that load Django; loads none itself

        return running.demo(arguments[1:]) if command == "demo" else running.serve(arguments[1:])
    if command in AS_OWNER:
        os.environ.setdefault("CLAUSULA_ROLE", "app")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - after the role is chosen

    execute_from_command_line(["clausula_server", *arguments])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
