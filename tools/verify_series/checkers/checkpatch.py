# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the kernel's own scripts/checkpatch.pl, the base tree's, on each patch.

The patch is given as ``git format-patch`` prints the applied commit, so the mail's transfer
encoding does not matter. ERRORs gate; WARNINGs and CHECKs are shown, and gate with ``--strict``.
A tree without the script is skipped.

Bad::

    +	if(size>4) return -EINVAL;

Good::

    +	if (size > 4)
    +		return -EINVAL;
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .. import run as processes
from ..checkpatch_root import SCRIPT, make_root
from ..model import AppliedSeries, CheckError, Examined, Finding, Severity, UserError
from ..sandbox import Limits, shelter

NAME = "checkpatch"

_OPTIONS = ("--strict", "--show-types", "--no-summary", "--color=never")
_SEVERITIES = {"ERROR": Severity.ERROR, "WARNING": Severity.WARNING, "CHECK": Severity.NOTE}
_SECONDS = 600
_MESSAGE = re.compile(r"(ERROR|WARNING|CHECK):([A-Z0-9_]+): (.*)")
_PLACE = re.compile(r"#\d+: (?:FILE: (.*):(\d+):)?")
_COMMIT_MESSAGE = "commit message"


def parse(table: Mapping[str, Any]) -> None:
    """No keys: checkpatch runs on every series."""
    for key in table:
        raise UserError(f"unknown key {key!r} (checkpatch has none)")


def run(applied: AppliedSeries, spec: None) -> Examined:
    """Judge all patches in one process, which reads its word lists once."""
    script = applied.base.read(SCRIPT)
    if script is None:
        return Examined(0, skip=f"the base tree has no {SCRIPT}")
    box = shelter("perl", "git")
    with make_root(applied) as root:
        command = box.wrap(
            ["perl", root.folder / SCRIPT, f"--root={root.folder}", *_OPTIONS, *root.patches],
            cwd=root.folder,
            readable=root.readable,
            limits=Limits(_SECONDS),
        )
        try:
            done = processes.run(command, env=root.env, timeout=_SECONDS)
        except processes.RunError as error:
            raise CheckError(f"{SCRIPT}: {error}") from error
        if done.status not in (0, 1):
            raise _no_result(done)
        sections = split_output(done.stdout.decode("utf-8", "replace"), map(str, root.patches))
    findings = []
    for step, text in zip(applied.steps, sections, strict=True):
        for severity, rule, message, path, line in read_reports(text):
            where = path or _COMMIT_MESSAGE
            number = step.patch.number
            findings.append(Finding(NAME, rule, severity, where, line, message, patch=number))
    if bool(done.status) != bool(findings):
        raise _no_result(done)
    found = re.search(rb"^my \$V = '([^']+)'", script, re.MULTILINE)
    version = found[1].decode("ascii", "replace") if found else "unknown"
    notes = (*root.notes, *([f"{SCRIPT}: {box.said}"] if box.said else ()))
    return Examined(
        len(applied.steps), tuple(findings), notes=notes, versions={"checkpatch": version}
    )


def _no_result(done: processes.Completed) -> CheckError:
    """Exit status 0 is clean and 1 is findings; anything else, or a mismatch, is no result."""
    said = done.error_text.splitlines() or [f"it ended with status {done.status}"]
    return CheckError(f"{SCRIPT} gave no result: {said[-1]}")


def split_output(text: str, names: Iterator[str]) -> list[str]:
    """What checkpatch says of each file: it heads each with its name between two rulers.

    With a single file there is no heading.
    """
    wanted = list(names)
    if len(wanted) == 1:
        return [text]
    sections = []
    for name in wanted:
        ruler = "-" * len(name)
        before, heading, text = text.partition(f"{ruler}\n{name}\n{ruler}\n")
        if not heading:
            raise CheckError(f"{SCRIPT} did not come to every patch")
        sections.append(before)
    return [*sections[1:], text]


def read_reports(text: str) -> Iterator[tuple[Severity, str, str, str, int]]:
    """(severity, type, message, path, line) of each report in checkpatch's long format.

    Path is empty and line 0 where a report is about the commit message or the whole patch.
    """
    for report in re.split(r"\n\s*\n", text):
        lines = report.strip("\n").split("\n")
        start = _MESSAGE.match(lines[0])
        if not start:
            continue
        places = [place for line in lines[1:] if (place := _PLACE.match(line))]
        path, line = (places[0][1], int(places[0][2])) if places and places[0][1] else ("", 0)
        yield _SEVERITIES[start[1]], start[2], start[3].strip(), path, line
