"""The words of the pages in five languages: found in the source, kept in `locale/*/…/django.po`, compiled by setup.

    python -m clausula_server.catalogues            # compile what is newer than what was compiled; ./run setup does it
    python -m clausula_server.catalogues update     # take new words into the .po files, for translators

Neither needs the tools of GNU gettext: Babel reads and writes both forms, Django knows how to read its templates.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).resolve().parent
LANGUAGES = ("de", "fr", "it", "nl")
KEYWORDS = {"_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2)}
HEAD = """msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plural}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def place_of(language: str) -> Path:
    """The .po file of a language; the compiled one lies beside it."""
    return HERE / "locale" / language / "LC_MESSAGES" / "django.po"


def compile_all() -> None:
    """Compile what changed."""
    for language in LANGUAGES:
        source = place_of(language)
        made = source.with_suffix(".mo")
        if source.exists() and (not made.exists() or made.stat().st_mtime < source.stat().st_mtime):
            with source.open("rb") as text, made.open("wb") as compiled:
                write_mo(compiled, read_po(text, locale=language))


def words() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """Every word of the pages, with the file it stands in."""
    from django.utils.translation.template import templatize  # noqa: PLC0415 - compiling needs no Django

    files = sorted([*HERE.rglob("*.py"), *HERE.rglob("*.html"), *HERE.rglob("*.txt")])
    for file in files:
        text = file.read_text(encoding="utf-8")
        if "migrations" in file.parts or "static" in file.parts:
            continue
        if file.suffix != ".py":
            text = templatize(text)
        for _line, message, _comments, _context in extract("python", io.BytesIO(text.encode()), KEYWORDS):
            if message:
                yield file.relative_to(HERE).as_posix(), message


def found() -> Catalog:
    """All words, none of them translated."""
    catalogue = Catalog(charset="utf-8")
    for file, message in words():
        catalogue.add(message, locations=[(file, 0)])
    return catalogue


def read(language: str) -> Catalog:
    """What is translated."""
    with place_of(language).open("rb") as text:
        return read_po(text, locale=language)


def write(language: str, catalogue: Catalog) -> None:
    """Keep a catalogue, with a head that tells no dates and no names: the history does."""
    head = HEAD.format(language=language, plural=catalogue.plural_forms)
    with place_of(language).open("wb") as text:
        text.write(head.encode())
        write_po(text, catalogue, width=120, sort_output=True, include_lineno=False, omit_header=True)


def update() -> None:
    """Bring the .po files to what the source says now; translations stay."""
    for language in LANGUAGES:
        place = place_of(language)
        place.parent.mkdir(parents=True, exist_ok=True)
        catalogue = read(language) if place.exists() else Catalog(locale=language, charset="utf-8")
        catalogue.update(found(), no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        write(language, catalogue)


if __name__ == "__main__":
    update() if sys.argv[1:] == ["update"] else compile_all()
