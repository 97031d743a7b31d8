# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a file turns enumerators into strings: arrays, lists of pairs, switch statements."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from ..c import Unreadable
from ..c.enums import enumerators, split
from ..c.families import find_families
from ..c.lexer import Token
from ..c.source import Condition, Region, Source
from ..c.tables import Table, designator, find_tables, name_of
from ..c.view import EVERYTHING, View
from .uses import bounds

TABLE, PAIRS, SWITCH = "table", "list", "switch"
_FEWEST = 2  # names; less is no table


@dataclass(frozen=True, slots=True)
class Site:
    """One place with names. ``name`` is the array's, the macro's or the function's.

    ``mentions`` are identifiers that an enum has to define, for the site to belong to it;
    ``words`` are all names and strings in it, by which it is found again in another tree.
    ``region`` is None where a macro's body holds it.
    """

    kind: str
    name: str
    source: Source
    line: int
    when: Condition
    region: Region | None
    mentions: tuple[str, ...]
    words: frozenset[str]
    table: Table | None = None

    def raw(self) -> Sequence[Token]:
        """The tokens as they stand in the file."""
        if self.region is None:
            macros = self.source.macros[self.name]
            return next(m.body or () for m in macros if m.line == self.line)
        size = self.table.size if self.table else None
        head = self.source.tokens[size.start : size.end] if size else []
        return head + self.source.tokens[self.region.start : self.region.end]

    def is_loose(self) -> bool:
        """Whether it is an array of structures without a size: such are searched by a member, and
        stand in an order of their own, as often as they are indexed."""
        if self.kind != TABLE or self.region is None:
            return False
        tokens, at = self.source.tokens, self.region.start - 1
        declared: list[str] = []
        while at > 0 and tokens[at - 1].text not in (";", "{"):
            at -= 1
            if tokens[at].text == "}":
                if tokens[at + 1].text != self.name:
                    break  # it ends what stands before, and not a structure that is defined here
                at = self.source.opens.get(at, at)
            declared.append(tokens[at].text)
        return "struct" in declared and ("]", "[") in pairwise(declared)

    def names_itself(self, members: Collection[str]) -> bool:
        """Whether such an array says in each structure which of ``members`` it is of, so that its
        index says nothing."""
        if not self.is_loose():
            return False
        try:
            entries = split(self.tokens(_view(self.source)))
        except Unreadable:
            return False
        own = [e for e in entries if e[0].text == "{" and any(t.text in members for t in e)]
        return len(own) * 2 > len(entries)

    def tokens(self, view: View) -> Sequence[Token]:
        """The tokens that a configuration sees, macros expanded."""
        return view.tokens(self.region) if self.region else self.raw()


@lru_cache(maxsize=256)
def find_sites(source: Source) -> tuple[Site, ...]:
    """All sites of a file, in its order; those of which nothing can be read are left out."""
    view = _view(source)
    found = []
    for find in (_tables, _macros, _symbolic, _switches):
        for site in find(source, view):
            if len(site.words) >= _FEWEST and (site.mentions or not _is_static(site)):
                found.append(site)
    return tuple(sorted(found, key=lambda site: site.line))


def _view(source: Source) -> View:
    """All of a file, in which the macros that are numbered as an enum stay as they are."""
    numbered = {name for family in find_families(source) for name in enumerators(family)}
    return View([source], EVERYTHING, numbered)


def _is_static(site: Site) -> bool:
    """Whether no other file sees an array."""
    if site.region is None:
        return True
    tokens, at = site.source.tokens, site.region.start - 1
    while at > 0 and tokens[at - 1].text not in (";", "}"):
        at -= 1
        if tokens[at].text == "static":
            return True
    return False


def _words(tokens: Sequence[Token]) -> frozenset[str]:
    return frozenset(t.text for t in tokens if t.kind in ("name", "string"))


def _tables(source: Source, view: View) -> Iterator[Site]:
    for table in find_tables(source):
        if table.body is None or not _has_strings(source, table.body):
            continue
        try:
            tokens = view.tokens(table.body)
        except Unreadable:
            continue
        site = _pairs_of(table, tokens) or _array(table, tokens)
        if site:
            yield site


def _has_strings(source: Source, body: Region) -> bool:
    """Whether a body may give strings: it has some, or a macro that may make them."""
    tokens = source.tokens
    return any(
        tokens[i].kind == "string"
        or (tokens[i].kind == "name" and tokens[i + 1].text == "(")
        or (tokens[i].kind == "name" and tokens[i].text in source.macros)
        for i in range(body.start, body.end)
    )


def _pairs_of(table: Table, tokens: Sequence[Token]) -> Site | None:
    parts = split(tokens)
    found = [name for name, _ in pairs(tokens)]
    if len(found) < _FEWEST or len(found) * 2 < len(parts):
        return None
    return Site(
        PAIRS, table.name, table.source, table.line, table.when, table.body,
        tuple(found), _words(tokens),
    )  # fmt: skip


