# SPDX-License-Identifier: GPL-2.0-or-later
"""What git lists of commits: paths with the modes and ids of what is there.

A process that verifies many series on one base asks the same of that base again and again. So what
was listed of the user's commit is kept while the process lives, and of a commit that differs in
some paths alone, which every patch makes, only those are asked for.
"""

from __future__ import annotations

import os
from bisect import insort
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

Entries = dict[str, tuple[str, str]]  # path to mode and id
Ask = Callable[..., bytes]  # runs a git command

_MOST_COMMITS = 2
_MOST_FOLDERS = 8  # of a commit; all of Linux takes some 25 MB
_MOST_PATHS = 20_000
_MOST_ARGUMENTS = 500  # paths on one command line


@dataclass(slots=True)
class _Kept:
    """What is known of a commit: single paths, None where nothing is, and whole folders."""

    paths: dict[str, tuple[str, str] | None] = field(default_factory=dict)
    folders: dict[str, Entries] = field(default_factory=dict)


_kept: dict[str, _Kept] = {}


@dataclass(frozen=True)
class Difference:
    """How a commit differs from the one near it: path to what is there now, None for nothing."""

    changed: Mapping[str, tuple[str, str] | None]

    @cached_property
    def _above(self) -> frozenset[str]:
        """Everything at, and above, a path that changed."""
        return frozenset((*self.changed, *(f for path in self.changed for f in _folders(path))))

    def concerns(self, path: str) -> bool:
        """Whether what is at a path may be another than in the commit near."""
        if path in self._above or not path or path.endswith("/"):
            return True
        return any(folder in self.changed for folder in _folders(path))

    def put_into(self, before: Entries, folder: str) -> Entries:
        """The entries below a folder, in git's order, out of those of the commit near."""
        inside = {p: e for p, e in self.changed.items() if p.startswith(folder)}
        if not inside:
            return before
        entries = {**before, **{path: entry for path, entry in inside.items() if entry}}
        for path in (path for path, entry in inside.items() if not entry):
            entries.pop(path, None)
        if new := sorted(entries.keys() - before.keys()):
            items = list(entries.items())[: -len(new)]
            for path in new:
                insort(items, (path, entries[path]), key=_bytes)
            return dict(items)
        return entries


def difference(ask: Ask, near: str, commit: str) -> Difference:
    """What ``git diff-tree -z`` says: ``:mode SP mode SP id SP id SP status`` and the path, each
    with a NUL."""
    if near == commit:
        return Difference({})
    raw = ask("diff-tree", "-r", "-z", "--no-renames", near, commit)
    fields = iter(os.fsdecode(raw).split("\0"))
    changed: dict[str, tuple[str, str] | None] = {}
    for meta, path in zip(fields, fields, strict=False):
        _, mode, _, oid, status = meta.split(" ")
        changed[path] = None if status == "D" else (mode, oid)
    return Difference(changed)


def listed(ask: Ask, commit: str, paths: Iterable[str], *options: str) -> Entries:
    """Those of some paths that exist."""
    wanted = {path for path in paths if path and "\0" not in path and not path.startswith("/")}
    found: Entries = {}
    for group in _apart(wanted):
        for first in range(0, len(group), _MOST_ARGUMENTS):
            some = group[first : first + _MOST_ARGUMENTS]
            found |= parse(ask("ls-tree", "-z", *options, commit, "--", *some))
    return found


def _apart(paths: Iterable[str]) -> Iterator[list[str]]:
    """Groups in which no path lies below another: of two such, git lists the lower one alone."""
    left = set(paths)
    while left:
        above = left.intersection(folder for path in left for folder in _folders(path))
        yield sorted(left - above)
        left = above


def _folders(path: str) -> Iterator[str]:
    """The folders that a path is in, the outermost first."""
    at = path.find("/")
    while at >= 0:
        yield path[:at]
        at = path.find("/", at + 1)


def kept_paths(ask: Ask, commit: str, paths: Iterable[str]) -> Entries:
    """The same of a commit of the user's, each path asked for once."""
    kept, wanted = _of(commit), list(paths)
    if len(kept.paths) > _MOST_PATHS:
        kept.paths = {}
    known = kept.paths
    unknown = [path for path in wanted if path not in known]
    if unknown:
        found = listed(ask, commit, unknown)
        known |= {path: found.get(path) for path in unknown}
    return {path: entry for path in wanted if (entry := known[path])}


def kept_folder(ask: Ask, commit: str, folder: str) -> Entries:
    """All below a folder, which ends in ``/``, or in the whole of a commit of the user's."""
    kept = _of(commit)
    known = kept.folders.get(folder)
    if known is None:
        known = kept.folders[folder] = below(ask, commit, folder)
        for old in list(kept.folders)[:-_MOST_FOLDERS]:
            kept.folders.pop(old, None)
    return known


def below(ask: Ask, commit: str, folder: str) -> Entries:
    """All below a folder, which ends in ``/``, or in the whole commit where that is empty."""
    return parse(ask("ls-tree", "-r", "-z", commit, "--", *([folder] if folder else ())))


def parse(listing: bytes) -> Entries:
    """Read ``git ls-tree -z``: ``mode SP type SP id TAB path NUL``."""
    entries = {}
    for record in filter(None, os.fsdecode(listing).split("\0")):
        meta, path = record.split("\t", 1)
        mode, _, oid = meta.split(" ")
        entries[path] = (mode, oid)
    return entries


def _of(commit: str) -> _Kept:
    kept = _kept.setdefault(commit, _Kept())
    for old in list(_kept)[:-_MOST_COMMITS]:
        _kept.pop(old, None)
    return kept


def _bytes(entry: tuple[str, tuple[str, str]]) -> bytes:
    """As git sorts paths."""
    return os.fsencode(entry[0])
