# SPDX-License-Identifier: GPL-2.0-or-later
"""The report as a maintainer reads it, and as a script does."""

from __future__ import annotations

import io

import pytest

from reports import NASTY, hostile, report
from verify_series.model import Verdict
from verify_series.report import text
from verify_series.report.inert import printable


def test_the_text_says_it_all_in_72_columns() -> None:
    lines = text.render(report()).splitlines()
    assert lines[0] == "FAIL: [PATCH v2 0/2] ipe: answer interpreters that ask about a script"
    assert lines[-1] == "exit 1: 1 new finding"
    assert max(len(line) for line in lines) <= text.WIDTH
    whole = "\n".join(lines)
    for part in (
        "v2, 2 of 2 patches, from Ada Example <ada@example.org>",
        "newer revision: v3 exists",
        "attestation: verified",
        "follow-up trailers: Reviewed-by: Bob Example <bob@example.org>",
        "v7.2 (111111111111) of linux, rewound by 2",
        "Patches   1 ipe: answer them",
        '    security/ipe/audit.c:19: "MMAP" stands at index 1, where',
        "New, but they do not gate (--strict)",
        "Fixed by the series",
        "SKIP  lsm-hook: untouched",
        "PASS  docs: 1 examined, 1 existing, 1 fixed, 0.10 s",
    ):
        assert part in whole, part


def test_the_matrix() -> None:
    lines = text.render(report()).splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("Patch  "))
    assert [line.split()[1:] for line in lines[start + 1 : start + 3]] == [
        ["ok", "FAIL", "-", "ok", "ok"],
        ["ok", "ok", "-", "ok", "warn"],
    ]


@pytest.mark.parametrize(
    ("verdict", "last"),
    [
        (Verdict.PASS, "exit 0: verified, nothing new"),
        (Verdict.FAIL, "exit 1: 1 new finding"),
        (Verdict.NONE, "exit 2: no verdict"),
    ],
)
def test_the_last_line(verdict: Verdict, last: str) -> None:
    assert text.render(report(verdict)).splitlines()[-1] == last


def test_a_reason_stands_below_the_headline() -> None:
    lines = text.render(report(Verdict.NONE, "patch 1 does not apply")).splitlines()
    assert lines[0].startswith("NO VERDICT: ")
    assert "    patch 1 does not apply" in lines


@pytest.mark.parametrize("nasty", NASTY)
def test_what_a_mail_says_is_inert(nasty: str) -> None:
    assert printable(nasty).isprintable()
    rendered = text.render(hostile(nasty))
    assert all(line.isprintable() for line in rendered.split("\n"))


def test_progress_of_a_check_that_takes_long() -> None:
    from rich.console import Console
    from rich.progress import Progress, TextColumn

    from verify_series.report.live import _Live

    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    with Progress(TextColumn("{task.description}"), console=console) as progress:
        shown = _Live(progress)
        shown.started("ipe: build")
        shown.advanced("ipe: build", "building the base: CC [M] a.o", 0.5)
        progress.refresh()
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "━━━━━━━━━━━━  50%  ipe: build: building the base: CC [M] a.o" in text
