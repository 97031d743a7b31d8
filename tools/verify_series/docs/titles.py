# SPDX-License-Identifier: GPL-2.0-or-later
"""References that show the title which a document had before the series gave it another one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..model import AppliedSeries, Finding, Severity
from .edits import Edit
from .scan import ROOT, document_name, joined
from .scope import Scope
from .warnings import CHECKER

RULE = "stale-title"

_TITLE = re.compile(
    r"^(?P<over>([!-/:-@\[-`{-~])\2{2,})[ \t]*\n(?P<between>.*\S.*)\n(?P=over)[ \t]*$"
    r"|^(?P<above>\S.*)\n([!-/:-@\[-`{-~])\5{2,}[ \t]*$",
    re.MULTILINE,
)
_ROLE = re.compile(r":doc:`([^`<]+)<([^`>]+)>`")


def title(text: bytes) -> str:
    """The first title of a document; empty where it has none."""
    match = _TITLE.search(text.decode("utf-8-sig", "replace"))
    return _folded(match["between"] or match["above"]) if match else ""


def _folded(text: str) -> str:
    return " ".join(text.split())


def findings(applied: AppliedSeries, edits: Sequence[Edit], found: Scope) -> list[Finding]:
    """Each ``:doc:`Old title <document>``` that is left when the series is applied."""
    old: dict[str, str] = {}
    patches: dict[str, int] = {}
    for edit in edits:
        if (
            edit.before
            and edit.after
            and edit.path.startswith(f"{ROOT}/")
            and edit.path.endswith(".rst")
        ):
            before, after = title(edit.before), title(edit.after)
            if before and after and before != after:
                name = document_name(edit.path)
                old.setdefault(name, before)
                patches[name] = edit.patch
    if not old:
        return []
    users = {p for name in old for p in found.index.concerned[f"doc:{name}"]} | set(_written(edits))
    result = []
    for path, text in applied.head.read_many(sorted(users)).items():
        for number, line in enumerate(text.decode("utf-8", "replace").split("\n"), 1):
            for shown, target in _ROLE.findall(line):
                name = joined(document_name(path), target)
                if name in old and _folded(shown) == old[name]:
                    message = f"'{_folded(shown)}' is not the title of '/{name}' any more"
                    result.append(
                        Finding(
                            CHECKER, RULE, Severity.WARNING, path, number, message, patches[name]
                        )
                    )
    return result


def _written(edits: Iterable[Edit]) -> list[str]:
    return [edit.path for edit in edits if edit.path.startswith(f"{ROOT}/") and edit.after]
