"""Files for the bank: written once from a released batch, kept as they are, taken out by finance."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from django.utils.translation import gettext as _

from clausula_server.events.actions.event import append
from clausula_server.lib.acting import action, current_actor
from clausula_server.lib.refusals import refuse
from clausula_server.payments.actions.batch import held_batch, move_batch
from clausula_server.payments.models import BankFile, Batch, BatchStatus, DebitMandate, PaymentStatus, Way
from clausula_server.payments.pain import write


@action
def write_file(batch: Batch, made_at: datetime) -> BankFile:
    """Write the file of a released batch; from then on the batch counts as sent. Raises Refused.

    A batch has one file. Asked again, it is the same one, byte for byte: the bank knows it by its message id, and two
    different files could be paid twice.
    """
    batch = held_batch(batch)
    known = BankFile.objects.filter(batch=batch).first()
    if known is not None:
        return known
    if batch.status != BatchStatus.RELEASED:
        refuse("batch", _("this batch is not released."), _("Only a released batch goes to the bank."))
    payments = list(batch.payments.filter(status=PaymentStatus.RELEASED).select_related("mandate").order_by("id"))
    format_, content = write(batch, payments, made_at)
    file = BankFile.objects.create(
        direction=BankFile.Direction.OUT,
        format=format_,
        name=f"{format_}-{batch.execute_on:%Y%m%d}-{batch.id.hex[-8:]}.xml",
        batch=batch,
        content=content,
        sha256=sha256(content).hexdigest(),
        written_by_id=current_actor().person,
    )
    if batch.way == Way.DEBIT:
        mandates = DebitMandate.objects.filter(payments__in=payments)
        mandates.update(last_used_on=batch.execute_on)
    move_batch(batch, BatchStatus.SENT)
    return file


@action
def take_out(file: BankFile) -> bytes:
    """The content of a file, which leaves the house: who took it out is kept as an event. Raises Refused."""
    content = bytes(file.content)
    if sha256(content).hexdigest() != file.sha256:
        refuse(
            "file", _("it is not what was written."), _("Do not send it. Restore it, and look how that could happen.")
        )
    append("bank_file.taken_out", file.id, payload={"name": file.name, "sha256": file.sha256})
    return content
