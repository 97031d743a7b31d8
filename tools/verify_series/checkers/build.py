# SPDX-License-Identifier: GPL-2.0-or-later
"""Compiles the base and every patch: the touched sources, and those that include a touched header.

It runs with W=1, in a sandbox, and only where it is asked for (``--build``), since compiling runs
the series' own Makefiles. New errors and new warnings gate, also where a later patch repairs them:
a bisect would stop there. What the configuration does not build is listed; where it builds
nothing of the series, nothing is said to pass.

Bad, where struct linux_binprm of the tree has no is_check:

    if (!bprm->is_check)
            return 0;

    security/ipe/hooks.c:68:13: error: 'struct linux_binprm' has no member named 'is_check'

Good: the series is applied to a tree that has it, or a patch before adds it.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Collection, Mapping
from dataclasses import astuple, dataclass, field
from typing import Any

from .. import __version__
from ..build import messages, packages, targets
from ..build.compiled import Compiled
from ..build.kbuild import Configuration, Kbuild, Made, brings_options, building, with_debug
from ..build.lists import Unlisted
from ..c import declared
from ..cache import root
from ..carry import classify
from ..kept import Kept
from ..model import (
    AppliedSeries,
    CheckError,
    Examined,
    Execution,
    Finding,
    Severity,
    Snapshot,
    State,
)
from . import build_names, keys

NAME = "build"


_KEPT = "configured, messages, compiled, tables"  # what is kept of a base
_FIRST, _PREPARE = 110, 5  # steps beside the objects: from nothing, and when all is there
_WORKTREE, _BASE = 0.35, 0.7  # how far a first run is when the worktree and the base are there


@dataclass(frozen=True, slots=True)
class _Table:
    """[build] of a profile; checks/README.md explains the keys."""

    config: str


@dataclass(frozen=True, slots=True)
class Spec:
    """``config`` is a fragment on top of allnoconfig, ``folders`` what the profile is about,
    ``tables`` its tables of names.
    """

    config: str = ""
    folders: tuple[str, ...] = ()
    tables: tuple[declared.Spec, ...] = ()


def parse(table: Mapping[str, Any]) -> Spec:
    """Takes [build], ``paths`` and the name tables of a profile; an empty table where no profile
    has [build].
    """
    if NAME not in table:
        return Spec()
    folders = tuple(path for path in table.get("paths", ()) if path.endswith("/"))
    tables = tuple(keys.parse(declared.Spec, one) for one in table.get("name-table", ()))
    return Spec(keys.parse(_Table, table[NAME]).config, folders, tables)


def run(applied: AppliedSeries, spec: Spec, execution: Execution) -> Examined:
    """Compile; counts the objects that were compiled at the head.

    Raises CheckError where there is no sandbox, the base cannot be built, or there is no room.
    """
    tables = tuple(one for one in spec.tables if applied.paths.intersection(one.files))
    wanted = targets.find(applied, spec.folders, [one.table_file for one in tables])
    if not wanted.sources and all(map(targets.is_prose, applied.paths)):
        return Examined(0, skip="the series touches nothing that is compiled")
    configuration = _configuration(spec, execution)
    if configuration is None:
        return Examined(0, skip="no profile says how to configure a kernel for it: give --config")
    if lacking := packages.missing(execution):
        return Examined(0, skip=lacking)
    with building(applied.base, configuration, execution) as kbuild:
        return _Build(applied, wanted, tables, kbuild, packages.compiler(execution)).examine()


def _configuration(spec: Spec, execution: Execution) -> Configuration | None:
    if execution.config:
        return Configuration(execution.config.read_text("utf-8", "replace"), whole=True)
    return Configuration(spec.config) if spec.config else None


@dataclass
class _State:
    """What one tree says: its findings, the sources that were compiled, and the name tables."""

    findings: list[Finding] = field(default_factory=list)
    compiled: frozenset[str] = frozenset()
    tables: dict[str, Compiled] = field(default_factory=dict)


class _Build:
    def __init__(
        self,
        applied: AppliedSeries,
        wanted: targets.Targets,
        tables: tuple[declared.Spec, ...],
        kbuild: Kbuild,
        compiler: str,
    ) -> None:
        self.applied, self.wanted, self.kbuild = applied, wanted, kbuild
        self.tables, self.compiler = tables, compiler
        self.brings_options = brings_options(applied.paths)
        self.configured: list[messages.Message] = []  # what kconfig said last

    def examine(self) -> Examined:
        states = [self._base()]
        folder = self.kbuild.folder
        begin, patches = folder.told, len(self.applied.steps)
        for number, step in enumerate(self.applied.steps):
            share = (1 - begin) / patches
            folder.span = (begin + share * number, begin + share * (number + 1))
            changed = [path for path in step.paths if not targets.is_prose(path)]
            states.append(self._after(step.snapshot, changed, states) if changed else states[-1])
        if self.brings_options and not any(f.rule == messages.ERROR for f in states[-1].findings):
            self.kbuild.require_settings()
        findings = classify(self.applied, [state.findings for state in states])
        for finding in findings:
            if finding.state is State.EXISTING and finding.rule == messages.ERROR:
                place = f"{finding.path}:{finding.line}" if finding.line else finding.path
                raise CheckError(
                    f"{place} does not compile, with or without the series: {finding.message}"
                )
        return self._examined(states, findings)

    def _examined(self, states: list[_State], findings: tuple[Finding, ...]) -> Examined:
        compiled = frozenset[str]().union(*(state.compiled for state in states))
        gone = [source for source in self.wanted.touched if source not in compiled]
        notes = [f"built {self.kbuild.sandbox.said}", *self.wanted.notes, *self.kbuild.notes]
        if gone:
            notes.append(f"not compiled, as the configuration does not build it: {_listed(gone)}")
        if tables := states[-1].tables:
            notes.append(f"the compiler reads them alike: {', '.join(sorted(tables))}")
        count = len(states[-1].compiled)
        skip = ""
        if not count and not findings:
            skip = "the configuration builds nothing that the series touches (give --config FILE)"
            if gone:
                skip = f"the configuration builds none of {_listed(gone)} (give --config FILE)"
        versions = {"compiler": self.compiler} if self.compiler else {}
        return Examined(count, findings, skip=skip, notes=tuple(notes), versions=versions)

    def _base(self) -> _State:
        """The base's state, kept from an earlier run if that was on the same base."""
        base, kept = self.applied.base, Kept(root() / NAME / "results")
        wanted = repr(
            (
                _KEPT,
                __version__,
                base.commit,
                self.kbuild.kept.name,
                self.wanted.sources,
                self.tables,
            )
        )
        key = hashlib.sha256(wanted.encode()).hexdigest()
        if self.kbuild.is_kept(base) and (known := kept.load(key)):
            said = [messages.Message(*one) for one in known["messages"]]
            self.configured = [messages.Message(*one) for one in known["configured"]]
            tables = {name: _as_compiled(one) for name, one in known["tables"].items()}
            found = [_finding(one) for one in [*self.configured, *said]]
            return _State(found, frozenset(known["compiled"]), tables)
        self.kbuild.folder.span = (0, _WORKTREE)
        configured = self.kbuild.base(base, every_option=not self.brings_options)
        self.configured = self._read(configured)
        self.kbuild.folder.span = (_WORKTREE, _BASE)
        compiled, made, said = self._compile(base, frozenset())
        tables = self._names(base, compiled, {})
        self.kbuild.keep(base)
        if made.status == 0:  # a failure may have had a cause that is gone the next time
            content = {
                "configured": [astuple(one) for one in self.configured],
                "messages": [astuple(one) for one in said],
                "compiled": sorted(compiled),
                "tables": {name: astuple(one) for name, one in tables.items()},
            }
            kept.save(key, content)
        return _State([_finding(one) for one in [*self.configured, *said]], compiled, tables)

    def _after(self, snapshot: Snapshot, changed: list[str], states: list[_State]) -> _State:
        """The state after a patch that changes something that is compiled."""
        configured = self.kbuild.series(snapshot, changed)
        if configured:
            self.configured = self._read(configured)
        if configured and configured.status:
            before = states[-1]
            found = [_finding(one) for one in self.configured]
            found += _unseen(found, before.findings, before.compiled)
            return _State(found, before.compiled, before.tables)
        compiled, _, said = self._compile(snapshot, states[-1].compiled)
        found = [_finding(one) for one in [*self.configured, *said]]
        failed = {s for s in compiled if not self.kbuild.made(targets.object_of(s))}
        found += _unseen(found, states[-1].findings, failed)
        tables = states[-1].tables
        if not failed and any(set(changed).intersection(spec.files) for spec in self.tables):
            tables = self._names(snapshot, compiled, tables)
        for spec in self.tables:
            if spec.table in states[0].tables and spec.table in tables:
                found += build_names.violations(
                    spec, states[0].tables[spec.table], tables[spec.table], NAME
                )
        return _State(found, compiled, tables)

    def _names(
        self, snapshot: Snapshot, sources: Collection[str], before: Mapping[str, Compiled]
    ) -> dict[str, Compiled]:
        """The compiled tables, as far as their sources were compiled."""
        there = {s for s in sources if self.kbuild.made(targets.object_of(s))}
        return {**before, **build_names.compiled(self.tables, snapshot, there, self.kbuild)}

    def _compile(
        self, snapshot: Snapshot, before: frozenset[str]
    ) -> tuple[frozenset[str], Made, list[messages.Message]]:
        """Compile the wanted sources that this tree has and builds."""
        there = set(snapshot.read_many(self.wanted.sources))
        try:
            listed = self.kbuild.objects({posixpath.dirname(source) for source in there})
            sources = frozenset(s for s in there if targets.object_of(s) in listed)
        except Unlisted as error:
            if not self.kbuild.foreign:
                raise CheckError(f"the base's Makefiles cannot be read: {error}") from error
            sources = before & there  # make will say why
        objects = [targets.object_of(source) for source in sorted(sources)]
        self.kbuild.remove(objects)
        tables = {targets.object_of(spec.table_file) for spec in self.tables}
        variables = {"W": "1", **(with_debug(sorted(tables)) if tables else {})}
        if self.kbuild.settings().get("CONFIG_WERROR") == "y":
            variables["KCFLAGS"] = "-Wno-error"  # or the base's own warnings would be errors
        about = len(objects) + (_PREPARE if before else _FIRST)
        made = self.kbuild.make(objects or ["prepare"], about=about, variables=variables)
        said = self._read(made)
        left = [name for name in objects if not self.kbuild.made(name)]
        if left and not made.status:
            raise CheckError(f"make said that all is well, but made no {_listed(left)}")
        return sources, made, said

    def _read(self, made: Made) -> list[messages.Message]:
        """What a make said; where it failed without a word of the compiler's, make's own."""
        said = messages.read(made.errors, (self.kbuild.tree, self.kbuild.out))
        if made.status and all(one.kind != messages.ERROR for one in said):
            why = messages.failures(made.errors) or [f"make ended with status {made.status}"]
            said.append(messages.Message("", 0, messages.ERROR, "", why[0]))
        return said


