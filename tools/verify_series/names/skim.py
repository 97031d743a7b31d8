# SPDX-License-Identifier: GPL-2.0-or-later
"""Leave of a file what a table of names is made of: directives, enums and arrays of strings.

The C reader takes milliseconds for a file, which is too long for a whole tree. Functions and
declarations become empty lines, so that every line keeps its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

#: What a file has that may hold names: ``] = "``, ``] = { "``, ``] = MACRO("`` ...
_NAMES = re.compile(
    rb'\](?:\s+__\w+(?:\s*\([^()\n]*\))?)*\s*=\s*[({]*\s*(?:/\*.*?\*/\s*)?[({]*\s*(?:\w+\s*\(\s*)?"',
    re.DOTALL,
)
_LEXEME = re.compile(
    rb'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|/\*.*?(?:\*/|\Z)|//[^\n]*', re.DOTALL
)
_DIRECTIVE = re.compile(rb"^[ \t]*#(?:[^\n]*\\[ \t]*\n)*[^\n]*", re.MULTILINE)
_ENUM = re.compile(rb"(?:\btypedef\s+)?\benum\b[^;{}()=\"]*\{")
_ARRAY = re.compile(rb"\[[^\]\n;]*\](?:\s+__\w+(?:\s*\([^()\n]*\))?)*\s*=\s*\{")
_BRACE = re.compile(rb'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|[{}]')
_UNSIZED = re.compile(rb"(\w+)\s*\[\s*\Z")
_SIZE = re.compile(rb"ARRAY_SIZE\(\s*(\w+)\s*\)")
_USE = re.compile(rb"\[\s*([A-Za-z_][\w.>-]*)\s*\]")
_DECLARED = re.compile(rb"\benum\s+\w+\s+(\w+)")
_COMPARED = re.compile(rb"[<>=]\s*[A-Z_]{3}")
_LAST_WORD = re.compile(rb"([\w.>-]+)\s*[<>=!]*\Z")
_FIRST_CONSTANT = re.compile(rb"\s*[<>=!]=?\s*[A-Z_]{3}")
_NEAR = 80  # bytes before a bracket in which the name of an array or index stands


def may_have_names(data: bytes) -> bool:
    """Whether a file may have a table that an enum indexes. Quick, and never wrongly no for one
    whose first name is a string, or a macro with a string."""
    names = set()
    for match in _NAMES.finditer(data):
        before = data[max(0, match.start() - _NEAR) : match.start()]
        if not before.rstrip().endswith(b"["):
            return True  # an index or a size
        names.update(_UNSIZED.findall(before))
    return bool(names) and _is_bounded(data, names)


def _is_bounded(data: bytes, names: set[bytes]) -> bool:
    """Whether the index of an array without a size is bounded by, or declared as, an enum."""
    for match in _SIZE.finditer(data):
        before = data[max(0, match.start() - _NEAR) : match.start()]
        after = data[match.end() : match.end() + _NEAR]
        if match[1] in names and (
            _FIRST_CONSTANT.match(after) or before.rstrip().endswith((b"<", b">", b"="))
        ):
            return True
    indexes = set()
    for match in _USE.finditer(data):
        before = data[max(0, match.start() - _NEAR) : match.start()]
        if (word := _LAST_WORD.search(before)) and word[1] in names:
            indexes.add(match[1])
    if not indexes:
        return False
    if any(match[1] in indexes for match in _DECLARED.finditer(data)):
        return True
    for match in _COMPARED.finditer(data):
        before = data[max(0, match.start() - _NEAR) : match.start() + 1]
        if (word := _LAST_WORD.search(before)) and word[1] in indexes:
            return True
    return False


def skim(data: bytes) -> bytes:
    """The file with everything else made empty lines.

    Of functions those are left that use an array without a size.
    """
    text = _LEXEME.sub(_blank, data)
    pieces: list[bytes] = []
    at = 0
    for start, end in _spans(text):
        if end > at:
            start = max(start, at)
            pieces += [b"\n" * text.count(b"\n", at, start), b" ", text[start:end], b" "]
            at = end
    return b"".join(pieces)


def _users(text: bytes) -> Iterator[tuple[int, int]]:
    """The functions that use an array without a size; in the kernel a ``}`` at the beginning of
    a line ends each."""
    names = set[bytes]()
    for match in _NAMES.finditer(text):
        names.update(_UNSIZED.findall(text[max(0, match.start() - _NEAR) : match.start()]))
    for name in names:
        at = text.find(name)
        while at >= 0:
            start, end = text.rfind(b"\n}", 0, at) + 2, text.find(b"\n}", at) + 2
            if text[at + len(name) : at + len(name) + 1] in (b"[", b")") and end > at:
                yield max(start - 1, 0), end
                at = end
            at = text.find(name, at + 1)


def _blank(match: re.Match[bytes]) -> bytes:
    text = match[0]
    return text if text[:1] in b"\"'" else b" " + b"\n" * text.count(b"\n")


def _spans(text: bytes) -> list[tuple[int, int]]:
    spans = [match.span() for match in _DIRECTIVE.finditer(text)]
    spans += _users(text)
    spans += [(m.start(), _end(text, m.end())) for m in _ENUM.finditer(text)]
    for match in _ARRAY.finditer(text):
        line = text.rfind(b"\n", 0, match.start()) + 1
        spans.append((line, _end(text, match.end())))
    return sorted(spans, key=lambda span: (span[0], -span[1]))


def _end(text: bytes, at: int) -> int:
    """Behind the brace that closes the one before ``at``, and what follows up to the ``;``."""
    depth = 1
    for match in _braces(text, at):
        depth += 1 if match[0] == b"{" else -1
        if depth == 0:
            semicolon = text.find(b";", match.end(), match.end() + 80)
            return semicolon + 1 if semicolon >= 0 else match.end()
    return len(text)


def _braces(text: bytes, at: int) -> Iterator[re.Match[bytes]]:
    return (match for match in _BRACE.finditer(text, at) if match[0] in (b"{", b"}"))
