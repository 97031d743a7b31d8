# SPDX-License-Identifier: GPL-2.0-or-later
"""Boots the kernel without and with the series, and tries in both what the profile declares.

The scenario of a profile is a list of steps: check a script, execute or map a file, read, write.
A small init of ours does them in a virtual machine and reports the result of each, its audit
records and its lines in the kernel log. What a step is expected to do may depend on a feature: a
tree has it where a file of it holds a certain word. So a series that brings the feature is proved
by both kernels, the base doing without what the series does; any other series must leave all as
it was. This runs the series' own code, in a sandbox and in the virtual machine.

Bad, where the scenario wants the script refused, by the hook that is meant to refuse it::

    step 3, check /tmp/script: expected EACCES, saw 0
    step 3, check /tmp/script: expected a record with hook=CHECK, saw hook=MMAP

Good::

    check /tmp/script: base 0; series EACCES (CHECK)

Rules: ``return-code``, ``audit-record`` (a record is missing or says something else),
``unexpected-record``, ``kernel-log``, ``text`` (what was read) and ``feature-gone`` (the series
takes away what the scenario proves). A base that does not behave as the scenario says, a machine
that hangs, panics or loses records, and a set-up that does not work are no verdict on the series;
the console log is kept then, and the report says where. Where the series does not change the
kernel, there is nothing to try.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..boot import heard, judge, machine, scenario
from ..boot.consoles import keep_console
from ..boot.heard import Heard
from ..boot.judge import Fault
from ..boot.kernel import Kernels, missing, open_kernels, same
from ..boot.plan import Plan, make_initramfs, make_plan
from ..boot.program import make_init
from ..boot.scenario import Scenario
from ..model import AppliedSeries, CheckError, Examined, Execution, Finding, Severity, Snapshot

__all__ = ["NAME", "parse", "run"]

NAME = "boot"

_DOCUMENTS = "Documentation/"
_SAME = "the kernel that the scenario boots is the same with the series and without"
_NOT_PROVED = "the feature of the scenario is not there, and nothing of it was proved"


def parse(table: Mapping[str, Any]) -> Scenario | None:
    """None for an empty table: no profile has a scenario. Raises UserError for a mistake."""
    return scenario.parse(table) if table else None


def run(applied: AppliedSeries, spec: Scenario | None, execution: Execution) -> Examined:
    """Boots base and head, and where the head is wrong the patches between; counts the steps.

    Raises CheckError where a kernel cannot be built or booted, or where the scenario does not
    hold in the base.
    """
    if spec is None:
        return Examined(0, skip="no profile in checks/ has a [[boot]] for the paths of this series")
    if all(path.startswith(_DOCUMENTS) for path in applied.paths):
        return Examined(0, skip=f"the series touches nothing but {_DOCUMENTS}")
    if reason := missing(execution):
        return Examined(0, skip=reason)
    try:
        return _prove(applied, spec, execution)
    except OSError as error:
        raise CheckError(f"{error.filename}: {error.strerror} (is there room?)") from error


def _prove(applied: AppliedSeries, spec: Scenario, execution: Execution) -> Examined:
    plan = make_plan(spec, secrets.token_hex(8))
    with tempfile.TemporaryDirectory(prefix="verify-series-") as name:
        top = Path(name).resolve()
        (top / "initramfs").write_bytes(make_initramfs(spec, plan, make_init()))
        with open_kernels(applied, spec, execution) as kernels:
            rig = _Rig(spec, plan, kernels, top, spec.has_feature(applied.base))
            without = kernels.base(applied.base)
            base = rig.boot(without, "base")
            _require_base(rig, applied.base, base)
            kernel = kernels.series(applied.head, applied.paths)
            if same(without, kernel) and spec.has_feature(applied.head) == rig.had_feature:
                return Examined(0, skip=_SAME)
            head = rig.boot(kernel, "series")
            faults = rig.faults(applied.head, head)
            _require_head(rig, applied.head, head, faults)
            findings = _findings(rig, applied, faults)
    tried = judge.table(spec, plan, base, head)
    notes = [*map(str, tried), *kernels.notes]
    if spec.feature and not (rig.had_feature or spec.has_feature(applied.head)):
        path, word = spec.feature
        notes.append(f"no {word} in {path}, without or with the series: {_NOT_PROVED}")
    if findings:
        notes.append(f"the console log of the series: {rig.keep('series')}")
    return Examined(
        len(spec.steps),
        findings,
        notes=tuple(notes),
        versions={"QEMU": rig.versions},
        exhibits=tried,
    )


@dataclass
class _Rig:
    """A scenario, ready to be booted with any kernel; remembers the console of the last boot.

    ``had_feature`` is whether the base has the feature.
    """

    spec: Scenario
    plan: Plan
    kernels: Kernels
    top: Path
    had_feature: bool
    log: str = ""
    accelerator: str = ""

    @property
    def versions(self) -> str:
        """QEMU's version, and how it ran."""
        return f"{machine.version()} ({self.accelerator})"

    def boot(self, kernel: Path, what: str) -> Heard:
        """Boot a kernel and read the report. Raises CheckError, with the place of the log."""
        self.kernels.booting(what)
        lsm = f"lsm={self.spec.lsm} " if self.spec.lsm else ""
        command_line = lsm + self.spec.command_line
        ended = machine.boot(
            kernel,
            self.top / "initramfs",
            self.top,
            command_line,
            self.kernels.sandbox,
            with_kvm=self.accelerator != "tcg",
        )
        self.accelerator = ended.accelerator
        self.log = f"{ended.console}\n--- report of init ---\n{ended.report}"
        found = heard.read(ended.report, self.plan.nonce)
        try:
            machine.require_end(ended, self.plan.place(found.last))
            heard.require_complete(found, self.plan)
        except CheckError as error:
            raise self.error(f"{what}: {error}", what) from error
        return found

    def faults(self, snapshot: Snapshot, found: Heard) -> tuple[Fault, ...]:
        """How a machine differs from what is expected of that tree, or that tree from the base."""
        has_feature = self.spec.has_feature(snapshot)
        choose = judge.after if has_feature else judge.before
        faults = judge.faults(self.spec, self.plan, found, choose)
        if self.spec.feature and self.had_feature and not has_feature:
            path, word = self.spec.feature
            gone = f"{path} no longer has {word}: what the scenario proves is taken away"
            return (Fault("feature-gone", gone, precondition=False), *faults)
        return faults

    def keep(self, what: str) -> Path:
        """Keep the console log of the last boot."""
        return keep_console(f"{self.spec.name} {what}", self.log)

    def error(self, message: str, what: str) -> CheckError:
        """An error whose message says where the console log is."""
        return CheckError(f"{message} (console log: {self.keep(what)})")


