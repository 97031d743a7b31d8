# SPDX-License-Identifier: GPL-2.0-or-later
"""The functions that a security module registers for hooks, and what is wrong with them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from ..c.functions import Function, find_functions
from ..c.source import Source
from ..c.types import same
from ..c.view import configurations, reason
from ..model import Finding
from .files import Files
from .hooks import HEADER, HOOKS, Hook, Registration, fault, find_registrations, holds

#: Where else a function that a module registers is defined: the local storage of BPF is.
_ELSEWHERE = ("kernel/bpf/", "security/")


class Module:
    """The files of a security module: ``paths``, all of ``folder`` or one file.

    ``hooks`` is what the tree has in lsm_hook_defs.h.
    """

    def __init__(
        self, folder: str, paths: Sequence[str], files: Files, hooks: Mapping[str, tuple[Hook, ...]]
    ) -> None:
        self.folder = folder
        self.hooks = hooks
        self._paths = paths
        self._files = files
        registering = files.mentioning(paths, b"LSM_HOOK_INIT")
        self.registrations = [r for source in registering for r in find_registrations(source)]
        self._functions: dict[str, list[Function]] = {}
        self._visible: dict[str, list[Source]] = {}
        sources = {source.path: source for source in registering}
        self._add(sources.values())
        wanted = {r.function for r in self.registrations} - {""}
        missing = [name.encode() for name in wanted if not self._is_defined(name)]
        if missing:
            others = [path for path in paths if path not in sources]
            self._add(files.mentioning(others, *missing))

    def _add(self, sources: Iterable[Source]) -> None:
        for source in sources:
            for function in find_functions(source):
                known = self._functions.setdefault(function.name, [])
                if function not in known:
                    known.append(function)

    def _is_defined(self, name: str) -> bool:
        return any(f.defined for f in self._functions.get(name, ()))

    def faults(self) -> Iterator[Finding]:
        """Raises Unreadable for what cannot be worked out."""
        seen: dict[tuple[str, str, str, object], Registration] = {}
        for r in self.registrations:
            yield from self._registration(r)
            first = seen.setdefault((r.hook, r.function, r.source.path, r.when), r)
            between = (t.text for t in r.source.tokens[first.at : r.at])
            if first is not r and r.function and ";" not in between:  # in one array
                message = f"{r.function}() is registered for {r.hook} at line {first.line} already"
                yield fault("twice", r.source, r.line, message, f"{r.hook} {r.function} twice")

    def _registration(self, r: Registration) -> Iterator[Finding]:
        hooks = self.hooks.get(r.hook, ())
        if not hooks:
            yield fault("unknown-hook", r.source, r.line, f"{HOOKS} has no hook {r.hook}")
        functions = self._functions.get(r.function, [])
        definitions = self._definitions(r, functions)
        if not definitions and r.function:
            yield from self._undefined(r)
            return
        where = _lacking(r, definitions)
        if where is not None:
            message = f"{r.function}() is registered, but not defined, where {where}"
            yield fault("undefined", r.source, r.line, message)
            return
        for f in definitions:
            if hooks and not any(same(f.prototype, hook.prototype) for hook in hooks):
                message = (
                    f"{f.name}() is {f.prototype}, but the hook {r.hook} is {hooks[0].prototype}"
                    f" ({HOOKS}:{hooks[0].line})"
                )
                yield fault("prototype", f.source, f.line, message, f"{f.name} {f.prototype}")
        elsewhere = [f for f in definitions if not self._sees(r, f)]
        if elsewhere:
            yield from self._declarations(r, elsewhere[0], functions)

    def _definitions(self, r: Registration, functions: Sequence[Function]) -> list[Function]:
        """The definitions that the registering file can mean."""
        return [f for f in functions if f.defined and (not f.static or self._sees(r, f))]

    def _sees(self, r: Registration, f: Function) -> bool:
        return f.source is r.source or f.source in self._included(r.source)

    def _undefined(self, r: Registration) -> Iterator[Finding]:
        """No definition in the module. One elsewhere, or made by a macro, is taken as it is."""
        for top in _ELSEWHERE:
            others = [path for path in self._files.below(top) if path not in self._paths]
            self._add(self._files.mentioning(others, r.function.encode()))
            if self._definitions(r, self._functions.get(r.function, [])):
                yield from self._registration(r)
                return
        if self._is_pasted(r) or self._is_in_include(r):
            return
        hidden = [f for f in self._functions.get(r.function, ()) if f.defined]
        more = f"; {hidden[0].source.path}:{hidden[0].line} has it static" if hidden else ""
        message = f"{r.function}() is registered, but not defined in {self.folder}{more}"
        yield fault("undefined", r.source, r.line, message)

    def _is_in_include(self, r: Registration) -> bool:
        """Whether a header of the kernel's may declare the function: those that the file includes
        are asked first, which is quick. lsm_hooks.h includes security.h."""
        direct = [f"include/{target.strip('<>')}" for target in r.source.includes.values()]
        return bool(
            self._files.mentioning([*direct, HEADER], r.function.encode())
            or self._files.snapshot.grep([r.function], "include")
        )

    def _is_pasted(self, r: Registration) -> bool:
        """Whether a macro of the file may make the function, as in ``gate_##name``."""
        for macros in r.source.macros.values():
            for body in (macro.body or () for macro in macros):
                if not any(token.text == "{" for token in body):
                    continue
                for token, following in pairwise(body):
                    if following.text == "##" and r.function.startswith(token.text):
                        return True
        return False

    def _declarations(
        self, r: Registration, definition: Function, functions: Sequence[Function]
    ) -> Iterator[Finding]:
        """What the registering file sees of a function that another one defines."""
        place = f"{definition.source.path}:{definition.line}"
        declared = [f for f in functions if self._sees(r, f)]
        for f in declared:
            if not f.defined and not same(f.prototype, definition.prototype):
                message = f"{f.name}() is {f.prototype} here, but {definition.prototype} in {place}"
                yield fault("declaration", f.source, f.line, message, f"{f.name} {f.prototype}")
        what = f"{r.function}() is defined in {place}, but not declared"
        if not declared:
            if not self._is_in_include(r):
                message = f"{what} in a header that {r.source.path} includes"
                yield fault("undeclared", r.source, r.line, message, r.function)
            return
        where = _lacking(r, declared)
        if where is not None:
            message = f"{what} where {where}"
            yield fault("undeclared", r.source, r.line, message, f"{r.function} where {where}")

    def _included(self, source: Source) -> list[Source]:
        """A file and the module's headers that it includes, directly or through others."""
        if source.path not in self._visible:
            seen = [source]
            for one in seen:
                for target in one.includes.values():
                    name = target.strip('"')
                    beside = posixpath.normpath(posixpath.join(posixpath.dirname(one.path), name))
                    for path in self._paths:
                        if path == beside or path.endswith(f"/{name}"):
                            other = self._files.source(path)
                            if other and other not in seen:
                                seen.append(other)
            self._visible[source.path] = seen
        return self._visible[source.path]


def _lacking(r: Registration, functions: Sequence[Function]) -> str | None:
    """Where ``r`` is compiled and none of ``functions`` is, in words; None if nowhere."""
    if not functions or any(not f.when or f.when == r.when for f in functions):
        return None
    results, _ = configurations(
        lambda given: holds(given, r.source, r.when),
        lambda given: any(holds(given, f.source, f.when) for f in functions),
    )
    failing = [given for given, found in results if not found]
    return reason(failing, [given for given, _ in results]) if failing else None
