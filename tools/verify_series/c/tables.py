# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables of names: arrays of strings with an initialiser (C11 6.7.9, GNU's ranges)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from . import Unreadable
from .enums import Enumerator, between, constants, split
from .lexer import Token
from .source import Condition, Region, Source
from .values import Unknown, evaluate, show
from .view import View

_WIDEST_RANGE = 1 << 16  # entries; no table of names is longer


@dataclass(frozen=True, slots=True)
class Table:
    """The definition of an array. ``size`` is None for ``[]``.

    ``body`` is None where an #if cuts through the braces.
    """

    name: str
    source: Source
    line: int
    when: Condition
    size: Region | None
    body: Region | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A string of a table, as it is written between the quotes; None is NULL.

    ``designated`` is true for ``[INDEX] = "x"``, ``filler`` for an entry of a range
    ``[A ... B] = "x"``.
    """

    index: int
    text: str | None
    line: int
    designated: bool = False
    filler: bool = False


@dataclass(frozen=True, slots=True)
class Names:
    """A table as one configuration sees it, its entries in the order of the file."""

    entries: tuple[Entry, ...]
    size: int | None


@lru_cache(maxsize=512)
def find_tables(source: Source) -> tuple[Table, ...]:
    """All arrays with an initialiser in braces, in any scope: ``NAME[...] attributes = {``."""
    tokens = source.tokens
    found = []
    for i in range(3, len(tokens)):
        if tokens[i].text == "{" and tokens[i - 1].text == "=":
            name = _declared(source, i - 2)
            if name is not None:
                first = between(source, name + 1)
                size = first if first and first.end > first.start else None
                token = tokens[name]
                table = Table(
                    token.text,
                    source,
                    token.line,
                    source.when[name],
                    size,
                    between(source, i),
                )
                found.append(table)
    return tuple(found)


def _declared(source: Source, at: int) -> int | None:
    """The index of the name of the array whose declarator ends at ``at``, attributes included."""
    tokens = source.tokens
    while at > 0 and tokens[at].text != "]":
        if tokens[at].text == ")":
            at = source.opens.get(at, 0) - 1
        elif tokens[at].kind == "name":
            at -= 1
        else:
            return None
    while at > 0 and tokens[at].text == "]":
        at = source.opens.get(at, 0) - 1
    return at if at > 0 and tokens[at].kind == "name" else None


def read_table(view: View, table: Table, enumerators: Sequence[Enumerator]) -> Names:
    """The names that a configuration sees; indexes are worked out with ``enumerators``.

    Raises Unreadable for an entry, an index or a size that cannot be worked out.
    """
    path = table.source.path
    if table.body is None:
        raise Unreadable(f"an #if cuts through {table.name} at {path}:{table.line}")
    value_of = constants(view, enumerators)
    entries: list[Entry] = []
    index = 0
    for part in split(view.tokens(table.body)):
        line = part[0].line
        place = f"{path}:{line}"
        first, last, value = _designator(part, index, value_of, place)
        text = _string(value, place)
        designated, filler = part[0].text == "[", last > first
        entries += [Entry(i, text, line, designated, filler) for i in range(first, last + 1)]
        index = last + 1
    size = None
    if table.size:
        size = _index(view.tokens(table.size), value_of, f"{path}:{table.line}")
    return Names(tuple(entries), size)


def _designator(
    part: Sequence[Token], index: int, value_of: Callable[[str], int], place: str
) -> tuple[int, int, Sequence[Token]]:
    """First and last index of an entry, and its value."""
    if part[0].text != "[":
        return index, index, part
    depth, dots, end = 0, 0, 0
    for i, token in enumerate(part):
        depth += (token.text == "[") - (token.text == "]")
        if depth == 1 and token.text == "...":
            dots = i
        if depth == 0:
            end = i
            break
    if not end:
        raise Unreadable(f"cannot work out {show(part)} at {place}")
    first = _index(part[1 : dots or end], value_of, place)
    last = _index(part[dots + 1 : end], value_of, place) if dots else first
    if not 0 <= first <= last < first + _WIDEST_RANGE:
        raise Unreadable(f"{show(part[: end + 1])} at {place} is no range of indexes")
    rest = part[end + 1 :]
    return first, last, rest[1:] if rest and rest[0].text == "=" else rest


def _index(tokens: Sequence[Token], value_of: Callable[[str], int], place: str) -> int:
    try:
        return evaluate(tokens, value_of)
    except Unknown as unknown:
        raise Unreadable(f"the value of {unknown} at {place} is not known") from None


def _string(tokens: Sequence[Token], place: str) -> str | None:
    """What a string stands for: literals one after the other, in brackets or not, or NULL."""
    while len(tokens) > 2 and (tokens[0].text, tokens[-1].text) in (
        ("(", ")"),
        ("{", "}"),
    ):
        tokens = tokens[1:-1]
        if tokens[-1].text == ",":
            tokens = tokens[:-1]
    if tokens and all(t.kind == "string" for t in tokens):
        return "".join(t.text[t.text.index('"') + 1 : -1] for t in tokens)
    if "".join(t.text for t in tokens) in ("NULL", "0", "(void*)0"):
        return None
    raise Unreadable(f"cannot expand {show(tokens)} at {place} to a string")
