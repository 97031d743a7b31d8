# SPDX-License-Identifier: GPL-2.0-or-later
"""The enumerators that stand for no thing, and so need no name, by what they are called."""

from __future__ import annotations

import re

from ..c.enums import common_prefix
from .reading import Reading

_COUNTS = "NR|NUM|N|MAX|MIN|COUNT|CNT|LAST|FIRST|END|SIZE|TOTAL|LIMIT"
_BEGINS = re.compile(rf"({_COUNTS})S?")
_ENDS = re.compile(
    rf"({_COUNTS}|SENTINEL|LEN|MASK|BASE|RESERVED|RSVD|RSV|UNUSED|INVALID|UNKNOWN|UNSPEC"
    r"|UNSPECIFIED|UNDEFINED|NONE|AUTO|ANY|ALL|DEFAULT|PAD|PADDING|DUMMY|DEPRECATED|OBSOLETE|SHIFT)S?\d*"
)
_LAST = re.compile(r".*_(ITEMS|ENTRIES|TYPES|KINDS)")  # of an enum, what counts the others


def quiet_names(reading: Reading) -> frozenset[str]:
    """The enumerators that need no name.

    Those that have none and end or begin as no thing does (``_MAX``, ``NR_``, ``_NONE`` ...),
    those that stand for the value of another one, and those that index nothing.
    """
    first: dict[int, str] = {}
    quiet = set()
    prefix = common_prefix([e.name for e in reading.enumerators])
    for e in reading.enumerators:
        if e.name in reading.names:
            first.setdefault(e.value, e.name)
            continue
        outside = e.value < 0 or (reading.size is not None and e.value > reading.size)
        outside = outside or e.name in reading.sizes
        hidden = e.name.startswith("__") and not prefix.startswith("__")
        if outside or hidden or is_nothing(e.name, prefix) or e.value in first:
            quiet.add(e.name)
        else:
            first.setdefault(e.value, e.name)
    return frozenset(quiet)


def others(reading: Reading) -> frozenset[str]:
    """What ends the enum, where the names of something else begin at its index."""
    if not (reading.positional and reading.loose and reading.enumerators):
        return frozenset()
    last = reading.enumerators[-1]
    prefix = common_prefix([e.name for e in reading.enumerators])
    counts = is_nothing(last.name, prefix) or _LAST.fullmatch(last.name)
    follows = any(named.index == last.value + 1 for named in reading.loose)
    return frozenset([last.name] if counts and follows and last.name in reading.names else ())


def is_nothing(name: str, prefix: str) -> bool:
    """Whether an enumerator is called as one that stands for no thing."""
    words = [word for word in name.removeprefix(prefix).upper().split("_") if word]
    return bool(not words or _BEGINS.fullmatch(words[0]) or _ENDS.fullmatch(words[-1]))
