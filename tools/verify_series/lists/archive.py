# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the mails of a list lie, read one after the other.

An archive is a public-inbox (public-inbox-v2-format(5), public-inbox-v1-format(5)), its URL, a
folder of mboxes, maildirs and mails, or one mbox. Each kind tells what changed since a position,
and reads bodies by their place.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from ..model import UserError
from .change import Change, Positions
from .inbox import Inbox, fetch, repositories
from .mboxes import Files


class Archive(Protocol):
    """The interface of an archive."""

    def changes(self, since: Positions) -> Iterator[Change]:
        """What came and went after ``since``, the oldest first."""
        ...

    def read(self, places: Sequence[str]) -> Iterator[bytes]:
        """The bodies at these places, in their order. Raises UserError where one is gone."""
        ...

    def close(self) -> None: ...


def folder_of(where: str, cwd: Path, cache: Path) -> Path:
    """The folder of our own in which the index of an archive, and the mirror of a URL, lie."""
    name = where.rstrip("/") if is_url(where) else str((cwd / where).resolve())
    return cache / "lists" / hashlib.sha256(name.encode()).hexdigest()[:16]


def is_url(where: str) -> bool:
    return re.match(r"https?://[^/]", where) is not None


def open_archive(
    where: str, cwd: Path, cache: Path, say: Callable[[str], None], start: int = 0
) -> Archive:
    """The archive at a path, or of a URL, which is mirrored below ``cache`` and brought up to
    date. ``start``, in seconds since 1970, leaves out what a public-inbox got before.

    Raises UserError where it is none.
    """
    if is_url(where):
        return Inbox(fetch(where.rstrip("/"), folder_of(where, cwd, cache) / "git", say), start)
    path = (cwd / Path(where).expanduser()).resolve()
    if not path.exists():
        raise UserError(
            f"no such archive: {where} (give a public-inbox, its URL, an mbox, or a folder of them)"
        )
    found = repositories(path)
    return Inbox(found, start) if found else Files(path)
