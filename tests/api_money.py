"""What tests of the API find about Anna's money and contracts: an application, a due, a batch, a demand, a run."""

from __future__ import annotations

from uuid import UUID

from clausula_server.enrolment.actions.application import Wanted, apply
from clausula_server.enrolment.actions.due import post_dues
from clausula_server.enrolment.actions.renewal import start_run
from clausula_server.enrolment.models import Due, Enrolment
from clausula_server.lib.acting import acting, system
from clausula_server.payments.actions.demand import issue_demand
from clausula_server.payments.models import BankFile, Payment
from tests.banking import a_house, owed, prepared, sent, settle_in
from tests.claims_world import BASE, MEDIO
from tests.world import TODAY, Cast


def contracts(cast: Cast) -> dict[str, UUID]:
    """An application for a further plan, an enrolment with a contribution due, a dry run."""
    anna = cast.people["anna"]
    with acting(system("test")):
        enrolment = Enrolment.objects.get(person=anna, plan=BASE)
        post_dues(enrolment, TODAY.replace(year=TODAY.year + 1))
        return {
            "application": apply(cast.home, MEDIO, [Wanted(anna.id)], TODAY, TODAY).id,
            "enrolment": enrolment.id,
            "due": Due.objects.filter(payer=anna)[0].id,
            "run": start_run(TODAY, TODAY, dry=True).id,
        }


def money(cast: Cast) -> dict[str, UUID]:
    """A batch that went to the bank, a draft of Omar's with a payment to Anna, and a demand to her."""
    anna = cast.people["anna"].id
    house = a_house("CHF")
    settle_in(cast, "anna")
    owed(anna, 75_00, "test/first")
    first = prepared(cast, house).batch
    sent(cast, first)
    owed(anna, 120_00, "test/second")
    draft = prepared(cast, house).batch
    account = owed(anna, 50_00, "test/back", "member.recoverable")
    with acting(system("test")):
        return {
            "house": house.id,
            "batch": draft.id,
            "payment": Payment.objects.get(batch=draft).id,
            "bank_file": BankFile.objects.get(batch=first).id,
            "demand": issue_demand(house, account, TODAY).id,
        }
