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
    """Coverage rests meanwhile, where it runs in this process.

    A process of xdist is followed twice: by what it inherited from the one that started it, and within that by
    pytest-cov. Where only the latter rests, the former goes on; it is stopped for good.
    """
    running: list[Coverage] = []
    while (found := Coverage.current()) is not None:
        found.stop()
        running.append(found)
    try:
        yield
    finally:
        if running and Coverage.current() is None:  # at the mark `no_cover`, pytest-cov goes on by itself
            running[0].start()


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
