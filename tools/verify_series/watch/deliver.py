# SPDX-License-Identifier: GPL-2.0-or-later
"""Deliver a report: the user's command is run on it.

No shell is involved, and what a mail says reaches the command only as a whole argument between
``<`` and ``>``, or in its environment. That an attempt begins is on disk before it does, so one in
which we are killed is known; whether the command had done its work by then only the command can
know: ``VERIFY_SERIES_KEY`` is the same in all attempts at a delivery.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from ..report.inert import printable
from ..run import RunError, run
from .news import name
from .state import DELIVERED, DELIVERING, DUE, UNDELIVERED, Row, State

_ATTEMPTS = 5
_FIRST, _FACTOR = 30.0, 4  # seconds until the second attempt, and how that grows


@dataclass(frozen=True, slots=True)
class Command:
    """What to run, as words, and for how many seconds at most."""

    words: tuple[str, ...]
    seconds: float


class Deliveries:
    """The reports in ``folder``, delivered one after the other, beside all else."""

    def __init__(
        self, state: State, folder: Path, command: Command, say: Callable[[str], None]
    ) -> None:
        self._state, self._folder, self._command, self._say = state, folder, command, say
        self._worker = ThreadPoolExecutor(1)
        self._now: tuple[Row, Future[str]] | None = None
        for row in state.in_delivery(DELIVERING):
            self._end(row, "cut off, perhaps after it did its work", wait=0)

    @property
    def busy(self) -> bool:
        return self._now is not None

    def step(self) -> bool:
        """Note what has ended, and begin the next; whether there was anything to do."""
        if self._now:
            row, future = self._now
            if not future.done():
                return False
            self._end(row, future.result())
            self._now = None
            return True
        next_one = self._state.next_due()
        if next_one is None:
            return False
        row = replace(next_one, attempts=next_one.attempts + 1)
        with self._state.change():
            self._state.put(row.id, delivery=DELIVERING, attempts=row.attempts)
        argv, extra = self._words(row)
        self._now = (row, self._worker.submit(_run, argv, extra, self._command.seconds))
        return True

    def close(self) -> None:
        """Wait for the thread; what it ran was killed before, or has ended."""
        self._worker.shutdown(wait=True, cancel_futures=True)

    def _end(self, row: Row, failure: str, wait: float = _FIRST) -> None:
        if not failure:
            with self._state.change():
                self._state.put(row.id, delivery=DELIVERED)
            return
        last = row.attempts >= _ATTEMPTS
        due = time.time() + wait * _FACTOR ** (row.attempts - 1)
        with self._state.change():
            self._state.put(row.id, delivery=UNDELIVERED if last else DUE, due=due)
        ends = "given up" if last else "it is run again"
        self._say(
            f"{name(row.posted)}: the command failed, {failure} (attempt {row.attempts}); {ends}"
        )

    def _words(self, row: Row) -> tuple[Sequence[str], Mapping[str, str]]:
        """The command's words and environment."""
        reports = self._folder / row.name
        message_id = printable(row.posted.message_id)
        given = {
            "KEY": row.name,
            "ATTEMPT": str(row.attempts),
            "VERDICT": row.verdict,
            "MESSAGE_ID": message_id,
            "REVISION": str(row.posted.revision),
            "SUBJECT": printable(row.posted.subject),
            "REASON": printable(row.reason),
            "REPORT": f"{reports}.txt",
            "HTML": f"{reports}.html",
            "JSON": f"{reports}.json",
        }
        words = (*self._command.words, f"{reports}.txt", row.verdict, f"<{message_id}>")
        return words, {f"VERIFY_SERIES_{name}": value for name, value in given.items()}


def _run(argv: Sequence[str], extra: Mapping[str, str], seconds: float) -> str:
    """Why it failed; empty where it did not."""
    try:
        done = run(argv, env={**os.environ, **extra}, stdout=subprocess.DEVNULL, timeout=seconds)
    except (RunError, OSError, ValueError) as error:
        return str(error)
    if done.status == 0:
        return ""
    last = done.error_text.rpartition("\n")[2]
    return f"status {done.status}{f': {printable(last)[:200]}' if last else ''}"
