# SPDX-License-Identifier: GPL-2.0-or-later
"""What is known of every series, on disk: a kill at any point loses nothing and repeats nothing.

One SQLite file. Whatever belongs together is one transaction; nothing is done for which no row
says so first.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..lists.series import Posted
from ..model import UserError

_FORMAT = 1
_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE series (
    id INTEGER PRIMARY KEY, key TEXT UNIQUE, message_id TEXT, posted TEXT, state TEXT,
    seen REAL, changed REAL,
    hold REAL DEFAULT 0, tries INTEGER DEFAULT 0, name TEXT DEFAULT '', verdict TEXT DEFAULT '',
    kind TEXT DEFAULT '', reason TEXT DEFAULT '', seconds REAL DEFAULT 0,
    delivery TEXT DEFAULT '', attempts INTEGER DEFAULT 0, due REAL DEFAULT 0
);
CREATE INDEX series_id ON series (message_id);
CREATE INDEX series_state ON series (state, changed);
CREATE INDEX series_delivery ON series (delivery, due);
"""
WAITING = "waiting"  # for patches that have not come
READY = "ready"  # complete, to be verified
RUNNING = "running"  # being verified
VERIFIED = "verified"  # there is a report, with a verdict or with why there is none
SUPERSEDED = "superseded"  # a newer revision was complete before this one was verified
INCOMPLETE = "incomplete"  # waited long enough; goes on when a patch still comes
EARLIER = "earlier"  # complete before the watch began
FAILED = "failed"  # verify-series crashed on it
GIVEN_UP = "given-up"  # its verification was cut off each time
STATES = (
    WAITING, READY, RUNNING, VERIFIED, SUPERSEDED, INCOMPLETE, EARLIER, FAILED, GIVEN_UP
)  # fmt: skip
OPEN = (WAITING, READY, INCOMPLETE)  # nothing is decided

DUE = "due"  # the command is to be run
DELIVERING = "delivering"  # it runs, or we were killed while it did
DELIVERED = "delivered"  # it ended with status 0
UNDELIVERED = "undelivered"  # it failed each time
_COLUMNS = (
    "id, key, posted, state, seen, changed, hold, tries, name, verdict, kind, reason, seconds, "
    "delivery, attempts, due"
)


@dataclass(frozen=True, slots=True)
class Row:
    """A series. ``id`` stays, ``key`` can change. ``seen`` and ``changed`` are when it, and its
    state, were first noted; it is not taken up before ``hold``; ``name`` is that of its reports;
    ``due`` when to deliver it."""

    id: int
    key: str
    posted: Posted
    state: str
    seen: float
    changed: float
    hold: float
    tries: int
    name: str
    verdict: str
    kind: str
    reason: str
    seconds: float
    delivery: str
    attempts: int
    due: float


class State:
    """The file ``path``, made if need be. Raises UserError where it is not one of ours."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, timeout=60, isolation_level=None)
        try:
            [known] = self._db.execute("PRAGMA user_version").fetchone()
            if known not in (0, _FORMAT):
                self._db.close()
                raise UserError(f"{path} is of another version: give --out another folder")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            if known == 0:
                self._db.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {_FORMAT}; COMMIT;")
        except sqlite3.Error as error:
            self._db.close()
            raise UserError(
                f"{path} cannot be used: {error} (give --out another folder)"
            ) from error

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def change(self) -> Iterator[None]:
        """All that the block notes, or nothing of it."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def word(self, name: str, default: str = "") -> str:
        """A word that is kept beside the series."""
        found = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else default

    def set(self, name: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def number(self, name: str) -> float:
        """A number that is kept likewise, 0 at first."""
        return float(self.word(name, "0"))

    def add(self, name: str, value: float) -> None:
        """Add to such a number."""
        self.set(name, repr(self.number(name) + value))

    def of_mail(self, message_id: str) -> list[Row]:
        """The series that are called by a mail."""
        return list(self._rows("message_id = ?", message_id))

    def insert(self, one: Posted, state: str) -> int:
        """A series that was not known; gives its id."""
        now = time.time()
        row = (one.key, one.message_id, json.dumps(asdict(one)), state, now, now)
        columns = "key, message_id, posted, state, seen, changed"
        asked = f"INSERT INTO series ({columns}) VALUES (?, ?, ?, ?, ?, ?)"
        return int(self._db.execute(asked, row).lastrowid or 0)

    def describe(self, id: int, one: Posted) -> None:
        """A series as it is known now; mails that come late can give it another key."""
        self.put(id, key=one.key, message_id=one.message_id, posted=json.dumps(asdict(one)))

    def forget(self, id: int) -> None:
        """Take a series out."""
        self._db.execute("DELETE FROM series WHERE id = ?", (id,))

    def move(self, id: int, state: str, **more: Any) -> None:
        """Give a series another state, and other columns with it."""
        self.put(id, state=state, changed=time.time(), **more)

    def put(self, id: int, **columns: Any) -> None:
        """Change columns of a series."""
        names = ", ".join(f"{name} = ?" for name in columns)
        self._db.execute(f"UPDATE series SET {names} WHERE id = ?", (*columns.values(), id))

    def next_ready(self) -> Row | None:
        """The series that has been ready for longest and need not be held back any more."""
        where = "state = ? AND hold <= ? ORDER BY changed, id LIMIT 1"
        return next(self._rows(where, READY, time.time()), None)

    def next_due(self) -> Row | None:
        """The next series whose report is to be delivered now."""
        where = "delivery = ? AND due <= ? ORDER BY due, id LIMIT 1"
        return next(self._rows(where, DUE, time.time()), None)

    def waiting_since(self, before: float) -> list[Row]:
        """The incomplete series that were first seen before a time."""
        return list(self._rows("state = ? AND seen < ?", WAITING, before))

    def in_state(self, state: str) -> list[Row]:
        return list(self._rows("state = ? ORDER BY changed, id", state))

    def in_delivery(self, delivery: str) -> list[Row]:
        return list(self._rows("delivery = ? ORDER BY due, id", delivery))

    def counts(self, column: str) -> Mapping[str, int]:
        """How many series there are of each value of a column."""
        asked = f"SELECT {column}, count(*) FROM series GROUP BY {column}"
        return {str(value): int(count) for value, count in self._db.execute(asked)}

    def oldest_ready(self) -> float | None:
        """Since when the series that has been ready for longest is ready."""
        asked = "SELECT min(changed) FROM series WHERE state = ?"
        found = self._db.execute(asked, (READY,)).fetchone()[0]
        return None if found is None else float(found)

    def _rows(self, where: str, *values: Any) -> Iterator[Row]:
        for row in self._db.execute(f"SELECT {_COLUMNS} FROM series WHERE {where}", values):
            fields = json.loads(row[2])
            tuples = {name: tuple(fields[name]) for name in ("lists", "missing")}
            yield Row(row[0], row[1], Posted(**fields | tuples), *row[3:])
