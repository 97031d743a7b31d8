# SPDX-License-Identifier: GPL-2.0-or-later
"""Blobs that the user's work tree holds as files: git would take eight times as long to inflate
thousands of them.

A file is a blob exactly if it has the blob's id, which is the SHA-1 of its type, size and content
("Git Objects", gitformat-pack(5)). So nothing needs to be known of the index, nor of what git
converts when it checks out: whatever was altered, or has other line ends, has another id.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from stat import S_ISREG

_LARGEST = 1 << 23  # bytes; the largest source of the kernel has 6 million
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def content(folder: Path, path: str, oid: str) -> bytes | None:
    """The blob of this id, if the file ``path`` of the work tree ``folder`` is that; else None."""
    try:
        data = _read(f"{folder}/{path}")
    except (OSError, ValueError):
        return None
    blob = hashlib.sha1(b"blob %d\0" % len(data), usedforsecurity=False)
    blob.update(data)
    return data if blob.hexdigest() == oid else None


def _read(name: str) -> bytes:
    """A regular file of a size that a blob may have; of anything else, nothing."""
    file = os.open(name, _FLAGS)
    try:
        status = os.fstat(file)
        fit = S_ISREG(status.st_mode) and status.st_size <= _LARGEST
        return os.read(file, status.st_size) if fit else b""
    finally:
        os.close(file)
