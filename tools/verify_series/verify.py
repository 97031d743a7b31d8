# SPDX-License-Identifier: GPL-2.0-or-later
"""One series from its mails to its report."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path

from . import __version__, cache, commits, executed
from .apply import DoesNotApply, read_mail
from .base import choose
from .checkers import EXECUTING
from .commits import Commits
from .fetch import Request, fetch
from .model import (
    AppliedSeries,
    BaseChoice,
    Execution,
    Finding,
    Outcome,
    Report,
    Series,
    Severity,
    Status,
    UserError,
    Verdict,
)
from .profile import Profile
from .runner import GATES, STRICT_GATES, Listener, plan, run_checks, verdict
from .store import Store
from .tree import Tree, open_tree


@dataclass(frozen=True, slots=True)
class Job:
    """What the user asked for. ``promised_base`` is the manifest's word, ``base`` the user's.

    ``commits`` are the user's own, where these are the series and nothing is to be fetched.
    ``asked`` are the checkers that execute the series' code, as far as they are to run.
    """

    request: Request
    tree: Path
    commits: Commits | None = None
    base: str | None = None
    promised_base: str | None = None
    rewind: bool = True
    only: tuple[str, ...] = ()
    strict: bool = False
    asked: tuple[str, ...] = ()
    execution: Execution = field(default_factory=Execution)
    arguments: tuple[str, ...] = ()

    def command(self, checker: str) -> str:
        """The command that runs one checker again."""
        how = self.execution
        given = (("ARCH", how.arch), ("CROSS_COMPILE", how.cross_compile))
        variables = [f"{name}={value}" for name, value in given if value and checker in EXECUTING]
        return shlex.join([*variables, "verify-series", *self.arguments, "--only", checker])


Examine = Callable[
    [Job, AppliedSeries, Sequence[Profile], frozenset[Severity], Listener], tuple[Outcome, ...]
]


def verify(
    job: Job,
    *,
    cwd: Path,
    profiles: Sequence[Profile],
    listener: Listener,
    stdin: bytes | None = None,
    examine: Examine | None = None,
) -> Report:
    """Verify one series. A series that cannot be had or applied gives a report without verdict.

    ``examine`` looks at the applied series in the place of the checks.
    """
    examine = examine or _checks
    begin = time.monotonic()
    gates = STRICT_GATES if job.strict else GATES
    series: Series | None = None
    base: BaseChoice | None = None
    outcomes: tuple[Outcome, ...] = ()
    result, reason = Verdict.NONE, ""
    versions = {"verify-series": __version__, "b4": version("b4")}
    try:
        with cache.workspace(listener.message) as work:
            if not job.commits:
                listener.message(f"fetching {job.request.source}")
                series = fetch(job.request, cwd=cwd, cache=cache.root(), stdin=stdin)
            tree = open_tree(job.tree, cache=cache.root(), progress=listener.message)
            store = Store.create(work / "store", tree.objects, tree.worktree)
            try:
                versions["git"] = store.must("--version").decode().split()[2]
                outcome, series, base, applied = _apply(job, store, tree, series, listener)
                outcomes = (outcome,)
                if applied:
                    outcomes += examine(job, applied, profiles, gates, listener)
            finally:
                store.close()
        result, reason = verdict(outcomes)
        if not applied:
            reason = outcome.reason
        elif series:
            told = executed.notes(applied.paths, outcomes, sandbox=job.execution.sandbox)
            series = replace(series, notes=(*series.notes, *told))
    except UserError as error:
        reason = str(error)
    except OSError as error:  # a full disk, a folder that vanished
        place = error.filename or "the cache"
        reason = f"{place}: {error.strerror or error} (is there room, and may it be written?)"
    seconds = time.monotonic() - begin
    return Report(
        job.request.source,
        str(job.tree),
        series,
        base,
        outcomes,
        result,
        reason,
        gates,
        versions,
        seconds,
    )


def _checks(
    job: Job,
    applied: AppliedSeries,
    profiles: Sequence[Profile],
    gates: frozenset[Severity],
    listener: Listener,
) -> tuple[Outcome, ...]:
    return run_checks(
        applied,
        plan(profiles, applied, job.only, job.asked),
        job.only,
        gates=gates,
        command=job.command,
        listener=listener,
        execution=job.execution,
    )


def _apply(
    job: Job, store: Store, tree: Tree, series: Series | None, listener: Listener
) -> tuple[Outcome, Series | None, BaseChoice | None, AppliedSeries | None]:
    """Apply the mails of the series, or read the user's commits, which are applied as they are."""
    listener.started("apply")
    begin = time.monotonic()
    base: BaseChoice | None = None
    applied: AppliedSeries | None = None
    status, reason, notes = Status.ERROR, "", tuple[str, ...]()
    try:
        if job.commits:
            series, base, applied = commits.read(store, tree, job.commits)
        elif series:
            base, applied = choose(
                store,
                tree,
                series,
                [read_mail(store, patch) for patch in series.patches],
                given=job.base,
                promised=job.promised_base,
                rewind=job.rewind,
            )
        status = Status.PASS
    except DoesNotApply as error:
        reason, notes = str(error), error.attempts
    except UserError as error:
        reason = str(error)
    count = len(applied.steps) if applied else 0
    seconds = time.monotonic() - begin
    nothing: tuple[Finding, ...] = ()
    command = shlex.join(["verify-series", *job.arguments])
    outcome = Outcome("apply", "apply", status, count, nothing, command, seconds, reason, notes)
    listener.finished(outcome)
    return outcome, series, base, applied


def worst(verdicts: Collection[Verdict]) -> Verdict:
    """The verdict on several series: fail over none over pass; none where there is no series."""
    for one in (Verdict.FAIL, Verdict.NONE):
        if one in verdicts:
            return one
    return Verdict.PASS if verdicts else Verdict.NONE
