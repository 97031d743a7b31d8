# SPDX-License-Identifier: GPL-2.0-or-later
"""SARIF 2.1.0 (OASIS, errata 01), as GitHub's and GitLab's code scanning read it.

Only new findings are results: a consumer raises an alert for each. What was there before and what
the series repairs stands in the JSON report.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .. import __version__
from .. import rules as texts
from ..model import Finding, Report, Status, Verdict
from .inert import printable, uri

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


@dataclass(frozen=True, slots=True)
class Run:
    """What becomes one run of the log.

    ``category`` tells it from other runs of the same tool (automationDetails.id), ``failures``
    are sentences about what could not be examined, and ``exit_code`` is the command's.
    """

    category: str
    findings: Sequence[Finding]
    failures: Sequence[str] = ()
    exit_code: int = 0


def render(reports: Sequence[Report], skipped: Sequence[tuple[str, str]], result: Verdict) -> str:
    """One run a series."""
    return log([_run(report) for report in reports])


def log(runs: Iterable[Run], *, tool: str = "verify-series", version: str = __version__) -> str:
    """The log of some runs; every rule that a finding names is described from rules.py."""
    content = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [_content(run, tool, version) for run in runs],
    }
    return json.dumps(content, indent=2, ensure_ascii=True) + "\n"


def _run(report: Report) -> Run:
    failures = [f"{o.check}: {o.reason}" for o in report.outcomes if o.status is Status.ERROR]
    if report.verdict is Verdict.NONE and not failures:
        failures = [report.reason]
    name = report.series.message_id if report.series else report.source
    return Run(name, report.new, failures, report.verdict.exit_code)


def _content(run: Run, tool: str, version: str) -> dict[str, Any]:
    ids = sorted({_id(finding) for finding in run.findings})
    return {
        "tool": {
            "driver": {
                "name": tool,
                "version": version,
                "rules": [_rule(rule_id) for rule_id in ids],
            }
        },
        "automationDetails": {"id": f"{tool}/{uri(printable(run.category))}/"},
        "invocations": [
            {
                "executionSuccessful": not run.failures,
                "exitCode": run.exit_code,
                "toolExecutionNotifications": [
                    {"level": "error", "message": _message(failure)} for failure in run.failures
                ],
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, ids) for finding in run.findings],
    }


def _id(finding: Finding) -> str:
    return printable(f"{finding.checker}/{finding.rule}")


def _message(text: str) -> dict[str, str]:
    """Plain text; ``[words](target)`` would be a link even there (SARIF 2.1.0, 3.11.6)."""
    return {"text": printable(text).replace("](", "] (") or "no message"}


def _rule(rule_id: str) -> dict[str, Any]:
    checker, _, name = rule_id.partition("/")
    content: dict[str, Any] = {"id": rule_id}
    if text := texts.find(checker, name):
        content["shortDescription"] = {"text": text.what}
        content["fullDescription"] = {"text": f"{text.what} {text.why}"}
        content["help"] = {
            "text": f"{text.why}\n\nBad:\n\n{text.bad}\n\nGood:\n\n{text.good}\n\nSee {text.see}",
            "markdown": f"{text.why}\n\nBad:\n\n```\n{text.bad}\n```\n\n"
            f"Good:\n\n```\n{text.good}\n```\n\nSee {text.see}",
        }
    return content


def _result(finding: Finding, ids: Sequence[str]) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": uri(finding.path or ".")}}
    if finding.line:
        place["region"] = {"startLine": finding.line}
    message = f"patch {finding.patch}: {finding.message}" if finding.patch else finding.message
    # What is the same finding in another run, wherever its line went.
    parts = (finding.checker, finding.rule, finding.path, finding.key)
    same = hashlib.sha256(os.fsencode("\0".join(parts)))
    return {
        "ruleId": _id(finding),
        "ruleIndex": ids.index(_id(finding)),
        "level": str(finding.severity),
        "message": _message(message),
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"finding/v1": same.hexdigest()},
    }
