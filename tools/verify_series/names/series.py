# SPDX-License-Identifier: GPL-2.0-or-later
"""A table of names and its enum through the trees of a series."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from ..c import Unreadable
from ..c.enums import Enum, enumerators
from ..c.source import Source
from ..c.view import Configuration, View, complete, configurations, reason
from ..model import NameRow
from .drawn import found_rows
from .expect import of_new_names, of_new_table
from .links import Link
from .meant import is_elsewhere, is_withdrawn
from .reading import Reading, read_link
from .rule import Fault, Known, compare
from .sites import Site, find_sites
from .trees import T, Trees, find_numbered

_FAMILIAR = 0.5  # of its words make an enum or a table the same one under another name


@dataclass(slots=True)
class Judged:
    """A link through the whole series: the faults in each tree, the names in the last.

    ``known`` is what the base said, all configurations together; ``unread`` says why a tree
    could not be judged, if so. ``drawn`` are the rows of the base and of the last tree;
    ``complete`` is False where there are too many configurations to read all.
    """

    link: Link
    faults: list[tuple[Fault, ...]]
    before: dict[str, frozenset[str]] = field(default_factory=dict)
    after: dict[str, frozenset[str]] = field(default_factory=dict)
    links: list[Link | None] = field(default_factory=list)
    enumerators: int = 0
    unread: str = ""
    complete: bool = True
    drawn: tuple[tuple[NameRow, ...], tuple[NameRow, ...]] = ((), ())


def judge(trees: Trees, number: int, first: Link) -> Judged:
    """Read a link in every tree and every configuration, and compare."""
    return _Judge(trees, number, first).judged()


class _Judge:
    def __init__(self, trees: Trees, number: int, first: Link) -> None:
        self.trees, self.first = trees, first
        self.links = [_again(trees, i, first, number) for i in range(len(trees.contents))]
        self.readings: dict[int, list[Reading]] = {}
        self.asked: dict[int, set[str]] = {}  # the options on which a tree's text depends

    def judged(self) -> Judged:
        result = Judged(self.first, [])
        try:
            results, result.complete = configurations(self._is_there, self._read)
            for i in range(len(self.links)):
                found = [
                    (given, tuple(f for f in states[i] if not self._is_replaced(f, i, given)))
                    for given, states in results
                ]
                result.faults.append(_merge(found))
        except Unreadable as error:
            result.unread = str(error)
            return result
        before, last = self.readings.get(0, []), max(self.readings, default=0)
        after = self.readings.get(last, [])
        result.before, result.after = _names(before), _names(after)
        result.enumerators = max((len(r.names) for r in after), default=0)
        result.links = self.links
        result.drawn = (found_rows(before), found_rows(after))
        return result

    def _view(self, i: int, given: Configuration) -> View:
        one = self.links[i]
        assert one is not None
        helpers = [self.trees.source(i, path) for path in one.helpers]
        present = [source for source in helpers if source]
        view = View([*present, one.enum.source, one.site.source], given)
        view.asked = self.asked.setdefault(i, set())
        return view

    def _is_there(self, given: Configuration) -> bool:
        return any(_holds(self._view(i, given), one) for i, one in enumerate(self.links) if one)

    def _read(self, given: Configuration) -> list[tuple[Fault, ...]]:
        """The faults of each tree in one configuration."""
        known, states = Known(), list[tuple[Fault, ...]]()
        for i, one in enumerate(self.links):
            view = self._view(i, given) if one else None
            if view is None or one is None or not _holds(view, one):
                states.append(())
                continue
            if i and one == self.links[i - 1] and view.sources == self._view(i - 1, given).sources:
                states.append(states[-1])
                self.asked[i] |= self.asked[i - 1]
                self.readings.setdefault(i, []).extend(self.readings.get(i - 1, [])[-1:])
                continue
            reading = read_link(view, one)
            self.readings.setdefault(i, []).append(reading)
            if not known.names and i and not any(self.links[:i]):
                known = of_new_table(reading)
            of_new_names(known, reading)
            faults = compare(known, reading, one.site.name, one.enum.source.path)
            states.append(tuple(f for f in faults if not self._is_meant(f, one.site)))
            known.learn(reading)
            if one.enum.macros:  # one that was there before is not new, only nearer than it was
                known.enumerators |= one.enum.source.macros.keys()
        return states

    def _is_meant(self, fault: Fault, site: Site) -> bool:
        before = next(one.site for one in self.links if one)
        return is_withdrawn(fault, before, site) or is_elsewhere(fault, site)

    def _is_replaced(self, fault: Fault, i: int, given: Configuration) -> bool:
        """Whether a name is lost only for an option for which the tree no longer asks, as its #if
        asks for another one now."""
        gone = given.keys() - self.asked.get(i, set())
        if fault.rule != "lost" or not gone or fault.what not in _names(self.readings.get(i, [])):
            return False
        other = {name: value != (name in gone) for name, value in given.items()}
        _, states = complete(self._read, other, False)
        return (fault.rule, fault.what) not in [(f.rule, f.what) for f in states[i]]


def _holds(view: View, one: Link) -> bool:
    """Whether the configuration has both the enum and the site."""
    enum, site = one.enum, one.site
    return view.holds(enum.source, enum.when) and view.holds(site.source, site.when)


def _names(readings: Sequence[Reading]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for reading in readings:
        for name, named in reading.names.items():
            found[name] = found.get(name, frozenset()) | {named.text}
    return found


def _merge(results: Sequence[tuple[Configuration, tuple[Fault, ...]]]) -> tuple[Fault, ...]:
    """Each fault once; one that not every configuration has says where it is."""
    found: dict[tuple[str, str, int], tuple[Fault, list[Configuration]]] = {}
    for given, faults in results:
        for fault in faults:
            found.setdefault((fault.rule, fault.what, fault.line), (fault, []))[1].append(given)
    merged = []
    for fault, failing in found.values():
        words = reason(failing, [given for given, _ in results])
        if words:
            fault = replace(fault, message=f"{fault.message}, where {words}")
        merged.append(fault)
    return tuple(merged)


def _again(trees: Trees, i: int, first: Link, number: int) -> Link | None:
    """The same enum and site in the i-th tree."""
    if i == number:
        return first
    enum = _find(
        trees, i, first.enum, find_numbered, lambda e: set(enumerators(e)), lambda e: e.names
    )
    if enum and enum.macros:
        enum = _whole_family(enum, first.enum)
    site = _find(trees, i, first.site, find_sites, lambda s: s.words, lambda s: (s.kind, s.name))
    if not (enum and enum.whole and site) or site.names_itself(enumerators(enum)):
        return None
    return replace(first, enum=enum, site=site)


def _whole_family(family: Enum, first: Enum) -> Enum:
    """A family with all macros that it had, wherever in the file they stand now."""
    known = set(enumerators(family))
    macros = family.source.macros
    more = [m for name in enumerators(first) if name not in known for m in macros.get(name, ())]
    return replace(family, macros=(*family.macros, *more))


def _find(
    trees: Trees,
    i: int,
    wanted: T,
    find: Callable[[Source], Sequence[T]],
    words: Callable[[T], Collection[str]],
    name: Callable[[T], object],
) -> T | None:
    """What is most like ``wanted`` in the file of the i-th tree, else in any touched file."""
    own = set(words(wanted))
    here = trees.names_of(wanted.source.path)[i]
    peers = [one for one in find(wanted.source) if name(one) == name(wanted)]
    source = trees.source(i, here)
    same = [one for one in find(source) if name(one) == name(wanted)] if source else []
    if len(same) == len(peers) > 1:  # such as arrays of two functions
        twin = same[[one.line for one in peers].index(wanted.line)]
        if len(own.intersection(words(twin))) > _FAMILIAR * len(own):
            return twin
    for paths in ([here], trees.touched):
        best: tuple[float, T] | None = None
        for path in paths:
            source = trees.source(i, path)
            for one in find(source) if source else ():
                shared = len(own.intersection(words(one))) / max(len(own), 1)
                if name(one) == name(wanted) and shared:
                    shared += 1
                if shared > max(_FAMILIAR, best[0] if best else 0):
                    best = (shared, one)
        if best:
            return best[1]
    return None
