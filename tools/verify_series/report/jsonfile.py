# SPDX-License-Identifier: GPL-2.0-or-later
"""The report as JSON, for scripts: Documentation/report.schema.json says what each key means.

``format`` is raised when a key changes its meaning or goes away.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ..model import Outcome, Report, Series, State, Verdict

FORMAT = 1


def render(reports: Sequence[Report], skipped: Sequence[tuple[str, str]], result: Verdict) -> str:
    """One series gives its object; several give ``reports``, with ``skipped`` (name, reason)."""
    content: dict[str, Any]
    if len(reports) == 1 and not skipped:
        content = _report(reports[0])
    else:
        content = {
            "format": FORMAT,
            "verdict": result,
            "exit_code": result.exit_code,
            "reports": [_report(report) for report in reports],
            "skipped": [{"name": name, "reason": reason} for name, reason in skipped],
        }
    return json.dumps(content, indent=2, ensure_ascii=True) + "\n"


def keep(report: Report) -> str:
    """One report with the mails it is about, and what can be drawn, for :func:`reading.read` to
    give back whole."""
    content = _report(report)
    for entry, outcome in zip(content["outcomes"], report.outcomes, strict=True):
        entry["exhibits"] = [
            {"kind": type(exhibit).__name__, **asdict(exhibit)} for exhibit in outcome.exhibits
        ]
    for entry, patch in zip(
        content["series"]["patches"] if content["series"] else (),
        report.series.patches if report.series else (),
        strict=True,
    ):
        entry["mail"] = base64.b64encode(patch.mail).decode("ascii")
    return json.dumps(content, ensure_ascii=True) + "\n"


def _report(report: Report) -> dict[str, Any]:
    base = report.base
    return {
        "format": FORMAT,
        "verdict": report.verdict,
        "exit_code": report.verdict.exit_code,
        "reason": report.reason,
        "source": report.source,
        "tree": report.tree,
        "series": _series(report.series) if report.series else None,
        "base": {
            "tree": report.tree,
            "commit": base.commit,
            "name": base.name,
            "rewound": base.rewound,
            "attempts": base.attempts,
        }
        if base
        else None,
        "outcomes": [_outcome(outcome) for outcome in report.outcomes],
        "gates": sorted(report.gates),
        "versions": dict(report.versions),
        "seconds": report.seconds,
    }


def _series(series: Series) -> dict[str, Any]:
    return {
        "message_id": series.message_id,
        "subject": series.subject,
        "author": series.author,
        "revision": series.revision,
        "expected": series.expected,
        "picked": series.picked,
        "base_commit": series.base_commit,
        "newer": series.newer,
        "newer_detail": series.newer_detail,
        "source": series.source,
        "notes": series.notes,
        "letter": asdict(series.letter) if series.letter else None,
        "patches": [
            {
                "number": patch.number,
                "message_id": patch.message_id,
                "subject": patch.subject,
                "author": patch.author,
                "attestation": patch.attestation,
                "attestation_detail": patch.attestation_detail,
                "trailers": patch.trailers,
            }
            for patch in series.patches
        ],
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "checker": outcome.checker,
        "check": outcome.check,
        "status": outcome.status,
        "reason": outcome.reason,
        "examined": outcome.examined,
        "new": outcome.count(State.NEW),
        "existing": outcome.count(State.EXISTING),
        "fixed": outcome.count(State.FIXED),
        "seconds": outcome.seconds,
        "command": outcome.command,
        "notes": outcome.notes,
        "versions": dict(outcome.versions),
        "findings": [
            {
                "rule": finding.rule,
                "severity": finding.severity,
                "path": finding.path,
                "line": finding.line,
                "message": finding.message,
                "identity": finding.key,
                "patch": finding.patch,
                "state": finding.state,
            }
            for finding in outcome.findings
        ],
    }
