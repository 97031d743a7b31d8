# SPDX-License-Identifier: GPL-2.0-or-later
"""Which objects a configuration makes, by asking kbuild's own Makefile.build, folder by folder.

``make some/file.o`` would compile a file of a folder also where no configuration builds it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from itertools import count, pairwise
from pathlib import Path
from typing import IO

from ..model import Execution
from ..run import RunError, follow
from ..sandbox import Limits, Sandbox, environment
from .folder import Folder

_ARCH = re.compile(r"^# Linux/(\w+) ", re.M)  # the head of a .config
_QUERY = """\
verify-series:

include $(srctree)/scripts/Makefile.build

verify-series:
\t$(foreach one,$(real-obj-y) $(real-obj-m) $(lib-y) $(extra-y),$(info object: $(one)))
\t$(foreach one,$(subdir-ym),$(info folder: $(one)))
\t@:
"""
_LIMITS = Limits(seconds=60, file_size=1 << 20)  # bytes of what it says of what is wrong
_MOST = 100_000  # lines


def said_aside() -> IO[bytes]:
    """A file for standard error that needs no room on a disk, which a build may fill."""
    return os.fdopen(os.memfd_create("stderr"), "w+b")


class Unlisted(Exception):
    """A folder's Makefile cannot be read; the sentence is make's."""


class Lists:
    """What the Makefiles of one tree list, as it is configured in ``folder.out``.

    Objects that only variables of the architecture's own Makefile name are not found.
    """

    def __init__(self, folder: Folder, sandbox: Sandbox, execution: Execution) -> None:
        self._folder, self._sandbox = folder, sandbox
        self._query = folder.give("lists.mk", _QUERY)
        made = folder.made(".config")
        config = made.read_text("utf-8", "replace") if made else ""
        arch = _ARCH.search(config)
        self._variables = {
            "srctree": str(folder.tree),
            "srcroot": str(folder.tree),
            "VPATH": str(folder.tree),  # where kernels before 6.13 look for a folder's Makefile
            "objtree": ".",
            "SRCARCH": arch[1] if arch else "",
            "BITS": "64" if "\nCONFIG_64BIT=y\n" in config else "32",
            "CC": f"{execution.cross_compile}gcc",
        }
        self._known: dict[str, tuple[set[str], set[str]]] = {}

    def objects(self, folders: Iterable[str]) -> set[str]:
        """The objects in ``folders``, as far as kbuild comes to them from the top.

        Raises Unlisted.
        """
        found: set[str] = set()
        for folder in {*folders}:
            parts = folder.split("/") if folder else []
            ways = [".", *("/".join(parts[: n + 1]) for n in range(len(parts)))]
            if all(way in self._listed(above)[1] for above, way in pairwise(ways)):
                found |= self._listed(ways[-1])[0]
        return found

    def _listed(self, folder: str) -> tuple[set[str], set[str]]:
        """The objects and the folders that a folder's Makefile lists."""
        if folder not in self._known:
            argv: list[str | Path] = ["make", "-rRs", "-f", self._query, f"obj={folder}"]
            argv += [f"{name}={value}" for name, value in self._variables.items()]
            out, tree = self._folder.out, self._folder.tree
            readable = [out, tree, self._folder.given]
            command = self._sandbox.wrap(argv, cwd=out, readable=readable, limits=_LIMITS)
            objects: set[str] = set()
            folders: set[str] = set()
            lines = count()

            def said(line: str) -> None:
                if next(lines) > _MOST:
                    raise Unlisted(f"the Makefile of {folder} prints without end")
                for head, kind in (("object: ", objects), ("folder: ", folders)):
                    if line.startswith(head):
                        kind.add(line.removeprefix(head).strip().removeprefix("./"))

            with said_aside() as errors:
                try:
                    status = follow(command, said, errors=errors, env=environment(), timeout=90)
                except RunError as error:
                    raise Unlisted(str(error)) from error
                errors.seek(0)
                why = errors.read(_LIMITS.file_size).decode("utf-8", "replace").strip()
            if status or (folder == "." and not folders):
                raise Unlisted(why or "the top Makefile lists no folder")
            self._known[folder] = (objects, folders)
        return self._known[folder]
