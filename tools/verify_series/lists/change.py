# SPDX-License-Identifier: GPL-2.0-or-later
"""What an archive tells of its mails: which came and went since they were last asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: Name of a part of the archive (an epoch, a file) to how far it has been read.
Positions = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Came:
    """A mail came; ``place`` is where its body can be read again."""

    part: str
    place: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Went:
    """The mail at a place was taken away."""

    place: str


@dataclass(frozen=True, slots=True)
class Reset:
    """All mails of a part went; what it holds now comes after this."""

    part: str


@dataclass(frozen=True, slots=True)
class Reached:
    """A part is read to this position."""

    part: str
    position: str


Change = Came | Went | Reset | Reached
