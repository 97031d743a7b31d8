# SPDX-License-Identifier: GPL-2.0-or-later
"""Drops what the cache keeps and no run has used for long.

A file was used when it was last read or written, as its file system notes that (with the mount
option ``noatime`` only when it was written: then it is made again once in a while); a folder that
appears whole was when :func:`cache.once` last gave it. What has a limit of its own is left alone:
results, builds, and the indexes of lists.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

DAYS = 90

_DAY = 86_400.0  # seconds
_FILES = ("audit", "docs/kernel-doc", "docs/mentions", "durations", "names", "prep", "threads")
_FOLDERS = ("docs/kit-*", "init/*", "trees/*")


def drop(cache: Path) -> None:
    """Look once a day; any number of runs may do so at a time, and others use the cache."""
    stamp, now = cache / "looked-through", time.time()
    if stamp.exists() and abs(now - stamp.stat().st_mtime) < _DAY:
        return
    stamp.touch()
    since = now - DAYS * _DAY
    for file in _files(cache):
        try:
            state = file.stat()
            if max(state.st_atime, state.st_mtime) < since:
                file.unlink()
        except FileNotFoundError:  # another run was first
            continue
    for folder in _folders(cache):
        if folder.stat().st_mtime < since:
            # Under this name it is nobody's, and cache.once() removes it where we are killed.
            old = folder.rename(folder.with_name(f"{folder.name}.part-old"))
            shutil.rmtree(old, ignore_errors=True)


def _files(cache: Path) -> Iterator[Path]:
    for name in _FILES:
        yield from (path for path in (cache / name).rglob("*") if path.is_file())


def _folders(cache: Path) -> Iterator[Path]:
    for pattern in _FOLDERS:
        yield from (p for p in cache.glob(pattern) if p.is_dir() and ".part-" not in p.name)
