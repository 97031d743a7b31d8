# SPDX-License-Identifier: GPL-2.0-or-later
"""``verify-series doctor``: the programs and libraries that are used, and what lacks without."""

from __future__ import annotations

import platform
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from .. import __version__
from ..report.inert import printable
from ..run import RunError, run
from .options import Parser

_EPILOG = """\
exit status: 0 all that is needed is there; 2 something is missing without which
nothing can be verified
"""


@dataclass(frozen=True, slots=True)
class _Program:
    """A program, how it tells its version, and what it is for."""

    name: str
    purpose: str
    argument: str = "--version"
    needed: bool = False


_PROGRAMS = (
    _Program("git", "everything", needed=True),
    _Program("perl", "checkpatch, and kernel-doc of trees before Linux 6.16"),
    _Program("bwrap", "the sandbox of docs and checkpatch, and of --build and --boot"),
    _Program("gcc", "--build and --boot"),
    _Program("make", "--build and --boot"),
    _Program("ld", "--build and --boot"),
    _Program("flex", "--build and --boot"),
    _Program("bison", "--build and --boot"),
    _Program("bc", "--build and --boot"),
    _Program("ccache", "--build, which is quicker with it"),
    _Program("qemu-system-x86_64", "--boot"),
)
#: Distribution to purpose; without any of them verify-series is not installed right.
_LIBRARIES = {
    "b4": "fetching series",
    "GitPython": "reading the tree",
    "Sphinx": "docs",
    "docutils": "docs",
    "PyYAML": "docs of trees with netlink specifications",
    "rich": "progress",
    "Jinja2": "--html",
}


def parser() -> Parser:
    """The options of the command."""
    return Parser("verify-series doctor", "Which programs are there.", _EPILOG)


def main(argv: Sequence[str]) -> int:
    """Print a line each."""
    parser().parse_args(argv)
    print(f"ok       verify-series {__version__}")
    print(f"ok       Python {platform.python_version()}")
    lacking = False
    for name, purpose in _LIBRARIES.items():
        try:
            print(f"ok       {name} {version(name)}: {purpose}")
        except PackageNotFoundError:
            lacking = True
            print(f"MISSING  {name}: {purpose} (install verify-series again)")
    for program in _PROGRAMS:
        found = _version(program)
        if found:
            print(f"ok       {program.name} {found}: {program.purpose}")
        else:
            lacking |= program.needed
            print(
                f"{'MISSING' if program.needed else 'absent':8} {program.name}: {program.purpose}"
            )
    return 2 if lacking else 0


def _version(program: _Program) -> str:
    """What it says of its version; empty where it is not there, or does not run."""
    if not shutil.which(program.name):
        return ""
    try:
        done = run([program.name, program.argument], timeout=10)
    except RunError:
        return ""
    said = (done.stdout or done.stderr).decode("utf-8", "replace")
    number = re.search(r"\d+(?:\.\d+)+", said)
    return printable(number[0]) if number else "of an unknown version"
