# SPDX-License-Identifier: GPL-2.0-or-later
"""Verifies that the hooks of security modules are wired up, before and after every patch.

Runs on every series and reads the modules below security/ that it touches, or all of them where
it touches include/linux/lsm_hook_defs.h, so that a hook which is removed, renamed or given
another type finds the users that were forgotten. Each ``LSM_HOOK_INIT(hook, function)`` must name
a hook of that list and a function of its prototype that the module defines and, where it stands
in another file, declares in a header that the registering file includes. The same holds for who
calls a hook, security/security.c, and for what include/linux/security.h declares of it. Every
configuration counts: a hook that is registered where its function is not compiled is a fault.

Bad, as mmap_file takes three more arguments::

    static int gate_mmap(struct file *file)
    {
            return gate_check(GATE_HOOK_MMAP, file);
    }
    static struct security_hook_list gate_hooks[] = {
            LSM_HOOK_INIT(mmap_file, gate_mmap),
    };

Good::

    static int gate_mmap(struct file *file, unsigned long reqprot,
                         unsigned long prot, unsigned long flags)

Rules: ``unknown-hook``, ``undefined``, ``undeclared``, ``prototype`` (of a definition, against
the hook), ``declaration`` (of a header, against the definition), ``arguments`` (of a call),
``stub`` (of security.h, missing or of another type), ``twice``; and for a hook that the base does
not have ``uncalled``, ``undocumented`` and, as a warning, ``unimplemented``: that a new hook needs
kernel-doc of parameters and result, and a module that uses it, stands in the README that
MAINTAINERS names for the SECURITY SUBSYSTEM.

A profile adds two: ``unregistered``, a function that its header declares as a hook and nothing
registers, and ``unused``, an enumerator of its enum. These two, and those on new hooks, count
only if they are still so after the last patch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from ..c import Unreadable
from ..carry import classify
from ..lsm.hooks import HOOKS, NAME, Hook, Registration
from ..lsm.survey import State, Survey, concerns
from ..model import AppliedSeries, CheckError, Examined, Finding, Snapshot, UserError
from . import keys
from .hook_faults import Declared, Spec, read_declared

__all__ = ["NAME", "Spec", "parse", "run"]

# A later patch may still put them right.
_LATE = ("unregistered", "unused", "uncalled", "undocumented", "unimplemented")

T = TypeVar("T")


def parse(table: Mapping[str, Any]) -> Spec | None:
    """What a profile declares; an empty table is the check of every series, and gives None.

    Raises UserError for a key that is unknown, missing or of the wrong type.
    """
    if not table:
        return None
    spec = keys.parse(Spec, table)
    if bool(spec.enum) != bool(spec.enum_file):
        raise UserError("enum and enum-file belong together")
    return spec


def run(applied: AppliedSeries, spec: Spec | None) -> Examined:
    """Examines the base and the tree after each patch; counts what the head has.

    That is LSM_HOOK_INIT and, without ``spec``, the calls of hooks. Raises CheckError where the
    module or the list of hooks is not there, or cannot be read.
    """
    return _declared(applied, spec) if spec else _everywhere(applied)


def _everywhere(applied: AppliedSeries) -> Examined:
    if not any(map(concerns, applied.paths)):
        return Examined(0, skip="the series does not touch security/ or the list of hooks")
    survey = Survey(applied)
    states = _states(applied, "the hooks", survey.state, concerns)
    base, head = states[0], states[-1]
    if head is None:
        if base is None:
            return Examined(0, skip=f"the tree has no {HOOKS}")
        raise CheckError(f"at the head, there is no {HOOKS}")
    count = len(head.registrations) + head.calls
    if not count and not head.findings:
        return Examined(0, skip="the series touches nothing that registers or calls hooks")
    findings = classify(applied, _settled([state.findings if state else () for state in states]))
    return Examined(count, findings, notes=tuple(_notes(base, head)))


def _declared(applied: AppliedSeries, spec: Spec) -> Examined:
    folder = f"{spec.name}/"
    if not any(path.startswith(folder) for path in applied.paths):
        return Examined(0, skip=f"the series does not touch {folder}")

    def read(snapshot: Snapshot) -> Declared | None:
        return read_declared(spec, snapshot)

    states = _states(applied, folder, read, lambda path: path.startswith(folder))
    head = states[-1]
    if head is None or not head.count:
        raise CheckError(f"at the head, {folder} has no LSM_HOOK_INIT")
    found = _settled([state.findings if state else () for state in states])
    return Examined(head.count, classify(applied, found))


def _states(
    applied: AppliedSeries,
    what: str,
    read: Callable[[Snapshot], T],
    matters: Callable[[str], bool],
) -> list[T]:
    """What ``read`` says of the base and of each tree after a patch that changes something."""
    states: list[T] = []
    for number, snapshot in enumerate(applied.snapshots):
        if number and not any(map(matters, applied.steps[number - 1].paths)):
            states.append(states[-1])
            continue
        try:
            states.append(read(snapshot))
        except Unreadable as error:
            when = (
                f"after patch {applied.steps[number - 1].patch.number}" if number else "in the base"
            )
            raise CheckError(f"{when}, {what} cannot be verified: {error}") from error
    return states


def _settled(states: Sequence[tuple[Finding, ...]]) -> list[tuple[Finding, ...]]:
    """Those of the patches without the late findings that the head no longer has."""
    final = {(f.rule, f.path, f.key) for f in states[-1]}
    return [
        states[0],
        *(
            tuple(f for f in state if f.rule not in _LATE or (f.rule, f.path, f.key) in final)
            for state in states[1:]
        ),
    ]


def _notes(base: State | None, head: State) -> Iterator[str]:
    hooks = base.hooks if base else {}
    for name in sorted({*hooks, *head.hooks}):
        before, after = _types(hooks.get(name, ())), _types(head.hooks.get(name, ()))
        if not before:
            yield f"new hook: {name}, {after}"
        elif not after:
            yield f"removed hook: {name}"
        elif before != after:
            yield f"the hook {name} is {after} now, was {before}"
    old = _pairs(base.registrations) if base else set()
    new = _pairs(head.registrations)
    for hook, function in sorted(new - old):
        yield f"registered: {hook} → {function}()"
    for hook, function in sorted(old - new):
        yield f"no longer registered: {hook} → {function}()"


def _types(hooks: Iterable[Hook]) -> str:
    return " or ".join(dict.fromkeys(str(hook.prototype) for hook in hooks))


def _pairs(registrations: Iterable[Registration]) -> set[tuple[str, str]]:
    return {(r.hook, r.function) for r in registrations}
