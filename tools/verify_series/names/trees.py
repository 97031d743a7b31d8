# SPDX-License-Identifier: GPL-2.0-or-later
"""The trees of a series, and what its patches change in the C files that they touch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TypeVar

from .. import cache
from ..c.enums import Enum, find_enums
from ..c.families import find_families
from ..c.source import Macro, Source, read_source
from ..kept import Kept
from ..model import AppliedSeries
from .reach import Reach
from .search import Pathspecs, Search
from .sites import Site, find_sites
from .written import of_macro

_SIGNS = frozenset(("(", ")", "+", "-", "*", "/", "<<", ">>", "|", "&", "~"))
T = TypeVar("T", Enum, Site)


def find_numbered(source: Source) -> tuple[Enum, ...]:
    """All enums of a file, and all families of macros that are numbered as one."""
    return (*find_enums(source), *find_families(source))


class Trees:
    """The trees of a series, of which only the touched files differ from the base."""

    def __init__(self, applied: AppliedSeries) -> None:
        self.applied = applied
        self.touched = sorted(p for p in applied.paths if p.endswith((".c", ".h")))
        self.contents = [s.read_many(self.touched) for s in applied.snapshots]
        self._base: dict[str, bytes | None] = {}
        self.reaches: dict[int, Reach] = {}
        self._search: Search | None = None

    def data(self, number: int, path: str) -> bytes | None:
        """The content of a file of the n-th tree."""
        if path in self.touched:
            return self.contents[number].get(path)
        self._load([path])
        return self._base[path]

    def source(self, number: int, path: str) -> Source | None:
        """A file of the n-th tree, read."""
        data = self.data(number, path)
        return None if data is None else read_source(path, data)

    def files_with(self, texts: Iterable[str], where: Pathspecs) -> list[str]:
        """The files in which one of ``texts`` stands, of those that pathspecs name; and what the
        series touches."""
        if self._search is None:
            kept = Kept(cache.root() / "names")
            self._search = Search(self.applied.base, lambda: self.reach(0).listing, kept)
        found = self._search.files_with(texts, where)
        self._load(found)
        return sorted({*found, *self.touched})

    def reach(self, number: int) -> Reach:
        """The includes of the n-th tree."""
        if number not in self.reaches:
            self.reaches[number] = Reach(self.applied.snapshots[number])
        return self.reaches[number]

    def names_of(self, path: str) -> list[str]:
        """What a file is called in the base and after each patch."""
        names = [path]
        for step in self.applied.steps:
            renamed = {c.old: c.new for c in step.changes if c.old and c.new}
            names.append(renamed.get(names[-1], names[-1]))
        return names

    def _load(self, paths: Iterable[str]) -> None:
        """Read untouched files together."""
        missing = [path for path in paths if path not in self._base and path not in self.touched]
        contents = self.applied.base.read_many(missing) if missing else {}
        self._base.update({path: contents.get(path) for path in missing})

    def _steps(self) -> Iterator[tuple[int, str, Source | None, Source | None]]:
        """Each touched file before and after a patch that changes it; the number of the patch."""
        for number in range(1, len(self.contents)):
            old, new = self.contents[number - 1], self.contents[number]
            for path in self.touched:
                if old.get(path) != new.get(path):
                    yield number, path, self.source(number - 1, path), self.source(number, path)

    def changed(
        self, find: Callable[[Source], Sequence[T]], text: Callable[[T], object]
    ) -> list[tuple[int, T]]:
        """What of a kind a patch changes, as the last tree before the change has it, and which."""
        found: dict[tuple[object, ...], tuple[int, T]] = {}
        for number, path, before, after in self._steps():
            kept = {text(one) for one in find(after)} if after else set()
            for one in find(before) if before else ():
                if text(one) not in kept:
                    found.setdefault((path, text(one)), (number - 1, one))
        return list(found.values())

    def born(self) -> list[tuple[int, Site]]:
        """The sites that no touched file had under this name before, and the first tree with it."""
        seen = {(site.kind, site.name) for path in self.touched for site in self._sites(0, path)}
        found = []
        for number, path, _, _ in self._steps():
            for site in self._sites(number, path):
                if (site.kind, site.name) not in seen:
                    seen.add((site.kind, site.name))
                    found.append((number, site))
        return found

    def _sites(self, number: int, path: str) -> tuple[Site, ...]:
        source = self.source(number, path)
        return find_sites(source) if source else ()

    def macros(self) -> dict[tuple[int, str], set[str]]:
        """The macros to which a patch gives another number or list: by the number of the tree
        before it, and the file."""
        found: dict[tuple[int, str], set[str]] = {}
        for number, path, before, after in self._steps():
            for name, old in before.macros.items() if before else ():
                new = after.macros.get(name, []) if after else []
                if of_macro(old) != of_macro(new) and any(_gives_values(macro) for macro in old):
                    found.setdefault((number - 1, path), set()).add(name)
        return found


def _gives_values(macro: Macro) -> bool:
    """Whether values or names may be made with a macro: a number, ``#x``, ``a##b`` or ``X(a)``."""
    body = macro.body or ()
    if macro.parameters is None:
        return bool(body) and all(t.kind in ("number", "name") or t.text in _SIGNS for t in body)
    texts = [token.text for token in body]
    calls = pairwise(texts)
    return (
        "#" in texts
        or "##" in texts
        or any(name in macro.parameters and after == "(" for name, after in calls)
    )
