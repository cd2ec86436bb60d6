"""The page needs nothing but itself, is drawn the same again, and says in words what its plots show."""

from __future__ import annotations

import re
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pytest

from clausula.simulate import Sample, replay
from clausula.simulate.figures import Money, change_of, per_cent
from tests.simulate.portfolio import ask, plan


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two simulations of the same, with everything in them."""
    place = tmp_path_factory.mktemp("page")
    base, change = plan(place / "base"), plan(place / "change", limit=60, amount=12)
    for name in ("first", "again"):
        (place / name).mkdir()
        more = {"sample": Sample(share=Fraction(1, 4)), "elasticity": Fraction(-1, 5), "plots": True}
        ask(place / name, base, change, **more)
    return place


def test_every_plot_is_there_as_svg_and_png(folder: Path) -> None:
    names = {each.name for each in (folder / "first/out/plots").iterdir()}
    assert names == {
        f"{name}-eur.{kind}" for name in ("waterfall", "members", "groups", "outcomes") for kind in ("svg", "png")
    }


@pytest.mark.parametrize(
    "name", ["index.html", "plots/waterfall-eur.svg", "plots/groups-eur.svg", "plots/members-eur.png"]
)
def test_the_same_figures_give_the_same_bytes(folder: Path, name: str) -> None:
    one, again = ((folder / run / "out" / name).read_bytes() for run in ("first", "again"))
    assert one == again


def test_the_page_asks_nothing_of_the_outside(folder: Path) -> None:
    page = (folder / "first/out/index.html").read_text(encoding="utf-8")
    assert not re.findall(r'(?:src|href)="(?!#)[^"]*"|url\((?!#)|@import|<script', page)
    assert "default-src 'none'" in page


def test_no_id_stands_twice_and_every_plot_has_its_words(folder: Path) -> None:
    class Seen(HTMLParser):
        ids: list[str] = []  # noqa: RUF012 - of this one reading
        plots: list[str] = []  # noqa: RUF012 - likewise

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            given = dict(attrs)
            self.ids += [given["id"] or ""] if "id" in given else []
            if tag == "svg" and "aria-hidden" not in given:
                self.plots.append(given.get("aria-label") or "")

    seen = Seen()
    seen.feed((folder / "first/out/index.html").read_text(encoding="utf-8"))
    assert len(seen.ids) == len(set(seen.ids))
    assert len(seen.plots) == 6, "two plots for wide and narrow screens, two for narrow cards"
    assert any("Waterfall from € 210.00 paid under the base to € 160.00" in each for each in seen.plots)


def test_the_page_tells_samples_behaviour_and_contributions(folder: Path) -> None:
    page = (folder / "first/out/index.html").read_text(encoding="utf-8")
    for words in ("Efron 1979", "RAND Health Insurance Experiment", "For all 16 members", "The contribution side",
                  "fewer than 30 households", "Behaviour is on (elasticity −0.2)"):  # fmt: skip
        assert words in page
    assert "Behaviour is off" not in page


def test_without_matplotlib_the_tables_remain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "find_spec", lambda _: None)
    ask(tmp_path, plan(tmp_path / "base"), plan(tmp_path / "change", limit=60), plots=True)
    page = (tmp_path / "out/index.html").read_text(encoding="utf-8")
    assert "No plots were drawn" in page
    assert "Where the difference comes from" in page
    assert not (tmp_path / "out/plots").exists()


def test_figures_are_written_as_people_read_them() -> None:
    money = Money("EUR")
    assert [money.signed(each) for each in (0, 5, -123456)] == ["0", "+0.05", "−1,234.56"]
    assert [money.short(each) for each in (1050, 99_900, 1_234_567, 25_000_000, 123_456_789_00)] == [
        "10.50", "999", "12.3 k", "250 k", "123.5 m",
    ]  # fmt: skip
    assert money.short(-5_000_000_000_00, sign=True) == "−5 bn"
    assert Money("JPY").signed(-1200) == "−1,200"
    assert [per_cent(1, 3), per_cent(0, 3), per_cent(1, 0), per_cent(1, 100_000)] == ["33.3 %", "0.0 %", "–", "< 0.1 %"]
    assert [change_of(100, 90), change_of(100, 100), change_of(0, 5), change_of(0, 0)] == ["−10.0 %", "0 %", "new", "–"]
