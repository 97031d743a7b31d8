# SPDX-License-Identifier: GPL-2.0-or-later
"""The one place that starts processes.

Every child gets an environment that we made (no user configuration of git, no prompts, the
C locale), its own process group, and is gone when we are: on a time-out, an exception or ^C the
whole group is killed.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .model import UserError

#: What git must not read or do: the user's and the system's configuration, hooks, prompts,
#: replacement objects, fetching of missing objects (git(1), "Environment Variables").
GIT_ENVIRONMENT: Mapping[str, str] = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_COUNT": "7",
    "GIT_CONFIG_KEY_0": "core.hooksPath",
    "GIT_CONFIG_VALUE_0": os.devnull,
    "GIT_CONFIG_KEY_1": "core.fsmonitor",
    "GIT_CONFIG_VALUE_1": "false",
    "GIT_CONFIG_KEY_2": "core.attributesFile",
    "GIT_CONFIG_VALUE_2": os.devnull,
    "GIT_CONFIG_KEY_3": "safe.directory",
    "GIT_CONFIG_VALUE_3": "*",
    "GIT_CONFIG_KEY_4": "gc.auto",
    "GIT_CONFIG_VALUE_4": "0",
    "GIT_CONFIG_KEY_5": "log.showSignature",  # it would run what gpg.program names
    "GIT_CONFIG_VALUE_5": "false",
    "GIT_CONFIG_KEY_6": "gpg.program",
    "GIT_CONFIG_VALUE_6": "false",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",  # git 2.44; for older ones the next line
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_PAGER": "cat",
}

_KEPT = ("PATH", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
_PROXIES = ("http_proxy", "https_proxy", "no_proxy", "all_proxy")

_OFTEN = 0.2  # seconds between two looks at a program
_LONGEST_LINE = 1 << 16  # characters; the rest comes as a line of its own

_children: set[subprocess.Popen[bytes]] = set()
_lock = threading.Lock()
_stopped = threading.Event()
_noted = 0.0  # CPU seconds


class RunError(UserError):
    """A program could not be started, ran too long, or was killed."""


@dataclass(frozen=True, slots=True)
class Completed:
    """Exit status and output of a program that ended by itself."""

    argv: tuple[str, ...]
    status: int
    stdout: bytes
    stderr: bytes

    @property
    def error_text(self) -> str:
        return self.stderr.decode("utf-8", "replace").strip()


def clean_environment(home: Path | None = None, **extra: str) -> dict[str, str]:
    """An environment with nothing of the user's but PATH and where certificates and proxies are.

    ``home`` becomes HOME and holds the XDG folders; without it HOME does not exist.
    """
    kept = {k: v for k, v in os.environ.items() if k in _KEPT or k.lower() in _PROXIES}
    place = str(home) if home else "/nonexistent"
    return {
        **kept,
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "HOME": place,
        "XDG_CONFIG_HOME": f"{place}/.config",
        "XDG_CACHE_HOME": f"{place}/.cache",
        "XDG_DATA_HOME": f"{place}/.local/share",
        **GIT_ENVIRONMENT,
        **extra,
    }


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a child of :func:`start` with everything it started, reap it, and close its pipes."""
    _kill(process)
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            with contextlib.suppress(OSError):
                pipe.close()


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def stop() -> None:
    """Kill every child that still runs, and start none from now on: the run was interrupted."""
    _stopped.set()
    with _lock:
        left = list(_children)
    for process in left:
        _kill(process)  # its pipes are being read: who started it closes them


def note_cpu(seconds: float) -> None:
    """Count CPU seconds of a process that stays, as soon as it says what it spent."""
    global _noted
    _noted += seconds


def cpu_seconds() -> float:
    """CPU seconds of this process, of all children that have ended, and those noted."""
    times = os.times()
    own = times.user + times.system + times.children_user + times.children_system
    return own + _noted


def pause(seconds: float) -> None:
    """Wait; raises RunError at once where the run was interrupted."""
    if _stopped.wait(seconds):
        raise RunError("interrupted")


@contextlib.contextmanager
def start(
    argv: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: IO[bytes] | int | None = subprocess.DEVNULL,
    stdout: IO[bytes] | int | None = subprocess.PIPE,
    stderr: IO[bytes] | int | None = subprocess.PIPE,
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a program in a process group of its own; it does not outlive the ``with`` block.

    Raises RunError where the program cannot be started.
    """
    command = [str(a) for a in argv]
    if _stopped.is_set():
        raise RunError(f"{command[0]} was not started: interrupted")
    try:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=dict(env) if env is not None else clean_environment(),
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
    except OSError as error:
        raise RunError(
            f"cannot start {command[0]}: {error.strerror or error} (is it installed?)"
        ) from error
    with _lock:
        _children.add(process)
    try:
        yield process
    finally:
        kill_group(process)
        with _lock:
            _children.discard(process)


def run(
    argv: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    stdout: IO[bytes] | int = subprocess.PIPE,
    timeout: float = 600,
) -> Completed:
    """Run a program to its end and give its output, which may go into a file; ``timeout`` in
    seconds.

    Any exit status is a result; RunError means that there is none (not started, time-out).
    """
    with start(argv, cwd=cwd, env=env, stdin=subprocess.PIPE, stdout=stdout) as process:
        try:
            out, err = process.communicate(stdin, timeout)
        except subprocess.TimeoutExpired as error:
            raise RunError(f"{argv[0]} did not end within {timeout:g} s") from error
        return Completed(tuple(str(a) for a in argv), process.returncode, out or b"", err)


def follow(
    argv: Sequence[str | Path],
    said: Callable[[str], None],
    *,
    errors: IO[bytes] | int,
    env: Mapping[str, str],
    timeout: float,
    cwd: Path | None = None,
    enough: Callable[[], str] = lambda: "",
) -> int:
    """Run a program to its end, give ``said`` each line of its output, and return its status.

    A carriage return ends a line, too, as progress has it. Standard error goes to ``errors``, a
    file or ``subprocess.STDOUT``; ``timeout`` is in seconds. ``enough`` is asked all the while, and
    gives the reason, once there is one, why the program has to end. Raises RunError where the
    program could not be started, ran too long, had to end, or the run was interrupted.
    """
    ended = threading.Event()
    why = ""

    def watch() -> None:
        nonlocal why
        deadline = time.monotonic() + timeout
        while not why and not ended.wait(_OFTEN):
            late = time.monotonic() > deadline
            why = f"did not end within {timeout:g} s" if late else enough()
        if why:
            _kill(process)

    with start(argv, cwd=cwd, env=env, stderr=errors) as process:
        watcher = threading.Thread(target=watch, name="watch")
        watcher.start()
        try:
            assert process.stdout
            text = io.TextIOWrapper(process.stdout, "utf-8", "replace")
            while line := text.readline(_LONGEST_LINE):
                said(line.rstrip("\n"))
            status = process.wait()
        finally:
            ended.set()
            watcher.join()
    if _stopped.is_set():
        raise RunError(f"{argv[0]} was ended: interrupted")
    if why:
        raise RunError(f"{argv[0]} {why}")
    return status
