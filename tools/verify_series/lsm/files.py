# SPDX-License-Identifier: GPL-2.0-or-later
"""The C files of one tree, read as they are asked for."""

from __future__ import annotations

from collections.abc import Iterable

from ..c.source import Source, read_source
from ..model import Snapshot


class Files:
    """Reads a snapshot. ``contents`` maps ids of blobs to what was read for other snapshots."""

    def __init__(self, snapshot: Snapshot, contents: dict[str, bytes]) -> None:
        self.snapshot = snapshot
        self._contents = contents
        self._ids: dict[str, str] = {}
        self._listed: set[str] = set()

    def below(self, folder: str) -> dict[str, str]:
        """Path to blob id of the .c and .h files in ``folder``, at any depth."""
        top = folder.split("/", 1)[0] if folder.startswith("security/") else folder.rstrip("/")
        if top not in self._listed:
            self._listed.add(top)
            self._ids |= self.snapshot.blob_ids(top)
        return {
            path: oid
            for path, oid in self._ids.items()
            if path.startswith(folder) and path.endswith((".c", ".h"))
        }

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The content of those of ``paths`` that exist."""
        wanted = list(paths)
        missing = [p for p in wanted if self._ids.get(p, p) not in self._contents]
        for path, data in self.snapshot.read_many(missing).items() if missing else ():
            self._contents[self._ids.setdefault(path, f"{self.snapshot.commit}:{path}")] = data
        found = {path: self._contents.get(self._ids.get(path, "")) for path in wanted}
        return {path: data for path, data in found.items() if data is not None}

    def source(self, path: str) -> Source | None:
        """One file, read as C."""
        data = self.read([path]).get(path)
        return None if data is None else read_source(path, data)

    def mentioning(self, paths: Iterable[str], *words: bytes) -> list[Source]:
        """Those of ``paths`` in which one of ``words`` stands, also as a part of another."""
        return [
            read_source(path, data)
            for path, data in self.read(paths).items()
            if any(word in data for word in words)
        ]
