# SPDX-License-Identifier: GPL-2.0-or-later
"""What the process that reads documents may do: a series' documents are hostile input.

Directives open files by name (include, csv-table, raw, literalinclude), fetch URLs and import
Python modules (automodule). None of it may leave the private folder, reach the network or run
code of the series. Limits of time and memory come from setrlimit(2), the rest from an audit
hook (PEP 578), which cannot be removed again. This is no wall against code that runs in the
process, which is Sphinx's and the base's: sandbox.py is.
"""

from __future__ import annotations

import errno
import os
import resource
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

_MEMORY = 2 << 30
_FILE_SIZE = 64 << 20

#: Audit events (Python's "Audit events table") that are refused whatever their arguments.
_REFUSED = frozenset(("socket", "ctypes", "urllib", "ftplib", "smtplib", "webbrowser"))
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

Hook = Callable[[tuple[Any, ...]], None]


def limit(seconds: int) -> None:
    """Limit this process: CPU time in seconds, memory, size of files, no core dumps."""
    for what, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_FSIZE, _FILE_SIZE),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def confine(private: Path, trusted: Iterable[Path]) -> None:
    """From now on, read only below ``private`` and ``trusted``, and write only below ``private``.

    ``trusted`` holds the base's own extensions and scripts: code there may run, also as a
    program of its own. Python's installation may be read and run as well.
    """
    own = _real(private)
    programs = frozenset(_real(path) for path in trusted)
    python = frozenset(_real(path) for path in (sys.prefix, sys.base_prefix, *_package_roots()))
    writable = frozenset((own, "/dev/null"))
    readable = frozenset((*writable, *programs, *python, "/etc/mime.types", "/usr/share/zoneinfo"))
    runnable = programs | python

    def opened(arguments: tuple[Any, ...]) -> None:
        path, _, flags = arguments
        _require(path, writable if flags & _WRITING else readable)

    def executed(arguments: tuple[Any, ...]) -> None:
        name = getattr(arguments[0], "co_filename", "<string>")
        if not name.startswith("<"):  # generated code of a module that may run
            _require(name, runnable)

    def imported(arguments: tuple[Any, ...]) -> None:
        if arguments[1] is not None:  # the file of an extension module
            _require(arguments[1], runnable)

    def started(arguments: tuple[Any, ...]) -> None:
        _require(arguments[0], programs)

    def listed(arguments: tuple[Any, ...]) -> None:
        _require(arguments[0], readable)

    def changed(arguments: tuple[Any, ...]) -> None:
        _require(arguments[0], writable)

    def moved(arguments: tuple[Any, ...]) -> None:
        _require(arguments[0], writable)
        _require(arguments[1], writable)

    rules: dict[str, Hook] = {
        "open": opened,
        "exec": executed,
        "import": imported,
        **dict.fromkeys(("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system"), started),
        **dict.fromkeys(("os.listdir", "os.scandir", "os.chdir"), listed),
        **dict.fromkeys(("os.remove", "os.mkdir", "os.rmdir"), changed),
        **dict.fromkeys(("os.chmod", "os.chown", "os.truncate", "os.utime"), changed),
        **dict.fromkeys(("os.rename", "os.link", "os.symlink"), moved),
    }

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if rule := rules.get(event):
            rule(arguments)
        elif event.partition(".")[0] in _REFUSED:
            raise PermissionError(errno.EACCES, f"{event} is not allowed in this check")

    sys.addaudithook(hook)


def _package_roots() -> Iterable[str]:
    """Where the packages at work were loaded from, should that not be Python's own folder."""
    for name in ("sphinx", "docutils", __name__.partition(".")[0]):
        file = getattr(sys.modules.get(name), "__file__", None)
        if file:
            yield str(Path(file).parent.parent)


def _real(path: str | bytes | os.PathLike[Any]) -> str:
    return os.path.realpath(os.fsdecode(path))


def _require(path: Any, below: frozenset[str]) -> None:
    if not isinstance(path, str | bytes | os.PathLike):  # a file descriptor that is open already
        return
    real = _real(path)
    if not any(real == root or real.startswith(root + os.sep) for root in below):
        raise PermissionError(errno.EACCES, "not allowed in this check", os.fsdecode(path))
