# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line: ``verify-series [SERIES ...] [--tree DIR] ...``."""

from __future__ import annotations

import argparse
import inspect
import os
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from . import __version__, run, tree
from .checkers import REGISTRY, load
from .fetch import Request
from .manifest import Manifest, manifests, read_manifest
from .model import Report, UserError, Verdict
from .profile import Profile, profiles
from .report import jsonfile, text
from .report.inert import printable
from .report.live import live
from .verify import Job, verify, worst

_NEEDS_TREE = "it needs a kernel tree (give --tree DIR, or set KERNEL_TREE)"

_EPILOG = """\
SERIES is a manifest's name (patches/NAME.toml), a message-id, the URL of a
message, an mbox, a maildir, a single mail, or - for standard input. Without one,
every manifest in patches/ that can be verified here is.

exit status: 0 verified, nothing new; 1 new findings; 2 no verdict; 130 interrupted
"""


def _revision(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no revision: give a number from 1")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "verify-series",
        description="Is this patch series safe to merge?",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("series", nargs="*", metavar="SERIES", help="what to verify, see below")
    add("--tree", metavar="DIR", help="kernel tree: git repository, source folder or tarball")
    add("--base", metavar="REV", help="commit to apply to (default: found out, and said)")
    add("--no-rewind", action="store_true", help="stop where the tree already has the series")
    add("--archive", metavar="URL", help="public-inbox to ask instead of lore.kernel.org")
    add("-v", dest="revision", type=_revision, metavar="N", help="revision (default: the newest)")
    add("-P", dest="pick", metavar="1,3-5", help="only these patches, as b4 am -P")
    add("--refresh", action="store_true", help="ask the archive again")
    add(
        "--only",
        action="append",
        choices=list(REGISTRY),
        metavar="NAME",
        default=[],
        help=f"run only this checker (repeatable): {', '.join(REGISTRY)}",
    )
    add("--strict", action="store_true", help="warnings and notes gate as well")
    add("--json", metavar="FILE", help="write the report as JSON too (- for standard output)")
    add("-q", "--quiet", action="store_true", help="no progress; only the report")
    add("--explain", choices=list(REGISTRY), metavar="NAME", help="what a checker looks for")
    add("--version", action="version", version=f"verify-series {__version__}")
    return parser


def command(argv: Sequence[str]) -> int:
    """Run one command line and give its exit code; bad input is one sentence on standard error."""
    try:
        return _command(_parser().parse_args(argv))
    except UserError as error:
        print(f"verify-series: {printable(str(error))}", file=sys.stderr)
        return Verdict.NONE.exit_code
    except KeyboardInterrupt:
        run.stop()
        raise


def _command(options: argparse.Namespace) -> int:
    if options.explain:
        print(inspect.cleandoc(load(options.explain).__doc__ or ""))
        return 0
    cwd = Path.cwd()
    _require_writable(options.json)
    if not shutil.which("git"):
        raise UserError("git is not installed, or not in PATH (install git)")
    jobs, skipped = _jobs(options, cwd)
    declared = profiles()
    reports = []
    for number, job in enumerate(jobs):
        report = _one(job, cwd, declared, options.quiet)
        reports.append(report)
        if options.json != "-":
            _print(report, first=number == 0)
    for name, reason in skipped:
        print(f"\nSKIP: {name}: {reason}", flush=True)
    result = worst([report.verdict for report in reports])
    if len(reports) + len(skipped) > 1 and options.json != "-":
        print(_summary(reports, skipped, result))
    if options.json:
        _write(options.json, jsonfile.render(reports, skipped, result))
    return result.exit_code


def _one(job: Job, cwd: Path, declared: Sequence[Profile], quiet: bool) -> Report:
    stdin = sys.stdin.buffer.read() if job.request.source == "-" else None
    with live(quiet) as listener:
        return verify(job, cwd=cwd, profiles=declared, listener=listener, stdin=stdin)


def _print(report: Report, *, first: bool) -> None:
    if report.series is None:
        print(f"verify-series: {printable(report.reason)}", file=sys.stderr)
        return
    if not first:
        print("\n" + "-" * text.WIDTH + "\n")
    print(text.render(report), end="", flush=True)


def _summary(reports: Sequence[Report], skipped: Sequence[object], result: Verdict) -> str:
    counts = [
        f"{sum(1 for r in reports if r.verdict is v)} {word}"
        for v, word in (
            (Verdict.PASS, "pass"),
            (Verdict.FAIL, "fail"),
            (Verdict.NONE, "no verdict"),
        )
    ]
    return f"\nexit {result.exit_code}: {', '.join(counts)}, {len(skipped)} skipped"


def _require_writable(name: str | None) -> None:
    """Before the run, not after it: a report that cannot be written is bad input."""
    if name and name != "-":
        path = Path(name)
        if not os.access(path if path.exists() else path.parent, os.W_OK) or path.is_dir():
            raise UserError(f"cannot write {name} (give --json a file in a folder that exists)")


def _write(name: str, content: str) -> None:
    if name == "-":
        print(content, end="", flush=True)
        return
    try:
        Path(name).write_text(content, "utf-8")
    except OSError as error:
        raise UserError(f"cannot write {name}: {error.strerror}") from error


def _jobs(options: argparse.Namespace, cwd: Path) -> tuple[list[Job], list[tuple[str, str]]]:
    """What to verify, and the manifests that cannot be, with the reason."""
    known = manifests()
    given = options.tree or os.environ.get("KERNEL_TREE")
    standing = Path(given).expanduser() if given else tree.default(cwd)
    if given:
        standing = cwd / Path(given).expanduser()
    jobs: list[Job] = []
    skipped: list[tuple[str, str]] = []
    if not options.series:
        for name, path in known.items():
            manifest = read_manifest(path)
            if manifest.tree or standing:
                if manifest.listed:
                    jobs.append(_job(options, name, manifest, cwd, standing))
            else:
                skipped.append((name, _NEEDS_TREE))
        return jobs, skipped
    for name in options.series:
        found = read_manifest(known[name]) if name in known and not (cwd / name).exists() else None
        if found is None and name.endswith(".toml") and (cwd / name).is_file():
            found = read_manifest(cwd / name)
        if found is None:
            _require_series(name, cwd, known)
        jobs.append(_job(options, name, found, cwd, standing))
    return jobs, skipped


def _require_series(name: str, cwd: Path, known: Sequence[str] | dict[str, Path]) -> None:
    """A word that is no file, message-id or URL is a manifest's name with a slip in it."""
    if name == "-" or (cwd / name).exists() or re.search(r"@|://", name):
        return
    raise UserError(
        f"{name!r} is no file, message-id or URL, and no manifest of that name is in patches/"
        f" (there are: {', '.join(known)})"
    )


def _job(
    options: argparse.Namespace,
    name: str,
    manifest: Manifest | None,
    cwd: Path,
    standing: Path | None,
) -> Job:
    own = manifest.tree if manifest else None
    where = own if own and not options.tree else standing
    if where is None:
        raise UserError(f"{name}: {_NEEDS_TREE}")
    source = name
    if manifest:
        source = manifest.message_id or str(manifest.file)
    request = Request(
        source=source,
        archive=options.archive or (manifest.archive if manifest else None),
        revision=options.revision or (manifest.revision if manifest else None),
        pick=options.pick,
        expected=manifest.patches if manifest and not options.pick else None,
        refresh=options.refresh,
    )
    return Job(
        request,
        where,
        base=options.base,
        promised_base=manifest.base if manifest else None,
        rewind=not options.no_rewind,
        only=tuple(options.only),
        strict=options.strict,
        arguments=_again(options, name, None if own and not options.tree else where),
    )


def _again(options: argparse.Namespace, name: str, where: Path | None) -> tuple[str, ...]:
    """The arguments that verify the same series again."""
    arguments = [name]
    if where:
        arguments += ["--tree", str(where)]
    for option in ("base", "archive"):
        if value := getattr(options, option):
            arguments += [f"--{option}", value]
    if options.revision:
        arguments += ["-v", str(options.revision)]
    if options.pick:
        arguments += ["-P", options.pick]
    if options.strict:
        arguments.append("--strict")
    return tuple(arguments)
