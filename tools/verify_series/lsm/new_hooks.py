# SPDX-License-Identifier: GPL-2.0-or-later
"""What the LSM maintainers ask of a hook that the base does not have.

It is documented in security/security.c and used by a security module of the kernel's; one for BPF,
which has a function for every hook, does not count ("New LSM Hooks" in the README that MAINTAINERS
names for the SECURITY SUBSYSTEM). Up to 6.2 the documentation stood in lsm_hooks.h: a tree whose
security.c has none is not held to it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ..c.functions import Function, parameters
from ..model import Finding, Severity
from .framework import Framework
from .hooks import Hook, fault
from .kernel_doc import comment, lacking


def faults(
    framework: Framework, base: Framework, implemented: Collection[str]
) -> Iterator[Finding]:
    """``implemented`` are the hooks that modules register functions for."""
    for name in sorted(set(framework.hooks) - set(base.hooks)):
        hook = framework.hooks[name][0]
        callers = framework.callers.get(name, [])
        if not any(call.hook == name for call in framework.calls):
            message = f"nothing calls the new hook {name}"
            yield fault("uncalled", hook.source, hook.line, message)
        elif callers and _is_documented(base):
            yield from _undocumented(framework, hook, callers)
        if name not in implemented:
            message = f"no security module implements the new hook {name}"
            yield fault("unimplemented", hook.source, hook.line, message, severity=Severity.WARNING)


def _is_documented(base: Framework) -> bool:
    """Whether the tree has such comments: most of the functions that call hooks do."""
    functions = [f for callers in base.callers.values() for f in callers]
    said = [f for f in functions if f"\n * {f.name}" in base.text(f.source.path)]
    return 2 * len(said) > len(functions)


def _undocumented(
    framework: Framework, hook: Hook, callers: Collection[Function]
) -> Iterator[Finding]:
    """One of the functions that call the hook must have it all."""
    found: list[tuple[Function, list[str] | None]] = []
    for f in callers:
        said = comment(framework.text(f.source.path), f.name, f.line)
        returns = f.prototype.result != "void"
        found.append((f, lacking(said, f.name, list(parameters(f)), returns) if said else None))
    if any(lacks == [] for _, lacks in found):
        return
    f, lacks = min(found, key=lambda one: (one[1] is None, len(one[1] or ())))
    what = f"the new hook {hook.name} is not documented"
    if lacks:
        message = f"{what}: the kernel-doc of {f.name}() lacks {', '.join(lacks)}"
    else:
        message = f"{what}: {f.name}() has no kernel-doc"
    yield fault("undocumented", f.source, f.line, message, f"{hook.name} undocumented")
