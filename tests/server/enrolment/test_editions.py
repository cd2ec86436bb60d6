"""Plan editions: named by what they rest on, never changed, offered by dates, read by many threads."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from shutil import copytree

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, transaction

from clausula_server.enrolment.actions.edition import offer_edition, register, register_plans
from clausula_server.enrolment.catalogue import editions
from clausula_server.enrolment.catalogue.editions import CannotCombine, combined, digest_of, edition
from clausula_server.enrolment.catalogue.packing import Packed, pack
from clausula_server.enrolment.catalogue.stated import asked_of
from clausula_server.enrolment.models import PlanEdition, PlanText, Term
from clausula_server.enrolment.queries import offered_on
from clausula_server.lib.acting import acting, system
from clausula_server.lib.periods import days
from tests.insured import BASE, LAMAL, MEDIO, PLUSMED, D, faults_of, italians, packed, registered

pytestmark = pytest.mark.django_db
PLANS = Path(__file__).parents[3] / "plans"


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[str, str, str], list[Packed]]:
    """The plans with a text changed, packed."""

    def change(file: str, old: str, new: str) -> list[Packed]:
        folder = tmp_path / digest_of(old + new)[:8]
        copytree(PLANS, folder)
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CLAUSULA_PLANS", str(folder))
            return pack()

    return change


def digests(of: list[Packed] | tuple[Packed, ...]) -> dict[str, str]:
    return {each.plan: each.digest for each in of}


def test_all_bundled_plans_are_registered_once(as_system: None) -> None:
    first = register(packed())
    assert {row.plan for row in first} == {each.plan for each in packed()}
    assert register(packed()) == []
    medio = PlanEdition.objects.get(plan=MEDIO)
    assert (medio.currency, medio.country, medio.year, medio.starts) == ("EUR", "IT", "plan", date(2014, 1, 1))
    assert medio.offered == days(date(2014, 1, 1))
    assert "plans/0/it/faremutua/noisalute-common/plan.md" in medio.manifest
    assert "tables/" not in medio.manifest, "it names none"


def test_a_digest_changes_with_the_text_its_parents_its_tables_and_the_catalogue(
    changed: Callable[[str, str, str], list[Packed]],
) -> None:
    before = digests(packed())
    for file, old, new, touched in (
        ("it/faremutua/noisalute-medio/plan.md", "rank       = 120", "rank       = 121", {MEDIO}),
        ("ch/lamal/plan.md", "checked_on = 2026", "checked_on = 2025", {LAMAL, PLUSMED}),
        ("tables/ch-plusmed-areas.toml", 'canton = "AR"', 'canton = "AI"', {PLUSMED}),
    ):
        after = digests(changed(file, old, new))
        assert {plan for plan in before if after[plan] != before[plan]} == touched
    after = digests(changed("catalogue/evidence.toml", "\n\n", "\n\n\n"))
    assert all(after[plan] != before[plan] for plan in before)


def test_a_changed_text_is_a_new_edition_and_the_old_one_stays(
    as_system: None, changed: Callable[[str, str, str], list[Packed]]
) -> None:
    registered()
    italians(D, MEDIO)
    old = PlanEdition.objects.get(plan=MEDIO)
    (new,) = register(changed("it/faremutua/noisalute-medio/plan.md", "amount = 100", "amount = 105"))
    old.refresh_from_db()
    assert (old.offered, new.offered) == (None, days(date(2014, 1, 1)))
    assert set(Term.objects.filter(plan=MEDIO).values_list("edition", flat=True)) == {old.id}
    assert edition(old.digest).slices != edition(new.digest).slices
    offer_edition(old, old.starts)
    assert offered_on(MEDIO, D) == old, "a correction is taken back"


def test_a_later_text_is_offered_from_its_first_day(as_system: None) -> None:
    rows = registered()
    one = next(each for each in packed() if each.plan == BASE)
    later = replace(one, starts=date(2027, 1, 1), manifest=one.manifest + "\n", digest=digest_of(one.manifest + "\n"))
    (new,) = register([later])
    rows[BASE].refresh_from_db()
    assert (rows[BASE].offered, new.offered) == (
        days(date(2014, 1, 1), date(2026, 12, 31)),
        days(date(2027, 1, 1)),
    )
    twice = one.manifest + "\n" + one.manifest.splitlines()[-1]
    between = replace(one, manifest=twice, digest=digest_of(twice))
    (correction,) = register([between])
    assert correction.offered == days(date(2014, 1, 1), date(2026, 12, 31)), "the later text keeps its days"
    assert "start" in faults_of(lambda: offer_edition(new, date(2026, 1, 1)))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE enrolment_planedition SET manifest = manifest || 'x', digest = encode(sha256('x'), 'hex')",
        "UPDATE enrolment_planedition SET starts = '2000-01-01'",
        "DELETE FROM enrolment_planedition",
        "TRUNCATE enrolment_planedition CASCADE",
        "UPDATE enrolment_plantext SET text = 'x'",
        "DELETE FROM enrolment_plantext",
    ],
)
def test_the_database_refuses_to_change_an_edition(as_system: None, sql: str) -> None:
    registered()
    words = "stays as it was registered|never removed|append-only"
    with pytest.raises(DatabaseError, match=words), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql)


def test_the_database_holds_text_and_digest_against_each_other(as_system: None) -> None:
    with pytest.raises(DatabaseError, match="plan_text_is_what_its_digest_says"), transaction.atomic():
        PlanText.objects.create(digest=digest_of("a"), text="b")
    one = PlanEdition.objects.defer("manifest").get(pk=registered()[BASE].pk)
    with pytest.raises(DatabaseError, match="plan_edition_is_what_its_digest_says"), transaction.atomic():
        PlanEdition.objects.create(
            plan="x", digest="0" * 64, manifest="x", label="", names={}, insurer="", country="IT", currency="EUR",
            year="plan", starts=one.starts,
        )  # fmt: skip


def test_an_edition_is_read_from_the_database_and_asked_for_its_facts(as_system: None) -> None:
    rows = registered()
    read = edition(rows[PLUSMED].digest)
    assert read.above == {PLUSMED, LAMAL}
    assert [each.fact for each in asked_of(read.digest)] == ["accident_included", "franchise", "sale_channel"]
    assert asked_of(rows[BASE].digest)[0].fact == "own_membership"


def test_a_set_of_editions_is_compiled_once_for_all_threads(as_system: None) -> None:
    rows = registered()
    wanted = [rows[BASE].digest, rows[MEDIO].digest]
    for each in wanted:
        edition(each)  # read here: other threads have no part in this test's transaction
    editions._combined.kept.clear()
    start, found = threading.Barrier(8), list[object]()

    def combine() -> None:
        start.wait()
        found.append(combined(wanted).program)

    threads = [threading.Thread(target=combine) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len({id(each) for each in found}) == 1


def test_what_was_read_once_asks_the_database_no_more(
    as_system: None, django_assert_num_queries: Callable[..., object]
) -> None:
    rows = registered()
    combined([rows[BASE].digest])
    with django_assert_num_queries(0):  # type: ignore[attr-defined] # a context manager of pytest-django
        combined([rows[BASE].digest])


def test_two_editions_of_a_plan_do_not_decide_together(
    as_system: None, changed: Callable[[str, str, str], list[Packed]]
) -> None:
    old = registered()[MEDIO]
    (new,) = register(changed("it/faremutua/noisalute-medio/plan.md", "amount = 100", "amount = 105"))
    with pytest.raises(CannotCombine, match="two editions"):
        combined([old.digest, new.digest])


def test_editions_that_mean_other_things_by_a_fact_do_not_decide_together(
    as_system: None, changed: Callable[[str, str, str], list[Packed]]
) -> None:
    old = registered()[LAMAL]
    fresh = register(
        changed(
            "catalogue/facts.toml",
            'id = "accident_included"\nkind = "flag"\nof = "enrolment"\nunless_stated = true',
            'id = "accident_included"\nkind = "flag"\nof = "enrolment"\nunless_stated = false',
        )
    )
    new = next(row for row in fresh if row.plan == BASE)
    with pytest.raises(CannotCombine, match="accident_included means something else"):
        combined([old.digest, new.digest])


def test_a_plan_that_cannot_be_read_is_told_with_its_place(tmp_path: Path, as_system: None) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "plan.md").write_text('# Bad\n\n```toml\n[plan]\nid = "t/bad"\ncolour = 1\n```\n')
    found = faults_of(lambda: register_plans(tmp_path))
    assert any(place.startswith("bad/plan.md") for place in found)
    with pytest.raises(CommandError, match=r"bad/plan\.md"):
        call_command("register_plans", str(tmp_path))
    assert "plans" in faults_of(lambda: register([]))


@pytest.mark.django_db(transaction=True)
def test_of_many_who_register_at_once_one_does() -> None:
    packed()
    start, found, errors = threading.Barrier(4), list[int](), list[Exception]()

    def run() -> None:
        start.wait()
        try:
            with acting(system("test")):
                found.append(len(register(packed())))
        except Exception as error:  # noqa: BLE001 - told below
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (errors, sorted(found)) == ([], [0, 0, 0, len(packed())])
