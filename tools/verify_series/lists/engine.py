# SPDX-License-Identifier: GPL-2.0-or-later
"""Many series at once, each result as soon as it is there.

Where the work is done is the crew's affair (local.py, cluster.py) and the only difference. A
series whose worker died is done again, on its own, so that it cannot take others along; one that
ends its worker each time is a crash, which is a result.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Protocol

from .series import Posted
from .work import Result, crashed

_AHEAD = 2  # series a worker that are handed out, so that none waits for the next
_TIMES = 2  # that a series is tried on its own
_PATIENCE = 5.0  # seconds between two looks at the crew

Task = tuple[Posted, bytes]


class Lost(Exception):
    """The worker died that had the series."""


class Crew(Protocol):
    """Those who do the work."""

    def size(self) -> int:
        """How many series they do at once."""
        ...

    def submit(self, task: Task) -> Future[Result]:
        """Hand out a series. Its future raises Lost where the worker died, perhaps because of
        another series; the next one is handed out to others."""
        ...

    def look(self) -> None:
        """Raises UserError where nobody is left to do the work."""
        ...


def work_through(tasks: Iterator[Task], crew: Crew) -> Iterator[Result]:
    """The result of each task, in the order in which they end; each exactly once."""
    out: dict[Future[Result], Task] = {}
    lost: list[Task] = []
    more = True
    while True:
        while more and not lost and len(out) < _AHEAD * crew.size():
            task = next(tasks, None)
            if task is None:
                more = False
            else:
                out[crew.submit(task)] = task
        if not out and not lost:
            return
        if not out:
            yield from (_alone(task, crew) for task in lost)
            lost = []
            continue
        done, _ = wait(out, _PATIENCE, FIRST_COMPLETED)
        if not done:
            crew.look()
        for future in done:
            task = out.pop(future)
            try:
                yield future.result()
            except Lost:
                lost.append(task)


def _alone(task: Task, crew: Crew) -> Result:
    for _ in range(_TIMES):
        future = crew.submit(task)
        while not wait([future], _PATIENCE).done:
            crew.look()
        try:
            return future.result()
        except Lost:
            continue
    return crashed(task[0], "its worker died each time (killed, or out of memory?)")
