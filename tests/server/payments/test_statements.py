"""What the bank says: read with care, booked once, matched by what leads back, the rest kept for a person."""

import pytest
from django.db import IntegrityError, transaction

from clausula_server.events.models import Event
from clausula_server.ledger import queries as ledger
from clausula_server.ledger.models import Account
from clausula_server.lib.acting import acting, system
from clausula_server.lib.refusals import Refused
from clausula_server.payments import camt as reader
from clausula_server.payments.actions.account import sign_mandate
from clausula_server.payments.actions.batch import prepare_debits
from clausula_server.payments.actions.demand import issue_demand
from clausula_server.payments.actions.match import (
    assign_to_debt,
    assign_to_demand,
    assign_to_payment,
    book_otherwise,
    undo_match,
)
from clausula_server.payments.actions.statement import import_statement
from clausula_server.payments.models import Batch, HouseAccount, Line, Match, Payment, Statement
from clausula_server.payments.queries import open_on, proposals, reconciled, unplaced
from tests.banking import NL, Booked, a_house, brings, camt, code_stands, owed, prepared, sent, settle_in, stands
from tests.server.payments.test_batches import at_once
from tests.world import LONG_AGO, TODAY, Cast

pytestmark = pytest.mark.django_db


def a_payment(cast: Cast, house: HouseAccount, amount: int = 10000, name: str = "anna") -> tuple[Payment, Account]:
    """Something was owed and is on its way."""
    settle_in(cast, name)
    account = owed(cast.people[name].id, amount, f"claim/{name}")
    batch = prepared(cast, house).batch
    sent(cast, batch)
    with acting(system("test")):
        return batch.payments.get(), account


def a_collection(cast: Cast, house: HouseAccount, amount: int = 12000) -> tuple[Payment, Account]:
    """A contribution is being collected."""
    with acting(system("test")):
        sign_mandate(cast.people["anna"], NL, "Anna Weber", LONG_AGO.replace(year=2025))
    account = owed(cast.people["anna"].id, amount, "due/1", "contribution.owed", "EUR")
    with acting(cast.acts("omar")):
        batch = prepare_debits(house, TODAY, TODAY).batch
    sent(cast, batch)
    with acting(system("test")):
        return batch.payments.get(), account


def status(row: Payment | Batch) -> str:
    with acting(system("test")):
        row.refresh_from_db()
    return row.status


def test_a_payment_that_was_booked_is_settled_and_so_is_its_batch(cast: Cast) -> None:
    house = a_house()
    payment, account = a_payment(cast, house)
    found = brings(cast, camt(house, [Booked(-10000, payment.end_to_end)]))
    assert (found.lines, found.placed, found.left) == (1, 1, 0)
    with acting(system("test")):
        assert status(payment.batch) == "settled"
    assert status(payment) == "settled"
    assert (stands(account), code_stands("bank.outgoing"), code_stands("bank.account")) == (0, 0, -10000)
    assert code_stands("bank.unassigned") == 0
    with acting(cast.acts("finn")):
        assert reconciled(Statement.objects.get()).holds
        assert ledger.faults() == []


def test_a_batch_that_the_bank_booked_as_one_sum_is_settled_as_one(cast: Cast) -> None:
    house = a_house()
    for name in ("anna", "paul"):
        settle_in(cast, name)
        owed(cast.people[name].id, 100, f"claim/{name}")
    batch = prepared(cast, house).batch
    sent(cast, batch)
    line = Booked(-200, batch=batch.id.hex, count=2, details=False, bank="SUM")
    assert brings(cast, camt(house, [line])).placed == 1
    assert status(batch) == "settled"
    with acting(system("test")):
        details = [Booked(-100, each.end_to_end, bank="SUM") for each in batch.payments.all()]
    found = brings(cast, camt(house, details, "N-1", kind="camt.054"))
    assert (found.lines, found.repeated) == (0, 2)
    assert code_stands("bank.account") == -200


def test_a_payment_that_comes_back_is_owed_again_and_told(cast: Cast) -> None:
    house = a_house()
    payment, account = a_payment(cast, house)
    brings(cast, camt(house, [Booked(-10000, payment.end_to_end)]))
    brings(cast, camt(house, [Booked(10000, payment.end_to_end, returned="AC04")], "S-2", opening=990_000))
    assert status(payment) == "returned"
    assert (stands(account), code_stands("bank.account")) == (-10000, 0)
    with acting(system("test")):
        (event,) = Event.objects.filter(kind="payment.returned", person=cast.people["anna"].id)
        assert event.payload["reason"] == "AC04"
        assert [each.amount for each in open_on(["member.payable"], "CHF")] == [-10000]
    assert prepared(cast, house).batch.total == 10000


