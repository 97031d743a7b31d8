# SPDX-License-Identifier: GPL-2.0-or-later
"""Functions of a file, declared or defined, and their types in a form that can be compared."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .enums import between, split
from .lexer import Token
from .source import Condition, Source

_STORAGE = frozenset((
    "static", "extern", "inline", "__inline", "__inline__", "__always_inline", "noinline",
    "asmlinkage", "__init", "__exit", "__cold", "__visible", "__weak", "__must_check", "__used",
    "__unused", "__maybe_unused", "__always_unused", "noinstr", "notrace", "__noreturn", "__pure",
))  # fmt: skip
# Any other attribute: what begins with two underscores and is no type and no address space.
_ATTRIBUTE = re.compile(
    r"__(?!(?:[us]|[bl]e|virtio)\d+$|kernel_|(?:user|rcu|iomem|percpu|restrict|wsum|sum16|poll_t"
    r"|int128|builtin_va_list)$)\w+"
)
_QUALIFIERS = ("const", "volatile", "restrict", "__restrict")
_SPACES = ("__user", "__rcu")
_KINDS = ("struct", "union", "enum")
_INTEGERS = ("unsigned", "signed", "long", "short", "int", "char")
_BASIC = frozenset((*_INTEGERS, "void", "bool", "_Bool", "float", "double"))


@dataclass(frozen=True, slots=True)
class Prototype:
    """What a function takes and gives. Two that print alike are the same type.

    Names of parameters, top-level ``const`` and attributes are left out, as they do not belong to
    the type (C11 6.7.6.3); ``unsigned`` is ``unsigned int``, an array parameter a pointer.
    """

    result: str
    parameters: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.result} ({', '.join(self.parameters) or 'void'})"


@dataclass(frozen=True, slots=True)
class Function:
    """One declaration or, where ``defined``, the definition of a function at file scope."""

    name: str
    prototype: Prototype
    defined: bool
    static: bool
    source: Source
    line: int
    when: Condition
    body: tuple[int, int]  # tokens of the definition, its head included


@lru_cache(maxsize=512)
def find_functions(source: Source) -> tuple[Function, ...]:
    """All functions of a file. What a macro declares is not among them."""
    tokens = source.tokens
    found = []
    start = at = 0
    while at < len(tokens):
        text = tokens[at].text
        if text == ";":
            start = at + 1
        elif text == "{":
            body = at == start or tokens[at - 1].text == ")"  # of a function that a macro heads
            at = source.closes.get(at, at)
            start = at + 1 if body else start
        elif text == "(":
            closing = source.closes.get(at)
            if closing is None:
                start = at + 1
            else:
                end = _skip_attributes(source, closing + 1)
                head = _head(source, start, at, closing)
                if end < len(tokens) and tokens[end].text in ("{", ";") and head:
                    defined = tokens[end].text == "{"
                    last = source.closes.get(end, end) if defined else end
                    name, prototype, static = head
                    place = tokens[at - 1].line
                    when = source.when[at - 1]
                    found.append(
                        Function(name, prototype, defined, static, source, place, when, (at, last))
                    )
                    at, start = last, last + 1
                elif at == start + 1:  # MACRO(...) with or without a semicolon
                    at, start = closing, closing + 1
                else:
                    at = closing
        at += 1
    return tuple(found)


def _skip_attributes(source: Source, at: int) -> int:
    tokens = source.tokens
    while at < len(tokens) and tokens[at].kind == "name":
        at += 1
        if at < len(tokens) and tokens[at].text == "(":
            at = source.closes.get(at, len(tokens)) + 1
    return at


def _head(
    source: Source, start: int, opening: int, closing: int
) -> tuple[str, Prototype, bool] | None:
    """Name, type and linkage, if the tokens from ``start`` to ``closing`` declare a function."""
    words = source.tokens[start : opening - 1]
    name = source.tokens[opening - 1] if opening > start else None
    if name is None or name.kind != "name" or not words or words[0].text == "typedef":
        return None
    words = _without_attributes(words)
    if not words or any(t.kind != "name" and t.text != "*" for t in words):
        return None
    region = between(source, opening)
    if region is None or all(_is_storage(t.text) for t in words):
        return None
    parameters = split(source.tokens[region.start : region.end])
    static = any(t.text == "static" for t in words)
    return name.text, prototype(words, parameters), static


def _without_attributes(words: Sequence[Token]) -> list[Token]:
    """Without ``__attribute__((...))``, ``__printf(1, 2)`` and the like."""
    kept: list[Token] = []
    depth = 0
    for token in words:
        if token.text == "(":
            if depth == 0 and kept and kept[-1].text.startswith("__"):
                kept.pop()
            depth += 1
        elif token.text == ")":
            depth -= 1
        elif depth == 0:
            kept.append(token)
    return kept


def _is_storage(word: str) -> bool:
    return word in _STORAGE or _ATTRIBUTE.fullmatch(word) is not None


def parameters(function: Function) -> Mapping[str, str]:
    """The names of a function's parameters and their types; one without a name is left out."""
    source, opening = function.source, function.body[0]
    named = {}
    for part in split(source.tokens[opening + 1 : source.closes[opening]]):
        texts = [t.text for t in part if not _is_storage(t.text)]
        if "(" not in texts:  # nor does a pointer to a function tell by its name what it is
            texts = texts[: texts.index("[")] if "[" in texts else texts
            star = len(texts) - texts[::-1].index("*") if "*" in texts else 0
            behind = [text for text in texts[star:] if text not in (*_QUALIFIERS, *_SPACES)]
            if behind and (star or _has_name(texts)):
                named[behind[-1]] = normalise(part)
    return named


