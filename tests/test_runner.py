# SPDX-License-Identifier: GPL-2.0-or-later
"""What results mean: status, verdict, exit code. Never green on nothing."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

import snapshots
from test_carry import applied
from verify_series import run as processes
from verify_series.checkers import EVERYWHERE, load
from verify_series.checkers.name_found import Found
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
from verify_series.profile import Check, Profile
from verify_series.report.live import Quiet
from verify_series.runner import GATES, STRICT_GATES, judge, plan, run_checks, verdict
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


def test_a_status_that_is_neither_pass_nor_fail_has_a_reason() -> None:
    assert judge(Examined(1, skip="in part"), GATES) == (Status.PASS, "")
    assert judge(Examined(1, (finding(Severity.ERROR),)), GATES) == (Status.FAIL, "")
    assert judge(Examined(0, skip="untouched"), GATES) == (Status.SKIP, "untouched")
    assert judge(Examined(0), GATES) == (Status.ERROR, "the checker examined nothing")


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


def test_no_verdict_has_a_reason() -> None:
    wrong = [replace(outcome(Status.ERROR), check=name) for name in ("ipe: a", "ipe: b")]
    reason = "could not be checked: ipe: a, ipe: b"
    assert verdict([outcome(Status.PASS), *wrong]) == (Verdict.NONE, reason)
    assert verdict([outcome(Status.SKIP)]) == (Verdict.NONE, "no check concerns this series")
    assert verdict([outcome(Status.FAIL)]) == (Verdict.FAIL, "")
    assert verdict([outcome(Status.PASS)]) == (Verdict.PASS, "")


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
    assert [(o.status, o.reason, o.examined) for o in outcomes] == [(Status.ERROR, reason, 0)]


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


TOYS = Profile(
    "toys",
    "Toys",
    ("toys/",),
    (
        Check("build", "toys: build", "options"),
        Check("lsm-hook", "toys: hooks", "list"),
        Check("boot", "toys: boot", "scenario"),
    ),
)
TABLE = {"enum": "toy", "enum-file": "toys/a.h", "table": "names", "table-file": "toys/a.c"}
TOUCHED = snapshots.apply({}, {"toys/a.c": "int a;\n"})


def planned(*given: Any, series: Any = TOUCHED) -> list[tuple[str, str]]:
    return [(check.checker, check.name) for check in plan([TOYS], series, *given)]


def test_checks_of_a_profile_and_those_of_every_series() -> None:
    assert planned(()) == [
        ("name-table", "name-table"),
        ("lsm-hook", "toys: hooks"),
        ("lsm-hook", "lsm-hook"),
        ("docs", "docs"),
        ("checkpatch", "checkpatch"),
    ]
    elsewhere = snapshots.apply({}, {"a.c": "int a;\n"})
    assert planned((), series=elsewhere) == [(name, name) for name in EVERYWHERE]


def test_only_some_checks() -> None:
    assert planned(["docs"]) == [("docs", "docs")]
    assert planned(["lsm-hook"]) == [("lsm-hook", "toys: hooks"), ("lsm-hook", "lsm-hook")]
    assert planned(["build"]) == []


def test_what_executes_runs_where_it_is_asked_for() -> None:
    assert planned(["build", "boot"], ["build"]) == [("build", "toys: build")]
    assert planned(["docs"], ["build"]) == [("docs", "docs")]
    both = [("build", "toys: build"), ("boot", "toys: boot")]
    assert planned((), ["build", "boot"])[-2:] == both
    elsewhere = snapshots.apply({}, {"a.c": "int a;\n"})
    undeclared = Check("build", "build", load("build").parse({}))
    assert plan([TOYS], elsewhere, ["build"], ["build"]) == [undeclared]
    assert undeclared in plan([TOYS], elsewhere, (), ["build"])
    hooks = replace(TOYS, checks=TOYS.checks[1:2])
    assert undeclared in plan([hooks], TOUCHED, (), ["build"])


def test_tables_that_are_declared_are_left_to_their_checks() -> None:
    spec = load("name-table").parse(TABLE)
    checks = (Check("name-table", "toys: names", spec), *TOYS.checks)
    [declared, found] = plan([replace(TOYS, checks=checks)], TOUCHED, ["name-table"])
    assert (declared.spec, found.spec) == (spec, Found((spec,)))


class Noted(Quiet):
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[object, ...]] = []

    def started(self, check: str) -> None:
        self.told.append(("started", check))

    def advanced(self, check: str, what: str, part: float) -> None:
        self.told.append((check, what, part))

    def finished(self, outcome: Outcome) -> None:
        self.told.append(("finished", outcome.check))


def ran(
    monkeypatch: pytest.MonkeyPatch,
    checkers: Mapping[str, Any],
    checks: list[Check],
    only: tuple[str, ...] = (),
    listener: Quiet | None = None,
) -> tuple[Outcome, ...]:
    for name, run in checkers.items():
        monkeypatch.setattr(load(name), "run", run)
    return run_checks(
        TOUCHED,
        checks,
        only,
        gates=GATES,
        command=lambda name: f"verify-series --only {name}",
        listener=listener or Quiet(),
        execution=Execution(arch="arm64"),
    )


def test_an_outcome_says_what_the_checker_did(monkeypatch: pytest.MonkeyPatch) -> None:
    def place(path: str, line: int, patch: int | None) -> Finding:
        return Finding("docs", "rule", Severity.ERROR, path, line, "wrong", patch)

    given: list[object] = []

    def run(series: object, spec: object) -> Examined:
        given.extend((series, spec))
        found = (place("b", 1, 2), place("a", 9, 1), place("a", 2, 1), place("z", 1, None))
        return Examined(7, found, notes=("odd",), versions={"Sphinx": "9"}, exhibits=())

    [one] = ran(monkeypatch, {"docs": run}, [Check("docs", "all documents", "spec")], ("docs",))
    assert given == [TOUCHED, "spec"]
    assert (one.checker, one.check, one.status) == ("docs", "all documents", Status.FAIL)
    assert (one.examined, one.reason, one.notes) == (7, "", ("odd",))
    assert one.versions == {"Sphinx": "9"}
    assert one.command == "verify-series --only docs"
    assert [(f.patch, f.path, f.line) for f in one.findings] == [
        (None, "z", 1),
        (1, "a", 2),
        (1, "a", 9),
        (2, "b", 1),
    ]
    assert 0 <= one.seconds < 60


def test_outcomes_come_in_the_order_of_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = threading.Event()

    def first(series: object, spec: object) -> Examined:
        assert gone.wait(60)  # the second one runs beside it
        return Examined(1)

    def second(series: object, spec: object) -> Examined:
        gone.set()
        return Examined(1)

    checks = [Check("checkpatch", "b", None), Check("docs", "a", None)]
    listener = Noted()
    outcomes = ran(monkeypatch, {"checkpatch": first, "docs": second}, checks, (), listener)
    assert [(o.checker, o.status) for o in outcomes] == [
        ("name-table", Status.SKIP),
        ("lsm-hook", Status.SKIP),
        ("docs", Status.PASS),
        ("checkpatch", Status.PASS),
    ]
    assert outcomes[0].command == "verify-series --only name-table"
    assert (outcomes[0].examined, outcomes[0].seconds) == (0, 0)
    assert set(listener.told) == {(x, y) for x in ("started", "finished") for y in "ab"}


def test_a_checker_that_executes_is_told_how(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(series: object, spec: object, execution: Execution) -> Examined:
        execution.progress("compiles", 0.5)
        assert (execution.arch, spec) == ("arm64", "options")
        return Examined(1)

    listener = Noted()
    check = Check("build", "toys: build", "options")
    [one] = ran(monkeypatch, {"build": run}, [check], ("build",), listener)
    assert (one.status, one.reason) == (Status.PASS, "")
    assert ("toys: build", "compiles", 0.5) in listener.told


def test_an_interrupt_ends_what_the_checkers_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(series: object, spec: object) -> Examined:
        raise KeyboardInterrupt

    stopped: list[bool] = []
    monkeypatch.setattr(processes, "stop", lambda: stopped.append(True))
    with pytest.raises(KeyboardInterrupt):
        ran(monkeypatch, {"docs": run}, [Check("docs", "docs", None)])
    assert stopped == [True]
