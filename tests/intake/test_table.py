"""Tables: the neutral layout as CSV and as Parquet."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clausula.household import Provider
from clausula.intake import InputError, read
from tests.intake.world import FACTS, desk, lines, listed, reasons, take

HEAD = "line_id,person,served_on,service,charged,currency"
ROW = "1,nora,2026-03-12,outpatient,36.15,CHF"


def table(*rows: str, head: str = HEAD) -> str:
    return "\n".join([head, *rows]) + "\n"


def test_a_row_becomes_a_line(tmp_path: Path) -> None:
    line = lines(take(tmp_path, "t.csv", table(ROW)))[0]
    assert (line.id, line.person, line.served_on, line.charged) == ("1", "nora", date(2026, 3, 12), Decimal("36.15"))
    assert line.origin.endswith("t.csv:2")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_separators_and_byte_order_marks_are_seen(tmp_path: Path, separator: str, mark: str) -> None:
    assert lines(take(tmp_path, "t.csv", mark + table(ROW).replace(",", separator)))


def test_dutch_codes_keep_their_zeros(tmp_path: Path) -> None:
    head = "line_id,person,person_system,provider,provider_system,served_on,code_list,code,indicator,charged,currency"
    reads = take(tmp_path, "t.csv", table("1,111222333,bsn,01,agb,2026-03-12,001,00.0010,008,5,EUR", head=head))
    line = lines(reads)[0]
    assert line.person == "anneke"
    assert (line.facts["code_list"], line.facts["code"], line.facts["indicator"]) == ("001", "00.0010", "008")
    assert [one.id for one in reads if isinstance(one, Provider)] == ["agb:01"]


def test_optional_columns_and_facts_are_taken(tmp_path: Path) -> None:
    head = (
        HEAD
        + ",time,received_on,paid_by_others,stay,episode,indication,quantity,emergency,admitted_on,leave_days,cause"
    )
    line = lines(
        take(tmp_path, "t.csv", table(ROW + ",08:30,2026-04-01,1.15,s,e,i,3,true,2026-03-10,0,illness", head=head))
    )[0]
    assert (line.time, line.received_on, line.paid_by_others) == (510, date(2026, 4, 1), Decimal("1.15"))
    assert (line.stay, line.episode, line.indication, line.quantity) == ("s", "e", "i", 3)
    assert dict(line.facts) == {
        "cause": "illness",
        "emergency": True,
        "admitted_on": date(2026, 3, 10),
        "leave_days": 0,
    }


def test_an_empty_cell_is_a_missing_fact(tmp_path: Path) -> None:
    assert "cause" not in lines(take(tmp_path, "t.csv", table(ROW + ",", head=HEAD + ",cause")))[0].facts


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (HEAD + ",causse", "did you mean cause"),
        (HEAD + ",zzzzzz", "leave it out"),
        (HEAD + ",charged", "stands twice"),
        (HEAD.replace(",currency", ""), "no column currency"),
        (HEAD.replace(",service", ""), "neither a column service"),
    ],
)
def test_columns_must_be_known_and_complete(tmp_path: Path, head: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        take(tmp_path, "t.csv", table(head=head))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (ROW + ",x", "ragged-row"),
        ("1,nora", "ragged-row"),
        (ROW.replace("36.15", "=10+5"), "bad-amount"),
        (ROW.replace("36.15", "1e400"), "bad-amount"),
        (ROW.replace("36.15", "-3"), "negative-amount"),
        (ROW.replace("36.15", ""), "no-amount"),
        (ROW.replace("nora", "=HYPERLINK(1)"), "unknown-member"),
        (ROW.replace("2026-03-12", "2026-02-30"), "bad-date"),
        (ROW.replace("2026-03-12", "12.03.2026"), "bad-date"),
        (ROW.replace("CHF", "chf"), "no-currency"),
        (ROW.replace("1,nora", ",nora"), "no-id"),
        (ROW.replace("outpatient", ""), "unknown-service"),
    ],
)
def test_a_row_that_cannot_be_decided_is_listed(tmp_path: Path, row: str, reason: str) -> None:
    reads = take(tmp_path, "t.csv", table(row, ROW.replace("1,", "2,", 1)))
    assert reasons(reads) == [reason]
    assert len(lines(reads)) == 1


def test_a_bad_fact_names_its_column(tmp_path: Path) -> None:
    found = listed(take(tmp_path, "t.csv", table(ROW + ",perhaps", head=HEAD + ",emergency")))[0]
    assert (found.code, found.message[:10]) == ("bad-value", "emergency:")
    assert found.amount == Decimal("36.15")


def test_a_service_against_its_code_is_ambiguous(tmp_path: Path) -> None:
    reads = take(tmp_path, "t.csv", table(ROW + ",402,1", head=HEAD + ",code_list,code"))
    assert reasons(reads) == ["ambiguous-service"]


def test_quoted_cells_may_hold_separators_and_line_breaks(tmp_path: Path) -> None:
    row = '"1\n2","nora",2026-03-12,"outpatient",36.15,CHF'
    reads = take(tmp_path, "t.csv", table(row, ROW, "", ROW.replace("1,", "3,", 1)))
    assert [one.origin.rsplit(":", 1)[1] for one in lines(reads)] == ["2", "4", "6"]


@pytest.mark.parametrize("text", [table('"1,nora'), table('"1"x,nora'), table(ROW).replace("\n", "\r")])
def test_broken_quotes_and_line_ends_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="not CSV"):
        take(tmp_path, "t.csv", text)


def test_other_encodings_are_refused_with_the_byte(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"byte 91 \(0xe9\) is not UTF-8") as caught:
        take(tmp_path, "t.csv", table(ROW, "2,é").encode("latin-1"))
    assert caught.value.findings[0].place.line == 3


def test_text_of_other_kinds_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="UTF-16"):
        take(tmp_path, "t.csv", table(ROW).encode("utf-16"))
    with pytest.raises(InputError, match="zero byte"):
        take(tmp_path, "t.csv", table("1\0,nora"))
    with pytest.raises(InputError, match="longer than"):
        take(tmp_path, "t.csv", table("x" * 1_000_001))
    with pytest.raises(InputError, match="no header"):
        take(tmp_path, "t.csv", "\n\n")


def parquet(folder: Path, **columns: Any) -> Path:
    given: dict[str, Any] = {
        "line_id": ["1", "2"],
        "person": ["nora", "luc"],
        "served_on": [date(2026, 3, 12), date(2026, 3, 13)],
        "service": pa.array(["outpatient", "outpatient"]).dictionary_encode(),
        "charged": [Decimal("36.15"), Decimal("-1.00")],
        "currency": ["CHF", "CHF"],
        **columns,
    }
    path = folder / "t.parquet"
    pq.write_table(pa.table({name: value for name, value in given.items() if value is not None}), path)
    return path


def test_parquet_gives_the_same_lines(tmp_path: Path) -> None:
    path = parquet(tmp_path, emergency=[True, None], quantity=[2, 1])
    reads = list(read(path, desk(), known_facts=FACTS))
    line = lines(reads)[0]
    assert (line.charged, line.quantity, line.facts["emergency"]) == (Decimal("36.15"), 2, True)
    assert line.origin.endswith("t.parquet:row 1")
    assert reasons(reads) == ["negative-amount"]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"charged": [1.5, 2.5]}, "cannot be read exactly"),
        ({"person": None}, "no column person"),
        ({"whatever": ["a", "b"]}, "nobody reads"),
    ],
)
def test_parquet_of_another_layout_is_refused(tmp_path: Path, columns: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        list(read(parquet(tmp_path, **columns), desk(), known_facts=FACTS))


def test_sets_are_lists_in_parquet(tmp_path: Path) -> None:
    path = parquet(tmp_path, adl=[["moving", "washing"], None])
    line = lines(read(path, desk(), known_facts={"adl": "set"}))[0]
    assert line.facts["adl"] == ("moving", "washing")


def test_broken_parquet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        take(tmp_path, "t.parquet", b"PAR1 and nothing else PAR1")
