# SPDX-License-Identifier: GPL-2.0-or-later
"""``verify-series audit --tree DIR [PATH ...]``: every table of names of a tree, at once."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from .. import cache
from ..kept import Kept
from ..model import Finding, Severity, Snapshot, UserError
from ..names.audit import Progress, audit
from ..names.drift import FALLBACK, INTENDED, MISSING, Gap
from ..report import sarif
from ..report.inert import printable
from ..store import Store
from ..tree import Tree, open_tree
from .options import Parser, standing_tree
from .output import write

_GROUPS = {
    MISSING: ("A name is missing, and its enumerator is in use", Severity.WARNING),
    FALLBACK: ("Drift behind a fallback: the users of the table look first", Severity.NOTE),
    INTENDED: ("Probably intended: no use is near, or many names are missing", Severity.NOTE),
}
_EPILOG = """\
Every array of names that an enum of the tree indexes is compared with it. This
is a list for a maintainer's afternoon and no verdict: read each before you
believe it.

exit status: 0 listed; 2 the tree cannot be read; 130 interrupted
"""


def parser() -> Parser:
    """The options of the command."""
    made = Parser("verify-series audit", "Which names does a tree lack?", _EPILOG)
    add = made.add_argument
    add("paths", nargs="*", metavar="PATH", help="files or folders of the tree (default: all)")
    add("--tree", metavar="DIR", help="kernel tree: git repository, source folder or tarball")
    add("--json", metavar="FILE", help="the list as JSON; - is standard output")
    add("--sarif", metavar="FILE", help="the list as SARIF 2.1.0; - is standard output")
    add("-q", "--quiet", action="store_true", help="no progress")
    return made


def main(argv: Sequence[str]) -> int:
    """Print the list. Raises UserError for a tree or a path that is none."""
    options = parser().parse_args(argv)
    if options.json == options.sarif == "-":
        raise UserError("--json and --sarif cannot both be on standard output")
    path = standing_tree(options, Path.cwd())
    if path is None:
        raise UserError("which tree? (give --tree DIR, or set KERNEL_TREE)")
    with _progress(options.quiet) as progress:
        opened = open_tree(path, cache=cache.root(), progress=lambda text: progress(text, 0))
        count, gaps = _audit(opened, options.paths, progress)
    findings = [_finding(gap) for gap in gaps]
    if options.json:
        rows = [{"group": g.group, **_row(f)} for g, f in zip(gaps, findings, strict=True)]
        write(options.json, json.dumps({"tables": count, "gaps": rows}, indent=2) + "\n")
    if options.sarif:
        write(options.sarif, sarif.log([sarif.Run(f"audit of {opened.name}", findings)]))
    if "-" not in (options.json, options.sarif):
        print(_text(count, gaps))
    return 0


def _audit(tree: Tree, paths: Sequence[str], progress: Progress) -> tuple[int, list[Gap]]:
    commit = tree.resolve("HEAD")
    if not commit:
        raise UserError(f"{tree.name} has no commit (is it empty?)")
    folders = [os.path.normpath(path) for path in paths]
    with cache.workspace() as work:
        store = Store.create(work / "store", tree.objects, tree.worktree)
        try:
            snapshot = Snapshot(commit, store)
            for folder in folders:
                if snapshot.object_id(folder) is None:
                    raise UserError(f"{tree.name} has no {folder} (paths count from its top)")
            return audit(snapshot, folders, Kept(cache.root() / "audit"), progress)
        finally:
            store.close()


def _finding(gap: Gap) -> Finding:
    severity = _GROUPS[gap.group][1]
    return Finding("name-table", gap.group, severity, gap.path, gap.line, gap.message)


def _row(finding: Finding) -> dict[str, str | int]:
    return {"path": finding.path, "line": finding.line, "message": finding.message}


def _text(count: int, gaps: Sequence[Gap]) -> str:
    lines = [f"{count} tables of names compared with their enums"]
    for group, (title, _) in _GROUPS.items():
        some = [gap for gap in gaps if gap.group == group]
        lines += ["", f"{title} ({len(some)})"]
        lines += [printable(f"  {gap.path}:{gap.line}: {gap.message}") for gap in some]
    return "\n".join(lines)


@contextmanager
def _progress(quiet: bool) -> Iterator[Progress]:
    """A bar on a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda text, part: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        line = bar.add_task("", total=1)
        yield lambda text, part: bar.update(
            line, description=printable(text).replace("[", "\\["), completed=part
        )
