"""Who takes part: each peer with its module, its environment, what it does and how many lines it is given."""

from __future__ import annotations

from dataclasses import dataclass

ALL, MATCH, OTHER = "everything", "choosing the benefit", "own rules"
"""How much of the work a peer does."""

RULE_ENGINE, MODEL = "rule engine", "OpenFisca"
"""Kinds of peers for which the project has set itself a ratio."""


@dataclass(frozen=True)
class Peer:
    """A peer. environment: "" for the project's own, else the name of a lock in this folder. most: lines it is given at
    most, because more would only take longer. packages: whose versions are told."""

    name: str
    title: str
    module: str
    work: str = ALL
    environment: str = ""
    prepare: str = "prepare"
    most: int = 0
    packages: tuple[str, ...] = ()
    kind: str = ""
    note: str = ""


FIELD = (
    Peer("ours", "Clausula, batch", "ours", packages=("clausula", "numba"),
         note="from a table of words; accounts and reasons included"),
    Peer("encoded", "Clausula, batch of numbers", "ours", prepare="prepare_encoded", packages=("clausula", "numba"),
         note="from numbers with people joined to them, as OpenFisca and zen have them"),
    Peer("one-by-one", "Clausula, line by line", "one_by_one", most=10_000, packages=("clausula", "numba"),
         note="each answer with its steps and clauses"),
    Peer("closures", "Python closures", "closures", note="no reasons; our second oracle"),
    Peer("numpy", "NumPy columns", "columns_numpy", packages=("numpy",), note="running sums, cut off"),
    Peer("polars", "Polars windows", "windows_polars", environment="requirements", packages=("polars",),
         note="running sums, cut off"),
    Peer("duckdb", "DuckDB windows", "windows_duckdb", environment="requirements", packages=("duckdb",),
         note="running sums, cut off"),
    Peer("openfisca", "OpenFisca-Core", "openfisca", environment="requirements", packages=("openfisca-core", "numpy"),
         kind=MODEL, note="our running sums called in its formulas"),
    Peer("zen", "GoRules zen, decision tables", "gorules", MATCH, "requirements", most=20_000,
         packages=("zen-engine",), kind=RULE_ENGINE, note="stateless: no accounts, no amounts"),
    Peer("zen-expressions", "GoRules zen, expressions", "gorules", MATCH, "requirements", "prepare_expressions",
         most=100_000, packages=("zen-engine",), kind=RULE_ENGINE, note="stateless; our program picks the candidates"),
    Peer("openimis", "openIMIS claim processing", "openimis", OTHER, "openimis", most=150,
         packages=("openimis-be-claim", "openimis-be-core", "django"), note="its own simpler rules, SQLite in memory"),
)  # fmt: skip

BY_NAME = {peer.name: peer for peer in FIELD}
