# SPDX-License-Identifier: GPL-2.0-or-later
"""The hooks of one security module in one tree, and what is wrong with them. Part of lsm-hook."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..c import Unreadable
from ..c.enums import Enum, between, find_enums, read_enum, split
from ..c.functions import Function, Prototype, find_functions, prototype
from ..c.lexer import Token
from ..c.source import Condition, Source
from ..c.view import Configuration, View, configurations, reason
from ..model import Finding, Severity

NAME = "lsm-hook"

#: Where the kernel lists its hooks: LSM_HOOK(result, default, name, parameters).
HOOKS = "include/linux/lsm_hook_defs.h"


@dataclass(frozen=True, slots=True)
class Spec:
    """One [[lsm-hook]] of a profile; checks/README.md explains the keys."""

    folder: str
    header: str = ""
    extra_files: tuple[str, ...] = ()
    enum: str = ""
    enum_file: str = ""
    sentinel: str = ""

    @property
    def name(self) -> str:
        return self.folder.rstrip("/")


@dataclass(frozen=True, slots=True)
class Hook:
    prototype: Prototype
    line: int


@dataclass(frozen=True, slots=True)
class Registration:
    """One LSM_HOOK_INIT(hook, function)."""

    hook: str
    function: str
    source: Source
    line: int
    when: Condition


@lru_cache(maxsize=16)
def find_hooks(source: Source) -> Mapping[str, Hook]:
    """The hooks that lsm_hook_defs.h lists, in whatever configuration."""
    hooks = {}
    for line, _, parts in _calls(source, "LSM_HOOK"):
        if len(parts) > 2:
            result, _, name, *parameters = parts
            hooks[name[0].text] = Hook(prototype(result, parameters), line)
    return hooks


@lru_cache(maxsize=512)
def find_registrations(source: Source) -> tuple[Registration, ...]:
    """Every LSM_HOOK_INIT of a file."""
    return tuple(
        Registration(parts[0][0].text, parts[1][0].text, source, line, when)
        for line, when, parts in _calls(source, "LSM_HOOK_INIT")
        if len(parts) == 2
    )


def _calls(source: Source, name: str) -> Iterable[tuple[int, Condition, list[list[Token]]]]:
    """Line, condition and arguments of every ``name(...)``."""
    tokens = source.tokens
    for i, token in enumerate(tokens[:-1]):
        if token.text == name and tokens[i + 1].text == "(":
            inside = between(source, i + 1)
            if inside is None:
                raise Unreadable(f"an #if cuts through {name} at {source.path}:{token.line}")
            yield token.line, source.when[i], split(tokens[inside.start : inside.end])


class Module:
    """The files of a security module in one tree."""

    def __init__(self, spec: Spec, sources: Mapping[str, Source], hooks: Source) -> None:
        self.spec = spec
        self.sources = sources
        self.hooks = find_hooks(hooks)
        self.registrations = [r for s in sources.values() for r in find_registrations(s)]
        self.functions: dict[str, list[Function]] = {}
        for source in sources.values():
            for function in find_functions(source):
                self.functions.setdefault(function.name, []).append(function)

    def faults(self) -> tuple[Finding, ...]:
        """Raises Unreadable for what cannot be worked out."""
        found: list[Finding] = []
        for registration in self.registrations:
            found += self._registration(registration)
        found += self._unregistered()
        found += self._unused()
        unique = {(f.rule, f.path, f.line, f.message): f for f in found}
        return tuple(sorted(unique.values(), key=lambda f: (f.path, f.line)))

    def _registration(self, r: Registration) -> Iterable[Finding]:
        functions = self.functions.get(r.function, [])
        seen = self._included(r.source)
        definitions = [f for f in functions if f.defined and (not f.static or f.source in seen)]
        hook = self.hooks.get(r.hook)
        if hook is None:
            yield _fault("unknown-hook", r.source, r.line, f"{HOOKS} has no hook {r.hook}")
        if not definitions:
            hidden = [f"; {f.source.path}:{f.line} has it static" for f in functions if f.defined]
            message = f"{r.function}() is registered, but not defined in {self.spec.name}"
            yield _fault("undefined", r.source, r.line, message + "".join(hidden[:1]))
            return
        where = _lacking(r, definitions)
        if where is not None:
            message = f"{r.function}() is registered, but not defined, where {where}"
            yield _fault("undefined", r.source, r.line, message)
            return
        for f in definitions:
            if hook and f.prototype != hook.prototype:
                message = (
                    f"{f.name}() is {f.prototype}, but the hook {r.hook} is {hook.prototype}"
                    f" ({HOOKS}:{hook.line})"
                )
                yield _fault("prototype", f.source, f.line, message, f"{f.name} {f.prototype}")
        elsewhere = [f for f in definitions if f.source not in seen]
        if elsewhere:
            declared = [f for f in functions if f.source in seen]
            yield from self._declarations(r, elsewhere[0], declared)

    def _declarations(
        self, r: Registration, definition: Function, declared: Sequence[Function]
    ) -> Iterable[Finding]:
        """What the registering file sees of a function that another one defines."""
        place = f"{definition.source.path}:{definition.line}"
        for f in declared:
            if f.prototype != definition.prototype and not f.defined:
                message = f"{f.name}() is {f.prototype} here, but {definition.prototype} in {place}"
                yield _fault("declaration", f.source, f.line, message, f"{f.name} {f.prototype}")
        what = f"{r.function}() is defined in {place}, but not declared"
        if not declared:
            message = f"{what} in a header that {r.source.path} includes"
            yield _fault("undeclared", r.source, r.line, message, r.function)
            return
        where = _lacking(r, declared)
        if where is not None:
            message = f"{what} where {where}"
            yield _fault("undeclared", r.source, r.line, message, f"{r.function} where {where}")

    def _included(self, source: Source) -> list[Source]:
        """A file and the module's headers that it includes, directly or through others."""
        seen = [source]
        for one in seen:
            for target in one.includes.values():
                name = target.strip('"')
                beside = posixpath.normpath(posixpath.join(posixpath.dirname(one.path), name))
                for path, other in self.sources.items():
                    if other not in seen and (path == beside or path.endswith(f"/{name}")):
                        seen.append(other)
        return seen

    def _unregistered(self) -> Iterable[Finding]:
        """What the header declares, a file defines, and nothing registers or uses."""
        header = self.sources.get(self.spec.header)
        registered = {r.function for r in self.registrations}
        mentions = Counter(t.text for s in self.sources.values() for t in s.tokens)
        for declaration in find_functions(header) if header else ():
            functions = self.functions[declaration.name]
            definition = next((f for f in functions if f.defined and not f.static), None)
            if definition is None or declaration.name in registered:
                continue
            if mentions[declaration.name] == len(functions):
                message = (
                    f"{declaration.name}() is declared in {self.spec.header}:{declaration.line},"
                    " but no LSM_HOOK_INIT registers it"
                )
                name = declaration.name
                yield _fault("unregistered", definition.source, definition.line, message, name)

    def _unused(self) -> Iterable[Finding]:
        """Enumerators that no .c file mentions, but for the index of a table."""
        spec = self.spec
        if not spec.enum:
            return
        lines: dict[str, int] = {}
        source = self.sources.get(spec.enum_file)
        enums = [e for e in find_enums(source) if spec.enum in e.names] if source else []
        if source is None or not enums:
            raise Unreadable(f"{spec.enum_file} has no enum {spec.enum}")
        for enum in enums:
            lines |= _enumerators(source, enum)
        used = {name for s in self.sources.values() if s.path.endswith(".c") for name in _uses(s)}
        for name, line in lines.items():
            if name not in used and name != spec.sentinel:
                message = f"{name} of {spec.enum} is used in no .c file of {spec.name}"
                yield _fault("unused", source, line, message)


