# SPDX-License-Identifier: GPL-2.0-or-later
"""What results mean: status, verdict, exit code. Never green on nothing."""

from __future__ import annotations

import pytest

from test_carry import applied
from verify_series.model import (
    CheckError,
    Examined,
    Execution,
    Finding,
    Outcome,
    Severity,
    State,
    Status,
    UserError,
    Verdict,
)
from verify_series.profile import Check
from verify_series.report.live import Quiet
from verify_series.runner import GATES, STRICT_GATES, judge, run_checks, verdict
from verify_series.verify import worst


def finding(severity: Severity, state: State = State.NEW) -> Finding:
    return Finding("docs", "rule", severity, "a.rst", 1, "wrong", state=state)


@pytest.mark.parametrize(
    ("examined", "strict", "status"),
    [
        (Examined(1), False, Status.PASS),
        (Examined(1, (finding(Severity.ERROR),)), False, Status.FAIL),
        (Examined(1, (finding(Severity.ERROR, State.EXISTING),)), False, Status.PASS),
        (Examined(1, (finding(Severity.ERROR, State.FIXED),)), False, Status.PASS),
        (Examined(1, (finding(Severity.WARNING),)), False, Status.PASS),
        (Examined(1, (finding(Severity.WARNING),)), True, Status.FAIL),
        (Examined(1, (finding(Severity.NOTE),)), True, Status.FAIL),
        (Examined(0, skip="untouched"), False, Status.SKIP),
        (Examined(0), False, Status.ERROR),
        (Examined(0, (finding(Severity.ERROR),)), False, Status.FAIL),
    ],
)
def test_status(examined: Examined, strict: bool, status: Status) -> None:
    assert judge(examined, STRICT_GATES if strict else GATES)[0] is status


def outcome(status: Status, checker: str = "docs") -> Outcome:
    return Outcome(checker, checker, status, 1, (), "verify-series", 0.1)


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([outcome(Status.PASS, "apply"), outcome(Status.PASS)], Verdict.PASS),
        ([outcome(Status.PASS), outcome(Status.SKIP)], Verdict.PASS),
        ([outcome(Status.PASS), outcome(Status.FAIL)], Verdict.FAIL),
        ([outcome(Status.ERROR), outcome(Status.FAIL)], Verdict.FAIL),
        ([outcome(Status.PASS), outcome(Status.ERROR)], Verdict.NONE),
        ([outcome(Status.PASS, "apply"), outcome(Status.SKIP)], Verdict.NONE),
        ([outcome(Status.PASS, "apply")], Verdict.NONE),
        ([], Verdict.NONE),
    ],
)
def test_verdict(outcomes: list[Outcome], expected: Verdict) -> None:
    assert verdict(outcomes)[0] is expected


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([Verdict.PASS, Verdict.PASS], Verdict.PASS),
        ([Verdict.PASS, Verdict.NONE], Verdict.NONE),
        ([Verdict.NONE, Verdict.FAIL], Verdict.FAIL),
        ([], Verdict.NONE),
    ],
)
def test_worst(verdicts: list[Verdict], expected: Verdict) -> None:
    assert worst(verdicts) is expected


def test_exit_codes() -> None:
    codes = {verdict: verdict.exit_code for verdict in Verdict}
    assert codes == {Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.NONE: 2}


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (CheckError("perl is missing"), "perl is missing"),
        (UserError("object 1 is missing"), "object 1 is missing"),
        (KeyError("x"), "the checker crashed: KeyError: 'x' (please report this)"),
    ],
)
def test_a_checker_that_fails_is_an_error(
    monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    def run(series: object, spec: object) -> Examined:
        raise error

    monkeypatch.setattr("verify_series.checkers.checkpatch.run", run)
    outcomes = run_checks(
        applied({}),
        [Check("checkpatch", "checkpatch", None)],
        ["checkpatch"],
        gates=GATES,
        command=lambda name: f"verify-series --only {name}",
        listener=Quiet(),
        execution=Execution(),
    )
    assert [(o.status, o.reason) for o in outcomes] == [(Status.ERROR, reason)]


def test_a_checker_without_a_check_is_skipped_with_the_reason() -> None:
    outcomes = run_checks(
        applied({}),
        [],
        ["lsm-hook"],
        gates=GATES,
        command=str,
        listener=Quiet(),
        execution=Execution(),
    )
    assert [(o.checker, o.status, o.reason) for o in outcomes] == [
        ("lsm-hook", Status.SKIP, "no profile in checks/ concerns the paths of this series")
    ]
