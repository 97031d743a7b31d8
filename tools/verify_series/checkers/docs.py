# SPDX-License-Identifier: GPL-2.0-or-later
"""Documents that the series touches, or can break, read as ``make htmldocs`` reads them.

Sphinx runs with the base tree's own Documentation/conf.py, extensions and kernel-doc, on the base
and on the tree after every patch that changes something. All other documents and labels are known
but not read, so that references, toctrees and includes resolve as in a full build. Whatever a
full build would warn about is an error.

Bad, where the tree has no Documentation/userspace-api/check_exec.rst:

    See :doc:`/userspace-api/check_exec` for the ``AT_EXECVE_CHECK`` flag.

    Documentation/admin-guide/LSM/ipe.rst:99: unknown document: '/userspace-api/check_exec'

Good: the document is there, or a patch of the series adds it together with its toctree entry.

What a full build is silent about is a warning and does not gate:

    kernel-doc-w1         kernel-doc of a touched source, as "kernel-doc -none" (make W=1) says it
    kernel-doc-unknown    a directive asks for what no comment of its source documents
    path-missing          a text names a file below Documentation that is not there, or not any more
    redirect              an address of docs.kernel.org under which a document stood before
    stale-title           a :doc: reference shows the title that a document had before
    undocumented-...      a new parameter, sysctl, ioctl or file of sysfs that no document names
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..cache import root
from ..carry import classify
from ..docs import beyond, circles, doubt, requirements, scan, scope, unshown
from ..docs.reader import Reader, Warning_, reading
from ..docs.scan_kept import scan_tree
from ..docs.warnings import STOPS, finding, is_anonymous, unique
from ..model import (
    AppliedSeries,
    CheckError,
    Document,
    Examined,
    Finding,
    Snapshot,
    State,
    UserError,
)
from ..sandbox import shelter

NAME = "docs"

_NOTHING = "the series touches no document, nothing that a document shows, and no kernel-doc"
_QUOTED = re.compile(r"""['"]([^'"]+)['"]""")


@dataclass(frozen=True, slots=True)
class Spec:
    """Nothing can be set: which documents are read follows from the series."""


def parse(table: Mapping[str, Any]) -> Spec:
    """The table of a profile; it must be empty. Raises UserError for any key."""
    if table:
        raise UserError(f"docs: unknown key {min(table)!r}: this check has no settings")
    return Spec()


def run(applied: AppliedSeries, spec: Spec) -> Examined:
    """Read the documents in scope on the base and after each patch.

    Counts documents. Raises CheckError where the tree or Sphinx does not let them be read.
    """
    cache = root() / NAME
    base = applied.base
    if base.object_id(scan.ROOT) is None and not any(map(scan.is_document, applied.paths)):
        return Examined(0, skip=f"the tree has no {scan.ROOT}")
    found = scope.find(applied, scan_tree(base, cache), scan.other_documents(base))
    if not found.documents:
        read, more = beyond.look(applied, found, cache, ())
        skip = "" if read else _NOTHING
        return Examined(len(read), more, skip=skip, notes=_notes(applied, {}, ran=bool(read)))
    hide, hidden = unshown.find(applied, found), None
    while hide != hidden:
        hidden = hide
        findings, versions, drawn = _judge(applied, found, cache, hidden)
        hide = doubt.still_unshown(findings, hidden, found)
    for stop in findings:
        if stop.rule == STOPS and stop.state is State.EXISTING:
            raise CheckError(
                f"{stop.path} cannot be read, with or without the series: {stop.message}"
            )
    read, more = beyond.look(applied, found, cache, findings)
    examined = len(found.documents | read)
    return Examined(
        examined,
        findings + more,
        notes=_notes(applied, versions, ran=True),
        versions=versions,
        exhibits=drawn,
    )


def _judge(
    applied: AppliedSeries, found: scope.Scope, cache: Path, hidden: unshown.Unshown
) -> tuple[tuple[Finding, ...], dict[str, str], tuple[Document, ...]]:
    with reading(applied.base, found, cache, hidden) as reader:
        states = _states(applied, found, reader)
        drawn = tuple(_drawn(found, reader.drawn))
        return classify(applied, states), dict(reader.versions), drawn


def _drawn(found: scope.Scope, states: Mapping[int, Mapping[str, str]]) -> Iterator[Document]:
    """The touched documents as they were and as they will be."""
    last = len(found.libraries) - 1
    for path in sorted(found.documents & found.touched):
        name = scan.document_name(path)
        after = [state[name] for _, state in sorted(states.items()) if name in state]
        here = found.libraries[last].scan(path) is not None and after
        before = states.get(0, {}).get(name, "")
        if before or here:
            yield Document(path, before, after[-1] if here else "")


def _states(applied: AppliedSeries, found: scope.Scope, reader: Reader) -> list[list[Finding]]:
    """The findings of the base and of the tree after each patch."""
    states: list[list[Finding]] = []
    by_document: dict[str, list[Finding]] = {}
    between: list[Finding] = []
    for number, snapshot in enumerate(applied.snapshots):
        if number:
            reader.next_state(applied.steps[number - 1].paths)
        affected = found.affected[number]
        if affected:
            said, checks = reader.state(number)
            for path in sorted(affected):
                by_document[path] = _findings(said.get(path, []), reader, snapshot)
            between = _findings([*checks, *_round(found, number)], reader, snapshot)
        states.append(unique([*(f for some in by_document.values() for f in some), *between]))
    return states


def _round(found: scope.Scope, number: int) -> Iterator[Warning_]:
    for path, way in circles.circles(found, number):
        said = f"a full build stops here: the toctrees lead round, {way}"
        yield path, "CRITICAL", "", "stop", said


def _findings(warnings: list[Any], reader: Reader, snapshot: Snapshot) -> list[Finding]:
    result = []
    for document, _, location, kind, text in warnings:
        made = finding(document, location, kind, text, tree=str(reader.tree))
        if made:
            tell = _told_apart if is_anonymous(made) else _placed
            result.append(tell(made, snapshot))
    return result


def _placed(found: Finding, snapshot: Snapshot) -> Finding:
    """Say on which line of a paragraph the name stands: Sphinx gives the paragraph's first line."""
    name = _QUOTED.search(found.message)
    lines = (snapshot.read(found.path) or b"").split(b"\n") if name and found.line else []
    for number, line in enumerate(lines[max(0, found.line - 1) :], found.line):
        if not line.strip():
            break
        if name and name[1].encode() in line:
            if number == found.line:
                break
            message = f"{found.message} (on line {number})"
            return replace(found, message=message, identity=found.key)
    return found


def _told_apart(found: Finding, snapshot: Snapshot) -> Finding:
    """Make the text of the line part of what the finding is: its message fits many lines."""
    lines = (snapshot.read(found.path) or b"").split(b"\n")
    if not 0 < found.line <= len(lines):
        return found
    text = b" ".join(lines[found.line - 1].split()).decode("utf-8", "replace")
    return replace(found, identity=f"{found.key} | {text}")


def _notes(applied: AppliedSeries, versions: Mapping[str, str], *, ran: bool) -> tuple[str, ...]:
    """What the reader should know: programs that are not what the tree asks for, and those that
    ran without a sandbox."""
    notes = []
    wanted = (applied.base.read(requirements.PATH) or b"").decode("utf-8", "replace")
    for ours, asked in requirements.refused(wanted, versions):
        notes.append(f"{ours} read the documents, but {requirements.PATH} asks for {asked}")
    if ran and (said := shelter("perl").said):
        notes.append(f"the base's documentation build: {said}")
    return tuple(notes)
