"""From what the room of payments tells to the records that are answered."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from clausula_server.api.records import finance as record
from clausula_server.api.records.plain import shown
from clausula_server.payments.actions.batch import Prepared
from clausula_server.payments.models import BankFile, Batch, Demand, HouseAccount, Line, Payment


def house(row: HouseAccount) -> record.HouseAccountRecord:
    """An account of the house."""
    return record.HouseAccountRecord(
        id=row.id, iban=row.iban, currency=row.currency, collects=row.currency == "EUR" and bool(row.creditor_id)
    )


def batch(row: Batch) -> record.BatchRecord:
    """A batch."""
    return record.BatchRecord(**_batch(row))


def prepared(done: Prepared) -> record.PreparedBatch:
    """A draft, and who could not be put into it."""
    left = [record.LeftOut(name=each.name, message=each.fault.message, mend=each.fault.mend) for each in done.left]
    return record.PreparedBatch(**_batch(done.batch), left_out=left)


def _batch(row: Batch) -> dict[str, Any]:
    return {
        "id": row.id, "way": row.way, "house": row.house_id, "currency": row.currency, "execute_on": row.execute_on,
        "status": row.status, "total": shown(row.total), "count": row.count, "prepared_by": row.prepared_by_id,
        "prepared_at": row.prepared_at, "released_by": row.released_by_id, "released_at": row.released_at,
    }  # fmt: skip


def payment(row: Payment) -> record.PaymentRecord:
    """A payment."""
    return record.PaymentRecord(
        id=row.id,
        batch=row.batch_id,
        person=row.person_id,
        provider=row.provider_id,
        name=row.name,
        iban=row.iban,
        amount=shown(row.amount),
        currency=row.currency,
        text=row.text,
        status=row.status,
        reason=row.reason,
    )


def file(row: BankFile) -> dict[str, Any]:
    """A file without its content."""
    return {
        "id": row.id, "direction": row.direction, "format": row.format, "name": row.name,
        "bytes": len(row.content), "sha256": row.sha256, "written_at": row.written_at,
    }  # fmt: skip


def whole(row: BankFile, content: bytes) -> record.BankFileWhole:
    """A file with its content."""
    return record.BankFileWhole(**file(row), content=b64encode(content).decode())


def movement(row: Line) -> record.MovementRecord:
    """A movement, and what of it is placed (`unplaced` says so)."""
    placed: int = row.placed  # type: ignore[attr-defined] # an annotation of the query
    return record.MovementRecord(
        id=row.id,
        house=row.house_id,
        booked_on=row.booked_on,
        amount=shown(row.amount),
        placed=shown(placed),
        currency=row.currency,
        name=row.name,
        iban=row.iban,
        reference=row.reference,
        text=row.text,
    )


def demand(row: Demand) -> record.DemandRecord:
    """A demand."""
    return record.DemandRecord(
        id=row.id,
        number=row.number,
        reference=row.reference,
        person=row.person_id,
        provider=row.provider_id,
        amount=shown(row.amount),
        paid=shown(row.paid),
        currency=row.currency,
        issued_on=row.issued_on,
        due_on=row.due_on,
        status=row.status,
        reason=row.reason,
    )
