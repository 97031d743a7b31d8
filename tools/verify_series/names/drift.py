# SPDX-License-Identifier: GPL-2.0-or-later
"""Names that a tree lacks, with nothing to compare it with: what is a fault, and what is meant.

Most gaps in a tree are on purpose, so a gap is told for what can be seen of it: whether the
enumerator is used at all beside the table, and what its users do where there is no name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..c import Unreadable
from ..c.enums import Enumerator
from ..c.source import Source
from ..c.view import EVERYTHING, View
from .links import Link
from .reading import Reading, read_link
from .rule import common_prefix, quiet_names

MISSING, FALLBACK, INTENDED = "noname", "fallback", "intended"
_FEWEST = 4  # names of a table that says anything
_MOST_MISSING = 0.25  # of the enumerators, in a table that means to have them all
#: Counts and ends that go by other words than those that a series is forgiven.
_NO_THING = re.compile(r"(?i)NUM|(_|^)NR_|COUNT$|NVALS|UNSET|BAD|DONE|PRIVATE|(_|^)NO_|_START$")


@dataclass(frozen=True, slots=True)
class Gap:
    """A table without the names of some enumerators. ``share`` of them, 0 to 1, are missing."""

    group: str
    path: str
    line: int
    message: str
    share: float


def find_gap(
    link: Link, helpers: Sequence[Source], data: bytes, around: Iterable[bytes]
) -> Gap | None:
    """What a table lacks, if it lacks anything.

    ``data`` is the table's file, ``around`` what stands in its folder.
    """
    sources = [*helpers, link.enum.source, link.site.source]
    try:
        reading = read_link(View(sources, EVERYTHING), link)
    except Unreadable:
        return None
    missing = _missing(reading)
    total = len(reading.names) + len(missing)
    if not missing or len(reading.names) < _FEWEST:
        return None
    share = len(missing) / total
    used = _used(missing, around)
    told = used or missing
    names = ", ".join(f"{e.name} (line {e.line})" for e in told[:8])
    names += f" and {len(told) - 8} more" if len(told) > 8 else ""
    message = f"{link.site.name} has no name for {names} of {link.enum.source.path}"
    group = MISSING
    if share > _MOST_MISSING or (reading.designated and not used):
        group = INTENDED
    elif reading.fallback or _has_fallback(data, link.site.name, reading, used):
        group = FALLBACK
    return Gap(group, link.site.source.path, link.site.line, message, share)


def _missing(reading: Reading) -> list[Enumerator]:
    """The enumerators without a name that are of a kind with those that have one."""
    quiet = quiet_names(reading)
    prefix = common_prefix([e.name for e in reading.enumerators if e.name in reading.names])
    seen: set[int] = set()
    found = []
    for e in reading.enumerators:
        nothing = e.name in quiet or e.value in reading.blank or e.value == 0
        other = not e.name.startswith(prefix) or _NO_THING.search(e.name)
        if e.name in reading.names or nothing or other:
            seen.add(e.value)
        elif e.value not in seen:
            seen.add(e.value)
            found.append(e)
    return found


def _used(missing: Sequence[Enumerator], around: Iterable[bytes]) -> list[Enumerator]:
    """Those that the code around the table works with, and does not only define."""
    words = {e.name.encode(): e for e in missing}
    pattern = re.compile(rb"\b(" + b"|".join(map(re.escape, words)) + rb")\b(?!\s*[,=}])")
    found = {match for data in around for match in pattern.findall(data)}
    return [e for word, e in words.items() if word in found]


def _has_fallback(data: bytes, table: str, reading: Reading, used: Sequence[Enumerator]) -> bool:
    """Whether the users of a table look first whether a name is there."""
    name = re.escape(table.encode())
    if re.search(rb"(?:!|\bif\s*\()\s*" + name + rb"\s*\[", data) or re.search(
        rb"\b" + name + rb"\s*\[[^\]\n]*\]\s*(?:\?|==\s*NULL|!=\s*NULL|&&)", data
    ):
        return True
    for match in re.finditer(rb"(\w+)\s*=\s*" + name + rb"\s*\[", data):
        after = data[match.end() : match.end() + 300]
        if re.search(rb"!\s*" + match[1] + rb"\b|\b" + match[1] + rb"\s*\?", after):
            return True
    behind = reading.size is None and all(
        e.value > max(n.index or 0 for n in reading.names.values()) for e in used
    )
    return behind and bool(re.search(rb"ARRAY_SIZE\(\s*" + name + rb"\s*\)", data))
