# SPDX-License-Identifier: GPL-2.0-or-later
"""A table of names as a profile declares it, and where it stands in the sources of one tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from . import Unreadable
from .enums import Enum, Enumerator, find_enums, read_enum
from .source import Source, read_source
from .tables import Names, Table, find_tables, read_table
from .view import Configuration, View, configurations


@dataclass(frozen=True, slots=True)
class Spec:
    """One [[name-table]] of a profile; checks/README.md explains the keys."""

    enum: str
    enum_file: str
    table: str
    table_file: str
    sentinel: str = ""
    at_sentinel: str = ""
    prefix: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)
    unnamed: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.table

    @property
    def files(self) -> tuple[str, ...]:
        """What a series must touch to concern the table, in the order of inclusion."""
        return tuple(dict.fromkeys((*self.headers, self.enum_file, self.table_file)))

    def rule(self, enumerator: str) -> str | None:
        """The name that an enumerator must have; None where the profile does not say."""
        if enumerator in self.aliases:
            return self.aliases[enumerator]
        if self.prefix and enumerator.startswith(self.prefix):
            return enumerator.removeprefix(self.prefix)
        return None


@dataclass(frozen=True, slots=True)
class Place:
    """The definitions of enum and table, of which every configuration has one each, or none."""

    spec: Spec
    sources: Sequence[Source]
    enums: Sequence[Enum]
    tables: Sequence[Table]

    def in_one(self, given: Configuration) -> tuple[list[Enum], list[Table]]:
        """The definitions that a configuration sees."""
        view = View(self.sources, given)
        return (
            [e for e in self.enums if view.holds(e.source, e.when)],
            [t for t in self.tables if view.holds(t.source, t.when)],
        )

    def read(self, given: Configuration) -> tuple[View, list[Enumerator], Table]:
        """What a configuration that has both sees. Raises Unreadable."""
        (enum, *more), (table, *others) = self.in_one(given)
        if more or others:
            what, line = (
                (self.spec.enum, more[0].line) if more else (self.spec.table, others[0].line)
            )
            raise Unreadable(f"{what} is defined twice, again at line {line}")
        view = View(self.sources, given)
        return view, read_enum(view, enum), table


def find(spec: Spec, texts: Mapping[str, bytes]) -> Place:
    """Look for the definitions in ``texts``, the content of those of ``spec.files`` that exist."""
    sources = [read_source(path, texts[path]) for path in spec.files if path in texts]
    enums = [e for s in sources for e in find_enums(s) if spec.enum in e.names]
    tables = [t for s in sources for t in find_tables(s) if t.name == spec.table]
    return Place(
        spec,
        sources,
        [e for e in enums if e.source.path == spec.enum_file],
        [t for t in tables if t.source.path == spec.table_file],
    )


def readings(place: Place) -> list[tuple[Configuration, list[Enumerator], Names]]:
    """Enumerators and names in every configuration that has both. Raises Unreadable."""

    def read(given: Configuration) -> tuple[list[Enumerator], Names]:
        view, enumerators, table = place.read(given)
        return enumerators, read_table(view, table, enumerators)

    found, _ = configurations(lambda given: all(place.in_one(given)), read)
    return [(given, *reading) for given, reading in found]
