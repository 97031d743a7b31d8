# SPDX-License-Identifier: GPL-2.0-or-later
"""The documents of a tree by their scans: of one state, and the other way round."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ..model import Snapshot
from .scan import ROOT, FileScan, document_name, pattern

NOTHING = FileScan()

#: What is scanned by itself, and pictures.
_NO_TEXT = (".rst", ".dot", ".gif", ".jpg", ".pdf", ".png", ".svg")


@dataclass(frozen=True)
class Library:
    """The documents of one state of the tree, by their scans.

    ``base`` are the scans of all .rst files of the base; ``changed`` overrides those that the
    series touches (None: not there). ``others`` are what scan.other_documents() gives.
    """

    snapshot: Snapshot
    base: Mapping[str, FileScan]
    changed: Mapping[str, FileScan | None]
    others: frozenset[str] = frozenset()

    def scan(self, path: str) -> FileScan | None:
        """The scan of a document, None where this state has no such file."""
        if path in self.changed:
            return self.changed[path]
        return self.base.get(path, NOTHING if path in self.others else None)

    @cached_property
    def paths(self) -> list[str]:
        """Every document of this state."""
        kept = (path for path in self.base if path not in self.changed)
        new = (path for path, scan in self.changed.items() if scan is not None)
        return sorted((*kept, *new, *self.others))

    def names(self, path: str) -> set[str]:
        """What other documents can refer to in this one, the document itself included."""
        scan = self.scan(path)
        return {f"doc:{document_name(path)}", *scan.defines} if scan else set()

    def listed(self, name: str, *, numbered: bool = False) -> list[str]:
        """The names of documents that the toctrees of a document list, itself left out; of those
        that are numbered alone if so wished."""
        scan = self.scan(f"{ROOT}/{name}.rst") or NOTHING
        found: list[str] = []
        for entry in scan.numbered if numbered else scan.toctree:
            if "*" in entry:
                found += filter(pattern(entry).match, map(document_name, self.paths))
            else:
                found.append(entry)
        return [one for one in found if one != name]


@dataclass
class Index:
    """The base's scans the other way round: from a file or a name to the documents."""

    scans: Mapping[str, FileScan]
    users: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    concerned: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    definers: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    patterns: dict[str, re.Pattern[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for path, scan in self.scans.items():
            for file in scan.files:
                self.users[file].append(path)
            for name in scan.defines:
                self.definers[name].append(path)
                self.concerned[subject(name)].append(path)
            for name in scan.refers:
                self.concerned[name].append(path)
            for entry in scan.toctree:
                self.concerned[f"doc:{entry}"].append(path)
        self.patterns = {file: pattern(file) for file in self.users if "*" in file}

    def only_shown(self, path: str) -> bool:
        """Whether documents are made of this source as kernel-doc and in no other way."""
        return set(self.users[path]) <= set(self.concerned.get(f"kernel-doc:{path}", ()))

    def made_of(self, files: Iterable[str]) -> set[str]:
        """The documents that contain any of these files, directly or by way of another."""
        found: set[str] = set()
        queue = list(files)
        while queue:
            file = queue.pop()
            matching = (p for p, compiled in self.patterns.items() if compiled.match(file))
            for path in {*self.users.get(file, ()), *(u for p in matching for u in self.users[p])}:
                if path not in found:
                    found.add(path)
                    queue.append(path)
        return found


def subject(name: str) -> str:
    """What two documents must share to get in each other's way: for kernel-doc, the source."""
    return name.split(" ")[0] if name.startswith("kernel-doc:") else name


def sources(index: Index) -> list[str]:
    """Every source file whose kernel-doc some document shows, and what documents include that is
    no .rst file."""
    shown = (name[11:] for name in index.concerned if name.startswith("kernel-doc:"))
    included = (path for path in index.users if path.startswith(f"{ROOT}/") and "*" not in path)
    return sorted({*shown, *(path for path in included if not path.endswith(_NO_TEXT))})
