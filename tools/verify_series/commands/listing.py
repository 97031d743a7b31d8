# SPDX-License-Identifier: GPL-2.0-or-later
"""``verify-series list [SERIES ...]``: which checks would run, and why."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from ..checkers import EVERYWHERE, EXECUTING, REGISTRY
from ..model import AppliedSeries, Outcome, Severity, UserError
from ..profile import Profile, profiles
from ..report.inert import printable
from ..report.live import live
from ..runner import Listener, plan
from ..verify import Job, verify
from .options import Parser, add_series_options, jobs

_EPILOG = """\
SERIES is what verify-series takes. It is fetched and applied, not checked. A
check that runs may still find that the series does not concern it.

exit status: 0 listed; 2 the series cannot be had or applied
"""


def parser() -> Parser:
    """The options of the command."""
    made = Parser(
        "verify-series list",
        "Which checks would run, and why.",
        _EPILOG,
        usage="verify-series list [SERIES ...] [OPTIONS]",
    )
    add_series_options(made)
    return made


def main(argv: Sequence[str]) -> int:
    """Print a line a check. Raises UserError for a series that cannot be had or applied."""
    options = parser().parse_args(argv)
    wanted, skipped = jobs(options, Path.cwd())
    for job in wanted:
        _show(job, profiles())
    for name, reason in skipped:
        print(f"SKIP: {name}: {reason}")
    return 0


def _show(job: Job, declared: Sequence[Profile]) -> None:
    lines: list[str] = []

    def note(
        job: Job,
        applied: AppliedSeries,
        profiles: Sequence[Profile],
        gates: Collection[Severity],
        listener: Listener,
    ) -> tuple[Outcome, ...]:
        lines.extend(_lines(job, applied, profiles))
        return ()

    stdin = sys.stdin.buffer.read() if job.request.source == "-" else None
    with live(True) as listener:
        report = verify(
            job, cwd=Path.cwd(), profiles=declared, listener=listener, stdin=stdin, examine=note
        )
    if not lines:
        raise UserError(report.reason)
    assert report.series
    assert report.base
    print(f"{printable(report.series.subject)}, on {printable(report.base.name)}")
    print("\n".join(lines))


def _lines(job: Job, applied: AppliedSeries, declared: Sequence[Profile]) -> Iterator[str]:
    why = {check.name: _touched(p, applied) for p in declared for check in p.checks}
    checks = plan(declared, applied, job.only, job.asked)
    for check in checks:
        reason = why.get(check.name, "it is asked for")
        if check.name == check.checker and check.checker in EVERYWHERE:
            reason = "it runs on every series"
        yield f"  runs  {printable(check.name)}: {printable(reason)}"
    planned = {check.name for check in checks}
    declared_too = {check.checker for profile in declared for check in profile.checks}
    for profile in declared:
        for check in profile.checks:
            if check.name not in planned:
                reason = _left_out(job, profile, check.checker, applied)
                yield f"  -     {printable(check.name)}: {printable(reason)}"
    for name in REGISTRY:
        if name in EXECUTING and name not in {*planned, *declared_too, *job.asked}:
            yield f"  -     {name}: only where it is asked for (--{name})"
        elif name in EVERYWHERE and name not in planned:
            yield f"  -     {name}: --only leaves it out"


def _touched(profile: Profile, applied: AppliedSeries) -> str:
    paths = sorted(path for path in applied.paths if profile.concerns([path]))
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return f"the series touches {paths[0]}{more}" if paths else ""


def _left_out(job: Job, profile: Profile, checker: str, applied: AppliedSeries) -> str:
    if job.only and checker not in job.only:
        return "--only leaves it out"
    if profile.concerns(applied.paths):
        return f"only where it is asked for (--{checker})"
    return f"the series touches nothing of {', '.join(profile.paths)}"
