# SPDX-License-Identifier: GPL-2.0-or-later
"""MAINTAINERS as documents show it: cut down to the entries that a series changes.

Documentation/process/maintainers.rst turns the file into one table with thousands of rows, which
takes Sphinx twenty seconds. The rows do not depend on each other, so those that stay the same
in all states of the tree are left out. ``P:`` fields are kept: they make a toctree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

PATH = "MAINTAINERS"

_FIELD = re.compile(r"[A-Z]:\s")
_PROFILE = re.compile(r"^P:\s*Documentation/(\S+)\.rst", re.MULTILINE)


def profiles(text: str) -> list[str]:
    """The names of documents that ``P:`` fields list."""
    return _PROFILE.findall(text)


def _split(text: str) -> tuple[list[str], list[str]]:
    """The paragraphs before the first entry, and the entries."""
    paragraphs = re.split(r"\n[ \t]*\n", text.rstrip())
    for number, paragraph in enumerate(paragraphs):
        lines = paragraph.split("\n")
        if len(lines) > 1 and not lines[0][:1].isspace() and _FIELD.match(lines[1]):
            return paragraphs[:number], paragraphs[number:]
    return paragraphs, []


def changing(states: Iterable[str]) -> frozenset[str]:
    """The entries that are not the same in all states of the file."""
    entries = [frozenset(_split(text)[1]) for text in states]
    return (
        frozenset().union(*entries) - frozenset.intersection(*entries) if entries else frozenset()
    )


def cut(text: str, keep: frozenset[str]) -> str:
    """The file with only the entries of ``keep``, those with a profile, and the last one."""
    header, entries = _split(text)
    kept = [entry if entry in keep else _only_profiles(entry) for entry in entries[:-1]]
    return "\n\n".join([*header, *filter(None, kept), *entries[-1:]]) + "\n"


def _only_profiles(entry: str) -> str:
    name, *fields = entry.split("\n")
    profile = [field for field in fields if field.startswith("P:")]
    return "\n".join([name, *profile]) if profile else ""
