"""Which situation each line is in: the same covers, and the same answers to everything that plans ask of facts.

Of each source of facts only that is told apart which a test of the line's covers and service tells apart. So a million
lines have a few thousand situations, and the conditions of plans are looked at once for each.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from clausula.batch.encoding import Encoded
from clausula.batch.loops import Ints, situate
from clausula.compiled import address


class Situating:
    """The situations of encoded lines.

    number: of each line. examples: a line of each situation.
    """

    def __init__(self, encoded: Encoded) -> None:
        """Raises OverflowError for tables with more facts told apart than there are numbers for."""
        self.encoded, self.program, self.eras = encoded, encoded.program, encoded.eras
        self.number, self.examples = self._number(*encoded.groups)

    def _number(self, group: Ints, kinds: Sequence[tuple[tuple[int, ...], int]]) -> tuple[Ints, Ints]:
        asks, asked, classes, at = [0], [], [], 0
        sources, sifting = self.encoded.sources, self.encoded.sifting
        places: dict[int, int] = {}
        for covers, service in kinds:
            wanted = sifting.wanted(covers, service)
            stride = len(kinds)
            for which, source in enumerate(sources):
                seen = source.seen(wanted)
                if seen is not None:
                    if id(seen) not in places:
                        places[id(seen)] = at - source.first
                        classes.append(seen.numbers)
                        at += len(seen.numbers)
                    asked.append((which, places[id(seen)], stride))
                    stride *= seen.width
            if stride >= 1 << 62:
                raise OverflowError("too many facts are told apart at once")
            asks.append(len(asked))
        held = [np.ascontiguousarray(source.code, np.int32) for source in sources]
        codes = np.array([address(each) for each in held], np.int64)
        flat = np.concatenate(classes).astype(np.int64) if classes else np.zeros(1, np.int64)
        questions = np.array(asked, np.int64).reshape(-1, 3)
        room = 1 << 14
        while True:
            number, fresh = group.copy(), np.empty(room // 2, np.int64)
            table, keys = np.full(room, -1, np.int64), np.zeros(room, np.int64)
            found = situate(codes, number, np.array(asks), questions, flat, table, keys, fresh)
            if found >= 0:
                return number, fresh[:found]
            room *= 4
