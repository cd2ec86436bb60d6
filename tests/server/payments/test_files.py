"""Files for the bank: valid by their schemas, leading back by their ids, written once, taken out by finance alone."""

from datetime import date
from hashlib import sha256

import pytest
from django.db import IntegrityError, transaction
from lxml import etree
from sepaxml.validation import try_valid_xml

from clausula_server.events.models import Event
from clausula_server.lib.acting import acting, system
from clausula_server.lib.refusals import Refused
from clausula_server.payments.actions.account import (
    NewHouseAccount,
    change_provider_account,
    open_house_account,
    revoke_mandate,
    sign_mandate,
)
from clausula_server.payments.actions.batch import prepare_debits, prepare_transfers
from clausula_server.payments.actions.file import take_out, write_file
from clausula_server.payments.models import BankFile, DebitMandate, HouseAccount
from clausula_server.payments.pain import NotValid, plain, validate
from clausula_server.payments.parties import Seat
from tests.banking import CH, CH_OTHER, DE, MOMENT, NL, QR, SEAT, a_house, owed, prepared, sent, settle_in
from tests.world import LONG_AGO, TODAY, Cast

pytestmark = pytest.mark.django_db


def of(content: bytes, *names: str) -> list[str]:
    """The texts of all elements at the end of that path."""
    path = "//" + "/".join(f"*[local-name()='{name}']" for name in names)
    found = etree.fromstring(content).xpath(path)
    assert isinstance(found, list)
    return [str(each.text) for each in found if isinstance(each, etree._Element)]


def a_debit(cast: Cast, house: HouseAccount, name: str = "anna", amount: int = 12000) -> bytes:
    with acting(system("test")):
        sign_mandate(cast.people[name], NL, "Zoë Brönnimann", LONG_AGO, f"M-{name}")
        DebitMandate.objects.update(last_used_on=date(2025, 12, 1))
    owed(cast.people[name].id, amount, f"due/{name}", "contribution.owed", "EUR")
    with acting(cast.acts("omar")):
        batch = prepare_debits(house, TODAY, TODAY).batch
    return sent(cast, batch)


@pytest.mark.parametrize("schema", ["pain.001.001.03", "pain.001.001.09"])
def test_a_transfer_in_euro_holds_by_its_schema(cast: Cast, schema: str) -> None:
    house = a_house("EUR")
    with acting(system("test")):
        HouseAccount.objects.update(transfers_as=schema)
    settle_in(cast, "anna", NL)
    owed(cast.people["anna"].id, 12345, "claim/1", currency="EUR")
    batch = prepared(cast, house).batch
    content = sent(cast, batch)
    try_valid_xml(content, schema)
    with acting(cast.acts("finn")):
        payment = batch.payments.get()
    assert of(content, "PmtId", "EndToEndId") == [payment.id.hex]
    assert of(content, "GrpHdr", "MsgId") == of(content, "PmtInf", "PmtInfId") == [batch.id.hex]
    assert (of(content, "InstdAmt"), of(content, "GrpHdr", "CtrlSum")) == (["123.45"], ["123.45"])
    assert of(content, "SvcLvl", "Cd") == ["SEPA"]


def test_a_transfer_in_francs_follows_the_swiss_standards_as_far_as_the_schema_asks(cast: Cast) -> None:
    settle_in(cast, "anna")
    owed(cast.people["anna"].id, 16205, "claim/1")
    content = sent(cast, prepared(cast, a_house()).batch)
    try_valid_xml(content, "pain.001.001.09")
    assert (of(content, "SvcLvl"), of(content, "ChrgBr")) == ([], [])
    assert of(content, "CdtrAcct", "Id", "IBAN") == [CH]
    assert of(content, "Cdtr", "PstlAdr", "TwnNm") == ["Zurich"]
    assert of(content, "Cdtr", "PstlAdr", "Ctry") == ["CH"]
    assert of(content, "CreDtTm") == ["2026-03-02T11:00:00"]


