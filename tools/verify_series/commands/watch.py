# SPDX-License-Identifier: GPL-2.0-or-later
"""``verify-series watch ARCHIVE --tree DIR --out DIR``: each new series verified once."""

from __future__ import annotations

import argparse
import shlex
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from ..lists.archive import is_url
from ..lists.folder import held
from ..lists.index import Index
from ..model import UserError
from ..watch.daemon import FORMATS, Plan, Watch
from ..watch.deliver import Command
from ..watch.follow import follow
from ..watch.news import Rules
from ..watch.state import State
from .engine_options import (
    add_engine_options,
    add_verdict_options,
    crew,
    date,
    make_options,
    positive,
    say,
)
from .options import Parser

_DAY = 86400
_EPILOG = """\
ARCHIVE is a public-inbox on this machine, its URL (whose Atom feed is asked),
or a maildir such as lei(1) writes. It is only read. DIR holds the state;
reports go to DIR/reports, counters to DIR/metrics.prom.

exit: 0 ended by a signal, or --once is done; 2 bad input, or --once could not
"""


def parser() -> Parser:
    """The options of the command."""
    made = Parser(
        "verify-series watch",
        "Verify each new series of an archive, when it is complete.",
        _EPILOG,
        usage="verify-series watch ARCHIVE --tree DIR --out DIR [OPTIONS]",
    )
    add = made.add_argument
    add("archive", metavar="ARCHIVE", help=argparse.SUPPRESS)
    add("--tree", metavar="DIR", help="kernel tree: git repository, source folder or tarball")
    add("--out", metavar="DIR", default="watch", help="folder of this watch (./watch)")
    add("--run", metavar="COMMAND", help="run it on each report, without a shell")
    add("--run-timeout", type=positive, default=300, metavar="SECONDS", help="for it (300)")
    add("--interval", type=positive, default=60, metavar="SECONDS", help="between looks (60)")
    add("--since", type=date, metavar="DATE", help="where to begin the first time (now)")
    add("--patience", type=positive, default=7, metavar="DAYS", help="for missing patches (7)")
    add("--settle", type=int, default=600, metavar="SECONDS", help="for a cover letter (600)")
    add("--once", action="store_true", help="do what is to be done now, and end")
    add_engine_options(made)
    add_verdict_options(made)
    return made


def main(argv: Sequence[str]) -> int:
    """Watch until a signal comes; raises UserError for what will never do."""
    options = parser().parse_args(argv)
    folder, cwd = Path(options.out).absolute(), Path.cwd()
    command = _command(options)
    make_options(options, FORMATS)
    with ExitStack() as stack:
        taken = f"another watch uses {folder} (end it, or give another --out)"
        stack.enter_context(held(folder, taken))
        state = stack.enter_context(closing(State(folder / "state.sqlite")))
        since = _begun(state, options)
        index = stack.enter_context(closing(Index(folder / "index.sqlite")))
        patience = float(options.patience * _DAY)
        plan = Plan(
            folder=folder,
            source=lambda: follow(options.archive, cwd, folder, since, patience, say),
            options=lambda: make_options(options, FORMATS),
            crew=lambda same: crew(options, same),
            rules=Rules(since, patience, float(options.settle)),
            interval=float(options.interval),
            command=command,
        )
        if not is_url(options.archive):
            plan.source().close()  # a path that is no archive is told at once
        try:
            return 0 if Watch(plan, state, index, say).run(options.once) else 2
        except KeyboardInterrupt:
            say("ended by a signal; the state is kept")
            return 0


def _command(options: argparse.Namespace) -> Command | None:
    if not options.run:
        return None
    try:
        words = tuple(shlex.split(options.run))
    except ValueError as error:
        raise UserError(f"--run {options.run}: {error} (quote it as for a shell)") from error
    if not words:
        raise UserError("--run names no command")
    return Command(words, float(options.run_timeout))


def _begun(state: State, options: argparse.Namespace) -> float:
    """When the watch of this folder began, noted the first time. Raises UserError where the
    folder is that of another archive."""
    where = options.archive
    where = where.rstrip("/") if is_url(where) else str(Path(where).expanduser().resolve())
    known = state.word("archive", where)
    if known != where:
        raise UserError(f"{options.out} is the watch of {known}: give another --out")
    if not state.word("since"):
        with state.change():
            state.set("archive", where)
            state.set("since", repr(float(time.time() if options.since is None else options.since)))
    return state.number("since")
