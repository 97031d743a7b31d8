# SPDX-License-Identifier: GPL-2.0-or-later
"""What the results of a run say together: rates by checker and rule, the slow, the crashes."""

from __future__ import annotations

import heapq
import json
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..model import Status, Verdict
from ..report.inert import printable
from .work import KINDS

_SLOWEST = 10
Line = dict[str, Any]


@dataclass(slots=True)
class Rule:
    """How often one rule found something: in how many series, and how many findings gate."""

    series: int = 0
    findings: int = 0
    gating: int = 0


@dataclass(slots=True)
class Summary:
    """``verdicts`` by verdict, ``kinds`` by why there is none, ``checkers`` by status, ``rules``
    by name; ``cpu`` the CPU seconds of each series. ``total`` series were chosen."""

    total: int
    done: int = 0
    rewound: int = 0
    superseded: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    checkers: dict[str, Counter[str]] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    cpu: list[float] = field(default_factory=list)
    slowest: list[Line] = field(default_factory=list)
    crashes: list[Line] = field(default_factory=list)

    @property
    def crashed(self) -> int:
        """How many series met a fault of ours; it has to be 0."""
        return self.kinds["crash"]


def summarize(lines: Iterable[Line], total: int) -> Summary:
    """Add up the lines of results.jsonl."""
    made = Summary(total)
    slow: list[tuple[float, int, Line]] = []
    for number, line in enumerate(lines):
        made.done += 1
        made.verdicts[line["verdict"]] += 1
        if line["kind"]:
            made.kinds[line["kind"]] += 1
        if line["kind"] == "crash":
            made.crashes.append(line)
        made.superseded += bool(line["superseded"])
        made.rewound += bool((line.get("base") or {}).get("rewound"))
        for outcome in line.get("outcomes", ()):
            made.checkers.setdefault(outcome["checker"], Counter())[outcome["status"]] += 1
        for name, counts in line.get("findings", {}).items():
            rule = made.rules.setdefault(name, Rule())
            rule.series += 1
            rule.findings += counts["new"]
            rule.gating += counts["gating"]
        if "cpu" in line:
            made.cpu.append(line["cpu"])
            entry = (line["cpu"], -number, line)
            if len(slow) < _SLOWEST:
                heapq.heappush(slow, entry)
            else:
                heapq.heappushpop(slow, entry)
    made.slowest = [line for _, _, line in sorted(slow, reverse=True)]
    made.rules = dict(sorted(made.rules.items(), key=lambda item: (-item[1].series, item[0])))
    made.checkers = dict(sorted(made.checkers.items()))
    return made


def rows(made: Summary) -> dict[str, Sequence[tuple[str, ...]]]:
    """Title to the rows of each table, the first one naming the columns; for text and page."""
    tables: dict[str, Sequence[tuple[str, ...]]] = {}
    tables["Verdicts"] = [
        ("series", "share", "verdict"),
        *(
            (str(made.verdicts[v]), _share(made.verdicts[v], made.done), _WORDS[v])
            for v in Verdict
            if made.verdicts[v]
        ),
    ]
    if made.kinds:
        tables["Why there is no verdict"] = [
            ("series", "share", "reason"),
            *(
                (str(made.kinds[kind]), _share(made.kinds[kind], made.done), f"{kind}: {text}")
                for kind, text in KINDS.items()
                if made.kinds[kind]
            ),
        ]
    tables["Checkers"] = [
        ("checker", *(str(status) for status in Status), "fail rate"),
        *(
            (
                name,
                *(str(counts[status]) for status in Status),
                _share(counts[Status.FAIL], counts[Status.FAIL] + counts[Status.PASS]),
            )
            for name, counts in made.checkers.items()
        ),
    ]
    if made.rules:
        tables["Rules"] = [
            ("series", "share", "findings", "gating", "rule"),
            *(
                (
                    str(rule.series),
                    _share(rule.series, made.done),
                    str(rule.findings),
                    str(rule.gating),
                    name,
                )
                for name, rule in made.rules.items()
            ),
        ]
    return tables


_WORDS = {Verdict.PASS: "pass", Verdict.FAIL: "fail", Verdict.NONE: "no verdict"}


def headline(made: Summary) -> str:
    """The whole run in a line."""
    facts = [
        f"{made.done} of {made.total} series",
        *(f"{made.verdicts[v]} {_WORDS[v]}" for v in Verdict),
        f"{made.rewound} rewound",
        f"{made.superseded} superseded",
        f"{made.crashed} crashes",
    ]
    if made.cpu:
        mean, median = statistics.mean(made.cpu), statistics.median(made.cpu)
        facts.append(f"{mean:.2f} CPU s a series (median {median:.2f})")
    return ", ".join(facts)


def as_text(made: Summary) -> str:
    """The summary for a terminal."""
    parts = [headline(made)]
    for title, table in rows(made).items():
        widths = [max(len(row[n]) for row in table) for n in range(len(table[0]))]
        parts += ["", title]
        parts += [
            "  " + "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
            for row in table
        ]
    parts += ["", "Slowest (CPU seconds)"]
    parts += [f"  {line['cpu']:7.2f}  {line['subject']}" for line in made.slowest]
    if made.crashes:
        parts += ["", "Crashes"]
        parts += [f"  {line['key']}: {line['reason']}" for line in made.crashes]
    return "\n".join(printable(part) for part in parts) + "\n"


def as_json(made: Summary) -> str:
    """The summary for scripts."""
    content = {
        "format": 1,
        "series": made.total,
        "done": made.done,
        "verdicts": {str(v): made.verdicts[v] for v in Verdict},
        "no_verdict": {kind: made.kinds[kind] for kind in KINDS},
        "rewound": made.rewound,
        "superseded": made.superseded,
        "checkers": {
            name: {str(s): counts[s] for s in Status} for name, counts in made.checkers.items()
        },
        "rules": {
            name: {"series": r.series, "findings": r.findings, "gating": r.gating}
            for name, r in made.rules.items()
        },
        "cpu_seconds": {
            "total": round(sum(made.cpu), 3),
            "mean": round(statistics.mean(made.cpu), 3) if made.cpu else None,
            "median": round(statistics.median(made.cpu), 3) if made.cpu else None,
        },
        "slowest": [{"key": line["key"], "cpu": line["cpu"]} for line in made.slowest],
        "crashes": [{"key": line["key"], "reason": line["reason"]} for line in made.crashes],
    }
    return json.dumps(content, indent=2) + "\n"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"
