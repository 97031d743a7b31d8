# SPDX-License-Identifier: GPL-2.0-or-later
"""Which findings depend on sources that were left out when the documents were read.

What stands in a kernel-doc comment is mostly right or wrong by itself. But a name that nothing
seems to define may be defined in a source that was not shown: such a finding is certain only when
the sources that speak of the name have been shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..model import Finding, Snapshot
from . import shown

#: Rules whose findings no other text of the document can take away.
_CERTAIN = frozenset(
    (
        *("blank-line", "c-declaration", "directive", "download-missing", "duplicate-declaration"),
        *("duplicate-label", "duplicate-target", "duplicate-term", "image-missing"),
        *("include-missing", "indentation", "inline-markup", "kernel-doc", "lexing"),
        *("literal-block", "not-in-toctree", "table", "title-underline", "toctree-duplicate"),
        *("toctree-missing", "unknown-document"),
    )
)

#: Rules whose messages name what is missing.
_NAMED = frozenset(
    ("citation", "role", "substitution", "undefined-label", "unknown-target", "unknown-term")
)
_NAME = re.compile(r"""'([^']+)'|"([^"]+)"|\[([^\]]+)\]|not found: (.+)""")

#: Footnotes are counted, not named: what matters is any footnote, and any reference to one.
_FOOTNOTES = frozenset(("footnote-unreferenced", "footnote-undefined"))
_FOOTNOTE = frozenset(("]_", ".. ["))


def still_left_out(
    findings: Iterable[Finding], left_out: frozenset[str], base: Snapshot
) -> frozenset[str]:
    """Those of the sources ``left_out`` that need not be shown for these findings to be certain."""
    words: set[str] = set()
    for finding in findings:
        if finding.rule in _CERTAIN:
            continue
        found = _words(finding)
        if not found:
            return frozenset()
        words |= found
    return left_out - shown.speaking(base, left_out, words)


def _words(finding: Finding) -> set[str]:
    """What a source must hold to concern a finding; empty where that cannot be told."""
    if finding.rule in _FOOTNOTES:
        return set(_FOOTNOTE)
    if finding.rule not in _NAMED:
        return set()
    names = ("".join(found) for found in _NAME.findall(finding.key))
    # sphinx.ext.autosectionlabel puts the document and a colon in front of a title
    return {name.rpartition(":")[2].strip() or name for name in names}
