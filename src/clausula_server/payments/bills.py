"""The Swiss QR-bill of a demand, as a picture (SVG), in the language of who pays."""

from __future__ import annotations

from io import StringIO

from django.utils.translation import gettext as _
from qrbill import QRBill

from clausula_server.lib.money import show_amount
from clausula_server.lib.refusals import refuse
from clausula_server.payments.models import Demand, DemandStatus, ProviderAccount
from clausula_server.people.models import Residence

LANGUAGES = ("de", "fr", "it", "en")
"""Those of the standard; others read English."""
NAME, STREET, TOWN = 70, 70, 35
"""Longest parts of an address (Swiss Implementation Guidelines QR-bill, 4.2.2)."""


def bill(demand: Demand) -> QRBill:
    """The QR-bill of what is left to pay. Raises Refused: paid, taken back, or not an account for QR-bills."""
    house = demand.house
    if demand.status != DemandStatus.OPEN:
        refuse("demand", _("this bill is not open any more."), _("There is nothing to pay."))
    account = house.qr_iban or house.iban
    if account[:2] not in {"CH", "LI"}:
        refuse(
            "house",
            _("%(account)s is no Swiss account; QR-bills go to those.") % {"account": account},
            _("Send the reference and the IBAN."),
        )
    language = demand.person.language if demand.person else "en"
    return QRBill(
        account=account,
        creditor={
            "name": house.name,
            "street": house.street,
            "pcode": house.postcode,
            "city": house.town,
            "country": house.country,
        },
        debtor=_debtor(demand),
        amount=show_amount(demand.amount - demand.paid),
        currency=demand.currency,
        reference_number=demand.reference,
        additional_information=str(demand.number),
        language=language if language in LANGUAGES else "en",
    )


def bill_svg(demand: Demand) -> str:
    """The bill as SVG, 210 by 105 mm. Raises Refused."""
    out = StringIO()
    bill(demand).as_svg(out)
    return out.getvalue()


def _debtor(demand: Demand) -> dict[str, str] | None:
    """Who pays, with the address of the day of issue; None where none is known, for the payer to write."""
    home: Residence | ProviderAccount | None
    if demand.person is not None:
        home = demand.person.residences.filter(during__contains=demand.issued_on).first()
    else:
        assert demand.provider is not None
        home = demand.provider.bank_accounts.filter(during__contains=demand.issued_on).first()
    if home is None:
        return None
    name = str(demand.person or demand.provider)
    return {
        "name": name[:NAME],
        "street": home.street[:STREET],
        "pcode": home.postcode,
        "city": home.town[:TOWN],
        "country": home.country,
    }
