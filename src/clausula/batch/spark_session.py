"""Sessions of Apache Spark: where Java is, the session that is there or one of our own, what a failure says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

OLDEST_JAVA = 17
"""The oldest Java that Spark 4 runs on."""

LOCAL: Mapping[str, str] = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
}
"""Settings of a session on this machine alone: nothing listens to the network."""

TRACEBACK = "Traceback (most recent call last):"


class SparkError(RuntimeError):
    """Spark cannot do it: it is not installed, has no Java, or gave a job up. mend: what can be done."""

    def __init__(self, message: str, mend: str = "") -> None:
        super().__init__(message)
        self.message, self.mend = message, mend


def java() -> Path:
    """The Java that Spark will use: that of JAVA_HOME, else the one on the path.

    Raises SparkError where there is none, or an older one than Spark needs.
    """
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=str(Path(home, "bin"))) if home else shutil.which("java")
    where = "at JAVA_HOME" if home else "on the path"
    mend = (
        f"install Java {OLDEST_JAVA} or newer (Debian, Ubuntu: apt-get install openjdk-17-jre-headless), "
        "or say where it is with JAVA_HOME"
    )
    if found is None:
        raise SparkError(f"Spark needs Java, and there is none {where}", mend)
    asked = subprocess.run([found, "-version"], capture_output=True, text=True, check=False)  # noqa: S603 - finds Java
    version = re.search(r'version "(?:1\.)?(\d+)', asked.stderr + asked.stdout)
    if asked.returncode or version is None:
        raise SparkError(f"{found} does not run", mend)
    if int(version[1]) < OLDEST_JAVA:
        raise SparkError(f"{found} is Java {version[1]}, which is too old for Spark", mend)
    return Path(found)


@contextmanager
def session(master: str = "", settings: Mapping[str, str] | None = None) -> Iterator[Any]:
    """A SparkSession: the active one where there is one, which stays; else one of our own, which ends.

    master: as Spark calls it, such as local[2], yarn or spark://host:7077; "" for what spark-submit says, and all
    processors of this machine where nothing was submitted. Raises SparkError.
    """
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415 - an optional extra, loaded only by who uses it
    except ImportError:
        raise SparkError("Spark is not installed", "install the extra: pip install 'clausula[spark]'") from None
    there = SparkSession.getActiveSession()
    if there is not None:
        yield there
        return
    submitted = "PYSPARK_GATEWAY_PORT" in os.environ
    if not submitted:
        java()
        master = master or "local[*]"
    builder: Any = SparkSession.builder
    builder = builder.appName("clausula")
    chosen = dict(settings or {})
    if master:
        builder = builder.master(master)
    if master.startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        chosen = {**LOCAL, **chosen}
    for name, value in chosen.items():
        builder = builder.config(name, value)
    with in_plain_words():
        mine = builder.getOrCreate()
    mine.sparkContext.setLogLevel("ERROR")
    try:
        yield mine
    finally:
        mine.stop()


@contextmanager
def in_plain_words() -> Iterator[None]:
    """Turns what Spark raises into a SparkError with the words of the Python error it began with, if there was one."""
    try:
        yield
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in {"pyspark", "py4j"}:
            raise
        mend = "what happened on the machines is in Spark's own logs; a run goes on where it was when started again"
        raise SparkError(f"Spark gave the job up: {said(str(error))}", mend) from error


def said(text: str) -> str:
    """What an error of Spark says: the message under the last Python traceback in it, else its first lines."""
    _, found, after = text.rpartition(TRACEBACK)
    lines = (after if found else text).strip("\n").splitlines()
    first = next((number for number, line in enumerate(lines) if line and not line[0].isspace()), 0)
    message: list[str] = []
    for line in lines[first:]:
        if not line.strip() or line.startswith("\tat "):
            break
        message.append(line)
    return re.sub(r"^(?:\w+\.)+(?=\w+:)", "", "\n".join(message[:20] if found else message[:3])).strip()
