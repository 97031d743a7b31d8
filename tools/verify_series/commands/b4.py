# SPDX-License-Identifier: GPL-2.0-or-later
"""``verify-series b4 review|prep``: what b4 runs as an external check, with a mail on its input."""

from __future__ import annotations

import argparse
import email
import email.policy
import hashlib
import json
import os
import re
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from importlib.metadata import version
from pathlib import Path

from .. import __version__, cache, commits, tree
from ..declared import folder
from ..kept import Kept
from ..model import Report, UserError, Verdict
from ..names_given import one_of
from ..profile import profiles
from ..report import b4, jsonfile
from ..report.live import Quiet
from ..report.reading import read
from ..store import Store
from ..verify import Job, verify
from .options import Parser, add_series_options, jobs

_EPILOG = """\
git config b4.review-series-check-cmd 'verify-series b4 review'
git config b4.prep-perpatch-check-cmd 'verify-series b4 prep'

review: the series whose letter is on standard input, as JSON
prep: what is new with the patch on standard input, of the prep branch that is
      checked out
"""
_COUNTER = re.compile(r"\[[^]]*\b0*(\d+)/\d+[^]]*\]")
_REVISION = re.compile(r"\[[^]]*\bv(\d+)\b[^]]*\]", re.IGNORECASE)


def parser() -> Parser:
    """The options of the command."""
    made = Parser(
        "verify-series b4",
        "As an external check of b4.",
        _EPILOG,
        usage="verify-series b4 review|prep [OPTIONS]",
    )
    add_series_options(made)
    return made


def main(argv: Sequence[str]) -> int:
    """Answer b4, which heeds the exit code only where nothing is printed."""
    options = parser().parse_args(argv)
    if len(options.series) != 1:
        raise UserError("verify-series b4 takes one word, review or prep")
    protocol = one_of(options.series[0], ("review", "prep"), "protocol of b4")
    mail = email.message_from_binary_file(sys.stdin.buffer, policy=email.policy.default)
    options.tree = options.tree or _standing(Path.cwd())
    if protocol == "review":
        print(b4.review(_review(options, mail)), end="")
    else:
        found = _COUNTER.search(str(mail.get("Subject", "")))
        print(b4.prep(_prep(options), int(found[1]) if found else 1), end="")
    return 0


def _standing(cwd: Path) -> str:
    if not tree.is_repository(cwd):
        raise UserError(f"{cwd} is no git repository (run it from b4, or give --tree DIR)")
    return str(cwd)


def _review(options: argparse.Namespace, mail: email.message.EmailMessage) -> Report:
    """The series of a letter, out of the thread that b4 keeps in the tree, else the archive."""
    message_id = str(mail.get("Message-Id", "")).strip()
    if not message_id:
        raise UserError("there is no mail on standard input (b4 gives the letter of the series)")
    found = _REVISION.search(str(mail.get("Subject", "")))
    options.revision = options.revision or (int(found[1]) if found else 1)
    thread = _thread(Path(options.tree))
    with cache.workspace() if thread else nullcontext() as work:
        options.series = [message_id]
        if work and thread:
            (work / "thread").write_bytes(thread)
            options.series = [str(work / "thread")]
        return _verify(options)


def _thread(repository: Path) -> bytes | None:
    """The mbox that b4 keeps as a blob, named by the file in B4_TRACKING_FILE."""
    try:
        tracking = json.loads(Path(os.environ["B4_TRACKING_FILE"]).read_bytes())
        blob = str(tracking["series"]["thread-blob"])
    except (KeyError, OSError, ValueError, TypeError):
        return None
    opened = tree.open_tree(repository, cache=cache.root(), progress=lambda text: None)
    with cache.workspace() as work:
        store = Store.create(work / "store", opened.objects)
        try:
            return store.blob(blob)
        finally:
            store.close()


def _prep(options: argparse.Namespace) -> Report:
    """The prep branch as a whole: a later patch can need an earlier one, and the other way round.

    b4 asks for each patch, so the report is kept, by all that it depends on.
    """
    opened = tree.open_tree(Path(options.tree), cache=cache.root(), progress=lambda text: None)
    branch = opened.ask("symbolic-ref", "--quiet", "--short", "HEAD").strip()
    found = commits.find(opened, branch) if branch else None
    if not found:
        raise UserError("HEAD is on no branch with commits (check out the prep branch)")
    options.series = [f"{found.base}..{found.ids[-1]}"]
    job = _job(options)
    if job.asked:
        return _verify(options)  # what is compiled depends on more than we can name
    store = Kept(cache.root() / "prep")
    key = _key(job)
    if (kept := store.load(key)) is not None:
        return read(json.dumps(kept), "a kept run")[0]
    report = _verify(options)
    if report.verdict is not Verdict.NONE:
        store.save(key, json.loads(jsonfile.keep(report)))
    return report


def _key(job: Job) -> str:
    assert job.commits
    digest = hashlib.sha256()
    for path in sorted(folder("checks").glob("*.toml")):
        digest.update(path.read_bytes())
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        digest.update(path.read_bytes())
    how = (job.only, job.strict, job.asked, job.arguments, job.execution.arch)
    versions = [f"{name} {version(name)}" for name in ("Sphinx", "docutils")]
    return "\n".join([*job.commits.ids, *versions, digest.hexdigest(), repr(how), __version__])


def _job(options: argparse.Namespace) -> Job:
    [job], _ = jobs(options, Path.cwd())
    return job


def _verify(options: argparse.Namespace) -> Report:
    return verify(_job(options), cwd=Path.cwd(), profiles=profiles(), listener=Quiet())
