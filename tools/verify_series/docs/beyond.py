# SPDX-License-Identifier: GPL-2.0-or-later
"""What a full build of the documents does not see and a reader would: warnings that do not gate.

Each rule stands in a module of its own; this one reads the series once for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..model import AppliedSeries, Finding
from . import identifiers, kernel_doc, mentions, titles, undocumented
from .edits import read_edits
from .scope import Scope


def look(
    applied: AppliedSeries, found: Scope, cache: Path, said: Sequence[Finding]
) -> tuple[frozenset[str], tuple[Finding, ...]]:
    """The paths of what was examined, which are the sources that kernel-doc read and the files of
    the findings, and the findings. ``said`` are those of the documents, which are not repeated.

    Raises CheckError where the base's kernel-doc fails.
    """
    edits = read_edits(applied)
    read, result = kernel_doc.findings(applied, edits, cache, said)
    result += (
        *mentions.findings(applied, edits, cache),
        *titles.findings(applied, edits, found),
        *undocumented.findings(applied, edits),
        *identifiers.findings(applied, edits, found, said),
    )
    return frozenset(read).union(finding.path for finding in result), result
