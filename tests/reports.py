# SPDX-License-Identifier: GPL-2.0-or-later
"""Reports to print in every format: an ordinary one, and one in which every word is hostile."""

from __future__ import annotations

from dataclasses import replace

from verify_series.model import (
    Attestation,
    BaseChoice,
    Document,
    Finding,
    Letter,
    NameRow,
    NameTable,
    Outcome,
    Patch,
    Report,
    Series,
    Severity,
    State,
    Status,
    Tried,
    Verdict,
)
from verify_series.runner import GATES

#: What a hostile mail may say anywhere: terminal codes, NUL, bidi, HTML, Markdown, spreadsheet.
NASTY = (
    "\x1b]0;owned\x07\x1b[31mred",
    "nul\x00byte",
    "safe\u202eevil\u2066",
    "\u2028line\x85next\r\nFake-Header: 1",
    "<script>alert(1)</script>&amp;<img src=x onerror=alert(1)>",
    "]]><!--",
    "[click](javascript:alert(1)) ![x](http://example.org/x.png) |cell| `code` **bold** @all #1",
    "::error file=x::injected\n::set-output name=x::y",
    "=cmd|' /C calc'!A0",
    "lone\udcffsurrogate",
    "%0A::warning::x {0} {{1}}",
    "Acked-by: Eve <eve@example.org>",
    "\n\n--- a/file\n+++ b/file\n@@ -1 +1 @@\n-- \nFrom eve",
)


def patch(number: int, subject: str) -> Patch:
    return Patch(
        number,
        f"20260105.{number}@example.org",
        f"[PATCH v2 {number}/2] {subject}",
        "Ada Example <ada@example.org>",
        b"",
        Attestation.VERIFIED,
        trailers=("Reviewed-by: Bob Example <bob@example.org>",) if number == 1 else (),
    )


SERIES = Series(
    "20260105.0@example.org",
    "[PATCH v2 0/2] ipe: answer interpreters that ask about a script",
    "Ada Example <ada@example.org>",
    2,
    2,
    (patch(1, "ipe: answer them"), patch(2, "ipe: document the answer, at some more length")),
    newer="v3",
    source="lore",
    letter=Letter(
        "20260105.0@example.org",
        "[PATCH v2 0/2] ipe: answer interpreters that ask about a script",
        "Ada Example <ada@example.org>",
        "Mon, 5 Jan 2026 10:00:00 +0000",
        ("Bob Example <bob@example.org>", "lsm@example.org"),
        ("20251230.0@example.org",),
    ),
)
NEW = Finding(
    "name-table",
    "moved",
    Severity.ERROR,
    "security/ipe/audit.c",
    19,
    '"MMAP" stands at index 1, where ipe_hook_type has IPE_HOOK_BPRM_CREDS_FOR_EXEC',
    patch=1,
)
MILD = Finding("checkpatch", "LONG_LINE", Severity.WARNING, "a.c", 3, "long", patch=2)
OLD = Finding("docs", "other", Severity.ERROR, "a.rst", 3, "old", state=State.EXISTING)
GONE = Finding("docs", "other", Severity.ERROR, "a.rst", 9, "gone", patch=2, state=State.FIXED)


def report(verdict: Verdict = Verdict.FAIL, reason: str = "", **changed: object) -> Report:
    outcomes = (
        Outcome("apply", "apply", Status.PASS, 2, (), "verify-series x", 0.1),
        Outcome(
            "name-table", "ipe: hooks", Status.FAIL, 6, (NEW,), "verify-series x --only y", 0.1
        ),
        Outcome("lsm-hook", "lsm-hook", Status.SKIP, 0, (), "verify-series x", 0.0, "untouched"),
        Outcome("docs", "docs", Status.PASS, 1, (OLD, GONE), "verify-series x", 0.1),
        Outcome("checkpatch", "checkpatch", Status.PASS, 2, (MILD,), "verify-series x", 0.1),
    )
    fields = {
        "source": "x",
        "tree": "linux",
        "series": SERIES,
        "base": BaseChoice("1" * 40, "v7.2 (111111111111)", 2, ("HEAD: taken",)),
        "outcomes": outcomes,
        "versions": {"git": "2.39.5"},
        **changed,
    }
    return Report(verdict=verdict, reason=reason, gates=GATES, seconds=1.2, **fields)  # type: ignore[arg-type]


def hostile(nasty: str) -> Report:
    """The report, with ``nasty`` in every place that a mail, a tree or a program can fill."""
    made = report(reason=nasty)
    assert made.series
    assert made.base
    patches = [
        replace(p, subject=f"[PATCH] {nasty}", author=nasty, trailers=(nasty,))
        for p in made.series.patches
    ]
    patches = [replace(p, message_id=f"{nasty}@example.org") for p in patches]
    letter = Letter(f"{nasty}@example.org", nasty, nasty, nasty, (nasty,), (nasty,))
    series = replace(
        made.series,
        letter=letter,
        subject=nasty,
        author=nasty,
        message_id=f"{nasty}@example.org",
        patches=tuple(patches),
        source=nasty,
        newer_detail=nasty,
        notes=(nasty,),
    )
    exhibits = (
        NameTable(nasty, nasty, nasty, nasty, (), (NameRow(0, nasty, nasty, 19),)),
        Document(nasty, nasty, f"<p>{nasty}</p>{nasty}"),
        Tried(nasty, nasty, nasty),
    )
    outcomes = tuple(
        replace(
            o,
            check=nasty,
            reason=nasty,
            notes=(nasty,),
            command=f"verify-series {nasty}",
            versions={"tool": nasty},
            findings=tuple(replace(f, path=f"a/{nasty}", message=nasty) for f in o.findings),
            exhibits=exhibits,
        )
        for o in made.outcomes
    )
    base = replace(made.base, name=nasty, attempts=(nasty,))
    return replace(
        made, series=series, outcomes=outcomes, base=base, source=nasty, tree=nasty, reason=nasty
    )
