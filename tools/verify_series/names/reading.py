# SPDX-License-Identifier: GPL-2.0-or-later
"""Which enumerator has which name, in one tree and one configuration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from ..c import Unreadable
from ..c.enums import Enum, Enumerator, common_prefix, read_enum, split
from ..c.tables import Entry, read_table, read_words
from ..c.view import View
from .links import Link
from .sites import SWITCH, TABLE, cases, pairs

_OFTEN = 3  # a string that stands this often is nobody's name


@dataclass(frozen=True, slots=True)
class Named:
    """A string and where it stands. ``index`` is None outside of arrays."""

    text: str
    line: int
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """The map from enumerator to name. ``loose`` are the names of an array at an index that no
    enumerator has; ``extra`` is a second name for an enumerator that has one.

    ``size`` is that of the array, if it says so, by the names ``sizes``; ``blank`` are the indexes
    at which it says NULL, but for one behind all names; ``places`` maps an index to the
    enumerators of this value; ``fallback`` is true where an enumerator without a name gets a
    common one, ``family`` where macros stand for enumerators, ``listed`` where each has a line of
    its own in a list or a switch, so that two with one name may be meant.
    """

    enumerators: tuple[Enumerator, ...]
    names: dict[str, Named]
    loose: tuple[Named, ...] = ()
    extra: tuple[tuple[str, Named], ...] = ()
    array: bool = False
    designated: bool = False
    size: int | None = None
    sizes: frozenset[str] = frozenset()
    fallback: bool = False
    family: bool = False
    listed: bool = False
    blank: frozenset[int] = frozenset()
    places: dict[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def positional(self) -> bool:
        """Whether it is an array of which the order says what a name is of."""
        return self.array and not self.designated


def read_link(view: View, link: Link) -> Reading:
    """Raises Unreadable where a value or an entry cannot be worked out.

    Where only values are missing, but each entry names its enumerator, none is needed.
    """
    return replace(_read(view, link), family=bool(link.enum.macros))


def _read(view: View, link: Link) -> Reading:
    written = view.keeping([macro.name for macro in link.enum.macros])
    if link.site.kind != TABLE:
        return _listed(written, link, _enumerators(view, link))
    if link.several or _is_shifted(link):
        return _by_words(view, written, link)
    try:
        return _array(written, link, _enumerators(view, link))
    except Unreadable as error:
        try:
            return _by_words(view, written, link)
        except Unreadable:
            raise error from None


def _is_shifted(link: Link) -> bool:
    """Whether the indexes are not the values: ``[ENUMERATOR - BASE] = "name"``, as written or
    in a macro."""
    own, macros = [token.text for token in link.site.raw()], link.site.source.macros
    bodies = [
        [token.text for token in macro.body or ()]
        for name in dict.fromkeys(own)
        for macro in macros.get(name, ())
    ]
    return any(
        texts[i] == "[" and texts[i + 2] in ("-", "+") and texts[i + 3].isidentifier()
        for texts in (own, *bodies)
        for i in range(len(texts) - 3)
    )


def _by_words(view: View, written: View, link: Link) -> Reading:
    """An array of which the entries say ``[... ENUMERATOR ...] = "name"``."""
    assert link.site.table is not None
    try:
        enumerators = _enumerators(view, link)
    except Unreadable:
        enumerators = tuple(_in_order(view, link.enum))
    known = {e.name for e in enumerators}
    names: dict[str, Named] = {}
    extra = []
    entries = read_words(written, link.site.table)
    if sum(bool(designator) for designator, _, _ in entries) * 2 < len(entries):
        raise Unreadable(f"few of {link.site.name} are designated")
    for designator, text, line in entries:
        if designator in known and text is not None:
            named = Named(text, line)
            if designator in names:
                extra.append((designator, named))
            else:
                names[designator] = named
    if not names:
        raise Unreadable(f"{link.site.name} names no enumerator as such")
    return Reading(enumerators, names, extra=tuple(extra))


def _in_order(view: View, enum: Enum) -> Iterator[Enumerator]:
    """The enumerators with numbers in place of values: one that is another has its number."""
    numbers: dict[str, int] = {}
    for number, part in enumerate(split(view.tokens(enum.body)) if enum.body else ()):
        name = part[0].text
        numbers[name] = numbers.get(part[2].text, number) if len(part) == 3 else number
        yield Enumerator(name, numbers[name], part[0].line)


def _listed(view: View, link: Link, enumerators: tuple[Enumerator, ...]) -> Reading:
    tokens = link.site.tokens(view)
    if link.site.kind == SWITCH:
        found = cases(tokens)
        fallback = any(token.text == "default" for token in tokens)
    else:
        found, fallback = pairs(tokens, calls=link.site.region is None), True
    known = {e.name for e in enumerators}
    names: dict[str, Named] = {}
    made = {id(token): Named(token.text.strip('"'), token.line) for _, token in found}
    for enumerator, token in found:  # a second name is one that is understood as well
        if enumerator in known:
            names.setdefault(enumerator, made[id(token)])
    return Reading(enumerators, names, fallback=fallback, listed=True)


def _fillers(entries: Sequence[Entry], at: Collection[int]) -> frozenset[str]:
    """The strings that stand for what has no name: there is one for three or more indexes, and
    not all of these are those of enumerators."""
    counts = Counter(entry.text for entry in entries if entry.text is not None)
    loose = {entry.text for entry in entries if entry.index not in at}
    return frozenset(text for text, count in counts.items() if count >= _OFTEN and text in loose)


def _enumerators(view: View, link: Link) -> tuple[Enumerator, ...]:
    """All of an enum, or of one that counts anew several times the counts that a site is about.

    Such as ``enum { EVENT_A, EVENT_B, STATE_A = 0, STATE_B };`` for a table of states.
    """
    enumerators = read_enum(view, link.enum)
    mentions = link.site.mentions
    if link.enum.macros:  # of which a site is about those that begin as its own do
        prefix = common_prefix(list(mentions))
        return tuple(e for e in enumerators if e.name.startswith(prefix))
    runs: list[list[Enumerator]] = []
    for e in enumerators:
        if runs and e.value >= runs[-1][-1].value:
            runs[-1].append(e)
        else:
            runs.append([e])
    own = [run for run in runs if any(e.name in mentions for e in run)]
    if not own or any(b.value - a.value != 1 for run in own for a, b in pairwise(run)):
        return tuple(enumerators)
    return tuple(e for run in own for e in run)


def _array(view: View, link: Link, enumerators: tuple[Enumerator, ...]) -> Reading:
    assert link.site.table is not None
    table = read_table(view, link.site.table, enumerators)
    at: dict[int, list[str]] = {}
    for e in enumerators:
        at.setdefault(e.value, []).append(e.name)
    names: dict[str, Named] = {}
    loose: list[Named] = []
    extra: list[tuple[str, Named]] = []
    taken: dict[int, Entry] = {}
    entries = list(table.entries)
    if entries and entries[-1].text is None and not entries[-1].designated:
        entries.pop()  # it ends the table for who walks through it
    blank = frozenset(e.index for e in entries if e.text is None and not e.filler)
    fillers = _fillers(table.entries, at)
    for entry in table.entries:
        if entry.text is None or entry.filler or entry.text in fillers:
            continue
        named = Named(entry.text, entry.line, entry.index)
        if entry.index in taken:
            extra += [(name, named) for name in at.get(entry.index, ())[:1]]
            continue
        taken[entry.index] = entry
        for name in at.get(entry.index, ()):
            names[name] = named
        if entry.index not in at:
            loose.append(named)
    return Reading(
        enumerators,
        names,
        tuple(loose),
        tuple(extra),
        array=True,
        designated=any(entry.designated for entry in table.entries),
        size=table.size,
        sizes=frozenset(link.site.mentions if link.site.table.size else ()) - names.keys(),
        fallback=bool(fillers) or any(entry.filler for entry in table.entries),
        blank=blank,
        places={index: tuple(here) for index, here in at.items()},
    )
