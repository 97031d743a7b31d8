# SPDX-License-Identifier: GPL-2.0-or-later
"""Compare the new findings of two runs, wherever their lines went."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from .model import Finding, Report, State, Status

_Key = tuple[str, str, str, str]
_Check = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """New findings of the older run that are gone, of the newer that are new, and of both.

    ``only_old`` and ``only_new`` are checks that gave a result in one run alone: their findings
    are neither gone nor new.
    """

    gone: tuple[Finding, ...]
    new: tuple[Finding, ...]
    still: tuple[Finding, ...]
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]


def compare(old: Report, new: Report) -> Comparison:
    """A finding is the same if checker, rule, path and what the message says are; each counts
    once, so that of two equal ones one can be gone."""
    before, after = _checks(old), _checks(new)
    common = before & after
    left = Counter(_key(finding) for finding in _findings(old, common))
    added: list[Finding] = []
    still: list[Finding] = []
    for finding in _findings(new, common):
        key = _key(finding)
        (still if left[key] else added).append(finding)
        left[key] -= left[key] > 0
    gone = []
    for finding in reversed(_findings(old, common)):
        if left[_key(finding)] > 0:
            left[_key(finding)] -= 1
            gone.append(finding)
    names = [tuple(sorted(name for _, name in one)) for one in (before - after, after - before)]
    return Comparison(tuple(reversed(gone)), tuple(added), tuple(still), *names)


def _checks(report: Report) -> set[_Check]:
    """The checks with a result; what the series does not concern has none of its findings."""
    return {(o.checker, o.check) for o in report.outcomes if o.status is not Status.ERROR}


def _findings(report: Report, checks: set[_Check]) -> list[Finding]:
    return [
        finding
        for outcome in report.outcomes
        if (outcome.checker, outcome.check) in checks
        for finding in outcome.findings
        if finding.state is State.NEW
    ]


def _key(finding: Finding) -> _Key:
    return finding.checker, finding.rule, finding.path, finding.key
