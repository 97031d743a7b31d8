# SPDX-License-Identifier: GPL-2.0-or-later
"""The parent's side of the conversation with the process that reads documents (worker.py).

It writes the sources of one state of the tree after the other into a private folder, answers
where names are defined, and collects the warnings. No more is written than what the documents
at hand are made of.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from .. import __name__ as PACKAGE
from .. import sandbox
from ..model import CheckError, Snapshot
from ..run import clean_environment, start
from . import generated, kit, maintainers
from .library import Library
from .scan import ROOT, abi_files, document_name, pattern, pictures, scan_text
from .scope import Scope
from .supply import Supply
from .unshown import Unshown

_CPU_SECONDS = 120
_CPU_PER_DOCUMENT = 2  # forty times the usual
_PATIENCE = 3  # wall time over CPU time, on a busy machine
_SIGNALLED = 128  # added to a signal's number in the exit status of bwrap(1)

#: What an ABI file describes: the path behind ``What:``, and those on lines below it.
_DESCRIBED = re.compile(rb"(?mi)^(?:what:)?[ \t]*(/\S.*?)[ \t]*$")

#: One warning: document, level, location, kind, text (``sphinx_adapter.Warned``).
Warning_ = tuple[str, str, str, str, str]


@dataclass
class _Sources:
    """The files of one state after the other, in the folder ``tree``, with links to the ``kit``."""

    tree: Path
    kit: Path
    fixed: list[str]
    unshown: Unshown
    written: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)

    def drop(self, paths: Iterable[str]) -> None:
        """Remove files that the next state has otherwise."""
        for path in self.written.intersection(paths):
            (self.tree / path).unlink(missing_ok=True)
        self.written.difference_update(paths)
        self.asked.difference_update(paths)

    def write(self, snapshot: Snapshot, paths: Iterable[str]) -> set[str]:
        """Write those that are not there yet; gives the ones that the snapshot has."""
        fixed = tuple(f"{path}/" for path in self.fixed)
        new = {p for p in paths if p not in self.asked and p not in self.fixed}
        new = {p for p in new if not p.startswith((*fixed, "../", "/")) and p != ".."}
        self.asked |= new
        if new:
            snapshot.export(sorted(new), self.tree)
        made = {path for path in new if (self.tree / path).is_file()}
        for path in made & self.unshown.units.keys():
            file = self.tree / path
            file.write_bytes(self.unshown.cut(path, file.read_bytes()))
        self.written |= made
        return made


class Reader:
    """A child process that reads the documents of a scope; made by :func:`reading`.

    ``drawn`` is, for each state that was read, the HTML of touched documents by their names.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        scope: Scope,
        sources: _Sources,
    ) -> None:
        self._process = process
        self._scope = scope
        self._sources = sources
        self._supply = Supply(scope.index, scope.documents)
        self._not_made: dict[str, str] = {}
        self.drawn: dict[int, Mapping[str, str]] = {}
        self.versions: Mapping[str, str] = {}

    def state(self, number: int) -> tuple[dict[str, list[Warning_]], list[Warning_]]:
        """Read the documents that step ``number`` affects (all of the scope for the base, 0).

        Gives the warnings of each document read, by its path, and those of the checks between
        all documents of the scope. Raises CheckError where the process fails.
        """
        if not self.versions:
            self.versions = self._hear()["ready"]
        scope, library = self._scope, self._scope.libraries[number]
        before = scope.libraries[number - 1] if number else None
        here = [p for p in sorted(scope.affected[number]) if library.scan(p) is not None]
        gone = [p for p in scope.affected[number] if library.scan(p) is None]
        untitled = [n for n in scope.untitled(number) if f"{ROOT}/{n}.rst" not in scope.documents]
        whole = [f"{ROOT}/{name}.rst" for name in untitled]
        self._supply.given.update(whole)
        self._write(number, [*here, *whole])
        known = None
        if before is None or before.paths != library.paths:
            known = [path.removeprefix(f"{ROOT}/") for path in library.paths]
        self._say(
            documents=known,
            read=[document_name(path) for path in here],
            gone=[document_name(path) for path in gone],
            untitled=untitled,
            check=scope.told(number),
            leave_out=sorted(self._sources.unshown.sources),
            draw=[document_name(path) for path in here if path in scope.touched],
        )
        while "warnings" not in (message := self._hear()):
            self._answer(number, message)
        self.drawn[number] = message["drawn"]
        self._supply.take_back(message["forgotten"])
        said: dict[str, list[Warning_]] = {path: self._stopped(path, library) for path in here}
        paths = {document_name(path): path for path in here}
        between: list[Warning_] = []
        for document, *rest in message["warnings"]:
            if document in paths:
                said[paths[document]].append((paths[document], *rest))
            else:
                between.append(("", *rest))
        return said, between

    def _answer(self, number: int, message: Mapping[str, Any]) -> None:
        """Supply files that were missing and documents that define what is wanted."""
        library = self._scope.libraries[number]
        labels, definers, declarers = self._supply.answer(library, map(tuple, message["wanted"]))
        self._write(number, definers)
        self._sources.write(library.snapshot, declarers)
        missing: dict[str, list[str]] = message["missing"]
        made = self._sources.write(library.snapshot, {p for some in missing.values() for p in some})
        again = sorted(name for name, paths in missing.items() if made.intersection(paths))
        self._say(
            labels=labels,
            read=sorted(map(document_name, definers)),
            again=again,
            declare=sorted(map(document_name, declarers)),
        )

    def _write(self, number: int, documents: Iterable[str]) -> None:
        """Write what these documents are made of, as far as their text tells."""
        library = self._scope.libraries[number]
        paths: set[str] = set()
        queue = list(documents)
        while queue:
            path = queue.pop()
            if path in paths:
                continue
            paths.add(path)
            scan = library.scan(path)
            if scan:
                queue.extend(scan.files)
        recipes = [recipe for path, recipe in self._scope.recipes.items() if path in paths]
        paths.update(source for recipe in recipes for source in recipe.sources)
        plain = {path for path in paths if "*" not in path}
        for glob in paths - plain:
            plain.update(self._matching(library.snapshot, glob))
        made = new = self._sources.write(library.snapshot, plain)
        while new := self._sources.write(library.snapshot, self._included_by(new)):
            made = made | new
        for recipe in recipes:
            if made.intersection(recipe.sources):
                self._not_made[recipe.target] = generated.make(recipe, self.tree, self._sources.kit)
        if maintainers.PATH in made:
            file = self.tree / maintainers.PATH
            file.write_text(maintainers.cut(file.read_text("utf-8"), self._changing_entries))
        named = (abi_files(self._text(path)) for path in made)
        self._sources.write(library.snapshot, set().union(*named, *self._pictures(library, paths)))

    def _pictures(self, library: Library, paths: Iterable[str]) -> Iterator[set[str]]:
        """What sources let documents show; without it these would be read a second time."""
        for path in paths:
            scan = library.scan(path)
            sources = (file for file in scan.files if file.endswith((".c", ".h"))) if scan else ()
            for source in self._sources.written.intersection(sources):
                yield pictures(path, self._text(source))

    def _text(self, path: str) -> str:
        return (self.tree / path).read_text("utf-8", "replace")

    def _included_by(self, paths: Iterable[str]) -> set[str]:
        """What included files that are no documents, and have no scan of their own, include."""
        texts = (p for p in paths if p.startswith(f"{ROOT}/") and not p.endswith(".rst"))
        scans = (scan_text(p, self._text(p)) for p in texts)
        return set().union(*(scan.files for scan in scans))

    def _stopped(self, path: str, library: Library) -> list[Warning_]:
        """Where the file or one that it includes could not be made."""
        scan = library.scan(path)
        reasons = [self._not_made.get(file) for file in (path, *(scan.files if scan else ()))]
        return [
            (path, "CRITICAL", "", "stop", f"a full build stops here: {reason}")
            for reason in reasons
            if reason
        ]

    def _matching(self, snapshot: Snapshot, glob: str) -> list[str]:
        """The files that a pattern names. Of the ABI, which takes seconds to read, those alone
        that the series touches, and that describe the same: they depend on each other in no
        other way."""
        compiled = pattern(glob)
        listing = snapshot.blob_ids(glob.split("*")[0].rpartition("/")[0])
        paths = [path for path in listing if compiled.match(path)]
        for folder in {(self.tree / path).parent for path in paths}:
            folder.mkdir(parents=True, exist_ok=True)
        abi = glob.startswith(f"{ROOT}/ABI/")
        return [path for path in paths if not abi or path in self._concerned_abi]

    @cached_property
    def _concerned_abi(self) -> frozenset[str]:
        touched = sorted(path for path in self._scope.touched if path.startswith(f"{ROOT}/ABI/"))
        states = [library.snapshot.read_many(touched).values() for library in self._scope.libraries]
        described = {
            name for state in states for text in state for name in _DESCRIBED.findall(text)
        }
        base = self._scope.libraries[0].snapshot
        texts = base.read_many(base.blob_ids(f"{ROOT}/ABI")) if described else {}
        same = (p for p, text in texts.items() if described.intersection(_DESCRIBED.findall(text)))
        return frozenset((*touched, *same))

    @cached_property
    def _changing_entries(self) -> frozenset[str]:
        if maintainers.PATH not in self._scope.touched:
            return frozenset()
        texts = (library.snapshot.read(maintainers.PATH) for library in self._scope.libraries)
        return maintainers.changing((text or b"").decode("utf-8", "replace") for text in texts)

    def next_state(self, paths: Iterable[str]) -> None:
        """Forget the files that the next step changes."""
        self._sources.drop(paths)

    @property
    def tree(self) -> Path:
        """The folder that Sphinx sees as the kernel tree."""
        return self._sources.tree

    def _say(self, **message: Any) -> None:
        assert self._process.stdin
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            self._failed()

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            self._failed()
        message: dict[str, Any] = json.loads(line)
        if "unsupported" in message:
            raise CheckError(message["unsupported"])
        return message

    def _failed(self) -> None:
        status = self._process.wait()
        errors = self._sources.tree.parent / "stderr"
        lines = errors.read_text("utf-8", "replace").splitlines()
        why = lines[-1] if lines else "no message"
        number = -status if status < 0 else status - _SIGNALLED
        if number in signal.valid_signals():
            why = f"killed by signal {number} (time or memory limit?)"
        raise CheckError(f"the process that reads the documents failed: {why}")


