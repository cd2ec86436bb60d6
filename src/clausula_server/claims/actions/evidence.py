"""Evidence: what arrives resumes what waits for it, the oldest first."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from clausula_server.claims import store
from clausula_server.claims.folding import Change
from clausula_server.claims.models import Evidence, Pend
from clausula_server.claims.rounds import Round
from clausula_server.lib.acting import action, current_actor, elevated
from clausula_server.lib.ids import new_id
from clausula_server.lib.refusals import refuse
from clausula_server.people.models import Household, Membership, Person

STATUSES = ("", "granted", "refused", "pending")


@dataclass(frozen=True, slots=True)
class NewEvidence:
    """A document or an event of a person, as the engine's Evidence; document: the file it was read from."""

    person: UUID
    kind: str
    issued_on: date
    valid_from: date | None = None
    valid_until: date | None = None
    issuer: str = ""
    issuer_role: str = ""
    issuer_lists: tuple[str, ...] = ()
    issuer_specialty: str = ""
    specialty: str = ""
    episode: str = ""
    indication: str = ""
    provider: str = ""
    claim: str = ""
    services: tuple[str, ...] = ()
    uses: int | None = None
    proposals: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    status: str = ""
    document: UUID | None = None


@action
def add_evidence(new: NewEvidence, today: date) -> UUID:
    """Note what has arrived, and decide anew what waited for it: from the first waiting line of the person on, in the
    declared order, with everything that came after. Its id. Raises Refused for what is no evidence.
    """
    _check(new)
    actor = current_actor().user
    row: dict[str, Any] = {
        **asdict(new), "id": str(new_id()), "person_id": str(new.person), "void": False,
        "added_by": str(actor) if actor else None, "added_at": timezone.now().isoformat(),
    }  # fmt: skip
    del row["person"]
    row = {key: list(value) if isinstance(value, tuple) else value for key, value in row.items()}
    plain = {key: value.isoformat() if isinstance(value, date) else value for key, value in row.items()}
    with elevated("what arrives may be of somebody whose care the sender does not read"):
        _arrive(row, plain, new.person, today)
    return UUID(row["id"])


def _arrive(row: dict[str, Any], plain: dict[str, Any], person: UUID, today: date) -> None:
    held = _lock(person)
    since = _first_waiting(person)
    if held is None and not Person.objects.filter(pk=person).exists():
        refuse("person", _("there is nobody of that id."), _("Register them first."))
    if held is None or since is None:
        Evidence.objects.create(**row)
        return
    world = store.begin(household=held, since=since)
    assert world is not None
    waiting = [each.line.order for each in world.standing if each.pend and each.line.person == str(person)]
    round_ = Round(world.with_evidence(plain), Change("evidence", first=min(waiting)), today, "claim.resumed")
    round_.add("evidence", [plain])
    round_.hold()


def _lock(person: UUID) -> UUID | None:
    """Lock the household somebody is in, or was in last, before it is asked what waits: a claim that is being decided
    at this moment has not seen what arrives, so it must be there to be resumed when this goes on."""
    last = Membership.objects.filter(person=person).order_by("-during").values_list("household", flat=True).first()
    if last is not None:
        Household.objects.select_for_update(no_key=True).get(pk=last)
    return last


def _check(new: NewEvidence) -> None:
    if not new.kind:
        refuse("kind", _("say what it is."), _("Take a kind of the plans' catalogue, such as prescription."))
    if new.status not in STATUSES:
        refuse(
            "status",
            _("“%(status)s” is no status.") % {"status": new.status},
            _("It is granted, refused, pending, or nothing."),
        )
    if new.valid_from and new.valid_until and new.valid_until < new.valid_from:
        refuse(
            "valid_until",
            _("%(valid_until)s is before %(valid_from)s.")
            % {"valid_until": new.valid_until, "valid_from": new.valid_from},
            _("Give a later day, or leave it open."),
        )


def _first_waiting(person: UUID) -> date | None:
    """The day of the first line of a person that waits."""
    waiting = Pend.objects.filter(person=person, closed_at__isnull=True, line__stands=True)
    return waiting.order_by("line__served_on").values_list("line__served_on", flat=True).first()


@action
def answer_authorisation(evidence: Evidence, status: str, today: date) -> None:
    """Grant or refuse what was asked for; what waited for it goes on. Raises Refused where it is answered already."""
    if status not in ("granted", "refused"):
        refuse("status", _("“%(status)s” is no answer.") % {"status": status}, _("It is granted or refused."))
    if evidence.status != "pending":
        refuse("evidence", _("this is answered already."), _("Add another where it has changed."))
    _lock(evidence.person_id)
    evidence.status = status
    evidence.save(update_fields=["status"])
    resume(evidence.person_id, today, "evidence")


@action
def void_evidence(evidence: Evidence, today: date) -> None:
    """Take back what should never have been: what rested on it is decided anew. Raises Refused where it is void."""
    if evidence.void:
        refuse("evidence", _("this is void already."), _("There is nothing to do."))
    _lock(evidence.person_id)
    evidence.void = True
    evidence.save(update_fields=["void"])
    resume(evidence.person_id, today, "evidence", everything=evidence.issued_on)


def resume(person: UUID, today: date, because: str, everything: date | None = None) -> None:
    """Decide anew from the first waiting line of a person on, or from a day on. Inside an action's transaction."""
    household = _lock(person)
    since = everything or _first_waiting(person)
    if since is None or household is None:
        return
    world = store.begin(household=household, since=since)
    assert world is not None
    places = [
        each.line.order for each in world.standing if each.line.person == str(person) and (each.pend or everything)
    ]
    if not places:
        store.write({})
        return
    Round(world, Change(because, first=min(places)), today, "claim.resumed").hold()
