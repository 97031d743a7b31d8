# SPDX-License-Identifier: GPL-2.0-or-later
"""Which C files of a tree have one of some texts in them.

To look through all files takes seconds, so what was found in a folder is kept by the id of its
git tree: the next revision of a series looks only where the base has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .. import __version__
from ..kept import Kept
from ..model import Snapshot

Pathspecs = tuple[str, ...]

_GENERATED = (  # lists of registers and tables of numbers, two fifths of the tree's bytes
    ":!drivers/gpu/drm/amd/include/*",
    ":!drivers/accel/*/asic_reg/*",
    ":!drivers/net/wireless/realtek/*table*.c",
    ":!include/dt-bindings/*",
    ":!fs/nls/*",
)
EVERYWHERE: Pathspecs = ("*.[ch]", *_GENERATED, ":!tools/*")
WITH_TOOLS: Pathspecs = ("*.[ch]", *_GENERATED)

_LARGE = ("arch", "drivers", "fs", "include", "net", "sound")  # whose folders are kept each


class Search:
    """Looks into one tree, of which ``paths`` gives all files."""

    def __init__(self, snapshot: Snapshot, paths: Callable[[], Iterable[str]], kept: Kept) -> None:
        self.snapshot, self.kept, self._paths = snapshot, kept, paths
        self._folders: dict[str, str] | None = None

    def files_with(self, texts: Iterable[str], where: Pathspecs) -> list[str]:
        """The files in which one of ``texts`` stands, of those that git's pathspecs name."""
        wanted = sorted(set(texts))
        if where[0] != "*.[ch]":
            return self.snapshot.files_with(wanted, where)
        key = "\n".join((__version__, *where, *wanted))
        known: dict[str, list[str]] = self.kept.load(key) or {}
        folders = self.folders
        unknown = {folder for folder, oid in folders.items() if oid not in known}
        if unknown:
            specs = where
            if len(unknown) * 4 < len(folders):  # git is slow with many patterns
                specs = (*(_inside(folder) for folder in unknown), *where[1:])
            for folder in unknown:
                known[folders[folder]] = []
            for path in self.snapshot.files_with(wanted, specs):
                folder = _folder(path)
                if folder in unknown:
                    known[folders[folder]].append(path.removeprefix(folder))
            self.kept.save(key, known)
        return [folder + path for folder, oid in folders.items() for path in known[oid]]

    @property
    def folders(self) -> dict[str, str]:
        """The folders that are kept each, and the ids of their trees."""
        if self._folders is None:
            files = (path for path in self._paths() if path.endswith((".c", ".h")))
            inside = {path[: path.rfind("/")] if path.count("/") > 1 else path for path in files}
            folders = sorted({_folder(path) for path in inside})
            self._folders = dict(self.snapshot.object_ids(folders))
        return self._folders


def _folder(path: str) -> str:
    """The folder that ``path`` is kept with; a file that is in none is kept alone."""
    parts = path.split("/")
    return "/".join(parts[: 2 if parts[0] in _LARGE else 1])


def _inside(folder: str) -> str:
    return folder if folder.endswith((".c", ".h")) else f"{folder}/*.[ch]"
