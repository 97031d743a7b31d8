# SPDX-License-Identifier: GPL-2.0-or-later
"""Which enums and tables of names a series concerns, wherever in the tree they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ..c.enums import Enum
from ..c.source import Source
from .links import Link, enumerators, links
from .rule import common_prefix
from .sites import TABLE, Site, find_sites
from .trees import Trees, find_numbered
from .uses import bounds, indexed_by
from .written import of_enum, of_site, words

_FEWEST_LETTERS = 5  # of a prefix that is searched for in the whole tree
_REGISTERS = ":!drivers/gpu/drm/amd/include/*"  # generated, a third of the tree's bytes

Pathspecs = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Concerned:
    """A link as the ``number``-th tree has it; the ``first`` tree after the base that counts."""

    link: Link
    number: int
    first: int


def discover(trees: Trees) -> list[Concerned]:
    """Every link of which a patch changes or brings the enum, the table, or what they are of."""
    return _Search(trees).run()


class _Search:
    def __init__(self, trees: Trees) -> None:
        self.trees = trees
        self.found: dict[tuple[object, ...], Concerned] = {}

    def run(self) -> list[Concerned]:
        for number, site in self.trees.changed(find_sites, of_site):
            self._site(number, number + 1, site)
        enums = self.trees.changed(find_numbered, of_enum)
        for (number, path), names in self.trees.macros().items():
            enums += self._users(number, path, names)
        self._enums(enums)
        for number, site in self.trees.born():
            self._site(number, number, site)
        return list(self.found.values())

    def _add(self, number: int, first: int, one: Link) -> None:
        if one.enum.whole:
            key = (one.enum.source.path, one.enum.line, one.site.source.path, one.site.line)
            self.found.setdefault(key, Concerned(one, number, first))

    def _site(self, number: int, first: int, site: Site) -> None:
        reach = self.trees.reach(number)
        if site.mentions:
            for one in links(reach, site):
                self._add(number, first, one)
            return
        where = ("include/*.h", *_near(site.source.path))
        for user in self._sources(number, [site.name], where):
            used = replace(site, mentions=tuple(bounds(user, site.name)))
            for one in links(reach, used, user) if used.mentions else ():
                self._add(number, first, one)

    def _users(self, number: int, path: str, names: set[str]) -> list[tuple[int, Enum]]:
        """The enums that use one of the macros of a header; their sites are looked at."""
        enums = []
        for source in self._sources(number, names, _visible_from(path)):
            if source.path == path or not any(t.text in names for t in source.tokens):
                continue
            enums += [(number, e) for e in find_numbered(source) if words(of_enum(e)) & names]
            for site in find_sites(source):
                if words(of_site(site)) & names:
                    self._site(number, number + 1, site)
        return enums

    def _enums(self, enums: Iterable[tuple[int, Enum]]) -> None:
        """By where the files are that can include an enum, so that each is searched once."""
        groups: dict[Pathspecs, list[tuple[int, Enum]]] = {}
        for number, enum in enums:
            groups.setdefault(_visible_from(enum.source.path), []).append((number, enum))
        for where, group in groups.items():
            texts = {text for _, enum in group for text in _telling(enum)}
            paths = self.trees.files_with(texts, where)
            for number, enum in group:
                self._enum(number, enum, paths)

    def _enum(self, number: int, enum: Enum, paths: Sequence[str]) -> None:
        reach = self.trees.reach(number)
        tags = [f"enum {name}" for name in enum.names]
        members = {*enumerators(enum), *tags}
        members |= _made_of(enum.source, members)
        telling = [text.encode() for text in _telling(enum)]
        for path in paths:
            data = self.trees.data(number, path)
            if data is None or not any(text in data for text in telling):
                continue
            source = self.trees.source(number, path)
            assert source
            local = members | _made_of(source, members)
            for site in find_sites(source):
                if local.intersection(site.mentions):
                    for one in links(reach, site):
                        if one.enum == enum:
                            self._add(number, number + 1, one)
            for name in indexed_by(source, enum.names, members):
                self._elsewhere(number, enum, name, source)

    def _elsewhere(self, number: int, enum: Enum, name: str, user: Source) -> None:
        """An array that ``user`` indexes with the enum, and another file defines."""
        for source in self._sources(number, [name], _near(user.path)):
            for site in find_sites(source):
                if site.name == name and site.kind == TABLE and not site.mentions:
                    used = replace(site, mentions=tuple(bounds(user, name)))
                    for one in links(self.trees.reach(number), used, user):
                        if one.enum == enum:
                            self._add(number, number + 1, one)

    def _sources(self, number: int, texts: Iterable[str], where: Pathspecs) -> Iterator[Source]:
        for path in self.trees.files_with(texts, where):
            source = self.trees.source(number, path)
            if source:
                yield source


def _made_of(source: Source, members: set[str]) -> set[str]:
    """The macros of a file that are made of enumerators, such as a number of all."""
    return {
        name
        for name, several in source.macros.items()
        if any(
            m.parameters is None and any(t.text in members for t in m.body or ()) for m in several
        )
    }


def _telling(enum: Enum) -> list[str]:
    """What a file that names the enumerators has in it: their prefix, or some of them; and what
    one that only indexes with the enum has."""
    members = list(enumerators(enum))
    tags = [*(f"enum {name}" for name in enum.names), *_made_of(enum.source, {*members})]
    prefix = common_prefix(members)
    if len(prefix) >= _FEWEST_LETTERS:
        return [prefix, *tags]
    some = {members[0], members[len(members) // 2], members[-1]} if members else set()
    return [*sorted(some), *tags]


def _near(path: str) -> Pathspecs:
    """Where the files stand that share an array with ``path``."""
    parts = path.split("/")[:-1]
    if parts[:1] == ["include"]:
        return _visible_from(path)
    return (f"{'/'.join(parts[:2])}/*.[ch]",) if parts else ("*.[ch]",)


def _visible_from(path: str) -> Pathspecs:
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
