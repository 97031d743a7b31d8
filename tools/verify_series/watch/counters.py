# SPDX-License-Identifier: GPL-2.0-or-later
"""How the watch goes, in Prometheus' text format (exposition format 0.0.4), for the textfile
collector of its node exporter or any other reader of files."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..lists.results import write_whole
from ..model import Verdict
from .state import DELIVERED, DELIVERING, DUE, STATES, UNDELIVERED, State

_PREFIX = "verify_series_watch_"


def write(file: Path, state: State) -> None:
    """Write the file, whole or not at all. Raises OSError."""
    write_whole(file, "\n".join(_lines(state)) + "\n")


def _lines(state: State) -> Iterator[str]:
    number = state.number
    yield from _one("mails_total", "counter", "Mails read from the archive.", number("mails"))
    found = state.counts("state")
    states = {one: found.get(one, 0) for one in STATES}
    yield from _many("series", "gauge", "Series by state.", "state", states)
    found = state.counts("verdict")
    verdicts = {str(one): found.get(one, 0) for one in Verdict}
    yield from _many("verdicts_total", "counter", "Series by verdict.", "verdict", verdicts)
    found = state.counts("delivery")
    names = (DUE, DELIVERING, DELIVERED, UNDELIVERED)
    deliveries = {one: found.get(one, 0) for one in names}
    yield from _many("deliveries", "gauge", "Reports by delivery.", "state", deliveries)
    yield from _one("verify_seconds_total", "counter", "Time spent verifying.", number("seconds"))
    yield from _one("cpu_seconds_total", "counter", "CPU time spent verifying.", number("cpu"))
    yield from _one(
        "source_errors_total", "counter", "Looks at the archive that failed.", number("errors")
    )
    yield from _one(
        "last_success_timestamp_seconds",
        "gauge",
        "When the archive was last read without an error.",
        number("success"),
    )
    oldest = state.oldest_ready()
    age = max(time.time() - oldest, 0) if oldest is not None else 0
    yield from _one(
        "queue_age_seconds", "gauge", "How long the oldest complete series has waited.", age
    )


def _one(name: str, kind: str, about: str, value: float) -> Iterator[str]:
    yield from _head(name, kind, about)
    yield f"{_PREFIX}{name} {_text(value)}"


def _many(name: str, kind: str, about: str, label: str, values: Mapping[str, int]) -> Iterator[str]:
    yield from _head(name, kind, about)
    for value, count in values.items():
        yield f'{_PREFIX}{name}{{{label}="{value}"}} {count}'


def _head(name: str, kind: str, about: str) -> Iterator[str]:
    yield f"# HELP {_PREFIX}{name} {about}"
    yield f"# TYPE {_PREFIX}{name} {kind}"


def _text(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.3f}"
