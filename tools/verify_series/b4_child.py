# SPDX-License-Identifier: GPL-2.0-or-later
"""Puts questions to b4_adapter.py: to a process for each, or to forks of one that stays.

Either way a question has a process with a temporary HOME of its own. A worker that verifies many
series keeps the process warm, since it takes half a second to import b4.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from .run import Completed, RunError, clean_environment, kill_group, note_cpu, run, start

_warm = False
_server: _Server | None = None


def keep_warm() -> None:
    """From now on one process answers all questions, until this process ends."""
    global _warm
    if not _warm:
        atexit.register(_end)
    _warm = True


def _end() -> None:
    if _server:
        _server.close()


def ask(question: Mapping[str, Any], seconds: float) -> Completed:
    """What the child says to a question. Raises RunError where it does not within ``seconds``."""
    root = str(Path(__file__).resolve().parents[1])
    path = os.pathsep.join([root, *filter(None, sys.path)])  # the child has no user site-packages
    argv = [sys.executable, "-m", f"{__package__}.b4_adapter"]
    with tempfile.TemporaryDirectory(prefix="verify-series-") as folder:
        home = Path(folder)
        env = clean_environment(home, PYTHONPATH=path)
        if _warm:
            return _kept([*argv, "--serve"], path).ask(home, env, question, seconds)
        stdin = json.dumps(question).encode("ascii")
        return run(argv, cwd=home, env=env, stdin=stdin, timeout=seconds)


def _kept(argv: list[str], path: str) -> _Server:
    """The process that stays; another one where it has ended."""
    global _server
    if _server is None or _server.ended:
        _server = _Server(argv, path)
    return _server


class _Server:
    """A process that answers one question after the other."""

    def __init__(self, argv: list[str], path: str) -> None:
        self._argv = argv
        self._open = ExitStack()
        env = clean_environment(PYTHONPATH=path)
        env.pop("TMPDIR", None)  # that of this run alone
        self._process = self._open.enter_context(
            start(argv, cwd=Path("/"), env=env, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        )

    @property
    def ended(self) -> bool:
        """Whether it can be asked no more."""
        return self._process.poll() is not None

    def close(self) -> None:
        """End the process."""
        self._open.close()

    def ask(
        self, home: Path, env: Mapping[str, str], question: Mapping[str, Any], seconds: float
    ) -> Completed:
        """The answer, as of a process of its own. One that is late is ended with the server."""
        assert self._process.stdin and self._process.stdout
        late = threading.Timer(seconds, kill_group, [self._process])
        late.start()
        try:
            asked = json.dumps([str(home), dict(env), question]) + "\n"
            self._process.stdin.write(asked.encode("ascii"))
            self._process.stdin.flush()
            said = b""
            while (line := self._process.stdout.readline()) and not line.startswith(b"["):
                said += line
        except (OSError, ValueError):  # its pipes are closed
            line = b""
        finally:
            late.cancel()
        if not line:
            self.close()
            raise RunError(f"{self._argv[0]} did not end within {seconds:g} s")
        status, cpu, words = json.loads(line)
        note_cpu(cpu)
        return Completed(tuple(self._argv), status, said, words.encode())
