"""Files of bills, from other systems: what was taken in, what was not, and why."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from pydantic import Field

from clausula_server.api import filed, once
from clausula_server.api.endpoint import Room, rendered
from clausula_server.api.records.files import FileRecord
from clausula_server.api.sent_file import binary, read_file
from clausula_server.claims.actions.file import submit_file as submit

room = Room("claims")
FILES = binary(
    "application/xml", "text/xml", "application/fhir+json", "text/csv", "application/vnd.apache.parquet"
)  # fmt: skip
MOST_BYTES = 5 * 1024 * 1024
NameIn = Annotated[
    str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$", description="Names it, and bills in it without a number.")
]


@room.post("/claims/files", "claims.file.submit", raw=FILES, errors=("too-large", "media-type", "refused"))
def submit_file(request: HttpRequest, name: NameIn) -> FileRecord:
    """Send a file of bills as the body itself: a Swiss invoice in XML, FHIR claims, or a table as CSV or Parquet.

    The format is seen from the content. Each bill is taken in for itself; what cannot be is listed with its place, why,
    and what can be done, and the totals add up. The same file again adds nothing: what came before is `repeated`.
    Where no answer comes, send the same again: it goes on where it was.
    """
    once.key_of(request)
    content = read_file(request, FILES, MOST_BYTES)

    def work() -> FileRecord:
        with TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_bytes(content)
            return filed.file(name, submit(path, timezone.localdate()))

    return once.step_by_step(request, lambda: rendered(work(), 200))  # type: ignore[return-value] # to be kept
