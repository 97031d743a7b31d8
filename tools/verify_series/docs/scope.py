# SPDX-License-Identifier: GPL-2.0-or-later
"""Which documents a series can break, and what is told about all the others.

A document is read where the series touches it, touches something it is made of (an included
file, a source whose kernel-doc it shows), or takes away or brings in a name that the document
refers to or defines as well. All states of the tree are judged over the same documents, so that
what was wrong before stays recognisable.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from ..model import AppliedSeries, Snapshot
from . import generated, maintainers, numbered, shown
from .library import NOTHING, Index, Library, sources, subject
from .scan import (
    PROFILES,
    ROOT,
    SPECS,
    FileScan,
    document_name,
    is_document,
    other_documents,
    pattern,
    scan_snapshot,
)


@dataclass(frozen=True)
class Scope:
    """``touched`` are the paths of the series and ``documents`` are judged in every state;
    ``affected[n]`` are those that step n can change and ``libraries[n]`` is the state after it.
    Number 0 is the base, where all are affected."""

    touched: frozenset[str]
    libraries: tuple[Library, ...]
    index: Index
    documents: frozenset[str]
    affected: tuple[frozenset[str], ...]
    recipes: Mapping[str, generated.Recipe] = field(default_factory=dict)

    def sources(self, documents: Iterable[str]) -> frozenset[str]:
        """The sources whose kernel-doc these documents show, in any state."""
        defined = (
            name
            for path in documents
            for library in self.libraries
            for name in (library.scan(path) or NOTHING).defines
        )
        return frozenset(
            subject(name).removeprefix("kernel-doc:")
            for name in defined
            if name.startswith("kernel-doc:")
        )

    @cached_property
    def changing(self) -> frozenset[str]:
        """The names that touched documents define in some states and not in all."""
        judged = self.documents & self.touched
        states = [frozenset(n for p in judged for n in lib.names(p)) for lib in self.libraries]
        return frozenset().union(*states) - frozenset.intersection(*states)

    def untitled(self, number: int) -> list[str]:
        """Names of documents in toctrees of the judged ones that may have no title: sure is only
        who reads them. What is no .rst file has one."""
        library = self.libraries[number]
        entries = {e for path in self.documents for e in (library.scan(path) or NOTHING).toctree}
        scans = {entry: library.scan(f"{ROOT}/{entry}.rst") for entry in entries}
        return sorted(e for e, scan in scans.items() if scan and not scan.has_title)

    @cached_property
    def candidates(self) -> frozenset[str]:
        """Names of the documents of which it is checked that they stand in a toctree: those
        judged, and what their toctrees list or listed."""
        names = {document_name(path) for path in self.documents}
        entries: set[str] = set()
        for library in self.libraries:
            for path in self.documents:
                entries.update((library.scan(path) or NOTHING).toctree)
        globs = [pattern(entry) for entry in entries if "*" in entry]
        if globs:
            everything = {document_name(p) for library in self.libraries for p in library.paths}
            names.update(n for n in everything if any(glob.match(n) for glob in globs))
        return frozenset(names | entries)

    @cached_property
    def _elsewhere(self) -> dict[str, set[str]]:
        """What :meth:`told` says of documents that are not judged: these are the base's always."""
        names = self.candidates
        said: dict[str, set[str]] = {
            key: set() for key in ("listed", "included", "orphans", "cited")
        }
        base = self.libraries[0].base
        for path, scan in base.items():
            if path in self.documents:
                continue
            for entry in scan.toctree:
                if "*" in entry:
                    said["listed"].update(filter(pattern(entry).match, names))
                else:
                    said["listed"].add(entry)
            for file in scan.files:
                if file.endswith(".rst"):
                    said["included"].add(document_name(file))
            for name in scan.refers:
                if name.startswith("citation:"):
                    said["cited"].add(name[9:])
            if scan.orphan or any(file in base and base[file].orphan for file in scan.files):
                said["orphans"].add(document_name(path))
        return said

    def told(self, number: int) -> dict[str, Any]:
        """What documents that are not judged say about :attr:`candidates`; see
        ``sphinx_adapter.Documents.check``."""
        said = dict(self._elsewhere)
        if PROFILES in said["listed"]:
            text = self.libraries[number].snapshot.read(maintainers.PATH) or b""
            profiles = maintainers.profiles(text.decode("utf-8", "replace"))
            said["listed"] = said["listed"].union(profiles)
        made = self.libraries[number].others & self.recipes.keys()  # the index lists all of them
        said["listed"] = said["listed"].union(map(document_name, made))
        for key in ("listed", "included", "orphans"):
            said[key] = said[key] & self.candidates
        library = self.libraries[number]
        lists = any((library.scan(path) or NOTHING).toctree for path in self.documents)
        numbers = numbered.follow(library) if lists else numbered.Numbered()
        return {
            "names": sorted(self.candidates),
            **{key: sorted(some) for key, some in said.items()},
            **numbers.told(self.documents),
        }


