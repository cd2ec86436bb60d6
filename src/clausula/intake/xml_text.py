"""XML from strangers: no document type, no entities, no network, a limit on size. Validation by schema where asked."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from lxml import etree

from clausula.findings import Finding, Place
from clausula.intake.errors import InputError, refusal
from clausula.intake.whole import read_bytes

MOST_MARKS = 2_000_000
"""Elements, and attributes, of a document. An invoice has some hundreds; each takes some hundred bytes of memory."""

MOST_ERRORS = 50
"""Errors of a schema that are reported; the rest are counted."""


def parse(path: Path) -> etree._Element:
    """The root element of an XML document. Raises InputError: broken, too large, or with a document type (DOCTYPE).

    Entities are where hostile XML hides (a document that grows to gigabytes, or reads a file of this machine). No
    invoice needs them, so any DOCTYPE is refused before the document is read.
    """
    data = read_bytes(path)
    if data.count(b"<") > MOST_MARKS or data.count(b"=") > MOST_MARKS:
        message = f"this XML has more than {MOST_MARKS} elements or attributes"
        raise refusal("too-large", message, str(path), "no invoice is so long; check how it was made")
    _refuse_doctype(data, path)
    parser = etree.XMLParser(huge_tree=True, **_SAFE)  # huge: attached PDFs; the size is limited, entities are refused
    try:
        root: etree._Element = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise _broken(error, path) from None
    return root


def validate(root: etree._Element, schema: Path, path: Path) -> None:
    """Raises InputError with every error by which the document differs from the schema (an .xsd file)."""
    rules = _schema(schema)
    if rules.validate(root):
        return
    errors: list[Any] = list(rules.error_log)
    mend = f"the sender must mend it; {schema.name} says what is allowed"
    found = [Finding("schema", _short(one.message), Place(str(path), one.line), mend) for one in errors[:MOST_ERRORS]]
    if len(errors) > MOST_ERRORS:
        found.append(Finding("schema", f"and {len(errors) - MOST_ERRORS} more errors", Place(str(path)), mend))
    raise InputError(found)


_SAFE: dict[str, Any] = {"resolve_entities": False, "no_network": True, "load_dtd": False}


def _refuse_doctype(data: bytes, path: Path) -> None:
    """Looks at the document up to its first element, under lxml's own limits."""
    try:
        for _, root in etree.iterparse(BytesIO(data), events=("start",), **_SAFE):
            doctype = root.getroottree().docinfo.doctype
            break
        else:  # pragma: no cover - iterparse raises where there is no element
            doctype = ""
    except etree.XMLSyntaxError as error:
        if b"<!DOCTYPE" not in data[:4096]:
            raise _broken(error, path) from None
        doctype = "<!DOCTYPE"
    if doctype:
        mend = "have it sent without <!DOCTYPE …>: entities can make a small file huge or read other files"
        line = data[: data.find(b"<!DOCTYPE") + 1].count(b"\n") + 1
        raise refusal("doctype", "this XML declares a document type (DOCTYPE)", str(path), mend, line=line)


def _broken(error: etree.XMLSyntaxError, path: Path) -> InputError:
    line, column = error.position
    mend = "have it sent again; do not mend an invoice by hand"
    return refusal("broken-xml", f"this is not XML: {error.msg}", str(path), mend, line=line, column=max(1, column))


@lru_cache(maxsize=4)
def _schema(path: Path) -> etree.XMLSchema:
    try:
        return etree.XMLSchema(etree.parse(path, etree.XMLParser(no_network=True)))
    except (OSError, etree.XMLSyntaxError, etree.XMLSchemaParseError) as error:
        mend = "put the schemas of Forum Datenaustausch into that folder, unchanged"
        raise refusal("no-schema", f"this schema cannot be used: {error}", str(path), mend) from None


def _short(message: str) -> str:
    """A message of libxml2 without its namespaces."""
    return message.replace("{http://www.forum-datenaustausch.ch/invoice}", "")


SPACE = "{http://www.forum-datenaustausch.ch/invoice}"
"""The namespace of Swiss invoices, as lxml writes it before a name."""


def child(element: etree._Element, *names: str) -> etree._Element | None:
    """The first child with one of these names, or None."""
    return next(element.iterchildren(*(SPACE + name for name in names)), None)


def name_of(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    return etree.QName(element).localname
