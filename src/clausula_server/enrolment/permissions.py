"""Who may do what with plans, enrolments and contributions."""

from __future__ import annotations

from clausula_server.lib.access import Permit, administered, anyone, staff
from clausula_server.lib.roles import Role

HOUSE = (Role.CLAIMS_HANDLER, Role.OPERATIONS, Role.FINANCE, Role.AUDITOR)

TABLE = {
    "enrolment.plan.read": Permit(
        "see plans, their editions and texts",
        {Role.MEMBER: anyone, Role.PROVIDER: anyone, Role.PRACTITIONER: anyone, **staff()},
    ),
    "enrolment.plan.register": Permit(
        "register plan editions, see what the checker says of them, offer them", staff(Role.ADMINISTRATOR)
    ),
    "enrolment.enrolment.read": Permit(
        "see in which plans a person is, and under which terms", {Role.MEMBER: administered, **staff()}
    ),
    "enrolment.application.make": Permit(
        "apply for a plan, and withdraw what still waits", {Role.MEMBER: administered, Role.OPERATIONS: anyone}
    ),
    "enrolment.application.read": Permit("see applications of a person", {Role.MEMBER: administered, **staff(*HOUSE)}),
    "enrolment.application.decide": Permit("decide what a plan's rules leave to a person", staff(Role.OPERATIONS)),
    "enrolment.enrolment.change": Permit(
        "change a choice, such as the franchise", {Role.MEMBER: administered, Role.OPERATIONS: anyone}
    ),
    "enrolment.enrolment.end": Permit("end or withdraw an enrolment, or change the plan", staff(Role.OPERATIONS)),
    "enrolment.fact.state": Permit("state what plans ask of a person", staff(Role.OPERATIONS, Role.CLAIMS_HANDLER)),
    "enrolment.membership.read": Permit(
        "see what was decided on a membership", {Role.MEMBER: administered, **staff(*HOUSE)}
    ),
    "enrolment.membership.decide": Permit("decide on a membership, with reasons", staff(Role.OPERATIONS)),
    "enrolment.due.read": Permit(
        "see what is due, paid and late for a person", {Role.MEMBER: administered, **staff(*HOUSE)}
    ),
    "enrolment.due.settle": Permit(
        "book and return payments of contributions, cancel a due", staff(Role.FINANCE, Role.OPERATIONS)
    ),
    "enrolment.arrears.read": Permit("see who is late", staff(Role.OPERATIONS, Role.FINANCE, Role.AUDITOR)),
    "enrolment.renewal.run": Permit("run renewals, dry or real", staff(Role.OPERATIONS)),
    "enrolment.renewal.read": Permit("read what a run did", staff(Role.OPERATIONS, Role.FINANCE, Role.AUDITOR)),
}