def test_what_comes_back_before_it_was_booked_is_owed_again_once(cast: Cast) -> None:
    house = a_house()
    payment, account = a_payment(cast, house)
    brings(cast, camt(house, [Booked(10000, payment.end_to_end, returned="AC01")]))
    brings(cast, camt(house, [Booked(-10000, payment.end_to_end)], "S-2", opening=1_010_000))
    assert status(payment) == "returned"
    assert (stands(account), code_stands("bank.outgoing"), code_stands("bank.account")) == (-10000, 0, 0)


def test_a_debit_pays_the_contribution_when_the_money_is_there_and_not_before(cast: Cast) -> None:
    house = a_house("EUR")
    payment, account = a_collection(cast, house)
    assert stands(account) == 12000
    brings(cast, camt(house, [Booked(12000, batch=payment.batch_id.hex, details=False)]))
    assert (status(payment), stands(account)) == ("settled", 0)


def test_a_debit_that_bounces_is_owed_again(cast: Cast) -> None:
    house = a_house("EUR")
    payment, account = a_collection(cast, house)
    brings(cast, camt(house, [Booked(12000, payment.end_to_end)]))
    brings(cast, camt(house, [Booked(-12000, payment.end_to_end, returned="MS03")], "S-2", opening=1_012_000))
    assert (status(payment), stands(account), code_stands("bank.account")) == ("returned", 12000, 0)
    with acting(cast.acts("omar")):
        assert prepare_debits(house, TODAY, TODAY).batch.total == 12000


def test_the_same_statement_twice_changes_nothing(cast: Cast) -> None:
    house = a_house()
    payment, _ = a_payment(cast, house)
    data = camt(house, [Booked(-10000, payment.end_to_end)])
    brings(cast, data)
    for again in (data, data.replace(b"<MsgId>M</MsgId>", b"<MsgId>another file</MsgId>")):
        found = brings(cast, again)
        assert (found.statements, found.known, found.lines) == ((), 1, 0)
    with pytest.raises(Refused, match="with another content"):
        brings(cast, camt(house, [Booked(-9999, payment.end_to_end)]))


def test_a_notification_and_its_statement_are_one_movement(cast: Cast) -> None:
    house = a_house()
    payment, _ = a_payment(cast, house)
    line = Booked(-10000, payment.end_to_end, bank="REF-1")
    assert brings(cast, camt(house, [line], "N-1", kind="camt.054")).lines == 1
    found = brings(cast, camt(house, [line]))
    assert (found.lines, found.repeated) == (0, 1)
    assert code_stands("bank.account") == -10000


def test_a_sum_whose_details_come_apart_waits_for_them(cast: Cast) -> None:
    house = a_house()
    line = Booked(500, batch="THEIRS", count=2, details=False, bank="SUM")
    found = brings(cast, camt(house, [line]))
    assert (found.lines, found.waiting, found.left) == (1, 1, 0)
    with acting(cast.acts("finn")):
        assert reconciled(Statement.objects.get()).waiting == 500
        assert not unplaced(house).exists()
        with pytest.raises(Refused, match="details separately"):
            book_otherwise(Line.objects.get(), "bank.interest", "x")
    brings(cast, camt(house, [Booked(500, bank="SUM")], "N-1", kind="camt.054"))
    with acting(cast.acts("finn")):
        assert reconciled(Statement.objects.get(format="camt.053")).holds


def test_what_leads_nowhere_is_kept_for_a_person_and_still_booked(cast: Cast) -> None:
    house = a_house()
    found = brings(cast, camt(house, [Booked(4200, name="Somebody", text="thanks"), Booked(-350, text="fees")]))
    assert (found.placed, found.left) == (0, 2)
    assert (code_stands("bank.account"), code_stands("bank.unassigned")) == (3850, -3850)
    with acting(cast.acts("finn")):
        money, fees = unplaced(house)
        book_otherwise(fees, "bank.charges", "fees of March")
        assign_to_debt(money, "contribution.owed", cast.people["anna"].id)
        assert not unplaced().exists()
        with pytest.raises(Refused, match="nothing is left"):
            book_otherwise(fees, "bank.charges", "again")
        with pytest.raises(Refused, match="nothing is left"):
            assign_to_debt(money, "contribution.owed", cast.people["anna"].id)
    assert (code_stands("bank.charges"), code_stands("contribution.owed")) == (350, -4200)


