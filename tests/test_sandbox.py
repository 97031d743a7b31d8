# SPDX-License-Identifier: GPL-2.0-or-later
"""Foreign code cannot leave its folder: harmless probes, in bubblewrap where it works here."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from verify_series import run, sandbox
from verify_series.model import CheckError
from verify_series.sandbox import Limits, Sandbox

needs_bubblewrap = pytest.mark.skipif(bool(sandbox.missing()), reason=sandbox.missing() or "-")
CLOSED = Sandbox(True, "")


def sh(script: str, where: Path, box: Sandbox = CLOSED, **options: object) -> run.Completed:
    argv = box.wrap(["sh", "-c", script], cwd=where, writable=[where], **options)  # type: ignore[arg-type]
    return run.run(argv, env=sandbox.environment(), timeout=60)


@needs_bubblewrap
def test_it_runs_in_its_folder_and_writes_there(tmp_path: Path) -> None:
    done = sh("pwd; echo made > file; echo private > /tmp/x; cat /tmp/x", tmp_path)
    assert (done.status, done.stdout.decode()) == (0, f"{tmp_path}\nprivate\n")
    assert (tmp_path / "file").read_text() == "made\n"
    assert not Path("/tmp/x").exists()


@needs_bubblewrap
@pytest.mark.parametrize(
    "place", ["/evil", "/usr/evil", "/etc/evil", "{beside}", "{readable}/evil"]
)
def test_it_writes_nowhere_else(tmp_path: Path, place: str) -> None:
    own, readable, beside = tmp_path / "own", tmp_path / "readable", tmp_path / "beside"
    own.mkdir()
    readable.mkdir()
    target = place.format(beside=beside, readable=readable)
    done = sh(f"echo evil > {target}", own, readable=[readable])
    assert not Path(target).exists()
    if place != "{beside}":  # there is a private /tmp around it, if pytest's folders are in /tmp
        assert "Read-only file system" in done.error_text


@needs_bubblewrap
def test_there_is_no_home_and_no_file_of_the_users(tmp_path: Path, hermetic: Path) -> None:
    secret = hermetic / "secret"
    secret.write_text("secret")
    own = tmp_path / "own"
    own.mkdir()
    done = sh(f"cat {secret}; ls -A /home /root ~; cat /etc/shadow", own)
    assert done.status
    assert b"secret" not in done.stdout
    assert done.error_text.count("No such file") == 5


@needs_bubblewrap
def test_there_is_no_network(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        probe = f"import socket; socket.create_connection(('127.0.0.1', {server.getsockname()[1]}))"
        python = Path(sys.executable).resolve()
        argv = CLOSED.wrap(
            [python, "-c", probe],
            cwd=tmp_path,
            writable=[tmp_path],
            readable=[Path(sys.base_prefix)],
        )
        done = run.run(argv, env=sandbox.environment(), timeout=60)
    assert done.status
    assert "ConnectionRefusedError" in done.error_text


@needs_bubblewrap
def test_it_sees_no_process_and_no_variable_of_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", "secret")
    done = sh(f"kill -0 {os.getpid()}; env; ls /proc", tmp_path)
    assert "No such process" in done.error_text
    assert b"secret" not in done.stdout
    numbers = [name for name in done.stdout.split() if name.isdigit()]
    assert 0 < len(numbers) < 5


@needs_bubblewrap
def test_it_does_not_outlive_us(tmp_path: Path) -> None:
    script = "(sleep 60; echo late > file) & echo started; wait"
    argv = CLOSED.wrap(["sh", "-c", script], cwd=tmp_path, writable=[tmp_path])
    with pytest.raises(run.RunError, match=r"did not end within 1 s"):
        run.run(argv, env=sandbox.environment(), timeout=1)
    mine = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(tmp_path) not in mine


@pytest.mark.parametrize("box", [pytest.param(CLOSED, marks=needs_bubblewrap), Sandbox(False, "")])
def test_limits(tmp_path: Path, box: Sandbox) -> None:
    done = sh("head -c 2000000 /dev/zero > big", tmp_path, box, limits=Limits(file_size=1 << 20))
    assert done.status
    assert (tmp_path / "big").stat().st_size == 1 << 20
    done = sh("while :; do :; done", tmp_path, box, limits=Limits(seconds=1))
    assert done.status


@needs_bubblewrap
def test_its_own_tmp_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not sandbox._size():
        pytest.skip("bubblewrap is older than 0.7")
    monkeypatch.setattr(sandbox, "_size", lambda: ["--size", str(1 << 20)])
    done = sh("head -c 2000000 /dev/zero > /tmp/big", tmp_path)
    assert done.status
    assert "No space left on device" in done.error_text


@needs_bubblewrap
@pytest.mark.skipif(not os.getuid(), reason="root may start as many processes as it likes")
def test_a_limit_of_processes(tmp_path: Path) -> None:
    script = "for n in $(seq 40); do sleep 60 & done; echo all of them"
    done = sh(script, tmp_path, limits=Limits(processes=20))
    assert b"all of them" not in done.stdout
    assert "fork" in done.error_text


def test_without_a_sandbox_it_says_so(tmp_path: Path) -> None:
    box = sandbox.choose(False)
    assert "--no-sandbox" in box.said
    assert sh("pwd", tmp_path, box).stdout.decode().strip() == str(tmp_path)


def test_no_sandbox_to_be_had(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sandbox, "missing", sandbox.missing.__wrapped__)
    for program in ("prlimit", "true"):
        (tmp_path / program).symlink_to(f"/usr/bin/{program}")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        CheckError, match=r"no sandbox .* \(.*install bubblewrap; or give --no-sandbox"
    ):
        sandbox.choose(True)


def test_a_program_that_it_would_not_show(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sandbox, "missing", lambda: "")
    (tmp_path / "perlish").write_text("#!/bin/sh\n")
    (tmp_path / "perlish").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin")
    assert sandbox.shelter("env", "no-such-program") == Sandbox(True, "")
    box = sandbox.shelter("env", "perlish")
    assert not box.closed
    assert box.said.endswith("no sandbox (perlish is not below /usr)")