@pytest.mark.parametrize("schema", ["pain.008.001.02", "pain.008.001.08"])
def test_contributions_are_collected_by_mandate(cast: Cast, schema: str) -> None:
    house = a_house("EUR")
    with acting(system("test")):
        HouseAccount.objects.update(debits_as=schema)
    content = a_debit(cast, house)
    try_valid_xml(content, schema)
    assert of(content, "MndtRltdInf", "MndtId") == ["M-anna"]
    assert of(content, "MndtRltdInf", "DtOfSgntr") == ["2020-01-01"]
    assert of(content, "Dbtr", "Nm") == ["Zoe Bronnimann"]
    assert of(content, "SeqTp") == ["RCUR"]
    with acting(system("test")):
        assert DebitMandate.objects.get().last_used_on == TODAY
        assert Event.objects.filter(kind="payment.announced", person=cast.people["anna"].id).count() == 1


def test_no_mandate_no_debit(cast: Cast) -> None:
    house = a_house("EUR")
    owed(cast.people["anna"].id, 12000, "due/1", "contribution.owed", "EUR")
    with acting(cast.acts("omar")), pytest.raises(Refused, match="nothing is open"):
        prepare_debits(house, TODAY, TODAY)
    with acting(system("test")):
        revoke_mandate(sign_mandate(cast.people["anna"], NL, "Anna", TODAY), TODAY)
    with acting(cast.acts("omar")), pytest.raises(Refused, match="nothing is open"):
        prepare_debits(house, TODAY, TODAY)


def test_a_mandate_of_three_years_without_use_is_void(cast: Cast) -> None:
    house = a_house("EUR")
    with acting(system("test")):
        sign_mandate(cast.people["anna"], NL, "Anna Weber", date(2023, 3, 31))
    owed(cast.people["anna"].id, 12000, "due/1", "contribution.owed", "EUR")
    with acting(cast.acts("omar")), pytest.raises(Refused, match="was last used on 2023-03-31"):
        prepare_debits(house, TODAY, TODAY)


def test_francs_are_not_collected_by_sepa(cast: Cast) -> None:
    house = a_house()
    with acting(cast.acts("omar")), pytest.raises(Refused, match="nothing can be collected"):
        prepare_debits(house, TODAY, TODAY)


def test_the_file_is_written_once(cast: Cast) -> None:
    settle_in(cast, "anna")
    owed(cast.people["anna"].id, 100, "claim/1")
    batch = prepared(cast, a_house()).batch
    with acting(cast.acts("finn")), pytest.raises(Refused, match="Only a released batch"):
        write_file(batch, MOMENT)
    first = sent(cast, batch)
    with acting(cast.acts("finn")):
        again = write_file(batch, MOMENT.replace(hour=15))
        assert bytes(again.content) == first
        assert again.sha256 == sha256(first).hexdigest()
        assert take_out(again) == first
        batch.refresh_from_db()
        assert batch.status == "sent"
    with acting(system("test")):
        (event,) = Event.objects.filter(kind="bank_file.taken_out")
        assert event.actor == cast.users["finn"].id


def test_a_file_that_is_not_what_its_hash_says_is_not_taken_by_the_database(cast: Cast) -> None:
    with acting(system("test")):
        wrong = BankFile(direction="in", format="camt.053", name="x", content=b"<a/>", sha256="0" * 64)
        with pytest.raises(IntegrityError, match="is_what_its_hash_says"), transaction.atomic():
            wrong.save(force_insert=True)
        with pytest.raises(Refused, match="not what was written"):
            take_out(wrong)


