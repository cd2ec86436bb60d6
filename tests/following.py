"""What coverage need not follow. Followed code takes two or three times as long, so volume goes unfollowed, and worlds
that many tests start from are followed once in a process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from coverage import Coverage

Given = ParamSpec("Given")
Made = TypeVar("Made")


@contextmanager
def unfollowed() -> Iterator[None]:
    """Coverage, if it runs in this process, rests meanwhile."""
    running = Coverage.current()
    if running is None:
        yield
        return
    running.stop()
    try:
        yield
    finally:
        if Coverage.current() is None:  # pytest-cov ends its own rest earlier
            running.start()


def followed_once(make: Callable[Given, Made]) -> Callable[Given, Made]:
    """What makes a world: coverage follows it the first time only."""
    made = False

    @wraps(make)
    def again(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        nonlocal made
        if not made:
            found = make(*args, **kwargs)
            made = True
            return found
        with unfollowed():
            return make(*args, **kwargs)

    return again
