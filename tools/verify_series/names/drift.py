# SPDX-License-Identifier: GPL-2.0-or-later
"""Names that a tree lacks, with nothing to compare it with: what is a fault, and what is meant.

Most gaps in a tree are on purpose, so a gap is told for what can be seen of it: whether the
enumerator is used at all beside the table, and what its users do where there is no name.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..c import Unreadable
from ..c.enums import Enumerator, common_prefix
from ..c.source import Source
from ..c.view import EVERYTHING, View
from .links import Link
from .lookups import Lookups, find_lookups
from .quiet import quiet_names
from .reading import Named, Reading, read_link

MISSING, FALLBACK, INTENDED = "noname", "fallback", "intended"
_FEWEST = 4  # names of a table that says anything
_FEWEST_SIZED = 2  # where the enum gives the array its size
_MOST_MISSING = 0.25  # of the enumerators, in a table that means to have them all
_MOST = 0.5  # of the enumerators; a table that lacks more has names for a part of them
_TOLD = 8  # enumerators in a message
_FAR = 4  # times the last name's index: what is further off indexes nothing
#: Counts and ends that go by other words than those that a series is forgiven.
_NO_THING = re.compile(
    r"(?i)NUM|(_|^)NR_|COUNT$|NVALS|UNSET|BAD|DONE|PRIVATE|(_|^)NO_|_START$|EOF$|RSR?VD|RESERVED"
)
#: What a comment says of an enumerator that is none any more.
_OLD = re.compile(rb"(?i)/[*/].*(obsolete|deprecated|no longer|unused|not used)")
_END = re.compile(r"(?i)(_|^)(NUM|NR|MAX|COUNT|LAST|END)(_|$)|MAX$")


@dataclass(frozen=True, slots=True)
class Gap:
    """A table without the names of some enumerators. ``share`` of them, 0 to 1, are missing."""

    group: str
    path: str
    line: int
    message: str
    share: float


def find_gap(
    link: Link, helpers: Sequence[Source], beside: Callable[[], Mapping[str, bytes]]
) -> Gap | None:
    """What a table lacks, if it lacks anything. ``beside`` gives the files of its folder."""
    sources = [*helpers, link.enum.source, link.site.source]
    try:
        reading = read_link(View(sources, EVERYTHING), link)
    except Unreadable:
        return None
    missing = _missing(reading)
    stale = _stale(reading)
    fewest = _FEWEST if reading.size is None else _FEWEST_SIZED
    if not (missing or stale) or len(reading.names) < fewest:
        return None
    files = beside()
    header = link.enum.source.path  # kernel-doc there is no use
    code = {path: data for path, data in files.items() if path != header or path.endswith(".c")}
    values = {e.name.encode(): e.value for e in reading.enumerators}
    uses = find_lookups(link.site.name, [files[link.site.source.path]], values)
    if not uses.indexes:
        uses = find_lookups(link.site.name, code.values(), values)
    missing = [
        e
        for e in missing
        if (uses.bound is None or e.value <= uses.bound)
        and e.name.encode() not in uses.apart
        and _needs_name(e, link, files)
    ]
    if not (missing or stale):
        return None
    folder = posixpath.dirname(link.site.source.path)
    near = [data for path, data in code.items() if posixpath.dirname(path) == folder]
    used = _used(missing, near) if missing else []
    share = len(missing) / (len(reading.names) + len(missing))
    if share > _MOST:
        return None
    group = _group(reading, uses, used, link)
    if share > _MOST_MISSING or not uses.indexes or uses.silent:
        group = INTENDED
    message = _message(link, used or missing, stale)
    return Gap(group, link.site.source.path, link.site.line, message, share)


def _needs_name(e: Enumerator, link: Link, files: Mapping[str, bytes]) -> bool:
    """Whether neither a comment in the table, nor one beside the enumerator, nor a loop that ends
    there says that it needs none."""
    assert link.site.region is not None
    name = rb"\b" + re.escape(e.name.encode()) + rb"\b"
    end = link.site.source.tokens[link.site.region.end].line
    table = files[link.site.source.path].split(b"\n")[link.site.line - 1 : end]
    if re.search(name, b"\n".join(table)):
        return False
    enum = files.get(link.enum.source.path, b"").split(b"\n")[e.line - 1 : e.line]
    if any(_OLD.search(line) for line in enum):
        return False
    loop = re.compile(rb";[^;\n]*<\s*" + name + rb"\s*;")
    return not any(loop.search(data) for data in files.values() if e.name.encode() in data)


def _message(link: Link, told: Sequence[Enumerator], stale: Sequence[Named]) -> str:
    words = [f"{e.name} (line {e.line})" for e in told[:_TOLD]]
    if len(told) > _TOLD:
        words.append(f"{len(told) - _TOLD} more")
    parts = [f"has no name for {', '.join(words)} of {link.enum.source.path}"] if told else []
    for n in stale:
        parts.append(f'has "{n.text}" (line {n.line}) at index {n.index}, which no enumerator has')
    return f"{link.site.name} {' and '.join(parts)}"


def _group(reading: Reading, uses: Lookups, used: Sequence[Enumerator], link: Link) -> str:
    if not used and (reading.designated or uses.guarded):
        path = link.enum.source.path
        outside = "/uapi/" in path and not link.site.source.path.startswith("tools/testing/")
        return FALLBACK if outside else INTENDED  # values from programs, or from nowhere
    behind = reading.size is None and all(e.value > _last(reading) for e in used)
    if reading.fallback or uses.guarded or (behind and uses.sized):
        return FALLBACK
    return MISSING


def _last(reading: Reading) -> int:
    """The largest value of an enumerator that has a name."""
    return max((e.value for e in reading.enumerators if e.name in reading.names), default=0)


def _missing(reading: Reading) -> list[Enumerator]:
    """The enumerators without a name that are of a kind with those that have one."""
    quiet = quiet_names(reading)
    prefix = common_prefix([e.name for e in reading.enumerators if e.name in reading.names])
    last = _last(reading)
    seen: set[int] = set()
    found: list[Enumerator] = []
    ended = False
    for e in reading.enumerators:
        nothing = e.name in quiet or e.value in reading.blank or e.value == 0
        other = not e.name.startswith(prefix) or _NO_THING.search(e.name)
        ended = (
            ended or bool(_END.search(e.name.removeprefix(prefix)))
        ) and e.name not in reading.names
        far = e.value > _FAR * (last + 1) if reading.size is None else e.value >= reading.size
        if e.name in reading.names or nothing or other or far or ended:
            seen.add(e.value)
        elif e.value not in seen:
            seen.add(e.value)
            found.append(e)
    return found


def _stale(reading: Reading) -> list[Named]:
    """Names at an index that no enumerator has, which are the name of another one."""
    texts = {named.text for named in reading.names.values()}
    return [] if reading.designated else [n for n in reading.loose if n.text in texts]


def _used(some: Sequence[Enumerator], around: Iterable[bytes]) -> list[Enumerator]:
    """Those that the code around the table works with, and does not only define."""
    words = {e.name.encode(): e for e in some}
    pattern = re.compile(rb"\b(" + b"|".join(map(re.escape, words)) + rb")\b(?:\s*([,=}]))?")
    found = set()
    for data in around:
        for match in pattern.finditer(data) if any(word in data for word in words) else ():
            line = data[data.rfind(b"\n", 0, match.start()) : match.start()]
            if not match[2] or (match[2] == b"," and b"(" in line):
                found.add(match[1])
    return [e for word, e in words.items() if word in found]
