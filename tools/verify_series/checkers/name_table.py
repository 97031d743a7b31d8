# SPDX-License-Identifier: GPL-2.0-or-later
"""Holds a table of names against the enum that indexes it, before and after every patch.

The two stand in different files, no compiler compares them, and a name in the wrong place is
printed wrong for ever after. Each enumerator must have its name at its own index, none may be
left over, and an enumerator that had a name before must keep it. Every configuration counts:
what stands under an #if is read with and without it.

Bad, where hook_type has HOOK_OPEN, HOOK_EXEC, HOOK_CLOSE::

    static const char *const names[__HOOK_MAX] = { "OPEN", "CLOSE", "EXEC" };

Good::

    static const char *const names[__HOOK_MAX] = { "OPEN", "EXEC", "CLOSE" };

Rules: ``moved`` (a name stands at another enumerator's index), ``lost`` (an enumerator that had
a name has none), ``noname`` (a new one has none), ``over`` (a name has no enumerator),
``duplicate``, ``spelling`` (the name is not what the profile's rule says), ``size`` (the array is
larger or smaller than the enum) and ``sentinel`` (the enum does not end as the profile says).
An enumerator with a negative value indexes nothing and needs no name.

A profile declares a table to say more of it: then all of this holds for it, in every tree. Every
other table is found by itself: an enum that the series changes, or a family of #define that is
numbered like one, and the arrays, lists of pairs and switch statements with names for it, and the
other way round, as far as the table's file includes the enum. A change is also one of an #if line
around them, or of a macro that their values or entries are made with. It is compared before and
after each patch, and only what a patch does counts (``moved``, ``lost``, ``noname``, ``over``,
``duplicate``). Nothing is said of a new enumerator without a name

- where several others had none before: the table is not meant to be complete;
- that is called as no thing is: NR_, NUM_, MAX or COUNT at its beginning or end, or at its end
  LAST, END, SIZE, BASE, MASK, RESERVED, UNUSED, INVALID, UNKNOWN, NONE, AUTO, ANY, ALL, DEFAULT
  and the like, or with two underscores before it;
- that has another one's value, or whose entry is NULL;
- that takes the place, and the name, of one that is gone: this is a new name for the same thing;
- whose name stands in another array of structures of the same file: each is of one variant.

Nothing is said either of a name that is gone from a list or a switch with all other uses of the
enumerator in the file, of one that only stands under another #if now, and of several cases of a
switch that share one string.

It is a warning and no error

- where one other name was missing before, or a designated table has fewer than three names;
- where a fallback stands for what has no name: a range, a default, the end of a list of pairs, a
  string that stands three times or more;
- where an enumerator gets a name that was no enumerator's before;
- in an array of structures without a size, which may be searched and not indexed;
- where a later patch of the series brings the name, and until then no other one is wrong.

New names are listed. Where all names of a table follow one rule of spelling, a new one that is
spelled as another enumerator's stands in the wrong place (``moved``). A table that is new is held
to the rule of spelling that its names follow, in whatever order they stand, and if it has no
designators, to having a name for each enumerator.

``unread``, a warning, says that a pair which the series changes could not be compared, and why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..c import Unreadable
from ..c.declared import Place, Spec, find
from ..c.enums import find_enums
from ..c.source import Source, read_source
from ..c.tables import find_tables, read_table
from ..c.view import Configuration, configurations, reason
from ..carry import classify
from ..model import AppliedSeries, CheckError, Examined, Finding, NameTable, UserError
from ..names.drawn import declared_rows
from . import keys
from .name_faults import NAME, Held, Known, find_end, hold
from .name_found import Found, examine

__all__ = ["NAME", "Spec", "parse", "run"]


def parse(table: Mapping[str, Any]) -> Spec | Found:
    """Raises UserError for a key that is unknown, missing or of the wrong type.

    An empty table stands for all tables that are not declared.
    """
    if not table:
        return Found()
    spec = keys.parse(Spec, table)
    if spec.at_sentinel and not spec.sentinel:
        raise UserError("at-sentinel needs sentinel")
    return spec


@dataclass(slots=True)
class _State:
    """What one tree says, all configurations together."""

    findings: tuple[Finding, ...] = ()
    pairs: dict[str, frozenset[str]] = field(default_factory=dict)
    words: frozenset[str] = frozenset()
    count: int = 0
    end: str = ""
    complete: bool = True


def run(applied: AppliedSeries, spec: Spec | Found) -> Examined:
    """Examines the table at the base and after each patch; counts its names at the head.

    Raises CheckError where the enum or the table is not where the profile says, or holds what
    cannot be worked out.
    """
    if isinstance(spec, Found):
        return examine(applied, spec)
    if not applied.paths.intersection(spec.files):
        return Examined(0, skip=f"the series does not touch {' or '.join(spec.files)}")
    states: list[_State] = []
    known: dict[str, frozenset[str]] = {}
    before: dict[str, bytes] = {}
    for number, snapshot in enumerate(applied.snapshots):
        data = snapshot.read_many(spec.files)
        if states and data == before:
            states.append(states[-1])
            continue
        place = find(spec, data)
        if place.enums and place.tables:
            states.append(_state(spec, place, known, _when(applied, number)))
        elif any(s.count for s in states) or number == len(applied.steps):
            raise CheckError(_gone(applied, spec, number, bool(place.enums)))
        else:
            states.append(_State())  # the series is still to bring them
        for enumerator, names in states[-1].pairs.items():
            known.setdefault(enumerator, names)
        before = data
    return _examined(applied, spec, states)


def _when(applied: AppliedSeries, number: int) -> str:
    return f"after patch {applied.steps[number - 1].patch.number}" if number else "in the base"


def _gone(applied: AppliedSeries, spec: Spec, number: int, has_enum: bool) -> str:
    """Why the enum or the table cannot be found, and where the series put it."""
    kind, name, file = ("table", spec.table, spec.table_file)
    names: Callable[[Source], Sequence[str]] = _table_names
    if not has_enum:
        kind, name, file, names = "enum", spec.enum, spec.enum_file, _enum_names
    sentence = f"{_when(applied, number)}, {file} has no {kind} {name}"
    touched = sorted(path for path in applied.paths if path.endswith((".c", ".h")))
    for path, data in applied.snapshots[number].read_many(touched).items():
        if path != file and name in names(read_source(path, data)):
            return f"{sentence}; {path} has it now, so {kind}-file of the profile must say so"
    return f"{sentence}, and no other file that the series touches has it"


def _table_names(source: Source) -> list[str]:
    return [table.name for table in find_tables(source)]


def _enum_names(source: Source) -> list[str]:
    return [name for enum in find_enums(source) for name in enum.names]


def _state(spec: Spec, place: Place, known: Known, when: str) -> _State:
    """Read one tree in all its configurations. Raises CheckError where that cannot be done."""

    def read(given: Configuration) -> Held:
        view, enumerators, table = place.read(given)
        end = find_end(spec, enumerators, table, known)
        if isinstance(end, Finding):
            return Held([end])
        names = read_table(view, table, enumerators)
        return hold(spec, enumerators, end, table, names, known)

    try:
        helds, complete = configurations(lambda given: all(place.in_one(given)), read)
    except Unreadable as error:
        raise CheckError(f"{when}, {spec.table} cannot be verified: {error}") from error
    if not any(held.count or held.findings for _, held in helds):
        raise CheckError(f"{when}, no configuration has {spec.enum} and {spec.table} with names")
    pairs: dict[str, set[str]] = {}
    for _, held in helds:
        for enumerator, name in held.pairs.items():
            pairs.setdefault(enumerator, set()).add(name)
    return _State(
        _merge(helds),
        {enumerator: frozenset(names) for enumerator, names in pairs.items()},
        frozenset[str]().union(*(held.words for _, held in helds)),
        max(held.count for _, held in helds),
        next((held.end for _, held in helds if held.end), ""),
        complete,
    )


def _merge(helds: Sequence[tuple[Configuration, Held]]) -> tuple[Finding, ...]:
    """Each fault once; one that not every configuration has says where it is."""
    faults: dict[tuple[str, str, int, str], tuple[Finding, list[Configuration]]] = {}
    for given, held in helds:
        for f in held.findings:
            faults.setdefault((f.rule, f.path, f.line, f.key), (f, []))[1].append(given)
    merged = []
    for finding, failing in faults.values():
        words = reason(failing, [given for given, _ in helds])
        if words:
            finding = replace(
                finding,
                message=f"{finding.message}, where {words}",
                identity=f"{finding.key} where {words}",
            )
        merged.append(finding)
    return tuple(sorted(merged, key=lambda f: (f.path, f.line)))


def _examined(applied: AppliedSeries, spec: Spec, states: Sequence[_State]) -> Examined:
    base, head = states[0], states[-1]
    notes = []
    for enumerator, names in head.pairs.items():
        quoted = {f'"{name}"' for name in names}
        pair = f"{enumerator} ↔ {' or '.join(sorted(quoted))}"
        if enumerator not in base.words or base.words.isdisjoint(quoted):
            old = " or ".join(f'"{name}"' for name in sorted(base.pairs.get(enumerator, ())))
            was = f", was {old}" if old else ""
            notes.append(f"{'renamed' if old else 'new'} in {spec.table}: {pair}{was}")
    if head.end and head.end != spec.sentinel:
        notes.append(f"{spec.enum} ends with {head.end} now: say so in the profile")
    if not head.complete:
        notes.append(f"{spec.table} has too many configurations: read with each option alone")
    findings = classify(applied, [state.findings for state in states])
    drawn = _drawn(applied, spec)
    return Examined(head.count, findings, notes=tuple(notes), exhibits=(drawn,))


def _drawn(applied: AppliedSeries, spec: Spec) -> NameTable:
    before, after = (
        declared_rows(find(spec, snapshot.read_many(spec.files)))
        for snapshot in (applied.base, applied.head)
    )
    return NameTable(spec.enum, spec.enum_file, spec.table, spec.table_file, before, after)
