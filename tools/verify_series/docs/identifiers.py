# SPDX-License-Identifier: GPL-2.0-or-later
"""What kernel-doc directives ask for and their source does not have.

``:identifiers:``, ``:functions:`` and ``:doc:`` say what of a source a document shows. A full
build is silent about a name that no comment of the source begins with, and about a source without
any kernel-doc: the text is just missing. (kernel-doc in Perl says it where nothing at all is left
to show.)
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from ..carry import classify
from ..model import AppliedSeries, Finding, Severity, State
from . import shown
from .edits import Edit
from .library import Library
from .scan import ROOT, FileScan
from .scope import Scope
from .warnings import CHECKER

RULE = "kernel-doc-unknown"

_NAMES = re.compile(r" :(?:identifiers|functions):([^:]*)")
_DOC = re.compile(r" :doc:(.*?)(?= :[a-z-]+:|$)")
_EXPORT = re.compile(r" :(?:export|internal):")
_ALL = "*"  # the whole source
_NONE = "no structured comments found"
_PREFIXES = ("trace_", "sys_")  # which kernel-doc itself puts in front


def findings(
    applied: AppliedSeries, edits: Sequence[Edit], found: Scope, said: Iterable[Finding]
) -> tuple[Finding, ...]:
    """Names that become unknown, be it that a document begins to show them or that a source
    ceases to document them. ``said`` are the findings of the documents, which are not repeated.
    """
    told = {(f.path, f.message) for f in said}
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
            [f for path in sorted(asked) for f in _unknown(library, path, asked[path], texts, told)]
        )
    return tuple(f for f in classify(applied, states) if f.state is not State.EXISTING)


def _named(scan: FileScan | None) -> dict[str, list[str]]:
    """The names that a document asks of each source."""
    named: dict[str, list[str]] = {}
    for define in scan.defines if scan else ():
        if define.startswith("kernel-doc:"):
            source, space, options = define.removeprefix("kernel-doc:").partition(" ")
            named.setdefault(source, []).extend(_asked(space + options))
    return named


def _asked(options: str) -> list[str]:
    """The names that the options of one directive ask for; kerneldoc.py looks at them in this
    order, and heeds the first alone."""
    if _EXPORT.search(options):
        return [_ALL]
    if title := _DOC.search(options):
        return [f"DOC: {_folded(title[1])}"]
    words = (word.rstrip("\\") for names in _NAMES.findall(options) for word in names.split())
    return [word for word in words if word] or [_ALL]


def _folded(title: str) -> str:
    return " ".join(title.split())


def _unknown(
    library: Library,
    path: str,
    named: dict[str, list[str]],
    texts: dict[str, bytes],
    told: Collection[tuple[str, str]] = (),
) -> Iterator[Finding]:
    lines: list[str] | None = None
    for source, names in named.items():
        if source not in texts:
            continue  # a full build says that the file is not there
        known = shown.documented(texts[source])
        for name in sorted(set(names)):
            plain = next((name.removeprefix(p) for p in _PREFIXES if name.startswith(p)), name)
            if name in known or plain in known or (name == _ALL and known):
                continue
            perl = f"'{name.removeprefix('DOC: ')}' not found"
            if (source, _NONE if name == _ALL else perl) in told:
                continue
            if lines is None:
                data = library.snapshot.read(path) or b""
                lines = data.decode("utf-8", "replace").split("\n")
            what = "at all" if name == _ALL else f"of '{name}'"
            message = f"{source} has no kernel-doc comment {what}: nothing is shown of it"
            line = _line(lines, source, name)
            yield Finding(CHECKER, RULE, Severity.WARNING, path, line, message)


def _line(lines: Sequence[str], source: str, name: str) -> int:
    """Where a directive names it, or begins."""
    start = 0
    for number, line in enumerate(lines, 1):
        if "kernel-doc::" in line:
            here = source in line.split()
            start = number if here and (not start or name != _ALL) else start
        elif (
            start
            and here
            and (
                name in re.split(r"[\s:\\]+", line)
                or f"DOC: {_folded(line.partition(':doc:')[2])}" == name
            )
        ):
            return number
    return start
