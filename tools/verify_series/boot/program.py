# SPDX-License-Identifier: GPL-2.0-or-later
"""Compile init/*.c with the compiler of this machine, statically: there is no other library."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from .. import cache
from .. import run as processes
from ..model import CheckError

_FOLDER = Path(__file__).parent / "init"
_COMMAND = ("gcc", "-static", "-Os", "-Wall", "-Wextra", "-Werror")


def can_be_linked() -> bool:
    """Whether there is a compiler, and a static C library for it."""
    if not shutil.which("gcc"):
        return False
    found = processes.run(["gcc", "-print-file-name=libc.a"]).stdout.decode().strip()
    return Path(found).is_absolute()  # gcc gives the bare name back where it has no such file


def make_init() -> bytes:
    """The program, compiled once for a source and a compiler, and kept in the cache."""
    compiler = processes.run(["gcc", "--version"]).stdout
    texts = [path.read_bytes() for path in sorted(_FOLDER.iterdir()) if path.is_file()]
    key = hashlib.sha256(b"".join([*texts, compiler, repr(_COMMAND).encode()])).hexdigest()
    folder = cache.once(cache.root() / "init", key[:16], lambda to: compile_init(to / "init"))
    return (folder / "init").read_bytes()


def compile_init(target: Path) -> None:
    """Raises CheckError where that does not work."""
    done = processes.run([*_COMMAND, "-o", target, *sorted(_FOLDER.glob("*.c"))])
    if done.status:
        said = done.error_text.splitlines() or ["gcc said nothing"]
        raise CheckError(f"init cannot be compiled: {said[-1]}")
