# SPDX-License-Identifier: GPL-2.0-or-later
"""What a tree asks of Sphinx: Documentation/sphinx/requirements.txt, in pip's format."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

PATH = "Documentation/sphinx/requirements.txt"

#: A line with a version: name, perhaps [extras], then comparisons (PEP 508); markers are left out.
_LINE = re.compile(r"(?m)^[ \t]*([\w.-]+)[ \t]*(?:\[[^]]*\])?[ \t]*([<>=!~][^;#\n]*)")


def refused(text: str, versions: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What the tree does not allow: ``("Sphinx 9.0.4", "Sphinx==2.4.4")``.

    ``text`` is the file, ``versions`` are those of the programs that ran.
    """
    ours = {name.lower(): (name, version) for name, version in versions.items()}
    for name, allowed in _LINE.findall(text):
        if name.lower() in ours:
            # Sphinx needs the package itself; imported here, since most trees allow any version
            from packaging.specifiers import InvalidSpecifier, SpecifierSet

            program, version = ours[name.lower()]
            try:
                good = SpecifierSet(allowed.strip()).contains(version, prereleases=True)
            except InvalidSpecifier:
                good = False
            if not good:
                yield f"{program} {version}", f"{name}{allowed.strip()}"
