# SPDX-License-Identifier: GPL-2.0-or-later
"""The summary of a run as one HTML page, with a line for each series that links to its report."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..model import Verdict
from ..report.html import page
from ..report.inert import uri
from ..report.matrix import HEADLINE
from .results import report_name
from .summary import Line, Summary, headline, rows


def as_html(made: Summary, lines: Iterable[Line], about: Mapping[str, Any]) -> str:
    """``lines`` are those of results.jsonl, ``about`` what the run is about."""
    return page(
        "list.html",
        title="Backtest",
        headline=headline(made),
        result=Verdict.FAIL if made.crashed else Verdict.PASS,
        about=[(name, str(value)) for name, value in about.items() if value not in ("", [], None)],
        tables=rows(made),
        lines=list(_shown(lines)),
    )


def _shown(lines: Iterable[Line]) -> Iterator[dict[str, str | int]]:
    for line in lines:
        verdict = Verdict(line["verdict"])
        when = datetime.datetime.fromtimestamp(line["date"], datetime.UTC)
        findings = ", ".join(f"{rule} {n['new']}" for rule, n in line.get("findings", {}).items())
        yield {
            "anchor": report_name(line["key"]),
            "verdict": str(verdict),
            "word": HEADLINE[verdict],
            "subject": line["subject"],
            "href": f"{uri(line['report'])}.html" if line["report"] else "",
            "revision": line["revision"],
            "date": f"{when:%Y-%m-%d}",
            "sender": line["sender"],
            "superseded": line["superseded"],
            "rewound": (line.get("base") or {}).get("rewound", 0),
            "cpu": f"{line.get('cpu', 0):.2f}",
            "said": f"{line['kind']}: {line['reason']}" if line["kind"] else findings,
        }
