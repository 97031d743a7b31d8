# SPDX-License-Identifier: GPL-2.0-or-later
"""What the kernel-doc comment of a function says, as far as the LSM maintainers ask for it.

A new hook "must be documented with a function header block" that explains at least its
parameters, what it returns, and in brief what it is for: so says the README that MAINTAINERS
names for the SECURITY SUBSYSTEM ("New LSM Hooks"); Documentation/security/lsm-development.rst
shows these comments of security/security.c. Their form: Documentation/doc-guide/kernel-doc.rst.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_HEAD = re.compile(r"[\w\s*]*")  # what may stand between a comment and the name of its function


def comment(text: str, name: str, line: int) -> str | None:
    """The kernel-doc comment right before the function whose name stands on ``line``; or None."""
    lines = text.split("\n")
    before = "\n".join([*lines[: line - 1], lines[line - 1].partition(name)[0]])
    end = before.rfind("*/")
    start = before.rfind("/*", 0, end)
    if end < 0 or start < 0 or not _HEAD.fullmatch(before, end + 2):
        return None
    found = before[start:end]
    return found if found.startswith("/**") else None


def lacking(said: str, name: str, parameters: Sequence[str], returns: bool) -> list[str]:
    """What a kernel-doc comment does not tell of its function, in words."""
    lacks = []
    lines = [line.strip().lstrip("*/").strip() for line in said.split("\n")]
    brief = re.compile(rf"{re.escape(name)}\s*(\(\))?\s*[-:]\s*\S")
    if not any(brief.match(line) for line in lines):
        lacks.append(f"a line '{name}() - ...'")
    for parameter in parameters:
        if not any(re.match(rf"@{re.escape(parameter)}\s*:", line) for line in lines):
            lacks.append(f"@{parameter}")
    if returns and not re.search(r"\breturns?\b", said, re.IGNORECASE):
        lacks.append("what it returns")
    return lacks
