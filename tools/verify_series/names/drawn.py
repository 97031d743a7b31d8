# SPDX-License-Identifier: GPL-2.0-or-later
"""An enum and its table of names as rows, for formats that draw the one beside the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..c import Unreadable
from ..c.declared import Place, readings
from ..c.enums import Enumerator
from ..model import NameRow
from .reading import Reading

_MOST_ROWS = 4096  # an enum of registers is no picture


def declared_rows(place: Place) -> tuple[NameRow, ...]:
    """The rows of a declared table, in the configuration with the most of them.

    None where the enum or the table is not there, or cannot be worked out: the check says so.
    """
    if not (place.enums and place.tables):
        return ()
    try:
        read = readings(place)
    except Unreadable:
        return ()
    found = [
        _rows(enumerators, {e.index: (e.text, e.line) for e in names.entries})
        for _, enumerators, names in read
    ]
    return max(found, key=len, default=())


def found_rows(some: Iterable[Reading]) -> tuple[NameRow, ...]:
    """The rows of a table that was found, in the reading with the most of them.

    A switch, or a list of pairs, has no indexes of its own: there the values take their place.
    """
    return max(map(_read_rows, some), key=len, default=())


def _read_rows(reading: Reading) -> tuple[NameRow, ...]:
    values = {e.name: e.value for e in reading.enumerators}
    at = {values[name]: (named.text, named.line) for name, named in reading.names.items()}
    at |= {n.index: (n.text, n.line) for n in reading.loose if n.index is not None}
    return _rows(reading.enumerators, at)


def _rows(
    enumerators: Iterable[Enumerator], at: Mapping[int, tuple[str | None, int]]
) -> tuple[NameRow, ...]:
    who: dict[int, list[str]] = {}
    for enumerator in enumerators:
        who.setdefault(enumerator.value, []).append(enumerator.name)
    rows = []
    for index in sorted({*who, *at})[:_MOST_ROWS]:
        name, line = at.get(index, (None, 0))
        rows.append(NameRow(index, ", ".join(who.get(index, ())), name, line))
    return tuple(rows)
