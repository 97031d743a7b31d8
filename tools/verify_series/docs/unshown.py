# SPDX-License-Identifier: GPL-2.0-or-later
"""What need not be shown of the sources whose kernel-doc documents show.

Some documents show dozens of sources, or one with hundreds of comments, which takes many seconds
in every state of the tree. Only what has to do with the series can make a difference: a source
that it touches, and of that the comments that change; and whatever speaks of a name that the
series brings in or takes away, since that may be defined twice or missing then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..model import AppliedSeries
from . import shown
from .scope import Scope, spoken

#: Only kernel-doc in Python says nothing where it finds none of the comments it was asked for.
_KERNEL_DOC = "tools/lib/python/kdoc"


@dataclass(frozen=True)
class Unshown:
    """Sources of which documents show nothing, and by path the units (``shown.units``) of others
    that they do not show."""

    sources: frozenset[str] = frozenset()
    units: Mapping[str, frozenset[bytes]] = field(default_factory=dict)

    @property
    def paths(self) -> frozenset[str]:
        """All the sources that are not shown whole."""
        return self.sources | self.units.keys()

    def without(self, paths: Collection[str]) -> Unshown:
        """The same, but these sources are shown whole."""
        kept = {path: units for path, units in self.units.items() if path not in paths}
        return Unshown(self.sources.difference(paths), kept)

    def cut(self, path: str, text: bytes) -> bytes:
        """A source as it is to be shown. Comments that are not become plain ones; every line and
        column stays where it is."""
        data = bytearray(text)
        units = list(shown.units(text))
        kept = [(start, end) for start, end in units if text[start:end] not in self.units[path]]
        for start, _ in units:
            if not any(first <= start < last for first, last in kept):
                data[start + 2] = ord(" ")  # of "/**"
        return bytes(data)


def find(applied: AppliedSeries, scope: Scope) -> Unshown:
    """What a touched document shows is shown, since the series may have asked for it; and all is
    where a section title changes."""
    fixed = scope.sources(scope.documents - applied.paths)
    fixed -= scope.sources(scope.documents & applied.paths)
    code = sorted(path for path in applied.paths if path.endswith((".c", ".h")))
    texts = [snapshot.read_many(code) for snapshot in applied.snapshots]
    names = shown.Names.changing([state.values() for state in texts])
    if names.titles:
        return Unshown()
    declared = {name for name in scope.changing if name.startswith("c:")}
    names = replace(names, documented=names.documented | {n[2:].encode() for n in declared})
    words = spoken(scope.changing - declared)
    others = frozenset(applied.base.object_ids(sorted(fixed - applied.paths)))
    concerned = names.concern(applied.base.read_each(sorted(others)), words)
    if applied.base.object_id(_KERNEL_DOC) is None:
        return Unshown(others - concerned)
    states = {path: [state.get(path, b"") for state in texts] for path in code if path in fixed}
    states |= {path: [text] for path, text in applied.base.read_each(sorted(concerned))}
    units = {}
    for path in filter(scope.index.only_shown, states):
        same = _unchanging(states[path])
        units[path] = same - names.concern(((unit, unit) for unit in same), words)
    return Unshown(others - concerned, {path: some for path, some in units.items() if some})


def _unchanging(texts: Sequence[bytes]) -> frozenset[bytes]:
    """The units that stand equally often in all states of a source, without those behind another
    one: where kernel-doc finds no name or no end, it goes on into the next comment."""
    states = [Counter(text[a:b] for a, b in shown.units(text)) for text in texts]
    same = frozenset(u for u in states[0] if len({state[u] for state in states}) == 1)
    return same.difference(*(_behind(text, same) for text in texts))


def _behind(text: bytes, same: frozenset[bytes]) -> Iterator[bytes]:
    """The units of a source that come next behind one that is not in ``same``."""
    changing, stop = False, 0
    for start, end in shown.units(text):
        if start >= stop:  # not inside of the one before
            if changing:
                yield text[start:end]
            changing, stop = False, end
        changing |= text[start:end] not in same
