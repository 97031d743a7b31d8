# SPDX-License-Identifier: GPL-2.0-or-later
"""Numbered toctrees, and what stands below them: each document there may have one number only.

Sphinx goes down from each toctree with ``:numbered:`` and says where a document comes a second
time (``assign_section_numbers`` in sphinx/environment/collectors/toctree.py). Where the one or
the other entry stands in a document that the series does not touch, their text tells.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from .library import Library
from .scan import ROOT, document_name


@dataclass(frozen=True)
class Numbered:
    """What the numbered toctrees of one state list: ``first`` has documents with such toctrees
    and what these list, ``below`` the documents below them and what their toctrees list; ``twice``
    are the pairs of a document and an entry of it that has a number already."""

    first: dict[str, list[str]] = field(default_factory=dict)
    below: dict[str, list[str]] = field(default_factory=dict)
    twice: set[tuple[str, str]] = field(default_factory=set)

    def told(self, judged: Collection[str]) -> dict[str, dict[str, list[str]]]:
        """What documents list that are not judged (by their paths); nothing where none of those
        that are judged lists a document there. See ``sphinx_adapter.Documents.check``."""
        names = set(map(document_name, judged))
        if not any(self.first.get(name) or self.below.get(name) for name in names):
            return {"numbered": {}, "below": {}}
        lists = {"numbered": self.first, "below": self.below}
        return {
            key: {name: listed for name, listed in one.items() if listed and name not in names}
            for key, one in lists.items()
        }


def follow(library: Library) -> Numbered:
    """Go down the numbered toctrees as Sphinx does."""
    found = Numbered()
    names = set(map(document_name, library.paths))
    for path in library.paths:
        scan = library.scan(path)
        if scan and scan.numbered:
            found.first[document_name(path)] = []
    for name, listed in found.first.items():
        found.below.setdefault(name, [])
        listed += library.listed(name, numbered=True)
        ways = [(name, iter(listed))]
        while ways:
            above, entries = ways[-1]
            entry = next(entries, None)
            if entry is None:
                ways.pop()
            elif entry in found.below:
                found.twice.add((above, entry))
            elif entry in names:
                found.below[entry] = library.listed(entry)
                ways.append((entry, iter(found.below[entry])))
    return found


def twice(library: Library) -> set[tuple[str, str]]:
    """The path of a document with an entry of it, where that has a number already."""
    return {(f"{ROOT}/{name}.rst", entry) for name, entry in follow(library).twice}
