# SPDX-License-Identifier: GPL-2.0-or-later
"""Boot a kernel in QEMU, with KVM where that works and by software emulation where not."""

from __future__ import annotations

import fcntl
import os
import re
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .. import run as processes
from ..model import CheckError
from ..sandbox import Limits, Sandbox, environment

QEMU = "qemu-system-x86_64"
MEMORY = 128  # MiB; 32 is enough for a small kernel
TIMEOUT = 120.0  # seconds; a boot takes one by software emulation

#: What the kernel is told: no panic goes unnoticed, and no audit record waits for room.
_COMMAND_LINE = "console=ttyS0 reboot=t panic=-1 oops=panic loglevel=4 audit_backlog_limit=0"
_CONSOLE, _REPORT = "console", "report"
_DONE = 33  # 2 * 0x10 + 1: init wrote 0x10 to the debug port
_LARGEST = 4 << 20  # bytes of a console log or a report
_KVM = "/dev/kvm"
_KVM_GET_API_VERSION, _KVM_CREATE_VM = 0xAE00, 0xAE01  # linux/kvm.h


@dataclass(frozen=True, slots=True)
class Ended:
    """A machine that is off: QEMU's exit status, None where it had to be killed."""

    status: int | None
    console: str
    report: str
    error: str
    accelerator: str


def version() -> str:
    """QEMU's version. Raises CheckError where it is not installed."""
    said = processes.run([QEMU, "--version"]).stdout.decode()
    found = re.search(r"version (\S+)", said)
    return found[1] if found else "unknown"


@cache
def _kvm() -> bool:
    """Whether KVM can be used: /dev/kvm lets us make a virtual machine, and we are not in one.

    Inside another virtual machine, every access to a port was seen to take milliseconds, and a
    reset not to end the guest; emulation is quicker there.
    """
    return not _virtual() and _kvm_device()


def _virtual() -> bool:
    """Whether the processor says that this is a virtual machine."""
    flags = re.search(r"^flags\s*:(.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return flags is not None and "hypervisor" in flags[1].split()


def _kvm_device() -> bool:
    try:
        device = os.open(_KVM, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        if fcntl.ioctl(device, _KVM_GET_API_VERSION) != 12:
            return False
        os.close(fcntl.ioctl(device, _KVM_CREATE_VM, 0))
    except OSError:
        return False
    finally:
        os.close(device)
    return True


def boot(
    kernel: Path,
    initramfs: Path,
    folder: Path,
    command_line: str,
    sandbox: Sandbox,
    *,
    memory: int = MEMORY,
    timeout: float = TIMEOUT,
    with_kvm: bool = True,
) -> Ended:
    """Boot ``kernel`` and wait for its end; ``folder`` takes the console log and the report.

    ``memory`` in MiB, ``timeout`` in seconds. What ends badly with KVM is booted again without,
    as /dev/kvm may promise in vain.
    """
    patience = {"kvm": timeout / 4, "tcg": timeout}
    for accelerator in ("kvm", "tcg") if with_kvm and _kvm() else ("tcg",):
        # timeout(1) ends a machine that outlives us, killed before the sandbox was there.
        argv = ["timeout", "-s", "KILL", f"{patience[accelerator] + 10:g}"]
        argv += ["setpriv", "--pdeathsig", "KILL", "--"]
        argv += map(str, _argv(kernel, initramfs, folder, command_line, memory, accelerator))
        command = sandbox.wrap(
            argv,
            cwd=folder,
            writable=[folder],
            readable=[kernel, initramfs],
            devices=[Path(_KVM)] if accelerator == "kvm" else [],
            limits=Limits(file_size=_LARGEST),
        )
        for name in (_CONSOLE, _REPORT):
            (folder / name).unlink(missing_ok=True)
        status, error = _wait(command, folder, patience[accelerator])
        console, report = _text(folder / _CONSOLE), _text(folder / _REPORT)
        ended = Ended(status, console, report, error, accelerator)
        if ended.status == _DONE:
            break
    return ended


def _argv(
    kernel: Path, initramfs: Path, folder: Path, command_line: str, memory: int, accelerator: str
) -> list[str | Path]:
    """Microvm loads vmlinux itself; the report has a port of its own, apart from the console."""
    return [
        QEMU,
        *shlex.split("-M microvm,acpi=off,isa-serial=on,rtc=off,auto-kernel-cmdline=off"),
        *("-accel", accelerator, "-cpu", "max", "-smp", "1", "-m", f"{memory}M"),
        *shlex.split("-nodefaults -no-user-config -display none -no-reboot -monitor none"),
        *("-serial", f"file:{folder / _CONSOLE}"),
        *("-chardev", f"file,id=report,path={folder / _REPORT}"),
        *shlex.split("-device isa-debugcon,iobase=0xe9,chardev=report"),
        *shlex.split("-device isa-debug-exit,iobase=0xf4,iosize=0x04"),
        *("-kernel", kernel, "-initrd", initramfs),
        *("-append", f"{_COMMAND_LINE} {command_line}"),
    ]


def _wait(argv: Sequence[str | Path], folder: Path, timeout: float) -> tuple[int | None, str]:
    with processes.start(argv, cwd=folder, env=environment(), stdout=subprocess.DEVNULL) as process:
        try:
            _, error = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            return None, ""
        return process.returncode, error.decode("utf-8", "replace").strip()


def _text(path: Path) -> str:
    try:
        return path.read_bytes()[:_LARGEST].decode("utf-8", "replace").replace("\r\n", "\n")
    except FileNotFoundError:
        return ""


def require_end(ended: Ended, at: str, *, memory: int = MEMORY, timeout: float = TIMEOUT) -> None:
    """Raises CheckError unless init switched the machine off; ``at`` is what it did last.

    Exit status 0 is never good: QEMU gives it for a panic, a triple fault and too little memory.
    """
    if ended.status == _DONE:
        return
    if panic := re.search(r"Kernel panic - not syncing: (.*)", ended.console):
        raise CheckError(f"panic: the kernel panicked {at}: {panic[1].strip()}")
    if ended.status is None and len(ended.console) >= _LARGEST:
        size = _LARGEST >> 10
        raise CheckError(f"flood: the machine filled its console with {size} KiB, {at}")
    if ended.status is None:
        silent = "" if ended.console or ended.report else f"; it said nothing, and has {memory} MiB"
        raise CheckError(f"hang: the machine was not done within {timeout:g} s, {at}{silent}")
    if ended.status == 0:
        raise CheckError(
            f"reset: the machine stopped {at} without a word: a triple fault,"
            f" or too little memory (it has {memory} MiB)"
        )
    said = ended.error.splitlines() or ["it said nothing"]
    raise CheckError(f"QEMU ended with status {ended.status}: {said[-1]}")
