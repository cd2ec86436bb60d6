"""From what became of a file of bills to the record that is answered, with totals that can be checked."""

from __future__ import annotations

from decimal import Decimal

from clausula_server.api.records import files as record
from clausula_server.claims.actions.file import FileReport
from clausula_server.claims.models import Claim
from clausula_server.claims.stated import NewClaim
from clausula_server.lib.money import MINOR_UNITS

CENTS = Decimal("0.01")


def file(name: str, report: FileReport) -> record.FileRecord:
    """What became of a file, line by line."""
    stands = dict(Claim.objects.filter(pk__in=[each.claim for _, each in report.taken]).values_list("id", "status"))
    return record.FileRecord(
        name=name,
        taken=[
            record.TakenBill(
                number=new.number,
                claim=receipt.claim,
                status=receipt.status or stands.get(receipt.claim, ""),
                lines=len(new.lines),
                charged=_text(_charged(new)),
                currency=new.currency,
                repeated=receipt.repeated,
            )
            for new, receipt in report.taken
        ],
        refused=[
            record.RefusedBill(
                number=new.number, lines=len(new.lines), charged=_text(_charged(new)), currency=new.currency, why=why
            )
            for new, why in report.refused
        ],
        unread=[
            record.UnreadLine(
                place=each.origin,
                code=each.code,
                message=each.message,
                mend=each.mend,
                charged=each.amount,
                currency=each.currency,
            )
            for each in report.unread
        ],
        papers=report.papers,
        papers_refused=[record.RefusedPaper(kind=kind, why=why) for kind, why in report.papers_refused],
        totals=_totals(report),
    )


def _totals(report: FileReport) -> list[record.FileTotal]:
    taken, listed = dict[str, list[Decimal]](), dict[str, list[Decimal]]()
    for new, _ in report.taken:
        taken.setdefault(new.currency, []).extend(_amounts(new))
    for new, _ in report.refused:
        listed.setdefault(new.currency, []).extend(_amounts(new))
    for each in report.unread:
        listed.setdefault(each.currency, []).append(Decimal(each.amount or 0))
    return [_total(code, taken.get(code, []), listed.get(code, [])) for code in sorted({*taken, *listed})]


def _total(currency: str, taken: list[Decimal], listed: list[Decimal]) -> record.FileTotal:
    return record.FileTotal(
        currency=currency,
        lines_in=len(taken) + len(listed),
        lines_taken=len(taken),
        lines_listed=len(listed),
        charged_in=_text(sum([*taken, *listed], Decimal(0))),
        charged_taken=_text(sum(taken, Decimal(0))),
        charged_listed=_text(sum(listed, Decimal(0))),
    )


def _amounts(new: NewClaim) -> list[Decimal]:
    return [Decimal(line.charged) / MINOR_UNITS for line in new.lines]


def _charged(new: NewClaim) -> Decimal:
    return sum(_amounts(new), Decimal(0))


def _text(amount: Decimal) -> str:
    """With two decimals at least, and never fewer than were stated."""
    exponent = amount.as_tuple().exponent
    return str(amount if isinstance(exponent, int) and exponent < -2 else amount.quantize(CENTS))
