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
    key = f"gaps {__version__} {headers}"
    known: dict[str, Any] = kept.load(key) or {}
    work = _Work(snapshot, everything)
    count, gaps = 0, []
    try:
        for number, path in enumerate(paths):
            if number % _AT_A_TIME == 0:
                progress("comparing", number / len(paths))
            if path not in known or known[path][0] != work.about(known[path][1]):
                tables, folders, found = work.compare(path)
                rows = [[g.group, g.path, g.line, g.message, g.share] for g in found]
                known[path] = [work.about(folders), folders, tables, rows]
            _, _, tables, rows = known[path]
            count += tables
            gaps += [Gap(*row) for row in rows]
    finally:  # what an interrupted run did is not done again
        if work.compared:
            kept.save(key, known)
    return count, sorted(gaps, key=lambda gap: (gap.share, gap.path, gap.line))


def _with_names(
    snapshot: Snapshot, files: dict[str, str], kept: Kept, progress: Progress
) -> list[str]:
    """The files that may have tables."""
    key = f"named {__version__}"
    answers: dict[str, bool] = kept.load(key) or {}
    # In the order of the ids, for the huge generated headers stand side by side by their names.
    unknown = sorted((p for p, oid in files.items() if oid not in answers), key=files.__getitem__)
    try:
        for number, (path, answer) in enumerate(whole.with_names(snapshot, unknown)):
            answers[files[path]] = answer
            if number % 500 == 0:
                progress("looking for tables", number / len(unknown))
    finally:
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
        self._read = list[str](), dict[str, bytes]()

    def about(self, folders: Sequence[str]) -> str:
        """What the result for a file depends on, apart from the headers."""
        beside = [path for folder in folders for path in self.folders.get(folder, ())]
        return _digest(f"{path} {self.files[path]}" for path in beside)

    def compare(self, path: str) -> tuple[int, list[str], list[Gap]]:
        """How many tables a file has, the folders that were looked at, and the gaps."""
        self.compared += 1
        links = whole.links_of(self.reach, path)
        folders = {folder for link in links for folder in _folders(link)}
        gaps = [gap for link in links if (gap := self._gap(link))]
        return len(links), sorted({posixpath.dirname(path), *folders}), gaps

    def _gap(self, link: Link) -> Gap | None:
        helpers = [source for path in link.helpers if (source := self.reach.read(path))]
        return find_gap(link, helpers, partial(self._beside, link))

    def _beside(self, link: Link) -> dict[str, bytes]:
        """The files in the folders of a link, and the two that it is of."""
        folders = _folders(link)
        if self._read[0] != folders:
            files = [file for folder in folders for file in self.folders[folder][:_MOST_AROUND]]
            self._read = folders, self.snapshot.read_many(dict.fromkeys(files))
        own = [link.site.source.path, link.enum.source.path]
        missing = [path for path in own if path not in self._read[1]]
        return {**self._read[1], **self.snapshot.read_many(missing)}


def _folders(link: Link) -> list[str]:
    """The folder of a table, and that of its enum if that is a driver's."""
    folders = [posixpath.dirname(link.site.source.path)]
    if not link.enum.source.path.startswith("include/"):
        folders.append(posixpath.dirname(link.enum.source.path))
    return folders
