# SPDX-License-Identifier: GPL-2.0-or-later
"""The loop: look at the archive, verify what is complete, deliver the reports, count.

All that lasts is in the state; a fault of anything outside of us (the archive, the tree, the disk)
makes us wait and try again, never end.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from ..lists.archive import Archive
from ..lists.engine import Crew, Lost
from ..lists.index import Index
from ..lists.results import report_name, write_whole
from ..lists.series import mbox
from ..lists.work import Options, Result, crashed, without_verdict
from ..model import UserError
from ..run import pause, stop
from . import counters
from .deliver import Command, Deliveries
from .news import Rules, name, take_in
from .notify import notify
from .state import DUE, FAILED, GIVEN_UP, READY, RUNNING, VERIFIED, Row, State
from .trouble import Trouble

FORMATS = ("text", "json", "html")
_SUFFIX = {"text": "txt"}
_TRIES = 5  # that a series is taken up and does not come to an end
_TICK = 0.5  # seconds between two looks at what goes on
_COUNT = 15.0  # seconds between two writings of the counters where nothing happens


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do: ``source`` opens the archive anew, ``options`` finds the tree as it is now,
    ``crew`` makes those who verify, ``interval`` is the seconds between two looks, ``command``
    what to run on a report."""

    folder: Path
    source: Callable[[], Archive]
    options: Callable[[], Options]
    crew: Callable[[Options], AbstractContextManager[Crew]]
    rules: Rules
    interval: float
    command: Command | None