def _enumerators(source: Source, enum: Enum) -> dict[str, int]:
    """Enumerators of any configuration, and their lines."""

    def view(given: Configuration) -> View:
        return View((source,), given)

    results, _ = configurations(
        lambda given: view(given).holds(source, enum.when),
        lambda given: read_enum(view(given), enum),
    )
    return {e.name: e.line for _, enumerators in results for e in enumerators}


@lru_cache(maxsize=512)
def _uses(source: Source) -> frozenset[str]:
    """Every name in a file that is not just the index of an entry, as in ``[NAME] = "x"``."""
    tokens = source.tokens
    last = len(tokens) - 1
    return frozenset(
        token.text
        for i, token in enumerate(tokens)
        if token.kind == "name"
        and not (
            0 < i < last - 1
            and (tokens[i - 1].text, tokens[i + 1].text) == ("[", "]")
            and tokens[i + 2].text == "="
        )
    )


def _lacking(r: Registration, functions: Sequence[Function]) -> str | None:
    """Where ``r`` is compiled and none of ``functions`` is, in words; None if nowhere."""

    def there(given: Configuration, source: Source, when: Condition) -> bool:
        return View((source,), given).holds(source, when)

    def read(given: Configuration) -> bool:
        return any(there(given, f.source, f.when) for f in functions)

    results, _ = configurations(lambda given: there(given, r.source, r.when), read)
    failing = [given for given, found in results if not found]
    return reason(failing, [given for given, _ in results]) if failing else None


def _fault(rule: str, source: Source, line: int, message: str, identity: str = "") -> Finding:
    return Finding(NAME, rule, Severity.ERROR, source.path, line, message, identity=identity)
