# SPDX-License-Identifier: GPL-2.0-or-later
"""Which objects a configuration makes, by asking kbuild's own Makefile.build, folder by folder.

``make some/file.o`` would compile a file of a folder also where no configuration builds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from ..model import Execution
from ..run import run
from ..sandbox import Sandbox, environment
from .folder import Folder

_ARCH = re.compile(r"^# Linux/(\w+) ", re.M)  # the head of a .config
_QUERY = """\
verify-series:

include $(srctree)/scripts/Makefile.build

verify-series:
\t@echo objects: $(real-obj-y) $(real-obj-m) $(lib-y) $(extra-y)
\t@echo folders: $(subdir-ym)
"""


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
            command = self._sandbox.wrap(argv, cwd=out, readable=[out, tree, self._folder.given])
            done = run(command, env=environment(), timeout=60)
            objects: set[str] = set()
            folders: set[str] = set()
            for line in done.stdout.decode("utf-8", "replace").splitlines():
                for head, kind in (("objects: ", objects), ("folders: ", folders)):
                    if line.startswith(head):
                        words = line.removeprefix(head).split()
                        kind.update(word.removeprefix("./") for word in words)
            if done.status or (folder == "." and not folders):
                raise Unlisted(done.error_text or "the top Makefile lists no folder")
            self._known[folder] = (objects, folders)
        return self._known[folder]
