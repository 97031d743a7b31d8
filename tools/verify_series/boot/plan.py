# SPDX-License-Identifier: GPL-2.0-or-later
"""From a scenario to the initramfs that its machine boots."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from . import initramfs
from .initramfs import Entry
from .scenario import File, Scenario

_COPIES = "/copies"  # where in the initramfs the files of other file systems wait
_MODULES = "/sys/kernel/security/lsm"  # Documentation/admin-guide/LSM/index.rst


@dataclass(frozen=True, slots=True)
class Plan:
    """``setup`` are the lines of /steps that prepare the machine; the scenario's steps follow.

    ``modules`` are the security modules that the kernel has to start; where there are some, the
    last line of the set-up reads which it did.
    """

    nonce: str
    setup: tuple[str, ...]
    steps: tuple[str, ...]
    modules: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        """/steps, as init reads it: the nonce, then an action a line."""
        return "".join(f"{line}\n" for line in (self.nonce, *self.setup, *self.steps))

    def number(self, step: int) -> int:
        """The number by which init reports a step, the first of which is 0."""
        return len(self.setup) + step + 1

    def place(self, number: int) -> str:
        """Words for where a machine was whose last reported line is ``number``."""
        lines = (*self.setup, *self.steps)
        if not number:
            return "before init did anything"
        words = lines[number - 1].replace("\t", " ")
        return (
            f"at step {number - len(self.setup)}, {words}"
            if number > len(self.setup)
            else (f"at the set-up, {words}")
        )


def make_plan(scenario: Scenario, nonce: str) -> Plan:
    """Mounts first, then copies, then a look at what runs; ``nonce`` ends the report."""
    setup = ["\t".join(("mount", kind, at)) for at, kind in scenario.all_mounts.items()]
    for number, file in enumerate(scenario.files):
        if _mounted(scenario, file):
            source = "/init" if file.program else f"{_COPIES}/{number}"
            setup.append("\t".join(("copy", source, file.path, f"{_permissions(file):o}")))
    modules = frozenset(scenario.lsm.split(",")) if scenario.lsm else frozenset()
    if modules:
        setup.append(f"read\t{_MODULES}")
    steps = tuple("\t".join(step.words) for step in scenario.steps)
    return Plan(nonce, tuple(setup), steps, modules)


def make_initramfs(scenario: Scenario, plan: Plan, init: bytes) -> bytes:
    """The archive, with ``init`` as the program that the kernel starts."""
    return initramfs.archive(_entries(scenario, plan, init))


def _entries(scenario: Scenario, plan: Plan, init: bytes) -> Iterator[Entry]:
    yield initramfs.character_device("/dev/console", 5, 1)
    yield initramfs.character_device("/dev/null", 1, 3)
    yield initramfs.character_device("/dev/kmsg", 1, 11)
    yield initramfs.regular("/init", init, 0o755)
    yield initramfs.regular("/steps", plan.text.encode())
    for point in scenario.all_mounts:
        yield initramfs.folder(point)
    for number, file in enumerate(scenario.files):
        if file.device:
            major, minor = file.device.split()
            yield initramfs.character_device(file.path, int(major), int(minor))
        elif not _mounted(scenario, file):
            data = init if file.program else file.content.encode()
            yield initramfs.regular(file.path, data, _permissions(file))
        elif not file.program:
            yield initramfs.regular(f"{_COPIES}/{number}", file.content.encode())


def _mounted(scenario: Scenario, file: File) -> bool:
    return file.path.startswith(tuple(f"{point}/" for point in scenario.all_mounts))


def _permissions(file: File) -> int:
    return 0o755 if file.program or file.executable else 0o644
