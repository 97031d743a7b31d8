# SPDX-License-Identifier: GPL-2.0-or-later
"""Progress: on a terminal, without one, and how long a check took before."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import Progress, TextColumn

from reports import NASTY, report
from test_cli import run
from verify_series.durations import Durations
from verify_series.model import Status
from verify_series.report.live import _Lines, _Live, live

DOCS = report().outcomes[3]


def test_durations_are_the_median_of_the_last_runs(tmp_path: Path) -> None:
    durations = Durations(tmp_path)
    assert durations.expected("docs") == 0
    for seconds in (100, 100, 100, 9, 4, 5, 60, 4):
        durations.note([replace(DOCS, seconds=seconds)])
    durations.note([replace(DOCS, seconds=77, status=Status.ERROR)])
    assert Durations(tmp_path).expected("docs") == 5
    assert Durations(tmp_path / "other").expected("docs") == 0


def terminal(encoding: str, expected: float) -> str:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding, errors="strict")
    console = Console(file=file, width=80, force_terminal=True, color_system=None)
    with Progress(TextColumn("{task.description}"), console=console) as progress:
        shown = _Live(progress, lambda check: expected)
        shown.message("fetching")
        shown.started("docs")
        progress.refresh()
        shown.advanced("docs", "reading", 0.5)
        progress.refresh()
        shown.finished(DOCS)
    file.flush()
    return raw.getvalue().decode(encoding)


def test_on_a_terminal() -> None:
    text = terminal("utf-8", 12)
    for part in (
        "docs (about 12 s)",
        "━━━━━━  50%  docs: reading (about 12 s in all)",
        "PASS  docs",
    ):
        assert part in text, part
    assert "(" not in re.sub(r"\x1b.", "", terminal("utf-8", 0.4))
    assert "######......  50%  docs: reading (about 5 min in all)" in terminal("ascii", 300)


def test_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    shown = _Lines(lambda check: 12)
    shown.started("docs")
    shown.advanced("docs", "reading", 0.5)  # not yet: it began this moment
    shown.finished(replace(DOCS, seconds=13))
    assert capsys.readouterr().err.splitlines() == [
        "verify-series: docs: takes about 12 s",
        "verify-series: docs: PASS, 13.0 s",
    ]


@pytest.mark.parametrize("nasty", NASTY)
def test_lines_are_inert(nasty: str, capsys: pytest.CaptureFixture[str]) -> None:
    with live(False) as shown:
        shown.message(nasty)
        shown.finished(replace(DOCS, check=nasty))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all(line.isprintable() for line in lines)


def test_a_run_tells_what_is_done_unless_quiet(tmp_path: Path) -> None:
    done = run("sample", "--only", "name-table", cwd=tmp_path)
    assert "verify-series: apply: PASS, " in done.stderr
    assert "PASS" not in run("sample", "-q", "--only", "name-table", cwd=tmp_path).stderr


def test_a_locale_that_lacks_a_character(tmp_path: Path) -> None:
    done = run("sample", "--only", "name-table", cwd=tmp_path, PYTHONIOENCODING="latin-1")
    assert done.returncode == 0, done.stderr
    assert "IPE_HOOK_BPRM_CREDS_FOR_EXEC \\u2194" in done.stdout
