# SPDX-License-Identifier: GPL-2.0-or-later
"""Build the guest of mini_guest.c, which plays a script instead of being a kernel."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")
FLAGS = ["-m32", "-ffreestanding", "-fno-pic", "-fno-stack-protector", "-Os", "-nostdlib"]
LINKING = ["-static", "-no-pie", "-Wl,--build-id=none,-Ttext=0x100000,-e,entry"]

#: Why no guest can be built and booted here; empty where it can.
MISSING = "" if shutil.which("qemu-system-x86_64") and shutil.which("gcc") else "no QEMU or no gcc"


def header(script: str) -> str:
    """script.h, which mini_guest.c includes."""
    quoted = script.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'#define SCRIPT "{quoted}"\n'


def build(target: Path, script: str) -> Path:
    """A kernel image that does what ``script`` says."""
    folder = target.with_name(f"{target.name}.d")
    folder.mkdir()
    (folder / "script.h").write_text(header(script))
    command = ["gcc", *FLAGS, *LINKING, f"-I{folder}", "-o", target, SOURCE]
    subprocess.run(command, check=True)
    return target
