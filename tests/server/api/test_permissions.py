"""Every operation, asked by everybody of the cast: exactly those whom the table of permissions allows get an answer."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from clausula_server.api.endpoint import OPERATIONS, Operation
from clausula_server.api.openapi import described
from clausula_server.lib.access import NOBODY, Concerned, may, table
from clausula_server.lib.acting import Actor
from tests.api_world import PNG, Asker, Known, a_bill, days_ago, token_of
from tests.claims_world import MEDIO, MRI, PIU, TICKET
from tests.world import FAMILY, Cast

pytestmark = pytest.mark.django_db
WHY = {"reason": "no longer owed"}
LINE = {"service": MRI, "served_on": days_ago(20).isoformat(), "charged": "40.00", "facts": TICKET}


def wanted(known: Known, plan: str) -> dict[str, Any]:
    """An application of Anna's."""
    return {"plan": plan, "start": days_ago(-30).isoformat(), "wanted": [{"person": str(known.person)}]}


BODIES: dict[str, Callable[[Known], Any]] = {
    "guide_person": lambda _: {"service": MRI, "on": days_ago(0).isoformat(), "facts": TICKET, "provider": "keller"},
    "preview_claim": lambda known: a_bill(known.person, provider="keller"),
    "submit_claim": lambda known: a_bill(known.person, provider="keller"),
    "attach": lambda known: {"document": str(known.documents["bill"]), "kind": "invoice-receipt"},
    "add_evidence": lambda _: {"kind": "prescription", "issued_on": days_ago(5).isoformat(), "issuer": "keller"},
    "appeal": lambda _: {"text": "This should have been paid in full."},
    "assign_wait": lambda _: {"user": None},
    "pass_wait": lambda _: {"owner": "operations", "due_on": days_ago(-30).isoformat()},
    "correct_line": lambda _: {"line": LINE, "reason": "added up wrongly"},
    "state_facts": lambda _: {"facts": {"fee_kind": "ticket"}},
    "preview_reversal": lambda _: {},
    "reverse_claim": lambda _: {"reason": "taken back"},
    "override_line": lambda _: {"covers": [{"plan": PIU, "paid": "10.00"}], "reason": "Goodwill after a call."},
    "end_override": lambda _: {"reason": "no longer"},
    "refuse_override": lambda _: {"reason": "not enough"},
    "answer_appeal": lambda _: {"answer": "We have looked at it again and stay with it."},
    "answer_authorisation": lambda _: {"status": "granted"},
    "preview_application": lambda known: wanted(known, MEDIO),
    "apply": lambda known: wanted(known, MEDIO),
    "decide_application": lambda _: {"accept": False, "reason": "not a member"},
    "change_choice": lambda _: {"start": "2027-01-01", "facts": {"own_membership": True}},
    "end_enrolment": lambda _: {"last_day": "2026-12-31", "why": "death", "reason": "told by the family"},
    "withdraw_enrolment": lambda _: {"reason": "thought better of it"},
    "change_plan": lambda _: {"leaving": PIU, "joining": MEDIO, "start": "2027-01-01"},
    "try_renewal": lambda _: {"first": "2027-01-01", "last": "2027-01-31"},
    "decide_membership": lambda _: {
        "insurer": "nobody", "verdict": "lost", "ground": "fraud", "reason": "two bills that look invented",
        "effective_on": days_ago(-30).isoformat(),
    },
    "state_fact": lambda _: {"fact": "none", "value": 1, "basis": "a call", "start": days_ago(0).isoformat()},
    "ask_for_document": lambda _: {"kind": "prescription", "due_on": days_ago(-20).isoformat()},
    "hand_in": lambda known: {"attachments": [{"document": str(known.documents["bill"]), "kind": "invoice-receipt"}]},
    "prepare_batch": lambda known: {
        "house": str(known.house), "way": "transfer", "execute_on": days_ago(0).isoformat(),
    },
    "cancel_batch": lambda _: WHY, "fail_batch": lambda _: WHY, "drop_payment": lambda _: WHY,
    "fail_payment": lambda _: WHY, "cancel_demand": lambda _: WHY, "cancel_due": lambda _: WHY,
    "issue_demand": lambda known: {"house": str(known.house), "account": str(known.account)},
    "issue_demands": lambda known: {"house": str(known.house), "codes": ["member.recoverable"]},
    "add_webhook": lambda _: {"url": "http://localhost:9/", "kinds": ["claim.decided"]},
}  # fmt: skip
FILES = {
    "upload_document": ("?content=bill&name=scan.png", PNG, "image/png"),
    "submit_file": ("?name=bills.csv", b"line_id;person;served_on;service;charged;currency\n", "text/csv"),
    "import_statement": ("?name=s.xml", b"<Document/>", "application/xml"),
}
THEIR_OWN = {"list_persons", "list_own_claims", "list_events"}
OWN_PROVIDER = {"list_claims", "list_evidence"}
ABOUT_NOBODY = {"show_me", "list_editions", "show_edition", "list_providers", "show_provider", "list_waits"} | {
    "list_arrears", "list_webhooks", "add_webhook", "switch_off_webhook", "list_deliveries",
    "list_all_applications", "try_renewal", "renew", "list_renewals", "show_renewal", "list_renewal_reports",
    "submit_file",
    "list_open_appeals", "list_house_accounts", "list_batches", "show_batch", "list_batch_payments", "prepare_batch",
    "release_batch", "cancel_batch", "write_batch_file", "fail_batch", "take_out_file", "import_statement",
    "list_movements", "issue_demand", "issue_demands",
}  # fmt: skip


