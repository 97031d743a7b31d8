# SPDX-License-Identifier: GPL-2.0-or-later
"""How long each check took in earlier runs on a tree, to tell how long it will take."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from pathlib import Path

from . import cache
from .kept import Kept
from .model import Outcome, Status

_MOST = 5  # of the last runs


class Durations:
    """Seconds (wall time) of the checks on one tree, kept in the cache folder."""

    def __init__(self, tree: Path) -> None:
        self._kept = Kept(cache.root() / "durations")
        self._tree = tree.resolve()

    def expected(self, check: str) -> float:
        """The median of the last runs; 0 where there was none."""
        return statistics.median(self._load(check) or [0.0])

    def note(self, outcomes: Iterable[Outcome]) -> None:
        """Keep how long these took. Raises OSError where that cannot be written."""
        for outcome in outcomes:
            if outcome.status in (Status.PASS, Status.FAIL):
                seconds = [*self._load(outcome.check), round(outcome.seconds, 2)][-_MOST:]
                self._kept.save(self._key(outcome.check), seconds)

    def _load(self, check: str) -> list[float]:
        kept = self._kept.load(self._key(check))
        seconds = kept if isinstance(kept, list) else []
        return [float(second) for second in seconds if isinstance(second, float | int)]

    def _key(self, check: str) -> str:
        return f"{self._tree}\n{check}"