def find(applied: AppliedSeries, scans: Mapping[str, FileScan], others: frozenset[str]) -> Scope:
    """The scope of a series. ``scans`` are the base's; ``others`` as scan.other_documents()."""
    suffixes = tuple({".rst", *(PurePosixPath(path).suffix for path in others)})
    touched = [p for p in sorted(applied.paths) if is_document(p) and p.endswith(suffixes)]
    index = Index(scans)
    known = [others]
    for step in applied.steps:
        specs = any(path.startswith(SPECS) for path in step.paths)
        known.append(other_documents(step.snapshot) if specs else known[-1])
    recipes = generated.recipes(applied.base, index.users, frozenset().union(*known))
    for source, users in generated.users(recipes, index.users).items():
        index.users[source] += users
    libraries = [Library(applied.base, scans, {}, others)]
    affected: list[frozenset[str]] = []
    for step, others_now in zip(applied.steps, known[1:], strict=True):
        before = libraries[-1]
        here = [path for path in touched if path in step.paths]
        fresh = scan_snapshot(step.snapshot, here)
        written = (path for path in here if path.endswith(".rst"))
        changed = {**before.changed, **{path: fresh.get(path) for path in written}}
        after = Library(step.snapshot, scans, changed, others_now)
        libraries.append(after)
        affected.append(_affected(index, before, after, step.paths))
    documents = frozenset().union(*affected)
    affected = [
        _with_sharers(found, documents, library)
        for found, library in zip(affected, libraries[1:], strict=True)
    ]
    return Scope(applied.paths, tuple(libraries), index, documents, (documents, *affected), recipes)


def _with_sharers(
    affected: frozenset[str], documents: frozenset[str], library: Library
) -> frozenset[str]:
    """``affected`` and those of ``documents`` that define the same names: which of two documents
    Sphinx blames for a duplicate is a matter of the order in which it reads them."""
    names = {path: set(map(subject, library.names(path))) for path in documents}
    found = set(affected)
    while more := {
        path
        for path in documents - found
        if not names[path].isdisjoint(set().union(*(names[one] for one in found)))
    }:
        found |= more
    return frozenset(found)


