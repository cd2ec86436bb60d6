"""How long documents are kept: what the law asks of an insurer at least, and not longer."""

from __future__ import annotations

from datetime import date, timedelta

from clausula_server.documents.models import Retention

YEARS = {
    Retention.CLAIM: 10,  # CH: CO art. 958f; IT: c.c. art. 2220; FR: C. com. art. L123-22; NL: BW 2:10 asks seven
    Retention.CONTRACT: 10,
}
PASSING = timedelta(days=90)


def keep_until(retention: Retention, received_on: date) -> date:
    """The last day it is kept. Business years end with the calendar's, so the count begins at the end of the year."""
    if retention == Retention.PASSING:
        return received_on + PASSING
    return date(received_on.year + YEARS[retention], 12, 31)
