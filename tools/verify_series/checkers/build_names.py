# SPDX-License-Identifier: GPL-2.0-or-later
"""The compiled truth of declared tables of names, held against their sources. Part of build."""

from __future__ import annotations

import codecs
from collections.abc import Collection, Iterable, Mapping, Sequence

from ..build.compiled import Compiled, NotThere, read
from ..build.kbuild import Kbuild
from ..build.targets import object_of
from ..c import Unreadable
from ..c.declared import Place, Spec, find, readings
from ..c.enums import Enumerator
from ..c.tables import Names
from ..model import CheckError, Finding, Severity, Snapshot

RULE = "compiled-name"


def compiled(
    specs: Iterable[Spec], snapshot: Snapshot, sources: Collection[str], kbuild: Kbuild
) -> dict[str, Compiled]:
    """What the compiler made of the tables in ``sources``, which kbuild compiled with -g.

    A table that this tree does not have yet is left out. Raises CheckError where an object cannot
    be read, and where it does not say what the name-table checker reads in the sources.
    """
    places: dict[str, list[Place]] = {}
    for spec in specs:
        place = find(spec, snapshot.read_many(spec.files))
        if spec.table_file in sources and place.enums and place.tables:
            places.setdefault(spec.table_file, []).append(place)
    result: dict[str, Compiled] = {}
    for source, inside in places.items():
        pairs = [(place.spec.enum, place.spec.table) for place in inside]
        try:
            made = kbuild.made(object_of(source))
            if not made:
                raise NotThere("its object is gone")
            found = read(made, pairs)
            for place in inside:
                _require_same(place, found[place.spec.table], kbuild.settings())
        except (NotThere, Unreadable) as error:
            raise CheckError(f"{source} cannot be compared as compiled: {error}") from error
        result |= found
    return result


def _require_same(place: Place, made: Compiled, settings: Mapping[str, str]) -> None:
    """Raises CheckError where no reading of the sources for this configuration is the object's."""
    wrong = ""
    for given, enumerators, names in readings(place):
        if all((settings.get(n, "n") == "y") == v for n, v in given.items() if n in settings):
            wrong = _difference(made, enumerators, names)
            if not wrong:
                return
    raise CheckError(
        f"{place.spec.table_file}: the name-table check and the compiler disagree on"
        f" {place.spec.table}:"
        f" {wrong or 'no configuration of the sources is the one that was compiled'}"
    )


def _difference(made: Compiled, enumerators: Sequence[Enumerator], names: Names) -> str:
    """The first thing that the object has and the sources, as they are read, have not."""
    values = dict(made.enumerators)
    for e in enumerators:
        if values.pop(e.name, None) != e.value:
            there = dict(made.enumerators).get(e.name, "not there")
            return f"{e.name} is {e.value} in the source, {there} in the object"
    for more in values:
        return f"the object has an enumerator {more}"
    length = names.size or max((entry.index + 1 for entry in names.entries), default=0)
    if length != len(made.names):
        return f"{length} names in the source, {len(made.names)} in the object"
    texts = {entry.index: entry.text for entry in names.entries}
    for index, name in enumerate(made.names):
        written = texts.get(index)
        if written and "\\" in written:
            written = codecs.decode(written, "unicode_escape")
        if written != name:
            return f"index {index} is {written!r} in the source, {name!r} in the object"
    return ""


def violations(spec: Spec, before: Compiled, after: Compiled, checker: str) -> list[Finding]:
    """An enumerator that was there before must keep its name, a new one must have one of its own.

    How names are spelt does not matter here, so no rule of a profile is needed.
    """
    old = _names(spec, before)
    new = _names(spec, after)
    taken = {name: e for e, name in old.items() if name is not None}
    values = dict(after.enumerators)
    faults = []
    for e, name in new.items():
        if e in old:
            if name != old[e]:
                faults.append(f"{e} was {_quoted(old[e])} and is {_quoted(name)} now")
        elif name is None:
            faults.append(f"{e} is new and has no name")
        elif name in taken and values.get(taken[name]) != values[e]:
            faults.append(f"{e} is new and is called {_quoted(name)}, the name of {taken[name]}")
    if not faults:
        return []
    more = f"; {len(faults) - 3} more enumerators have a wrong name" if len(faults) > 3 else ""
    message = f"as compiled, {'; '.join(faults[:3])}{more}"
    return [
        Finding(
            checker,
            RULE,
            Severity.ERROR,
            spec.table_file,
            after.line,
            message,
            identity=f"{spec.table}: {'; '.join(faults)}",
        )
    ]


def _names(spec: Spec, table: Compiled) -> Mapping[str, str | None]:
    """Enumerator to name, for those that index the table."""
    return {
        e: table.name(value)
        for e, value in table.enumerators
        if value >= 0 and e != spec.sentinel and e not in spec.unnamed
    }


def _quoted(name: str | None) -> str:
    return "NULL" if name is None else f'"{name}"'
