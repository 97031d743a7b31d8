# SPDX-License-Identifier: GPL-2.0-or-later
"""Time of a warm ``--boot`` of the IPE series on 7.2, beside the tools run by hand.

The floor is two incremental makes of vmlinux, one back to the base and one to the series again,
and two runs of QEMU alone, in the folders and with the settings that verify-series uses. Prints
the cold first run as well, which compiles a kernel from nothing. Needs ../shared.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from build import FIXED

from bench import SHARED, TOP, V3, measure, total
from verify_series.boot.plan import make_initramfs, make_plan
from verify_series.boot.program import compile_init
from verify_series.profile import profiles

QEMU = (
    "qemu-system-x86_64 -M microvm,acpi=off,isa-serial=on,rtc=off,auto-kernel-cmdline=off"
    " -accel tcg -cpu max -smp 1 -m 128M -nodefaults -no-user-config -display none -no-reboot"
    " -monitor none -serial file:console -chardev file,id=report,path=report"
    " -device isa-debugcon,iobase=0xe9,chardev=report"
    " -device isa-debug-exit,iobase=0xf4,iosize=0x04 -kernel vmlinux -initrd initramfs"
    " -append 'console=ttyS0 reboot=t panic=-1 loglevel=4 lsm=ipe ipe.success_audit=1'"
)
Times = tuple[float, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3, help="runs of each; the best one counts")
    parser.add_argument("--cache", type=Path, help="a cache that stays: the first run may be warm")
    given = parser.parse_args()
    if not V3.exists():
        sys.exit(f"no real mails: {V3} does not exist")
    script = SHARED / "bin" / "kernel-tree"
    tree = subprocess.run([script, "7.2"], capture_output=True, text=True, check=True).stdout
    with tempfile.TemporaryDirectory() as name:
        cache = given.cache.resolve() if given.cache else Path(name) / "cache"
        rows = _rows(Path(name), cache, Path(tree.strip()), given.times)
    print(f"{'':36}{'wall':>8}{'CPU':>8}   seconds, best of {given.times}")
    for label, (wall, cpu) in rows.items():
        print(f"{label:36}{wall:8.2f}{cpu:8.2f}")
    ours, floor = rows["--boot, warm"], rows["floor: makes and QEMU"]
    print(f"{'ratio':36}{ours[0] / floor[0]:8.2f}{ours[1] / floor[1]:8.2f}")


def _rows(top: Path, cache: Path, tree: Path, times: int) -> dict[str, Times]:
    env = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(top),
        "XDG_CACHE_HOME": str(cache),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "PYTHONPATH": str(TOP / "tools"),
    }
    ours: list[str | Path] = [sys.executable, "-m", "verify_series", V3, "--tree", tree, "-q"]
    ours += ["--boot", "--only", "boot"]
    rows = {"--boot, the first time": measure(ours, top, env)}
    (folder,) = (cache / "verify-series/build").glob("7.2-*")
    mails = re.split(rb"(?m)^From mboxrd@z .*\n", V3.read_bytes())[1:]
    patches = sorted((mail for mail in mails if b"\ndiff --git " in mail), key=_number)
    for number, mail in enumerate(patches, 1):
        (top / f"{number}.patch").write_bytes(mail)
    _write_initramfs(top)
    runs = []
    for _ in range(times):  # by turns, as other work on the machine slows all of them alike
        runs.append((measure(ours, top, env), *_floor(top, folder, env)))
    names = ("--boot, warm", "make vmlinux, twice", "QEMU, twice")
    for name, some in zip(names, zip(*runs, strict=True), strict=True):
        rows[name] = (min(wall for wall, _ in some), min(cpu for _, cpu in some))
    rows["floor: makes and QEMU"] = total(rows["make vmlinux, twice"], rows["QEMU, twice"])
    return rows


def _number(mail: bytes) -> bool:
    return b" 2/2]" in mail


def _write_initramfs(top: Path) -> None:
    (scenario,) = (
        check.spec
        for p in profiles()
        if p.subsystem == "ipe"
        for check in p.checks
        if check.checker == "boot"
    )
    compile_init(top / "init")
    plan = make_plan(scenario, "bench")
    (top / "initramfs").write_bytes(make_initramfs(scenario, plan, (top / "init").read_bytes()))


def _floor(top: Path, folder: Path, env: dict[str, str]) -> tuple[Times, Times]:
    """Back to the base and to the series again, in the folders that verify-series left."""
    makes, runs = [], []
    ccache = ["CC=ccache gcc", "HOSTCC=ccache gcc"] if shutil.which("ccache") else []
    make = ["make", "-s", f"-j{os.cpu_count()}", f"O={folder / 'out'}", *FIXED, *ccache, "vmlinux"]
    own = {**env, "CCACHE_DISABLE": "1"}
    for options in (["-R", top / "2.patch", top / "1.patch"], [top / "1.patch", top / "2.patch"]):
        reverse = options[:1] if options[0] == "-R" else []
        for patch in options[len(reverse) :]:
            measure(["git", "apply", *reverse, patch], folder / "tree", env)
        makes.append(measure(make, folder / "tree", own))
        shutil.copyfile(folder / "out" / "vmlinux", top / "vmlinux")
        runs.append(measure(["sh", "-c", f"{QEMU}; test $? = 33"], top, env))
    return total(*makes), total(*runs)


if __name__ == "__main__":
    main()
