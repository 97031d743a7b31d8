# SPDX-License-Identifier: GPL-2.0-or-later
"""A table of names and its enum through the trees of a series."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from ..c import Unreadable
from ..c.enums import Enum, enumerators
from ..c.source import Source
from ..c.view import Configuration, View, configurations, reason
from ..model import NameRow
from .drawn import found_rows
from .expect import of_new_names, of_new_table
from .links import Link
from .reading import Reading, read_link
from .rule import Fault, Known, compare
from .sites import find_sites
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
    links = [_again(trees, i, first, number) for i in range(len(trees.contents))]
    result = Judged(first, [])
    readings: dict[int, list[Reading]] = {}

    def view(i: int, given: Configuration) -> View:
        one = links[i]
        assert one is not None
        helpers = [trees.source(i, path) for path in one.helpers]
        present = [source for source in helpers if source]
        return View([*present, one.enum.source, one.site.source], given)

    def there(given: Configuration) -> bool:
        return any(_holds(view(i, given), one) for i, one in enumerate(links) if one)

    def read(given: Configuration) -> list[tuple[Fault, ...]]:
        known, states = Known(), list[tuple[Fault, ...]]()
        for i, one in enumerate(links):
            seen = view(i, given) if one else None
            if seen is None or one is None or not _holds(seen, one):
                states.append(())
                continue
            if i and one == links[i - 1] and seen.sources == view(i - 1, given).sources:
                states.append(states[-1])
                continue
            reading = read_link(seen, one)
            readings.setdefault(i, []).append(reading)
            if not known.names and i and not any(links[:i]):
                known = of_new_table(reading)
            of_new_names(known, reading)
            site = one.site.name
            faults = compare(known, reading, site, one.enum.source.path) if known.names else []
            states.append(tuple(faults))
            known.learn(reading)
            if one.enum.macros:  # one that was there before is not new, only nearer than it was
                known.enumerators |= one.enum.source.macros.keys()
        return states

    try:
        results, result.complete = configurations(there, read)
    except Unreadable as error:
        result.unread = str(error)
        return result
    for i in range(len(links)):
        result.faults.append(_merge([(given, states[i]) for given, states in results]))
    result.before = _names(readings.get(0, []))
    last = max(readings, default=0)
    result.after = _names(readings.get(last, []))
    result.enumerators = max((len(r.names) for r in readings.get(last, [])), default=0)
    result.links = links
    result.drawn = (found_rows(readings.get(0, [])), found_rows(readings.get(last, [])))
    return result


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
    return replace(first, enum=enum, site=site) if enum and enum.whole and site else None


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
