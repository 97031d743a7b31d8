# SPDX-License-Identifier: GPL-2.0-or-later
"""Which series of an archive a run is about, and in which order."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from .index import Index
from .series import Posted, posted


@dataclass(frozen=True, slots=True)
class Choice:
    """``since`` in seconds since 1970, ``list_id`` as in the header, ``newest`` leaves out what a
    newer revision supersedes, ``sample`` that many at random, the same ones for the same seed."""

    since: int = 0
    list_id: str = ""
    newest: bool = False
    sample: int = 0
    seed: int = 0

    def takes(self, one: Posted) -> bool:
        """Whether a series is among those a sample is drawn from."""
        listed = not self.list_id or self.list_id.strip("<>").lower() in one.lists
        return listed and one.date >= self.since and not (self.newest and one.superseded)


def choose(index: Index, choice: Choice) -> list[Posted]:
    """The series to verify, those posted last first; so a newer revision precedes an older."""
    found = sorted(_all(index, choice), key=lambda one: one.key)
    if choice.sample and choice.sample < len(found):
        found = random.Random(choice.seed).sample(found, choice.sample)
    return sorted(found, key=lambda one: (-one.date, -one.revision, one.key))


def _all(index: Index, choice: Choice) -> Iterator[Posted]:
    known: set[str] = set()
    for thread in index.threads():
        for one in posted(index, thread):
            if one.key not in known and choice.takes(one):
                known.add(one.key)
                yield one
