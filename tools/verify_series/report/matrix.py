# SPDX-License-Identifier: GPL-2.0-or-later
"""What formats for people show of a report: headline, matrix, groups of findings."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Finding, Report, State, Status, Verdict

HEADLINE = {Verdict.PASS: "PASS", Verdict.FAIL: "FAIL", Verdict.NONE: "NO VERDICT"}


def checkers(report: Report) -> list[str]:
    """The checkers that have an outcome, in order."""
    return list(dict.fromkeys(outcome.checker for outcome in report.outcomes))


def cell(report: Report, checker: str, patch: int) -> str:
    """What a checker says of a patch: ok, FAIL, warn (does not gate), - (skipped), ? (error)."""
    mine = [outcome for outcome in report.outcomes if outcome.checker == checker]
    statuses = {outcome.status for outcome in mine}
    new = [f for o in mine for f in o.findings if f.state is State.NEW and f.patch == patch]
    if any(finding.severity in report.gates for finding in new):
        return "FAIL"
    if Status.ERROR in statuses:
        return "?"
    if new:
        return "warn"
    return "-" if statuses == {Status.SKIP} else "ok"


def bare(subject: str) -> str:
    """A subject without its [PATCH ...] in front."""
    return (
        subject.split("]", 1)[1].strip() if subject.startswith("[") and "]" in subject else subject
    )


def groups(report: Report) -> Iterator[tuple[str, list[Finding]]]:
    """The findings to show, under a title each; existing ones are only counted."""
    gating = list(report.gating)
    if gating:
        yield "New findings", gating
    shown = [f for f in report.new if f not in gating]
    if shown:
        yield "New, but they do not gate (--strict)", shown
    fixed = [f for o in report.outcomes for f in o.findings if f.state is State.FIXED]
    if fixed:
        yield "Fixed by the series", fixed
