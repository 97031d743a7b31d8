# SPDX-License-Identifier: GPL-2.0-or-later
"""All mails of an archive by thread, without their bodies, in one SQLite file.

Memory stays flat however long the list is. A thread is what the message-ids in References and
In-Reply-To hold together, also those of mails that have not come.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

from ..cache import locked
from ..model import UserError
from .archive import Archive
from .change import Came, Reached, Reset, Went
from .mail import Mail, Subject, read_mail

_FORMAT = 1  # of the tables and of what read_mail() keeps; another number makes all be read anew
_TABLES = """
CREATE TABLE mail (
    serial INTEGER PRIMARY KEY AUTOINCREMENT, thread INTEGER, part TEXT, message_id TEXT,
    place TEXT, subject TEXT, sender TEXT, date INTEGER, lists TEXT, refs TEXT, change_id TEXT,
    diff INTEGER, title TEXT
);
CREATE INDEX mail_thread ON mail (thread);
CREATE INDEX mail_id ON mail (message_id);
CREATE INDEX mail_place ON mail (place);
CREATE INDEX mail_part ON mail (part);
CREATE INDEX mail_change ON mail (change_id) WHERE change_id != '';
CREATE INDEX mail_title ON mail (title, sender) WHERE title != '';
CREATE TABLE link (message_id TEXT PRIMARY KEY, thread INTEGER) WITHOUT ROWID;
CREATE INDEX link_thread ON link (thread);
CREATE TABLE position (part TEXT PRIMARY KEY, reached TEXT);
CREATE TABLE odd (place TEXT PRIMARY KEY, part TEXT);
"""
_COLUMNS = "message_id, place, subject, sender, date, lists, refs, change_id, diff"
_FEW = 2000  # changes between two words of progress


class Index:
    """The index in the file ``path``, which is made if need be. One process at a time updates it;
    others read meanwhile."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._locked(lambda: None):
                self._db = _connect(path)
        except (sqlite3.Error, OSError) as error:
            raise _unusable(path, error) from error

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def update(self, archive: Archive, say: Callable[[str], None]) -> None:
        """Take in what came and went since the last time, all of it or, if interrupted, nothing."""
        with self._locked(lambda: say("waiting for another run that reads this archive")):
            try:
                self._take_all(archive, say)
            except sqlite3.Error as error:
                raise _unusable(self._path, error) from error

    def _take_all(self, archive: Archive, say: Callable[[str], None]) -> None:
        since = dict(self._db.execute("SELECT part, reached FROM position"))
        with self._db:
            for count, change in enumerate(archive.changes(since), 1):
                self._take(change)
                if count % _FEW == 0:
                    say(f"read {count} mails")

    def newest(self) -> int:
        """A number that grows with every mail that comes."""
        found = self._db.execute("SELECT max(serial) FROM mail").fetchone()[0]
        return int(found or 0)

    def named(self, serial: int) -> str:
        """The message-id of the mail with that number; empty where there is none."""
        asked = "SELECT message_id FROM mail WHERE serial = ?"
        found = self._db.execute(asked, (serial,)).fetchone()
        return str(found[0]) if found else ""

    def odd(self) -> int:
        """How many things of the archive are no mails."""
        return int(self._db.execute("SELECT count(*) FROM odd").fetchone()[0])

    def threads(self, after: int = 0) -> Iterator[int]:
        """The threads to which mails came since ``newest()`` was ``after``."""
        asked = "SELECT DISTINCT thread FROM mail WHERE serial > ? ORDER BY thread"
        for (thread,) in self._db.execute(asked, (after,)):
            yield thread

    def mails(self, thread: int) -> list[Mail]:
        """The mails of a thread in the order in which they came, each message-id once.

        Of two mails with the same id the first counts, as for b4; it is in the lists of both.
        """
        asked = f"SELECT {_COLUMNS} FROM mail WHERE thread = ? ORDER BY serial"
        return list(_once(_mail(row) for row in self._db.execute(asked, (thread,))))

    def thread_of(self, message_id: str) -> int | None:
        """The thread of a message-id, now; threads grow together when a mail comes late."""
        asked = "SELECT thread FROM link WHERE message_id = ?"
        found = self._db.execute(asked, (message_id,)).fetchone()
        return int(found[0]) if found else None

    def related(self, mail: Mail) -> Iterator[Mail]:
        """First mails of this series' revisions: those with the same change-id, or the same
        subject and sender (which is how b4 looks for them)."""
        same: list[tuple[str, tuple[str, ...]]] = []
        if mail.change_id:
            same.append(("change_id = ?", (mail.change_id,)))
        same.append(("title = ? AND sender = ?", (mail.subject.text.lower(), mail.sender)))
        for where, values in same:
            asked = f"SELECT {_COLUMNS} FROM mail WHERE title != '' AND {where}"
            yield from _once(_mail(row) for row in self._db.execute(asked, values))

    def _locked(self, waiting: Callable[[], None]) -> AbstractContextManager[None]:
        return locked(self._path.with_suffix(".lock"), waiting)

    def _take(self, change: Came | Went | Reset | Reached) -> None:
        ask = self._db.execute
        match change:
            case Came(part, place, data):
                mail = read_mail(data, place)
                if mail:
                    self._add(part, mail)
                else:
                    ask("INSERT OR REPLACE INTO odd VALUES (?, ?)", (place, part))
            case Went(place):
                ask("DELETE FROM mail WHERE place = ?", (place,))
            case Reset(part):
                for table in ("mail", "odd", "position"):
                    ask(f"DELETE FROM {table} WHERE part = ?", (part,))
            case Reached(part, position):
                ask("INSERT OR REPLACE INTO position VALUES (?, ?)", (part, position))

    def _add(self, part: str, mail: Mail) -> None:
        ids = list(dict.fromkeys((mail.message_id, *mail.references)))
        thread = self._join(ids)
        first = mail.cover or (mail.patch and mail.subject.number == 1)
        row = (thread, part, mail.subject.text.lower() if first else "", *_row(mail))
        marks = ", ".join("?" * len(row))
        names = f"thread, part, title, {_COLUMNS}"
        self._db.execute(f"INSERT INTO mail ({names}) VALUES ({marks})", row)

    def _join(self, ids: Iterable[str]) -> int:
        """One thread of all these message-ids."""
        ask = self._db.execute
        threads: set[int] = set()
        fresh = []
        for one in ids:
            found = ask("SELECT thread FROM link WHERE message_id = ?", (one,)).fetchone()
            if found:
                threads.add(found[0])
            else:
                fresh.append(one)
        if not threads:
            threads.add(ask("SELECT coalesce(max(thread), 0) + 1 FROM link").fetchone()[0])
        thread = min(threads)
        for other in threads - {thread}:
            for table in ("link", "mail"):
                ask(f"UPDATE {table} SET thread = ? WHERE thread = ?", (thread, other))
        self._db.executemany("INSERT INTO link VALUES (?, ?)", ((one, thread) for one in fresh))
        return thread


