# SPDX-License-Identifier: GPL-2.0-or-later
"""An archive of files: an mbox, or a folder of mboxes, maildirs and single mails.

Mboxes are read as public-inbox and git write them (mboxrd): a line ``From …`` behind an empty
line begins a mail, and a ``>`` before other such lines is taken away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ..model import UserError
from .change import Came, Change, Positions, Reached, Reset

_FROM_LINE = b"From "
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_TO_QUOTE = re.compile(rb"^(>*From )", re.MULTILINE)


def as_mbox(mails: Iterable[bytes]) -> bytes:
    """The mails as mboxrd."""
    quoted = (_TO_QUOTE.sub(rb">\1", mail) for mail in mails)
    return b"".join(b"From mboxrd@z Thu Jan  1 00:00:00 1970\n%s\n" % mail for mail in quoted)


class Files:
    """The mails below a path; their place is ``OFFSET:LENGTH:PATH`` within it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def close(self) -> None:
        """Nothing stays open."""

    def changes(self, since: Positions) -> Iterator[Change]:
        """A file that is not as it was is read anew; one that is gone takes its mails along."""
        files = {self._name(file): file for file in self._files()}
        for gone in since.keys() - files.keys():
            yield Reset(gone)
        for name, file in files.items():
            try:
                state = file.stat()
            except FileNotFoundError:  # a maildir's mail got another name since
                continue
            stamp = f"{state.st_size} {state.st_mtime_ns}"
            if since.get(name) == stamp:
                continue
            if name in since:
                yield Reset(name)
            for start, data in _split(file):
                yield Came(name, f"{start}:{len(data)}:{name}", _unquoted(data, start))
            yield Reached(name, stamp)

    def read(self, places: Sequence[str]) -> Iterator[bytes]:
        for place in places:
            start, length, name = place.split(":", 2)
            try:
                with (self._path / name if name else self._path).open("rb") as file:
                    file.seek(int(start))
                    data = file.read(int(length))
            except OSError as error:
                raise UserError(
                    f"{name or self._path} cannot be read ({error.strerror}): run again"
                ) from error
            yield _unquoted(data, int(start))

    def _files(self) -> list[Path]:
        if self._path.is_file():
            return [self._path]
        found = (p for p in self._path.rglob("*") if p.is_file() and p.parent.name != "tmp")
        return sorted(p for p in found if not p.name.startswith("."))

    def _name(self, file: Path) -> str:
        return "" if file == self._path else str(file.relative_to(self._path))


def _split(file: Path) -> Iterator[tuple[int, bytes]]:
    """(offset, bytes) of each mail; a file that does not begin as an mbox is one mail.

    A mail of an mbox keeps its line ``From …`` out of the bytes; the empty line behind it, too.
    """
    with file.open("rb") as lines:
        first = lines.readline()
        if not first.startswith(_FROM_LINE):
            data = first + lines.read()
            if data.strip():
                yield 0, data
            return
        mail: list[bytes] = []
        start, empty = len(first), False
        for line in lines:
            if empty and line.startswith(_FROM_LINE):
                yield start, b"".join(mail[:-1])
                start += len(b"".join(mail)) + len(line)
                mail = []
            else:
                mail.append(line)
            empty = line in (b"\n", b"\r\n")
        if mail:
            yield start, b"".join(mail)


def _unquoted(data: bytes, start: int) -> bytes:
    """A mail of an mbox without the quoting; a file that is one mail has none."""
    return _QUOTED.sub(rb"\1", data) if start else data
