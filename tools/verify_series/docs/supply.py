# SPDX-License-Identifier: GPL-2.0-or-later
"""Where names are defined that a judged document refers to: the rest of the tree, by its text.

A label right above a section title is known without reading its document. For everything less
plain the documents that may define the name are read, and Sphinx decides.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from .library import Index, Library, sources
from .scan import ROOT, document_name, normalized

_NOT_IN_ABI_LABELS = re.compile(r"[\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\xff]+")
_FAMILY = re.compile(rb"(?m)^name: *([\w-]+)")
_WHAT = re.compile(r"(?im)^what:\s*(.*)$")


@dataclass
class Supply:
    """Answers for one run. ``judged`` are the documents that are read anyway."""

    index: Index
    judged: Collection[str]
    given: set[str] = field(default_factory=set)
    declared: set[str] = field(default_factory=set)
    abi: dict[str, frozenset[str]] = field(default_factory=dict)

    def answer(
        self, library: Library, wanted: Iterable[tuple[str, str, bool]]
    ) -> tuple[dict[str, str], set[str], set[str]]:
        """Labels with their documents, and the paths of documents to read for definitions: whole,
        or for the C declarations that stand plainly in them.

        ``wanted`` are (kind, name, titled) as in ``sphinx_adapter.Wanted``. A document is given
        once, and whole where its plain declarations did not do; a name that nothing defines is
        given nothing.
        """
        labels: dict[str, str] = {}
        read: set[str] = set()
        declare: set[str] = set()
        unknown: set[str] = set()
        for kind, name, titled in wanted:
            paths = self._definers(kind, name)
            certain = [p for p in paths if f"label:{name}" in self.index.scans[p].titled]
            if kind == "label" and (certain or (paths and not titled)):
                labels[name] = document_name((certain or paths)[0])
            elif kind == "c" and (new := {*paths} - self.given - self.declared):
                declare |= new
            elif paths:
                read.update(paths)
            elif kind == "c" or (
                kind == "label" and not self._special(library, name, labels, read)
            ):
                unknown.add(name)
        if unknown:
            read |= self._shown_sources_with(library, unknown)
        read -= self.given
        declare -= read
        self.given |= read
        self.declared |= declare
        return labels, read, declare

    def take_back(self, names: Collection[str]) -> None:
        """Give these documents again where they are wanted."""
        self.given = {path for path in self.given if document_name(path) not in names}
        self.declared = {path for path in self.declared if document_name(path) not in names}

    def _definers(self, kind: str, name: str) -> list[str]:
        key = {"term": name.lower(), "option": "", "label": normalized(name)}.get(kind, name)
        found = self.index.definers.get(f"{kind}:{key}", ())
        return [path for path in found if path not in self.judged]

    def _special(self, library: Library, name: str, labels: dict[str, str], read: set[str]) -> bool:
        """Labels that extensions make: of ABI files, section titles, netlink specifications."""
        if name.startswith("abi_"):
            if name not in self._abi_labels(library):
                return False
            labels[name] = "admin-guide/abi"
            return True
        if ":" in name:  # sphinx.ext.autosectionlabel: document:title
            where = name.partition(":")[0]
            found = [p for p in library.paths if document_name(p).lower() == where]
            read.update(path for path in found if path not in self.judged)
            return bool(found)
        if name.startswith("netlink-"):
            families = self._netlink_families(library)
            if name in families:
                labels[name] = document_name(families[name])
                return True
            fitting = [family for family in families if name.startswith(f"{family}-")]
            if fitting:
                read.add(families[max(fitting, key=len)])
                return True
        return False

    def _abi_labels(self, library: Library) -> frozenset[str]:
        """The labels of ABI files and of what they describe, as abi_parser.py makes them."""
        commit = library.snapshot.commit
        if commit not in self.abi:
            names = []
            folder = f"{ROOT}/ABI"
            for path, data in library.snapshot.read_many(library.snapshot.blob_ids(folder)).items():
                names.append(f"file_{path.removeprefix(folder)}")
                names += _WHAT.findall(data.decode("utf-8", "replace"))
            cleaned = (_NOT_IN_ABI_LABELS.sub("_", f"abi_{name.lower()}") for name in names)
            self.abi[commit] = frozenset(label.strip("_") for label in cleaned)
        return self.abi[commit]

    def _netlink_families(self, library: Library) -> dict[str, str]:
        """The label at the top of each netlink specification (doc_generator.py), and its path."""
        families = {}
        for path, data in library.snapshot.read_many(sorted(library.others)).items():
            if match := _FAMILY.search(data):
                families[f"netlink-{match[1].decode()}"] = path
        return families

    def _shown_sources_with(self, library: Library, names: Iterable[str]) -> set[str]:
        """Documents that show kernel-doc in which a section, target or type has such a name."""
        words = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in sorted(names))
        heads = r"\bDOC:\s*|\.\. _`?|\*\s+(?:struct|union|enum|typedef)\s+"
        target = re.compile(rf"(?i)(?:{heads})(?:{words})\b")
        # Most sources have none of the words, which a plain search tells ten times faster.
        starts = [name.lower().split()[0].encode() for name in names if name.split()]
        found: set[str] = set()
        for path, data in library.snapshot.read_each(sources(self.index)):
            lower = data.lower()
            if any(start in lower for start in starts) and target.search(
                data.decode("utf-8", "replace")
            ):
                found.update(self.index.users[path])
        return found - set(self.judged)
