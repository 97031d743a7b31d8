# SPDX-License-Identifier: GPL-2.0-or-later
"""How a file uses an array: which enum its index is said to be of."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache

from ..c.source import Source
from ..c.tables import find_tables

_COMPARES = frozenset(("<", "<=", ">", ">=", "==", "!="))
_DECLARATION = 10  # tokens of ``extern const char *const name[``, at the most
_WINDOW = 12  # tokens between ARRAY_SIZE() and what it is compared with


def bounds(source: Source, name: str) -> list[str]:
    """What the index of the array ``name`` is bounded by or declared as, the surest first.

    ``enum foo`` gives "enum foo"; a comparison with an identifier in capitals gives that.
    """
    found: list[str] = []
    for at in _places(source, name):
        if _is_size(source, at):
            found += _compared(source, at - 2, source.closes.get(at - 1, at) + 1)
        elif at + 1 in source.closes and source.tokens[at + 1].text == "[":
            found += _declared(source, at) or _index(source, at)
    return list(dict.fromkeys(found))


def _places(source: Source, name: str) -> Sequence[int]:
    return _all_places(source).get(name, ())


@lru_cache(maxsize=8)  # a file of many arrays is asked about each of them
def _all_places(source: Source) -> Mapping[str, Sequence[int]]:
    places: dict[str, list[int]] = {}
    for i, token in enumerate(source.tokens):
        if token.kind == "name" and i > 1:
            places.setdefault(token.text, []).append(i)
    return places


def _is_size(source: Source, at: int) -> bool:
    return source.tokens[at - 2].text == "ARRAY_SIZE"


def _compared(source: Source, left: int, right: int) -> list[str]:
    """The identifiers in capitals on the other side of a comparison of [left, right)."""
    tokens = source.tokens
    found = []
    if right + 1 < len(tokens) and tokens[right].text in _COMPARES:
        found.append(tokens[right + 1].text)
    if left > 1 and tokens[left - 1].text in _COMPARES:
        found.append(tokens[left - 2].text)
    return [text for text in found if _constant(text)]


def _declared(source: Source, at: int) -> list[str]:
    """The names in the size that ``extern const char *name[SIZE];`` gives."""
    start = at
    while start > 0 and source.tokens[start - 1].text not in (";", "{", "}"):
        start -= 1
    if source.tokens[start].text != "extern":
        return []
    inside = source.tokens[at + 2 : source.closes[at + 1]]
    return [token.text for token in inside if token.kind == "name"]


def declared_arrays(source: Source) -> list[str]:
    """The arrays of strings that a file declares ``extern``, and another one has."""
    tokens = source.tokens
    found = []
    for i, token in enumerate(tokens):
        if token.text == "extern":
            texts = [t.text for t in tokens[i : i + _DECLARATION]]
            if "[" in texts and "char" in texts[: texts.index("[")]:
                found.append(texts[texts.index("[") - 1])
    return found


def _constant(text: str) -> bool:
    return text.isidentifier() and text.upper() == text and len(text) > 2


def _index(source: Source, at: int) -> Iterator[str]:
    """What the index of ``name[index]`` is compared with or declared as in its function."""
    tokens = source.tokens
    inside = tokens[at + 2 : source.closes[at + 1]]
    if len(inside) == 1 and inside[0].kind == "name":
        start, end = _function(source, at)
        index = inside[0].text
        for i in range(start, min(end, len(tokens) - 1)):
            if tokens[i].text != index:
                continue
            if i > 1 and tokens[i - 2].text == "enum" and tokens[i - 1].kind == "name":
                yield f"enum {tokens[i - 1].text}"
            elif i < at:
                yield from _compared(source, i, i + 1)
    elif len(inside) > 2 and all(t.kind == "name" or t.text in ("->", ".") for t in inside):
        texts = [t.text for t in inside]
        start, _ = _function(source, at)
        for i in range(start, at):
            if [t.text for t in tokens[i : i + len(texts)]] == texts:
                yield from _compared(source, i, i + len(texts))


def _function(source: Source, at: int) -> tuple[int, int]:
    """The tokens of the function around ``at``, its parameters included."""
    tokens = source.tokens
    outer, i = 0, at
    while i > 0:
        if tokens[i].text == "}":
            i = source.opens.get(i, i)
        elif tokens[i].text == "{":
            outer = i
        i -= 1
    start = outer
    while start > 0 and tokens[start - 1].text not in (";", "}"):
        start -= 1
    return start, source.closes.get(outer, at)


def indexed_by(source: Source, tags: Collection[str], members: Collection[str]) -> list[str]:
    """The arrays of other files that a file indexes with a variable of ``enum tag``, or declares
    or indexes with one of ``members``."""
    tokens = source.tokens
    variables = {
        tokens[i + 2].text
        for i in range(len(tokens) - 2)
        if tokens[i].text == "enum" and tokens[i + 1].text in tags and tokens[i + 2].kind == "name"
    }
    own = {table.name for table in find_tables(source)}
    found = [
        tokens[i].text
        for i in range(len(tokens) - 3)
        if tokens[i].kind == "name"
        and tokens[i + 1].text == "["
        and (tokens[i + 2].text in variables or tokens[i + 2].text in members)
        and tokens[i + 3].text == "]"
        and not _is_declared(source, i)
    ]
    return [name for name in dict.fromkeys(found) if name not in own]


def _is_declared(source: Source, at: int) -> bool:
    """Whether a name is that of a member or a variable of this file, of whatever kind."""
    before = source.tokens[at - 1]
    if before.text in (".", "->"):
        return True
    is_type = before.kind == "name" and before.text not in ("return", "case", "else", "in")
    return (is_type or before.text == "*") and not _declared(source, at)
