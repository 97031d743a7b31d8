# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks for Patchwork, a list a patch, as POST /api/patches/{id}/checks/ takes them.

Patchwork's REST API, 1.2 and later: ``state`` is pending, success, warning or fail, ``context`` a
slug, ``description`` a text, ``target_url`` a URL, which we have none of.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ..model import Report, State, Verdict
from .inert import printable
from .matrix import cell, checkers

_STATES = {"ok": "success", "FAIL": "fail", "warn": "warning", "?": "warning"}
_LONGEST = 200  # of a description; a Patchwork page shows it in a table's cell


def render(reports: Sequence[Report], skipped: Sequence[tuple[str, str]], result: Verdict) -> str:
    """All patches of all series: ``[{"msgid": "<...>", "checks": [...]}]``."""
    content = [
        {"msgid": f"<{printable(patch.message_id)}>", "checks": checks(report, patch.number)}
        for report in reports
        if report.series
        for patch in report.series.patches
    ]
    return json.dumps(content, indent=2, ensure_ascii=True) + "\n"


def checks(report: Report, patch: int) -> list[dict[str, Any]]:
    """The payloads for one patch, one a checker; skipped ones are left out."""
    made = []
    for checker in checkers(report):
        said = cell(report, checker, patch)
        if said in _STATES:
            made.append(
                {
                    "state": _STATES[said],
                    "context": f"verify-series-{checker}",
                    "description": _description(report, checker, patch, said),
                }
            )
    return made


def _description(report: Report, checker: str, patch: int, said: str) -> str:
    mine = [outcome for outcome in report.outcomes if outcome.checker == checker]
    if said == "?":
        text = f"could not be checked: {next(o.reason for o in mine if o.reason)}"
    else:
        new = [f for o in mine for f in o.findings if f.state is State.NEW and f.patch == patch]
        more = f" (and {len(new) - 1} more)" if len(new) > 1 else ""
        text = f"{new[0]}{more}" if new else "nothing new"
    text = printable(text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
