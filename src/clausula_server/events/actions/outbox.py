"""From the outbox to the receivers: each event once to each endpoint that wants its kind."""

from __future__ import annotations

from django.db import connection

from clausula_server.events.models import Delivery, Endpoint, Event, Outbox
from clausula_server.lib.acting import action

BATCH = 200


@action
def empty_outbox() -> int:
    """Turn up to BATCH events into deliveries and their jobs, in one transaction. Returns how many were taken.

    Several workers may do this at once: each takes rows that no other holds.
    """
    from clausula_server.events.jobs import deliver  # noqa: PLC0415 - the job calls actions, and actions make jobs

    taken = list(Outbox.objects.select_for_update(skip_locked=True).order_by("pk")[:BATCH].values_list("pk", flat=True))
    endpoints = list(Endpoint.objects.filter(active=True)) if taken else []
    for event in Event.objects.filter(pk__in=taken).order_by("pk") if endpoints else ():
        for endpoint in endpoints:
            if event.kind in endpoint.kinds or "*" in endpoint.kinds:
                delivery = Delivery.objects.create(
                    event=event, channel=Delivery.Channel.WEBHOOK, endpoint=endpoint, address=endpoint.url
                )
                deliver.defer(delivery=str(delivery.id))
    Outbox.objects.filter(pk__in=taken).delete()
    return len(taken)


@action
def put_back_orphans() -> int:
    """Put jobs back into the queue whose worker is gone from the list of workers. Returns how many.

    Procrastinate's own search goes by the worker's heartbeat; once a dead worker's row is pruned, it finds none.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL)) FROM procrastinate_jobs
            WHERE status = 'doing' AND (worker_id IS NULL
                  OR worker_id NOT IN (SELECT id FROM procrastinate_workers))
            """
        )
        return int(cursor.fetchone()[0])
