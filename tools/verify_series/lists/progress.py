# SPDX-License-Identifier: GPL-2.0-or-later
"""How far a run over many series is, on standard error: a bar on a terminal, else lines."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from ..model import Verdict
from ..report.inert import printable
from .work import Result


class Watcher(Protocol):
    """Who wants to know."""

    def say(self, text: str) -> None: ...

    def begin(self, total: int, done: int) -> None: ...

    def done(self, result: Result) -> None: ...


class _Quiet:
    def say(self, text: str) -> None:
        pass

    def begin(self, total: int, done: int) -> None:
        pass

    def done(self, result: Result) -> None:
        pass


class _Lines:
    """A line for each series, as in the log of a job."""

    def __init__(self) -> None:
        self._total = self._done = 0

    def say(self, text: str) -> None:
        print(f"verify-series: {printable(text)}", file=sys.stderr, flush=True)

    def begin(self, total: int, done: int) -> None:
        self._total, self._done = total, done
        self.say(f"{total} series" + (f", {done} of them done before" if done else ""))

    def done(self, result: Result) -> None:
        self._done += 1
        line = result.line
        word = line["kind"] or line["verdict"]
        self.say(f"{self._done}/{self._total} {word}: {line['subject']}")


class _Bar:
    """One line that changes."""

    def __init__(self, progress: Any) -> None:
        self._progress = progress
        self._line = progress.add_task("", total=None)
        self._words: Counter[str] = Counter()
        self._begin, self._count = time.monotonic(), 0

    def say(self, text: str) -> None:
        self._progress.update(self._line, description=_plain(text))

    def begin(self, total: int, done: int) -> None:
        self._progress.update(self._line, total=total, completed=done, description="")
        self._begin = time.monotonic()

    def done(self, result: Result) -> None:
        self._count += 1
        self._words[str(result.line["verdict"])] += 1
        rate = 60 * self._count / max(time.monotonic() - self._begin, 0.1)
        counts = ", ".join(f"{self._words[v]} {v}" for v in Verdict if self._words[v])
        text = f"{counts}  [dim]{rate:.0f}/min  {_plain(result.line['subject'][:40])}[/]"
        self._progress.update(self._line, advance=1, description=text)


def _plain(text: str) -> str:
    return printable(text).replace("[", "\\[")


@contextmanager
def watched(quiet: bool) -> Iterator[Watcher]:
    """Somebody who shows how far it is, until the block ends."""
    if quiet:
        yield _Quiet()
    elif not sys.stderr.isatty():
        yield _Lines()
    else:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.progress import TimeRemainingColumn as Left

        columns = (BarColumn(20), MofNCompleteColumn(), Left(), TextColumn("{task.description}"))
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            yield _Bar(progress)
