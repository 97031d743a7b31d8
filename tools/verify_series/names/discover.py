# SPDX-License-Identifier: GPL-2.0-or-later
"""Which enums and tables of names a series concerns, wherever in the tree they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ..c.enums import Enum, common_prefix, enumerators
from ..c.source import Source
from .glance import may_name
from .links import Link, links
from .search import EVERYWHERE, WITH_TOOLS, Pathspecs
from .sites import TABLE, Site, find_sites
from .skim import skim
from .trees import Trees, find_numbered
from .uses import bounds, declared_arrays, indexed_by
from .written import of_enum, of_site, words

_FEWEST_LETTERS = 5  # of a prefix that is searched for in the whole tree


@dataclass(frozen=True, slots=True)
class Concerned:
    """A link as the ``number``-th tree has it; the ``first`` tree after the base that counts."""

    link: Link
    number: int
    first: int


def discover(trees: Trees, leaves_out: Callable[[Site], bool]) -> list[Concerned]:
    """Every link of which a patch changes or brings the enum, the table, or what they are of;
    but none of the sites that are left out."""
    return _Search(trees, leaves_out).run()


class _Search:
    def __init__(self, trees: Trees, leaves_out: Callable[[Site], bool]) -> None:
        self.trees, self.leaves_out = trees, leaves_out
        self.found: dict[tuple[object, ...], Concerned] = {}
        self.candidates: dict[Pathspecs, list[str]] = {}
        self.texts: set[str] = set()

    def run(self) -> list[Concerned]:
        enums = self.trees.changed(find_numbered, of_enum)
        macros = self.trees.macros()
        self._look_ahead(enums, macros)
        for number, site in self.trees.changed(find_sites, of_site):
            self._site(number, number + 1, site)
        for (number, path), names in macros.items():
            moved = self._users(number, path, names)
            if not self.texts.issuperset(t for _, enum in moved for t in _prefix(enum)):
                self._look_ahead(moved, {})
            enums += moved
        for number, enum in enums:
            self._enum(number, enum)
        for number, site in self.trees.born():
            self._site(number, number, site)
        return list(self.found.values())

    def _look_ahead(
        self, enums: Iterable[tuple[int, Enum]], macros: Mapping[tuple[int, str], set[str]]
    ) -> None:
        """Search for all that is wanted at once: each search through the tree takes seconds."""
        wanted: dict[Pathspecs, set[str]] = {}
        for _, enum in enums:
            texts = wanted.setdefault(_visible_from(enum.source.path), set())
            texts.update(_telling(enum), declared_arrays(enum.source))
        for (_, path), names in macros.items():
            wanted.setdefault(_visible_from(path), set()).update(names)
        if WITH_TOOLS in wanted:
            wanted[WITH_TOOLS] |= wanted.pop(EVERYWHERE, set())
        for where, texts in wanted.items():
            self.texts |= texts
            found = self.trees.files_with(texts, where)
            for served in (where, EVERYWHERE) if where == WITH_TOOLS else (where,):
                self.candidates[served] = sorted({*found, *self.candidates.get(served, ())})

    def _add(self, number: int, first: int, one: Link) -> None:
        if one.enum.whole:
            key = (one.enum.place, one.site.source.path, one.site.line)
            self.found.setdefault(key, Concerned(one, number, first))

    def _site(self, number: int, first: int, site: Site) -> None:
        if self.leaves_out(site):
            return
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
        for source in self._sources(number, names, _visible_from(path), prepare=skim):
            if source.path == path:
                continue
            enums += [(number, e) for e in find_numbered(source) if words(of_enum(e)) & names]
            for site in find_sites(source):
                if words(of_site(site)) & names:
                    self._site(number, number + 1, site)
        return enums

    def _enum(self, number: int, enum: Enum) -> None:
        members = {*enumerators(enum), *(f"enum {name}" for name in enum.names)}
        made = _made_of(enum.source, members)
        members |= made
        beginnings = [*_prefix(enum), *made]
        for path in self.candidates[_visible_from(enum.source.path)]:
            data = self.trees.data(number, path)
            if data is None or not may_name(data, beginnings, enum.names):
                continue
            source = self.trees.source(number, path)
            assert source
            local = members | _made_of(source, members)
            for site in find_sites(source):
                if local.intersection(site.mentions) and not self.leaves_out(site):
                    for one in links(self.trees.reach(number), site):
                        if one.enum.place == enum.place:
                            self._add(number, number + 1, one)
            for name in indexed_by(source, enum.names, members):
                self._elsewhere(number, enum, name, source)

    def _elsewhere(self, number: int, enum: Enum, name: str, user: Source) -> None:
        """An array that ``user`` indexes with the enum, and another file defines."""
        where = _near(user.path)
        if name in self.texts:
            where = _visible_from(enum.source.path)
        for source in self._sources(number, [name], where):
            for site in find_sites(source):
                same = site.name == name and site.kind == TABLE and not site.mentions
                if same and not self.leaves_out(site):
                    used = replace(site, mentions=tuple(bounds(user, name)))
                    for one in links(self.trees.reach(number), used, user):
                        if one.enum.place == enum.place:
                            self._add(number, number + 1, one)

    def _sources(
        self,
        number: int,
        texts: Iterable[str],
        where: Pathspecs,
        prepare: Callable[[bytes], bytes] = bytes,
    ) -> Iterator[Source]:
        """The files with one of ``texts``, read; they are searched for where nobody did.

        A text that ``prepare`` takes out of a file does not count.
        """
        wanted = set(texts)
        known = where in self.candidates and wanted <= self.texts
        words = [text.encode() for text in wanted]
        for path in self.candidates[where] if known else self.trees.files_with(wanted, where):
            data = self.trees.data(number, path) or b""
            if any(word in data for word in words):
                rest = prepare(data)
                if any(word in rest for word in words):
                    source = self.trees.source(number, path)
                    assert source
                    yield source


def _made_of(source: Source, members: set[str]) -> set[str]:
    """The macros of a file that are made of enumerators, such as a number of all."""
    made: set[str] = set()
    bodies = {
        name: {t.text for m in several if m.parameters is None for t in m.body or ()}
        for name, several in source.macros.items()
    }
    while more := {n for n, body in bodies.items() if n not in made and body & (members | made)}:
        made |= more
    return made - members


def _telling(enum: Enum) -> list[str]:
    """What a file that names the enumerators has in it, and what one has that only indexes with
    the enum, or with what is made of it."""
    made = _made_of(enum.source, {*enumerators(enum)})
    return [*_prefix(enum), *(f"enum {name}" for name in enum.names), *made]


def _prefix(enum: Enum) -> list[str]:
    """The beginning of all enumerators, and what ends the enum if that begins otherwise; where
    they have no beginning in common, some of them."""
    members = list(enumerators(enum))
    prefix = common_prefix(members)
    if len(prefix) >= _FEWEST_LETTERS:
        return [prefix, *(name for name in members[-1:] if prefix not in name)]
    return sorted({members[0], members[len(members) // 2], members[-1]}) if members else []


def _near(path: str) -> Pathspecs:
    """Where the files stand that share an array with ``path``."""
    parts = path.split("/")[:-1]
    return (f"{'/'.join(parts[:2])}/*.[ch]",) if parts else ("*.[ch]",)


def _visible_from(path: str) -> Pathspecs:
    """Where the files stand that may include ``path``, as pathspecs."""
    parts = path.split("/")[:-1]
    if path.endswith(".c"):
        return (path,)
    if parts[:1] == ["arch"] and len(parts) > 1:
        return (f"arch/{parts[1]}/*.[ch]", "drivers/*.c", "sound/*.c")
    if parts[:1] == ["include"]:
        return WITH_TOOLS if "uapi" in parts else EVERYWHERE
    if parts[:1] == ["tools"]:
        return ("tools/*.[ch]",)
    return (f"{'/'.join(parts[:2])}/*.[ch]",)
