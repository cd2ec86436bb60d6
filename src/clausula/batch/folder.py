"""The folder of results: written beside its place and renamed at the end, so that it is whole or not there."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

MARK = "clausula-run.json"
"""What a folder of results can be told by. A folder with it may be replaced."""
BUCKETS, BUCKET_RUN = "buckets.json", "run.json"
"""The same of a folder of buckets, and of a run over buckets."""

MARKS = (MARK, BUCKETS, BUCKET_RUN, "portfolio.json")
"""What clausula leaves in the folders that it writes."""


class FolderError(ValueError):
    """The folder of results cannot be where it should: message and mend."""

    def __init__(self, message: str, mend: str) -> None:
        super().__init__(message)
        self.message, self.mend = message, mend


def check_place(out: Path, *, force: bool, inputs: Iterable[Path]) -> None:
    """Raises FolderError where results may not be written: over a file, somebody else's folder, or the inputs."""
    real = out.resolve()
    if real in (Path.cwd(), Path.home(), *Path.cwd().parents, *Path.home().parents):
        raise FolderError(f"{out} is a folder you stand in or live in", "name a folder for the results alone")
    for path in inputs:
        if real in path.resolve().parents or real == path.resolve():
            message = f"the input {path} lies in {out}, which would be replaced"
            raise FolderError(message, "name another folder for the results")
    if not out.exists() and not out.is_symlink():
        return
    if not out.is_dir():
        raise FolderError(f"{out} is there already and no folder", "name a folder that is not there yet")
    if not (force or _is_ours(out) or not any(out.iterdir())):
        mend = "name another folder, or replace it with --force"
        raise FolderError(f"{out} holds files that clausula did not write", mend)


def is_buckets(path: Path) -> bool:
    """Whether a path is a folder of buckets."""
    return (path / BUCKETS).is_file()


def _is_ours(folder: Path) -> bool:
    return any(_is_mark(folder / name) for name in MARKS)


def _is_mark(file: Path) -> bool:
    try:
        return bool(json.loads(file.read_text(encoding="utf-8")).get("clausula"))
    except (OSError, ValueError, AttributeError):
        return False


@contextmanager
def written_whole(out: Path) -> Iterator[Path]:
    """A fresh folder to write into. It takes the place of `out` when the block ends well, else it is removed."""
    out = out.resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        fresh.chmod(0o777 & ~_umask())
        yield fresh
        _swap(fresh, out)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def _swap(fresh: Path, out: Path) -> None:
    if not out.exists():
        fresh.rename(out)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent)) / "earlier"
    out.rename(aside)
    try:
        fresh.rename(out)
    except OSError:
        aside.rename(out)
        raise
    finally:
        shutil.rmtree(aside.parent, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
