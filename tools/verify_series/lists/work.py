# SPDX-License-Identifier: GPL-2.0-or-later
"""The unit of work: the mails of one series in, its result out; the same on every machine.

All that goes in and out can be pickled. A worker needs no archive and no network, only a kernel
tree, which it knows by its commit.
"""

from __future__ import annotations

import functools
import gc
import os
import platform
import resource
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .. import __version__, b4_child, cache
from ..fetch import Request
from ..model import Execution, Finding, Report, Severity, State, Status, UserError, Verdict
from ..profile import Profile, profiles
from ..report import text
from ..report.formats import load
from ..report.jsonfile import keep
from ..report.live import Quiet
from ..run import cpu_seconds
from ..runner import CRASHED, GATES
from ..tree import open_tree
from ..verify import Job, verify
from .series import Posted

#: Why there is no verdict, in a word; the reason has the sentence. A verdict's kind is empty.
KINDS: Mapping[str, str] = {
    "incomplete": "not all of its patches are in the archive",
    "not-read": "b4 makes no series of its mails",
    "not-applied": "no base is known to which it applies",
    "not-concerned": "no check concerns it",
    "not-checked": "a check could not run",
    "crash": "a fault of verify-series",
}

_KEPT_AS = {"json": keep, "text": text.render}

_ROOM = 1 << 19  # bytes without which nothing can be verified

gc.set_threshold(50_000)  # as in main.py, which is not where a worker begins

_alone = threading.Lock()  # TMPDIR is the process's: a worker does one series at a time


class NoTree(UserError):
    """This machine has no kernel tree with the commit that is asked for."""


