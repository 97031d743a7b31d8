# SPDX-License-Identifier: GPL-2.0-or-later
"""The command with ``--boot``, ended in the middle of it: nothing is left behind."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import mini_guest
from repos import Repo
from test_boot import MISSING, tree
from verify_series import sandbox

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)

LOCKDOWN = "security/lockdown/lockdown.c"


def _processes(words: str) -> list[str]:
    done = subprocess.run(["ps", "-eww", "-o", "args"], capture_output=True, text=True, check=True)
    return [line for line in done.stdout.splitlines() if words in line and "qemu" in line]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_while_the_machine_hangs(
    repo: Repo, hermetic: Path, tmp_path: Path, number: signal.Signals
) -> None:
    base = repo.commit({**tree("^H"), LOCKDOWN: "int lockdown;\n"})
    repo.commit({LOCKDOWN: "int lock_down;\n"})
    mbox = tmp_path / "series.mbox"
    mbox.write_bytes(repo.raw("format-patch", "-1", "--stdout", "--no-signature"))
    repo.git("reset", "-q", "--hard", base)
    command = [sys.executable, "-m", "verify_series", mbox, "--tree", repo.folder]
    command += ["--boot", "--only", "boot", "--no-sandbox"][: 3 if not sandbox.missing() else 4]
    tools = Path(mini_guest.__file__).parents[1] / "tools"
    process = subprocess.Popen(
        command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tools)}, stderr=subprocess.PIPE
    )
    cache = hermetic / ".cache" / "verify-series"
    while not _processes(str(cache)):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert err.endswith(b"verify-series: interrupted, no verdict\n")
    assert _processes(str(cache)) == []
    assert not list((cache / "runs").glob("run-*"))
    (lock,) = (cache / "build").glob("*/lock")
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
