# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a file lists hooks, registers functions for them, or calls them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..c import Unreadable
from ..c.enums import between, split
from ..c.functions import Prototype, prototype
from ..c.lexer import Token
from ..c.source import Condition, Source
from ..c.view import Configuration, View
from ..model import Finding, Severity

NAME = "lsm-hook"

#: Where the kernel lists its hooks: LSM_HOOK(result, default, name, parameters).
HOOKS = "include/linux/lsm_hook_defs.h"

#: Where the functions are declared that call hooks, and where they have stubs.
HEADER = "include/linux/security.h"

#: What names a hook as an argument, and as which: macros of security/security.c, old and new.
_MACROS: Mapping[str, int] = {
    "call_int_hook": 0,
    "call_void_hook": 0,
    "lsm_for_each_hook": 1,
    "LSM_RET_DEFAULT": 0,
}
_MEMBERS = ("hook", "static_calls_table", "security_hook_heads")  # x.hook.NAME(...)

#: A file without any of these words calls no hook.
CALLING = tuple(word.encode() for word in (*_MACROS, *_MEMBERS[1:]))


@dataclass(frozen=True, slots=True)
class Hook:
    """One LSM_HOOK()."""

    name: str
    prototype: Prototype
    source: Source
    line: int
    when: Condition


@dataclass(frozen=True, slots=True)
class Registration:
    """One LSM_HOOK_INIT(hook, function). ``function`` is empty for what is no plain name.

    ``at`` is the index of the token.
    """

    hook: str
    function: str
    source: Source
    line: int
    when: Condition
    at: int


@dataclass(frozen=True, slots=True)
class Call:
    """A use of a hook; ``by`` is the macro. ``arguments`` is None where none can be told.

    ``at`` is the index of the token, which tells the function that the call stands in.
    """

    hook: str
    by: str
    arguments: tuple[tuple[Token, ...], ...] | None
    source: Source
    line: int
    at: int


@lru_cache(maxsize=64)
def find_hooks(source: Source) -> Mapping[str, tuple[Hook, ...]]:
    """The hooks that lsm_hook_defs.h lists, in whatever configuration, by their names."""
    hooks: dict[str, tuple[Hook, ...]] = {}
    for at, parts in _calls(source, "LSM_HOOK"):
        if len(parts) > 2:
            result, _, (name, *_), *parameters = parts
            place = source.tokens[at].line
            hook = Hook(name.text, prototype(result, parameters), source, place, source.when[at])
            hooks[hook.name] = (*hooks.get(hook.name, ()), hook)
    return hooks


@lru_cache(maxsize=512)
def find_registrations(source: Source) -> tuple[Registration, ...]:
    """Every LSM_HOOK_INIT of a file."""
    found = []
    for at, parts in _calls(source, "LSM_HOOK_INIT"):
        if len(parts) == 2:
            hook, function = parts
            if function[0].text == "&":
                function = function[1:]
            plain = function[0].text if len(function) == 1 else ""
            place = source.tokens[at].line
            found.append(Registration(hook[0].text, plain, source, place, source.when[at], at))
    return tuple(found)


@lru_cache(maxsize=64)
def find_calls(source: Source, leading: int) -> tuple[Call, ...]:
    """Every use of a hook in a file. ``leading`` parameters of call_int_hook() are its own."""
    found = []
    for macro, position in _MACROS.items():
        for at, parts in _calls(source, macro):
            if len(parts) > position and len(parts[position]) == 1:
                called = macro.startswith("call_")
                own = leading if macro == "call_int_hook" else 1
                found.append(_call(source, at, macro, parts[position][0], parts[own:], called))
    tokens = source.tokens
    for i in range(2, len(tokens) - 1):
        if tokens[i - 1].text == "." and tokens[i - 2].text in _MEMBERS:
            called = tokens[i - 2].text == "hook"
            inside = between(source, i + 1) if called and tokens[i + 1].text == "(" else None
            if inside or not called:
                parts = split(tokens[inside.start : inside.end]) if inside else []
                found.append(_call(source, i, tokens[i - 2].text, tokens[i], parts, called))
    return tuple(found)


def _call(
    source: Source, at: int, by: str, hook: Token, parts: Sequence[Sequence[Token]], called: bool
) -> Call:
    arguments = tuple(tuple(part) for part in parts) if called else None
    return Call(hook.text, by, arguments, source, hook.line, at)


def find_named(source: Source, macro: str) -> Iterator[tuple[int, list[str]]]:
    """Line and arguments of every ``macro(...)`` whose arguments are plain names."""
    for at, parts in _calls(source, macro):
        if all(len(part) == 1 for part in parts):
            yield source.tokens[at].line, [part[0].text for part in parts]


def _calls(source: Source, name: str) -> Iterator[tuple[int, list[list[Token]]]]:
    """Index and arguments of every ``name(...)`` that no #if cuts into."""
    tokens = source.tokens
    for i, token in enumerate(tokens[:-1]):
        if token.text == name and tokens[i + 1].text == "(":
            inside = between(source, i + 1)
            if inside is None or any(
                source.when[at] is not source.when[i] for at in range(inside.start, inside.end)
            ):
                raise Unreadable(f"an #if cuts through {name} at {source.path}:{token.line}")
            yield i, split(tokens[inside.start : inside.end])


def holds(given: Configuration, source: Source, when: Condition) -> bool:
    """Whether what stands under ``when`` is there in a configuration."""
    return not when or View((source,), given).holds(source, when)


def number(arguments: int) -> str:
    """So many arguments, in words."""
    return "1 argument" if arguments == 1 else f"{arguments} arguments"


def fault(
    rule: str,
    source: Source,
    line: int,
    message: str,
    identity: str = "",
    severity: Severity = Severity.ERROR,
) -> Finding:
    """A finding of lsm-hook."""
    return Finding(NAME, rule, severity, source.path, line, message, identity=identity)
