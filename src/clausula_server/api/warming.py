"""What a web process makes ready while it already answers: the compiled kernel, and the plans people are in.

Without it the first bill of each process would wait for seconds.
"""

from __future__ import annotations

import logging
import threading

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import Error, connection
from django.utils import timezone

from clausula_server.claims.engine.deciding import warm_up
from clausula_server.enrolment.catalogue.editions import CannotCombine, combined
from clausula_server.enrolment.models import Term
from clausula_server.lib.acting import acting, system

MOST = 64
"""Sets of editions that are read ahead; households have few different ones."""
log = logging.getLogger(__name__)


def warm_in_background() -> None:
    """Begin, and do not wait for it."""
    threading.Thread(target=_warm, name="warm", daemon=True).start()


def _warm() -> None:
    try:
        warm_up()
        with acting(system("warm up")):
            for digests in _sets_in_force():
                try:
                    combined(digests)
                except CannotCombine:
                    continue  # who is in these hears of it with their bill
    except Error as error:
        log.warning("the plans were not read ahead: %s", type(error).__name__)
    finally:
        connection.close()


def _sets_in_force() -> list[list[str]]:
    """The sets of editions that households are in today."""
    held = Term.objects.filter(during__contains=timezone.localdate()).order_by().values("household")
    sets = held.annotate(digests=ArrayAgg("edition__digest", distinct=True, ordering="edition__digest"))
    return [list(digests) for digests in sets.values_list("digests", flat=True).distinct()[:MOST]]
