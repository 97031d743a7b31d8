# SPDX-License-Identifier: GPL-2.0-or-later
"""Annotations of GitHub Actions: workflow commands, a line a new finding, for standard output.

"Workflow commands for GitHub Actions" in GitHub's manual says how values are escaped.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..model import Finding, Report, Severity, Verdict
from .inert import printable

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(reports: Sequence[Report], skipped: Sequence[tuple[str, str]], result: Verdict) -> str:
    """New findings at their lines, and an error without a place for each series without verdict."""
    lines = [_annotation(finding) for report in reports for finding in report.new]
    lines += [
        f"::error title=verify-series::{_data(report.reason or 'no verdict')}"
        for report in reports
        if report.verdict is Verdict.NONE
    ]
    return "".join(f"{line}\n" for line in lines)


def _annotation(finding: Finding) -> str:
    where = {"file": finding.path, "line": str(finding.line or 1)}
    where["title"] = f"{finding.checker}/{finding.rule}"
    properties = ",".join(f"{name}={_property(value)}" for name, value in where.items())
    patch = f"patch {finding.patch}: " if finding.patch else ""
    return f"::{_COMMANDS[finding.severity]} {properties}::{_data(patch + finding.message)}"


def _data(text: str) -> str:
    return printable(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