def prototype(result: Sequence[Token], parameters: Sequence[Sequence[Token]]) -> Prototype:
    """The type of a function, from the tokens before its name and those of each parameter."""
    types = tuple(normalise(parameter) for parameter in parameters)
    return Prototype(normalise(result), () if types == ("void",) else types)


def normalise(declaration: Sequence[Token]) -> str:
    """The type in the declaration of a parameter, with or without a name, as text."""
    tokens = [t for t in declaration if not _is_storage(t.text) and t.text != "register"]
    texts = [t.text for t in tokens]
    if "(" in texts:
        return _normalise_callback(tokens)
    stars = 0
    if "[" in texts:  # an array parameter is a pointer
        tokens = tokens[: texts.index("[")]
        stars = 1
    first_star = next((i for i, t in enumerate(tokens) if t.text == "*"), len(tokens))
    base, pointers = tokens[:first_star], tokens[first_star:]
    if not pointers and _has_name([t.text for t in base]):
        base = base[:-1]
    kept = [t.text for t in pointers if t.text == "*" or t.text in (*_QUALIFIERS, *_SPACES)]
    kept += ["*"] * stars
    while kept and kept[-1] in _QUALIFIERS:
        kept.pop()
    specifiers = [t.text for t in base]
    if not kept:
        specifiers = [text for text in specifiers if text not in _QUALIFIERS]
    text = _base(specifiers)
    return f"{text} {' '.join(kept)}".replace("* *", "**").replace("* *", "**").strip()


def _normalise_callback(tokens: Sequence[Token]) -> str:
    """A pointer to a function: its text without the name in ``(*name)``."""
    texts = [t.text for t in tokens]
    opening = texts.index("(")
    named = texts[opening + 1 : opening + 2] == ["*"] and texts[opening + 3 : opening + 4] == [")"]
    return " ".join(texts[: opening + 2] + texts[opening + 3 :] if named else texts)


def _has_name(base: Sequence[str]) -> bool:
    """Whether the last word is the parameter's name: it follows a complete type."""
    words = [text for text in base if text not in (*_QUALIFIERS, *_SPACES)]
    if len(words) < 2 or words[-1] in _BASIC:
        return False
    return len(words) > 2 or words[0] not in _KINDS


def _base(specifiers: Sequence[str]) -> str:
    """Type specifiers in one order: qualifiers first, ``unsigned`` as ``unsigned int``."""
    qualifiers = sorted(text for text in specifiers if text in _QUALIFIERS)
    words = [text for text in specifiers if text not in _QUALIFIERS]
    if words and all(word in _INTEGERS for word in words):
        short = [word for word in words if word not in ("int", "signed")]
        words = sorted(short, key=_INTEGERS.index)
        if not words or words == ["unsigned"]:
            words.append("int")
    words = ["bool" if word == "_Bool" else word for word in words]
    return " ".join([*qualifiers, *words])
