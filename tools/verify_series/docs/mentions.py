# SPDX-License-Identifier: GPL-2.0-or-later
"""Documents that texts name by their path, ``Documentation/a/b.rst``, or by their address.

No build looks at these: they stand in comments, Kconfig files, MAINTAINERS and documents. What
is exempt follows the kernel's own tools/docs/documentation-file-ref-check, and where it cannot be
told for certain that a file is meant, nothing is said. The kernel keeps the former names of its
documents in Documentation/.renames.txt, of which docs.kernel.org makes redirects.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from ..kept import Kept
from ..model import AppliedSeries, Finding, Severity, Snapshot
from .edits import Edit
from .scan import ROOT
from .warnings import CHECKER

MISSING = "path-missing"
REDIRECT = "redirect"

RENAMES = f"{ROOT}/.renames.txt"

#: Raised whenever the meaning of the index changes, so that old ones are not read.
_VERSION = 1

_PATH = re.compile(rf"(?<![\w/.~$@%)}}\]>*-]){ROOT}/[\w.,~/+@=-]*")
_ADDRESS = re.compile(
    r"https?://(?:docs\.kernel\.org|(?:www\.)?kernel\.org/doc/html/(?:latest|next))/"
    r"(?P<name>[\w/.,-]+)\.html\b"
)
_FOOTNOTE = re.compile(r"\[\d+\]")
_SUFFIXES = (".rst", ".txt", ".yaml", ".md")
#: What makes a name a pattern, or one that the reader is to complete.
_OPEN_END = tuple("{<*[?$%#\\")
_NOT_READ = re.compile(
    r"(?:^|/)(?:\.|Makefile|Kbuild)|\.(?:sh|py|pl|orig|rej|patch|diff)$|^Next/|-ref-check$"
)
_PLACEHOLDER = re.compile(r"\b(?:foo|bar|baz|example|xxx+|yyy+)\b|\.\.|^Documentation/output\b")
_LISTED = re.compile(r"[FX]:\s")


def named(path: str, line: str) -> Iterator[str]:
    """The files and folders of Documentation that a line of the file ``path`` certainly names."""
    if ROOT not in line:
        return
    for match in _PATH.finditer(line):
        name, after = match[0], line[match.end() :]
        if after.startswith(_OPEN_END) and not (_FOOTNOTE.match(after) or after.startswith("*/")):
            continue
        name = name.rstrip(".,-=+~@")
        known = name.endswith((*_SUFFIXES, "/")) or name.startswith(f"{ROOT}/ABI/")
        if not known and not (path == "MAINTAINERS" and _LISTED.match(line)):
            continue
        if len(name) > len(f"{ROOT}/") and not _PLACEHOLDER.search(name):
            yield name.rstrip("/")


def findings(applied: AppliedSeries, edits: Sequence[Edit], cache: Path) -> list[Finding]:
    """Paths that the series writes down and that are not there, and those of documents that it
    moves or removes while other files go on naming them."""
    new = _written(applied, edits)
    return [*new, *_left_behind(applied, edits, cache, {(f.path, f.line) for f in new})]


def _finding(rule: str, patch: int, path: str, line: int, message: str) -> Finding:
    return Finding(CHECKER, rule, Severity.WARNING, path, line, message, patch=patch)


def _written(applied: AppliedSeries, edits: Sequence[Edit]) -> list[Finding]:
    places: dict[str, list[tuple[Edit, int]]] = {}
    addresses: dict[str, list[tuple[Edit, int]]] = {}
    for edit in edits:
        if _NOT_READ.search(edit.path):
            continue
        for number, line in edit.added:
            for name in named(edit.path, line):
                places.setdefault(name, []).append((edit, number))
            for match in _ADDRESS.finditer(line):
                addresses.setdefault(match["name"], []).append((edit, number))
    if not places and not addresses:
        return []
    head = applied.head
    documents = {name: f"{ROOT}/{name}.rst" for name in addresses}
    there = head.read_many(sorted({*places, *documents.values()}))
    gone = [p for p in places if p not in there and head.object_id(p) is None]
    redirected = [name for name, path in documents.items() if path not in there]
    if not gone and not redirected:
        return []
    moved = _moved(applied)
    before = _names_taken_away(edits)
    found = []
    for name in gone:
        # Of a name that stood elsewhere before, it is not new that it names nothing.
        if name in before and applied.base.object_id(name) is None:
            continue
        for edit, number in places[name]:
            if not _beside(head, edit.path, name) and _still(edits, edit, name):
                text = _says_missing(name, moved)
                found.append(_finding(MISSING, edit.patch, edit.path, number, text))
    for name in redirected:
        if (new := moved.get(name)) and f"{name}.html" not in before:
            text = f"{name}.html is reached through a redirect only: the document is {new}.html now"
            for edit, number in addresses[name]:
                found.append(_finding(REDIRECT, edit.patch, edit.path, number, text))
    return found


def _says_missing(name: str, moved: dict[str, str]) -> str:
    new = moved.get(name.removeprefix(f"{ROOT}/").removesuffix(".rst"))
    return f"{name} does not exist" + (f": it is {ROOT}/{new}.rst now" if new else "")


def _moved(applied: AppliedSeries) -> dict[str, str]:
    """Former names of documents with those that they have after the series."""
    moved: dict[str, str] = {}
    for line in (applied.head.read(RENAMES) or b"").decode("utf-8", "replace").splitlines():
        old, _, new = line.partition(" ")
        moved[old] = new.strip()
    for step in applied.steps:
        for change in step.changes:
            pair = [p for p in change.paths if p.startswith(f"{ROOT}/") and p.endswith(".rst")]
            if change.old and change.new and len(pair) == 2:
                old, new = (p.removeprefix(f"{ROOT}/").removesuffix(".rst") for p in pair)
                moved = {name: new if at == old else at for name, at in moved.items()} | {old: new}
    return moved


def _names_taken_away(edits: Iterable[Edit]) -> set[str]:
    """What the series' removed lines name."""
    found: set[str] = set()
    for edit in edits:
        for line in edit.removed:
            found.update(named(edit.path, line))
            found.update(f"{match['name']}.html" for match in _ADDRESS.finditer(line))
    return found