@contextmanager
def reading(base: Snapshot, scope: Scope, cache: Path, unshown: Unshown) -> Iterator[Reader]:
    """Start the process in a private folder with the base's extensions; both are gone afterwards.

    ``unshown`` is what documents do not show of their sources.
    """
    folder, fixed = kit.make(base, cache)
    with tempfile.TemporaryDirectory(prefix="verify-series-docs-") as name:
        private = Path(name).resolve()
        tree = private / "tree"
        (private / "home").mkdir()
        kit.link(folder, fixed, tree)
        (
            tree / maintainers.PATH
        ).touch()  # parsed at every start, whether a document shows it or not
        (tree / ROOT / "ABI").mkdir(exist_ok=True)
        base.export(["Makefile"], tree)
        seconds = _CPU_SECONDS + _CPU_PER_DOCUMENT * sum(map(len, scope.affected))
        with (
            (private / "stderr").open("wb") as errors,
            _start(private, folder, seconds, errors) as process,
        ):
            alarm = threading.Timer(_PATIENCE * seconds, process.kill)
            alarm.start()
            try:
                yield Reader(process, scope, _Sources(tree, folder, fixed, unshown))
                assert process.stdin
                process.stdin.close()
                process.wait()  # it ends at once then; who is killed, is not counted
            finally:
                alarm.cancel()


@contextmanager
def _start(
    private: Path, folder: Path, seconds: int, errors: IO[bytes]
) -> Iterator[subprocess.Popen[bytes]]:
    package = Path(__file__).resolve().parents[2]
    environment = clean_environment(private / "home", PYTHONPATH=str(package))
    argv = sandbox.shelter("perl").wrap(
        [sys.executable, "-P", "-m", f"{PACKAGE}.docs", private / "tree", str(seconds), folder],
        cwd=private,
        writable=[private],
        readable=[*sandbox.interpreter(), folder],
        limits=sandbox.Limits(seconds),
    )
    with start(argv, cwd=private, env=environment, stdin=subprocess.PIPE, stderr=errors) as process:
        yield process
