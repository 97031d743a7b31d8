# SPDX-License-Identifier: GPL-2.0-or-later
"""Which findings depend on sources that were left out when the documents were read.

What stands in a kernel-doc comment is mostly right or wrong by itself. But a name that nothing
seems to define may be defined in a source that was not shown: such a finding is certain only when
the sources that may define the name have been shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..model import Finding
from . import shown
from .scope import Scope
from .unshown import Unshown

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

#: An explicit target, an inline one, a DOC section, a footnote; an embedded URI, a section title.
_TARGET = r"(?:\.\. _`?|_`|doc: ?|:name: |\[#?)NAME|NAME`?(?: <| [!-/:-@\[-`{-~]{3})"

#: Rules whose messages name what is missing, and how a source would define it, as
#: ``shown.mentioning`` sees the text. Footnotes are counted, not named: any will do.
_DEFINITION = {
    "citation": r"\.\. \[NAME\]|\[NAME\]_",
    "footnote-undefined": r"\]_|\.\. \[",
    "footnote-unreferenced": r"\]_|\.\. \[",
    "role": r"role:: NAME",
    "substitution": r"\|NAME\|",
    "undefined-label": _TARGET,
    "unknown-target": _TARGET,
    "unknown-term": "NAME",
}
#: Rules about what stands next to each other in one document.
_NEIGHBOURS = frozenset(("section", "transition"))

_MOST = 50  # patterns that are worth looking for
_NAME = re.compile(r"""'([^']+)'|"([^"]+)"|\[([^\]]+)\]|not found: (.+)""")


def still_unshown(findings: Iterable[Finding], unshown: Unshown, scope: Scope) -> Unshown:
    """What of ``unshown`` need not be shown either for these findings to be certain."""
    patterns: set[str] = set()
    around: set[str] = set()
    for finding in findings:
        if finding.rule in _CERTAIN:
            continue
        if finding.rule in _NEIGHBOURS:
            documents = (finding.path, *scope.index.users.get(finding.path, ()))
            around |= {finding.path, *scope.sources(documents)}
            continue
        found = _patterns(finding)
        if not found:
            return Unshown()
        patterns |= found
    if len(patterns) > _MOST:
        return Unshown()
    base = scope.libraries[0].snapshot
    return unshown.without(around | shown.mentioning(base, unshown.paths, patterns))


def _patterns(finding: Finding) -> set[str]:
    """What a source must hold to concern a finding; empty where that cannot be told."""
    definition = _DEFINITION.get(finding.rule, "")
    if "NAME" not in definition:
        return {definition} if definition else set()
    names = {"".join(found).lower() for found in _NAME.findall(finding.key)}
    found = {definition.replace("NAME", re.escape(name)) for name in names}
    # sphinx.ext.autosectionlabel puts the document and a colon in front of a title
    return found | {re.escape(name.rpartition(":")[2].strip()) for name in names if ":" in name}
