# SPDX-License-Identifier: GPL-2.0-or-later
"""What the types say of themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

import snapshots
from verify_series.model import (
    Change,
    Execution,
    Finding,
    NameRow,
    Outcome,
    Report,
    Severity,
    State,
    Status,
    Tried,
    Verdict,
)


def finding(state: State, severity: Severity = Severity.ERROR, line: int = 3) -> Finding:
    return Finding("docs", "rule", severity, "a.rst", line, "wrong", state=state)


def test_a_finding_prints_with_its_line_or_without() -> None:
    assert str(finding(State.NEW)) == "a.rst:3: wrong [docs/rule]"
    assert str(finding(State.NEW, line=0)) == "a.rst: wrong [docs/rule]"


def test_a_row_without_a_string_has_no_line() -> None:
    assert NameRow(0, "OP_OPEN", None).line == 0


def test_the_key_of_a_finding_is_its_identity() -> None:
    found = finding(State.NEW)
    assert (found.key, replace(found, identity="same").key) == ("wrong", "same")


def test_paths_of_a_change_are_there_once() -> None:
    assert Change("a", "b").paths == ("a", "b")
    assert Change("a", "a").paths == ("a",)
    assert Change(None, "b").paths == ("b",)
    assert Change("a", None).paths == ("a",)


def test_what_was_tried() -> None:
    assert str(Tried("read /x", "0", "0")) == "read /x: base and series 0"
    assert str(Tried("read /x", "0", "EPERM")) == "read /x: base 0; series EPERM"


def test_a_series_is_picked_where_patches_are_missing() -> None:
    series = snapshots.apply({}, {"a": ""}, {"b": ""}).series
    assert not series.picked
    assert replace(series, expected=3).picked


def test_paths_and_head_of_an_applied_series() -> None:
    applied = snapshots.apply({}, {"a": "1\n"}, {"a": "1\n", "b": "2\n"})
    assert applied.paths == {"a", "b"}
    assert [step.paths for step in applied.steps] == [{"a"}, {"b"}]
    assert [snapshot.commit for snapshot in applied.snapshots] == ["commit0", "commit1", "commit2"]
    assert applied.head.read("b") == b"2\n"
    assert applied.base.read("b") is None


def test_a_snapshot_asks_of_its_own_commit() -> None:
    applied = snapshots.apply({"d/a": "1\n"}, {"d/a": "1\n", "d/b": "2\n"})
    base, head = applied.snapshots
    assert base == replace(base, objects=None)  # where it is read from is no part of it
    assert "objects" not in repr(base)
    assert head.blob_ids().keys() == {"d/a", "d/b"}
    assert head.object_id("d/b") == head.blob_ids("d")["d/b"]
    assert base.object_id("d/b") is None


def test_what_a_user_says_nothing_of_runs_in_the_sandbox() -> None:
    assert Execution().sandbox
    assert Execution().config is None
    Execution().progress("compiles", 0.5)


def outcome(*findings: Finding) -> Outcome:
    return Outcome("docs", "docs", Status.PASS, 1, findings, "verify-series", 0.1)


def report(*outcomes: Outcome) -> Report:
    gates = frozenset({Severity.ERROR})
    given = (outcomes, Verdict.FAIL, "", gates, {}, 0.1)
    return Report("x@example.org", "linux", None, None, *given)


NEW, OLD, GONE = finding(State.NEW), finding(State.EXISTING), finding(State.FIXED)
MILD = finding(State.NEW, Severity.WARNING)


@pytest.mark.parametrize(
    ("pick", "found"),
    [
        (lambda report: report.new, (NEW, MILD, NEW)),
        (lambda report: report.gating, (NEW, NEW)),
    ],
)
def test_findings_of_a_report(pick: Callable[[Report], object], found: object) -> None:
    assert pick(report(outcome(NEW, OLD), outcome(MILD, GONE), outcome(NEW))) == found


def test_an_outcome_counts_its_findings() -> None:
    one = outcome(NEW, MILD, OLD, GONE, NEW)
    assert [one.count(state) for state in State] == [3, 1, 1]
