# SPDX-License-Identifier: GPL-2.0-or-later
"""What b4 0.16 takes from an external check.

``b4.review-series-check-cmd`` and ``b4.review-perpatch-check-cmd`` read a JSON list of results,
each with ``tool``, ``status`` (pass, warn, fail), ``summary``, ``url`` and ``details``, which may
be JSON itself (b4.review.checks). ``b4.prep-perpatch-check-cmd`` reads lines: one that has
``ERROR:`` in it is a failure, any other a warning, none at all is success
(b4.LoreMessage.run_local_check).
"""

from __future__ import annotations

import json
from typing import Any

from ..model import Finding, Report, State, Status, Verdict
from .inert import printable
from .matrix import checkers


def review(report: Report) -> str:
    """A result a checker; no verdict is a failure, as b4 has it with commands that fail."""
    results = [_result(report, name) for name in checkers(report) if _ran(report, name)]
    if report.verdict is Verdict.NONE or not results:
        reason = f"no verdict: {report.reason or 'nothing was checked'}"
        results.insert(0, {"tool": "verify-series", "status": "fail", "summary": printable(reason)})
    return json.dumps(results, indent=2, ensure_ascii=True) + "\n"


def prep(report: Report, patch: int) -> str:
    """A line a new finding of one patch."""
    lines = [_line(report, finding) for finding in report.new if finding.patch == patch]
    if report.verdict is Verdict.NONE:
        lines.append(f"ERROR: no verdict: {printable(report.reason)}")
    return "".join(f"{line}\n" for line in lines)


def _ran(report: Report, checker: str) -> bool:
    statuses = {o.status for o in report.outcomes if o.checker == checker}
    return statuses != {Status.SKIP}


def _result(report: Report, checker: str) -> dict[str, Any]:
    mine = [o for o in report.outcomes if o.checker == checker and o.status is not Status.SKIP]
    new = [f for o in mine for f in o.findings if f.state is State.NEW]
    failed = [f"could not be checked: {o.reason}" for o in mine if o.status is Status.ERROR]
    gating = [f for f in new if f.severity in report.gates]
    status = "fail" if gating or failed else "warn" if new else "pass"
    count = f"{len(new)} new finding{'s' * (len(new) != 1)}"
    summary = failed[0] if failed else count if new else "nothing new"
    details = [
        {
            "context": f"patch {finding.patch}" if finding.patch else "series",
            "status": "fail" if finding in gating else "warn",
            "state": str(finding.severity),
            "description": printable(str(finding)),
        }
        for finding in new
    ]
    result = {
        "tool": f"verify-series {checker}",
        "status": status,
        "summary": printable(summary),
    }
    return {**result, "details": json.dumps(details)} if details else result


def _line(report: Report, finding: Finding) -> str:
    text = printable(str(finding))
    if finding.severity in report.gates:
        return f"ERROR: {text}"
    return f"WARNING: {text.replace('ERROR:', 'ERROR')}"