def _affected(
    index: Index, before: Library, after: Library, paths: Collection[str]
) -> frozenset[str]:
    """The documents that one step can change for better or worse."""
    changed = {path for path in paths if before.scan(path) or after.scan(path)}
    otherwise = _shown_otherwise(index, before, after, paths)
    shown_here = otherwise & index.users.keys()
    old = {name for path in changed for name in before.names(path)}
    old |= {f"label:{label}" for label in shown.labels(before.snapshot, shown_here)}
    new = {name for path in changed for name in after.names(path)}
    new |= {f"label:{label}" for label in shown.labels(after.snapshot, shown_here)}
    subjects = {subject(name) for name in old ^ new}
    scans = ((path, before.scan(path), after.scan(path)) for path in changed)
    subjects.update(  # a toctree says which of its documents have no title
        f"doc:{document_name(path)}"
        for path, a, b in scans
        if a and b and not (a.has_title and b.has_title)
    )
    found = changed | index.made_of(otherwise)
    found.update(path for one in subjects for path in index.concerned[one])
    if any(_toctrees(before, path) != _toctrees(after, path) for path in changed):
        found.update(path for path, _ in numbered.twice(before) ^ numbered.twice(after))
    declared = {name[2:] for name in old ^ new if name.startswith("c:")}
    begun = shown.declared(after.snapshot, shown_here) ^ shown.declared(before.snapshot, shown_here)
    found.update(path for name in begun for path in index.concerned.get(f"c:{name}", ()))
    if declared or begun:
        everywhere = shown.declaring(before.snapshot, sources(index), declared | begun)
        found |= index.made_of(everywhere)
    named = {name for name in old ^ new if name.startswith(("label:", "doc:"))}
    if named:
        found |= index.made_of(_sources_naming(index, after.snapshot, named))
    if referred := declared | {name[6:] for name in named if name.startswith("label:")}:
        found |= index.made_of(_headers_naming(index, after.snapshot, referred))
    # Documents that another step of the series touches are not in the index as they are now.
    for library in (before, after):
        for path in library.changed:
            scan = library.scan(path)
            if scan and path not in found:
                mentioned = {*map(subject, scan.defines), *scan.refers}
                mentioned.update(f"doc:{entry}" for entry in scan.toctree)
                if scan.files & set(paths) or mentioned & subjects:
                    found.add(path)
    return frozenset(found)


def _toctrees(library: Library, path: str) -> tuple[tuple[str, ...], ...] | None:
    scan = library.scan(path)
    return (scan.toctree, scan.numbered) if scan else None


def _shown_otherwise(
    index: Index, before: Library, after: Library, paths: Collection[str]
) -> set[str]:
    """``paths`` without sources that documents show as kernel-doc, and that show the same still."""
    plain = {path for path in index.users.keys() & set(paths) if index.only_shown(path)}
    return (set(paths) - plain) | set(shown.changed(before.snapshot, after.snapshot, plain))


def _sources_naming(index: Index, snapshot: Snapshot, names: Iterable[str]) -> set[str]:
    """The sources shown in documents, and texts that these include, which refer to one of these
    labels or documents, or define such a label."""
    said = spoken(names)
    words = "|".join(re.escape(word).replace(r"\ ", r"[\s*]+") for word in said)
    mention = re.compile(
        rf"(?i):(?:ref|doc):`[^`]*(?:{words})|{ROOT}/[\w/-]*(?:{words})\b|\.\. _`?(?:{words})`?:"
    )
    # Most sources have none of the words, which a plain search tells ten times faster.
    starts = [word.lower().partition(" ")[0] for word in said]
    found = set()
    for path, data in snapshot.read_each(sources(index)):
        text = data.decode("utf-8", "replace")
        lower = text.lower()
        if any(start in lower for start in starts) and mention.search(text):
            found.add(path)
    return found


def _headers_naming(index: Index, snapshot: Snapshot, names: Iterable[str]) -> set[str]:
    """The headers, and the files of exceptions to them, which speak of one of these declarations
    or labels: kernel-include makes references of what a header declares, and writes labels in
    lower case and with dashes (tools/lib/python/kdoc/parse_data_structs.py)."""
    words = "|".join(re.escape(name.lower().replace("_", "-")) for name in sorted(names))
    mention = re.compile(rf"(?<![\w-])(?:{words})(?![\w-])")
    files = [path for path in sorted(index.users) if path.endswith((".h", ".exceptions"))]
    texts = snapshot.read_each(path for path in files if not index.only_shown(path))
    lower = ((path, text.decode("utf-8", "replace").lower()) for path, text in texts)
    return {path for path, text in lower if mention.search(text.replace("_", "-"))}


def spoken(names: Iterable[str]) -> list[str]:
    """Names as a text may write them: without their kind, documents without their folder."""
    bare = (name.partition(":")[2] for name in names)
    return sorted({name.rpartition("/")[2] for name in bare} - {""})
