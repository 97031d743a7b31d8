# SPDX-License-Identifier: GPL-2.0-or-later
"""The faults of one table of names in one configuration, in words. Part of name-table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..c import Unreadable
from ..c.declared import Spec
from ..c.enums import Enumerator
from ..c.tables import Entry, Names, Table
from ..model import Finding, Severity
from .alignment import Alignment, Slot, align

NAME = "name-table"

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

#: Enumerator to the names it had in earlier trees.
Known = Mapping[str, frozenset[str]]


@dataclass(slots=True)
class Held:
    """The result for one configuration: faults, right pairs, and how many names were compared.

    ``end`` is the name of the sentinel that was found, ``words`` all that the two sides say.
    """

    findings: list[Finding] = field(default_factory=list)
    pairs: dict[str, str] = field(default_factory=dict)
    words: frozenset[str] = frozenset()
    count: int = 0
    end: str = ""


def find_end(
    spec: Spec, enumerators: Sequence[Enumerator], table: Table, known: Known
) -> Enumerator | Finding | None:
    """The enumerator that ends the enum, as the profile says, or else the fault; None if it
    does not say.

    One that the series renamed is found where the array's size has the new name, too. Raises
    Unreadable where the enum never ended as the profile says.
    """
    if not spec.sentinel:
        return None
    for enumerator in enumerators:
        if enumerator.name == spec.sentinel:
            return enumerator
    if not known or not enumerators:
        raise Unreadable(f"{spec.enum} has no {spec.sentinel}, which is to end it")
    last = enumerators[-1]
    size = table.size.source.tokens[table.size.start : table.size.end] if table.size else []
    if last.name not in known and any(token.text == last.name for token in size):
        return last
    message = (
        f"{spec.enum} ends with {last.name}, but {spec.sentinel} is to end it, by which"
        f" {spec.table} ({spec.table_file}:{table.line}) is held against it"
    )
    return _finding(spec, "sentinel", spec.enum_file, last.line, message, last.name)


def hold(
    spec: Spec,
    enumerators: Sequence[Enumerator],
    end: Enumerator | None,
    table: Table,
    names: Names,
    known: Known,
) -> Held:
    """Hold the names of a table against the enumerators, of which ``end`` is the sentinel."""
    return _Holder(spec, enumerators, end, table, names, known).held


def _finding(spec: Spec, rule: str, path: str, line: int, message: str, what: str) -> Finding:
    identity = f"{spec.table}: {what}"
    return Finding(NAME, rule, Severity.ERROR, path, line, message, identity=identity)


def _step(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def _quote(text: str | None) -> str:
    return "NULL" if text is None else f'"{text}"'


class _Holder:
    def __init__(
        self,
        spec: Spec,
        enumerators: Sequence[Enumerator],
        end: Enumerator | None,
        table: Table,
        names: Names,
        known: Known,
    ) -> None:
        self.spec, self.table, self.names, self.known = spec, table, names, known
        self.held = Held(
            words=frozenset(e.name for e in enumerators)
            | frozenset(_quote(e.text) for e in names.entries)
        )
        self.last = enumerators[-1] if enumerators else None
        if end:
            self.held.end = end.name
            self._behind(enumerators, end)
        named = [
            e
            for e in enumerators
            if e.value >= 0 and e.name not in spec.unnamed and (not end or e.value < end.value)
        ]
        top = max((e.value for e in named), default=-1) + 1
        needed = end.value + bool(spec.at_sentinel) if end else top
        self._size(needed, bool(end))
        entries = list(names.entries)
        if names.size is None and len(entries) > needed and entries[-1].text is None:
            entries.pop()  # the NULL that ends a table for who walks through it
        longest = max((e.index for e in entries), default=-1) + len(enumerators) + 2
        self.slots = self._slots(named, min(needed, longest), end)
        self.held.count = len(named) + bool(end and spec.at_sentinel)
        alignment = align(self.slots, entries)
        alignment.missing += [
            Slot(e.value, (e.name,), e.line) for e in named if e.value >= len(self.slots)
        ]
        self._report(alignment)

    def _behind(self, enumerators: Sequence[Enumerator], end: Enumerator) -> None:
        spec = self.spec
        for e in enumerators:
            if e.value > end.value and e.name not in spec.unnamed:
                self._add(
                    "sentinel",
                    e.line,
                    f"{e.name} stands behind {end.name}, so {spec.table}"
                    f" ({spec.table_file}:{self.table.line}) has no place for its name",
                    e.name,
                    spec.enum_file,
                )

    def _size(self, needed: int, exact: bool) -> None:
        size = self.names.size
        if size is not None and (size != needed if exact else size < needed):
            self._add(
                "size",
                self.table.line,
                f"{self.spec.table} has room for {size} names, but {self.spec.enum}"
                f" ({self._enum_place()}) needs {needed}",
                f"{size} for {needed}",
            )

    def _slots(
        self, named: Sequence[Enumerator], length: int, end: Enumerator | None
    ) -> list[Slot]:
        at: dict[int, list[Enumerator]] = {}
        for enumerator in named:
            at.setdefault(enumerator.value, []).append(enumerator)
        slots = []
        for index in range(length):
            same = at.get(index, [])
            ruled = {name for e in same if (name := self.spec.rule(e.name)) is not None}
            earlier = frozenset[str]().union(*(self.known.get(e.name, ()) for e in same))
            line = same[0].line if same else 0
            slots.append(
                Slot(
                    index,
                    tuple(e.name for e in same),
                    line,
                    frozenset(ruled) or earlier or None,
                    bool(ruled),
                )
            )
        if end and self.spec.at_sentinel and length == end.value + 1:
            last = frozenset((self.spec.at_sentinel,))
            slots[-1] = Slot(end.value, (end.name,), end.line, last, True)
        return slots

    def _enum_place(self) -> str:
        return f"{self.spec.enum_file}:{self.last.line}" if self.last else self.spec.enum_file

    def _who(self, slot: Slot) -> str:
        return f"{' and '.join(slot.enumerators)} ({self.spec.enum_file}:{slot.line})"

    def _where(self, entry: Entry) -> str:
        """Where a name stands, as the enum sees it."""
        enum = self.spec.enum
        slot = self.slots[entry.index] if entry.index < len(self.slots) else None
        text = f"{_quote(entry.text)} stands at index {entry.index}"
        if slot and slot.enumerators:
            return f"{text}, where {enum} has {self._who(slot)}"
        if slot:
            return f"{text}, which no enumerator of {enum} has"
        last = f", {self.last.name} ({self._enum_place()})" if self.last else ""
        return f"{text}, past the end of {enum}{last}"

    def _add(self, rule: str, line: int, message: str, what: str, path: str = "") -> None:
        path = path or self.spec.table_file
        self.held.findings.append(_finding(self.spec, rule, path, line, message, what))

    def _report(self, alignment: Alignment) -> None:
        for run in alignment.moved:
            entry, slot = run.first, run.slot
            off = entry.index - slot.index
            tail = f"; {self._who(slot)} is {slot.index}" if run.count > 1 or abs(off) > 1 else ""
            if run.count > 1:
                names = "the name after it is" if run.count == 2 else "the names after it are"
                way = "late" if off > 0 else "early"
                tail += f", and {names} {_step(abs(off))} too {way} as well"
            at = self.slots[entry.index].enumerators if entry.index < len(self.slots) else ()
            self._add("moved", entry.line, self._where(entry) + tail, f"{entry.text} at {at}")
        for slot, entry in alignment.wrong:
            self._wrong(slot, entry)
        for slot in alignment.missing:
            self._missing(slot, alignment)
        for entry in alignment.extra:
            self._extra(entry, alignment)
        for entry in alignment.again:
            first = next(e for e in self.names.entries if e.index == entry.index)
            message = f"{self._where(entry)}, which has {_quote(first.text)} already"
            self._add("duplicate", entry.line, message, f"again {entry.text}")
        self._pairs(alignment)

    def _later(self, alignment: Alignment, index: int, way: int) -> str:
        """The names behind ``index`` that are too early (-1) or too late (1), if any are."""
        pairs = [(s, e) for s, e in alignment.good + alignment.wrong if s.index > index]
        slot, entry = min(pairs, key=lambda pair: pair[0].index, default=(None, None))
        if not slot or not entry or (entry.index - slot.index) * way <= 0:
            return ""
        count = _step(abs(entry.index - slot.index))
        word = "late" if way > 0 else "early"
        name = f"from {_quote(entry.text)} at index {entry.index} on"
        return f"; every later name, {name}, is {count} too {word}"

    def _lost(self, slot: Slot) -> str:
        """The rule that a slot without a name breaks."""
        return "lost" if any(name in self.known for name in slot.enumerators) else "noname"

    def _missing(self, slot: Slot, alignment: Alignment) -> None:
        entries = self.names.entries
        line = next((e.line for e in entries if e.index >= slot.index), 0)
        tail = self._later(alignment, slot.index, -1)
        if not line and entries:
            last = entries[-1]
            line = last.line
            tail = f", which ends with {_quote(last.text)} at index {last.index}"
        self._add(
            self._lost(slot),
            line or self.table.line,
            f"{self._who(slot)} has no name in {self.spec.table}{tail}",
            " ".join(slot.enumerators),
        )

    def _wrong(self, slot: Slot, entry: Entry) -> None:
        who = " ".join(slot.enumerators)
        if entry.text is None:
            message = f"{self._who(slot)} has NULL for a name in {self.spec.table}"
            self._add(self._lost(slot), entry.line, message, who)
            return
        others = [e for e in self.names.entries if e.text == entry.text and e is not entry]
        if others:
            message = f"{self._where(entry)}; it stands at index {others[0].index} as well"
            self._add("duplicate", entry.line, message, f"{entry.text} for {who}")
            return
        right = " or ".join(_quote(text) for text in sorted(slot.expected or ()))
        message = f"{self._where(entry)}, whose name is to be {right}"
        self._add("spelling", entry.line, message, f"{entry.text} for {who}")

    def _extra(self, entry: Entry, alignment: Alignment) -> None:
        spec = self.spec
        others = [e for e in self.names.entries if e.text == entry.text and e is not entry]
        if others and entry.text is not None:
            rule = "duplicate"
            message = f"{self._where(entry)}; it stands at index {others[0].index} as well"
        elif entry.index >= len(self.slots):
            rule, message = "over", self._where(entry)
        else:
            rule = "over"
            message = (
                f"{_quote(entry.text)} at index {entry.index} is the name of no enumerator of"
                f" {spec.enum} ({self._enum_place()})"
            )
        later = [s.index for s, e in alignment.good + alignment.wrong if e.index > entry.index]
        tail = self._later(alignment, min(later, default=len(self.slots)) - 1, 1)
        self._add(rule, entry.line, message + tail, f"{entry.text} too much")

    def _pairs(self, alignment: Alignment) -> None:
        """Remember the right pairs; two that share a name without a rule are a fault."""
        first: dict[str, Slot] = {}
        for slot, entry in alignment.good:
            if entry.text is None or not slot.enumerators:
                continue
            for enumerator in slot.enumerators:
                self.held.pairs[enumerator] = entry.text
            other = first.setdefault(entry.text, slot)
            if other is not slot and not entry.filler and not (slot.strict and other.strict):
                message = f"{self._where(entry)}, and at the index of {self._who(other)}"
                who = " ".join(slot.enumerators)
                self._add("duplicate", entry.line, message, f"{entry.text} for {who}")
