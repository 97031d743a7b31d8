# SPDX-License-Identifier: GPL-2.0-or-later
"""The rule: no enumerator loses its name, gets another's, or comes without one.

The names are compared before and after. What was missing before may be missing on purpose, so
only what a change does counts; and what a change does to every name at once, by a shift, is one
fault at its root.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..c.enums import Enumerator, common_prefix
from .quiet import is_nothing, others, quiet_names
from .reading import Named, Reading

NEARLY = 0.1  # of the enumerators may lack a name in a table that is nearly complete


@dataclass(frozen=True, slots=True)
class Fault:
    """``rule`` broken for ``what``, an enumerator or a name; ``certain`` ones gate.

    ``line`` is in the table's file, 0 where the whole table is meant; ``add`` is the name that
    has no line yet, an enumerator; ``shifts`` is true where other names are wrong by it.
    """

    rule: str
    what: str
    line: int
    message: str
    certain: bool
    add: str
    shifts: bool


@dataclass(slots=True)
class Known:
    """What earlier trees said: enumerator to name, and in the first, whether all had one."""

    names: dict[str, str] = field(default_factory=dict)
    enumerators: set[str] = field(default_factory=set)
    unnamed: int = 0
    named: int = 0
    loose: set[str] = field(default_factory=set)

    def learn(self, reading: Reading) -> None:
        """Take over what is new in a reading; the first word on an enumerator stays."""
        quiet = quiet_names(reading)
        following = others(reading)
        if not self.enumerators:
            wanted = [e.name for e in reading.enumerators if e.name not in quiet]
            missing = [name for name in wanted if name not in reading.names]
            ends = missing[-1:] == [e.name for e in reading.enumerators[-1:]]
            if missing and ends and (len(missing) == 1 or not reading.family):
                del missing[-1]  # what ends the enum, by whatever name
            self.unnamed = len(missing)
            self.named = sum(name in reading.names for name in wanted)
            self.loose = {named.text for named in reading.loose}
            self.loose |= {reading.names[name].text for name in following}
            self.enumerators = {e.name for e in reading.enumerators}
        for name, named in reading.names.items():
            if name not in following:
                self.names.setdefault(name, named.text)

    @property
    def complete(self) -> bool:
        return self.named > 0 and self.unnamed == 0

    @property
    def nearly(self) -> bool:
        return self.named >= 3 and self.unnamed <= max(1, NEARLY * (self.named + self.unnamed))


def compare(known: Known, after: Reading, site: str, enum_file: str) -> list[Fault]:
    """What is wrong in ``after``, given what was ``known`` before it.

    ``site`` is what the reader calls the table, ``enum_file`` where the enum stands.
    """
    return _Comparison(known, after, site, enum_file).faults


@dataclass(frozen=True, slots=True)
class _Place:
    """A name where it stands: at an enumerator, or at an index that none has."""

    named: Named
    index: int
    enumerator: str = ""


class _Comparison:
    def __init__(self, known: Known, after: Reading, site: str, enum_file: str) -> None:
        self.known, self.after, self.site, self.enum_file = known, after, site, enum_file
        self.faults: list[Fault] = []
        self.now = {e.name: e for e in after.enumerators}
        self.quiet = quiet_names(after)
        self.owner = self._owners()
        self.places = self._places()
        self.text_at: dict[int, set[str]] = {}
        for place in self.places:
            self.text_at.setdefault(place.index, set()).add(place.named.text)
        if known.names:
            self._run()

    def _owners(self) -> dict[str, Enumerator]:
        """Each string that the enumerators of one value alone had, and the first of them."""
        owner: dict[str, Enumerator] = {}
        several = set()
        for name, text in self.known.names.items():
            if name in self.now:
                other = owner.setdefault(text, self.now[name])
                if other.value != self.now[name].value:
                    several.add(text)
        return {text: e for text, e in owner.items() if text not in several}

    def _places(self) -> list[_Place]:
        seen: set[tuple[int, int, str]] = set()
        places = []
        for e in self.after.enumerators:
            named = self.after.names.get(e.name)
            if named and (key := (e.value, named.line, named.text)) not in seen:
                seen.add(key)
                places.append(_Place(named, e.value, e.name))
        places += [_Place(n, n.index or 0) for n in self.after.loose]
        places += [_Place(n, self.now[name].value, name) for name, n in self.after.extra]
        return sorted(places, key=lambda place: place.index)

    def _run(self) -> None:
        astray: list[tuple[_Place, Enumerator]] = []
        over: list[_Place] = []
        for place in self.places:
            owner = self.owner.get(place.named.text)
            if self._is_nobodys(place) or self._is_right(place):
                continue
            if owner and owner.value != place.index:
                is_new = place.enumerator not in self.known.names
                if is_new and self.after.names.get(owner.name) is place.named:
                    continue  # one string for several cases of a switch
                if place.named.text in self.text_at.get(owner.value, ()):
                    self._duplicate(place, owner)
                    over.append(place)
                else:
                    astray.append((place, owner))
            elif self._has_no_owner_here(place):
                over.append(place)
        copies = {id(place) for place in over if place.named.text in self.owner}
        fresh = [place for place in over if id(place) not in copies]
        missing = [e for e in self.after.enumerators if self._is_missing(e)]
        new = [e for e in missing if e.name not in self.known.names]
        if fresh and len(fresh) == len(new):
            for place, e in zip(fresh, new, strict=True):
                self._moved(place, e, 1)
        else:
            for place in fresh:
                self._over(place, astray)
            for e in new:
                self._noname(e, astray)
        for e in missing:
            if e.name in self.known.names:
                self._lost(e, astray)
        self._runs(astray, over, missing)

    def _is_nobodys(self, place: _Place) -> bool:
        """Whether the name was no enumerator's, and stands behind what has one."""
        behind = not place.enumerator or self._ends(place.enumerator)
        return behind and place.named.text in self.known.loose

    def _ends(self, name: str) -> bool:
        """Whether an enumerator that has had no name only counts the others."""
        return name not in self.known.names and is_nothing(name, common_prefix(list(self.now)))

    def _is_right(self, place: _Place) -> bool:
        """Whether the name stands at an enumerator that had it."""
        same = [place.enumerator, *self.after.places.get(place.index, ())]
        return any(self.known.names.get(name) == place.named.text for name in same)

    def _has_no_owner_here(self, place: _Place) -> bool:
        """Whether a string that was nobody's does not belong to the enumerator it stands at."""
        if not place.enumerator:
            return place.named.text not in self.known.loose
        before = self.known.names.get(place.enumerator)
        if before is None:  # what ends the enum has the index behind all names
            is_old = place.enumerator in self.known.enumerators
            return is_old and self.after.array and self._ends(place.enumerator)
        elsewhere = [p for p in self.places if p.named.text == before and p.index != place.index]
        return before in self.owner and bool(elsewhere)

    def _is_missing(self, e: Enumerator) -> bool:
        """Whether an enumerator that is to have a name has neither one nor one elsewhere."""
        before = self.known.names.get(e.name)
        here = self.text_at.get(e.value, set()) if e.name in self.after.names else set()
        strangers = {t for t in here if t in self.owner and self.owner[t].value != e.value}
        again = {t for t in strangers if t in self.text_at.get(self.owner[t].value, ())}
        strangers |= self._spare(e)
        if here - strangers or e.value in self.after.blank or (here and self.after.listed):
            return False
        if before is not None:
            return not any(before in texts for texts in self.text_at.values())
        if e.name in self.quiet or e.name in self.known.enumerators or again:
            return False
        whole = self.known.nearly or (self.after.positional and self.known.complete)
        return whole or bool(strangers)

    def _spare(self, e: Enumerator) -> set[str]:
        """The names at the index of a new enumerator that were nobody's before."""
        if e.name in self.known.enumerators or self._ends(e.name) or e.name in self.known.names:
            return set()
        return self.text_at.get(e.value, set()) & self.known.loose

    # what is said

    def _add(
        self,
        rule: str,
        what: str,
        line: int,
        message: str,
        *,
        certain: bool = True,
        add: str = "",
        shifts: bool = False,
    ) -> None:
        self.faults.append(Fault(rule, what, line, message, certain, add, shifts))

    def _who(self, e: Enumerator) -> str:
        return f"{e.name} ({self.enum_file}:{e.line})"

    def _where(self, place: _Place) -> str:
        text = f'"{place.named.text}" stands'
        if self.after.array:
            text += f" at index {place.index} of {self.site}"
            if not place.enumerator:
                return f"{text}, which no enumerator has"
            return f"{text}, the place of {self._who(self.now[place.enumerator])}"
        return f"{text} for {self._who(self.now[place.enumerator])} in {self.site}"

    def _duplicate(self, place: _Place, owner: Enumerator) -> None:
        message = f"{self._where(place)}, and is the name of {self._who(owner)} as well"
        certain = not self.after.listed
        self._add(
            "duplicate", f"{place.named.text} again", place.named.line, message, certain=certain
        )

    def _tail(self, value: int, astray: list[tuple[_Place, Enumerator]], way: str) -> str:
        later = [place for place, owner in astray if owner.value > value]
        if not later or not self.after.array:
            return ""
        first = later[0]
        return (
            f'; every later name, from "{first.named.text}" at index {first.index} on,'
            f" is one too {way}"
        )

    def _over(self, place: _Place, astray: list[tuple[_Place, Enumerator]]) -> None:
        tail = self._tail(place.index - 1, astray, "late")
        message = f'"{place.named.text}" in {self.site} is the name of no enumerator{tail}'
        self._add("over", place.named.text, place.named.line, message)

    def _noname(self, e: Enumerator, astray: list[tuple[_Place, Enumerator]]) -> None:
        behind = self._line_before(e)
        tail = self._tail(e.value, astray, "early")
        enough = self.known.named > 2 or self.after.positional
        certain = self.known.complete and enough and not self.after.fallback
        message = f"{self._who(e)} has no name in {self.site}{tail}"
        for text in sorted(self._spare(e)):
            message += f', and gets "{text}", which was the name of no enumerator'
            certain = False
        shifts = bool(tail)
        self._add(
            "noname", e.name, behind, message, certain=certain or shifts, add=e.name, shifts=shifts
        )

    def _lost(self, e: Enumerator, astray: list[tuple[_Place, Enumerator]]) -> None:
        before = self.known.names[e.name]
        tail = self._tail(e.value, astray, "early")
        message = f'{self._who(e)} had the name "{before}" in {self.site} and has none now{tail}'
        certain = not self.after.listed
        self._add("lost", e.name, self._line_before(e), message, certain=certain)

    def _moved(self, place: _Place, owner: Enumerator, count: int) -> None:
        message = f"{self._where(place)}; its own is {self._who(owner)}"
        if self.after.array:
            message += f", index {owner.value}"
        if count > 1:
            message += (
                f", and the {count - 1} after it are as far off"
                if count > 2
                else (", and the one after it is as far off")
            )
        self._add("moved", place.named.text, place.named.line, message)

    def _line_before(self, e: Enumerator) -> int:
        """The line of the name that stands before the place of ``e``."""
        before = [p.named.line for p in self.places if p.index < e.value]
        return before[-1] if before else 0

    def _runs(
        self,
        astray: list[tuple[_Place, Enumerator]],
        over: list[_Place],
        missing: list[Enumerator],
    ) -> None:
        """Names one after the other that stand equally far from their places are one fault.

        What is missing or too much before them explains a shift, and is said already.
        """
        last: tuple[int, int] | None = None
        runs: list[list[tuple[_Place, Enumerator]]] = []
        for rank, (place, owner) in enumerate(astray):
            off = place.index - owner.value
            if self.after.array:
                off -= sum(p.index < place.index for p in over)
                off += sum(e.value < owner.value for e in missing)
            if not off:
                last = None
                continue
            key = (off, place.index - rank)
            if key == last and self.after.array:
                runs[-1].append((place, owner))
            else:
                runs.append([(place, owner)])
            last = key
        for run in runs:
            self._moved(*run[0], len(run))
