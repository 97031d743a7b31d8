# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the checkers side by side and decide, here and nowhere else, what their results mean."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Protocol

from . import run as processes
from .checkers import EVERYWHERE, EXECUTING, REGISTRY, load, load_executing
from .model import (
    AppliedSeries,
    CheckError,
    Examined,
    Execution,
    Outcome,
    Severity,
    State,
    Status,
    UserError,
    Verdict,
)
from .profile import Check, Profile

GATES = frozenset({Severity.ERROR})
STRICT_GATES = frozenset(Severity)
CRASHED = "the checker crashed"  # how the reason begins that is a fault of ours


class Listener(Protocol):
    """Who wants to know how far the run is."""

    def message(self, text: str) -> None: ...

    def started(self, check: str) -> None: ...

    def advanced(self, check: str, what: str, part: float) -> None: ...

    def finished(self, outcome: Outcome) -> None: ...


def plan(
    profiles: Sequence[Profile],
    applied: AppliedSeries,
    only: Collection[str],
    asked: Collection[str] = (),
) -> list[Check]:
    """The checks of the profiles that the series concerns, and those that always run.

    ``asked`` are those of EXECUTING that are to run.
    """
    concerned = [profile for profile in profiles if profile.concerns(applied.paths)]
    checks = [check for profile in concerned for check in profile.checks]
    checks = [c for c in checks if c.checker not in EXECUTING or c.checker in asked]
    wanted = [check for check in checks if not only or check.checker in only]
    for name in asked:
        if (not only or name in only) and all(check.checker != name for check in checks):
            wanted.append(Check(name, name, load(name).parse({})))
    for name in EVERYWHERE:
        if not only or name in only:
            spec = load(name).parse({})
            if hasattr(spec, "beside"):
                spec = spec.beside([check.spec for check in checks if check.checker == name])
            wanted.append(Check(name, name, spec))
    order = list(REGISTRY)
    return sorted(wanted, key=lambda check: order.index(check.checker))


def run_checks(
    applied: AppliedSeries,
    checks: Sequence[Check],
    only: Collection[str],
    *,
    gates: Collection[Severity],
    command: Callable[[str], str],
    listener: Listener,
    execution: Execution,
) -> tuple[Outcome, ...]:
    """Run every check, in threads, since they mostly wait for processes; outcomes in order."""
    with ThreadPoolExecutor(max(1, len(checks)), "check") as pool:
        futures = [
            pool.submit(
                _run_check, applied, check, gates, command(check.checker), listener, execution
            )
            for check in checks
        ]
        try:
            outcomes = [future.result() for future in futures]
        except KeyboardInterrupt:
            processes.stop()  # or the pool would wait for them
            raise
    planned = {check.checker for check in checks}
    for name in REGISTRY:
        if name not in planned and name not in EXECUTING and (not only or name in only):
            reason = "no profile in checks/ concerns the paths of this series"
            outcomes.append(Outcome(name, name, Status.SKIP, 0, (), command(name), 0.0, reason))
    order = list(REGISTRY)
    return tuple(sorted(outcomes, key=lambda outcome: order.index(outcome.checker)))


def _run_check(
    applied: AppliedSeries,
    check: Check,
    gates: Collection[Severity],
    command: str,
    listener: Listener,
    execution: Execution,
) -> Outcome:
    listener.started(check.name)
    begin = time.monotonic()
    try:
        if check.checker in EXECUTING:
            tell = partial(listener.advanced, check.name)
            how = replace(execution, progress=tell)
            examined = load_executing(check.checker).run(applied, check.spec, how)
        else:
            examined = load(check.checker).run(applied, check.spec)
        status, reason = judge(examined, gates)
    except (CheckError, UserError) as error:
        examined, status, reason = Examined(0), Status.ERROR, str(error)
    except Exception as error:  # a crash of ours is never a verdict on the series
        examined, status = Examined(0), Status.ERROR
        reason = f"{CRASHED}: {type(error).__name__}: {error} (please report this)"
    outcome = Outcome(
        check.checker,
        check.name,
        status,
        examined.count,
        tuple(sorted(examined.findings, key=lambda f: (f.patch or 0, f.path, f.line))),
        command,
        time.monotonic() - begin,
        reason,
        examined.notes,
        examined.versions,
        examined.exhibits,
    )
    listener.finished(outcome)
    return outcome


def judge(examined: Examined, gates: Collection[Severity]) -> tuple[Status, str]:
    """The status of a check that ran, and the reason where it is neither PASS nor FAIL."""
    if any(f.state is State.NEW and f.severity in gates for f in examined.findings):
        return Status.FAIL, ""
    if examined.count > 0:
        return Status.PASS, ""
    if examined.skip:
        return Status.SKIP, examined.skip
    return Status.ERROR, "the checker examined nothing"


def verdict(outcomes: Sequence[Outcome]) -> tuple[Verdict, str]:
    """The verdict on a series, and the reason where there is none."""
    statuses = {outcome.status for outcome in outcomes}
    if Status.FAIL in statuses:
        return Verdict.FAIL, ""
    if Status.ERROR in statuses:
        wrong = [outcome.check for outcome in outcomes if outcome.status is Status.ERROR]
        return Verdict.NONE, f"could not be checked: {', '.join(wrong)}"
    if not any(o.status is Status.PASS and o.checker in REGISTRY for o in outcomes):
        return Verdict.NONE, "no check concerns this series"
    return Verdict.PASS, ""
