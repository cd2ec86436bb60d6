"""What pages refuse is said in the reader's language: every word of it is one of those that are translated."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import clausula_server

ROOT = Path(clausula_server.__file__).parent
FILES = {
    ".".join(("clausula_server", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__"): path
    for path in ROOT.rglob("*.py")
}
NOT_MET = {
    "enrolment.actions.due": "contributions are posted by jobs and by the API",
    "enrolment.catalogue.asking": "applications come by the API",
    "enrolment.catalogue.stated": "forms take a fact in its own form only, and say so in the reader's language",
    "lib.paging": "pages of lists go by cursor in the API alone",
    "payments.actions.account": "accounts of the house are kept by command",
    "payments.actions.batch": "batches are prepared and released by the API",
    "payments.parties": "as batches",
    "people.actions.contact": "contacts are changed by the API",
    "people.checks": "the form of sign-in says it in words of its own",
}
"""Rooms' refusals that no page asks for, though a page's module imports theirs."""


@cache
def tree_of(name: str) -> ast.Module:
    return ast.parse(FILES[name].read_text(encoding="utf-8"))


def pages() -> list[str]:
    """Modules with pages in them."""
    return [name for name in FILES if "views" in name.split(".") or name.startswith("clausula_server.portal")]


def imported(name: str) -> Iterator[str]:
    for node in ast.walk(tree_of(name)):
        if isinstance(node, ast.ImportFrom) and node.module:
            for each in node.names:
                full = f"{node.module}.{each.name}"
                yield full if full in FILES else node.module


def reached() -> set[str]:
    """All that pages import, from module to module."""
    found: set[str] = set()
    ahead = pages()
    while ahead:
        name = ahead.pop()
        if name in FILES and name not in found:
            found.add(name)
            ahead += imported(name)
    return found


def refusals(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("refuse", "Fault"):
            yield node


def untranslated(node: ast.AST) -> Iterator[str]:
    """The words of an expression that are in no catalogue. What is filled in (ids, days, amounts) needs no language."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
        return
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        yield from untranslated(node.left)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and any(map(str.isalpha, node.value)):
        yield node.value
    else:
        for child in ast.iter_child_nodes(node):
            yield from untranslated(child)


def spoken(tree: ast.AST) -> Iterator[ast.AST]:
    """Message and mend of every refusal; where one is a name, what is given to it."""
    for call in refusals(tree):
        for argument in call.args[1:3]:
            if isinstance(argument, ast.Name):
                yield from (
                    node.value
                    for node in ast.walk(tree)
                    if isinstance(node, ast.Assign)
                    and any(isinstance(to, ast.Name) and to.id == argument.id for to in node.targets)
                )
            else:
                yield argument


@cache
def modules() -> frozenset[str]:
    """Those with a refusal that a page can meet."""
    return frozenset(name for name in reached() - {"clausula_server.lib.refusals"} if any(refusals(tree_of(name))))


def test_pages_can_meet_refusals_of_many_rooms() -> None:
    """So that the tests below do not pass by finding nothing."""
    assert {"clausula_server.claims.actions.claim", "clausula_server.payments.bills"} < modules()
    assert {f"clausula_server.{name}" for name in NOT_MET} < modules(), "an exemption that is not needed any more"


def test_every_refusal_that_a_page_can_meet_is_translated() -> None:
    met = sorted(name for name in modules() if name.removeprefix("clausula_server.") not in NOT_MET)
    words = [(name, word) for name in met for said in spoken(tree_of(name)) for word in untranslated(said)]
    assert words == [], "put them into _(…), then: python -m clausula_server.catalogues update"
