# SPDX-License-Identifier: GPL-2.0-or-later
"""C text to tokens and preprocessor directives (C11 5.1.1.2, translation phases 2 to 4)."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import NamedTuple


class Token(NamedTuple):
    """``kind`` is name, number, string, char or punct; ``spaced`` is "white space before it"."""

    kind: str
    text: str
    line: int
    spaced: bool = False


class Directive(NamedTuple):
    """A line such as ``#define X 1``; ``at`` tokens of the file stand before it."""

    name: str
    body: tuple[Token, ...]
    line: int
    at: int


# Every text matches: what is no token of C is a punct of one character.
_LEXEME = re.compile(
    r"""(?:[ \t\f\v\r]+ | /\*.*?(?:\*/|\Z) | //[^\n]*)*
    (?:(?P<newline>\n(?:[ \t\f\v\r]*\n)*)
     | (?P<string>(?:u8|[uUL])?"(?:[^"\\\n]|\\.)*")
     | (?P<char>[uUL]?'(?:[^'\\\n]|\\.)+')
     | (?P<name>[^\W\d][\w$]*)
     | (?P<number>\.?\d(?:[eEpP][+-]|[\w.])*)
     | (?P<punct>\.\.\.|<<=|>>=|\#\#|->|<<|>>|<=|>=|==|!=|&&|\|\||\S)
     | (?P<end>\Z))""",
    re.VERBOSE | re.DOTALL,
)


_CONTINUED = re.compile(r"\\[ \t\r]*\n")  # as GCC does: a backslash and blanks, too


def decode(data: bytes) -> str:
    """Text of a source file: UTF-8, or else Latin-1, so that every byte reads as something."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return text.replace("\r\n", "\n")


def _splice(text: str) -> tuple[str, list[int]]:
    """Join continued lines; the offsets in the result at which a new line of the file begins."""
    text += "\n"
    lengths = accumulate(map(len, text.split("\n")))
    plain = [length + number for number, length in enumerate(lengths, 1)][:-1]
    starts: list[int] = []
    removed = 0
    for match in _CONTINUED.finditer(text):
        line = bisect_left(plain, match.end(), len(starts))
        starts += [start - removed for start in plain[len(starts) : line]]
        starts.append(match.start() - removed)
        removed += match.end() - match.start()
    starts += [start - removed for start in plain[len(starts) :]]
    return _CONTINUED.sub("", text) if removed else text, starts


def lex(text: str) -> tuple[list[Token], list[Directive]]:
    """Tokens of a file, and apart from them its directives; comments are white space."""
    text, starts = _splice(text)
    tokens: list[Token] = []
    directives: list[Directive] = []
    directive: list[Token] | None = None
    fresh = True  # nothing but white space on this line so far
    row = 0
    for match in _LEXEME.finditer(text):
        kind = match.lastgroup or "end"
        if kind in ("newline", "end"):
            if directive is not None:
                directives.append(_directive(directive, len(tokens)))
                directive = None
            fresh = True
            continue
        start = match.start(kind)
        row = bisect_right(starts, start, row)
        token = Token(kind, match[kind], row + 1, fresh or start > match.start())
        if directive is not None:
            directive.append(token)
        elif fresh and token.text == "#":
            directive = [token]
        else:
            tokens.append(token)
        fresh = False
    return tokens, directives


def _directive(line: list[Token], at: int) -> Directive:
    name = line[1].text if len(line) > 1 else ""
    return Directive(name, tuple(line[2:]), line[0].line, at)


def retoken(text: str, line: int, spaced: bool) -> Token:
    """One token of text that ``##`` pasted together."""
    match = _LEXEME.match(text)
    kind = match.lastgroup if match and match.end() == len(text) else None
    return Token(kind or "punct", text, line, spaced)
