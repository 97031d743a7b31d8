# SPDX-License-Identifier: GPL-2.0-or-later
"""Which sources have to compile so that a series can be judged."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..model import AppliedSeries, Snapshot

SOURCES = (".c", ".S")
_MAKEFILES = ("Makefile", "Kbuild")
_PUBLIC = "include/"
_MOST = 40  # sources that are compiled because of a header
_INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*(["<])([^">\n]+)[">]', re.M)


@dataclass(frozen=True, slots=True)
class Targets:
    """``touched`` are the sources that the series changes, ``including`` those that include a
    header which it changes, or lie beside a Makefile that it changes. ``notes`` say what was left
    out.
    """

    touched: tuple[str, ...]
    including: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        return self.touched + self.including


def find(applied: AppliedSeries, folders: Iterable[str], also: Iterable[str] = ()) -> Targets:
    """The sources to compile, ``also`` some others. Those that include a header are looked for in
    the folders that the series touches and in ``folders``, through other headers as well.
    """
    touched = sorted(path for path in applied.paths if path.endswith(SOURCES))
    headers = {path for path in applied.paths if path.endswith(".h")}
    makefiles = {path for path in applied.paths if posixpath.basename(path) in _MAKEFILES}
    beside = {posixpath.dirname(path) for path in applied.paths if path.endswith((*SOURCES, ".h"))}
    where = {f.rstrip("/") for f in (*beside, *folders) if f and not f.startswith(_PUBLIC)}
    found = _including(applied.head, headers, where) if headers else set()
    for folder in filter(None, map(posixpath.dirname, makefiles)):
        beside.add(folder)
        found |= {p for p in applied.head.blob_ids(folder) if posixpath.dirname(p) == folder}
    found = {path for path in found if path.endswith(SOURCES)}
    new = sorted(
        found - set(touched), key=lambda path: (posixpath.dirname(path) not in beside, path)
    )
    notes = []
    if len(new) > _MOST:
        notes.append(
            f"of {len(new)} sources that a touched header or Makefile concerns,"
            f" {_MOST} were compiled"
        )
    public = sorted(path for path in headers if path.startswith(_PUBLIC))
    if public:
        named = ", ".join(sorted(where)) or "no folder"
        notes.append(f"sources that include {', '.join(public)} were looked for in {named} only")
    others = sorted(set(also) - set(touched) - set(new[:_MOST]))
    return Targets(tuple(touched), (*new[:_MOST], *others), tuple(notes))


def _including(snapshot: Snapshot, headers: set[str], folders: set[str]) -> set[str]:
    """The sources below ``folders`` that include one of ``headers``."""
    places = sorted(folders)
    if any(path.startswith(_PUBLIC) for path in headers):
        places.append(f"{_PUBLIC}linux")
    paths = dict.fromkeys(path for place in places for path in snapshot.blob_ids(place))
    texts = snapshot.read_many(path for path in paths if path.endswith((*SOURCES, ".h")))
    included = {path: _included(path, text) for path, text in texts.items()}
    reached, new = set(headers), set(headers)
    while new:
        names = _names(new)
        new = {path for path, some in included.items() if path not in reached and some & names}
        reached |= new
    return {path for path in reached if path.endswith(SOURCES) and _below(path, folders)}


def _included(path: str, text: bytes) -> set[str]:
    """The headers that ``path`` includes: where they would be for ", and how they are called."""
    names = set()
    for quote, name in _INCLUDE.findall(text):
        called = name.decode("utf-8", "replace")
        if quote == b'"':
            names.add(posixpath.normpath(posixpath.join(posixpath.dirname(path), called)))
        names.add(f"<{called}>")
    return names


def _names(headers: Iterable[str]) -> set[str]:
    """The ways in which other files can name these headers."""
    names = set()
    for path in headers:
        names.add(path)
        for root in ("/include/uapi/", "/include/"):
            _, found, name = f"/{path}".partition(root)
            if found:
                names.add(f"<{name}>")
                break
    return names


def _below(path: str, folders: Iterable[str]) -> bool:
    return any(path.startswith(f"{folder}/") for folder in folders)


def object_of(source: str) -> str:
    """The object that kbuild makes of a source."""
    return f"{posixpath.splitext(source)[0]}.o"


def is_prose(path: str) -> bool:
    """Whether a change of the path cannot change what is compiled."""
    return path.endswith((".rst", ".txt", ".yaml", ".md", ".svg")) or path in (
        "MAINTAINERS",
        "CREDITS",
    )
