"""The files of shapes: nothing in them is unread, nothing they name is missing."""

from dataclasses import replace

import pytest

from clausula.portfolio import shapes
from clausula.portfolio.line_columns import Layout
from clausula.portfolio.shapes import Course, Family, Kind, Paper, Phase, load
from clausula.portfolio.world import World


def test_a_key_that_nobody_reads_and_one_that_is_missing_are_told() -> None:
    with pytest.raises(ValueError, match=r"nl x: missing \['charge'\], nobody reads \['charges'\]"):
        shapes._record(Kind, {"id": "x", "service": "y", "charges": ["1.00", 1]}, "nl")


@pytest.mark.parametrize(
    ("course", "said"),
    [
        (Course("x", phase=(Phase({"0": {"nothing": 1}}),)), "course x: there is no kind of line 'nothing'"),
        (Course("x", evidence=(Paper("referral", {"lost": 1}),)), "document referral: states are ok, absent"),
    ],
)
def test_a_kind_or_state_that_there_is_not_is_refused(course: Course, said: str) -> None:
    family = load("fr")
    with pytest.raises(ValueError, match=said):
        World([replace(family, course=(*family.course, course))])


def test_a_fact_is_of_one_kind() -> None:
    family: Family = load("fr")
    odd = replace(family.kind[0], facts={"sick_leave_days": "two"})
    with pytest.raises(ValueError, match="sick_leave_days is stated in several kinds"):
        Layout(World([replace(family, kind=(odd, *family.kind[1:]))]))


def test_every_kind_and_pool_is_used() -> None:
    for name in shapes.FAMILIES:
        family = load(name)
        used = {
            kind for course in family.course for phase in course.phase for at in phase.kinds.values() for kind in at
        }
        assert used == {kind.id for kind in family.kind}, name
        pools = {kind.pool for kind in family.kind} | {
            pool for course in family.course for paper in course.evidence for pool in (paper.issuer, paper.about)
        }
        assert pools - {""} == {pool.id for pool in family.pool}, name
