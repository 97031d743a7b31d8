# SPDX-License-Identifier: GPL-2.0-or-later
"""Every table of names of a tree against its enum; what is known already is not read again.

Kept between runs are, by blob id, which files have tables, and by the blob ids of a file, its
folder and all headers, what its tables lack.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from .. import __version__
from ..kept import Kept
from ..model import Snapshot
from . import whole
from .drift import Gap, find_gap
from .links import Link
from .reach import Reach

Progress = Callable[[str, float], None]

_AT_A_TIME = 50  # tables between two words of progress
_MOST_AROUND = 400  # files of a folder in which a use is looked for


def audit(
    snapshot: Snapshot, folders: Sequence[str], kept: Kept, progress: Progress
) -> tuple[int, list[Gap]]:
    """How many tables were compared, and what they lack, the surest first.

    ``folders`` are files or folders to look at; none means the whole tree.
    """
    files = whole.c_files(snapshot, folders)
    paths = _with_names(snapshot, files, kept, progress)
    everything = whole.c_files(snapshot)
    headers = _digest(f"{p} {o}" for p, o in everything.items() if p.endswith(".h"))
    key = f"tables {__version__} {headers}"
    known: dict[str, Any] = kept.load(key) or {}
    work = _Work(snapshot, everything)
    count, gaps = 0, []
    for number, path in enumerate(paths):
        if number % _AT_A_TIME == 0:
            progress("comparing", number / len(paths))
        about = work.about(path)
        if known.get(path, [""])[0] != about:
            tables, found = work.compare(path)
            rows = [[g.group, g.path, g.line, g.message, g.share] for g in found]
            known[path] = [about, tables, rows]
        _, tables, rows = known[path]
        count += tables
        gaps += [Gap(*row) for row in rows]
    if work.compared:
        kept.save(key, known)
    return count, sorted(gaps, key=lambda gap: (gap.share, gap.path, gap.line))


def _with_names(
    snapshot: Snapshot, files: dict[str, str], kept: Kept, progress: Progress
) -> list[str]:
    """The files that may have tables."""
    key = f"files {__version__}"
    answers: dict[str, bool] = kept.load(key) or {}
    # In the order of the ids, for the huge generated headers stand side by side by their names.
    unknown = sorted((p for p, oid in files.items() if oid not in answers), key=files.__getitem__)
    for number, (path, answer) in enumerate(whole.with_names(snapshot, unknown)):
        answers[files[path]] = answer
        if number % 500 == 0:
            progress("looking for tables", number / len(unknown))
    if unknown:
        kept.save(key, answers)
    return [path for path, oid in files.items() if answers[oid]]


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


class _Work:
    def __init__(self, snapshot: Snapshot, files: dict[str, str]) -> None:
        self.snapshot, self.files = snapshot, files
        self.reach: Reach = whole.reach(snapshot)
        self.compared = 0
        self.folders: dict[str, list[str]] = {}
        for path in files:
            self.folders.setdefault(posixpath.dirname(path), []).append(path)
        self._folders = list[str](), dict[str, bytes]()

    def about(self, path: str) -> str:
        """What the result for a file depends on, apart from the headers."""
        beside = self.folders[posixpath.dirname(path)]
        return _digest(f"{p} {self.files[p]}" for p in beside)

    def compare(self, path: str) -> tuple[int, list[Gap]]:
        self.compared += 1
        links = whole.links_of(self.reach, path)
        return len(links), [gap for link in links if (gap := self._gap(path, link))]

    def _gap(self, path: str, link: Link) -> Gap | None:
        helpers = [source for path in link.helpers if (source := self.reach.read(path))]
        return find_gap(link, helpers, partial(self._beside, path, link.enum.source.path))

    def _beside(self, path: str, enum: str) -> dict[str, bytes]:
        """What stands in the folder of a table, and in that of its enum if it is a driver's."""
        folders = [posixpath.dirname(path)]
        if not enum.startswith("include/"):
            folders.append(posixpath.dirname(enum))
        if self._folders[0] != folders:
            files = [file for folder in folders for file in self.folders[folder][:_MOST_AROUND]]
            self._folders = folders, self.snapshot.read_many(dict.fromkeys(files))
        if path not in self._folders[1]:
            self._folders[1].update(self.snapshot.read_many([path]))
        return self._folders[1]
