# SPDX-License-Identifier: GPL-2.0-or-later
"""An initramfs, written without cpio and without root.

The format is "newc" (Documentation/driver-api/early-userspace/buffer-format.rst): each entry is
a header of 6 + 13 * 8 ASCII characters, the name with a NUL, and the data, both padded with NULs
to a multiple of 4; an entry called TRAILER!!! ends the archive.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

_TRAILER = "TRAILER!!!"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: an absolute ``path``, its st_mode, and data or the device number it stands for."""

    path: str
    mode: int
    data: bytes = b""
    device: tuple[int, int] = (0, 0)


def regular(path: str, data: bytes, permissions: int = 0o644) -> Entry:
    """A regular file."""
    return Entry(path, stat.S_IFREG | permissions, data)


def folder(path: str) -> Entry:
    """An empty folder."""
    return Entry(path, stat.S_IFDIR | 0o755)


def character_device(path: str, major: int, minor: int) -> Entry:
    """A character device, which only an archive can hold without being root."""
    return Entry(path, stat.S_IFCHR | 0o600, device=(major, minor))


def archive(entries: Iterable[Entry]) -> bytes:
    """The archive of ``entries`` in their order, each after the folders that it needs."""
    parts: list[bytes] = []
    there = {"/"}
    for entry in entries:
        for parent in reversed(PurePosixPath(entry.path).parents):
            if str(parent) not in there:
                there.add(str(parent))
                parts.append(_entry(len(there), folder(str(parent))))
        if entry.path not in there:
            there.add(entry.path)
            parts.append(_entry(len(there), entry))
    parts.append(_entry(0, Entry(_TRAILER, 0)))
    return b"".join(parts)


def _entry(number: int, entry: Entry) -> bytes:
    name = entry.path.lstrip("/").encode() + b"\0"
    links = 2 if stat.S_ISDIR(entry.mode) else 1
    fields = (
        number,  # of the inode: different ones, or the kernel makes hard links
        entry.mode,
        0,  # uid
        0,  # gid
        links,
        0,  # mtime
        len(entry.data),
        0,  # of the device that holds the file
        0,
        *entry.device,
        len(name),
        0,  # checksum, which newc does not have
    )
    header = b"070701" + b"".join(b"%08X" % value for value in fields)
    return _padded(header + name) + _padded(entry.data)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