def test_another_amount_than_the_payment_is_for_a_person(cast: Cast) -> None:
    house = a_house()
    payment, account = a_payment(cast, house)
    found = brings(cast, camt(house, [Booked(9500, payment.end_to_end, returned="AC04")]))
    assert (found.left, status(payment), stands(account)) == (1, "released", 0)
    with acting(cast.acts("finn")), pytest.raises(Refused, match="The amounts must be the same"):
        assign_to_payment(Line.objects.get(), payment)


def test_a_person_says_which_payment_it_was(cast: Cast) -> None:
    house = a_house()
    payment, _ = a_payment(cast, house)
    brings(cast, camt(house, [Booked(-10000, name="Anna Weber")]))
    with acting(cast.acts("finn")):
        assign_to_payment(Line.objects.get(), payment)
        (match,) = Match.objects.all()
        assert (match.how, match.by) == ("person", cast.people["finn"])
        with pytest.raises(Refused, match="it is settled"):
            assign_to_payment(Line.objects.get(), payment)
        with pytest.raises(Refused, match="not taken back this way"):
            undo_match(match, "x", TODAY)
    assert status(payment) == "settled"


def test_a_second_booking_of_the_same_payment_is_not_believed(cast: Cast) -> None:
    house = a_house()
    payment, _ = a_payment(cast, house)
    lines = [Booked(-10000, payment.end_to_end), Booked(-10000, payment.end_to_end)]
    found = brings(cast, camt(house, lines))
    assert (found.placed, found.left) == (1, 1)
    assert code_stands("bank.unassigned") == 10000


def test_an_id_of_a_batch_that_never_left_settles_nothing(cast: Cast) -> None:
    house = a_house()
    settle_in(cast, "anna")
    owed(cast.people["anna"].id, 100, "claim/1")
    batch = prepared(cast, house).batch
    with acting(system("test")):
        payment = batch.payments.get()
    lines = [Booked(-100, payment.end_to_end), Booked(-100, batch=batch.id.hex, details=False), Booked(-1, "z" * 32)]
    assert brings(cast, camt(house, lines)).left == 3


def test_proposals_are_made_by_amount_name_and_number_and_placed_by_nobody(cast: Cast) -> None:
    house = a_house()
    account = owed(cast.people["anna"].id, 5000, "advance/1", "member.recoverable")
    other = owed(cast.people["sven"].id, 5000, "advance/2", "member.recoverable")
    with acting(cast.acts("omar")):
        hers, his = issue_demand(house, account, TODAY), issue_demand(house, other, TODAY)
    lines = [
        Booked(5000, name="WEBER ANNA"),
        Booked(70, name="Anna Wéber", text=f"bill {hers.number}"),
        Booked(71),
        Booked(-5000),
    ]
    brings(cast, camt(house, lines))
    with acting(cast.acts("finn")):
        whole, part, none, out = Line.objects.order_by("position")
        assert {(each.demand.pk, each.why) for each in proposals(whole)} == {
            (hers.pk, "amount, name"),
            (his.pk, "amount, name"),
        }
        assert [(each.demand.pk, each.why) for each in proposals(part)] == [(hers.pk, "name, number")]
        assert proposals(none) == proposals(out) == []
        assign_to_demand(whole, his)
        with pytest.raises(Refused, match="nothing is left of the line"):
            assign_to_demand(whole, hers)
        with pytest.raises(IntegrityError, match="cannot be placed"), transaction.atomic():
            Match.objects.create(line=whole, demand=hers, amount=1, how="person", transfer=Match.objects.get().transfer)
        (match,) = whole.matches.all()
        undo_match(match, "it was Anna", TODAY)
        with pytest.raises(Refused, match="taken back already"):
            undo_match(match, "again", TODAY)
        assign_to_demand(whole, hers)
        his.refresh_from_db()
        hers.refresh_from_db()
        assert (his.status, his.paid, hers.status) == ("open", 0, "paid")
    assert (stands(account), stands(other)) == (0, 5000)


