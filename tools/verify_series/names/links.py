# SPDX-License-Identifier: GPL-2.0-or-later
"""Which enum a table of names belongs to, by what the table's file can see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..c.enums import Enum, enumerators, find_enums
from ..c.families import find_families
from ..c.source import Source
from .reach import Reach
from .sites import TABLE, Site

_ASKED = 6  # mentions that are looked up for a site
_FEWEST = 3  # names of an enum in a table that has those of others, too
_KNOWN = frozenset(("NULL", "BIT", "BIT_ULL", "__stringify", "case", "return", "break", "default"))


@dataclass(frozen=True, slots=True)
class Link:
    """An enum and a site with names for it, as one tree has them.

    ``helpers`` are files with the macros and constants that the values of the two need.
    ``several`` is true where the table has the names of other enums as well.
    """

    enum: Enum
    site: Site
    helpers: tuple[str, ...]
    several: bool = False


def links(reach: Reach, site: Site, user: Source | None = None) -> list[Link]:
    """The enum that most of the site's mentions are of, or all that have some of an array's.

    Local macros win: a mention that the site's own file defines as a macro is no enumerator.
    ``user`` is the file whose includes count, if it is not the site's own.
    """
    asked = _sample(site.mentions)
    votes = _votes(reach, user or site.source, asked)
    if len(votes) > 1 and site.kind == TABLE:
        asked = list(site.mentions)
        votes = _votes(reach, user or site.source, asked)
        several = [enum for enum, count in votes if count >= _FEWEST]
        if len(several) > 1:
            return [Link(e, site, _helpers(reach, e, site), several=True) for e in several]
    if not votes:
        return []
    (enum, most), *others = votes
    if site.names_itself(enumerators(enum)):
        return []
    tie = bool(others) and others[0][1] == most
    if tie or (most * 2 <= len(asked) and site.kind != TABLE):
        return []
    return [Link(enum, site, _helpers(reach, enum, site))]


def link(reach: Reach, site: Site) -> Link | None:
    """The only enum of a site; None where it has none or several."""
    found = links(reach, site)
    return found[0] if len(found) == 1 else None


def _votes(reach: Reach, source: Source, mentions: Iterable[str]) -> list[tuple[Enum, int]]:
    """The enums that define the mentions, and how many each, the most first."""
    found = [enum for name in mentions if (enum := _enum_of(reach, source, name))]
    enums = {enum.place: enum for enum in found}  # a file may have been read twice
    counts = Counter(enum.place for enum in found)
    return [(enums[place], count) for place, count in counts.most_common()]


def _sample(mentions: Sequence[str]) -> list[str]:
    if len(mentions) <= _ASKED:
        return list(mentions)
    step = (len(mentions) - 1) / (_ASKED - 1)
    return list(dict.fromkeys(mentions[round(i * step)] for i in range(_ASKED)))


def _enum_of(reach: Reach, source: Source, name: str, depth: int = 2) -> Enum | None:
    tag = name.removeprefix("enum ")
    if tag != name:
        path = next((one for one in reach.walk(source.path) if tag in reach.tags(one)), None)
        return _only(_at(reach, source, path), lambda enum: tag in enum.names)
    found = _at(reach, source, reach.definer(source.path, name))
    enum = _only(found, lambda enum: name in enumerators(enum))
    if found and not enum:
        enum = next((one for one in find_families(found) if name in enumerators(one)), None)
    if enum or not found or not depth:
        return enum
    macros = found.macros.get(name, ())  # such as a size that is an enumerator and one more
    words = [t.text for m in macros[-1:] for t in m.body or () if t.kind == "name"]
    enums = (_enum_of(reach, found, word, depth - 1) for word in words if word != name)
    return next((one for one in enums if one), None)


def _at(reach: Reach, source: Source, path: str | None) -> Source | None:
    return source if path == source.path else reach.read(path) if path else None


def _only(source: Source | None, test: Callable[[Enum], bool]) -> Enum | None:
    """The enum of a file that passes the test, if it is one."""
    enums = [enum for enum in find_enums(source) if test(enum)] if source else []
    return enums[0] if len(enums) == 1 else None


def _helpers(reach: Reach, enum: Enum, site: Site) -> tuple[str, ...]:
    """The files, other than the two, with macros and constants that their values are made of."""
    own = [token for macro in enum.macros for token in macro.body or ()]
    if enum.body:
        own = enum.source.tokens[enum.body.start : enum.body.end]
    known = _KNOWN.union(enumerators(enum))
    needed = [
        (enum.source, {t.text for t in own if t.kind == "name"} - known),
        (site.source, {t.text for t in site.raw() if t.kind == "name"} - known),
    ]
    found: dict[str, None] = {}
    for _ in range(3):  # a macro of macros of macros
        following = []
        for source, names in needed:
            for path in _definers(reach, source, names):
                if path not in found and path not in (enum.source.path, site.source.path):
                    found[path] = None
                    helper = reach.read(path)
                    if helper:
                        following.append((helper, _bodies(helper, names)))
        needed = following
    return tuple(reversed(found))


def _definers(reach: Reach, source: Source, names: Iterable[str]) -> Iterator[str]:
    for name in sorted(names):
        path = reach.definer(source.path, name)
        if path:
            yield path


def _bodies(source: Source, names: Iterable[str]) -> set[str]:
    macros = [macro for name in names for macro in source.macros.get(name, ())]
    return {t.text for macro in macros for t in macro.body or () if t.kind == "name"}
