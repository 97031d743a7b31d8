# SPDX-License-Identifier: GPL-2.0-or-later
"""How a run of the command ended: its report, and what it left behind."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

TOOLS = Path(__file__).parents[1] / "tools"


def environment(**extra: str) -> dict[str, str]:
    """The variables for a run of the command from these sources."""
    return {**os.environ, "PYTHONPATH": str(TOOLS), **extra}


def run(argv: list[str], cwd: Path, checker: str, **extra: str) -> tuple[int, dict[str, object]]:
    """The exit status, and the outcome of the checker; ``extra`` are variables."""
    report = cwd / "report.json"
    report.unlink(missing_ok=True)
    done = subprocess.run(
        [*argv, "--json", str(report)], cwd=cwd, env=environment(**extra), capture_output=True
    )
    outcomes = json.loads(report.read_text())["outcomes"] if report.exists() else []
    found = [outcome for outcome in outcomes if outcome["checker"] == checker]
    return done.returncode, found[0] if found else {"stderr": done.stderr.decode()}


def processes(word: str) -> list[str]:
    """The command lines of what runs and has ``word`` in its command line."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if word in line:
            found.append(line)
    return found


def is_free(lock: Path) -> bool:
    """Whether nobody holds the lock."""
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def until(condition: Callable[[], object]) -> None:
    """Wait; a test that waits for ever is a failure."""
    for _ in range(1200):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it does not come to pass")


def path_without(folder: Path, *names: str) -> str:
    """A PATH with everything but ``names``: a folder of links."""
    folder.mkdir()
    for place in os.environ["PATH"].split(":"):
        for program in Path(place).glob("*") if Path(place).is_dir() else ():
            if program.name not in names and not (folder / program.name).exists():
                (folder / program.name).symlink_to(program.resolve())
    return str(folder)
