"""Money through banks: a draft by one person, released by another, its file, and what the bank states."""

from dataclasses import asdict
from datetime import date
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from pydantic import Field

from clausula_server.api import once, paying
from clausula_server.api.concerns import of_payment, of_person
from clausula_server.api.endpoint import Room, rendered
from clausula_server.api.records.finance import (
    BankFileRecord,
    BankFileWhole,
    Batches,
    BatchIn,
    BatchRecord,
    HouseAccounts,
    ImportedRecord,
    Movements,
    PaymentRecord,
    Payments,
    PreparedBatch,
    WhyIn,
)
from clausula_server.api.records.plain import Cursor, Size
from clausula_server.api.sent_file import binary, read_file
from clausula_server.lib.refusals import refuse
from clausula_server.payments.actions import batch as batches
from clausula_server.payments.actions.file import take_out, write_file
from clausula_server.payments.actions.statement import import_statement as bring_in
from clausula_server.payments.models import BankFile, Batch, HouseAccount, Payment
from clausula_server.payments.queries import unplaced

room = Room("finance")
Status = Annotated[str, Field(pattern="^(|draft|released|sent|settled|failed|cancelled)$")]
STATEMENTS = binary("application/xml", "text/xml")
MOST_BYTES = 20 * 1024 * 1024
NameIn = Annotated[str, Field(min_length=1, max_length=120, description="As the bank calls the file.")]
One = "/batches/{uuid:batch}"


@room.get("/house-accounts", "payments.batch.read")
def list_house_accounts(request: HttpRequest, after: Cursor = None, size: Size = 50) -> HouseAccounts:
    """The accounts of the house that pay and collect."""
    return HouseAccounts.of(HouseAccount.objects.all(), after, size, paying.house)


@room.get("/batches", "payments.batch.read")
def list_batches(request: HttpRequest, status: Status = "", after: Cursor = None, size: Size = 50) -> Batches:
    """Batches and where they stand."""
    rows = Batch.objects.filter(status=status) if status else Batch.objects.all()
    return Batches.of(rows, after, size, paying.batch)


@room.get(One, "payments.batch.read")
def show_batch(request: HttpRequest, batch: UUID) -> BatchRecord:
    """A batch."""
    return paying.batch(get_object_or_404(Batch, pk=batch))


@room.get(f"{One}/payments", "payments.batch.read")
def list_batch_payments(request: HttpRequest, batch: UUID, after: Cursor = None, size: Size = 50) -> Payments:
    """The payments of a batch."""
    rows = Payment.objects.filter(batch=get_object_or_404(Batch, pk=batch))
    return Payments.of(rows, after, size, paying.payment)


@room.post("/batches", "payments.batch.prepare", status=201, errors=("refused",))
def prepare_batch(request: HttpRequest, body: BatchIn) -> PreparedBatch:
    """Collect into a draft what the house owes, or what it may collect by mandate. Somebody else releases it.

    What another batch holds is not taken again. Who cannot be paid is named, with what to do.
    """
    house = HouseAccount.objects.filter(pk=body.house).first()
    if house is None:
        refuse("house", "the house has no such account.", "Take one of GET /house-accounts.")
    today = timezone.localdate()
    if body.way == "transfer":
        done = batches.prepare_transfers(house, body.execute_on, today, body.until or date.max)
    else:
        done = batches.prepare_debits(house, body.execute_on, today)
    return paying.prepared(done)


@room.post(f"{One}/release", "payments.batch.release", errors=("refused",))
def release_batch(request: HttpRequest, batch: UUID) -> BatchRecord:
    """Release what somebody else prepared: from now on it counts as paid. Where less is owed by now, it is named, and
    nothing is released."""
    return paying.batch(batches.release_batch(get_object_or_404(Batch, pk=batch)))


@room.post(f"{One}/cancel", "payments.batch.prepare", errors=("refused",))
def cancel_batch(request: HttpRequest, batch: UUID, body: WhyIn) -> BatchRecord:
    """Take a batch back before its file was written; what was owed is owed again."""
    batches.cancel_batch(get_object_or_404(Batch, pk=batch), body.reason)
    return paying.batch(Batch.objects.get(pk=batch))


@room.post(f"{One}/file", "payments.batch.send", status=201, errors=("refused",))
def write_batch_file(request: HttpRequest, batch: UUID) -> BankFileRecord:
    """Write the file of a released batch (pain.001, pain.008): once. Asked again, it is the same one."""
    return BankFileRecord(**paying.file(write_file(get_object_or_404(Batch, pk=batch), timezone.now())))


@room.post(f"{One}/failure", "payments.batch.send", errors=("refused",))
def fail_batch(request: HttpRequest, batch: UUID, body: WhyIn) -> BatchRecord:
    """Say that the bank refused the whole file; what was owed is owed again."""
    batches.fail_batch(get_object_or_404(Batch, pk=batch), body.reason)
    return paying.batch(Batch.objects.get(pk=batch))


@room.get("/persons/{uuid:person}/payments", "payments.payment.read", of_person)
def list_payments(request: HttpRequest, person: UUID, after: Cursor = None, size: Size = 50) -> Payments:
    """What was paid to somebody, or collected from them."""
    return Payments.of(Payment.objects.filter(person=person), after, size, paying.payment)


@room.post("/payments/{uuid:payment}/drop", "payments.batch.prepare", of_payment, errors=("refused",))
def drop_payment(request: HttpRequest, payment: UUID, body: WhyIn) -> PaymentRecord:
    """Take a payment out of a draft; what was owed is open again."""
    batches.drop_payment(get_object_or_404(Payment.objects.select_related("batch"), pk=payment), body.reason)
    return paying.payment(Payment.objects.get(pk=payment))


@room.post("/payments/{uuid:payment}/failure", "payments.batch.send", of_payment, errors=("refused",))
def fail_payment(request: HttpRequest, payment: UUID, body: WhyIn) -> PaymentRecord:
    """Say that the bank refused a payment before booking it; what was owed is owed again."""
    row = get_object_or_404(Payment.objects.select_related("batch"), pk=payment)
    batches.fail_payment(row, body.reason, timezone.localdate())
    return paying.payment(Payment.objects.get(pk=payment))


@room.get("/bank-files/{uuid:bank_file}", "payments.file.download", errors=("refused",))
def take_out_file(request: HttpRequest, bank_file: UUID) -> BankFileWhole:
    """A file for the bank, or from it, with its content. That it was taken out, and by whom, is kept."""
    row = get_object_or_404(BankFile, pk=bank_file)
    return paying.whole(row, take_out(row))


@room.post(
    "/statements", "payments.statement.import", raw=STATEMENTS, errors=("too-large", "media-type", "refused")
)  # fmt: skip
def import_statement(request: HttpRequest, name: NameIn) -> ImportedRecord:
    """Bring in a file of the bank (camt.053, camt.054) as the body itself: every movement is booked, what leads back to
    us is matched, the rest is kept for a person. The same file again changes nothing."""
    once.key_of(request)
    content = read_file(request, STATEMENTS, MOST_BYTES)

    def work() -> ImportedRecord:
        return ImportedRecord(**asdict(bring_in(content, name)))

    return once.step_by_step(request, lambda: rendered(work(), 200))  # type: ignore[return-value] # to be kept


@room.get("/movements", "payments.statement.read")
def list_movements(request: HttpRequest, after: Cursor = None, size: Size = 50) -> Movements:
    """Movements on the accounts of the house of which a part is not placed yet."""
    return Movements.of(unplaced(), after, size, paying.movement)
