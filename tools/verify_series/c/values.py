# SPDX-License-Identifier: GPL-2.0-or-later
"""Integer constant expressions (C11 6.6): values of enumerators, sizes and indexes of arrays."""

from __future__ import annotations

import operator as op
import re
from collections.abc import Callable, Sequence

from . import Unreadable
from .lexer import Token


def _quotient(a: int, b: int) -> int:
    """C's division cuts towards 0."""
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


#: Operator to precedence and function.
_BINARY: dict[str, tuple[int, Callable[[int, int], int]]] = {
    "*": (10, op.mul),
    "/": (10, _quotient),
    "%": (10, lambda a, b: a - _quotient(a, b) * b),
    "+": (9, op.add),
    "-": (9, op.sub),
    "<<": (8, op.lshift),
    ">>": (8, op.rshift),
    "<": (7, op.lt),
    ">": (7, op.gt),
    "<=": (7, op.le),
    ">=": (7, op.ge),
    "==": (6, op.eq),
    "!=": (6, op.ne),
    "&": (5, op.and_),
    "^": (4, op.xor),
    "|": (3, op.or_),
    "&&": (2, lambda a, b: bool(a and b)),
    "||": (1, lambda a, b: bool(a or b)),
}
_UNARY: dict[str, Callable[[int], int]] = {
    "-": op.neg,
    "+": op.pos,
    "~": op.invert,
    "!": op.not_,
}
_DEEPEST = 50  # nested parentheses
_WIDEST = 128  # bits; no constant of C has more
_TYPE = re.compile(
    r"_*(?:unsigned|signed|char|short|int|long|[us](?:8|16|32|64)|u?int\d+_t|size_t)"
)
_ESCAPES = {"n": 10, "t": 9, "r": 13, "0": 0, "a": 7, "b": 8, "f": 12, "v": 11}


class Unknown(Unreadable):
    """A name without a value that can be found."""


def evaluate(tokens: Sequence[Token], value_of: Callable[[str], int]) -> int:
    """The value of an expression whose macros are expanded already.

    ``value_of`` gives the value of an enumerator and raises Unknown for any other name. Integers
    are not cut to a type's width, so ``~0U`` is -1: an index of no table either way. Raises
    Unreadable for what is no integer constant expression.
    """
    parser = _Parser(tokens, value_of)
    value = parser.ternary(0)
    if parser.at != len(tokens):
        raise Unreadable(f"cannot work out {show(tokens)}")
    return value


def show(tokens: Sequence[Token]) -> str:
    """The tokens as text, cut where it is long."""
    text = "".join(f" {t.text}" if t.spaced else t.text for t in tokens).strip()
    return text if len(text) <= 60 else text[:57] + "..."


class _Parser:
    def __init__(self, tokens: Sequence[Token], value_of: Callable[[str], int]) -> None:
        self.tokens = tokens
        self.value_of = value_of
        self.at = 0

    def _peek(self) -> str:
        return self.tokens[self.at].text if self.at < len(self.tokens) else ""

    def _expect(self, text: str) -> None:
        if self._peek() != text:
            raise Unreadable(f"cannot work out {show(self.tokens)}")
        self.at += 1

    def ternary(self, depth: int) -> int:
        if depth > _DEEPEST:
            raise Unreadable(f"{show(self.tokens)} nests too deep")
        value = self._binary(1, depth)
        if self._peek() != "?":
            return value
        self.at += 1
        yes = self.ternary(depth + 1)
        self._expect(":")
        no = self.ternary(depth + 1)
        return yes if value else no

    def _binary(self, lowest: int, depth: int) -> int:
        left = self._unary(depth)
        while (known := _BINARY.get(self._peek())) and known[0] >= lowest:
            level, function = known
            operator = self._peek()
            self.at += 1
            right = self._binary(level + 1, depth)
            if operator in ("<<", ">>") and not 0 <= right < _WIDEST:
                raise Unreadable(f"{show(self.tokens)} shifts by {right}")
            if operator in ("/", "%") and right == 0:
                raise Unreadable(f"{show(self.tokens)} divides by 0")
            left = int(function(left, right))
            if abs(left) >> _WIDEST:
                raise Unreadable(f"{show(self.tokens)} is wider than any integer")
        return left

    def _unary(self, depth: int) -> int:
        signs = []
        while self._peek() in _UNARY:
            signs.append(self._peek())
            self.at += 1
        value = self._primary(depth)
        for sign in reversed(signs):
            value = int(_UNARY[sign](value))
        return value

    def _primary(self, depth: int) -> int:
        if self.at >= len(self.tokens):
            raise Unreadable(f"cannot work out {show(self.tokens)}")
        token = self.tokens[self.at]
        self.at += 1
        if token.kind == "number":
            return number(token.text)
        if token.kind == "char":
            return _character(token.text)
        if token.kind == "name":
            if self._peek() == "(":
                raise Unknown(f"{token.text}()")
            return self.value_of(token.text)
        if token.text == "(":
            if self._is_type():
                self._expect(")")
                return self._unary(depth + 1)
            value = self.ternary(depth + 1)
            self._expect(")")
            return value
        raise Unreadable(f"cannot work out {show(self.tokens)}")

    def _is_type(self) -> bool:
        """Whether a cast's type stands here; then it is passed over. Its width is not applied."""
        start = self.at
        while self.at < len(self.tokens) and _TYPE.fullmatch(self.tokens[self.at].text):
            self.at += 1
        return self.at > start


def number(text: str) -> int:
    """An integer constant with any suffix; Unreadable for a floating one."""
    digits = text.rstrip("uUlL")
    if len(digits) < 40:  # a longer one fits no type of C
        try:
            octal = re.fullmatch(r"0[0-7]+", digits)
            return int(digits, 8) if octal else int(digits, 0)
        except ValueError:
            pass
    raise Unreadable(f"{text[:40]} is no integer")


def _character(text: str) -> int:
    inner = text[text.index("'") + 1 : -1]
    if len(inner) == 1:
        return ord(inner)
    if match := re.fullmatch(r"\\x([0-9a-fA-F]{1,8})", inner):
        return int(match[1], 16)
    if match := re.fullmatch(r"\\([0-7]{1,3})", inner):
        return int(match[1], 8)
    if len(inner) == 2 and inner[0] == "\\":
        return _ESCAPES.get(inner[1], ord(inner[1]))
    raise Unreadable(f"{text[:40]} is no single character")
