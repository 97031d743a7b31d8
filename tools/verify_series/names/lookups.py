# SPDX-License-Identifier: GPL-2.0-or-later
"""How code looks a name up in a table: with which index, and what it does where none is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_INDEX = re.compile(rb"\s*\[((?:[^\[\]\n]|\[[^\[\]\n]*\])*)\]")
_WORD = re.compile(rb"[A-Za-z_]\w*")
_BASE = re.compile(rb"[-+]\s*([A-Z][A-Z0-9_]*)\b")
_TESTED = re.compile(rb"(?:!|\bif\s*\(|&&|\|\|)\s*\Z")
_TESTS = re.compile(rb"\s*(?:\?|[!=]=\s*NULL|&&|\|\|)")
_ASSIGNED = re.compile(rb"(\w+)\s*=\s*\Z")
_ALONE = rb"(?<![\w>.])"  # before what is no member of something else
_AFTER = 300  # bytes behind an assignment in which the name is looked at


@dataclass(frozen=True, slots=True)
class Lookups:
    """The uses of a table. ``indexes`` are the texts between the brackets, constants apart.

    ``guarded`` is true where a user looks first whether there is a name, ``silent`` where none of
    these has a text for what has no name, ``sized`` where one compares the index with the number
    of names. ``bound`` is the largest index that all of them let pass, where they compare it with
    an enumerator first. ``apart`` are the enumerators that a function which looks names up asks
    for by themselves.
    """

    indexes: frozenset[bytes]
    guarded: bool
    silent: bool
    sized: bool
    bound: int | None
    apart: frozenset[bytes]


def find_lookups(table: str, files: Iterable[bytes], values: Mapping[bytes, int]) -> Lookups:
    """What ``files`` do with the array ``table``; ``values`` are those of the enumerators."""
    name = table.encode()
    word = re.compile(rb"\b" + re.escape(name) + rb"\b")
    indexes = set()
    apart: set[bytes] = set()
    bounds: list[int | None] = []
    guarded = sized = told = False
    for data in files:
        if name not in data:
            continue
        sized = sized or b"ARRAY_SIZE(" + name + b")" in data
        for match in word.finditer(data):
            index = _INDEX.match(data, match.end())
            if index and _is_lookup(index[1], values):
                text = index[1].strip()
                indexes.add(text)
                function = data.rfind(b"\n}", 0, match.start()) + 1, data.find(b"\n}", index.end())
                if _is_guarded(data, match.start(), index.end()):
                    guarded = True
                    told = (
                        told or b'"' in data[index.end() : min(index.end() + _AFTER, function[1])]
                    )
                bounds.append(_bound(data[function[0] : match.start()], text, values))
                same = re.compile(_ALONE + re.escape(text) + rb"\s*==\s*(\w+)")
                apart.update(same.findall(data, *function))
    bound = max((b for b in bounds if b is not None), default=None)
    if None in bounds:
        bound = None
    silent = guarded and not told
    return Lookups(frozenset(indexes), guarded, silent, sized, bound, frozenset(apart))


def _is_lookup(index: bytes, values: Mapping[bytes, int]) -> bool:
    """Whether an index may be any enumerator: no constant, and not counted from another one."""
    if any(word not in values for word in _BASE.findall(index)):
        return False
    return not all(word in values or word.isupper() for word in _WORD.findall(index))


def _bound(before: bytes, index: bytes, values: Mapping[bytes, int]) -> int | None:
    """The largest index that the last comparison of a function before a lookup lets pass."""
    found = None
    for match in re.finditer(_ALONE + re.escape(index) + rb"\s*(<=?|>=?)\s*(\w+)", before):
        if match[2] in values:
            found = values[match[2]] - (match[1] in (b"<", b">="))
    return found


def _is_guarded(data: bytes, start: int, end: int) -> bool:
    """Whether what stands around a use, or behind it, asks if there is a name."""
    before = data[max(0, start - 80) : start]
    if _TESTED.search(before) or _TESTS.match(data, end):
        return True
    if assigned := _ASSIGNED.search(before):
        variable = rb"\b" + assigned[1] + rb"\b"
        test = (
            rb"!\s*" + variable + rb"|" + variable + rb"\s*\?|if\s*\(\s*" + variable + rb"\s*[)&]"
        )
        return bool(re.search(test, data[end : end + _AFTER]))
    return False
