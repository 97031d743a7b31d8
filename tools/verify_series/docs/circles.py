# SPDX-License-Identifier: GPL-2.0-or-later
"""Toctrees that lead back to their own document: a full build ends there.

Sphinx goes down the toctrees from the first document on and knows no end where they form a circle
(``_traverse_toctree`` in sphinx/environment); a document that lists itself it leaves out. Reading
the documents one by one does not show that, so the toctrees are followed by their text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .library import Library
from .scan import document_name
from .scope import Scope

_FIRST = "index"


def circles(scope: Scope, number: int) -> Iterator[tuple[str, str]]:
    """The judged documents of one state from which toctrees lead round, and the way."""
    library = scope.libraries[number]
    for path in sorted(scope.documents):
        name = document_name(path)
        way = _way(library, library.listed(name), name)
        if way and (name == _FIRST or _way(library, library.listed(_FIRST), name)):
            yield path, " <- ".join((name, *reversed(way[:-1]), name))


def _way(library: Library, begin: Iterable[str], to: str) -> tuple[str, ...]:
    """The documents from one of ``begin`` to ``to``, both included; empty where none leads."""
    ways: dict[str, tuple[str, ...]] = {name: (name,) for name in begin}
    queue = list(ways)
    for name in queue:  # grows while it is read: breadth first
        if name == to:
            return ways[name]
        for listed in library.listed(name):
            if listed not in ways:
                ways[listed] = (*ways[name], listed)
                queue.append(listed)
    return ()
