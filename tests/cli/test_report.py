"""The pages of the report: self-contained, accessible, in five languages, and adding up."""

import re
import tomllib
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pytest

from clausula.batch.markup import Html, tag
from clausula.batch.page import percent
from clausula.batch.words import Words
from clausula.intake import REASONS
from tests.cli.world import LINES, run_in

CSS = (files("clausula.batch") / "report.css").read_text("utf-8")
LANGUAGES = ("en", "fr", "de", "it", "nl")
VOID = {"meta", "link", "br", "img", "hr", "input", "rect", "path"}


class Page(HTMLParser):
    """What a page holds, and whether every element that opens closes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def of(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    assert run_in(folder, "--all-languages") == 0
    return folder / "out/report"


def test_there_is_a_statement_per_member_and_language(report: Path) -> None:
    wanted = {"index.html"} | {f"{name}.{language}.html" for name in ("ada", "ben") for language in LANGUAGES}
    assert {path.name for path in report.iterdir()} == wanted


def test_every_page_needs_nothing_but_itself(report: Path) -> None:
    for path in report.iterdir():
        text = path.read_text()
        page = Page(text)
        assert not page.of("script")
        assert not page.of("link")
        assert "url(" not in text
        assert all(not (each.get("href") or "").startswith(("http", "//")) for each in page.of("a"))


def test_every_page_has_landmarks_a_heading_and_a_language(report: Path) -> None:
    for path in report.iterdir():
        page = Page(path.read_text())
        names = [tag for tag, _ in page.tags]
        assert names.count("h1") == 1
        assert {"header", "main", "footer"} <= set(names)
        assert page.of("html")[0]["lang"] in LANGUAGES
        assert all(each.get("scope") for each in page.of("th"))
        ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
        assert len(ids) == len(set(ids))
        assert {each["aria-labelledby"] for each in page.of("section")} <= set(ids)


def test_the_links_of_every_page_lead_somewhere(report: Path) -> None:
    for path in report.iterdir():
        for each in Page(path.read_text()).of("a"):
            href = each["href"] or ""
            assert href == "#main" or (report / href).is_file()


def test_names_of_members_and_providers_are_text(report: Path) -> None:
    text = (report / "ben.en.html").read_text()
    assert "Ben &lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "Dr B &amp; &lt;Partner&gt;" in (report / "ada.en.html").read_text()


def test_a_statement_says_what_was_charged_paid_borne_and_is_left(report: Path) -> None:
    text = re.sub(r"<[^>]+>", "\n", (report / "ada.en.html").read_text())
    for told in ("€ 200.00", "€ 80.00", "€ 120.00", "€ 40.00 left of € 120.00", "€ 100.00 borne of € 100.00"):
        assert told in text
    assert "1 What is paid" in text
    assert "of the rest 80 % is paid" in text


def test_a_statement_shows_what_was_listed_for_the_member(report: Path) -> None:
    text = (report / "ada.de.html").read_text()
    assert "In einer anderen Währung berechnet." in text
    assert "lines.csv:6" in text


def test_without_languages_each_member_gets_the_own(tmp_path: Path) -> None:
    run_in(tmp_path)
    report = tmp_path / "out/report"
    assert Page((report / "ada.html").read_text()).of("html")[0]["lang"] == "fr"
    assert Page((report / "ben.html").read_text()).of("html")[0]["lang"] == "en"


def test_a_run_in_a_language_is_in_that_language(tmp_path: Path) -> None:
    run_in(tmp_path, "--lang", "it")
    assert all(Page(path.read_text()).of("html")[0]["lang"] == "it" for path in (tmp_path / "out/report").iterdir())


def test_people_whose_ids_look_alike_get_pages_of_their_own(tmp_path: Path) -> None:
    members = (tmp_path / "x").name and _twins()
    lines = LINES.splitlines()[0] + "\n1,a/b,2026-03-01,dental,1.00,EUR,\n2,a b,2026-03-01,dental,1.00,EUR,\n"
    assert run_in(tmp_path, members=members, lines=lines) == 0
    assert {path.name for path in (tmp_path / "out/report").iterdir()} == {"a-b.html", "a-b-2.html", "index.html"}


def _twins() -> str:
    from tests.cli.world import MEMBERS

    return MEMBERS.replace('"ada"', '"a/b"').replace('"ben"', '"a b"')


def test_every_word_is_there_in_every_language() -> None:
    words = tomllib.loads((files("clausula.batch") / "words.toml").read_text("utf-8"))
    for key, texts in words.items():
        assert set(texts) == set(LANGUAGES), key
        parts = {frozenset(re.findall(r"{\w+}", text)) for text in texts.values()}
        assert len(parts) == 1, key


def test_every_translated_reason_is_one_of_the_intake() -> None:
    words = tomllib.loads((files("clausula.batch") / "words.toml").read_text("utf-8"))
    told = {key.removeprefix("listed_") for key in words if key.startswith("listed_")}
    assert told - set(REASONS) <= {"other", "note", "short", "all", "all_note"}


@pytest.mark.parametrize("dark", [False, True])
def test_texts_stand_out_from_their_ground(dark: bool) -> None:
    light, night = re.findall(r":root\{(.*?)\}", CSS, re.DOTALL)[:2]
    colours = dict(re.findall(r"--([\w-]+):(#\w+)", light))
    colours.update(dict(re.findall(r"--([\w-]+):(#\w+)", night)) if dark else {})
    for front, ground in [
        ("text", "bg"), ("text", "card"), ("soft", "bg"), ("soft", "card"), ("soft", "head"), ("brand", "card"),
        ("good", "good-bg"), ("warn", "warn-bg"), ("bad", "bad-bg"), ("part", "part-bg"),
        ("mine", "card"), ("good", "card"),
    ]:  # fmt: skip
        assert _contrast(colours[front], colours[ground]) >= 4.5, (front, ground)


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_light(one), _light(other)))
    return (high + 0.05) / (low + 0.05)


def _light(colour: str) -> float:
    code = colour[1:] if len(colour) == 7 else "".join(each * 2 for each in colour[1:])
    parts = [int(code[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_markup_escapes_all_but_itself() -> None:
    assert tag("p", "a < b & c", tag("b", "d"), title='"x"') == '<p title="&quot;x&quot;">a &lt; b &amp; c<b>d</b></p>'
    assert isinstance(tag("br"), Html)


@pytest.mark.parametrize(
    ("part", "whole", "shown"), [(0, 10, 0), (1, 1000, 1), (999, 1000, 99), (1000, 1000, 100), (5, 0, 0)]
)
def test_a_bar_is_never_empty_for_something_nor_full_for_less(part: int, whole: int, shown: int) -> None:
    assert percent(part, whole) == shown


def test_words_write_numbers_of_things() -> None:
    assert [Words("fr").count("lines", number) for number in (1, 2)] == ["1 prestation", "2 prestations"]
