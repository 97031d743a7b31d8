# SPDX-License-Identifier: GPL-2.0-or-later
"""``verify-series [SERIES ...]``: verify series and print their reports."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from .. import __version__, runs
from ..checkers import REGISTRY
from ..durations import Durations
from ..explain import explain
from ..model import Report, UserError
from ..profile import Profile, profiles
from ..report.live import live
from ..verify import Job, verify, worst
from . import COMMANDS
from .options import Parser, add_series_options, jobs, open_repository, standing_tree
from .output import Output, add_output_options

_EPILOG = """\
SERIES is a manifest's name (patches/NAME.toml), a message-id, the URL of a
message, an mbox, a maildir, a single mail, or - for standard input; or commits
of your own: a range such as HEAD~3.., a branch, a prep branch of b4. Without
one, every manifest in patches/ that can be verified here is.

exit: 0 verified, nothing new; 1 new findings; 2 no verdict; 130 interrupted
"""


def parser() -> Parser:
    """The options of the command without a name."""
    commands = "".join(f"  {name:<10} {about}\n" for name, (_, about) in COMMANDS.items())
    made = Parser(
        "verify-series",
        "Is this patch series safe to merge?",
        f"checkers: {', '.join(REGISTRY)}\n\n"
        f"commands, each with a --help of its own:\n{commands}\n{_EPILOG}",
        usage="verify-series [SERIES ...] [OPTIONS]\n       verify-series COMMAND ...",
    )
    add_series_options(made)
    add_output_options(made)
    add = made.add_argument
    add("-q", "--quiet", action="store_true", help="no progress; only the report")
    add("--explain", metavar="NAME[/RULE]", help="what a checker, or one rule, is about")
    add("--version", action="version", version=f"verify-series {__version__}")
    return made


def main(argv: Sequence[str]) -> int:
    """Verify what the arguments name; gives the exit code."""
    options = parser().parse_args(argv)
    if options.explain:
        standing = standing_tree(options, Path.cwd())
        repository = open_repository(standing) if standing else None
        print(explain(options.explain, repository), end="")
        return 0
    output = Output(options)
    if not shutil.which("git"):
        raise UserError("git is not installed, or not in PATH (install git)")
    cwd = Path.cwd()
    wanted, skipped = jobs(options, cwd)
    if options.reply and any(job.commits for job in wanted):
        raise UserError("--reply answers mails, and commits of your own have none")
    declared = profiles()
    reports = []
    for job in wanted:
        reports.append(_one(job, cwd, declared, options.quiet))
        output.show(reports[-1])
        _keep(reports[-1], Durations(job.tree))
    result = worst([report.verdict for report in reports])
    output.finish(reports, skipped, result)
    return result.exit_code


def _keep(report: Report, durations: Durations) -> None:
    """For show, diff and progress; a verdict stands even if it cannot be kept."""
    try:
        runs.keep(report)
        durations.note(report.outcomes)
    except OSError as error:
        print(f"verify-series: this run is not kept ({error.strerror})", file=sys.stderr)


def _one(job: Job, cwd: Path, declared: Sequence[Profile], quiet: bool) -> Report:
    stdin = sys.stdin.buffer.read() if job.request.source == "-" else None
    with live(quiet, Durations(job.tree).expected) as listener:
        return verify(job, cwd=cwd, profiles=declared, listener=listener, stdin=stdin)
