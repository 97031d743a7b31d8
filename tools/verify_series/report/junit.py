# SPDX-License-Identifier: GPL-2.0-or-later
"""JUnit XML, as GitLab, Jenkins and others show test results: a suite a series, a case a check.

The form is that of the Jenkins JUnit plugin (junit-10.xsd). FAIL is a failure, ERROR an error.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from ..model import Outcome, Report, State, Status, Verdict
from .inert import printable


def render(reports: Sequence[Report], skipped: Sequence[tuple[str, str]], result: Verdict) -> str:
    """One file; a manifest that could not be verified is a suite with one skipped case."""
    top = ET.Element("testsuites", name="verify-series")
    for report in reports:
        name = report.series.subject if report.series else report.source
        suite = _suite(top, name, report.seconds)
        for outcome in report.outcomes:
            _case(suite, outcome)
        if not report.outcomes:
            case = _add(suite, "testcase", classname="verify-series", name="series", time="0.000")
            _add(case, "error", message=report.reason, type="no verdict")
    for name, reason in skipped:
        case = _add(
            _suite(top, name, 0), "testcase", classname="verify-series", name=name, time="0.000"
        )
        _add(case, "skipped", message=reason)
    for suite in top:
        kinds = {"tests": "testcase", "failures": "failure", "errors": "error"}
        for attribute, tag in {**kinds, "skipped": "skipped"}.items():
            suite.set(attribute, str(len(list(suite.iter(tag)))))
    ET.indent(top)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(top, "unicode") + "\n"


def _add(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    inert = {name: printable(value) for name, value in attributes.items()}
    return ET.SubElement(parent, tag, inert)


def _suite(top: ET.Element, name: str, seconds: float) -> ET.Element:
    return _add(top, "testsuite", name=name, time=f"{seconds:.3f}")


def _case(suite: ET.Element, outcome: Outcome) -> None:
    classname = f"verify-series.{outcome.checker}"
    seconds = f"{outcome.seconds:.3f}"
    case = _add(suite, "testcase", classname=classname, name=outcome.check, time=seconds)
    new = [finding for finding in outcome.findings if finding.state is State.NEW]
    lines = [f"patch {f.patch}: {f}" if f.patch else str(f) for f in new]
    if outcome.status is Status.FAIL:
        number = f"{len(new)} new finding{'s' * (len(new) != 1)}"
        _add(case, "failure", message=number, type="new findings").text = _text(lines)
    elif outcome.status is Status.ERROR:
        _add(case, "error", message=outcome.reason, type="could not run")
    elif outcome.status is Status.SKIP:
        _add(case, "skipped", message=outcome.reason)
    said = [] if outcome.status is Status.FAIL else lines
    said = [*said, *(f"note: {note}" for note in outcome.notes), outcome.command]
    _add(case, "system-out").text = _text(said)


def _text(lines: Sequence[str]) -> str:
    return "\n".join(printable(line) for line in lines)
