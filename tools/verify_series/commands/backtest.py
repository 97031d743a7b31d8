# SPDX-License-Identifier: GPL-2.0-or-later
"""``verify-series backtest ARCHIVE --tree DIR``: every series of an archive verified."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from .. import __version__, cache
from ..lists.archive import Archive, folder_of, is_url, open_archive
from ..lists.choice import Choice, choose
from ..lists.engine import Task, work_through
from ..lists.index import Index
from ..lists.page import as_html
from ..lists.progress import watched
from ..lists.results import Results, opened
from ..lists.series import mbox
from ..lists.summary import Summary, as_json, as_text, summarize
from ..lists.work import Options
from ..model import UserError
from .engine_options import (
    add_engine_options,
    add_verdict_options,
    crew,
    date,
    make_options,
    positive,
)
from .options import Parser

_EPILOG = """\
ARCHIVE is a public-inbox (its folder, or one of its git repositories), its URL,
a folder of mboxes, maildirs and mails, or an mbox. Series are verified as they
were posted, the newest first. DIR/results.jsonl gets a line for each as it is
done; run the same again to go on after an interruption.

exit: 0 it ran to the end; 2 bad input, or a crash; 130 interrupted
"""


def parser() -> Parser:
    """The options of the command."""
    made = Parser("verify-series backtest", "What would have been said of past mail?", _EPILOG)
    add = made.add_argument
    add("archive", metavar="ARCHIVE", help="where the mails are")
    add("--tree", metavar="DIR", help="kernel tree: git repository, source folder or tarball")
    add("--out", metavar="DIR", default="backtest", help="folder for the results (./backtest)")
    add_engine_options(made)
    add("--since", type=date, default=0, metavar="DATE", help="posted on that day or later")
    add("--list-id", default="", metavar="ID", help="only mails of this list")
    add("--newest", action="store_true", help="leave out what a newer revision supersedes")
    add("--sample", type=positive, default=0, metavar="N", help="only N series, by chance")
    add("--seed", type=int, default=0, metavar="S", help="the chance of --sample (0)")
    add_verdict_options(made)
    add("-q", "--quiet", action="store_true", help="no progress; only the summary")
    return made


def main(argv: Sequence[str]) -> int:
    """Verify and sum up; raises UserError for an archive, a tree or a folder that will not do."""
    options = parser().parse_args(argv)
    same = make_options(options, ("json", "html"))
    choice = Choice(options.since, options.list_id, options.newest, options.sample, options.seed)
    about = _about(options, same)
    with contextlib.ExitStack() as stack:
        results = stack.enter_context(opened(Path(options.out), about))
        say = stack.enter_context(watched(options.quiet))
        archive, index = _gather(options.archive, say.say)
        stack.callback(archive.close)
        stack.callback(index.close)
        if not results.planned:
            results.plan(choose(index, choice))
        total = sum(1 for _ in results.chosen())
        say.begin(total, len(results.done))
        tasks = _tasks(results, index, archive)
        if total > len(results.done):
            workers = stack.enter_context(crew(options, same))
            for result in work_through(tasks, workers):
                results.add(result)
                say.done(result)
        made = _sum_up(results, total, about)
    print(as_text(made), end="")
    print(f"\n{Path(options.out) / 'summary.html'} has it all, with a report for each series")
    return 2 if made.crashed else 0


def _gather(where: str, say: Callable[[str], None]) -> tuple[Archive, Index]:
    """The archive, and its index brought up to date."""
    archive = open_archive(where, Path.cwd(), cache.root(), say)
    index = Index(folder_of(where, Path.cwd(), cache.root()) / "index.sqlite")
    index.update(archive, say)
    if odd := index.odd():
        say(f"{odd} files of the archive are no mails")
    if not index.newest():
        raise UserError(f"{where} holds no mail (give a public-inbox or an mbox)")
    return archive, index


def _tasks(results: Results, index: Index, archive: Archive) -> Iterator[Task]:
    for one in results.todo():
        yield one, mbox(index, archive, one.message_id)


def _about(options: argparse.Namespace, same: Options) -> dict[str, Any]:
    """All that decides what the results are."""
    where = options.archive
    return {
        "archive": where.rstrip("/") if is_url(where) else str(Path(where).resolve()),
        "commit": same.commit,
        "base": same.base,
        "only": list(same.only),
        "asked": list(same.asked),
        "strict": same.strict,
        "rewind": same.rewind,
        "version": __version__,
        "since": options.since,
        "list_id": options.list_id,
        "newest": options.newest,
        "sample": options.sample,
        "seed": options.seed,
    }


def _sum_up(results: Results, total: int, about: dict[str, Any]) -> Summary:
    made = summarize(results.lines(), total)
    results.write("summary.txt", as_text(made))
    results.write("summary.json", as_json(made))
    results.write("summary.html", as_html(made, results.lines(), about))
    return made
