# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU with a guest of ours: every way in which a machine can end."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import boots
import mini_guest
from verify_series import sandbox
from verify_series.boot import heard, machine
from verify_series.boot.plan import make_initramfs, make_plan
from verify_series.boot.scenario import parse
from verify_series.model import CheckError

pytestmark = pytest.mark.skipif(bool(mini_guest.MISSING), reason=mini_guest.MISSING)

SCENARIO = parse(boots.table())
PLAN = make_plan(SCENARIO, "4d2")


@pytest.fixture(params=["kvm", "tcg"])
def accelerator(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both where KVM works; the other way of running is the same to everybody."""
    monkeypatch.setattr(machine, "_kvm", lambda: request.param == "kvm")
    if request.param == "kvm" and not machine._kvm_device():
        pytest.skip("no KVM here")
    return str(request.param)


def _boot(folder: Path, script: str, timeout: float = 60) -> machine.Ended:
    kernel = mini_guest.build(folder / "guest", script)
    archive = folder / "initramfs"
    archive.write_bytes(make_initramfs(SCENARIO, PLAN, b"/steps\0"))
    own = folder / "own"
    own.mkdir()
    box = sandbox.choose(not sandbox.missing())
    return machine.boot(kernel, archive, own, "quiet", box, timeout=timeout)


def test_a_machine_that_is_switched_off_by_init(tmp_path: Path, accelerator: str) -> None:
    ended = _boot(tmp_path, "begin 1\nend 1 0\ndone %\n^Sthe kernel's words\n^X")
    machine.require_end(ended, "at the end")
    assert ended.accelerator == accelerator
    assert ended.console == "the kernel's words\n"
    assert heard.read(ended.report, "4d2").finished


ENDS = {
    "reset": (
        "begin 1\n^R",
        "reset: the machine stopped at step 1 without a word: a triple fault,"
        " or too little memory (it has 128 MiB)",
    ),
    "panic": (
        "begin 1\n^S[ 1.0] Kernel panic - not syncing: no gate\n[ 1.0] ---[ end\n^R",
        "panic: the kernel panicked at step 1: no gate",
    ),
    "flood": ("begin 1\n^F", "flood: the machine filled its console with 64 KiB, at step 1"),
}


@pytest.mark.parametrize("name", ENDS)
def test_a_machine_that_ends_otherwise(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "_LARGEST", 64 << 10)
    monkeypatch.setattr(machine, "_kvm", lambda: False)
    script, message = ENDS[name]
    with pytest.raises(CheckError) as caught:
        machine.require_end(_boot(tmp_path, script, timeout=5), "at step 1")
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("script", "silent"), [("begin 1\n^H", ""), ("^H", "; it said nothing, and has 128 MiB")]
)
def test_a_machine_that_hangs(tmp_path: Path, script: str, silent: str) -> None:
    """Silent from the beginning it is with too little memory, too."""
    ended = _boot(tmp_path, script, timeout=4)
    assert ended.report == script.removesuffix("^H")
    with pytest.raises(CheckError) as caught:
        machine.require_end(ended, "at step 1", timeout=4)
    said = f"hang: the machine was not done within 4 s, at step 1{silent}"
    assert str(caught.value) == said
    left = subprocess.run(["ps", "-eww", "-o", "args"], capture_output=True, text=True, check=True)
    assert str(tmp_path) not in left.stdout


def test_a_kernel_that_qemu_does_not_load(tmp_path: Path) -> None:
    (tmp_path / "guest.d").mkdir()
    (tmp_path / "kernel").write_text("no kernel")
    (tmp_path / "initramfs").write_bytes(b"")
    box = sandbox.choose(not sandbox.missing())
    ended = machine.boot(tmp_path / "kernel", tmp_path / "initramfs", tmp_path, "", box)
    with pytest.raises(CheckError, match=r"QEMU ended with status 1: .*kernel"):
        machine.require_end(ended, "before init did anything")
