# SPDX-License-Identifier: GPL-2.0-or-later
"""The part of the command line that says where reports go: the text, and a file a format."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..identity import me
from ..model import Report, UserError, Verdict
from ..report import text
from ..report.formats import FORMATS, load
from ..report.inert import printable


def add_output_options(parser: argparse.ArgumentParser) -> None:
    """Add an option for each format; in the help they share a line."""
    names = [f"--{name}" for name in FORMATS]
    group = parser.add_argument_group(
        "reports", textwrap.fill(f"{', '.join(names)} FILE; - is standard output", 76)
    )
    for name in names:
        group.add_argument(name, metavar="FILE", help=argparse.SUPPRESS)


class Output:
    """Where the reports of one command go; made before the run, so that bad input is told then.

    Raises UserError for a file that cannot be written, and for two on standard output.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        given = {name: getattr(options, name) for name in FORMATS}
        self._files = {name: file for name, file in given.items() if file}
        piped = [f"--{name}" for name, file in self._files.items() if file == "-"]
        if len(piped) > 1:
            raise UserError(f"{' and '.join(piped)} cannot both be on standard output")
        self._text = not piped or piped == ["--github"]  # which is read beside other lines
        self._printed = 0
        for name, file in self._files.items():
            _require_writable(name, file)
        if "reply" in self._files:
            me()

    def show(self, report: Report) -> None:
        """Print one report as text, as soon as it is there, unless another format is piped."""
        if not self._text:
            return
        if report.series is None:
            print(f"verify-series: {printable(report.reason)}", file=sys.stderr)
            return
        if self._printed:
            print("\n" + "-" * text.WIDTH + "\n")
        self._printed += 1
        with _no_commands():
            print(text.render(report), end="", flush=True)

    def finish(
        self, reports: Sequence[Report], skipped: Sequence[tuple[str, str]], result: Verdict
    ) -> None:
        """Print what is to be said of all series together, and write the files."""
        if self._text:
            for name, reason in skipped:
                print(f"\nSKIP: {name}: {reason}", flush=True)
            if len(reports) + len(skipped) > 1:
                print(_summary(reports, skipped, result))
        for name, file in self._files.items():
            write(file, load(name).render(reports, skipped, result))


@contextmanager
def _no_commands() -> Iterator[None]:
    """In GitHub Actions, a line that begins with ``::`` is a command, whoever wrote it.

    "Stopping and starting workflow commands" in GitHub's manual.
    """
    if os.environ.get("GITHUB_ACTIONS") != "true":
        yield
        return
    token = secrets.token_hex(16)
    print(f"::stop-commands::{token}")
    yield
    print(f"::{token}::", flush=True)


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


def _require_writable(option: str, name: str) -> None:
    """Before the run, not after it: a report that cannot be written is bad input."""
    if name != "-":
        path = Path(name)
        if not os.access(path if path.exists() else path.parent, os.W_OK) or path.is_dir():
            raise UserError(f"cannot write {name} (give --{option} a file in a folder that exists)")


def write(name: str, content: str) -> None:
    """Write a file that an option names, ``-`` for standard output; UserError where it cannot."""
    if name == "-":
        print(content, end="", flush=True)
        return
    try:
        Path(name).write_text(content, "utf-8")
    except OSError as error:
        raise UserError(f"cannot write {name}: {error.strerror}") from error
