# SPDX-License-Identifier: GPL-2.0-or-later
"""Something outside of us that does not work: tried again later and later, told once."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

_LONGEST = 900.0  # seconds between two tries, or the interval if that is longer


class Trouble:
    """One such thing, named ``what``; ``interval`` in seconds is how often it is tried when well.

    Only a change is told: the first failure, another reason, and that it is well again.
    """

    def __init__(self, what: str, interval: float, say: Callable[[str], None]) -> None:
        self._what, self._interval, self._say = what, interval, say
        self._reason, self._times = "", 0
        self.next = 0.0

    def __bool__(self) -> bool:
        return bool(self._reason)

    def well(self) -> None:
        """It worked; it is due again after the interval."""
        if self._reason:
            self._say(f"{self._what}: well again after {self._times} failure(s)")
        self._reason, self._times = "", 0
        self.next = time.monotonic() + self._interval

    def failed(self, reason: str) -> None:
        """It did not; wait twice as long as the last time, give or take a fifth."""
        if reason != self._reason:
            self._say(f"{self._what}: {reason}; it is tried again, later and later")
        self._reason = reason
        wait = min(max(self._interval, 1) * 2**self._times, max(_LONGEST, self._interval))
        self._times = min(self._times + 1, 30)
        self.next = time.monotonic() + wait * random.uniform(0.8, 1.2)

    @property
    def due(self) -> bool:
        return time.monotonic() >= self.next
