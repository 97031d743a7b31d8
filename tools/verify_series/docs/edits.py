# SPDX-License-Identifier: GPL-2.0-or-later
"""What each patch does to each file, as text: the files before and after, and the lines it adds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ..model import AppliedSeries, Hunk


@dataclass(frozen=True)
class Edit:
    """One file of one patch. ``before`` is None for a new file, ``after`` for a removed one;
    ``path`` is its name afterwards, or the name that it had."""

    patch: int
    state: int
    old: str | None
    path: str
    before: bytes | None
    after: bytes | None
    hunks: tuple[Hunk, ...]

    @cached_property
    def added(self) -> list[tuple[int, str]]:
        """The lines that the patch brings in, with their numbers."""
        if self.after is None or b"\0" in self.after:
            return []
        lines = self.after.decode("utf-8", "replace").split("\n")
        if self.before is None:
            return list(enumerate(lines, 1))
        numbers = (n for h in self.hunks for n in range(h.new_start, h.new_start + h.new_count))
        return [(n, lines[n - 1]) for n in numbers if n <= len(lines)]

    @cached_property
    def removed(self) -> list[str]:
        """The lines that the patch takes away."""
        lines = (self.before or b"").decode("utf-8", "replace").split("\n")
        if self.after is None:
            return lines
        return [line for h in self.hunks for line in lines[h.old_start - 1 :][: h.old_count]]


def read_edits(applied: AppliedSeries) -> list[Edit]:
    """Every file of every patch, in order; each text is read once."""
    return list(_edits(applied))


def _edits(applied: AppliedSeries) -> Iterator[Edit]:
    first = [path for path in applied.paths if path]
    texts = applied.base.read_many(sorted(first))
    for state, step in enumerate(applied.steps, 1):
        now = step.snapshot.read_many(sorted(c.new for c in step.changes if c.new))
        for change in step.changes:
            path = change.new or change.old or ""
            before = texts.get(change.old) if change.old else None
            after = now.get(change.new) if change.new else None
            _, hunks = step.hunks.get(path, ("", ()))
            yield Edit(step.patch.number, state, change.old, path, before, after, hunks)
        for change in step.changes:
            if change.old and change.old != change.new:
                texts.pop(change.old, None)
        texts |= now