def _beside(head: Snapshot, path: str, name: str) -> bool:
    """Whether a folder above ``path`` has a Documentation folder with it, as those of tools/."""
    folders = [str(folder) for folder in PurePosixPath(path).parents if str(folder) != "."]
    return bool(head.object_ids(f"{folder}/{name}" for folder in folders))


def _still(edits: Iterable[Edit], edit: Edit, name: str) -> bool:
    """Whether the file says so still when all patches are applied."""
    later = [e for e in edits if e.state > edit.state and e.path == edit.path]
    return not later or name.encode() in (later[-1].after or b"")


def _left_behind(
    applied: AppliedSeries, edits: Sequence[Edit], cache: Path, said: Collection[tuple[str, int]]
) -> list[Finding]:
    """What the tree still says of documents that the series takes away."""
    taken: dict[str, int] = {}
    for edit in edits:
        if (
            edit.old
            and edit.old.startswith(f"{ROOT}/")
            and (edit.after is None or edit.old != edit.path)
        ):
            taken[edit.old] = edit.patch
    there = applied.head.read_many(taken)
    taken = {path: patch for path, patch in taken.items() if path not in there}
    if not taken:
        return []
    for path, patch in list(taken.items()):
        for folder in map(str, PurePosixPath(path).parents):
            if folder == ROOT or applied.head.object_id(folder):
                break
            taken[folder] = patch
    index = _index(applied.base, cache)
    moved = _moved(applied)
    found = []
    seen: set[tuple[str, int]] = set(said)
    for name, patch in taken.items():
        for path, number in index.get(name, ()):
            for where, line in _now(path, number, name, edits):
                if (where, line) not in seen:
                    seen.add((where, line))
                    text = _says_missing(name, moved)
                    found.append(_finding(MISSING, patch, where, line, text))
    return found


def _now(path: str, number: int, name: str, edits: Iterable[Edit]) -> list[tuple[str, int]]:
    """Where a line of the base that names a document stands after the series."""
    last = None
    for edit in edits:
        if path in (edit.old, edit.path):
            path, last = edit.path, edit
    if last is None:
        return [(path, number)]
    lines = (last.after or b"").decode("utf-8", "replace").split("\n")
    return [(path, n) for n, line in enumerate(lines, 1) if name in named(path, line)]


def _index(base: Snapshot, cache: Path) -> dict[str, list[tuple[str, int]]]:
    """Where in the base each path below Documentation is named; kept by the id of the commit."""
    kept = Kept(cache / "mentions")
    key = f"{_VERSION} {base.commit}"
    index: dict[str, list[tuple[str, int]]] | None = kept.load(key)
    if index is None:
        index = {}
        for path, number, line in base.lines_with(f"{ROOT}/"):
            if not _NOT_READ.search(path):
                for name in named(path, line.decode("utf-8", "replace")):
                    index.setdefault(name, []).append((path, number))
        kept.save(key, index)
    return index