@dataclass(frozen=True, slots=True)
class Options:
    """What is the same for all series of a run.

    ``commit`` is what HEAD of the tree has to be, ``trees`` are folders where it may be.
    ``formats`` are reports to make: ``json`` as it is kept between runs, ``text``, or one of
    report.formats. The rest is as in verify.Job.
    """

    commit: str
    trees: tuple[str, ...]
    base: str | None = None
    only: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    strict: bool = False
    rewind: bool = True
    sandbox: bool = True
    config: str = ""
    formats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a series: ``line`` for results.jsonl, and the reports, format to text."""

    line: dict[str, Any]
    reports: dict[str, str]


def judge(posted: Posted, mails: bytes, options: Options) -> Result:
    """Verify one series out of the mails (an mbox) of its thread.

    Whatever is wrong with the series, or with us, is a result. Raises UserError for what is wrong
    with this machine; NoTree where it lacks the kernel tree.
    """
    with _alone:
        b4_child.keep_warm()
        tree = find_tree(options)
        before, begin = cpu_seconds(), time.monotonic()
        reports: dict[str, str] = {}
        try:
            report = _verify(posted, mails, options, tree)
            _require_room(report)
            told = _told(report, posted)
            reports = {name: _render(name, report) for name in options.formats}
        except UserError:
            raise
        except Exception as error:  # a crash of ours is a line in the results, and the run goes on
            told = {"verdict": Verdict.NONE, "kind": "crash", "reason": _crash(error)}
        spent = {
            "seconds": round(time.monotonic() - begin, 3),
            "cpu": round(cpu_seconds() - before, 3),
            "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            "host": platform.node(),
            "worker": os.getpid(),
        }
    return Result({**series_line(posted), **told, **spent}, reports)


def crashed(posted: Posted, reason: str) -> Result:
    """The result of a series whose worker died of it."""
    told = {"verdict": Verdict.NONE, "kind": "crash", "reason": reason}
    return Result({**series_line(posted), **told}, {})


def series_line(posted: Posted) -> dict[str, Any]:
    """The part of a line that says which series it is about."""
    return {
        "key": posted.key,
        "message_id": posted.message_id,
        "revision": posted.revision,
        "patches": posted.total,
        "subject": posted.subject,
        "sender": posted.sender,
        "date": posted.date,
        "lists": list(posted.lists),
        "missing": list(posted.missing),
        "superseded": posted.superseded,
    }


def find_tree(options: Options) -> Path:
    """The first folder of those given, and of KERNEL_TREE here (several are parted by ``:``),
    whose HEAD is the commit. Raises NoTree, saying where was looked."""
    here = os.environ.get("KERNEL_TREE", "")
    places = [*options.trees, *filter(None, here.split(os.pathsep))]
    for place in dict.fromkeys(places):
        path = Path(place).expanduser()
        if path.exists() and _head(path) == options.commit:
            return path
    raise NoTree(
        f"{platform.node()} has no kernel tree at commit {options.commit[:12]}, looked for in "
        f"{', '.join(dict.fromkeys(places)) or 'no place'} (set KERNEL_TREE there to its folder)"
    )


def _head(path: Path) -> str | None:
    """HEAD of a tree as it is now: a worker lives long, and the user pulls meanwhile."""
    return open_tree(path, cache=cache.root(), progress=lambda text: None).resolve("HEAD")


def _verify(posted: Posted, mails: bytes, options: Options, tree: Path) -> Report:
    with tempfile.NamedTemporaryFile(prefix="verify-series-", suffix=".mbox") as file:
        file.write(mails)
        file.flush()
        job = Job(
            Request(file.name, revision=posted.revision, within=posted.message_id),
            tree,
            base=options.base,
            rewind=options.rewind,
            only=options.only,
            strict=options.strict,
            asked=options.asked,
            execution=Execution(
                sandbox=options.sandbox, config=Path(options.config) if options.config else None
            ),
            arguments=(posted.message_id, "--tree", str(tree)),
        )
        report = verify(job, cwd=Path.cwd(), profiles=_profiles(), listener=Quiet())
    name = f"<{posted.message_id}>"
    series = report.series and replace(report.series, source="the archive")
    reason = report.reason.replace(file.name, name)
    return replace(report, source=posted.message_id, series=series, reason=reason)


def _require_room(report: Report) -> None:
    """Raises UserError where something could not be done and this machine's disk is full: that
    says nothing of the series, which is to be done again. Programs say it in many words, so it is
    tried."""
    wrong = any(outcome.status is Status.ERROR for outcome in report.outcomes)
    if not wrong and report.verdict is not Verdict.NONE:
        return
    try:
        with tempfile.TemporaryFile(dir=cache.root()) as file:
            file.write(bytes(_ROOM))
    except OSError as error:
        where = f"{cache.root()} on {platform.node()}"
        raise UserError(f"{where}: {error.strerror} (make room, and run this again)") from error


@functools.cache
def _profiles() -> tuple[Profile, ...]:
    """The same for all series of a run."""
    return profiles()


def _told(report: Report, posted: Posted) -> dict[str, Any]:
    base = report.base
    return {
        "verdict": report.verdict,
        "kind": _kind(report, posted),
        "reason": report.reason,
        "base": {"commit": base.commit, "name": base.name, "rewound": base.rewound}
        if base
        else None,
        "outcomes": [
            {
                "check": outcome.check,
                "checker": outcome.checker,
                "status": outcome.status,
                "new": outcome.count(State.NEW),
                "seconds": round(outcome.seconds, 3),
                "reason": outcome.reason,
            }
            for outcome in report.outcomes
        ],
        "findings": _rules(report.new, report.gates),
        "versions": dict(report.versions),
    }


def _kind(report: Report, posted: Posted) -> str:
    """Which of KINDS a report is; empty for a verdict."""
    if report.verdict is not Verdict.NONE:
        return ""
    if report.series is None:
        return "incomplete" if posted.missing else "not-read"
    if report.base is None:
        return "not-applied"
    wrong = [outcome for outcome in report.outcomes if outcome.status is Status.ERROR]
    if any(outcome.reason.startswith(CRASHED) for outcome in wrong):
        return "crash"
    return "not-checked" if wrong else "not-concerned"


def _rules(findings: Sequence[Finding], gates: frozenset[Severity]) -> dict[str, dict[str, int]]:
    """Rule to how many new findings it has, and how many of them gate."""
    new = Counter(f"{finding.checker}/{finding.rule}" for finding in findings)
    gating = Counter(f"{f.checker}/{f.rule}" for f in findings if f.severity in gates)
    return {rule: {"new": new[rule], "gating": gating[rule]} for rule in sorted(new)}


def without_verdict(posted: Posted, options: Options, reason: str) -> dict[str, str]:
    """The reports on a series that could not be verified at all."""
    nothing = (None, None, (), Verdict.NONE)
    told = Report(posted.message_id, options.trees[0], *nothing, reason, GATES, {}, 0.0)
    return {name: _render(name, told) for name in options.formats}


def _render(name: str, report: Report) -> str:
    if name in _KEPT_AS:
        return _KEPT_AS[name](report)
    return load(name).render([report], (), report.verdict)


def _crash(error: Exception) -> str:
    where = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(where.filename).name}:{where.lineno}"
    return f"{type(error).__name__}: {error} at {place}, {__version__} (please report this)"
