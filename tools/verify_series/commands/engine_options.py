# SPDX-License-Identifier: GPL-2.0-or-later
"""The part of the command line that many series share: on which tree, and who does the work."""

from __future__ import annotations

import argparse
import datetime
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .. import cache
from ..checkers import EXECUTING
from ..lists.engine import Crew
from ..lists.work import Options
from ..model import UserError
from ..report.inert import printable
from ..tree import open_tree
from .options import add_checker_options, standing_tree

_MEMORY = 2048  # MiB of data for a worker and each program it starts


def add_engine_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say who does the work."""
    add = parser.add_argument
    add("--jobs", type=positive, metavar="N", help="series at once (default: a core each)")
    add("--memory", type=int, default=_MEMORY, metavar="MIB", help="of data for a process; 0: all")
    add("--scheduler", metavar="URL", help="let the workers of a Dask scheduler do it")


def add_verdict_options(parser: argparse.ArgumentParser) -> None:
    """Add those options of the main command that make sense for many series."""
    add = parser.add_argument
    add("--base", metavar="REV", help="commit to apply to (default: found out for each)")
    add("--no-rewind", action="store_true", help="no verdict where the tree has the series")
    add_checker_options(parser)
    add("--strict", action="store_true", help="warnings and notes gate as well")


def make_options(options: argparse.Namespace, formats: tuple[str, ...]) -> Options:
    """What is the same for all series. Raises UserError where there is no tree to verify on."""
    path = standing_tree(options, Path.cwd())
    if path is None:
        raise UserError("which tree? (give --tree DIR, or set KERNEL_TREE)")
    path = path.resolve()
    opened = open_tree(path, cache=cache.root(), progress=say)
    commit = opened.resolve("HEAD")
    if not commit:
        raise UserError(f"{opened.name} has no commit (is it empty?)")
    base = options.base and opened.resolve(options.base)
    if options.base and not base:
        raise UserError(f"{opened.name} has no commit {options.base} (give another --base)")
    return Options(
        commit,
        (str(path),),
        base=base,
        only=tuple(options.only),
        asked=tuple(n for n in EXECUTING if getattr(options, n) or n in options.only),
        strict=options.strict,
        rewind=not options.no_rewind,
        formats=formats,
    )


@contextmanager
def crew(options: argparse.Namespace, same: Options) -> Iterator[Crew]:
    """Who does the work, as the user says."""
    if options.scheduler:
        from ..lists.cluster import cluster

        with cluster(options.scheduler, same, say) as workers:
            yield workers
    else:
        from ..lists.local import local

        jobs = options.jobs or len(os.sched_getaffinity(0))
        with local(jobs, same, options.memory << 20) as processes:
            yield processes


def positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1")
    return int(text)


def date(text: str) -> int:
    """A day or a time as in ISO 8601, UTC where it names no zone, in seconds since 1970."""
    try:
        day = datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date: write it as 2026-01-31") from error
    return int((day if day.tzinfo else day.replace(tzinfo=datetime.UTC)).timestamp())


def say(text: str) -> None:
    """A line on standard error; whatever a mail or a server says in it is inert."""
    print(f"verify-series: {printable(text)}", file=sys.stderr, flush=True)