def concerned(operation: Operation, actor: Actor, cast: Cast) -> Concerned:
    """Whom the operation concerns, as it is asked here: Anna, and where it is about a provider Dr Keller."""
    if operation.name in ABOUT_NOBODY:
        return NOBODY
    if operation.name in THEIR_OWN:
        return Concerned(actor.person, actor.provider)
    anna = cast.people["anna"].id
    if operation.name in OWN_PROVIDER:
        return Concerned(anna, actor.provider)
    if operation.name == "list_provider_accounts":
        return Concerned(None, cast.providers["keller"].id)
    if operation.name in ("list_accounts", "list_entries", "list_payments", "list_demands"):
        return Concerned(anna, None)
    if operation.name == "show_household" and actor.person in {cast.people[name].id for name in FAMILY}:
        return Concerned(actor.person)
    return Concerned(anna, cast.providers["keller"].id)


def ask(asker: Asker, operation: Operation, known: Known) -> Any:
    """Ask once, and undo what it did."""
    path = known.address(operation.path)
    try:
        with transaction.atomic():
            if operation.method == "GET":
                answer = asker.get(path)
            elif operation.name in FILES:
                query, body, kind = FILES[operation.name]
                answer = asker.upload(path + query, body, kind)
            else:
                answer = asker.post(path, BODIES[operation.name](known) if operation.name in BODIES else None)
            raise Undo  # noqa: TRY301 - the way out of a transaction
    except Undo:
        return answer


class Undo(Exception):  # noqa: N818 - what is to be done
    """So that the next one finds everything as it was."""


@pytest.fixture
def askers(cast: Cast, known: Known) -> dict[str, tuple[Asker, Actor]]:
    return {name: (Asker(token_of(cast, name)), cast.acts(name)) for name in cast.users}


@pytest.mark.no_cover
def test_exactly_the_allowed_ones_get_an_answer(
    askers: dict[str, tuple[Asker, Actor]], cast: Cast, known: Known, as_web: None
) -> None:
    wrong = []
    for operation in OPERATIONS:
        for name, (asker, actor) in askers.items():
            allowed = may(actor, operation.permission, concerned(operation, actor, cast))
            role = not actor.roles.isdisjoint(table()[operation.permission].roles)
            wanted = "an answer" if allowed else "404" if role else "403"
            answer = ask(asker, operation, known)
            found = str(answer.status_code) if answer.status_code in (401, 403, 404, 500) else "an answer"
            if found != wanted:
                wrong.append(f"{operation.name}, {name}: {wanted} is right, {found} it was: {answer.content[:200]!r}")
    assert not wrong, "\n".join(wrong)


def test_every_operation_is_in_the_document_with_its_permission() -> None:
    told = {
        (method.upper(), path): about for path, each in described()["paths"].items() for method, about in each.items()
    }
    assert len(told) == len(OPERATIONS)
    for operation in OPERATIONS:
        about = told[
            operation.method, "/api/v1" + operation.path.replace("uuid:", "").replace("slug:", "").replace("int:", "")
        ]
        assert about["operationId"] == operation.name
        assert about["security"] == [{"token": [operation.permission]}]


def test_a_token_does_no_more_than_its_scopes(cast: Cast, known: Known, as_web: None) -> None:
    asker = Asker(token_of(cast, "mara", "claims.claim.read", "api"))
    assert asker.get(f"/claims/{known.claim}").status_code == 200
    assert asker.get("/me").json()["permissions"] == ["api.me.read", "claims.claim.read"]
    refused = asker.get("/waits")
    assert refused.status_code == 403
    assert refused.json()["detail"] == "It would need the permission claims.worklist.read."


def test_a_stranger_finds_nothing_of_annas_in_any_list(cast: Cast, known: Known, as_web: None) -> None:
    anna = str(known.person)
    for who in ("sven", "rossi"):
        asker = Asker(token_of(cast, who))
        for operation in OPERATIONS:
            if operation.method == "GET":
                answer = asker.get(known.address(operation.path))
                assert anna not in answer.content.decode() or f"/persons/{anna}" in known.address(operation.path), (
                    operation.name
                )
                if answer.status_code == 200 and "items" in answer.json():
                    assert not any(anna in str(each) for each in answer.json()["items"]), operation.name


def test_reading_a_claim_of_another_is_written_down(cast: Cast, known: Known) -> None:
    from clausula_server.audit.models import Access
    from clausula_server.lib.acting import acting, system

    Asker(token_of(cast, "mara")).get(f"/claims/{known.claim}", **{"X-Reason": "a call"})
    Asker(token_of(cast, "anna")).get(f"/claims/{known.claim}")
    with acting(system("test")):
        (row,) = Access.objects.filter(permission="claims.claim.read")
    assert (row.person, row.reader_name, row.reason) == (known.person, "Mara Weber (test)", "a call")
