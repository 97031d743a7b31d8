# SPDX-License-Identifier: GPL-2.0-or-later
"""What runs and what is done, on standard error while the run lasts.

On a terminal a line a check, which changes and vanishes before the report; elsewhere, such as in
the log of a CI job, a line for what is done, and for what will take long.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..model import Outcome, Status
from ..runner import Listener
from .inert import printable

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_BAR = 12  # characters
_LONG = 10.0  # seconds from which on a check is announced
_STYLE = {Status.PASS: "green", Status.FAIL: "bold red", Status.SKIP: "dim", Status.ERROR: "red"}

#: Gives the seconds that a check is expected to take, 0 where nothing is known.
Expected = Callable[[str], float]


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


class _Lines:
    """Plain lines, one after the other."""

    def __init__(self, expected: Expected) -> None:
        self._expected = expected
        self._told: dict[str, float] = {}
        self._lock = threading.Lock()

    def message(self, text: str) -> None:
        self._say(text)

    def started(self, check: str) -> None:
        self._told[check] = time.monotonic()
        if (seconds := self._expected(check)) >= _LONG:
            self._say(f"{check}: takes {_about(seconds)}")

    def advanced(self, check: str, what: str, part: float) -> None:
        if time.monotonic() - self._told[check] >= _LONG:
            self._told[check] = time.monotonic()
            self._say(f"{check}: {part:.0%}, {what}")

    def finished(self, outcome: Outcome) -> None:
        self._say(f"{outcome.check}: {outcome.status}, {outcome.seconds:.1f} s")

    def _say(self, text: str) -> None:
        with self._lock:
            print(f"verify-series: {printable(text)}", file=sys.stderr, flush=True)


def _about(seconds: float) -> str:
    return f"about {seconds:.0f} s" if seconds < 100 else f"about {seconds / 60:.0f} min"


class _Live:
    """One line a check: a spinner while it runs, then its status."""

    def __init__(self, progress: Progress, expected: Expected = lambda check: 0) -> None:
        self._progress = progress
        self._expected = expected
        self._lines: dict[str, TaskID] = {}
        self._lock = threading.Lock()
        self._head = progress.add_task("", total=1)
        self._done, self._left = ("━", "━") if _has_unicode(progress) else ("#", ".")

    def message(self, text: str) -> None:
        self._progress.update(self._head, description=self._plain(text))

    def started(self, check: str) -> None:
        seconds = self._expected(check)
        usual = f" [dim]({_about(seconds)})[/]" if seconds >= 1 else ""
        text = f"      {self._plain(check)}{usual}"
        with self._lock:
            self._lines[check] = self._progress.add_task(text, total=1)

    def advanced(self, check: str, what: str, part: float) -> None:
        done = round(part * _BAR)
        bar = f"[green]{self._done * done}[/][dim]{self._left * (_BAR - done)}[/]"
        text = f"{bar} {part:4.0%}  {self._plain(check)}: {self._plain(what)}"
        seconds = self._expected(check)
        usual = f" [dim]({_about(seconds)} in all)[/]" if seconds >= 1 else ""
        with self._lock:
            self._progress.update(self._lines[check], description=text + usual)

    def finished(self, outcome: Outcome) -> None:
        style = _STYLE[outcome.status]
        text = f"[{style}]{outcome.status:<5}[/] {self._plain(outcome.check)}"
        with self._lock:
            self._progress.update(self._lines[outcome.check], description=text, completed=1)

    @staticmethod
    def _plain(text: str) -> str:
        return printable(text).replace("[", "\\[")


def _has_unicode(progress: Progress) -> bool:
    return progress.console.encoding.lower().startswith("utf")


@contextmanager
def live(quiet: bool, expected: Expected = lambda check: 0) -> Iterator[Listener]:
    """A listener for one run; ``expected`` tells how long a check takes."""
    if quiet:
        yield Quiet()
        return
    if not sys.stderr.isatty():
        yield _Lines(expected)
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    spinner = SpinnerColumn("dots" if console.encoding.lower().startswith("utf") else "line")
    columns = (spinner, TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield _Live(progress, expected)