def test_finance_alone_sees_files(cast: Cast, as_web: None) -> None:
    settle_in(cast, "anna")
    owed(cast.people["anna"].id, 100, "claim/1")
    sent(cast, prepared(cast, a_house()).batch)
    seen = {}
    for name in cast.users:
        with acting(cast.acts(name)):
            seen[name] = BankFile.objects.count()
    assert {name for name, count in seen.items() if count} == {"finn"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("CH9300762011623852958", "its check digit does not fit"),
        ("CH9300762011623852", "too many or too few characters|does not fit"),
        (QR, "it is a QR-IBAN"),
        ("DE00BAD", "is no valid IBAN"),
    ],
)
def test_a_wrong_iban_is_refused_with_place_and_mend(cast: Cast, text: str, words: str) -> None:
    with acting(system("test")):
        for work in (
            lambda: change_provider_account(cast.providers["keller"], text, "Praxis", SEAT, TODAY),
            lambda: sign_mandate(cast.people["anna"], text, "Anna", TODAY),
        ):
            with pytest.raises(Refused, match=words) as refused:
                work()
            (fault,) = refused.value.faults
            assert fault.place == "iban"
            assert fault.mend


def test_an_account_of_the_house_is_checked_in_every_part(cast: Cast) -> None:
    wrong = NewHouseAccount(" ", Seat("", "", "Switzerland"), QR, "XX", "USD", qr_iban=CH, creditor_id="DE00ZZZ1")
    with acting(system("test")):
        with pytest.raises(Refused) as refused:
            open_house_account(wrong)
        places = [fault.place for fault in refused.value.faults]
        assert places == ["postcode", "town", "country", "name", "currency", "bic", "iban", "qr_iban", "creditor_id"]
        a_house()
        with pytest.raises(Refused, match="it is here already"):
            open_house_account(NewHouseAccount("X", SEAT, CH_OTHER, "POFICHBEXXX", "CHF"))


def test_accounts_of_providers_and_mandates_come_one_after_the_other(cast: Cast) -> None:
    keller, anna = cast.providers["keller"], cast.people["anna"]
    with acting(system("test")):
        change_provider_account(keller, CH, "Praxis", SEAT, LONG_AGO)
        change_provider_account(keller, DE, "Praxis", SEAT, TODAY)
        with pytest.raises(Refused, match="in use from 2026-03-02"):
            change_provider_account(keller, CH, "Praxis", SEAT, TODAY)
        with pytest.raises(Refused, match="Write whose account it is"):
            change_provider_account(keller, CH, " ", SEAT, TODAY)
        first = sign_mandate(anna, NL, "Anna", LONG_AGO, "M-1")
        sign_mandate(anna, DE, "Anna", TODAY)
        first.refresh_from_db()
        assert first.revoked_on == TODAY
        with pytest.raises(Refused, match="is taken, or no mandate reference"):
            sign_mandate(anna, NL, "Anna", TODAY, "M-1")
        with pytest.raises(Refused, match="Write whose account it is"):
            sign_mandate(anna, NL, " ", TODAY)


def test_amounts_are_whole_minor_units_and_nothing_else(cast: Cast) -> None:
    for amount in (12.5, True, 0, -1):
        with pytest.raises(Refused, match="is nothing that can be owed"):
            owed(cast.people["anna"].id, amount, "claim/1")  # type: ignore[arg-type]
    with pytest.raises(Refused, match="is nothing that can be owed"):
        owed(cast.people["anna"].id, 100, "claim/1", "bank.account")


def test_texts_are_written_in_the_letters_banks_take() -> None:
    assert plain("Straße «Zoë» & Söhne_№5", 70) == "Strasse Zoe Sohne No5"
    assert plain("北京", 70) == "-"
    assert plain("a" * 80, 70) == "a" * 70


def test_a_file_that_does_not_hold_is_not_written() -> None:
    with pytest.raises(NotValid, match="line 1"):
        validate(etree.fromstring(b"<Document/>"), "pain.001.001.09")


def test_nothing_is_prepared_for_a_day_gone_by(cast: Cast) -> None:
    house = a_house()
    with acting(cast.acts("omar")), pytest.raises(Refused, match="past, or too far ahead"):
        prepare_transfers(house, LONG_AGO, TODAY)
