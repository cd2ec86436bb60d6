"""clausula remote submit, for a file of bills: send it whole, and tell what was taken in and what was not."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from clausula.cli.console import CommandError, Console

if TYPE_CHECKING:
    from clausula.cli.calling import Caller

FHIR = "application/fhir+json"
KINDS = {
    ".xml": "application/xml",
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
    ".ndjson": FHIR,
}


def kind_of(name: str) -> str:
    """The media type of a file of bills; empty for a single bill in TOML or JSON. Of JSON, FHIR says so itself."""
    path = Path(name)
    if path.suffix.lower() == ".json" and path.is_file():
        try:
            told = json.loads(path.read_bytes())
        except ValueError:
            return ""  # the reader of bills says what is wrong with it
        return FHIR if isinstance(told, dict) and "resourceType" in told else ""
    return KINDS.get(path.suffix.lower(), "")


def submit_file(caller: Caller, name: str, kind: str, key: str | None, console: Console) -> int:
    """Send it, and tell every bill that was not taken in and every line that could not be read. 1 where there is one.
    Raises CommandError."""
    path = Path(name)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror}", "name a file that can be read") from None
    called = re.sub(r"[^A-Za-z0-9._-]", "-", path.name).lstrip("._-")[:80] or "file"
    digest = hashlib.sha256(called.encode() + b"\0" + content).hexdigest()
    told = caller.send(f"/claims/files?name={called}", content, kind, key or f"file-{digest}")
    again = " (this file was there already)" if caller.replayed else ""
    for total in told["totals"]:
        lines = f"{total['lines_in']} lines in = {total['lines_taken']} taken + {total['lines_listed']} listed"
        money = f"{total['charged_in']} = {total['charged_taken']} + {total['charged_listed']} {total['currency']}"
        console.text(f"{lines}; {money}{again}", "strong")
    for bill in told["taken"]:
        console.text(f"  bill {bill['number']}: claim {bill['claim']}, {bill['status']}, {bill['charged']}", "good")
    for bill in told["refused"]:
        console.text(f"  bill {bill['number']}: not taken in, {bill['charged']}: {bill['why']}", "bad")
    for line in told["unread"]:
        console.text(f"  {line['place']}: {line['message']} {line['charged']} [{line['code']}]", "bad")
        if line["mend"]:
            console.text(f"    what you can do: {line['mend']}")
    for paper in told["papers_refused"]:
        console.text(f"  document {paper['kind']}: {paper['why']}", "bad")
    console.document(told)
    return 1 if told["refused"] or told["unread"] or told["papers_refused"] else 0