def _as_compiled(values: list[Any]) -> Compiled:
    """The inverse of astuple(), through JSON."""
    enumerators, names, line = values
    return Compiled(tuple((name, value) for name, value in enumerators), tuple(names), line)


def _finding(message: messages.Message) -> Finding:
    """A message as a finding: errors, and new warnings, gate."""
    rule = message.option if message.kind == messages.WARNING else message.kind
    text = message.text
    if message.option and message.option != "kernel-doc":
        text = f"{text} [-W{message.option}]"
    if message.kind == messages.OUTPUT:
        text = f"the build says: {text}"
    return Finding(
        NAME,
        rule or messages.WARNING,
        Severity.ERROR,
        message.path or "Makefile",
        message.line,
        text,
        identity=message.identity,
    )


def _unseen(
    found: Collection[Finding], before: Collection[Finding], failed: Collection[str]
) -> list[Finding]:
    """The warnings of the tree before that a failed compilation did not come to.

    They are neither gone nor, once the source compiles again, new.
    """
    seen = {(f.path, f.rule, f.key) for f in found}
    return [
        f
        for f in before
        if f.rule not in (messages.ERROR, messages.OUTPUT)
        and (f.path in failed or (failed and f.path.endswith(".h")))
        and (f.path, f.rule, f.key) not in seen
    ]


def _listed(names: Collection[str]) -> str:
    some = sorted(names)
    more = f" and {len(some) - 5} more" if len(some) > 5 else ""
    return ", ".join(some[:5]) + more