HOSTILE = {
    "entities": '<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;&x;&x;">]><Document>&z;</Document>',
    "file": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document>&x;</Document>',
    "network": '<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><Document/>',
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_hostile_xml_is_refused(cast: Cast, name: str, encoding: str) -> None:
    with pytest.raises(Refused, match="document type") as refused:
        brings(cast, HOSTILE[name].encode(encoding))
    assert refused.value.faults[0].place == "file"


def test_what_is_no_statement_is_refused(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    house = a_house()
    good = camt(house, [Booked(100)]).decode()
    wrong = {
        "not XML": "no xml at all",
        "no statement of a bank": "<Document><Other/></Document>",
        "holds no statement": "<Document><BkToCstmrStmt/></Document>",
        "names no account": good.replace("<Id>S-1</Id>", ""),
        "states no amount": good.replace('<Amt Ccy="CHF">1.00</Amt>', "", 1),
        "is no day": good.replace(str(TODAY), "2026-02-30"),
        "not an amount with two decimals": good.replace(">1.00<", ">1.005<"),
        "do not add up": good.replace(">10001.00<", ">10002.00<"),
        "no opening and closing": good.replace("CLBD", "ITBD"),
        "it is in USD, the account in CHF": good.replace('<Ntry><Amt Ccy="CHF"', '<Ntry><Amt Ccy="USD"'),
        "no account of the house": good.replace(house.iban, NL),
        "is stated in EUR": good.replace("CHF", "EUR"),
    }
    for words, text in wrong.items():
        with pytest.raises(Refused, match=words) as refused:
            brings(cast, text.encode())
        assert all(fault.mend for fault in refused.value.faults)
    monkeypatch.setattr(reader, "MOST_ELEMENTS", 10)
    with pytest.raises(Refused, match="more than 10 elements"):
        brings(cast, good.encode())
    monkeypatch.setattr(reader, "LARGEST_FILE", 10)
    with pytest.raises(Refused, match="larger than"):
        brings(cast, good.encode())
    with acting(system("test")):
        assert not Statement.objects.exists()


def test_older_versions_and_what_is_not_booked_yet_are_read() -> None:
    house = HouseAccount(iban=NL, currency="EUR")
    text = camt(house, [Booked(100, name="Anna"), Booked(200)]).decode()
    text = text.replace("<Sts><Cd>BOOK</Cd></Sts>", "<Sts>BOOK</Sts>", 1).replace("<Cd>BOOK</Cd>", "<Cd>PDNG</Cd>")
    text = text.replace("<Pty><Nm>Anna</Nm></Pty>", "<Nm>Anna</Nm>").replace(">10003.00<", ">10001.00<")
    (stated,) = reader.read(text.encode())
    assert [(line.amount, line.name, line.end_to_end) for line in stated.lines] == [(100, "Anna", "")]


def test_details_that_do_not_add_up_to_their_entry_are_left_to_a_person() -> None:
    house = HouseAccount(iban=NL, currency="EUR")
    text = camt(house, [Booked(300, "a" * 32)]).decode()
    part = text[text.index("<TxDtls>") : text.index("</TxDtls>") + len("</TxDtls>")]
    both = part.replace(">3.00<", ">1.00<") + part.replace(">3.00<", ">2.00<")
    (stated,) = reader.read(text.replace(part, both).encode())
    assert [(line.amount, line.fingerprint) for line in stated.lines] == [(100, "S-1-0/0"), (200, "S-1-0/1")]
    (stated,) = reader.read(text.replace(part, part.replace(">3.00<", ">2.00<")).encode())
    assert [(line.amount, line.end_to_end) for line in stated.lines] == [(300, "")]


@pytest.mark.django_db(transaction=True)
def test_a_statement_imported_by_six_at_once_is_imported_once(committed_cast: Cast) -> None:
    cast, house = committed_cast, a_house()
    payment, account = a_payment(cast, house)
    data, finn = camt(house, [Booked(-10000, payment.end_to_end), Booked(77)]), cast.acts("finn")

    def bring(_: int) -> object:
        with acting(finn):
            return import_statement(data, "statement.xml").lines

    answers = at_once(6, bring)
    assert sorted(map(str, answers)) == ["0", "0", "0", "0", "0", "2"]
    assert (status(payment), stands(account), code_stands("bank.account")) == ("settled", 0, -9923)
