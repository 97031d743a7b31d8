# SPDX-License-Identifier: GPL-2.0-or-later
"""A kernel tree that is changed, and one change."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from verify_series.docs.library import Index
from verify_series.docs.scan import FileScan
from verify_series.model import Snapshot

#: The kernel-doc comment of a function, up to its first parameter.
FUNCTION = re.compile(
    r"(?m)^/\*\*\n \* (?P<name>[a-z]\w+)(?:\(\))? - .*\n \* @(?P<param>\w+): .*\n(?= \*)"
)


@dataclass(frozen=True)
class Mutation:
    """``changes`` are new texts by path (None: removed), ``concerned`` the documents elsewhere
    that may be affected, ``stops`` says that a build may end with an exception."""

    name: str
    changes: Mapping[str, str | None]
    concerned: frozenset[str] = frozenset()
    stops: bool = False

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(self.changes) | self.concerned


@dataclass
class Kernel:
    """The tree that is changed."""

    snapshot: Snapshot
    scans: Mapping[str, FileScan]
    random: random.Random
    used: set[str] = field(default_factory=set)
    _read: dict[str, str] = field(default_factory=dict)

    @cached_property
    def index(self) -> Index:
        return Index(self.scans)

    @cached_property
    def documents(self) -> dict[str, str]:
        """The text of every document."""
        found = self.snapshot.read_many(self.scans)
        return {path: data.decode("utf-8-sig", "replace") for path, data in found.items()}

    @cached_property
    def parts(self) -> list[list[str]]:
        """The documents by folder, translations by language; those that can take a text more."""
        parts: dict[str, list[str]] = {}
        for path in sorted(self.scans):
            names = path.split("/")[1:]
            key = "/".join(names[:2]) if names[0] == "translations" else names[0]
            if len(names) > 1 and re.search(r"\n[^\n\s.].*\n([=~^\"*-])\1{3,}\n", self.text(path)):
                parts.setdefault(key, []).append(path)
        order = list(parts.values())
        self.random.shuffle(order)
        return order

    def text(self, path: str) -> str:
        """The text of a file; it must be there."""
        if path in self.documents:
            return self.documents[path]
        if path not in self._read:
            self._read[path] = (self.snapshot.read(path) or b"").decode("utf-8", "replace")
        return self._read[path]

    @cached_property
    def _shown(self) -> list[str]:
        names = {name for scan in self.scans.values() for name in scan.defines}
        matches = (
            re.fullmatch(r"kernel-doc:(\S+\.[ch])(?: :internal:)?", n) for n in sorted(names)
        )
        whole = [match[1] for match in matches if match]
        few = [path for path in whole if len(self.index.users[path]) == 1]
        self.random.shuffle(few)
        found = self.snapshot.read_many(few)
        self._read |= {path: data.decode("utf-8", "replace") for path, data in found.items()}
        return few

    def turn(self) -> str:
        """A document that was not used yet, of the next part."""
        while True:
            self.parts.append(self.parts.pop(0))
            free = [path for path in self.parts[0] if path not in self.used]
            if free:
                path = self.random.choice(free)
                self.used.add(path)
                return path

    def find(self, fits: Callable[[str], bool]) -> str:
        """Such a document that was not used yet."""
        found = [p for p in sorted(self.documents) if p not in self.used and fits(p)]
        path = self.random.choice(found)
        self.used.add(path)
        return path

    def sources(self, fits: Callable[[str], bool]) -> Iterator[str]:
        """Sources that one document shows as a whole and that were not used yet."""
        for path in self._shown:
            if path not in self.used and fits(self.text(path)):
                self.used.add(path)
                yield path


def insert(text: str, more: str, chance: random.Random) -> str:
    """Put paragraphs between two sections, or behind the last."""
    lines = text.rstrip("\n").split("\n")
    places = [
        number
        for number in range(3, len(lines) - 1)
        if re.fullmatch(r"([=~^\"*-])\1{3,} *", lines[number + 1])
        and re.match(r"[^\s.=~^\"*-]", lines[number])
        and not lines[number - 1].strip()
    ]
    at = chance.choice([*places[1:], len(lines)])
    return "\n".join([*lines[:at], "", *more.rstrip("\n").split("\n"), "", *lines[at:]]) + "\n"
