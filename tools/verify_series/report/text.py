# SPDX-License-Identifier: GPL-2.0-or-later
"""The report as plain text: 72 columns, no colour, fit to be pasted into a reply."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator

from ..model import Finding, Outcome, Report, Series, State, Verdict
from .inert import printable
from .matrix import HEADLINE, bare, cell, checkers, groups

WIDTH = 72
_LABEL = 10  # columns of the labels on the left


def render(report: Report) -> str:
    """The whole report; its last line says what the exit code says."""
    lines = [*_headline(report), ""]
    if report.series:
        lines += [*_identity(report, report.series), ""]
    if report.outcomes:
        lines += [*_matrix(report), ""]
    for title, chosen in groups(report):
        lines += [title, *_findings(chosen), ""]
    if report.outcomes:
        lines += [*_checks(report.outcomes), ""]
    lines += [*_reproduce(report), ""]
    lines.append(last_line(report))
    return "\n".join(lines) + "\n"


def last_line(report: Report) -> str:
    """``exit N:`` and what it means, in one line."""
    number = len(report.gating)
    meaning = {
        Verdict.PASS: "verified, nothing new",
        Verdict.FAIL: f"{number} new finding{'s' * (number != 1)}",
        Verdict.NONE: "no verdict",
    }
    return f"exit {report.verdict.exit_code}: {meaning[report.verdict]}"


def _wrap(text: str, first: str = "", rest: str | None = None) -> list[str]:
    return textwrap.wrap(
        printable(text),
        WIDTH,
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [first.rstrip()]


def _labelled(label: str, *texts: str) -> list[str]:
    """Paragraphs beside a label."""
    indent = " " * _LABEL
    lines = []
    for number, text in enumerate(texts):
        lines += _wrap(text, f"{label:<{_LABEL}}" if number == 0 else indent, indent)
    return lines


def _headline(report: Report) -> list[str]:
    subject = report.series.subject if report.series else report.source
    lines = _wrap(f"{HEADLINE[report.verdict]}: {subject}")
    if report.reason:
        lines += _wrap(report.reason, "    ")
    return lines


def _identity(report: Report, series: Series) -> list[str]:
    total = series.expected
    picked = ", ".join(str(p.number) for p in series.patches)
    amount = (
        f"only {picked} of {total} patches, as picked"
        if series.picked
        else f"{total} of {total} patches"
    )
    newer = {"none": "none", "unknown": "unknown"}.get(series.newer, f"{series.newer} exists")
    detail = f" ({series.newer_detail})" if series.newer_detail else ""
    lines = _labelled(
        "Series",
        f"v{series.revision}, {amount}, from {series.author}",
        *(
            (
                f"<{series.message_id}>",
                f"from {series.source}" if series.source else "",
                f"newer revision: {newer}{detail}",
                f"attestation: {attestation(series)}",
                f"follow-up trailers: {_trailers(series)}",
            )
            if series.message_id  # not so for the user's own commits
            else ()
        ),
        *(f"note: {note}" for note in series.notes),
    )
    lines += _labelled("Patches", *(f"{p.number} {bare(p.subject)}" for p in series.patches))
    if report.base:
        rewound = f", rewound by {report.base.rewound}" if report.base.rewound else ""
        lines += _labelled("Base", f"{report.base.name} of {report.tree}{rewound}")
        for attempt in report.base.attempts:
            lines += _wrap(attempt, " " * _LABEL + "- ", " " * _LABEL + "  ")
    else:
        lines += _labelled("Base", f"none, in {report.tree}")
    return [line for line in lines if line.strip()]


def attestation(series: Series) -> str:
    """What the signatures of the mails are worth, in words."""
    counts = Counter(str(patch.attestation) for patch in series.patches)
    if len(counts) == 1:
        said = next(iter(counts))
    else:
        said = ", ".join(f"{name} {number}" for name, number in counts.items())
    details = dict.fromkeys(p.attestation_detail for p in series.patches if p.attestation_detail)
    return f"{said} ({'; '.join(details)})" if details else said


def _trailers(series: Series) -> str:
    found = list(dict.fromkeys(t for patch in series.patches for t in patch.trailers))
    return "; ".join(found) if found else "none"


def _matrix(report: Report) -> list[str]:
    """Patches down, checkers across."""
    names = checkers(report)
    lines = ["".join(["Patch", *(f"  {name}" for name in names)])]
    for patch in report.series.patches if report.series else ():
        cells = [f"  {cell(report, name, patch.number):>{len(name)}}" for name in names]
        lines.append("".join([f"{patch.number:>5}", *cells]))
    return lines


def _findings(findings: Iterable[Finding]) -> Iterator[str]:
    """Grouped by patch; a long message goes on below."""
    current: int | None = -1
    for finding in sorted(findings, key=lambda f: (f.patch or 0, f.path, f.line)):
        if finding.patch != current:
            current = finding.patch
            yield f"  patch {current}" if current else "  series"
        yield from _wrap(str(finding), "    ", "      ")


def _checks(outcomes: Iterable[Outcome]) -> Iterator[str]:
    yield "Checks"
    for outcome in outcomes:
        unit = "patches" if outcome.checker in ("apply", "checkpatch") else "examined"
        facts = [f"{outcome.examined} {unit}"] if outcome.examined else []
        for state in State:
            if number := outcome.count(state):
                facts.append(f"{number} {state}")
        if outcome.reason:
            facts.append(outcome.reason)
        if outcome.seconds >= 0.005:
            facts.append(f"{outcome.seconds:.2f} s")
        indent = " " * 8
        yield from _wrap(f"{outcome.check}: {', '.join(facts)}", f"  {outcome.status:<6}", indent)
        for note in outcome.notes:
            yield from _wrap(note, f"{indent}note: ", f"{indent}      ")


def _reproduce(report: Report) -> Iterator[str]:
    if report.outcomes:
        yield "To run one check again"
        for command in dict.fromkeys(outcome.command for outcome in report.outcomes):
            yield f"  {printable(command)}"  # whole, so that it can be pasted
    versions = dict(report.versions)
    for outcome in report.outcomes:
        versions |= outcome.versions
    used = ", ".join(f"{name} {number}" for name, number in versions.items())
    yield from _wrap(f"With {used}; {report.seconds:.1f} s in all")
