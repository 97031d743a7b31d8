# SPDX-License-Identifier: GPL-2.0-or-later
"""What runs and what is done, on standard error while the run lasts; only on a terminal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..model import Outcome, Status
from ..runner import Listener
from .inert import printable

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_BAR = 12  # characters
_STYLE = {Status.PASS: "green", Status.FAIL: "bold red", Status.SKIP: "dim", Status.ERROR: "red"}


class Quiet:
    """Nobody watches."""

    def message(self, text: str) -> None:
        pass

    def started(self, check: str) -> None:
        pass

    def advanced(self, check: str, what: str, part: float) -> None:
        pass

    def finished(self, outcome: Outcome) -> None:
        pass


class _Live:
    """One line a check: a spinner while it runs, then its status."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._lines: dict[str, TaskID] = {}
        self._lock = threading.Lock()
        self._head = progress.add_task("", total=1)

    def message(self, text: str) -> None:
        self._progress.update(self._head, description=self._plain(text))

    def started(self, check: str) -> None:
        with self._lock:
            self._lines[check] = self._progress.add_task(f"      {self._plain(check)}", total=1)

    def advanced(self, check: str, what: str, part: float) -> None:
        done = round(part * _BAR)
        bar = f"[green]{'━' * done}[/][dim]{'━' * (_BAR - done)}[/]"
        text = f"{bar} {part:4.0%}  {self._plain(check)}: {self._plain(what)}"
        with self._lock:
            self._progress.update(self._lines[check], description=text)

    def finished(self, outcome: Outcome) -> None:
        style = _STYLE[outcome.status]
        text = f"[{style}]{outcome.status:<5}[/] {self._plain(outcome.check)}"
        with self._lock:
            self._progress.update(self._lines[outcome.check], description=text, completed=1)

    @staticmethod
    def _plain(text: str) -> str:
        return printable(text).replace("[", "\\[")


@contextmanager
def live(quiet: bool) -> Iterator[Listener]:
    """A listener for one run; the lines vanish at its end, before the report is printed."""
    if quiet or not sys.stderr.isatty():
        yield Quiet()
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield _Live(progress)
