"""Times within which something is owed: when it falls due, and whether it was kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from clausula import dates
from clausula.plan import Contact, Opening, ServiceLevel


@dataclass(frozen=True, slots=True)
class Kept:
    """When something was due and whether it came in time; `late` is None while it is still open before the due time."""

    due: datetime
    late: bool | None


def due(level: ServiceLevel, since: datetime, stopped: timedelta = timedelta(0)) -> datetime:
    """When a service level falls due: the start, plus its length, plus the time the clock stood still.

    Calendar days end with the day: received on 1 March, 20 calendar days, due by the end of 21 March.
    """
    count, unit = level.within
    if unit == "months":
        ordinal = dates.add_months(since.date().toordinal(), count)
        return datetime.combine(date.fromordinal(ordinal), datetime.max.time()) + stopped
    if unit == "days":
        return datetime.combine(since.date() + timedelta(days=count), datetime.max.time()) + stopped
    return since + timedelta(seconds=count * {"seconds": 1, "minutes": 60, "hours": 3600}[unit]) + stopped


def kept(
    level: ServiceLevel, since: datetime, done: datetime | None, now: datetime, stopped: timedelta = timedelta(0)
) -> Kept:
    """Whether a service level was kept. A length in seconds, minutes or hours is broken when it is reached ("in less
    than")."""
    limit = due(level, since, stopped)
    moment = done or now
    strict = level.within[1] in ("seconds", "minutes", "hours")
    over = moment >= limit if strict else moment > limit
    return Kept(limit, over if done is not None or over else None)


def is_open(contact: Contact, day: date, minute: int, *, holiday: bool = False) -> bool | None:
    """Whether a contact is open at a local time; None where the plan does not say."""
    if not contact.hours:
        return None
    return any(_open(opening, day.isoweekday(), minute, holiday) for opening in contact.hours)


def _open(opening: Opening, weekday: int, minute: int, holiday: bool) -> bool:
    kind = 8 if holiday else weekday
    return kind in opening.days and opening.start <= minute < opening.end
