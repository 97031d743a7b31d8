# SPDX-License-Identifier: GPL-2.0-or-later
"""What of a kernel tree runs when its documents are built: always the base's, never the series'."""

from __future__ import annotations

import compileall
import hashlib
from collections.abc import Iterable
from pathlib import Path

from ..cache import once
from ..model import CheckError, Snapshot
from .scan import ROOT

CONF = f"{ROOT}/conf.py"

#: Files and folders with code or settings of the documentation build, old trees and new.
EXECUTED = (
    CONF,
    f"{ROOT}/docutils.conf",
    f"{ROOT}/sphinx",
    "scripts/get_abi.pl",
    "scripts/get_feat.pl",
    "scripts/kernel-doc",
    "scripts/kernel-doc.pl",
    "scripts/kernel-doc.py",
    "scripts/lib",
    "tools/docs",
    "tools/lib/python",
    "tools/net/ynl/pyynl/lib",
    "tools/net/ynl/ynl-gen-rst.py",
)

#: Those that Sphinx's extensions, or each other, import: folders, and one of many modules.
_FOLDERS = (f"{ROOT}/sphinx", "scripts/lib", "tools/lib/python")
_MODULE = "tools/net/ynl/pyynl/lib/doc_generator.py"


def executed(paths: Iterable[str]) -> list[str]:
    """Those of ``paths`` that would run in a documentation build."""
    folders = tuple(f"{path}/" for path in EXECUTED)
    return sorted(path for path in paths if path in EXECUTED or path.startswith(folders))


def make(base: Snapshot, folder: Path) -> tuple[Path, list[str]]:
    """The base's kit as a folder in the cache, made once, and the paths of EXECUTED it holds.

    Python's modules are compiled once, too: a process in a sandbox cannot keep them there. Raises
    CheckError for a tree without conf.py.
    """
    ids = base.object_ids(EXECUTED)
    if CONF not in ids:
        raise CheckError(f"the base has no {CONF}: its documents cannot be read")
    key = hashlib.sha256(repr(sorted(ids.items())).encode()).hexdigest()[:20]

    def fill(part: Path) -> None:
        base.export(ids, part)
        for path in _FOLDERS:  # what cannot be compiled is not for this Python
            compileall.compile_dir(part / path, quiet=2)
        compileall.compile_file(part / _MODULE, quiet=2)

    return once(folder, f"kit-{key}", fill), sorted(ids)


def link(kit: Path, paths: Iterable[str], tree: Path) -> None:
    """Put links to the kit's files and folders in their places below ``tree``."""
    for path in paths:
        place = tree / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(kit / path)
