# SPDX-License-Identifier: GPL-2.0-or-later
"""Names in kernel-doc directives that their source does not document.

``:identifiers:`` and ``:functions:`` say what of a source a document shows. A full build is silent
about a name that no comment of the source begins with: what it is to document is just missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..carry import classify
from ..model import AppliedSeries, Finding, Severity, State
from . import shown
from .edits import Edit
from .scan import ROOT, FileScan
from .scope import Library, Scope
from .warnings import CHECKER

RULE = "kernel-doc-unknown"

_NAMES = re.compile(r":(?:identifiers|functions):([^:]*)")
_PREFIXES = ("trace_", "sys_")  # which kernel-doc itself puts in front


def findings(applied: AppliedSeries, edits: Sequence[Edit], found: Scope) -> tuple[Finding, ...]:
    """Names that become unknown, be it that a document begins to show them or that a source
    ceases to document them."""
    touched = {path for edit in edits for path in (edit.old, edit.path) if path}
    sources = {p for p in touched if p.endswith((".c", ".h"))}
    users = {user for source in sources for user in found.index.users.get(source, ())}
    documents = {p for p in touched if p.startswith(f"{ROOT}/") and p.endswith(".rst")} | users
    states = []
    texts: dict[str, bytes] = {}
    for number, library in enumerate(found.libraries):
        asked = {path: named for path in documents if (named := _named(library.scan(path)))}
        wanted = {source for named in asked.values() for source in named}
        if number:
            changed = applied.steps[number - 1].paths
            texts = {path: text for path, text in texts.items() if path not in changed}
        texts |= library.snapshot.read_many(sorted(wanted - texts.keys()))
        states.append(
            [f for path in sorted(asked) for f in _unknown(library, path, asked[path], texts)]
        )
    return tuple(f for f in classify(applied, states) if f.state is not State.EXISTING)


def _named(scan: FileScan | None) -> dict[str, list[str]]:
    """The names that a document asks of each source."""
    named: dict[str, list[str]] = {}
    for define in scan.defines if scan else ():
        if define.startswith("kernel-doc:"):
            source, _, options = define.removeprefix("kernel-doc:").partition(" ")
            for names in _NAMES.findall(f" {options}"):
                words = (word.rstrip("\\") for word in names.split())
                named.setdefault(source, []).extend(word for word in words if word)
    return named


def _unknown(
    library: Library, path: str, named: dict[str, list[str]], texts: dict[str, bytes]
) -> Iterator[Finding]:
    lines: list[str] | None = None
    for source, names in named.items():
        if source not in texts:
            continue  # a full build says that the file is not there
        heads = shown.heads(texts[source])
        for name in sorted(set(names)):
            plain = next((name.removeprefix(p) for p in _PREFIXES if name.startswith(p)), name)
            if name in heads or plain in heads:
                continue
            if lines is None:
                data = library.snapshot.read(path) or b""
                lines = data.decode("utf-8", "replace").split("\n")
            message = f"{source} has no kernel-doc comment of '{name}': nothing is shown of it"
            line = _line(lines, source, name)
            yield Finding(CHECKER, RULE, Severity.WARNING, path, line, message)


def _line(lines: Sequence[str], source: str, name: str) -> int:
    """Where a directive names it."""
    here = False
    for number, line in enumerate(lines, 1):
        if "kernel-doc::" in line:
            here = source in line.split()
        elif here and name in re.split(r"[\s:\\]+", line):
            return number
    return 0
