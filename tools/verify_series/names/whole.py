# SPDX-License-Identifier: GPL-2.0-or-later
"""Every table of names of a tree, and the enum that indexes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..c.source import read_source
from ..model import Snapshot
from .links import Link, link
from .reach import Reach
from .sites import TABLE, find_sites
from .skim import may_have_names, skim


def c_files(snapshot: Snapshot, folders: Iterable[str] = ()) -> dict[str, str]:
    """Path to blob id of the C files of a tree, in some folders or all."""
    where = tuple(f"{folder.rstrip('/')}/" for folder in folders)
    return {
        path: oid
        for path, oid in snapshot.blob_ids().items()
        if path.endswith((".c", ".h")) and (not where or f"{path}/".startswith(where))
    }


def with_names(snapshot: Snapshot, paths: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Each of ``paths``, and whether it may have a table that an enum indexes."""
    for path, data in snapshot.read_each(paths):
        yield path, may_have_names(data)


def reach(snapshot: Snapshot) -> Reach:
    """The includes of a tree whose files are skimmed before they are read."""
    return Reach(snapshot, skim)


def links_of(reached: Reach, path: str) -> list[Link]:
    """The arrays of a file that an enum indexes."""
    data = reached.snapshot.read(path)
    sites = find_sites(read_source(path, skim(data))) if data else ()
    tables = (site for site in sites if site.kind == TABLE)
    found = (link(reached, site) for site in tables)
    return [one for one in found if one]
