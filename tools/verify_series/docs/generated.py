# SPDX-License-Identifier: GPL-2.0-or-later
"""Files that ``make htmldocs`` generates in old trees before Sphinx runs, by the tree's scripts.

* A listing of each media header, which documents include as ``$BUILDDIR/NAME.h.rst``: rules of
  Documentation/userspace-api/media/Makefile, until 6.18.
* A document for each netlink specification: a rule of Documentation/Makefile, until 6.17.

Newer trees do both inside Sphinx, and have no such rules.
"""

from __future__ import annotations

import posixpath
import re
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .. import sandbox
from ..model import CheckError, Snapshot
from ..run import RunError, clean_environment, run
from . import BUILD
from .scan import ROOT, SPECS

_MEDIA = f"{ROOT}/userspace-api/media"
_PARSER = f"{ROOT}/sphinx/parse-headers.pl"
_SPEC_SCRIPT = "tools/net/ynl/ynl-gen-rst.py"

_VARIABLE = re.compile(r"(?m)^(\w+) = \$\(srctree\)/(\S+)$")
_RULE = re.compile(r"(?m)^\$\(BUILDDIR\)/(\S+\.h\.rst): \$\{(\w+)\}/(\S+\.h) ")
_SECONDS = 60


@dataclass(frozen=True)
class Recipe:
    """How one file comes about. All paths are relative to the tree."""

    target: str
    argv: tuple[str, ...]
    sources: tuple[str, ...]


def recipes(base: Snapshot, included: Iterable[str], others: Iterable[str]) -> dict[str, Recipe]:
    """The files that are generated, by their paths. ``included`` are what documents include,
    ``others`` the documents that scan.other_documents() knows of."""
    found = _listings(base) if any(path.startswith(BUILD) for path in included) else {}
    for target in others:
        name = posixpath.basename(target).removesuffix(".rst")
        if target.endswith(".rst") and name != "index":
            spec = f"{SPECS}/{name}.yaml"
            argv = (sys.executable, _SPEC_SCRIPT, "-i", spec, "-o", target)
            found[target] = Recipe(target, argv, (spec,))
    return found


def _listings(snapshot: Snapshot) -> dict[str, Recipe]:
    text = (snapshot.read(f"{_MEDIA}/Makefile") or b"").decode("utf-8", "replace")
    folders = dict(_VARIABLE.findall(text))
    found = {}
    for name, folder, header in _RULE.findall(text):
        target = f"{BUILD}/{name}"
        sources = (f"{folders.get(folder, '')}/{header}", f"{_MEDIA}/{name}.exceptions")
        found[target] = Recipe(target, ("perl", _PARSER, sources[0], target, sources[1]), sources)
    return found


def users(known: Mapping[str, Recipe], includers: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Which documents depend on a source: those that include what is made of it, or that are it."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for target, recipe in known.items():
        documents = includers.get(target, []) if target.startswith(BUILD) else [target]
        for source in recipe.sources:
            found[source] += documents
    return found


def make(recipe: Recipe, tree: Path, kit: Path) -> str:
    """Make the file in the folder ``tree``, where its sources are; gives why it could not be made,
    which ends a full build, or nothing. Raises CheckError where the program cannot be started."""
    (tree / recipe.target).parent.mkdir(parents=True, exist_ok=True)
    if shutil.which(recipe.argv[0]) is None:
        raise CheckError(f"{recipe.target} cannot be generated: {recipe.argv[0]} is not installed")
    command = sandbox.shelter("perl").wrap(
        recipe.argv,
        cwd=tree,
        writable=[tree],
        readable=[*sandbox.interpreter(), kit],
        limits=sandbox.Limits(_SECONDS),
    )
    try:
        done = run(command, env=clean_environment(), timeout=_SECONDS)
    except RunError as error:
        raise CheckError(f"{recipe.target} cannot be generated: {error}") from error
    if done.status == 0:
        return ""
    lines = done.error_text.splitlines() or [f"exit status {done.status}"]
    return f"{recipe.argv[1]} failed: {lines[-1]}"
