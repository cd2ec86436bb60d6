"""Drafts of bills: kept while somebody fills them in, sent as claims, thrown away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from clausula_server.claims.actions.attachment import check_papers
from clausula_server.claims.actions.claim import Receipt, submit_claim
from clausula_server.claims.models import Draft
from clausula_server.claims.stated import NewClaim
from clausula_server.claims.together import together
from clausula_server.lib.acting import action, current_actor, elevated
from clausula_server.lib.refusals import refuse

MOST_KEPT = 20_000
"""Characters of a draft; a bill of all lines there can be is shorter."""


@action
def keep_draft(person: UUID, content: Mapping[str, Any]) -> Draft:
    """Keep what was filled in so far; one draft for each person a bill is of. Raises Refused for what is no form."""
    if len(str(content)) > MOST_KEPT:
        refuse("draft", _("this is more than a bill holds."), _("Send it in parts."))
    kept, _made = Draft.objects.update_or_create(
        author=_user(), person_id=person, defaults={"content": dict(content), "touched_at": timezone.now()}
    )
    return kept


@action
def discard_draft(person: UUID) -> None:
    """Throw away what was filled in."""
    Draft.objects.filter(author=_user(), person_id=person).delete()


@action
def send_draft(draft: Draft, new: NewClaim, today: date) -> Receipt:
    """Send what was filled in, under the key of the draft: a second press of the button finds the claim of the first.

    Raises Refused as `submit_claim` does; then the draft is still there.
    """
    with elevated("who sends a bill may not read the documents of it afterwards"):
        check_papers(new.person, new.attachments)
    receipt: Receipt = together(submit_claim)(replace(new, key=str(draft.key)), today)
    draft.delete()
    return receipt


def _user() -> UUID:
    user = current_actor().user
    if user is None:
        refuse("draft", _("only a person fills in a bill."), _("Sign in."))
    return user
