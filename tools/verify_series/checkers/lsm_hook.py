# SPDX-License-Identifier: GPL-2.0-or-later
"""Verifies that the hooks of a security module are wired up, before and after every patch.

Each ``LSM_HOOK_INIT(hook, function)`` must name a hook of include/linux/lsm_hook_defs.h and a
function that the module defines with that hook's prototype and, where it stands in another file,
declares in a header that the registering file includes. What the profile's header declares as a
hook must be registered, and every enumerator of the profile's enum must be used. Every
configuration counts: a hook that is registered where its function is not compiled is a fault.

Bad, as nothing ever calls gate_exec()::

    int gate_exec(struct linux_binprm *bprm)
    {
            return gate_check(GATE_HOOK_EXEC);
    }
    static struct security_hook_list gate_hooks[] = {
            LSM_HOOK_INIT(mmap_file, gate_mmap),
    };

Good::

    static struct security_hook_list gate_hooks[] = {
            LSM_HOOK_INIT(bprm_check_security, gate_exec),
            LSM_HOOK_INIT(mmap_file, gate_mmap),
    };

Rules: ``unknown-hook``, ``undefined``, ``undeclared``, ``prototype`` (of the definition, against
the hook), ``declaration`` (of a header, against the definition), ``unregistered`` and ``unused``
(an enumerator). The last two count only if they are still so after the last patch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..c import Unreadable
from ..c.source import read_source
from ..carry import classify
from ..model import AppliedSeries, CheckError, Examined, Finding, Snapshot, UserError
from . import keys
from .hook_faults import HOOKS, NAME, Module, Spec

__all__ = ["NAME", "Spec", "parse", "run"]

_LATE = ("unregistered", "unused")  # a later patch may still put them right


def parse(table: Mapping[str, Any]) -> Spec:
    """Raises UserError for a key that is unknown, missing or of the wrong type."""
    spec = keys.parse(Spec, table)
    if bool(spec.enum) != bool(spec.enum_file):
        raise UserError("enum and enum-file belong together")
    return spec


def run(applied: AppliedSeries, spec: Spec) -> Examined:
    """Examines the module at the base and after each patch; counts LSM_HOOK_INIT at the head.

    Raises CheckError where the module or the list of hooks is not there, or cannot be read.
    """
    folder = f"{spec.name}/"
    files = (HOOKS, *spec.extra_files)
    if not any(path in files or path.startswith(folder) for path in applied.paths):
        return Examined(0, skip=f"the series does not touch {folder} or {HOOKS}")
    modules: list[Module | None] = []
    states: list[tuple[Finding, ...]] = []
    for number, snapshot in enumerate(applied.snapshots):
        try:
            module = _module(spec, snapshot)
            states.append(module.faults() if module else ())
        except Unreadable as error:
            when = (
                f"after patch {applied.steps[number - 1].patch.number}" if number else "in the base"
            )
            raise CheckError(f"{when}, {folder} cannot be verified: {error}") from error
        modules.append(module)
    base, head = modules[0], modules[-1]
    if head is None or not head.registrations:
        raise CheckError(f"at the head, {folder} has no LSM_HOOK_INIT, or there is no {HOOKS}")
    final = {(f.rule, f.path, f.key) for f in states[-1]}
    states[1:-1] = [
        tuple(f for f in state if f.rule not in _LATE or (f.rule, f.path, f.key) in final)
        for state in states[1:-1]
    ]
    return Examined(
        len(head.registrations), classify(applied, states), notes=tuple(_notes(base, head))
    )


def _module(spec: Spec, snapshot: Snapshot) -> Module | None:
    """None where the tree has no such folder, or no list of hooks."""
    paths = [path for path in snapshot.blob_ids(spec.name) if path.endswith((".c", ".h"))]
    data = snapshot.read_many([*paths, *spec.extra_files, HOOKS])
    hooks = data.pop(HOOKS, None)
    if hooks is None or not data:
        return None
    sources = {path: read_source(path, content) for path, content in data.items()}
    return Module(spec, sources, read_source(HOOKS, hooks))


def _notes(base: Module | None, head: Module) -> Iterator[str]:
    before = {(r.hook, r.function) for r in base.registrations} if base else set()
    after = {(r.hook, r.function) for r in head.registrations}
    for hook, function in sorted(after - before):
        yield f"registered: {hook} → {function}()"
    for hook, function in sorted(before - after):
        yield f"no longer registered: {hook} → {function}()"
