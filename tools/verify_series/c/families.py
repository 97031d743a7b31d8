# SPDX-License-Identifier: GPL-2.0-or-later
"""Families of macros that are numbered as an enum is: ``#define GATE_OPEN 0``, one a line."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from . import Unreadable
from .enums import Enum
from .source import Macro, Source
from .values import number

_FEWEST = 3  # numbers; fewer are no family
_WIDEST_GAP = 16  # between two numbers of a family
_OPERATORS = frozenset(("(", ")", "+", "-", "<<"))


@lru_cache(maxsize=512)
def find_families(source: Source) -> tuple[Enum, ...]:
    """All families of a file, as enums without a body.

    A family stands together, begins with the same word, and counts, also in bits; it ends where a
    number comes again. What is made of the others, such as the number of all, belongs to it.
    """
    found = []
    for run in _runs(source):
        if sum(_literal(macro) is not None for macro in run) >= _FEWEST:
            found.append(Enum((), source, run[0].line, run[0].when, None, tuple(run)))
    return tuple(found)


def _runs(source: Source) -> Iterator[list[Macro]]:
    lines = [token.line for token in source.tokens]
    run: list[Macro] = []
    seen: dict[int, Macro] = {}
    macros = (macro for several in source.macros.values() for macro in several)
    for macro in sorted(macros, key=lambda macro: macro.line):
        if not _is_constant(macro):
            continue
        value = _literal(macro)
        if value is None and not _is_made_of(macro, run):
            continue
        if run:
            apart = bisect(lines, run[-1].line) != bisect(lines, macro.line)
            other = _first_word(macro.name) != _first_word(run[0].name)
            if apart or other or not _follows(macro, value, seen):
                yield run
                run, seen = [], {}
        if run or value is not None:
            run.append(macro)
            if value is not None:
                seen[value] = macro
    yield run


def _follows(macro: Macro, value: int | None, seen: Mapping[int, Macro]) -> bool:
    """Whether a number is the next one, or that of another branch of an #if."""
    if value is None or not seen:
        return True
    if value in seen:
        return seen[value].when != macro.when
    return abs(value - list(seen)[-1]) <= _WIDEST_GAP


def _is_made_of(macro: Macro, run: Sequence[Macro]) -> bool:
    names = {other.name for other in run}
    return all(t.text in names for t in macro.body or () if t.kind == "name")


def _first_word(name: str) -> str:
    return name.lstrip("_").split("_")[0]


def _is_constant(macro: Macro) -> bool:
    """Whether a macro may stand for a number, by its text; a call does not."""
    body = macro.body or ()
    if not body or macro.parameters is not None:
        return False
    if any(a.kind == "name" and b.text == "(" for a, b in pairwise(body)):
        return False
    return all(t.kind in ("number", "name") or t.text in _OPERATORS for t in body)


def _literal(macro: Macro) -> int | None:
    """The number that a macro is, or that of its bit, written as such, in brackets or not."""
    body = [t for t in macro.body or () if t.text not in ("(", ")")]
    if len(body) == 3 and body[0].text.rstrip("uUlL") == "1" and body[1].text == "<<":
        body = body[2:]
    if macro.parameters is not None or len(body) != 1 or body[0].kind != "number":
        return None
    try:
        return number(body[0].text)
    except Unreadable:
        return None
