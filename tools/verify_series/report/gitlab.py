# SPDX-License-Identifier: GPL-2.0-or-later
"""Annotations of GitLab: a Code Quality report, which merge requests show beside the lines.

"Code Quality report format" in GitLab's manual names the keys; fingerprints must be unique.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Sequence

from ..model import Report, Severity, Verdict
from .inert import printable

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTE: "info"}


def render(reports: Sequence[Report], skipped: Sequence[tuple[str, str]], result: Verdict) -> str:
    """An entry a new finding."""
    seen: Counter[tuple[str, ...]] = Counter()
    entries = []
    for finding in (finding for report in reports for finding in report.new):
        same = (finding.checker, finding.rule, finding.path, finding.key)
        parts = (*same, str(seen[same]))
        seen[same] += 1
        patch = f"patch {finding.patch}: " if finding.patch else ""
        entries.append(
            {
                "description": printable(patch + finding.message),
                "check_name": printable(f"{finding.checker}/{finding.rule}"),
                "fingerprint": hashlib.sha256(os.fsencode("\0".join(parts))).hexdigest(),
                "severity": _SEVERITIES[finding.severity],
                "location": {
                    "path": printable(finding.path),
                    "lines": {"begin": finding.line or 1},
                },
            }
        )
    return json.dumps(entries, indent=2, ensure_ascii=True) + "\n"
