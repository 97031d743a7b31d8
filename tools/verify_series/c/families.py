# SPDX-License-Identifier: GPL-2.0-or-later
"""Families of macros that are numbered as an enum is: ``#define GATE_OPEN 0``, one a line."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator
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

    A family stands together, begins with the same word, and counts upwards, also in bits. What is
    made of the others, such as the number of all, belongs to it.
    """
    found = []
    for run in _runs(source):
        if sum(_literal(macro) is not None for macro in run) >= _FEWEST:
            found.append(Enum((), source, run[0].line, run[0].when, None, tuple(run)))
    return tuple(found)


def _runs(source: Source) -> Iterator[list[Macro]]:
    lines = [token.line for token in source.tokens]
    run: list[Macro] = []
    last = -1
    macros = (macro for several in source.macros.values() for macro in several)
    for macro in sorted(macros, key=lambda macro: macro.line):
        value = _literal(macro)
        if run:
            apart = bisect(lines, run[-1].line) != bisect(lines, macro.line)
            same = _first_word(macro.name) == _first_word(run[0].name)
            follows = value is None or last < value <= last + _WIDEST_GAP
            other_branch = value == last and macro.when != run[-1].when
            if apart or not same or not _is_constant(macro) or not (follows or other_branch):
                yield run
                run, last = [], -1
        if (run or value is not None) and _is_constant(macro):
            run.append(macro)
            last = last if value is None else value
    yield run


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
