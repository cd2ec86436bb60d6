"""clausula remote: ask a server of Clausula, over its API: does the token open, what would be paid, send a bill."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from clausula.cli.console import CommandError, Console
from clausula.cli.options import Commands, command

if TYPE_CHECKING:
    from clausula.cli.calling import Caller

EXAMPLES = """
export CLAUSULA_ADDRESS=https://care.example.org CLAUSULA_TOKEN=clausula_…
clausula remote check                          does it answer, as whom, what may be done
clausula remote check --person ID --on DAY     in which plans somebody is on a day
clausula remote decide bill.toml --lang fr     what would be paid, step by step; nothing is written
clausula remote submit bill.toml               send it; the same file again is the same claim
clausula remote submit bills.csv               a file of bills: what was taken in, what was not, and why
"""
ABOUT = (
    "A bill is a file in TOML or JSON, as the API takes it: person, currency, provider, lines. "
    "A file of bills is a Swiss invoice (.xml), FHIR claims (.json, .ndjson), or a table (.csv, .parquet)."
)
STYLES = {"covered": "good", "partly": "good", "not_covered": "bad"}


def add(commands: Commands) -> None:
    """Describe the command."""
    parser = command(commands, "remote", run, does="ask a server of Clausula", examples=EXAMPLES, about=ABOUT)
    parser.add_argument("what", choices=("check", "decide", "submit"), help="what to ask")
    parser.add_argument("file", nargs="?", metavar="FILE", help="the bill, for decide and submit; - for standard input")
    parser.add_argument("--address", metavar="URL", help="where the server is (or CLAUSULA_ADDRESS)")
    parser.add_argument("--token", metavar="TOKEN", help="a token of it (or CLAUSULA_TOKEN, which others do not see)")
    parser.add_argument("--key", metavar="KEY", help="submit: the idempotency key; from what the bill says by itself")
    parser.add_argument("--person", metavar="ID", help="check: of whom to show the plans")
    parser.add_argument("--on", metavar="DAY", help="check: the day, like 2026-03-12")


def run(args: argparse.Namespace, console: Console) -> int:
    """Ask and tell."""
    from clausula.cli.calling import Caller
    from clausula.cli.remote_file import kind_of

    address = args.address or os.environ.get("CLAUSULA_ADDRESS", "")
    token = args.token or os.environ.get("CLAUSULA_TOKEN", "")
    if not address or not token:
        missing = "the address of the server" if not address else "a token"
        name = "address" if not address else "token"
        raise CommandError(f"{missing} is missing", f"name it: --{name} … or CLAUSULA_{name.upper()}=…")
    caller = Caller(address, token, args.lang or "en")
    if args.what == "check":
        return _check(caller, args, console)
    if not args.file:
        raise CommandError("the bill is missing", f"name its file: clausula remote {args.what} bill.toml")
    if args.what == "submit" and (kind := kind_of(args.file)):
        from clausula.cli.remote_file import submit_file

        return submit_file(caller, args.file, kind, args.key, console)
    bill = _bill(args.file)
    return _decide(caller, bill, console) if args.what == "decide" else _submit(caller, bill, args.key, console)


def _check(caller: Caller, args: argparse.Namespace, console: Console) -> int:
    """As whom the token acts; with --person, in which plans somebody is on the day. 1 where they are in none."""
    me = caller.get("/me")
    console.text(f"{caller.address} answers, as {me['name']}", "good")
    console.text(f"roles: {', '.join(me['roles'])}")
    console.text(f"may: {', '.join(me['permissions'])}")
    if not args.person:
        console.document({"me": me})
        return 0
    on = _day(args.on)
    held = caller.get(f"/persons/{args.person}/enrolments?size=200")["items"]
    terms = [(each, term) for each in held for term in each["terms"] if _holds(term, on)]
    for each, term in terms:
        console.text(f"{each['name']} ({each['plan']}) since {each['since']}: {_facts(term['facts'])}", "strong")
    if not terms:
        console.text(f"in no plan on {on}", "bad")
    console.document({"me": me, "on": on, "enrolments": [each for each, _ in terms]})
    return 0 if terms else 1


def _decide(caller: Caller, bill: Mapping[str, Any], console: Console) -> int:
    told = caller.post("/claims/preview", bill)
    for line in told["lines"]:
        console.text(f"Line {line['number']}, {line['served_on']}, {line['service']}", "strong")
        _outcome(line, console)
        console.text(f"  {line['summary']}")
        for step in line["steps"]:
            console.text(f"  - {step['text']}" + (f"  [{step['title']}]" if step["title"] else ""))
        for kind in line["waits_for"]:
            console.text(f"  → {kind['name']}", "warn")
    sums = ", ".join(f"{name} {told[name]}" for name in ("charged", "paid", "borne"))
    console.text(f"{sums} {told['currency']}; nothing was sent", "strong")
    console.document(told)
    return 0


def _submit(caller: Caller, bill: Mapping[str, Any], key: str | None, console: Console) -> int:
    told = caller.post("/claims", bill, key or _key(bill))
    again = " (it was there already)" if caller.replayed else ""
    console.text(f"claim {told['id']}: {told['status']}{again}", "strong")
    for line in told["lines"] or ():
        console.text(f"Line {line['number']}")
        _outcome(line, console)
    console.document(told)
    return 0


def _outcome(line: Mapping[str, Any], console: Console) -> None:
    outcome = console.styled(line["outcome"].replace("_", " "), STYLES.get(line["outcome"], "warn"))
    reason = f" ({line['reason']})" if line["reason"] else ""
    console.text(f"  {outcome}{reason}: paid {line['paid']}, borne {line['borne']}")


def _bill(name: str) -> dict[str, Any]:
    from clausula.cli.inputs import read_data

    plain: dict[str, Any] = _plain(read_data(name))
    return plain


def _plain(value: Any) -> Any:
    """As JSON has it: days and times as text, numbers of money as they were written."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _key(bill: Mapping[str, Any]) -> str:
    """A key from what the bill says: sent twice, it is one claim."""
    told = json.dumps(bill, sort_keys=True, separators=(",", ":"))
    return f"file-{hashlib.sha256(told.encode()).hexdigest()}"


def _day(text: str | None) -> str:
    if text is None:
        raise CommandError("of which day?", "name it: --on 2026-03-12")
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise CommandError(f"--on {text}: this is no day", "write it like 2026-03-12") from None


def _holds(term: Mapping[str, Any], on: str) -> bool:
    return bool(term["since"] <= on and (term["until"] is None or on <= term["until"]))


def _facts(facts: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in facts.items()) or "no choices"
