"""What the six plans of the workload say, written a second time as plain data: what all peers decide by.

Clausula reads `plans/*/plan.md` and never this file, so that equal answers mean that two writings and several engines
agree. Money is in cents.

A line goes to the base cover of its stack, then what is left of it to the plus cover. In a cover the first benefit
whose service, channel, cause, age, diagnoses and papers fit is the one. It is refused when the cover excludes the
diagnosis or the age, or the cause still waits. Otherwise its parts run in this order: a sum for each unit or what is
left of the bill; the run of units; spacing; cap for each unit; sum off for each unit; deductible; share; limit; limit
of the household. A limit is charged with what is finally paid, deductible and share with what the member bears, a run
with all units that came.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

SERVICES = (
    "imaging/high-specialisation/mri",
    "imaging/high-specialisation/scintigraphy",
    "imaging/high-specialisation/angiography",
    "imaging/high-specialisation/urography",
    "hospital/surgery",
    "hospital/stay",
    "hospital/special-nursing",
    "physiotherapy/session",
    "exercise-therapy/session",
    "dental/hygiene",
    "dental/visit",
    "dental/accident-repair",
    "dental/root-treatment",
    "outpatient/consultation",
    "outpatient/examination",
    "outpatient/psychotherapy",
    "laboratory",
    "medicine",
    "home-care/nursing",
    "transport/ambulance",
    "aesthetic",
    "material/glasses",
)
CHANNELS = ("network", "public", "accredited", "private")
CAUSES = ("illness", "accident", "maternity")
DIAGNOSES = ("J06", "C50", "I21", "F32", "K02", "M54", "E66", "Z41", "N97", "G35", "J45", "Q65")
PAPERS = ("prescription", "emergency-report", "referral", "authorisation", "x-ray", "chronic-illness")
STACKS = ("alder", "birch", "cedar")
COVERS = ("base", "plus")

PERSON_YEAR, HOUSEHOLD_YEAR, EPISODE, PERSON = range(4)
"""Whose an account is, and for how long: the first two begin anew each calendar year."""

WITHOUT_END = 1 << 40


@dataclass(frozen=True)
class Account:
    """A running total: its number, and whose it is."""

    number: int
    scope: int = PERSON_YEAR


@dataclass(frozen=True)
class Benefit:
    """A benefit of one cover, with what the cover says for all its benefits. None: this part is not there.

    cash_each: paid for each unit beside the bill, in place of what is left of it. units: a run of the count, after
    `units_after` and up to `units_to`. spaced: months that must lie between two that are paid.
    """

    stack: str
    cover: str
    name: str
    services: tuple[str, ...]
    channels: tuple[str, ...] = CHANNELS
    causes: tuple[str, ...] = CAUSES
    diagnoses: tuple[str, ...] = DIAGNOSES
    papers: tuple[str, ...] = ()
    age_from: int = 0
    excluded: tuple[str, ...] = ()
    age_to: int = 200
    waits: tuple[tuple[str, int], ...] = ()
    cash_each: int = 0
    units: Account | None = None
    units_after: int = 0
    units_to: int = WITHOUT_END
    spaced: Account | None = None
    spaced_months: int = 0
    cap_each: int = WITHOUT_END
    less_each: int = 0
    deductible: Account | None = None
    deductible_amount: int = 0
    share: Account | None = None
    share_percent: int = 0
    share_most: int = WITHOUT_END
    limit: Account | None = None
    limit_amount: int = WITHOUT_END
    household: Account | None = None
    household_amount: int = WITHOUT_END

    @property
    def plan(self) -> str:
        """The plan of Clausula that says the same."""
        return f"bench/{self.stack}-{self.cover}"

    def wait(self, cause: str) -> int:
        """Days from the start of the cover until a cause is insured."""
        return dict(self.waits).get(cause, 0)


SCANS = SERVICES[:4]
STAYS = ("hospital/stay", "hospital/surgery")
NOT_FOR_ALDER = ("F32", "K02", "Z41", "N97")


def _alder() -> tuple[Benefit, ...]:
    alder = Benefit("alder", "base", "scans", SCANS, excluded=NOT_FOR_ALDER, age_to=80, waits=(("illness", 30),))
    base = replace(
        alder, channels=("public",), papers=("prescription",), limit=Account(0), limit_amount=500_000,
    )  # fmt: skip
    plus = replace(alder, cover="plus", household=Account(1, HOUSEHOLD_YEAR), household_amount=1_000_000)
    teeth = replace(plus, channels=("network",), papers=("authorisation",), excluded=())
    repair = replace(
        plus, services=("dental/accident-repair",), causes=("accident",), papers=("emergency-report", "x-ray"),
        excluded=(), limit=Account(7), limit_amount=20_000,
    )  # fmt: skip
    return (
        base,
        replace(
            plus, channels=("public",), papers=("prescription",), limit=Account(2), limit_amount=500_000,
        ),
        replace(
            plus, name="operation-allowance", services=("hospital/surgery",), cash_each=8_500,
            units=Account(3, EPISODE), units_to=30,
        ),
        replace(
            plus, name="physiotherapy", services=("physiotherapy/session",), channels=("network", "public"),
            causes=("accident",), papers=("prescription", "emergency-report"), limit=Account(4), limit_amount=25_000,
        ),
        replace(
            teeth, name="cleaning", services=("dental/hygiene",), spaced=Account(5, PERSON), spaced_months=12,
            cap_each=6_000,
        ),
        replace(teeth, name="dental-visit", services=("dental/visit",), units=Account(6), units_to=1),
        replace(
            repair, name="repair-in-the-network", channels=("network",), share=Account(8), share_percent=15,
            share_most=15_000,
        ),
        replace(repair, name="repair-in-public", channels=("public",)),
    )  # fmt: skip


def _birch() -> tuple[Benefit, ...]:
    base = Benefit("birch", "base", "family-doctor", ("outpatient/consultation",), excluded=("Z41",))
    risk = replace(base, deductible=Account(9), deductible_amount=38_500)
    aftercare = Benefit(
        "birch", "plus", "aftercare", ("exercise-therapy/session",), channels=("accredited",),
        diagnoses=("C50", "I21"), papers=("referral",),
    )  # fmt: skip
    return (
        base,
        replace(
            risk, name="specialist", services=(*SCANS, "outpatient/examination", "laboratory", "medicine"),
            papers=("referral",),
        ),
        replace(risk, name="hospital", services=STAYS, cap_each=90_000),
        replace(
            risk, name="physiotherapy", services=("physiotherapy/session", "exercise-therapy/session"), age_from=18,
            papers=("referral", "chronic-illness"), units=Account(10, EPISODE), units_after=20, cap_each=4_500,
        ),
        replace(
            aftercare, name="aftercare-first-twenty", age_from=18, papers=("referral", "chronic-illness"),
            units=Account(11, EPISODE), units_to=20,
        ),
        aftercare,
    )  # fmt: skip


def _cedar() -> tuple[Benefit, ...]:
    base = Benefit(
        "cedar", "base", "outpatient", papers=("prescription",), excluded=("Z41",),
        services=("outpatient/consultation", "outpatient/examination", "outpatient/psychotherapy", "laboratory",
                  "medicine", *SCANS),
        deductible=Account(12), deductible_amount=30_000, share=Account(13), share_percent=10, share_most=70_000,
    )  # fmt: skip
    plus = Benefit(
        "cedar", "plus", "private-ward", STAYS, channels=("network", "private"), causes=("illness", "accident"),
        excluded=("F32", "E66", "Q65"), waits=(("illness", 90), ("maternity", 365)),
        household=Account(14, HOUSEHOLD_YEAR), household_amount=5_000_000,
    )  # fmt: skip
    return (
        base,
        replace(base, name="physiotherapy", services=("physiotherapy/session",), cap_each=5_200),
        replace(base, name="hospital", services=STAYS, papers=(), cap_each=140_000, less_each=1_500),
        plus,
        replace(
            plus, name="public-ward", services=("hospital/stay",), channels=("public",), cash_each=15_000,
            limit=Account(15, EPISODE), limit_amount=150_000,
        ),
        replace(
            plus, name="nursing", services=("hospital/special-nursing",), channels=CHANNELS, causes=CAUSES,
            limit=Account(16), limit_amount=100_000,
        ),
    )  # fmt: skip


BENEFITS = (*_alder(), *_birch(), *_cedar())
"""Exceptions stand before what they override; the place in this row is the number of a benefit everywhere here."""

NUMBERS = {(benefit.plan, benefit.name): number for number, benefit in enumerate(BENEFITS)}


def candidates(stack: str, cover: str, service: str) -> list[int]:
    """The benefits of a cover for a service, in the order they are tried."""
    return [
        number
        for number, benefit in enumerate(BENEFITS)
        if (benefit.stack, benefit.cover) == (stack, cover) and service in benefit.services
    ]
