# SPDX-License-Identifier: GPL-2.0-or-later
"""Processes: their environment is ours, and none is left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from verify_series import run


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def ends(pid: int) -> bool:
    """Whether a process ends that was sent SIGKILL; on a busy machine that takes a while."""
    deadline = time.monotonic() + 10
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not alive(pid)


def test_status_and_output() -> None:
    code = "import sys; sys.stdout.write(sys.stdin.read()); sys.stderr.write('e'); sys.exit(3)"
    done = run.run([sys.executable, "-c", code], stdin=b"in")
    assert (done.status, done.stdout, done.stderr) == (3, b"in", b"e")


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(
        run.RunError, match=r"cannot start no-such-program: No such file .*installed"
    ):
        run.run(["no-such-program"])


def test_nothing_of_the_users_but_what_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    monkeypatch.setenv("PYTHONSTARTUP", "/elsewhere")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    env = run.clean_environment(tmp_path, EXTRA="1")
    assert "GIT_DIR" not in env
    assert "PYTHONSTARTUP" not in env
    assert env["https_proxy"] == "http://127.0.0.1:9"
    assert env["HOME"] == str(tmp_path)
    assert env["GIT_CONFIG_GLOBAL"] == os.devnull
    assert (env["EXTRA"], env["TZ"], env["LC_ALL"]) == ("1", "UTC", "C.UTF-8")


def test_a_time_out_ends_the_program_and_what_it_started(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    script = f"sleep 60 & echo $! > {note}; wait"
    with pytest.raises(run.RunError, match=r"sh did not end within 0\.5 s"):
        run.run(["sh", "-c", script], timeout=0.5)
    assert ends(int(note.read_text()))


def test_an_exception_ends_the_program() -> None:
    with pytest.raises(KeyError), run.start(["sleep", "60"]) as process:
        raise KeyError
    assert not alive(process.pid)


def test_stop_ends_all_and_starts_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "_stopped", type(run._stopped)())
    with run.start(["sleep", "60"]) as process:
        run.stop()
        assert ends(process.pid)
        with pytest.raises(run.RunError, match="was not started: interrupted"):
            run.run(["true"])


def test_follow_gives_lines_as_they_come(tmp_path: Path) -> None:
    said: list[str] = []
    script = "printf 'one\\ntwo 50%%\\rtwo 100%%\\n'; echo wrong >&2; exit 3"
    with (tmp_path / "errors").open("wb") as errors:
        env = run.clean_environment()
        status = run.follow(["sh", "-c", script], said.append, errors=errors, env=env, timeout=60)
    assert (status, said) == (3, ["one", "two 50%", "two 100%"])
    assert (tmp_path / "errors").read_text() == "wrong\n"


def test_follow_ends_what_runs_too_long(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    script = f"sleep 60 & echo $! > {note}; wait"
    with (
        (tmp_path / "errors").open("wb") as errors,
        pytest.raises(run.RunError, match=r"sh did not end within 0\.5 s"),
    ):
        run.follow(["sh", "-c", script], print, errors=errors, env={}, timeout=0.5)
    assert ends(int(note.read_text()))


def test_follow_ends_what_has_done_enough(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    why = "has made its mark"
    with pytest.raises(run.RunError, match=f"^sh {why}$"):
        run.follow(
            ["sh", "-c", f"touch {mark}; sleep 60"], print, errors=subprocess.STDOUT, env={},
            timeout=60, enough=lambda: why if mark.exists() else "",
        )  # fmt: skip


def test_a_pause_ends_with_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "_stopped", type(run._stopped)())
    run.pause(0)
    run.stop()
    with pytest.raises(run.RunError, match="interrupted"):
        run.pause(60)
