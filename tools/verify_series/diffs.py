# SPDX-License-Identifier: GPL-2.0-or-later
"""Read what each commit changed: paths, renames and hunks, from two runs of git diff-tree."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from .model import Change, Hunk, Patch, Snapshot, Step
from .store import Store

_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPES = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, '"': 34, "\\": 92}


def unquote(path: str) -> str:
    """A path as git prints it: in double quotes with C escapes where it is unusual (git-config(1),
    core.quotePath)."""
    if not (len(path) > 1 and path[0] == path[-1] == '"'):
        return path

    def byte(found: re.Match[str]) -> str:
        code = int(found[1], 8) if found[1][0].isdigit() else _ESCAPES[found[1]]
        return chr(code)

    inner = path[1:-1].encode("utf-8", "surrogateescape").decode("latin-1")
    return os.fsdecode(re.sub(r'\\([0-3][0-7]{2}|[abtnvfr"\\])', byte, inner).encode("latin-1"))


def read_steps(store: Store, patches: Sequence[Patch], commits: Sequence[str]) -> tuple[Step, ...]:
    """A Step for each patch and the commit made of it; rename detection as ``git diff -M``."""
    asked = "".join(f"{commit}\n" for commit in commits).encode()
    common = ("diff-tree", "--stdin", "-r", "-M", "--no-ext-diff", "--no-textconv", "--no-color")
    raw = store.must(*common, "--raw", "-z", stdin=asked)
    text = store.must(*common, "-p", "-U0", stdin=asked)
    changes = _changes(raw, commits)
    hunks = _hunks(text, commits)
    steps = []
    for patch, commit in zip(patches, commits, strict=True):
        pairs = zip(changes[commit], hunks[commit], strict=True)
        moved = {c.new: (c.old, h) for c, h in pairs if c.new and c.old}
        steps.append(Step(patch, Snapshot(commit, store), tuple(changes[commit]), moved))
    return tuple(steps)


def _changes(raw: bytes, commits: Sequence[str]) -> dict[str, list[Change]]:
    """git-diff-tree(1), "Raw output format", with -z: ``:modes ids STATUS NUL path [NUL path]``."""
    found: dict[str, list[Change]] = {commit: [] for commit in commits}
    fields = iter(raw.split(b"\0"))
    current: list[Change] = []
    for field in fields:
        if not field.startswith(b":"):
            current = found.get(field.decode("ascii", "replace"), [])
            continue
        status = field.rsplit(b" ", 1)[1][:1]
        first = os.fsdecode(next(fields))
        if status in (b"R", b"C"):
            current.append(Change(first, os.fsdecode(next(fields))))
        else:
            current.append(
                Change(None if status == b"A" else first, None if status == b"D" else first)
            )
    return found


def _hunks(text: bytes, commits: Sequence[str]) -> dict[str, list[tuple[Hunk, ...]]]:
    """The hunks of each file, in the order of the raw output: one list entry a file.

    A file that becomes a symbolic link, or the other way round, is one entry of the raw output
    and two diffs under the same header: it goes and comes.
    """
    found: dict[str, list[tuple[Hunk, ...]]] = {commit: [] for commit in commits}
    current: list[tuple[Hunk, ...]] = []
    header = b""
    for line in text.split(b"\n"):
        # Content lines begin with +, - or a backslash, so these can only be headers.
        if line.startswith(b"diff --git "):
            if line != header:
                current.append(())
            header = line
        elif match := _HUNK.match(line):
            start, count, new_start, new_count = match.groups()
            hunk = Hunk(int(start), int(count or 1), int(new_start), int(new_count or 1))
            current[-1] += (hunk,)
        elif (commit := line.decode("ascii", "replace")) in found:
            current, header = found[commit], b""
    return found
