"""Explanations as a member reads them: whole sentences in five languages, names for ids, no more than matters."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings

from clausula import adjudicate
from clausula.book import Book
from clausula.catalogue import Catalogue
from clausula.decision import Decision
from clausula.explain import LANGUAGES, Teller, explain, sentences, typeset, wording
from clausula.household import Enrolment, Evidence, Facts, Household, Line, Listing, Person, Provider
from clausula.naming import Namer, clause_label
from clausula.plan import Clause, Fact, Per
from clausula.relevance import by_cover
from tests.books import bundled
from tests.engines import interpreted
from tests.plan_texts import CATALOGUE, program_of, text_of
from tests.strategies import Situation, situations

HEAD = {"id": "test/plan", "name": "Plan", "currency": "EUR", "from": date(2020, 1, 1)}
PERSON = Person("anna", date(1980, 5, 1))
DAY = date(2026, 3, 2)


def decided(*pays: Mapping[str, Any], charged: Any = 100, quantity: int = 1, before: int = 0, **more: Any) -> Decision:
    """The decision of a plan that pays so, after some lines like it."""
    text = text_of(
        HEAD, [("benefit", {"id": "care", "name": {"en": "Care"}, "services": ["*"], "pays": list(pays), **more})]
    )
    house = Household("home", (PERSON,), (Enrolment("anna", "test/plan", date(2025, 1, 1)),))
    facts: Facts = {"tariff": Decimal(80), "tooth": "11"}
    lines = [
        Line(str(n), "anna", "care", DAY, Decimal(charged), quantity=quantity, stay="s", facts=facts)
        for n in range(before + 1)
    ]
    return interpreted(program_of([text]), house, lines).decisions[-1]


def told(decision: Decision, language: str = "en") -> str:
    return " ".join(each.text for each in explain(decision, CATALOGUE, language))


def everything(decision: Decision, catalogue: Catalogue, language: str) -> Iterator[str]:
    """Every sentence the steps of a decision can become, those a member does not read too."""
    teller = Teller(catalogue, language)
    yield teller.summary(decision)
    for read in (read for run in by_cover(decision) for read in run):
        found = teller.sentence(decision, read)
        if found is not None:
            yield found.text


def faults(sentence: str) -> list[str]:
    """What no sentence for people may hold."""
    wrong = ("{", "}", "None", "()", "  ", " .", " ,", "“”", "«»", "‘’", "list:")
    return [each for each in wrong if each in sentence] + re.findall(r"\b[a-z]+_[a-z_]+\b", sentence)


# --- templates --------------------------------------------------------------------------------------------------------


def test_every_language_has_the_same_sentences_with_the_same_parts() -> None:
    english = wording("en")
    for language in LANGUAGES:
        words = wording(language)
        assert {name: set(table) for name, table in words.items()} == {name: set(t) for name, t in english.items()}
        for name, table in words.items():
            parts = {key: set(re.findall(r"{\w+}", text)) for key, text in table.items()}
            assert parts == {key: set(re.findall(r"{\w+}", text)) for key, text in english[name].items()}, language


def test_a_language_there_is_none_of_is_an_error() -> None:
    with pytest.raises(ValueError, match="'es' is not one of"):
        wording("es")


@given(situations())
@settings(max_examples=60, deadline=None)
def test_every_step_becomes_a_whole_sentence(case: Situation) -> None:
    done = interpreted(program_of(case.texts), case.household, case.lines, None)
    for decision in done.decisions:
        for language in LANGUAGES:
            for sentence in everything(decision, CATALOGUE, language):
                assert faults(sentence) == [], f"{language}: {sentence}"


VERBS: list[tuple[dict[str, Any], str]] = [
    ({"of": "charged"}, "Worked out on the full charge: € 100.00."),
    ({"of": "tariff"}, "Worked out on no more than “tariff”: € 80.00."),
    ({"amount": 30, "each": "session"}, "€ 30.00 for each session: € 30.00."),
    ({"amount": 30}, "A fixed sum: € 30.00."),
    ({"share": "80 %"}, "80\u202f% is paid: € 80.00 of € 100.00."),
    ({"share": "120 %"}, "120\u202f% of € 100.00 is € 120.00."),
    ({"at_most": 60}, "At most € 60.00: € 60.00 of € 100.00 is paid."),
    ({"at_most": 60, "each": "session"}, "At most € 60.00 for each session: € 60.00 of € 100.00 is paid."),
    ({"at_least": 150}, "At least € 150.00: € 150.00."),
    ({"at_least": 150, "each": "session"}, "At least € 150.00 for each session: € 150.00."),
    ({"proportion": 40, "of": "tariff"}, "Paid in proportion: € 50.00 of € 100.00."),
    ({"at_most": 70, "per": "quarter"}, "Limit: € 70.00 (per quarter). € 0.00 was used before, so € 70.00"),
    ({"at_most": 70, "per": "half-year", "measures": "cost"}, "costs up to € 70.00 count (per half-year)"),
    ({"deductible": 30, "per": "calendar year"}, "€ 0.00 was used before, € 30.00 is taken off now: € 70.00 remains."),
    ({"member_pays": "10 %"}, "Your share: you bear 10\u202f%, that is € 10.00: € 90.00 remains."),
    ({"member_pays": "10 %", "at_most": 7, "per": "stay"}, "at most € 7.00 (per stay), that is € 7.00"),
    ({"member_pays": "10 %", "at_most": 7, "each": "session"}, "at most € 7.00, that is € 7.00: € 93.00"),
    ({"member_pays": "10 %", "at_least": 20, "per": "week"}, "you bear € 20.00, worked out in bands (per week)"),
    ({"less": 15, "each": "session"}, "Fixed contribution: you bear € 15.00: € 85.00 remains."),
    ({"units": "2-3", "count": "session", "per": "tooth"}, "Count: this is no. 1 (for each: tooth); covered: 2 to 3."),
    ({"tranches": [{"units": "1-2", "share": "50 %"}], "count": "session", "per": "life"}, "(over a lifetime), so € 5"),
    ({"round": 30}, "Rounded to € 30.00: € 90.00."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("step", "sentence"), VERBS, ids=lambda each: next(iter(each)) if isinstance(each, dict) else ""
)
def test_each_verb_says_what_it_did(step: dict[str, Any], sentence: str) -> None:
    decision = decided(step, kind="expense")
    assert any(sentence in each for each in everything(decision, CATALOGUE, "en")), list(
        everything(decision, CATALOGUE, "en")
    )


def test_a_ceiling_on_what_the_member_bears_says_what_is_paid() -> None:
    decision = decided({"member_pays": "50 %"}, {"member_at_most": 20, "per": "household and calendar year"})
    assert "You bear no more than € 20.00 (per calendar year, for the whole household), so € 80.00 is paid." in told(
        decision
    )


def test_a_count_says_which_ones_these_are() -> None:
    decision = decided({"units": "1-3", "count": "session", "per": "calendar year"}, quantity=2, before=1)
    assert "this is no. 3 to 4 (per calendar year); covered: 1 to 3. € 50.00 of € 100.00 counts." in told(decision)


def test_what_cannot_be_worked_out_names_what_is_missing() -> None:
    decision = decided({"deductible": {"fact": "franchise"}, "per": "calendar year"})
    assert decision.outcome == "needs_person"
    assert "Deductible cannot be worked out. Not stated: franchise." in told(decision)
    assert "Limit cannot be worked out. Not stated: indication." in told(decided({"at_most": 50, "per": "indication"}))


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def book() -> Book:
    return bundled()


def test_the_codes_people_see_have_names(book: Book) -> None:
    namer, decision = Namer(book.catalogue, "fr"), decided({"share": "80 %"})
    assert namer.value(decision, "ward", "general") == "division commune"
    assert namer.value(decision, "provider.role", "family-doctor") == "Médecin de famille"
    assert namer.value(decision, "sex", "female") == "femme"
    assert namer.value(decision, "emergency", value=True) == "oui"
    assert namer.value(decision, "specialty", "dermatology") == "Dermatologie"
    assert namer.value(decision, "operation", "neuro/cranioplasty") == "Cranioplastie"


def test_every_code_of_a_closed_list_has_a_name_in_every_language(book: Book) -> None:
    plain = {"residence_canton", "provider.canton", "provider.hospital_plans"}
    for fact in book.catalogue.facts.values():
        for code in fact.values if fact.id not in plain else ():
            assert set(fact.value_names.get(code, {})) == set(LANGUAGES), f"{fact.id} = {code}"
        assert set(fact.value_names) <= set(fact.values) or not fact.values, fact.id


def test_what_is_built_in_has_a_name_in_every_language() -> None:
    decision = decided({"share": "80 %"})
    assert [Namer(CATALOGUE, language).fact(decision, "age")[0] for language in LANGUAGES] == [
        "Age", "Âge", "Alter", "Età", "Leeftijd",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("per", "text"),
    [
        (Per("person", "week"), "per week"),
        (Per("stay", "life"), "per stay"),
        (Per("household", "life"), "over a lifetime, for the whole household"),
        (Per("indication", "rolling", months=12), "in any 12 months, per indication"),
        (Per("person", "year from july"), "per year from July"),
        (Per("person", "calendar year", months=3), "per calendar year and the 3 months before"),
        (Per("tooth", "rolling", months=60), "in any 60 months, for each: tooth"),
        (None, ""),
    ],
)
def test_periods_are_said_with_whose_they_are(per: Per | None, text: str) -> None:
    assert Namer(CATALOGUE, "en").per(decided({"share": "80 %"}), per) == text


def test_apostrophes_and_spaces_are_a_printers() -> None:
    assert typeset("l'hôpital : 80 % « oui » ?", "fr") == "l’hôpital\u202f: 80\u202f% «\u202foui\u202f»\u202f?"
    assert typeset("foto's 10 %", "nl") == "foto’s 10\u202f%"


def test_a_clause_is_shown_by_number_and_title() -> None:
    def clause(title: dict[str, str]) -> Clause:
        return Clause("c", title, "ruled", "", "", decided({"share": "80 %"}).program.covers[0].plan.place)

    assert clause_label(clause({"en": "64(2)(a) Deductible", "fr": "Franchise"}), "fr") == ("64(2)(a)", "Franchise")
    assert clause_label(clause({"en": "64(2)(a) Deductible"}), "en") == ("64(2)(a)", "Deductible")
    assert clause_label(clause({"en": "Step 3: the voucher"}), "de") == ("", "Step 3: the voucher")


# --- no more than matters ---------------------------------------------------------------------------------------------

MODULE, BASIC = "nl/zilveren-kruis/basis-plus-module", "nl/zilveren-kruis/basisverzekering"
PLUS = {"plus": Provider("plus", "Plus", "physiotherapist", lists=(Listing("plus-practice"),))}


def session(number: int, day: int, code_list: str, code: str, indicator: str) -> Line:
    facts: Facts = {"code_list": code_list, "code": code, "indicator": indicator, "sessions_before": 18}
    return Line(
        str(number), "anna", "physiotherapy/session", date(2026, 1, day), Decimal(40), indication="oncology",
        provider="plus", facts=facts,
    )  # fmt: skip


def test_a_cover_that_says_nothing_of_a_line_is_not_heard(book: Book) -> None:
    enrolments = tuple(
        Enrolment("anna", plan, date(2025, 1, 1), facts={"voluntary_own_risk": 0}) for plan in (MODULE, BASIC)
    )
    referral = Evidence("referral", "anna", date(2025, 9, 5), indication="oncology")
    house = Household("home", (PERSON,), enrolments, (referral,))
    lines = [
        session(1, 8, "990", "Z1000", "008"),
        session(2, 12, "990", "Z1000", "008"),
        session(3, 15, "012", "1000", "001"),
    ]
    done = adjudicate(book, house, lines, providers=PLUS).decisions
    texts = [sentences(decision, book.catalogue, "en") for decision in done]
    assert not any("Basic insurance" in sentence for sentence in texts[0])
    assert any("this is no. 20 (per indication); covered: 1 to 20" in sentence for sentence in texts[1])
    assert not any("Module" in sentence for sentence in texts[2])
    assert any("Compulsory own risk" in sentence and "[4 Own risk]" in sentence for sentence in texts[2])


def test_where_nothing_fits_the_nearest_reason_is_told(book: Book) -> None:
    house = Household("home", (PERSON,), (Enrolment("anna", "it/faremutua/noisalute-base", date(2025, 1, 1)),))
    facts = {"channel": "private", "fee_kind": "private", "cause": "illness"}
    line = Line("1", "anna", "imaging/high-specialisation/mri", DAY, Decimal(220), facts=facts)
    (decision,) = adjudicate(book, house, [line]).decisions
    (sentence,) = explain(decision, book.catalogue, "it")
    assert sentence.text == (
        "La prestazione «Alta specializzazione» non si applica. Canale di erogazione: privato; "
        "valore richiesto: servizio sanitario pubblico o privato accreditato."
    ) or sentence.text.endswith("valore richiesto: servizio sanitario pubblico o privato accreditato.")


def test_steps_that_change_nothing_are_left_out() -> None:
    decision = decided({"share": "100 %"}, {"at_most": 500, "per": "calendar year"}, {"less": "paid_before"})
    assert [each.step.kind for each in explain(decision, CATALOGUE)] == ["benefit"]


def test_what_is_borne_whole_is_said_so() -> None:
    assert sentences(decided({"deductible": 300, "per": "calendar year"}), CATALOGUE)[0] == (
        "Partly covered. € 100.00 was charged: all of it falls within what you bear yourself."
    )


def test_an_allowance_is_said_beside_the_bill() -> None:
    decision = decided({"amount": 150, "each": "session"}, kind="indemnity", charged=0)
    assert sentences(decision, CATALOGUE)[0] == "Covered. € 150.00 goes to you as a cash benefit, beside the bill."


def test_a_service_in_kind_costs_nothing() -> None:
    assert sentences(decided(kind="service", charged=0), CATALOGUE)[0] == "Covered. It costs you nothing."


def test_a_fact_names_its_own_codes() -> None:
    fact = Fact(id="colour", kind="code", values=("r",), value_names={"r": {"en": "red"}})
    namer = Namer(Catalogue({}, {"colour": fact}, {}), "en")
    assert namer.value(decided({"share": "80 %"}), "colour", "r") == "red"
    assert namer.value(decided({"share": "80 %"}), "colour", ("r", "g")) == "red, g"
    assert namer.value(decided({"share": "80 %"}), "colour", ()) == "none"
    assert namer.value(decided({"share": "80 %"}), "colour", None) == "not stated"
