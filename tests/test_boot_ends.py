# SPDX-License-Identifier: GPL-2.0-or-later
"""The command with ``--boot``: whatever goes wrong has a clear status, and nothing is left."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import ends
from ends import is_free, path_without, processes, until
from repos import Repo
from test_boot import MAKEFILE, MISSING, tree
from verify_series import sandbox

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)

LOCKDOWN = "security/lockdown/lockdown.c"


def command(
    repo: Repo, tmp_path: Path, base: Mapping[str, str], head: Mapping[str, str]
) -> list[str]:
    """The command line that boots a series of one patch: what it makes of ``base``."""
    start = repo.commit({**base, LOCKDOWN: "int lockdown;\n"})
    repo.commit({**head, LOCKDOWN: "int lock_down;\n"})
    mbox = tmp_path / "series.mbox"
    mbox.write_bytes(repo.raw("format-patch", "-1", "--stdout", "--no-signature"))
    repo.git("reset", "-q", "--hard", start)
    argv = [sys.executable, "-m", "verify_series", str(mbox), "--tree", str(repo.folder)]
    return [*argv, "--boot", "--only", "boot", *(["--no-sandbox"] if sandbox.missing() else [])]


def _runs(machine: str) -> bool:
    """Whether QEMU runs, and not only what sets up its sandbox."""
    return any(line.startswith("qemu") for line in processes(machine))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("closed", [True, False])
def test_interrupted_while_the_machine_hangs(
    repo: Repo, hermetic: Path, tmp_path: Path, number: signal.Signals, closed: bool
) -> None:
    argv = command(repo, tmp_path, tree("^H"), {})
    if closed and sandbox.missing():
        pytest.skip(sandbox.missing())
    cache = hermetic / ".cache" / "verify-series"
    machine = f"path={tmp_path}"  # where QEMU writes its report: below TMPDIR
    with subprocess.Popen(
        argv if closed else [*argv, "--no-sandbox"],
        cwd=tmp_path,
        env=ends.environment(TMPDIR=str(tmp_path)),
        stderr=subprocess.PIPE,
    ) as process:
        until(lambda: process.poll() is not None or _runs(machine))
        assert process.poll() is None, process.communicate()
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
    if number is not signal.SIGKILL:
        assert process.returncode == 130, err
        assert err.endswith(b"verify-series: interrupted, no verdict\n")
        assert not list((cache / "runs").glob("run-*"))
    until(lambda: not processes(machine))
    (lock,) = (cache / "build").glob("*/lock")
    until(lambda: is_free(lock))


def test_no_qemu(repo: Repo, tmp_path: Path) -> None:
    argv = command(repo, tmp_path, tree(""), {})
    path = path_without(tmp_path / "bin", "qemu-system-x86_64")
    code, outcome = ends.run(argv, tmp_path, "boot", PATH=path)
    assert (code, outcome["status"]) == (2, "SKIP")
    assert str(outcome["reason"]).startswith("qemu-system-x86_64 not found (apt-get install ")


def test_no_ccache(repo: Repo, tmp_path: Path) -> None:
    """The kernel is built, and what it says is heard: it does not do what the scenario wants."""
    argv = command(repo, tmp_path, tree("begin 1\n"), {})
    path = path_without(tmp_path / "bin", "ccache")
    code, outcome = ends.run([*argv, "--no-sandbox"], tmp_path, "boot", PATH=path)
    assert (code, outcome["status"]) == (2, "ERROR")
    assert str(outcome["reason"]).startswith("base: truncated: init's report breaks off")


FULL = {
    "the worktree": {"big.txt": "words\n" * 400_000},
    "the build": {"Makefile": f"{MAKEFILE}\thead -c 2M /dev/zero > $(O)/big\n"},
}


@pytest.mark.parametrize("name", FULL)
def test_a_full_disk(repo: Repo, tmp_path: Path, small: Path, name: str) -> None:
    argv = command(repo, tmp_path, {**tree(""), **FULL[name]}, {})
    code, outcome = ends.run(argv, tmp_path, "boot", XDG_CACHE_HOME=str(small))
    assert (code, outcome.get("status")) == (2, "ERROR"), outcome
    assert "room" in str(outcome["reason"])
    assert not processes(str(small))
    (lock,) = small.glob("verify-series/build/*/lock")
    assert is_free(lock)


def test_no_room_for_the_machine(repo: Repo, tmp_path: Path, small: Path) -> None:
    """What it boots from and its console lie in TMPDIR."""
    argv = command(repo, tmp_path, tree("begin 1\n"), {})
    (small / "full").write_bytes(b"\0" * (1400 << 10))
    code, outcome = ends.run(argv, tmp_path, "boot", TMPDIR=str(small))
    assert (code, outcome.get("status")) == (2, "ERROR"), outcome
    assert "room" in str(outcome["reason"])
    assert [path.name for path in small.iterdir()] == ["full"]
