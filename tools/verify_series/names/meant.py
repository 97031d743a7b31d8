# SPDX-License-Identifier: GPL-2.0-or-later
"""Names that are gone or missing on purpose, by what the rest of the file says."""

from __future__ import annotations

from ..c.source import Source
from .rule import Fault
from .sites import Site, find_sites


def is_withdrawn(fault: Fault, before: Site, after: Site) -> bool:
    """Whether a line of a list or a switch went together with all that its file does with the
    enumerator, as where a protocol is removed of which programs still see the number."""
    if fault.rule != "lost" or after.table or _count(fault.what, after.source):
        return False
    own = sum(token.text == fault.what for token in before.raw())
    return _count(fault.what, before.source) > own


def _count(name: str, source: Source) -> int:
    bodies = (m.body or () for several in source.macros.values() for m in several)
    found = sum(token.text == name for token in source.tokens)
    return found + sum(token.text == name for body in bodies for token in body)


def is_elsewhere(fault: Fault, site: Site) -> bool:
    """Whether another array of structures of the same file has the name: each is of one variant,
    and has what this one has."""
    return (
        fault.rule == "noname"
        and site.is_loose()
        and any(
            fault.what in other.words and other.is_loose()
            for other in find_sites(site.source)
            if other.line != site.line
        )
    )