class Watch:
    """One watch in its folder, which nobody else uses."""

    def __init__(self, plan: Plan, state: State, index: Index, say: Callable[[str], None]) -> None:
        self._plan, self._state, self._index, self._say = plan, state, index, say
        self._archive: Archive | None = None
        self._reports = plan.folder / "reports"
        self._out: dict[Future[Result], Row] = {}
        self._crew: Crew | None = None
        self._options: Options | None = None
        self._hands = ExitStack()
        self._source = Trouble("the archive", plan.interval, say)
        self._tree = Trouble("verifying", plan.interval, say)
        self._disk = Trouble("the folder", plan.interval, say)
        self._counted = self._seen = 0.0
        self._deliveries: Deliveries | None = None

    def run(self, once: bool) -> bool:
        """Go on until interrupted, or with ``once`` until there is nothing to do now. Gives
        whether the archive and the tree could be used."""
        try:
            self._begin()
            notify("READY=1")
            while True:
                moved = self._guarded(once)
                notify("WATCHDOG=1")
                if once and not moved and not self._busy():
                    return not (self._source or self._tree or self._disk)
                if not moved:
                    self._wait()
        except KeyboardInterrupt:
            stop()
            raise
        finally:
            self._end()

    def _begin(self) -> None:
        """What a run that was killed left: its series are verified again, but not for ever."""
        for row in self._state.in_state(RUNNING):
            self._cut_off(row, "the watch was ended while it was verified")
        if self._plan.command:
            args = (self._state, self._reports, self._plan.command, self._say)
            self._deliveries = Deliveries(*args)

    def _end(self) -> None:
        notify("STOPPING=1")
        with contextlib.suppress(sqlite3.Error, OSError):  # it is put right at the next start
            with self._state.change():
                for row in self._state.in_state(RUNNING):  # we had it, and nobody else
                    self._state.put(row.id, state=READY, tries=row.tries - 1)
            counters.write(self._plan.folder / "metrics.prom", self._state)
        self._hands.close()
        if self._deliveries:
            self._deliveries.close()
        if self._archive:
            self._archive.close()

    def _busy(self) -> bool:
        """Whether something goes on, or could."""
        return bool(self._out or (self._deliveries and self._deliveries.busy))

    def _guarded(self, once: bool) -> bool:
        """One round; whether anything happened."""
        if self._disk and not self._disk.due:
            return False
        try:
            moved = self._round(once)
        except (sqlite3.Error, OSError) as error:
            self._disk.failed(f"{getattr(error, 'strerror', None) or error}")
            return False
        if self._disk:
            self._disk.well()
        return moved

    def _round(self, once: bool) -> bool:
        moved = False
        if self._source.due and not (once and self._source.next):
            self._look()
            moved = True
        moved |= self._collect()
        moved |= self._hand_out()
        if self._deliveries:
            moved |= self._deliveries.step()
        if moved or time.monotonic() > self._counted + _COUNT:
            counters.write(self._plan.folder / "metrics.prom", self._state)
            self._counted = time.monotonic()
        return moved

    def _look(self) -> None:
        """Take in what is new in the archive."""
        try:
            archive = self._plan.source()
            if self._archive:  # which serves as long as there is no newer one
                self._archive.close()
            self._archive = archive
            self._index.update(self._archive, lambda text: notify("WATCHDOG=1"))
        except (UserError, OSError) as error:
            with self._state.change():
                self._state.add("errors", 1)
            self._source.failed(str(error))
            return
        take_in(self._state, self._index, self._plan.rules, self._say)
        with self._state.change():
            self._state.set("success", repr(time.time()))
        self._source.well()

    def _hand_out(self) -> bool:
        """Give a complete series to the crew, if that has a hand free.

        One that was cut off before is verified on its own, so that it cannot take others along.
        """
        if not self._archive or (self._tree and not self._tree.due):
            return False
        row = self._state.next_ready()
        if row is None:
            if not self._out:
                self._dismiss()
            return False
        if self._out and (row.tries or any(one.tries > 1 for one in self._out.values())):
            return False
        try:
            crew = self._hire()
        except UserError as error:
            self._tree.failed(str(error))
            return False
        if len(self._out) >= crew.size():
            return False
        row = replace(row, tries=row.tries + 1)
        with self._state.change():
            self._state.put(row.id, state=RUNNING, tries=row.tries)
        try:
            mails = mbox(self._index, self._archive, row.posted.message_id)
        except (UserError, OSError, sqlite3.Error) as error:  # such as a maildir's mail, renamed
            self._cut_off(row, str(error), self._plan.interval * 2**row.tries)
            return True
        self._out[crew.submit((row.posted, mails))] = row
        return True

    def _hire(self) -> Crew:
        """The crew, on the tree as it is when the work begins."""
        if self._crew is None:
            self._options = self._plan.options()
            self._crew = self._hands.enter_context(self._plan.crew(self._options))
        return self._crew

    def _dismiss(self) -> None:
        """Without work there is no crew; the next one sees the tree as it is then."""
        if self._crew is not None:
            self._crew = None
            self._hands.close()

    def _collect(self) -> bool:
        """Note the results that are there."""
        done = [future for future in self._out if future.done()]
        for future in done:
            row = self._out[future]
            try:
                result = future.result()
            except Lost:
                self._cut_off(row, "its worker died (killed, or out of memory?)")
            except UserError as error:  # this machine's fault: not the series'
                self._take_back(future)
                self._tree.failed(str(error))
                continue
            else:
                failed = result.line["kind"] == "crash"
                self._note(row, result, FAILED if failed else VERIFIED)
                if self._tree:
                    self._tree.well()
            del self._out[future]
        if self._crew and self._out and not done and time.monotonic() > self._seen + _COUNT:
            self._seen = time.monotonic()
            try:
                self._crew.look()
            except UserError as error:  # nobody is left to do the work
                self._take_back(*self._out)
                self._tree.failed(str(error))
        if self._tree and not self._out:
            self._dismiss()
        return bool(done)

    def _take_back(self, *futures: Future[Result]) -> None:
        """Series that could not be verified by no fault of their own: it was no try."""
        with self._state.change():
            for future in futures:
                row = self._out[future]
                self._state.put(row.id, state=READY, tries=row.tries - 1)
        for future in futures:
            del self._out[future]

    def _cut_off(self, row: Row, why: str, wait: float = 0) -> None:
        """A series whose verification did not come to an end: again, ``wait`` seconds from now,
        but not for ever."""
        if row.tries >= _TRIES:
            self._note(row, crashed(row.posted, f"{why}, {row.tries} times"), GIVEN_UP)
            return
        with self._state.change():
            self._state.put(row.id, state=READY, hold=time.time() + wait if wait else 0)
        self._say(f"{name(row.posted)}: {why}; it is verified again")

    def _note(self, row: Row, result: Result, state: str) -> None:
        """The reports, and then that they are there; a kill between the two writes them again."""
        line = result.line
        verdict, reason = str(line["verdict"]), str(line["reason"])
        options = self._options or self._plan.options()
        reports = result.reports or without_verdict(row.posted, options, reason)
        stem = report_name(row.key)
        for format, text in reports.items():
            write_whole(self._reports / f"{stem}.{_SUFFIX.get(format, format)}", text)
        seconds = float(line.get("seconds", 0))
        with self._state.change():
            self._state.move(
                row.id,
                state,
                name=stem,
                verdict=verdict,
                kind=line["kind"],
                reason=reason,
                seconds=seconds,
                delivery=DUE if self._plan.command else "",
            )
            self._state.add("seconds", seconds)
            self._state.add("cpu", float(line.get("cpu", 0)))
        why = f" ({line['kind']}: {reason})" if line["kind"] else ""
        self._say(f"{name(row.posted)}: {verdict}{why}, {seconds:.1f} s, reports/{stem}.txt")

    def _wait(self) -> None:
        """A moment, or until a series is done."""
        if self._out:
            wait(self._out, _TICK, FIRST_COMPLETED)
        else:
            pause(_TICK)
