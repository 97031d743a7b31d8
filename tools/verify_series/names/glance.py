# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether it is worth while to read a file that mentions an enum: a quick look around each word.

A common enum is mentioned in a thousand files, and has names in two of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_BEFORE, _AFTER = 80, 240  # bytes around a word that are looked at
_BEGINNING = re.compile(rb"\w*\Z")
_COUNT = re.compile(rb"(NR|NUM|N|MAX|LAST)?_*")  # before a word: NR_NAMES, __NAME_MAX
_MACRO = re.compile(rb"##|\w*\(")
_CASE = re.compile(rb"\w*\s*:[^\";{}]*\"")
_PAIR = re.compile(rb"\w*\s*,\s*\"")
_DESIGNATOR = re.compile(rb"[^\]\n]*\](?:\[[^\]\n]*\])*(?:\s+__\w+)*\s*(?:=|;)")
_COMPARED = re.compile(rb"\w*\s*[<>=!]")
_UNSIZED = re.compile(rb"\[\s*\](?:\s+__\w+)*\s*=\s*\{")


def may_name(data: bytes, words: Iterable[str], tags: Iterable[str]) -> bool:
    """Whether a file may have names for an enum with one of ``tags``, whose enumerators, or what
    is made of them, begin with one of ``words``; or index an array of names with it."""
    return any(_names(data, word.encode()) for word in words) or any(
        _indexes(data, tag.encode()) for tag in tags
    )


def _names(data: bytes, word: bytes) -> bool:
    bounds = _UNSIZED.search(data) is not None
    at = data.find(word)
    while at >= 0:
        before, after = data[max(0, at - _BEFORE) : at], data[at + len(word) : at + _AFTER]
        beginning = _BEGINNING.search(before)
        assert beginning
        if _COUNT.fullmatch(beginning[0]):
            before = before[: beginning.start()]
            if _is_name(before, after) or (bounds and _is_bound(before, after)):
                return True
        at = data.find(word, at + len(word))
    return False


def _is_name(before: bytes, after: bytes) -> bool:
    """Whether a word between the two may be one that has a name there."""
    start = before.rstrip()
    return bool(
        _MACRO.match(after)
        or (start.endswith(b"case") and _CASE.match(after))
        or (start.endswith((b"{", b"(")) and _PAIR.match(after))
        or (before.rfind(b"[") > before.rfind(b"]") and _DESIGNATOR.match(after))
    )


def _is_bound(before: bytes, after: bytes) -> bool:
    """Whether a word is compared with something, such as the index of an array without a size."""
    return before.rstrip().endswith((b"<", b">", b"=")) or bool(_COMPARED.match(after))


def _indexes(data: bytes, tag: bytes) -> bool:
    found = re.findall(rb"\benum\s+" + re.escape(tag) + rb"\s+(\w+)", data)
    if not found:
        return False
    if _UNSIZED.search(data):
        return True
    names = b"|".join(re.escape(name) for name in set(found))
    return bool(re.search(rb"[^.>\w]\w+\[(?:" + names + rb")\]", data))
