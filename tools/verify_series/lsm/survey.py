# SPDX-License-Identifier: GPL-2.0-or-later
"""All that a series can break about hooks, in the base and after each patch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..c import Unreadable
from ..c.source import read_source
from ..c.view import configurations
from ..model import AppliedSeries, Finding, Snapshot
from . import bpf, new_hooks
from .callers import Callers
from .files import Files
from .framework import Framework
from .hooks import HEADER, HOOKS, Hook, Registration, fault, find_hooks, holds
from .modules import Module

_TOP = "security/"
_EVERY = (HOOKS, "include/linux/lsm_hooks.h")  # what all modules depend on
_MOST = 20  # hooks at once that no list has: beyond, it is the list that cannot be read
_BPF = ("kernel/bpf/bpf_", "include/linux/bpf_lsm.h")


def concerns(path: str) -> bool:
    """Whether a change of the file can have to do with hooks."""
    return path.endswith((".c", ".h")) and (
        path.startswith((_TOP, *_BPF)) or path in (*_EVERY, HEADER)
    )


@dataclass(frozen=True, slots=True)
class State:
    """What one tree says. ``calls`` counts the uses of hooks."""

    findings: tuple[Finding, ...]
    hooks: Mapping[str, tuple[Hook, ...]]
    registrations: tuple[Registration, ...]
    calls: int
    framework: Framework | None


class Survey:
    """Looks at those modules alone that the series touches, or at all where it touches the list."""

    def __init__(self, applied: AppliedSeries) -> None:
        paths = sorted(path for path in applied.paths if path.endswith((".c", ".h")))
        self._every = any(path in _EVERY for path in paths)
        self._folders = {_folder(path) for path in paths if path.startswith(_TOP)}
        self._bpf = self._every or any(path.startswith(_BPF) for path in paths)
        if self._bpf:
            self._folders.add(f"{_TOP}bpf/")
        if HEADER in paths:
            self._folders.add(_TOP)
        self._others = [path for path in paths if _folder(path) != _TOP]
        self._contents: dict[str, bytes] = {}
        self._head = Files(applied.head, self._contents)
        self._base: State | None = None
        self._callers: Callers | None = None

    def state(self, snapshot: Snapshot) -> State | None:
        """The first one asked for is the base. None where the tree has no list of hooks.

        Raises Unreadable for what cannot be worked out.
        """
        files = Files(snapshot, self._contents)
        data = files.read([HOOKS]).get(HOOKS)
        if data is None:
            return None
        hooks = find_hooks(read_source(HOOKS, data))
        found = [*_doubled(hooks)]
        registrations: list[Registration] = []
        groups: dict[str, list[str]] = {}
        for path in files.below(_TOP):
            groups.setdefault(_folder(path), []).append(path)
        for folder, paths in groups.items():
            if self._every or folder in self._folders:
                module = Module(folder.rstrip("/"), paths, files, hooks)
                registrations += module.registrations
                found += module.faults()
        unknown = [r for r in registrations if r.hook not in hooks]
        if len(unknown) > max(_MOST, len(registrations) // 2):
            raise Unreadable(f"{HOOKS} has none of the hooks that are registered")
        framework = None
        if self._every or _TOP in self._folders:
            before = self._base.framework if self._base else None
            framework = Framework(files, hooks, self._others, before, self._is_used)
            found += framework.faults()
            if self._callers:
                found += self._callers.faults(files, framework)
            else:
                self._callers = Callers(files, framework, self._others)
            if self._base and self._base.framework:
                old, module_hooks = self._base.framework, {r.hook for r in registrations}
                found += new_hooks.faults(framework, old, module_hooks)
        if self._bpf:
            found += bpf.faults(files, hooks, self._base.hooks if self._base else ())
        unique = {(f.rule, f.path, f.line, f.message): f for f in found}
        state = State(
            tuple(sorted(unique.values(), key=lambda f: (f.path, f.line))),
            hooks,
            tuple(registrations),
            len(framework.calls) if framework else 0,
            framework,
        )
        self._base = self._base or state
        return state

    def _is_used(self, name: str) -> bool:
        """Whether a file that the series touches names a function, outside of security/."""
        paths = [path for path in self._others if not path.startswith(_TOP) and path != HEADER]
        return bool(self._head.mentioning(paths, name.encode()))


def _folder(path: str) -> str:
    """The module that a file belongs to: a folder in security/, or all files right there."""
    parts = path.split("/")
    return f"{_TOP}{parts[1]}/" if len(parts) > 2 else f"{parts[0]}/"


def _doubled(hooks: Mapping[str, tuple[Hook, ...]]) -> Iterator[Finding]:
    """Hooks that are listed twice in one configuration."""
    for name, (first, *others) in hooks.items():
        for hook in others:
            if _overlap(first, hook):
                message = f"the hook {name} is listed at line {first.line} already"
                yield fault("twice", hook.source, hook.line, message)


def _overlap(one: Hook, other: Hook) -> bool:
    """Whether some configuration has both."""
    results, _ = configurations(
        lambda given: holds(given, one.source, one.when),
        lambda given: holds(given, other.source, other.when),
    )
    return any(there for _, there in results)
