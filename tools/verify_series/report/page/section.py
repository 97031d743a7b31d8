# SPDX-License-Identifier: GPL-2.0-or-later
"""What the template of the page shows of one series."""

from __future__ import annotations

import urllib.parse
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ...model import (
    Document,
    Finding,
    NameTable,
    Outcome,
    Patch,
    Report,
    Severity,
    State,
    Status,
    Tried,
)
from ...rules import Rule, find
from ..matrix import HEADLINE, bare, cell, checkers
from ..text import attestation, last_line
from .documents import Rendered
from .documents import render as render_document
from .patches import Shown
from .patches import show as show_patch
from .tables import Drawn
from .tables import draw as draw_table

_LORE = "https://lore.kernel.org/all/"
_MOST_PATCHES_OPEN = 8  # of a series whose patches are all unfolded
_MOST_FINDINGS_OPEN = 100  # of a series whose patches with findings are unfolded
_MOST_LINES_OPEN = 400  # of a patch whose files are unfolded though nothing was found in them
#: What a cell of the matrix says: class, and for those who cannot see its colour sign and word.
_CELLS = {
    "ok": ("ok", "✓", "ok"),
    "FAIL": ("fail", "✗", "fail"),
    "warn": ("warn", "!", "warn"),
    "-": ("skip", "–", "skipped"),
    "?": ("none", "?", "no result"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A check on the time line: per cent of the longest."""

    outcome: Outcome
    width: float


@dataclass(frozen=True)
class Section:
    """What the template shows of one series. ``number`` makes its anchors its own."""

    number: int
    report: Report

    @property
    def headline(self) -> str:
        return HEADLINE[self.report.verdict]

    @property
    def checkers(self) -> list[str]:
        return checkers(self.report)

    @property
    def last_line(self) -> str:
        return last_line(self.report)

    @property
    def subject(self) -> str:
        series = self.report.series
        return series.subject if series else self.report.source

    def anchor(self, what: str, number: object) -> str:
        """The id of a part of this section."""
        return f"s{self.number}-{what}{number}"

    @property
    def attested(self) -> str:
        series = self.report.series
        return attestation(series) if series else ""

    @property
    def trailers(self) -> list[str]:
        """The trailers that others gave in the thread."""
        series = self.report.series
        return list(dict.fromkeys(t for p in series.patches for t in p.trailers)) if series else []

    def lore(self, message_id: str) -> str:
        """Where a mail is archived; empty for commits, which are in no archive."""
        if not message_id:
            return ""
        return _LORE + urllib.parse.quote(message_id.encode("utf-8", "replace"), safe="@") + "/"

    def cell(self, checker: str, patch: Patch) -> tuple[str, str, str, int]:
        """A cell of the matrix: class, sign, word, number of new findings."""
        new = sum(finding.checker == checker for finding in self.of_patch(patch.number))
        return *_CELLS[cell(self.report, checker, patch.number)], new

    def of_patch(self, patch: int | None) -> list[Finding]:
        """The new findings of one patch."""
        return self._by_patch.get(patch, [])

    @cached_property
    def _by_patch(self) -> dict[int | None, list[Finding]]:
        found: defaultdict[int | None, list[Finding]] = defaultdict(list)
        for finding in self.report.new:
            found[finding.patch].append(finding)
        return found

    @cached_property
    def patches(self) -> list[Shown]:
        """The patches with their findings in place."""
        series = self.report.series
        return [show_patch(p, self.of_patch(p.number)) for p in (series.patches if series else ())]

    def is_open(self, shown: Shown) -> bool:
        """Whether a patch is unfolded: those with findings, all of a short series."""
        few = len(self.patches) <= _MOST_PATCHES_OPEN
        return few or (shown.found > 0 and len(self.report.new) <= _MOST_FINDINGS_OPEN)

    def is_small(self, shown: Shown) -> bool:
        """Whether all files of a patch are unfolded."""
        return sum(file.added + file.removed for file in shown.files) <= _MOST_LINES_OPEN

    @property
    def of_no_patch(self) -> list[Finding]:
        """New findings that no patch is blamed for."""
        numbers = {p.number for p in self.report.series.patches} if self.report.series else set()
        return [f for f in self.report.new if f.patch not in numbers]

    def gates(self, finding: Finding) -> bool:
        """Whether a finding makes the verdict fail."""
        return finding.state is State.NEW and finding.severity in self.report.gates

    def kind(self, finding: Finding) -> str:
        """The class of a finding: fail where it gates, else warn or note."""
        if self.gates(finding):
            return "fail"
        return "note" if finding.severity is Severity.NOTE else "warn"

    @property
    def fixed(self) -> list[Finding]:
        return [f for o in self.report.outcomes for f in o.findings if f.state is State.FIXED]

    @cached_property
    def tables(self) -> list[Drawn]:
        """Tables of names; first those with something wrong."""
        drawn = [
            draw_table(exhibit, [f for f in outcome.findings if f.state is State.NEW])
            for outcome in self.report.outcomes
            for exhibit in outcome.exhibits
            if isinstance(exhibit, NameTable)
        ]
        return sorted(drawn, key=lambda one: (not one.wrong, not one.changed))

    @cached_property
    def documents(self) -> list[Rendered]:
        some = [exhibit for exhibit in self._exhibits() if isinstance(exhibit, Document)]
        return [render_document(d, self.anchor("d", number)) for number, d in enumerate(some)]

    @cached_property
    def tried(self) -> list[Tried]:
        return [e for e in self._exhibits() if isinstance(e, Tried)]

    def _exhibits(self) -> Iterator[object]:
        for outcome in self.report.outcomes:
            yield from outcome.exhibits

    @cached_property
    def bars(self) -> list[Bar]:
        """The checks with the time that each took."""
        longest = max((o.seconds for o in self.report.outcomes), default=0) or 1
        return [Bar(o, round(100 * o.seconds / longest, 1)) for o in self.report.outcomes]

    def counts(self, outcome: Outcome) -> str:
        """How many findings a check has, in words."""
        return ", ".join(f"{number} {s}" for s in State if (number := outcome.count(s)))

    @property
    def summary(self) -> str:
        """How many findings and checks there are, in a line."""
        new, gating = len(self.report.new), len(self.report.gating)
        passed = sum(o.status is Status.PASS for o in self.report.outcomes)
        facts = [
            f"{gating} new finding{'s' * (gating != 1)}",
            *([f"{new - gating} that do{'es' * (new - gating == 1)} not gate"] * (new > gating)),
            f"{passed} check{'s' * (passed != 1)} passed",
            f"{self.report.seconds:.1f} s",
        ]
        return ", ".join(facts)

    @cached_property
    def rules(self) -> list[tuple[str, Rule]]:
        """What each rule means that a new finding names."""
        named = sorted({(f.checker, f.rule) for f in self.report.new})
        texts = [(f"{checker}/{rule}", find(checker, rule)) for checker, rule in named]
        return [(name, text) for name, text in texts if text]

    @cached_property
    def commands(self) -> list[str]:
        return list(dict.fromkeys(o.command for o in self.report.outcomes))

    @cached_property
    def versions(self) -> dict[str, str]:
        versions = dict(self.report.versions)
        for outcome in self.report.outcomes:
            versions |= outcome.versions
        return versions

    bare = staticmethod(bare)
