# SPDX-License-Identifier: GPL-2.0-or-later
"""The process that reads documents: ``python -m verify_series.docs TREE SECONDS KIT``.

TREE is a private folder with the base's conf.py and extensions, into which the parent writes the
sources of one state of the tree after the other; SECONDS is the CPU time that may be used; KIT
holds the extensions. The conversation is one JSON object a line, on standard input and output:

    worker: {"ready": {"Sphinx": "9.0.4", ...}}
    parent: {"documents": [path, ...] or null, "read": [name, ...], "gone": [name, ...],
             "untitled": [name, ...], "check": {...}, "leave_out": [source, ...],
             "draw": [name, ...]}
    worker: {"wanted": [[kind, name, titled], ...], "missing": {name: [path, ...]}}, repeated
    parent: {"labels": {label: name}, "read": [name, ...], "again": [name, ...],
             "declare": [name, ...]}         to be read for their C declarations alone
    worker: {"warnings": [[document, level, location, kind, text], ...],
             "drawn": {name: HTML},            of what was to be drawn and could be read
             "forgotten": [name, ...]}         ends a state; these are to be given again

The end of standard input ends the process.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import BUILD, guard, kernel_extensions
from .drawing import draw
from .probe import prove
from .sphinx_adapter import Documents, Warned, versions

_MOST_ROUNDS = 8

#: How a message of a program begins; what follows on further lines belongs to it.
_PLACE = re.compile(r"[\w./+-]+:\d+: ")


class Conversation:
    """JSON lines with the parent."""

    def __init__(self) -> None:
        # Extensions print; what they print must not get into the conversation.
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)

    def say(self, **message: Any) -> None:
        self._out.write(json.dumps(message) + "\n")
        self._out.flush()

    def hear(self) -> dict[str, Any] | None:
        line = sys.stdin.readline()
        return dict(json.loads(line)) if line else None


class _Errors(io.TextIOBase):
    """Standard error while a document is read: a kernel-doc program's warnings arrive here."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def write(self, text: str) -> int:
        messages: list[str] = []
        for line in filter(str.strip, text.splitlines()):
            if messages and not _PLACE.match(line):
                messages[-1] += f"\n{line}"
            else:
                messages.append(line)
        for message in messages:
            self._documents.warn("WARNING", "", "stderr", message)
        return len(text)


@contextmanager
def _errors_collected(documents: Documents) -> Iterator[None]:
    before = sys.stderr
    sys.stderr = _Errors(documents)
    try:
        yield
    finally:
        sys.stderr = before


class Worker:
    """Reads what the parent asks for."""

    def __init__(self, tree: Path, talk: Conversation) -> None:
        self._talk = talk
        self._tree = tree
        self._documents = Documents(tree / "Documentation", tree.parent / "out")
        self._rivals: set[str] = set()
        prove(self._documents)

    def state(self, request: dict[str, Any]) -> None:
        """One state of the tree: read, let the parent supply what is missing, resolve, check."""
        documents = self._documents
        if request["documents"] is not None:
            documents.know(request["documents"])
        kernel_extensions.refresh_maintainers()
        kernel_extensions.leave_out(request["leave_out"])
        names = sorted(name for name in request["read"] if documents.knows(name))
        documents.forget([*names, *request["gone"], *self._rivals])
        self._rivals.clear()
        documents.begin(names)
        documents.take_warnings()
        said: dict[str, list[Warned]] = {}
        self._read(names, said)
        self._read_for_definitions(request["untitled"])
        for _ in range(_MOST_ROUNDS):
            wanted, missing = documents.wanted(names), self._missing(said)
            if not wanted and not missing:
                break
            self._talk.say(wanted=[[w.kind, w.name, w.titled] for w in wanted], missing=missing)
            answer = self._talk.hear()
            if answer is None or not any(answer.values()):
                break
            documents.forget(answer["again"])
            self._read(answer["again"], said)
            self._read_for_definitions(answer["read"])
            with documents.declarations_only():
                self._read_for_definitions(answer["declare"])
            documents.stand_in(answer["labels"])  # last: who is read is forgotten before
        documents.take_warnings()
        drawn: dict[str, str] = {}
        # A build that ends while it reads resolves nothing, and does not look between documents.
        if not any(warned.kind == "stop" for some in said.values() for warned in some):
            with _errors_collected(documents):
                for name in filter(said.__contains__, names):
                    tree = documents.resolve(name)
                    if name in request["draw"]:
                        drawn[name] = draw(tree)
            documents.check(**request["check"])
        warnings = [*(w for some in said.values() for w in some), *documents.take_warnings()]
        self._talk.say(
            warnings=[[w.document, w.level, w.location, w.kind, w.text] for w in warnings],
            drawn=drawn,
            forgotten=sorted(self._rivals),
        )

    def _read(self, names: list[str], said: dict[str, list[Warned]]) -> None:
        with _errors_collected(self._documents):
            for name in names:
                kernel_extensions.refresh(self._documents.app)
                self._documents.read(name)
                said[name] = self._documents.take_warnings()

    def _read_for_definitions(self, names: list[str]) -> None:
        """Read documents for the labels and terms they define; their own faults are not asked.

        One that defines what a document at hand defines as well must be forgotten before that is
        read again, which would be blamed for it otherwise.
        """
        unread = [name for name in names if self._documents.knows(name)]
        self._documents.forget(unread)
        said: dict[str, list[Warned]] = {}
        with self._documents.plain_quotes():
            self._read(unread, said)
        self._rivals.update(
            n for n, some in said.items() if any("uplicate" in w.text for w in some)
        )

    def _missing(self, names: Iterable[str]) -> dict[str, list[str]]:
        """Files that a document was to be made of and that are not there, as paths of the tree."""
        missing: dict[str, list[str]] = {}
        for name in names:
            for path in self._documents.dependencies(name):
                relative = os.path.relpath(path, self._tree)
                if not relative.startswith("..") and not path.exists():
                    missing.setdefault(name, []).append(relative)
        return missing


def main(tree: Path, seconds: int, kit: Path) -> int:
    """Serve until the parent closes the conversation."""
    guard.limit(seconds)
    talk = Conversation()
    os.chdir(tree)
    os.environ["srctree"] = "."  # noqa: SIM112 - the name that conf.py reads
    os.environ["BUILDDIR"] = BUILD
    try:
        worker = Worker(tree, talk)
        guard.confine(tree.parent, [kit])
        talk.say(ready=versions())
        while (request := talk.hear()) is not None:
            worker.state(request)
    except kernel_extensions.Unsupported as error:
        talk.say(unsupported=str(error))
    sys.stdout.flush()
    os._exit(0)  # taking Sphinx's objects apart costs time and gains nothing
