# SPDX-License-Identifier: GPL-2.0-or-later
"""A series against all enums and tables of names that it touches."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from ..c import Unreadable
from ..c.enums import Enum, find_enums
from ..c.source import Source, read_source
from ..c.view import Configuration, View, configurations, reason
from ..model import AppliedSeries
from .links import Link, enumerators, link
from .reach import Reach
from .reading import Reading, read_link
from .rule import Fault, Known, common_prefix, compare
from .sites import Site, find_sites

T = TypeVar("T", Enum, Site)

_FAMILIAR = 0.5  # of its words make an enum or a table the same one under another name
_FEWEST_LETTERS = 5  # of a prefix that is searched for in the whole tree
_REGISTERS = ":!drivers/gpu/drm/amd/include/*"  # generated, a third of the tree's bytes


@dataclass(slots=True)
class Judged:
    """A link through the whole series: the faults in each tree, the names in the last.

    ``known`` is what the base said, all configurations together; ``unread`` says why a tree
    could not be judged, if so.
    """

    link: Link
    faults: list[tuple[Fault, ...]]
    before: dict[str, frozenset[str]] = field(default_factory=dict)
    after: dict[str, frozenset[str]] = field(default_factory=dict)
    links: list[Link | None] = field(default_factory=list)
    enumerators: int = 0
    unread: str = ""


class Trees:
    """The trees of a series, of which only the touched files differ from the base."""

    def __init__(self, applied: AppliedSeries) -> None:
        self.applied = applied
        self.touched = sorted(p for p in applied.paths if p.endswith((".c", ".h")))
        self.contents = [s.read_many(self.touched) for s in applied.snapshots]
        self._base: dict[str, bytes | None] = {}
        self.reaches: dict[int, Reach] = {}

    def source(self, number: int, path: str) -> Source | None:
        """A file of the n-th tree, read."""
        if path in self.touched:
            data = self.contents[number].get(path)
        else:
            if path not in self._base:
                self._base[path] = self.applied.base.read(path)
            data = self._base[path]
        return None if data is None else read_source(path, data)

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

    def changed(
        self, find: Callable[[Source], Sequence[T]], text: Callable[[T], object]
    ) -> list[tuple[int, T]]:
        """What of a kind a patch changes, as the last tree before the change has it, and which."""
        found: dict[tuple[object, ...], tuple[int, T]] = {}
        for number in range(1, len(self.contents)):
            old, new = self.contents[number - 1], self.contents[number]
            for path in self.touched:
                if path not in old or old[path] == new.get(path):
                    continue
                after = new.get(path)
                kept = {text(one) for one in find(read_source(path, after))} if after else set()
                for one in find(read_source(path, old[path])):
                    if text(one) not in kept:
                        found.setdefault((path, text(one)), (number - 1, one))
        return list(found.values())


def discover(trees: Trees) -> list[tuple[int, Link]]:
    """Every link whose enum or table a patch changes, with the number of the tree it is from."""
    found: dict[tuple[object, ...], tuple[int, Link]] = {}

    def add(number: int, one: Link | None) -> None:
        if one and one.enum.body:
            key = (one.enum.source.path, one.enum.line, one.site.source.path, one.site.line)
            found.setdefault(key, (number, one))

    for number, site in trees.changed(find_sites, lambda site: site.text):
        add(number, link(trees.reach(number), site))
    changed = trees.changed(find_enums, _enum_text)
    candidates = _candidates(trees, [enum for _, enum in changed])
    for number, enum in changed:
        members = {*enumerators(enum), *(f"enum {name}" for name in enum.names)}
        for path in candidates[_visible_from(enum.source.path)]:
            source = trees.source(number, path)
            for site in find_sites(source) if source else ():
                if members.intersection(site.mentions):
                    one = link(trees.reach(number), site)
                    if one and one.enum == enum:
                        add(number, one)
    return list(found.values())


def _enum_text(enum: Enum) -> object:
    body = enum.body
    return tuple(t.text for t in enum.source.tokens[body.start : body.end]) if body else ()


def _candidates(trees: Trees, enums: Iterable[Enum]) -> dict[tuple[str, ...], list[str]]:
    """The files that may have names for the enums: those in which their enumerators stand.

    By where the files are that can include an enum, so that each is searched once.
    """
    texts: dict[tuple[str, ...], set[str]] = {}
    for enum in enums:
        texts.setdefault(_visible_from(enum.source.path), set()).update(_telling(enum))
    base = trees.applied.base
    found = {where: base.files_with(sorted(words), where) for where, words in texts.items()}
    return {where: sorted({*paths, *trees.touched}) for where, paths in found.items()}


def _telling(enum: Enum) -> list[str]:
    """What a file that names the enumerators has in it: their prefix, or some of them."""
    members = list(enumerators(enum))
    prefix = common_prefix(members)
    if len(prefix) >= _FEWEST_LETTERS:
        return [prefix]
    return sorted({members[0], members[len(members) // 2], members[-1]}) if members else []


def _visible_from(path: str) -> tuple[str, ...]:
    """Where the files stand that may include ``path``, as pathspecs."""
    parts = path.split("/")[:-1]
    if path.endswith(".c"):
        return (path,)
    if parts[:1] == ["arch"] and len(parts) > 1:
        return (f"arch/{parts[1]}/*.[ch]", "drivers/*.c", "sound/*.c")
    if parts[:1] == ["include"]:
        return ("*.[ch]", _REGISTERS) if "uapi" in parts else ("*.[ch]", _REGISTERS, ":!tools/*")
    if parts[:1] == ["tools"]:
        return ("tools/*.[ch]",)
    return (f"{'/'.join(parts[:2])}/*.[ch]",)


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
        result = False
        for i, one in enumerate(links):
            if one and one != (links[i - 1] if i else None):
                seen = view(i, given)
                enum, site = one.enum, one.site
                holds = seen.holds(enum.source, enum.when) and seen.holds(site.source, site.when)
                result = result or holds
        return result

    def read(given: Configuration) -> list[tuple[Fault, ...]]:
        known, states = Known(), list[tuple[Fault, ...]]()
        for i, one in enumerate(links):
            if one is None:
                states.append(())
                continue
            if states and one == links[i - 1]:
                states.append(states[-1])
                continue
            reading = read_link(view(i, given), one)
            readings.setdefault(i, []).append(reading)
            site = one.site.name
            faults = compare(known, reading, site, one.enum.source.path) if known.names else []
            states.append(tuple(faults))
            known.learn(reading)
        return states

    try:
        results, _ = configurations(there, read)
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
    return result


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
    enum = _find(trees, i, first.enum, find_enums, lambda e: set(enumerators(e)), lambda e: e.names)
    site = _find(trees, i, first.site, find_sites, lambda s: s.words, lambda s: (s.kind, s.name))
    return Link(enum, site, first.helpers) if enum and enum.body and site else None


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