def _unusable(path: Path, error: Exception) -> UserError:
    return UserError(f"{path} cannot be used: {error} (make room, if it lacks that)")


def _connect(path: Path) -> sqlite3.Connection:
    """Open the file; one of another format, or that is damaged, is made anew."""
    db = sqlite3.connect(path, timeout=60)
    try:
        [known] = db.execute("PRAGMA user_version").fetchone()
        if known == _FORMAT:
            return db
    except sqlite3.DatabaseError:
        pass  # no database: it is made from the archive again
    db.close()
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    db = sqlite3.connect(path, timeout=60)
    db.execute("PRAGMA journal_mode = WAL")  # others read while one writes
    db.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {_FORMAT}; COMMIT;")
    return db


def _row(mail: Mail) -> tuple[Any, ...]:
    """A mail as _COLUMNS; what is a tuple stands as JSON."""
    subject, lists, references = map(
        json.dumps, (astuple(mail.subject), mail.lists, mail.references)
    )
    return (
        mail.message_id,
        mail.place,
        subject,
        mail.sender,
        mail.date,
        lists,
        references,
        mail.change_id,
        mail.diff,
    )


def _mail(row: tuple[Any, ...]) -> Mail:
    message_id, place, subject, sender, date, lists, references, change_id, diff = row
    return Mail(
        message_id,
        place,
        Subject(*json.loads(subject)),
        sender,
        date,
        tuple(json.loads(lists)),
        tuple(json.loads(references)),
        change_id,
        bool(diff),
    )


def _once(mails: Iterable[Mail]) -> Iterator[Mail]:
    known: dict[str, Mail] = {}
    for mail in mails:
        first = known.setdefault(mail.message_id, mail)
        lists = tuple(dict.fromkeys((*first.lists, *mail.lists)))
        known[mail.message_id] = replace(first, lists=lists)
    yield from known.values()