def _require_base(rig: _Rig, base: Snapshot, found: Heard) -> None:
    """Raises CheckError unless the base behaves as the scenario says."""
    faults = rig.faults(base, found)
    if not faults:
        return
    others = judge.faults(rig.spec, rig.plan, found, judge.after)
    if rig.spec.feature and not rig.spec.has_feature(base) and not others:
        path, word = rig.spec.feature
        raise rig.error(
            f"the proof is empty: the base, whose {path} has no {word}, behaves as if it had it",
            "base",
        )
    raise rig.error(f"the base does not behave as the scenario says: {_told(faults)}", "base")


def _require_head(rig: _Rig, head: Snapshot, found: Heard, faults: Sequence[Fault]) -> None:
    """Raises CheckError where what the series does cannot be held against the scenario."""
    if conditions := [fault for fault in faults if fault.precondition]:
        said = f"a precondition does not hold with the series: {_told(conditions)}"
        raise rig.error(said, "series")
    spec = rig.spec
    if not faults or not spec.feature or spec.has_feature(head):
        return
    if not judge.faults(spec, rig.plan, found, judge.after):
        path, word = spec.feature
        raise rig.error(
            f"the series has the feature, but {path} has no {word}: mend the profile", "series"
        )


def _told(faults: Sequence[Fault]) -> str:
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return faults[0].message + more


def _findings(rig: _Rig, applied: AppliedSeries, faults: Sequence[Fault]) -> tuple[Finding, ...]:
    """The faults of the head, each with the patch from which on it is there."""
    log = rig.log
    since = dict.fromkeys(faults, len(applied.steps) - 1)
    left = set(faults)
    for number in range(len(applied.steps) - 2, -1, -1):
        if not left:
            break
        if any(not path.startswith(_DOCUMENTS) for path in applied.steps[number + 1].paths):
            left &= _faults_of(rig, applied, number)
        for fault in left:
            since[fault] = number
    rig.log = log
    return tuple(_finding(rig, applied, fault, since[fault]) for fault in faults)


def _faults_of(rig: _Rig, applied: AppliedSeries, number: int) -> set[Fault]:
    """What is wrong after a patch in between; nothing where that cannot be built or booted."""
    snapshot = applied.steps[number].snapshot
    try:
        kernel = rig.kernels.series(snapshot, applied.paths)
        return set(rig.faults(snapshot, rig.boot(kernel, f"patch {number + 1}")))
    except CheckError:
        return set()


def _finding(rig: _Rig, applied: AppliedSeries, fault: Fault, number: int) -> Finding:
    step = applied.steps[number]
    path = rig.spec.feature[0] if rig.spec.feature else min(step.paths)
    return Finding(
        NAME, fault.rule, Severity.ERROR, path, 0, fault.message, patch=step.patch.number
    )
