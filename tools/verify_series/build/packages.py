# SPDX-License-Identifier: GPL-2.0-or-later
"""What has to be installed before a kernel can be compiled."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from functools import cache

from ..model import Execution
from ..run import RunError, clean_environment, run

#: Program to Debian package (Documentation/process/changes.rst names the programs).
_PROGRAMS: Mapping[str, str] = {
    "gcc": "gcc",
    "make": "make",
    "ld": "binutils",
    "flex": "flex",
    "bison": "bison",
    "bc": "bc",
    "perl": "perl",
}

#: Header to Debian package: what objtool and the tools of certs/ are compiled against.
_HEADERS: Mapping[str, str] = {"gelf.h": "libelf-dev", "openssl/opensslv.h": "libssl-dev"}


def missing(execution: Execution) -> str:
    """Why nothing can be compiled, with the command that mends it; empty where all is there."""
    programs = dict(_PROGRAMS)
    if cross := execution.cross_compile:
        programs[f"{cross}gcc"] = f"gcc-{cross.rpartition('/')[2].rstrip('-')}"
    lacking = {name: package for name, package in programs.items() if not shutil.which(name)}
    if "gcc" not in lacking:
        lacking |= {name: _HEADERS[name] for name in _HEADERS if not _has_header(name)}
    if not lacking:
        return ""
    packages = " ".join(dict.fromkeys(lacking.values()))
    return f"{', '.join(lacking)} not found (apt-get install {packages})"


@cache
def compiler(execution: Execution) -> str:
    """The first line of what the compiler says of its version."""
    try:
        done = run([f"{execution.cross_compile}gcc", "--version"], env=clean_environment())
    except RunError:
        return ""
    return done.stdout.decode("utf-8", "replace").partition("\n")[0]


def _has_header(name: str) -> bool:
    text = f"#include <{name}>\n".encode()
    return run(["gcc", "-E", "-"], env=clean_environment(), stdin=text).status == 0