def _array(table: Table, tokens: Sequence[Token]) -> Site | None:
    strings = 0
    designators: list[str] = []
    parts = split(tokens)
    for part in parts:
        value = part
        if part[0].text == "[":
            equals = next((i for i, t in enumerate(part) if t.text == "="), None)
            designators += filter(None, [designator(part[:equals])])
            value = part[equals + 1 :] if equals else []
        if value and value[0].text == "{":
            value = list(name_of(value))
        if value and value[0].text in "({":
            value = [t for t in value if t.text not in ("(", ")", "{", "}", ",")]
        strings += bool(value) and all(t.kind == "string" for t in value)
    if strings < _FEWEST or strings * 2 < len(parts):
        return None
    source = table.source
    sizes: list[str] = []
    if table.size:
        sizes = [t.text for t in source.tokens[table.size.start : table.size.end]]
        sizes = [text for text in sizes if text.isidentifier()]
    used = [] if designators or sizes else bounds(source, table.name)
    mentions = tuple(dict.fromkeys((*designators, *sizes, *used)))
    return Site(
        TABLE, table.name, source, table.line, table.when, table.body,
        mentions, _words(tokens), table,
    )  # fmt: skip


def _macros(source: Source, view: View) -> Iterator[Site]:
    """``#define REASONS EM(A, "a") EM(B, "b")``, and lists of ``{ A, "a" }`` in a macro."""
    for macro in (m for several in source.macros.values() for m in several):
        body = macro.body or ()
        found = [name for name, _ in pairs(body, calls=True)]
        if len(found) >= _FEWEST:
            yield Site(
                PAIRS, macro.name, source, macro.line, macro.when, None,
                tuple(found), _words(body),
            )  # fmt: skip


def _symbolic(source: Source, view: View) -> Iterator[Site]:
    """``__print_symbolic(value, { A, "a" }, { B, "b" })`` in a trace event."""
    tokens = source.tokens
    for i, token in enumerate(tokens):
        if token.text != "__print_symbolic" or i + 1 not in source.closes:
            continue
        region = Region(source, i + 2, source.closes[i + 1])
        inside = tokens[region.start : region.end]
        found = [name for name, _ in pairs(inside)]
        if len(found) >= _FEWEST:
            yield Site(
                PAIRS, token.text, source, token.line, source.when[i], region,
                tuple(found), _words(inside),
            )  # fmt: skip


def pairs(tokens: Sequence[Token], calls: bool = False) -> list[tuple[str, Token]]:
    """Each ``{ NAME, "string"``, with ``calls`` each ``EM(NAME, "string"`` too."""
    found = []
    for i in range(len(tokens) - 4):
        opening, name, comma, text = tokens[i : i + 4]
        if name.kind != "name" or comma.text != "," or text.kind != "string":
            continue
        call = calls and opening.text == "(" and i > 0 and tokens[i - 1].text.startswith("EM")
        if (opening.text == "{" or call) and tokens[i + 4].text in ("}", ")", ","):
            found.append((name.text, text))
    return found


def _switches(source: Source, view: View) -> Iterator[Site]:
    """``switch (x) { case A: return "a"; case B: text = "b"; break; }``."""
    tokens = source.tokens
    function = ""
    for i, token in enumerate(tokens):
        if token.text == "{" and i > 1 and tokens[i - 1].text == ")":
            before = source.opens.get(i - 1, 0) - 1
            if before >= 0 and tokens[before].text == "switch":
                region = Region(source, i + 1, source.closes.get(i, i))
                site = _switch(source, function, region, view)
                if site:
                    yield site
            elif before >= 0 and tokens[before].text not in ("if", "for", "while"):
                function = tokens[before].text


def _switch(source: Source, function: str, region: Region, view: View) -> Site | None:
    tokens = source.tokens[region.start : region.end]
    strings = sum(t.kind == "string" for t in tokens)
    made = sum(t.kind == "name" and t.text in source.macros for t in tokens)
    if max(strings, made) < _FEWEST or source.when[region.start - 1] != source.when[region.end]:
        return None
    try:
        found = [name for name, _ in cases(view.tokens(region))]
    except Unreadable:
        return None
    if len(found) < _FEWEST:
        return None
    line, when = source.tokens[region.start - 1].line, source.when[region.start - 1]
    return Site(
        SWITCH, function or "switch", source, line, when, region, tuple(found), _words(tokens)
    )


def cases(tokens: Sequence[Token]) -> list[tuple[str, Token]]:
    """Each enumerator of a ``case`` that returns or assigns a string and nothing else."""
    found: list[tuple[str, Token]] = []
    waiting: list[str] = []
    i = 0
    while i < len(tokens):
        following = [t.text for t in tokens[i : i + 3]]
        if following[0] == "case" and following[2:] == [":"]:
            waiting.append(following[1])
            i += 3
            continue
        if following[0] == "{":
            i += 1
            continue
        start = i + 1 if following[0] == "return" else i + 2 if following[1:2] == ["="] else 0
        end = start
        while start and end < len(tokens) and tokens[end].kind == "string":
            end += 1
        if end > start:
            if end < len(tokens) and tokens[end].text == ";":
                text = "".join(t.text.strip('"') for t in tokens[start:end])
                string = tokens[start]._replace(text=f'"{text}"')
                found += [(name, string) for name in waiting]
            i = end
        waiting = []
        i += 1
    return [(name, text) for name, text in found if name.isidentifier()]
