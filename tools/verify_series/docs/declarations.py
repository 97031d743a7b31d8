# SPDX-License-Identifier: GPL-2.0-or-later
"""The C declarations that certainly stand in a document, as a document of their own.

A document of a large header refers to hundreds of declarations in dozens of documents. To know
that these are there, Sphinx need not read the prose around them: that takes ten times as long.
"""

from __future__ import annotations

import re

_ANY = re.compile(r"^[ \t]*\.\. c:namespace", re.MULTILINE)
_DECLARATION = re.compile(r"\.\. c:[a-z-]+::[ \t]")


def declarations(text: str) -> str:
    """The directives of the C domain that stand at the left margin, up to the next blank line.

    What might be no directive there is left out: within a paragraph, or where a literal block
    follows (docutils' "Quoted Literal Blocks" have no indentation). So nothing is declared that
    the document does not declare. A document with a namespace elsewhere than at the left margin,
    which would hold for what comes after it, is given as it is.
    """
    kept: list[str] = []
    before = above = ""  # the line before, and the last one that is not blank
    keep = False
    for line in map(str.rstrip, text.split("\n")):
        if _DECLARATION.match(line):
            keep = (not before or before.startswith(".. ")) and not above.endswith("::")
        elif not line:
            keep = False
        kept.append(line if keep else "")
        before, above = line, line or above
    found = "\n".join(kept)
    return found if len(_ANY.findall(found)) == len(_ANY.findall(text)) else text
