# SPDX-License-Identifier: GPL-2.0-or-later
"""Tell new findings from old ones: carry them through the diffs, patch by patch."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from .model import AppliedSeries, Finding, Hunk, State

#: Line of a carried finding whose own line the patch removed or replaced.
_GONE = -1


def carry_line(line: int, hunks: Sequence[Hunk]) -> int | None:
    """The line number after a diff; None where the line itself was removed or replaced."""
    shift = 0
    for hunk in hunks:
        if hunk.old_count == 0:  # an insertion behind old_start
            if line <= hunk.old_start:
                break
        elif line < hunk.old_start:
            break
        elif line < hunk.old_start + hunk.old_count:
            return None
        shift += hunk.new_count - hunk.old_count
    return line + shift


@dataclass(frozen=True, slots=True)
class _Known:
    """A finding of the current tree. ``base`` is the same one in the base; None if it is new."""

    now: Finding
    base: Finding | None


def _carry(finding: Finding, by_old: Mapping[str, tuple[str, tuple[Hunk, ...]]]) -> Finding:
    if finding.path not in by_old:
        return finding
    new, hunks = by_old[finding.path]
    line = carry_line(finding.line, hunks) if finding.line else 0
    return replace(finding, path=new, line=_GONE if line is None else line)


def _match(
    known: Sequence[_Known], after: Sequence[Finding]
) -> tuple[list[_Known], list[_Known], list[Finding]]:
    """Pair findings before and after a patch, as multisets: (stayed, gone, new).

    First the same message at the same line, then the same message anywhere in the file: a
    warning whose line was edited is still the same warning.
    """
    stayed: list[_Known] = []
    gone, new = list(known), list(after)
    for exact in (True, False):
        stock: defaultdict[tuple[object, ...], deque[_Known]] = defaultdict(deque)
        for one in gone:
            stock[_identity(one.now, exact)].append(one)
        left: list[Finding] = []
        for finding in new:
            same = stock[_identity(finding, exact)]
            if same:
                stayed.append(_Known(finding, same.popleft().base))
            else:
                left.append(finding)
        new, gone = left, [one for rest in stock.values() for one in rest]
    return stayed, gone, new


def _identity(finding: Finding, exact: bool) -> tuple[object, ...]:
    line = finding.line if exact else None
    return (finding.checker, finding.rule, finding.severity, finding.path, finding.key, line)


def classify(applied: AppliedSeries, states: Sequence[Sequence[Finding]]) -> tuple[Finding, ...]:
    """Findings of the base and after each patch, as new, existing and fixed ones.

    ``states[0]`` belongs to the base, ``states[n]`` to the tree after the n-th patch; all places
    are those of their own tree. A finding that a patch brings in is new and carries that patch's
    number, also where a later patch takes it away again (a bisect would stop there); one that
    the base had and the head still has is existing, at its place in the head; one that the base
    had and the series removes is fixed, and keeps its place in the base.
    """
    if len(states) != len(applied.steps) + 1:
        raise ValueError(f"{len(states)} states for {len(applied.steps)} patches")
    result: list[Finding] = []
    known = [_Known(finding, finding) for finding in states[0]]
    for step, after in zip(applied.steps, states[1:], strict=True):
        by_old = {old: (new, hunks) for new, (old, hunks) in step.hunks.items()}
        carried = [_Known(_carry(one.now, by_old), one.base) for one in known]
        stayed, gone, new = _match(carried, after)
        number = step.patch.number
        result += [replace(f, patch=number, state=State.NEW) for f in new]
        result += [replace(one.base, patch=number, state=State.FIXED) for one in gone if one.base]
        known = stayed + [_Known(finding, None) for finding in new]
    result += [replace(one.now, patch=None, state=State.EXISTING) for one in known if one.base]
    return tuple(result)
