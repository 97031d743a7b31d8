# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables of names: arrays of strings with an initialiser (C11 6.7.9, GNU's ranges)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from . import Unreadable
from .enums import Enumerator, between, constants, split
from .lexer import Token
from .source import Condition, Region, Source
from .values import Unknown, evaluate, show
from .view import View

_NAME = re.compile("name|str|label|desc|text|title")  # members of structures that are names
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


def read_words(view: View, table: Table) -> list[tuple[str, str | None, int]]:
    """The same without values: the name that designates each entry, its string, and its line.

    The name is empty for an entry that no name designates. Raises Unreadable for an entry.
    """
    if table.body is None:
        raise Unreadable(f"an #if cuts through {table.name} at {table.source.path}:{table.line}")
    found = []
    for part in split(view.tokens(table.body)):
        equals = next((i for i, t in enumerate(part) if t.text == "="), 0)
        name = designator(part[:equals])
        place = f"{table.source.path}:{part[0].line}"
        found.append((name, _string(part[equals + 1 :] if name else part, place), part[0].line))
    return found


def designator(tokens: Sequence[Token]) -> str:
    """The name for which ``[NAME]`` stands, also in ``[BASE + NAME]``, ``[NAME - BASE]`` and
    ``[F(NAME)]``."""
    names = [
        token.text
        for token, after in pairwise([*tokens, Token("empty", "", 0)])
        if token.kind == "name" and after.text != "("
    ]
    if not names or tokens[0].text != "[":
        return ""
    return names[0] if any(t.text == "-" for t in tokens) else names[-1]


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
    """What a string stands for: literals one after the other, in brackets or not, or NULL.

    Of a structure in braces, it is the member that is a name.
    """
    if tokens and tokens[0].text == "{" and tokens[-1].text == "}":
        tokens = name_of(tokens) or tokens
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


def name_of(structure: Sequence[Token]) -> Sequence[Token]:
    """The string in ``{ .name = "x", ... }`` or ``{ "x", 3 }``, without its member; else nothing.

    A structure without such a member has no name: this is NULL.
    """
    parts = split(structure[1:-1])
    if not parts or all(t.kind == "string" for part in parts for t in part):
        return structure
    if parts[0][0].kind == "string":
        return parts[0]
    named = False
    for part in parts:
        texts = [t.text for t in part[:3]]
        if len(part) > 3 and texts[0] == "." and texts[2] == "=":
            named = True
            if _NAME.search(texts[1]) and part[3].kind == "string":
                return part[3:]
    return [structure[0]._replace(kind="name", text="NULL")] if named else []
