"""What the main operations answer, for whoever reads the document: one small answer each, of the record it shows."""

from __future__ import annotations

from typing import Any

ID = "0199f1c2-7e4b-7c3a-9d59-2f6f6a1f8a10"
OTHER = "0199f1c2-9b11-7d02-8f4e-6f3b0d5a7c21"
COVER = {"plan": "ch/lamal", "name": "Basic insurance", "outcome": "partly", "paid": "162.00"}
STEP = {
    "text": "Coinsurance: you bear 10 %, that is CHF 18.00: CHF 162.00 remains.",
    "plan": "ch/lamal",
    "clause": "lamal-64-2-b",
    "title": "64(2)(b) Share of 10 per cent",
}
SUMS = {"charged": "180.00", "paid": "162.00", "borne": "18.00"}
CLAIM: dict[str, Any] = {
    "id": ID, "person": OTHER, "provider": "dr-keller", "number": "R-2026-0312", "status": "decided",
    "channel": "provider", "settlement": "reimbursement", "currency": "CHF", "received_on": "2026-03-14", **SUMS,
    "indemnity": "0.00", "advanced": "0.00",
}  # fmt: skip
LINE: dict[str, Any] = {
    "number": 1, "service": "outpatient/consultation", "served_on": "2026-03-12", "outcome": "partly", **SUMS,
    "indemnity": "0.00", "reason": "share", "covers": [COVER], "summary": "Partly covered. CHF 162.00 is paid.",
    "steps": [STEP], "advice": "",
}  # fmt: skip
AGAINST = {
    "rule": "members", "reason": "MEMBERS_ONLY", "clause": "ns-29", "name": "For members", "advice": "", "contact": "",
}  # fmt: skip
REFUSED = {"person": OTHER, "outcome": "not_covered", "reasons": [AGAINST]}
BATCH: dict[str, Any] = {
    "id": ID, "way": "transfer", "house": OTHER, "currency": "CHF", "execute_on": "2026-12-04", "status": "draft",
    "total": "1284.50", "count": 7, "prepared_by": OTHER, "prepared_at": "2026-12-03T09:12:00Z", "released_by": None,
    "released_at": None,
}  # fmt: skip
APPLICATION: dict[str, Any] = {
    "id": ID, "household": OTHER, "holder": OTHER, "plan": "it/faremutua/noisalute-base", "edition": OTHER,
    "applied_on": "2026-11-22", "wanted": [{"person": OTHER, "start": "2027-01-01", "facts": {}}], "facts": {},
    "state": "refused", "outcome": "not_covered", "answers": [REFUSED], "reason": "", "decided_at": None,
}  # fmt: skip
LEFT = {
    "account": "franchise", "name": "Deductible", "kind": "deductible", "of": ["person", OTHER], "unit": "CHF",
    "top": "300.00", "used": "120.00", "left": "180.00", "plan": "ch/lamal", "clause": "lamal-64-2-a",
}  # fmt: skip

ANSWERS: dict[str, Any] = {
    "preview_claim": {
        "currency": "CHF",
        **SUMS,
        "lines": [{**LINE, "waits_for": []}],
    },
    "submit_claim": {
        "id": ID,
        "status": "decided",
        "currency": "CHF",
        "lines": [{"number": 1, "outcome": "partly", "paid": "162.00", "borne": "18.00", "reason": "share"}],
    },
    "list_claims": {"items": [CLAIM], "next": None},
    "show_claim": {
        **CLAIM,
        "lines": [
            {
                **LINE, "id": OTHER, "name": "Consultation", "paid_by_others": "0.00", "hidden": False,
                "decided_by_person": False, "earlier_decisions": 0, "wait": None,
            }
        ],
        "moves": [{"before": "received", "after": "decided", "reason": "", "at": "2026-03-14T08:30:00Z"}],
        "decide_by": None,
    },
    "submit_file": {
        "name": "bills.csv",
        "taken": [
            {
                "number": "R-1", "claim": ID, "status": "decided", "lines": 2, "charged": "76.15", "currency": "EUR",
                "repeated": False,
            }
        ],
        "refused": [],
        "unread": [
            {
                "place": "bills.csv:4", "code": "unknown-member", "message": "nobody has this number", "mend":
                "correct the number at the source", "charged": "12.30", "currency": "EUR",
            }
        ],
        "papers": 0,
        "papers_refused": [],
        "totals": [
            {
                "currency": "EUR", "lines_in": 3, "lines_taken": 2, "lines_listed": 1, "charged_in": "88.45",
                "charged_taken": "76.15", "charged_listed": "12.30",
            }
        ],
    },
    "show_left": {"person": OTHER, "on": "2026-03-12", "items": [LEFT]},
    "preview_application": {"state": "refused", "outcome": "not_covered", "answers": [REFUSED], "costs": []},
    "apply": APPLICATION,
    "decide_application": {
        **APPLICATION, "state": "accepted", "outcome": "needs_person", "reason": "The declaration is complete.",
        "answers": [], "decided_at": "2026-11-23T10:00:00Z",
    },
    "ask_for_document": {
        "id": ID, "claim": OTHER, "line": OTHER, "kind": "prescription", "note": "With the date, please.",
        "due_on": "2026-12-20", "asked_at": "2026-12-01T10:00:00Z", "answered_at": None,
    },
    "prepare_batch": {
        **BATCH,
        "left_out": [{"name": "Ben Weber", "message": "has no bank account.", "mend": "Ask for an IBAN."}],
    },
    "release_batch": {
        **BATCH, "status": "released", "released_by": ID, "released_at": "2026-12-03T11:00:00Z",
    },
    "write_batch_file": {
        "id": ID, "direction": "out", "format": "pain.001.001.09", "name": "pain.001.001.09-20261204-6a1f8a10.xml",
        "bytes": 4211, "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "written_at": "2026-12-03T11:02:00Z",
    },
    "import_statement": {
        "statements": [ID], "known": 0, "lines": 12, "repeated": 0, "placed": 11, "left": 1, "waiting": 0,
    },
    "issue_demand": {
        "id": ID, "number": 100001, "reference": "000000000000000000001000012", "person": OTHER, "provider": None,
        "amount": "50.00", "paid": "0.00", "currency": "CHF", "issued_on": "2026-12-01", "due_on": "2026-12-31",
        "status": "open", "reason": "",
    },
}  # fmt: skip
"""By operation."""
