# SPDX-License-Identifier: GPL-2.0-or-later
"""Numbered toctrees and what stands below them; test_docs.py has the findings."""

from __future__ import annotations

import snapshots
from verify_series.docs.library import Library
from verify_series.docs.numbered import Numbered, follow, twice
from verify_series.docs.scan import scan_text

TREE = {
    "Documentation/index.rst": ".. toctree::\n   :numbered:\n\n   a\n   gone\n\n"
    ".. toctree::\n\n   c\n",
    "Documentation/a.rst": ".. toctree::\n\n   b\n   index\n",
    "Documentation/b.rst": "Text.\n",
    "Documentation/c.rst": ".. toctree::\n\n   b\n",
}


def library(**changes: str) -> Library:
    tree = {**TREE, **{f"Documentation/{name}.rst": text for name, text in changes.items()}}
    scans = {path: scan_text(path, text) for path, text in tree.items()}
    return Library(snapshots.apply(tree, tree).base, scans, {})


def test_what_is_listed_below() -> None:
    found = follow(library())
    assert found.first == {"index": ["a", "gone"]}
    assert found.below == {"index": [], "a": ["b", "index"], "b": []}
    assert found.twice == {("a", "index")}


def test_a_second_entry() -> None:
    added = library(a=".. toctree::\n\n   b\n   index\n   c\n")
    assert twice(added) ^ twice(library()) == {("Documentation/c.rst", "b")}


def test_what_is_told_of_documents_that_are_not_judged() -> None:
    found = follow(library())
    nothing = {"numbered": {}, "below": {}}
    assert found.told(["Documentation/b.rst", "Documentation/c.rst"]) == nothing
    assert found.told(["Documentation/a.rst"]) == {
        "numbered": {"index": ["a", "gone"]},
        "below": {},
    }
    assert found.told(["Documentation/index.rst"]) == {
        "numbered": {},
        "below": {"a": ["b", "index"]},
    }
    assert Numbered().told(["Documentation/a.rst"]) == nothing
