# SPDX-License-Identifier: GPL-2.0-or-later
"""Enumerations and the values of their enumerators (C11 6.7.2.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from . import Unreadable
from .lexer import Token
from .source import Condition, Macro, Region, Source
from .values import Unknown, evaluate
from .view import EVERYTHING, View


@dataclass(frozen=True, slots=True)
class Enum:
    """The definition of an enum. ``names`` are its tag and its typedef, as far as it has them.

    ``body`` is None where an #if cuts through the braces. A family of macros has no body, but
    ``macros`` (families.py).
    """

    names: tuple[str, ...]
    source: Source
    line: int
    when: Condition
    body: Region | None
    macros: tuple[Macro, ...] = ()

    @property
    def place(self) -> tuple[str, int]:
        """File and line: the same enum of the same tree, also where the file was read anew."""
        return self.source.path, self.line

    @property
    def whole(self) -> bool:
        """Whether its enumerators can be found."""
        return self.body is not None or bool(self.macros)


@dataclass(frozen=True, slots=True)
class Enumerator:
    name: str
    value: int
    line: int


@lru_cache(maxsize=512)
def find_enums(source: Source) -> tuple[Enum, ...]:
    """All enums that ``source`` defines, in its order."""
    tokens = source.tokens
    found = []
    for i, token in enumerate(tokens):
        if token.text != "enum" or token.kind != "name":
            continue
        tag, brace = _head(source, i + 1)
        if brace is None:
            continue
        names = [tag] if tag else []
        body = between(source, brace)
        if body and i and tokens[i - 1].text == "typedef":
            names += [t.text for t in tokens[body.end + 1 : body.end + 2] if t.kind == "name"]
        found.append(Enum(tuple(names), source, token.line, source.when[i], body))
    return tuple(found)


def _head(source: Source, at: int) -> tuple[str, int | None]:
    """The tag of an enum and the index of its ``{``; before it may be attributes and ``: type``."""
    tokens, tag = source.tokens, ""
    while at < len(tokens) and tokens[at].kind == "name":
        is_attribute = tokens[at].text in ("__packed", "__attribute__")
        tag = tag if is_attribute else tokens[at].text
        at += 1
        if is_attribute and at < len(tokens) and tokens[at].text == "(":
            at = source.closes.get(at, at) + 1
    if at < len(tokens) and tokens[at].text == ":":
        at += 1
        while at < len(tokens) and tokens[at].kind == "name":
            at += 1
    return tag, at if at < len(tokens) and tokens[at].text == "{" else None


def between(source: Source, opening: int) -> Region | None:
    """What stands between a bracket and its partner; None where an #if cuts through."""
    closing = source.closes.get(opening)
    if closing is None or source.when[closing] != source.when[opening]:
        return None
    return Region(source, opening + 1, closing)


def split(tokens: Sequence[Token]) -> list[list[Token]]:
    """The tokens between the commas that stand in no bracket; empty parts are left out."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        if token.kind == "punct":
            depth += (token.text in "([{") - (token.text in ")]}")
            if depth == 0 and token.text == ",":
                parts.append([])
                continue
        parts[-1].append(token)
    return [part for part in parts if part]


@lru_cache(maxsize=2048)
def enumerators(enum: Enum) -> tuple[str, ...]:
    """The names of all enumerators, those of all branches of #if together.

    Macros of the file itself are expanded, those of other files are not.
    """
    if enum.macros:
        return tuple(dict.fromkeys(macro.name for macro in enum.macros))
    if enum.body is None:
        return ()
    source = enum.source
    tokens = source.tokens[enum.body.start : enum.body.end]
    if any(token.text in source.macros for token in tokens):
        with suppress(Unreadable):
            tokens = View([source], EVERYTHING).tokens(enum.body) + tokens
    names = (part[0] for part in split(tokens))
    return tuple(dict.fromkeys(t.text for t in names if t.kind == "name"))


def common_prefix(names: list[str]) -> str:
    """The longest beginning, up to an underscore, that most of the names share."""
    counts: dict[str, int] = {}
    for name in names:
        for match in re.finditer("_", name):
            start = name[: match.end()]
            counts[start] = counts.get(start, 0) + 1
    most = [start for start, count in counts.items() if count * 4 >= len(names) * 3]
    return max(most, key=len, default="")


def read_enum(view: View, enum: Enum) -> list[Enumerator]:
    """The enumerators that a configuration sees.

    Raises Unreadable for a value that cannot be worked out from the sources of the view.
    """
    return _read_family(view, enum) if enum.macros else _read(view, enum, ())


def _read_family(view: View, family: Enum) -> list[Enumerator]:
    """The macros of a family, as if they were enumerators."""
    source, value_of = family.source, _lookup(view, {}, ())
    there = [m for m in family.macros if view.holds(source, m.when)]
    return [
        Enumerator(m.name, evaluate(view.expansion(source, m), value_of), m.line) for m in there
    ]


def _read(view: View, enum: Enum, busy: tuple[Enum, ...]) -> list[Enumerator]:
    path = enum.source.path
    if enum.body is None:
        raise Unreadable(f"an #if cuts through the enum at {path}:{enum.line}")
    known: dict[str, int] = {}
    enumerators: list[Enumerator] = []
    value_of = _lookup(view, known, (*busy, enum))
    value = -1
    for part in split(view.tokens(enum.body)):
        name = part[0]
        following = part[1].text if len(part) > 1 else ""
        if name.kind != "name" or following == "(":
            raise Unreadable(f"cannot expand {name.text} in the enum at {path}:{name.line}")
        equals = next((i for i, t in enumerate(part) if t.text == "="), None)
        if equals is None:
            value += 1
        else:
            try:
                value = evaluate(part[equals + 1 :], value_of)
            except Unknown as unknown:
                raise Unreadable(
                    f"the value of {name.text} at {path}:{name.line} needs {unknown}, which"
                    f" {_files(view)} does not define"
                ) from None
        known[name.text] = value
        enumerators.append(Enumerator(name.text, value, name.line))
    return enumerators


def _files(view: View) -> str:
    return " or ".join(source.path for source in view.sources if source.path)


def _lookup(view: View, known: dict[str, int], busy: tuple[Enum, ...]) -> Callable[[str], int]:
    """Gives the value of an enumerator: of ``known``, or of any other enum in the view."""

    def value_of(name: str) -> int:
        if name in known:
            return known[name]
        for source in view.sources:
            for enum in find_enums(source):
                body = enum.body
                if enum in busy or body is None or not view.holds(source, enum.when):
                    continue
                if any(t.text == name for t in source.tokens[body.start : body.end]):
                    for enumerator in _read(view, enum, busy):
                        if enumerator.name == name:
                            return enumerator.value
        raise Unknown(name)

    return value_of


def constants(view: View, enumerators: Sequence[Enumerator]) -> Callable[[str], int]:
    """Gives the value of any enumerator by its name, those given first; raises Unknown."""
    return _lookup(view, {e.name: e.value for e in enumerators}, ())
