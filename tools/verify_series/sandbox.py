# SPDX-License-Identifier: GPL-2.0-or-later
"""Where foreign code runs: the series' own, which is Makefiles, Kconfig, scripts and the kernel
that they build, and the base's programs that read what the series brings.

bubblewrap (bwrap(1)) shows it the system's programs, read-only, and the folders that the caller
names; everything else of the machine is not there: no home, no network, no devices, a private
/tmp, processes and IPC of its own. Without bubblewrap the series' code runs only where the user
says ``--no-sandbox``; the base's runs all the same, and the report says so. Limits of time,
memory and file size (setrlimit(2), by prlimit(1)) hold either way. In the sandbox the number of
processes is limited, too, unless root runs it, whom the kernel exempts, and so is its /tmp. How
much it writes into the folders that it may write is for its caller to watch.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .model import CheckError
from .run import RunError, run

#: What a compiler and its libraries consist of. Nothing below /etc but what finds programs and
#: libraries, and the configuration that openssl wants to make keys.
_SYSTEM = ("/usr", "/opt", "/nix/store", "/gnu/store")
_MERGED = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")  # links into /usr, or folders
_SETTINGS = (
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/ssl/openssl.cnf",
)

_TMP = 4 << 30  # bytes

#: Not to be run where the process that wanted it is gone already; later, the signal ends it.
_TIED = 'test "$PPID" = "$0" && exec "$@"'


@dataclass(frozen=True, slots=True)
class Limits:
    """Of each process: CPU seconds, bytes of memory, bytes of a file that it writes. Of all
    together: ``processes``.
    """

    seconds: int = 3600
    memory: int = 8 << 30
    file_size: int = 2 << 30
    processes: int = 4096


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A way to run foreign code; ``said`` is what the report says about it."""

    closed: bool
    said: str

    def wrap(
        self,
        argv: Sequence[str | Path],
        *,
        cwd: Path,
        writable: Iterable[Path] = (),
        readable: Iterable[Path] = (),
        devices: Iterable[Path] = (),
        limits: Limits = Limits(),
    ) -> list[str]:
        """The command that runs ``argv`` in ``cwd``, which must be one of the folders named."""
        command = [
            *("setpriv", "--pdeathsig", "KILL", "--", "sh", "-c", _TIED, str(os.getpid())),
            "prlimit",
            f"--cpu={limits.seconds}",
            f"--as={limits.memory}",
            f"--fsize={limits.file_size}",
            "--core=0",
            "--",
        ]
        if self.closed:
            command += ["bwrap", *_closed(), "--chdir", str(cwd)]
            for option, paths in (
                ("--ro-bind", readable),
                ("--bind", writable),
                ("--dev-bind", devices),
            ):
                for path in paths:
                    command += [option, str(path), str(path)]
            command += ["--remount-ro", "/", "--"]
            # Inside, as there only its own processes count (since Linux 5.14).
            command += ["prlimit", f"--nproc={limits.processes}", "--"]
        else:
            command += ["env", "-C", str(cwd)]
        return [*command, *map(str, argv)]


def environment(**extra: str) -> dict[str, str]:
    """The variables for a command in a sandbox: nothing of the user's but PATH."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": "/nonexistent",
        "LC_ALL": "C",  # the kernel builds so: its messages have plain quotes
        "TZ": "UTC",
        **extra,
    }


def choose(wanted: bool) -> Sandbox:
    """The sandbox, or none where it is not ``wanted``.

    Raises CheckError where it is wanted and cannot be had.
    """
    if not wanted:
        return Sandbox(False, "not in a sandbox (--no-sandbox): it ran with your own rights")
    reason = missing()
    if reason:
        raise CheckError(
            f"no sandbox for the series' own code: {reason} (apt-get install bubblewrap; or give"
            " --no-sandbox to run it with your own rights)"
        )
    return Sandbox(True, "in a sandbox: no network, no home, writing only its build folder")


def shelter(*programs: str) -> Sandbox:
    """The sandbox for the base's own programs; ``said`` is empty where it closes them in.

    Not where one of ``programs``, which they start, is installed in a place that it does not show.
    """
    places = os.environ.get("PATH", os.defpath).split(os.pathsep)
    shown = os.pathsep.join(p for p in places if os.path.realpath(p).startswith(_SYSTEM))
    hidden = [p for p in programs if shutil.which(p) and not shutil.which(p, path=shown)]
    reason = missing() or (f"{hidden[0]} is not below {_SYSTEM[0]}" if hidden else "")
    said = f"it ran with your own rights, and with limits alone: no sandbox ({reason})"
    return Sandbox(not reason, said if reason else "")


def interpreter() -> list[Path]:
    """What a Python of ours consists of: the folders that it has to be able to read."""
    return [Path(sys.base_prefix), Path(sys.prefix), Path(__file__).resolve().parent]


@cache
def missing() -> str:
    """Why bubblewrap does not work here; empty where it does. Asked once: one trial run."""
    trial = Sandbox(True, "").wrap(["true"], cwd=Path("/"))
    try:
        done = run(trial, env=environment(), timeout=30)
    except RunError as error:
        return str(error)
    if done.status:
        lines = done.error_text.splitlines() or [f"bwrap ended with status {done.status}"]
        return lines[-1]
    return ""


@cache
def _size() -> list[str]:
    """Limits the private /tmp, which takes memory; bubblewrap can since 0.7."""
    try:
        known = run(["bwrap", "--help"], env=environment(), timeout=30)
    except RunError:
        return []
    return ["--size", str(_TMP)] if b"--size" in known.stdout + known.stderr else []


def _closed() -> list[str]:
    # The program is process 1: all else ends with it, and its CPU time counts as ours.
    options = ["--unshare-all", "--as-pid-1", "--die-with-parent", "--cap-drop", "ALL"]
    options += ["--proc", "/proc", "--dev", "/dev", *_size(), "--tmpfs", "/tmp"]
    for name in (*_SYSTEM, *_SETTINGS):
        options += ["--ro-bind-try", name, name]
    for name in _MERGED:
        path = Path(name)
        if path.is_symlink():
            options += ["--symlink", str(path.readlink()), name]
        elif path.exists():
            options += ["--ro-bind", name, name]
    return options
