# SPDX-License-Identifier: GPL-2.0-or-later
"""The source that is followed: an archive on this machine, or the feed of one.

A URL is asked for its feed, and for the threads of what is new there: a whole list need not be
mirrored to follow it. Their mails are kept in a file of our own for some months. A child process
asks (feed_child.py), so that a server that never ends does not hold us up.
"""

from __future__ import annotations

import base64
import email.utils
import json
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any

from ..lists.archive import Archive, is_url, open_archive
from ..lists.change import Came, Change, Positions, Reached, Went
from ..lists.mail import read_mail
from ..model import UserError
from ..run import RunError, clean_environment, run

_DAY = 86400
_KEPT = 90 * _DAY
#: Seconds that the feed is asked for again, as its order is that of Received headers and mails come
#: late: at each look, and once in an hour.
_OVERLAP, _LONG_OVERLAP = 3600, _DAY
_SECONDS = 120.0  # for one look at the feed
_TABLES = """
CREATE TABLE IF NOT EXISTS mail (
    serial INTEGER PRIMARY KEY AUTOINCREMENT, message_id TEXT UNIQUE, old INTEGER, received REAL,
    came REAL, body BLOB
);
CREATE INDEX IF NOT EXISTS mail_received ON mail (received);
CREATE INDEX IF NOT EXISTS mail_came ON mail (came);
CREATE TABLE IF NOT EXISTS cursor (one INTEGER PRIMARY KEY, received REAL, looked_back REAL);
"""
_OLD, _NEW = "old:", "new:"  # no other archive has such places
#: The child's kinds of failure, as the end of a sentence.
_SENTENCES = {
    "not-found": "is not there, or the list has no mail yet ({})",
    "unreachable": "cannot be fetched ({})",
    "busy": "cannot be fetched now ({})",
    "refused": "is not one of a public-inbox ({}): check the URL",
    "elsewhere": "is elsewhere, the archive sends us to {}: watch that if you trust it",
}


def follow(
    where: str, cwd: Path, folder: Path, since: float, patience: float, say: Callable[[str], None]
) -> Archive:
    """The archive at a path, read from ``patience`` seconds before ``since`` on; or what the feed
    of a URL has told since then, which is kept in ``folder``. Raises UserError if there is none."""
    if not is_url(where):
        return open_archive(where, cwd, folder, say, max(int(since - patience), 1))
    feed = Feed(where.rstrip("/"), folder / "mails.sqlite", since)
    try:
        feed.ask()
    except BaseException:
        feed.close()
        raise
    return feed


def is_old(place: str) -> bool:
    """Whether a mail came before the watch began, and is here only because its thread goes on."""
    return place.startswith(_OLD)


class Feed:
    """The mails that a feed told of, and those of their threads."""

    def __init__(self, url: str, path: Path, since: float) -> None:
        self._url = url
        self._since = since
        self._db = sqlite3.connect(path, timeout=60)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.executescript(_TABLES)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def ask(self) -> None:
        """Get what is new. Raises UserError where the archive does not tell."""
        now = time.time()
        found = self._db.execute("SELECT received, looked_back FROM cursor").fetchone()
        cursor, looked_back = found or (self._since, now)
        long = now - looked_back > _OVERLAP
        after = cursor - (_LONG_OVERLAP if long else _OVERLAP)
        recent = self._db.execute("SELECT message_id FROM mail WHERE received >= ?", (after,))
        known = [message_id for (message_id,) in recent]
        question = {"url": self._url, "after": after, "known": known}
        told = _child(self._url, json.dumps(question).encode("ascii"))
        if "error" in told:
            raise UserError(
                f"the feed of {self._url} {_SENTENCES[told['error']].format(told['detail'])}"
            )
        with self._db:
            for mail in map(base64.b64decode, told["mails"]):
                self._add(mail, now)
            reached = min(max(told["reached"], cursor), now)  # a clock can be wrong
            if long and told["reached"] >= cursor:
                looked_back = now
            row = (reached, looked_back)
            self._db.execute("INSERT OR REPLACE INTO cursor VALUES (1, ?, ?)", row)
            self._db.execute("DELETE FROM mail WHERE came < ?", (now - _KEPT - _DAY,))

    def _add(self, data: bytes, now: float) -> None:
        mail = read_mail(data, "")
        if mail:
            when = _received(data, mail.date)
            row = (mail.message_id, when < self._since - _OVERLAP, when, now, data)
            names = "message_id, old, received, came, body"
            self._db.execute(f"INSERT OR IGNORE INTO mail ({names}) VALUES (?, ?, ?, ?, ?)", row)

    def changes(self, since: Positions) -> Iterator[Change]:
        """What came; what is kept no longer went, a day before it is removed."""
        last = int(since.get("feed", "0"))
        asked = "SELECT serial, old FROM mail WHERE came < ?"
        for serial, old in self._db.execute(asked, (time.time() - _KEPT,)):
            yield Went(_place(serial, old))
        asked = "SELECT serial, old, body FROM mail WHERE serial > ? ORDER BY serial"
        for serial, old, body in self._db.execute(asked, (last,)):
            last = serial
            yield Came("feed", _place(serial, old), body)
        yield Reached("feed", str(last))

    def read(self, places: Sequence[str]) -> Iterator[bytes]:
        for place in places:
            serial = int(place.partition(":")[2])
            asked = "SELECT body FROM mail WHERE serial = ?"
            found = self._db.execute(asked, (serial,)).fetchone()
            if not found:
                raise UserError(f"a mail is kept no longer than {_KEPT // _DAY} days")
            yield found[0]


def _place(serial: int, old: int) -> str:
    return f"{_OLD if old else _NEW}{serial}"


def _received(data: bytes, sent: int) -> float:
    """When the archive's own host got a mail, as public-inbox orders them; else when it was
    sent."""
    header = BytesHeaderParser().parsebytes(data)
    for field in header.get_all("Received", [])[:1]:
        parsed = email.utils.parsedate_tz(str(field).rpartition(";")[2])
        if parsed and 1970 <= parsed[0] < 9999:
            return float(email.utils.mktime_tz(parsed))
    return float(sent)


def _child(url: str, question: bytes) -> dict[str, Any]:
    root = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join([root, *filter(None, sys.path)])
    argv = [sys.executable, "-m", f"{__package__}.feed_child"]
    try:
        done = run(argv, env=clean_environment(PYTHONPATH=path), stdin=question, timeout=_SECONDS)
    except RunError as error:
        raise UserError(f"the feed of {url} is not there after {_SECONDS:g} s") from error
    if done.status:
        last = done.error_text.rpartition("\n")[2]
        raise UserError(f"the feed of {url} cannot be read ({last})")
    told: dict[str, Any] = json.loads(done.stdout)
    return told
