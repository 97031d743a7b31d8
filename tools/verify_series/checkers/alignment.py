# SPDX-License-Identifier: GPL-2.0-or-later
"""Hold the names of a table against the enumerators that index it. Knows nothing of files.

The outcome says what went wrong at the root: after a name that is missing, all later ones stand
one too early, which is one fault and not many.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from ..c.tables import Entry

_MOST_CELLS = 1_000_000  # of the matrix that compares two sequences


@dataclass(frozen=True, slots=True)
class Slot:
    """An index of the table and the enumerators that have this value; none for a gap.

    ``expected`` holds the names that are right, or is None where any is. They come from a rule
    where ``strict``, else from an earlier tree, and then another name may replace them.
    """

    index: int
    enumerators: tuple[str, ...] = ()
    line: int = 0
    expected: frozenset[str] | None = None
    strict: bool = False

    def takes(self, text: str | None) -> bool:
        return self.expected is not None and text in self.expected


@dataclass(frozen=True, slots=True)
class Run:
    """Names one after the other that stand equally far from their places.

    ``count`` names from ``first`` on, whose place is ``slot``.
    """

    first: Entry
    slot: Slot
    count: int


@dataclass(slots=True)
class Alignment:
    """What an alignment found out; every named slot and every entry is in it once.

    ``good``: the right name, or any where any is right. ``wrong``: in its place stands NULL, a
    second one of another name, or what is no enumerator's name. ``moved``: the name stands
    elsewhere. ``missing``: no name for an enumerator. ``extra``: no enumerator for a name.
    ``again``: a name for an index that has one already.
    """

    good: list[tuple[Slot, Entry]] = field(default_factory=list)
    wrong: list[tuple[Slot, Entry]] = field(default_factory=list)
    moved: list[Run] = field(default_factory=list)
    missing: list[Slot] = field(default_factory=list)
    extra: list[Entry] = field(default_factory=list)
    again: list[Entry] = field(default_factory=list)


#: Each name that belongs to an enumerator, and where.
_Claimed = Mapping[str | None, Slot]


def align(slots: Sequence[Slot], entries: Sequence[Entry]) -> Alignment:
    """Pair ``entries`` with ``slots``, of which there is one for each index from 0 on."""
    claimed: dict[str | None, Slot] = {}
    for slot in slots:
        for text in slot.expected or ():
            claimed.setdefault(text, slot)
    too_many = len(slots) * len(entries) > _MOST_CELLS
    if too_many or any(entry.designated for entry in entries):
        return _by_index(slots, entries, claimed)
    return _in_order(slots, entries, claimed)


def _judge(result: Alignment, slot: Slot, entry: Entry) -> None:
    """Put away an entry in the place of ``slot`` whose text belongs to no other enumerator."""
    replaces = entry.text is not None and not slot.strict
    fits = slot.takes(entry.text) or replaces or not slot.enumerators
    (result.good if fits else result.wrong).append((slot, entry))


def _by_index(slots: Sequence[Slot], entries: Sequence[Entry], claimed: _Claimed) -> Alignment:
    """Entries that name their index: each stands or falls by itself."""
    result = Alignment()
    at: dict[int, Entry] = {}
    for entry in entries:
        if entry.filler or entry.index not in at or at[entry.index].filler:
            at[entry.index] = entry
        else:
            result.again.append(entry)
    stray: list[tuple[Slot, Entry]] = []
    empty: list[Slot] = []
    for slot in slots:
        entry_there = at.pop(slot.index, None)
        if entry_there is None or (entry_there.filler and not slot.takes(entry_there.text)):
            empty.append(slot)
        elif entry_there.text in claimed and not slot.takes(entry_there.text):
            stray.append((slot, entry_there))
        else:
            _judge(result, slot, entry_there)
    result.extra = list(at.values())
    seen = {entry.text for _, entry in result.good}
    astray = [(entry, claimed[entry.text]) for _, entry in stray if entry.text not in seen]
    elsewhere = {entry.text for entry, _ in astray} | {entry.text for entry in result.again}
    for slot, entry in stray:
        if not slot.enumerators or elsewhere.intersection(slot.expected or ()):
            continue
        if entry.text in seen:
            result.wrong.append((slot, entry))
        else:
            empty.append(slot)
    result.missing = [
        slot
        for slot in sorted(empty, key=lambda slot: slot.index)
        if slot.enumerators and not elsewhere.intersection(slot.expected or ())
    ]
    result.moved = _runs(astray, lambda entry, slot: entry.index - slot.index)
    return result


def _in_order(slots: Sequence[Slot], entries: Sequence[Entry], claimed: _Claimed) -> Alignment:
    """Entries that stand where the ones before them put them."""
    result = Alignment()
    pairs = _pair(slots, entries, claimed)
    right = {slot.index for slot, entry in pairs if slot.takes(entry.text)}
    # A name in another's place only stands in the way, unless its own place has it as well.
    pairs = [
        (slot, entry)
        for slot, entry in pairs
        if entry.text not in claimed or slot.takes(entry.text) or claimed[entry.text].index in right
    ]
    for slot, entry in pairs:
        if entry.text in claimed and not slot.takes(entry.text):
            (result.wrong if slot.enumerators else result.good).append((slot, entry))
        else:
            _judge(result, slot, entry)
    paired = {slot.index for slot, _ in pairs}
    missing = {s.index: s for s in slots if s.index not in paired and s.enumerators}
    paired = {entry.index for _, entry in pairs}
    extra = {e.index: e for e in entries if e.index not in paired}

    # Each name that is an enumerator's own, and where it belongs.
    home = [(entry, slot) for slot, entry in pairs if slot.takes(entry.text)]
    for entry in list(extra.values()):
        place = claimed.get(entry.text)
        if place and place.index in missing:
            home.append((extra.pop(entry.index), missing.pop(place.index)))
    free = [slot for slot in missing.values() if slot.expected is None]
    new = [entry for entry in extra.values() if entry.text and entry.text not in claimed]
    if len(free) == len(new):  # all the new names are there, but not where they belong
        for slot, entry in zip(free, new, strict=True):
            home.append((extra.pop(entry.index), missing.pop(slot.index)))

    result.missing, result.extra = list(missing.values()), list(extra.values())

    def off(entry: Entry, slot: Slot) -> int:
        """How far a name is from its place, apart from what is missing or too much before it."""
        shift = sum(index < entry.index for index in extra)
        shift -= sum(index < slot.index for index in missing)
        return entry.index - slot.index - shift

    astray = [(entry, slot) for entry, slot in home if off(entry, slot)]
    moved = {entry.index for entry, _ in astray}
    result.good = [(slot, entry) for slot, entry in result.good if entry.index not in moved]
    result.moved = _runs(astray, off)
    return result


def _runs(astray: list[tuple[Entry, Slot]], off: Callable[[Entry, Slot], int]) -> list[Run]:
    ordered = enumerate(sorted(astray, key=lambda pair: pair[0].index))
    runs = []
    # Neighbours have the same difference of index and rank.
    for _, group in groupby(ordered, key=lambda x: (x[1][0].index - x[0], off(*x[1]))):
        members = [pair for _, pair in group]
        runs.append(Run(*members[0], len(members)))
    return runs


def _pair(
    slots: Sequence[Slot], entries: Sequence[Entry], claimed: _Claimed
) -> list[tuple[Slot, Entry]]:
    """The pairing in order that is worth most: a longest common subsequence with weights."""

    def worth(slot: Slot, entry: Entry) -> int:
        if slot.takes(entry.text):
            return 20
        if entry.text in claimed:
            return 1
        if not slot.enumerators:
            return 6 if entry.text is None else 4
        return 6 if entry.text is not None and slot.expected is None else 2

    start = 0
    while start < min(len(slots), len(entries)) and worth(slots[start], entries[start]) >= 6:
        start += 1
    rows, columns = slots[start:], entries[start:]
    best = [[0] * (len(columns) + 1) for _ in range(len(rows) + 1)]
    for i in range(len(rows) - 1, -1, -1):
        for j in range(len(columns) - 1, -1, -1):
            value = worth(rows[i], columns[j])
            best[i][j] = max(best[i + 1][j], best[i][j + 1], value + best[i + 1][j + 1])
    pairs = list(zip(slots[:start], entries[:start], strict=True))
    i = j = 0
    while i < len(rows) and j < len(columns):
        value = worth(rows[i], columns[j])
        if best[i][j] == value + best[i + 1][j + 1]:
            pairs.append((rows[i], columns[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs
