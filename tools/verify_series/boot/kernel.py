# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernels of a scenario: the base's is kept, the series' is made from it."""

from __future__ import annotations

import filecmp
import platform
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..build import packages
from ..build.kbuild import Configuration, Kbuild, Made, brings_options, building
from ..model import AppliedSeries, CheckError, Execution, Snapshot
from ..sandbox import Sandbox
from . import machine, program
from .scenario import Scenario

_FRAGMENT = Path(__file__).parent / "kernel.config"
_TARGET = "vmlinux"
_ABOUT = 1450  # steps of make for a small kernel from nothing
_MACHINE = "x86_64"

#: How far a run is, as measured in CPU time: a first one when the worktree is written, and when
#: the base's kernel is built; each when the kernel of the series is.
_WORKTREE, _COLD, _SERIES = 0.06, 0.95, 0.98


def missing(execution: Execution) -> str:
    """Why nothing can be booted here, with what to install; empty where it can."""
    if platform.machine() != _MACHINE or execution.arch not in ("", "x86", _MACHINE):
        return f"scenarios are booted on {_MACHINE} only"
    lacking = []
    if not shutil.which(machine.QEMU):
        lacking.append(f"{machine.QEMU} not found (apt-get install qemu-system-x86)")
    if reason := packages.missing(execution):
        lacking.append(reason)
    elif not program.can_be_linked():
        lacking.append("no static C library found (apt-get install libc6-dev)")
    return "; ".join(lacking)


def configuration(scenario: Scenario) -> Configuration:
    """What every scenario needs, and then what this one adds."""
    return Configuration(
        f"{_FRAGMENT.read_text('utf-8')}{scenario.config}", files=scenario.build_files
    )


def same(one: Path, other: Path) -> bool:
    """Whether two kernels are the same, to the byte: what kbuild makes can be made again."""
    return filecmp.cmp(one, other, shallow=False)


@dataclass
class Kernels:
    """Builds kernels for one scenario; made by :func:`open_kernels`.

    Where the series ``brings_options``, the base need not have all that the scenario sets.
    """

    kbuild: Kbuild
    brings_options: bool

    @property
    def sandbox(self) -> Sandbox:
        return self.kbuild.sandbox

    def booting(self, what: str) -> None:
        """Say that the kernel of ``what`` is being booted now."""
        self.kbuild.folder.tell(f"booting the {what}", 0)

    @property
    def notes(self) -> list[str]:
        return [*self.kbuild.notes, self.sandbox.said]

    def base(self, snapshot: Snapshot) -> Path:
        """The base's kernel, which is built once and then kept. Raises CheckError."""
        kbuild = self.kbuild
        if not kbuild.is_kept(snapshot):
            kbuild.folder.span = (0, _WORKTREE)
            kbuild.base(snapshot, every_option=not self.brings_options)
            kbuild.folder.span = (_WORKTREE, _COLD)
            _require(kbuild.make([_TARGET], about=_ABOUT), "the base")
            kbuild.keep(snapshot)
        return kbuild.kept / _TARGET

    def series(self, snapshot: Snapshot, changed: Iterable[str]) -> Path:
        """The kernel of a tree of the series. Raises CheckError."""
        folder = self.kbuild.folder
        folder.span = (folder.told, _SERIES)
        configured = self.kbuild.series(snapshot, changed)
        if configured:
            _require(configured, "the series")
        self.kbuild.require_settings()
        _require(self.kbuild.make([_TARGET]), "the series")
        made = self.kbuild.made(_TARGET)
        if not made:
            raise CheckError(f"the series does not build: make left no {_TARGET}")
        return made


def _require(made: Made, what: str) -> None:
    if made.status:
        lines = made.errors.strip().splitlines() or [f"make ended with status {made.status}"]
        errors = [line for line in lines if re.search(r"\berror\b|undefined reference", line)]
        raise CheckError(f"{what} does not build: {(errors or lines)[0].strip()}")


@contextmanager
def open_kernels(
    applied: AppliedSeries, scenario: Scenario, execution: Execution
) -> Iterator[Kernels]:
    """The kernels of one scenario; a second run that builds waits for this one."""
    with building(applied.base, configuration(scenario), execution) as kbuild:
        yield Kernels(kbuild, brings_options(applied.paths))
