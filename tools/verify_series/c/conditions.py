# SPDX-License-Identifier: GPL-2.0-or-later
"""The expressions of #if, #ifdef and #elif, as far as the options they ask for can be told.

``#ifdef CONFIG_X``, ``#if defined(CONFIG_X)`` and ``#if IS_ENABLED(CONFIG_X)`` are taken for the
same question: they differ for a tristate option only, and most options are not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .lexer import Token

_ENABLED = (
    "defined",
    "IS_ENABLED",
    "IS_BUILTIN",
    "IS_REACHABLE",
)  # include/linux/kconfig.h
_DEEPEST = 50  # nested parentheses; beyond, an expression is one question


@dataclass(frozen=True, slots=True)
class Defined:
    """``defined(name)``, or an option that is enabled."""

    name: str


@dataclass(frozen=True, slots=True)
class Expression:
    """Anything else: an expression that is true where it is not 0."""

    tokens: tuple[Token, ...]

    @property
    def text(self) -> str:
        return "".join(f" {t.text}" if t.spaced else t.text for t in self.tokens).strip()


@dataclass(frozen=True, slots=True)
class Not:
    test: Test


@dataclass(frozen=True, slots=True)
class Either:
    """``&&`` where ``every`` is true, else ``||``."""

    tests: tuple[Test, ...]
    every: bool


Test = Defined | Expression | Not | Either


def parse(tokens: Sequence[Token], depth: int = 0) -> Test:
    """The test of an #if or #elif line. What makes no sense is one opaque expression."""
    texts = [t.text for t in tokens]
    if not tokens or depth > _DEEPEST or "?" in texts:
        return Expression(tuple(tokens))
    for operator, every in (("||", False), ("&&", True)):
        parts = _split(tokens, operator)
        if len(parts) > 1:
            return Either(tuple(parse(part, depth + 1) for part in parts), every)
    if texts[0] == "!" and _is_operand(tokens[1:]):
        return Not(parse(tokens[1:], depth + 1))
    if texts[0] == "(" and _closes(texts, 0) == len(texts) - 1:
        return parse(tokens[1:-1], depth + 1)
    if texts[0] == "defined" and len(texts) == 2:
        return Defined(texts[1])
    if texts[0] in _ENABLED and len(texts) == 4 and texts[1] == "(" and texts[3] == ")":
        return Defined(texts[2])
    return Expression(tuple(tokens))


def _is_operand(tokens: Sequence[Token]) -> bool:
    """Whether ``!`` applies to all of ``tokens``, and not to the left side of a comparison."""
    texts = [t.text for t in tokens]
    while texts and texts[0] == "!":
        texts = texts[1:]
    if texts and texts[0] == "defined" and len(texts) == 2:
        return True
    start = 1 if len(texts) > 1 and tokens[-len(texts)].kind == "name" else 0
    return len(texts) == 1 or (
        len(texts) > 1 and texts[start] == "(" and _closes(texts, start) == len(texts) - 1
    )


def _split(tokens: Sequence[Token], operator: str) -> list[Sequence[Token]]:
    parts: list[Sequence[Token]] = []
    depth = start = 0
    for i, token in enumerate(tokens):
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.text == operator:
            parts.append(tokens[start:i])
            start = i + 1
    return [*parts, tokens[start:]]


def _closes(texts: Sequence[str], opening: int) -> int:
    depth = 0
    for i in range(opening, len(texts)):
        depth += (texts[i] == "(") - (texts[i] == ")")
        if depth == 0:
            return i
    return -1


def constant(test: Test) -> bool | None:
    """What ``#if 0`` or ``#if 1`` says without any configuration; None for all others."""
    if isinstance(test, Not):
        inner = constant(test.test)
        return None if inner is None else not inner
    if isinstance(test, Expression) and len(test.tokens) == 1 and test.tokens[0].kind == "number":
        return test.text.strip("0xXuUlL") != ""
    return None


def truth(test: Test, decide: Callable[[Defined | Expression], bool]) -> bool:
    """The value of a test, with ``decide`` asked only for what the result depends on."""
    if isinstance(test, Not):
        return not truth(test.test, decide)
    if isinstance(test, Either):
        values = (truth(part, decide) for part in test.tests)
        return all(values) if test.every else any(values)
    return decide(test)
