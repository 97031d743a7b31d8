# SPDX-License-Identifier: GPL-2.0-or-later
"""Patches as diffs with the findings at their lines."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ...model import Finding, Patch
from ..quoting import Quoted, body, hunks, shown_line

_KINDS = {"+": "add", "-": "del", "\\": "end"}
_START = re.compile(r"@@ -(\d+)")
#: The header of a file in a diff, up to its first hunk.
_HEADER = re.compile(r"(?m)^diff --git (.*\n(?:(?!diff --git |@@ |-- $).+\n)*)")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a diff: its kind, its numbers before and after, and what was found there."""

    kind: str
    old: int | None
    new: int | None
    text: str
    findings: tuple[Finding, ...] = ()


@dataclass
class File:
    """A file of a diff: its hunks, each the ``@@`` line and the lines below it."""

    path: str
    hunks: list[tuple[str, list[Line]]] = field(default_factory=list)
    added: int = 0
    removed: int = 0
    found: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """A patch to show. ``headers`` are those of files without a hunk, such as of a rename;
    ``apart`` are findings on no line of the diff."""

    patch: Patch
    message: str
    files: tuple[File, ...]
    headers: tuple[str, ...]
    apart: tuple[Finding, ...]
    found: int


def show(patch: Patch, findings: Sequence[Finding]) -> Shown:
    """One patch; ``findings`` are the new ones that it brings."""
    text = body(patch.mail).replace("\r\n", "\n")
    left: defaultdict[tuple[str, int], list[Finding]] = defaultdict(list)
    for finding in findings:
        left[finding.path, shown_line(finding)].append(finding)
    files: dict[str, File] = {}
    for hunk in hunks(text):
        file = files.setdefault(hunk.path, File(hunk.path))
        lines = list(_lines(hunk, left))
        file.hunks.append((hunk.heading, lines))
        file.added += sum(line.kind == "add" for line in lines)
        file.removed += sum(line.kind == "del" for line in lines)
        file.found += sum(len(line.findings) for line in lines)
    apart = tuple(finding for some in left.values() for finding in some)
    headers = tuple(_without_hunks(text))
    return Shown(patch, _message(text), tuple(files.values()), headers, apart, len(findings))


def _message(text: str) -> str:
    """What stands before the diff, without the notes below ``---``."""
    return re.split(r"(?m)^(?:---(?: |$)|diff --git )", text, maxsplit=1)[0].strip("\n")


def _lines(hunk: Quoted, left: dict[tuple[str, int], list[Finding]]) -> Iterator[Line]:
    start = _START.match(hunk.heading)
    old = int(start[1]) if start else 0
    for text, new in hunk.lines:
        kind = _KINDS.get(text[:1], "same")
        here = tuple(left.pop((hunk.path, new), ())) if new is not None else ()
        shown = old if kind in ("same", "del") else None
        old += shown is not None
        yield Line(kind, shown, new, text, here)


def _without_hunks(text: str) -> Iterator[str]:
    for found in _HEADER.finditer(text):
        if not text.startswith("@@ ", found.end()):
            yield found[1].strip()
