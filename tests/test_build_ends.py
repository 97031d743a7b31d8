# SPDX-License-Identifier: GPL-2.0-or-later
"""However a build ends, its status is clear, and no process, lock or half a state is left."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

import ends
from ends import environment, is_free, path_without, processes, until
from mini_kbuild import TREE
from repos import Repo
from verify_series import sandbox
from verify_series.build import packages
from verify_series.model import Execution

MISSING = packages.missing(Execution()) or sandbox.missing()
pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING or "-")

run = partial(ends.run, checker="build")
GATE = TREE["gate/gate.c"].replace("return", "hook++;\n\treturn")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "config").write_text("CONFIG_GATE=y\n")
    return tmp_path / "config"


def arguments(repo: Repo, config: Path, change: dict[str, str]) -> list[str]:
    """The command line that builds a series of one patch."""
    if not (repo.folder / "Makefile").exists():
        repo.commit(TREE, "base")
    start = repo.git("rev-parse", "HEAD")
    repo.commit(change, "gate: change it")
    mail = config.parent / f"{len(list(config.parent.iterdir()))}.mail"
    mail.write_bytes(repo.raw("format-patch", "-1", "--stdout"))
    repo.git("reset", "-q", "--hard", start)
    given = ["--tree", str(repo.folder), "--only", "build", "--config", str(config)]
    return [sys.executable, "-m", "verify_series", str(mail), *given]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_interrupted_while_it_compiles(
    repo: Repo, config: Path, tmp_path: Path, hermetic: Path, number: signal.Signals
) -> None:
    slow = f"$(shell sleep 61.{os.getpid()})\n"
    change = {"gate/Makefile.list": TREE["gate/Makefile.list"] + slow, "gate/gate.c": GATE}
    argv = arguments(repo, config, change)
    with subprocess.Popen(
        argv, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        until(lambda: bool(processes(slow[8:-2])))
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
    assert process.returncode == (-9 if number is signal.SIGKILL else 130), err.decode()
    assert b"Traceback" not in err
    until(lambda: not processes(slow[8:-2]))
    (lock,) = (hermetic / ".cache/verify-series/build").glob("1.2-*/lock")
    until(lambda: is_free(lock))
    code, outcome = run(arguments(repo, config, {"gate/gate.c": GATE}), tmp_path)
    assert (code, outcome["status"]) == (0, "PASS"), outcome


def test_a_second_run_waits(repo: Repo, config: Path, tmp_path: Path, hermetic: Path) -> None:
    argv = arguments(repo, config, {"gate/gate.c": GATE})
    assert run(argv, tmp_path)[0] == 0
    (lock,) = (hermetic / ".cache/verify-series/build").glob("1.2-*/lock")
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with subprocess.Popen(argv, cwd=tmp_path, env=environment(), stderr=subprocess.PIPE) as one:
            time.sleep(1.5)
            assert one.poll() is None
            one.send_signal(signal.SIGINT)  # also while it waits
            assert one.wait(30) == 130
    assert run(argv, tmp_path)[0] == 0


def test_no_compiler(repo: Repo, config: Path, tmp_path: Path) -> None:
    argv = arguments(repo, config, {"gate/gate.c": GATE})
    code, outcome = run(argv, tmp_path, PATH=path_without(tmp_path / "bin", "gcc", "bc"))
    assert (code, outcome["status"]) == (2, "SKIP")
    assert outcome["reason"] == "gcc, bc not found (apt-get install gcc bc)"


def test_no_ccache(repo: Repo, config: Path, tmp_path: Path) -> None:
    """A PATH without ccache is made of links, which the sandbox does not see: its own are used."""
    argv = arguments(repo, config, {"gate/gate.c": GATE})
    path = path_without(tmp_path / "bin", "ccache")
    code, outcome = run([*argv, "--no-sandbox"], tmp_path, PATH=path)
    assert (code, outcome["status"]) == (0, "PASS"), outcome


FULL = {
    "the worktree": {"gate/big.txt": "words\n" * 400_000},
    "the build": {
        "gate/Makefile.list": TREE["gate/Makefile.list"] + "$(shell head -c 2M /dev/zero > big)\n"
    },
}


@pytest.mark.parametrize("name", FULL)
def test_a_full_disk(repo: Repo, config: Path, tmp_path: Path, small: Path, name: str) -> None:
    repo.commit({**TREE, **FULL[name]}, "base")
    argv = arguments(repo, config, {"gate/gate.c": GATE})
    code, outcome = run(argv, tmp_path, XDG_CACHE_HOME=str(small))
    assert (code, outcome.get("status")) == (2, "ERROR"), outcome
    assert "room" in str(outcome["reason"])
    assert not processes(str(small))
    (lock,) = small.glob("verify-series/build/1.2-*/lock")
    assert is_free(lock)
