# SPDX-License-Identifier: GPL-2.0-or-later
"""Leave of a file what a table of names is made of: directives, enums and arrays of strings.

The C reader takes milliseconds for a file, which is too long for a whole tree. What is left out
becomes empty lines, so that every line keeps its number.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from .reach import LARGEST

_ATTRIBUTES = rb"(?:\s+__\w+(?:\s*\([^()\n]*\))?)*"
_COMMENT = rb"/\*[^*]*\*+(?:[^/*][^*]*\*+)*/"
#: What a file has that may hold names: ``] = "``, ``] = { "``, ``] = MACRO("`` ...
_NAME = re.compile(
    rb"\]" + _ATTRIBUTES + rb"\s*=\s*(\{?)\s*(?:" + _COMMENT + rb"\s*)*(?:NULL\s*,\s*)?"
    rb'(\{?)\s*\(?\s*(?:\w+\s*\(\s*)?"'
)
_WORD = re.compile(rb"[A-Za-z_]\w*")
_UNSIZED = re.compile(rb"(\w+)\s*\Z")
_DIRECTIVE = re.compile(rb"^[ \t]*#(?:[^\n]*\\[ \t]*\n)*[^\n]*", re.MULTILINE)
_ENUM = re.compile(rb"enum\b[^;{}()=\"*/]*\{")
_ARRAY = re.compile(rb"\[[^\]\n;]*\]" + _ATTRIBUTES + rb"\s*=\s*\{")
_BRACE = re.compile(rb'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|//[^\n]*|' + _COMMENT + rb"|[{}]")
_INDEX = re.compile(rb"\s*([A-Za-z_][\w.>-]*)\s*\]")
_CONSTANT = rb"(?!ARRAY_SIZE)[A-Z_]{3}"
_COMPARED = re.compile(rb"\s*(?:[<>]=?|[!=]=)\s*" + _CONSTANT)
_COMPARING = re.compile(rb"\b" + _CONSTANT + rb"\w*\s*(?:[<>]=?|[!=]=)\s*\Z")
_NEAR = 80  # bytes before a bracket in which its opening one and the name of an array stand


def may_have_names(data: bytes) -> bool:
    """Whether a file may have a table that an enum indexes. Quick, and never wrongly no for one
    whose first name is a string, or a macro with a string, or follows a NULL."""
    return len(data) <= LARGEST and bool(_firsts(data))


def skim(data: bytes) -> bytes:
    """The file with everything else made empty lines.

    Of functions those are left that use an array without a size.
    """
    pieces: list[bytes] = []
    at = 0
    for start, end in sorted(_spans(data), key=lambda span: (span[0], -span[1])):
        if end > at:
            start = max(start, at)
            pieces += [b"\n" * data.count(b"\n", at, start), b" ", data[start:end], b" "]
            at = end
    return b"".join(pieces)


def _firsts(data: bytes) -> dict[int, bytes]:
    """Where a bracket is closed before a string that an enumerator may index, and the name of the
    array where there is nothing in the bracket."""
    found: dict[int, bytes] = {}
    for match in _NAME.finditer(data):
        near = max(0, match.start() - _NEAR)
        opening = data.rfind(b"[", near, match.start())
        inside = data[opening + 1 : match.start()]
        name = _UNSIZED.search(data, near, max(opening, near))
        if _WORD.search(inside):
            if match[1] or not name:  # else text of its own: char x[SIZE] = "..."
                found[match.start()] = b""
        elif match[1] and not match[2] and name and not inside.strip():
            found[match.start()] = name[1]
    bounded = {name for name in set(found.values()) if not name or _is_bounded(data, name)}
    return {at: name for at, name in found.items() if name in bounded}


def _is_bounded(data: bytes, name: bytes) -> bool:
    """Whether the index of an array without a size is compared with a constant, or declared as
    an enum."""
    for at in _places(data, b"ARRAY_SIZE(" + name + b")"):
        before = data[max(0, at - _NEAR) : at]
        if _COMPARED.match(data, at + len(name) + 12) or _COMPARING.search(before):
            return True
    for at in _places(data, name + b"["):
        index = _INDEX.match(data, at + len(name) + 1)
        if index and _is_enum(data[data.rfind(b"\n}", 0, at) + 1 : at], index[1]):
            return True
    return False


def _is_enum(function: bytes, index: bytes) -> bool:
    """Whether what stands before a use says so."""
    if re.search(rb"\benum\s+\w+\s+" + re.escape(index) + rb"\b", function):
        return True
    return any(_COMPARED.match(function, at + len(index)) for at in _places(function, index))


def _places(data: bytes, text: bytes) -> Iterator[int]:
    at = data.find(text)
    while at >= 0:
        yield at
        at = data.find(text, at + 1)


def _spans(data: bytes) -> Iterator[tuple[int, int]]:
    for match in _DIRECTIVE.finditer(data):
        start, end = match.span()
        comment = data.rfind(b"/*", start, end)
        yield start, comment if comment > data.rfind(b"*/", start, end) else end
    for match in _ENUM.finditer(data):
        if not _is_comment(data, match.start()):
            line = data.rfind(b"\n", 0, match.start()) + 1
            yield line, _end(data, match.end())
    firsts = _firsts(data)
    yield from _arrays(data, sorted(firsts))
    for name in set(firsts.values()) - {b""}:
        yield from _users(data, name)


def _is_comment(data: bytes, at: int) -> bool:
    return data.rfind(b"/*", 0, at) > data.rfind(b"*/", 0, at)


def _arrays(data: bytes, firsts: list[int]) -> Iterator[tuple[int, int]]:
    """The arrays that the brackets of ``firsts`` stand in."""
    done = 0
    for match in _ARRAY.finditer(data) if firsts else ():
        if match.start() < done or not data[match.start() - 1 : match.start()].strip(b" \t\n,{"):
            continue  # within another one, or an index
        behind = bisect_left(firsts, match.start())
        quick = data.find(b"};", match.end())
        if behind < len(firsts) and not -1 < quick < firsts[behind]:
            done = _end(data, match.end())
            line = data.rfind(b"\n", 0, match.start()) + 1
            if firsts[behind] < done and not _is_comment(data, match.start()):
                yield line, done


def _users(data: bytes, name: bytes) -> Iterator[tuple[int, int]]:
    """The functions that use an array; in the kernel a ``}`` at the beginning of a line ends
    each."""
    end = 0
    for at in _places(data, name):
        if data[at + len(name) : at + len(name) + 1] in (b"[", b")") and at >= end:
            start, end = data.rfind(b"\n}", 0, at) + 2, data.find(b"\n}", at) + 2
            if end > at:
                yield max(start - 1, 0), end


def _end(data: bytes, at: int) -> int:
    """Behind the brace that closes the one before ``at``, and what follows up to the ``;``."""
    depth = 1
    for match in _BRACE.finditer(data, at):
        depth += (match[0] == b"{") - (match[0] == b"}")
        if depth == 0:
            semicolon = data.find(b";", match.end(), match.end() + _NEAR)
            return semicolon + 1 if semicolon >= 0 else match.end()
    return len(data)
