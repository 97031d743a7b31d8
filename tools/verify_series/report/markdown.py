# SPDX-License-Identifier: GPL-2.0-or-later
"""Markdown (GitHub's and GitLab's flavour), such as for the summary of a CI job.

Whatever a mail or a tree says stands in ``<code>`` with all punctuation as character references:
so it is neither markup nor HTML, names nobody and links nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..model import Finding, Report, State, Verdict
from .inert import printable
from .matrix import HEADLINE, bare, cell, checkers, groups
from .text import last_line

_SIGNS = {"ok": "✅", "FAIL": "❌", "warn": "⚠️", "-": "–", "?": "❓"}


def render(reports: Sequence[Report], skipped: Sequence[tuple[str, str]], result: Verdict) -> str:
    """A section a series."""
    lines: list[str] = []
    for report in reports:
        lines += _section(report)
    for name, reason in skipped:
        lines += [f"## SKIP: {code(name)}", "", code(reason), ""]
    return "\n".join(lines)


def code(text: str) -> str:
    """Text of others, inert."""
    inert = re.sub(r"[!-,./:-@\[-`{-~]", lambda found: f"&#{ord(found[0])};", printable(text))
    return f"<code>{inert}</code>"


def _section(report: Report) -> Iterator[str]:
    subject = report.series.subject if report.series else report.source
    yield f"## {HEADLINE[report.verdict]}: {code(subject)}"
    yield ""
    if report.reason:
        yield from (code(report.reason), "")
    if report.series:
        yield from (_identity(report), "")
    if report.outcomes:
        yield from (*_matrix(report), "")
    for title, findings in groups(report):
        yield from (f"### {title}", "", *(_finding(report, f) for f in findings), "")
    if report.outcomes:
        yield from _checks(report)
    yield from (last_line(report), "")


def _identity(report: Report) -> str:
    series = report.series
    assert series
    parts = [f"v{series.revision}, {len(series.patches)} of {series.expected} patches"]
    if series.newer not in ("none", "unknown"):
        parts.append(f"**newer revision: {series.newer}**")
    parts.append(f"from {code(series.author)}")
    if series.message_id:
        parts.append(code(series.message_id))
    if report.base:
        parts.append(f"on {code(report.base.name)} of {code(report.tree)}")
    return ", ".join(parts)


def _matrix(report: Report) -> Iterator[str]:
    names = checkers(report)
    yield f"| Patch | {' | '.join(names)} |"
    yield f"|---|{':-:|' * len(names)}"
    for patch in report.series.patches if report.series else ():
        cells = [_SIGNS[cell(report, name, patch.number)] for name in names]
        yield f"| {patch.number} {code(bare(patch.subject))} | {' | '.join(cells)} |"


def _finding(report: Report, finding: Finding) -> str:
    where = f"patch {finding.patch}: " if finding.patch else ""
    place = f"{finding.path}:{finding.line}" if finding.line else finding.path
    rule = f"{finding.checker}/{finding.rule}"
    return f"- {where}{code(place)}: {code(finding.message)} {code(rule)}"


def _checks(report: Report) -> Iterator[str]:
    yield from (
        "| Check | Status | Examined | New | Before | Fixed | Seconds | |",
        "|" + "---|" * 8,
    )
    for o in report.outcomes:
        counts = " | ".join(str(o.count(state)) for state in State)
        reason = code(o.reason) if o.reason else ""
        yield (
            f"| {code(o.check)} | {o.status} | {o.examined} | {counts}"
            f" | {o.seconds:.2f} | {reason} |"
        )
    yield from ("", "To run one check again:", "")
    for command in dict.fromkeys(o.command for o in report.outcomes):
        yield f"- {code(command)}"
    yield ""
