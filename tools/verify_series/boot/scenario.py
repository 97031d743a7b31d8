# SPDX-License-Identifier: GPL-2.0-or-later
"""``[[boot]]`` in checks/*.toml: what is tried in a running kernel, and what must come of it."""

from __future__ import annotations

import errno
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from ..checkers import keys
from ..model import Snapshot, UserError

#: What a step can do, and its arguments; init/actions.c does it.
ACTIONS: Mapping[str, tuple[str, ...]] = {
    "check": ("PATH",),
    "execute": ("PATH",),
    "map": ("PATH",),
    "protect": ("PATH",),
    "open": ("PATH",),
    "read": ("PATH",),
    "write": ("PATH", "TEXT"),
    "mount": ("TYPE", "PATH"),
    "remove": ("PATH",),
    "ioperm": ("PORT",),
}

#: Mounted before the first step, in this order; a scenario can add some.
MOUNTS: Mapping[str, str] = {
    "/proc": "proc",
    "/sys": "sysfs",
    "/sys/kernel/security": "securityfs",
    "/tmp": "tmpfs",
}

_OURS = ("/init", "/steps", "/dev/console", "/dev/kmsg", "/dev/null")
_ALLOWED = "0"
_LONGEST = 4000  # of a line of /steps: init reads 4095 bytes


@dataclass(frozen=True, slots=True)
class File:
    """A file that is there when the first step is done.

    Below a mount point it is copied there after mounting; anywhere else it is in the initramfs.
    """

    path: str
    content: str = ""
    program: bool = False
    device: str = ""
    executable: bool = False


@dataclass(frozen=True, slots=True)
class Expected:
    """What must come of a step. None where the scenario says nothing.

    ``result`` is ``0`` or the name of an errno; ``records`` are the audit records of the step,
    no more and no fewer, each by some of its fields; every text of ``log`` must be in a line that
    the step adds to the kernel log; ``text`` is what is read, without white space at its end.
    """

    result: str
    records: tuple[Mapping[str, str], ...] | None = None
    log: tuple[str, ...] = ()
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One action, and what is expected of it where the feature is not there, and where it is."""

    words: tuple[str, ...]
    before: Expected
    after: Expected
    precondition: bool = False

    @property
    def name(self) -> str:
        return " ".join(self.words)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A machine, and the steps that are done in it.

    ``config`` is a fragment; ``@NAME@`` in it is the path of the file ``build_files[NAME]``.
    ``feature`` is (file, word): a tree has the feature where the file holds the word.
    ``record_types`` are the audit records that count, by number; ``show`` are the fields of them
    that the report shows.
    """

    name: str
    config: str
    steps: tuple[Step, ...]
    lsm: str = ""
    command_line: str = ""
    build_files: Mapping[str, str] = field(default_factory=dict)
    feature: tuple[str, str] | None = None
    record_types: frozenset[int] = frozenset()
    show: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    mounts: Mapping[str, str] = field(default_factory=dict)

    @property
    def all_mounts(self) -> Mapping[str, str]:
        """Every mount point and its file system, in the order of mounting."""
        return {**MOUNTS, **self.mounts}

    def has_feature(self, snapshot: Snapshot) -> bool:
        """Whether a tree is expected to behave as ``after`` says."""
        if self.feature is None:
            return True
        path, word = self.feature
        text = snapshot.read(path) or b""
        return re.search(rf"\b{re.escape(word)}\b".encode(), text) is not None


@dataclass(frozen=True, slots=True)
class _Table:
    """The keys of ``[[boot]]`` that hold texts."""

    name: str
    config: str
    lsm: str = ""
    command_line: str = ""
    build_files: Mapping[str, str] = field(default_factory=dict)
    feature: Mapping[str, str] = field(default_factory=dict)
    record_types: tuple[str, ...] = ()
    show: tuple[str, ...] = ()
    mounts: Mapping[str, str] = field(default_factory=dict)
    file: tuple[Mapping[str, Any], ...] = ()
    step: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class _Feature:
    file: str
    word: str


@dataclass(frozen=True, slots=True)
class _StepTable:
    do: str
    both: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    precondition: bool = False


@dataclass(frozen=True, slots=True)
class _ExpectedTable:
    result: str
    records: tuple[Mapping[str, Any], ...] | None = None
    log: tuple[str, ...] = ()
    text: str = ""
    same_as: str = ""


def parse(table: Mapping[str, Any]) -> Scenario:
    """Raises UserError for what is unknown, missing, of the wrong type, or makes no sense."""
    given = keys.parse(_Table, table)
    feature = keys.parse(_Feature, given.feature) if given.feature else None
    types = [number for number in given.record_types if not number.isdecimal()]
    if types:
        raise UserError(f'record-types must be numbers in quotes, such as "1400", not {types[0]!r}')
    for name in given.build_files:
        if not re.fullmatch(r"\w[\w.-]*", name):
            raise UserError(f"build-files: {name!r} is no plain name")
    for name in re.findall(r"@([\w.-]+)@", given.config):
        if name not in given.build_files:
            raise UserError(f"config speaks of @{name}@, which is not in build-files")
    for point in given.mounts:
        _require_path(point, "mounts")
    steps = []
    for number, entry in enumerate(given.step, 1):
        try:
            steps.append(_step(entry, given))
        except UserError as error:
            raise UserError(f"step {number}: {error}") from error
    if not steps:
        raise UserError("there is no [[boot.step]]: nothing would be tried")
    if not feature and any(step.before != step.after for step in steps):
        raise UserError("before and after need a feature: which word in which file makes it one")
    if feature and all(step.before == step.after for step in steps):
        raise UserError("with a feature, some step must differ between before and after")
    return Scenario(
        given.name,
        given.config,
        tuple(steps),
        given.lsm,
        given.command_line,
        given.build_files,
        (feature.file, feature.word) if feature else None,
        frozenset(map(int, given.record_types)),
        given.show,
        tuple(_files(given)),
        given.mounts,
    )


def _files(given: _Table) -> Iterator[File]:
    for number, entry in enumerate(given.file, 1):
        try:
            file = keys.parse(File, entry)
            _require_path(file.path, "path")
            if file.path in _OURS:
                raise UserError(f"{file.path} is verify-series' own")
            if sum((bool(file.content), file.program, bool(file.device))) != 1:
                raise UserError("give one of content, program and device")
            if file.device and not re.fullmatch(r"\d+ \d+", file.device):
                raise UserError('device must be the numbers of a character device, such as "1 1"')
            if file.device and f"{file.path}/".startswith(tuple(f"{m}/" for m in _points(given))):
                raise UserError(f"a device can be in the initramfs only, not at {file.path}")
        except UserError as error:
            raise UserError(f"file {number}: {error}") from error
        yield file


def _points(given: _Table) -> Iterator[str]:
    yield from MOUNTS
    yield from given.mounts


def _step(entry: Mapping[str, Any], given: _Table) -> Step:
    table = keys.parse(_StepTable, entry)
    words = _words(table.do)
    if bool(table.both) == bool(table.before or table.after):
        raise UserError("give either both, or before and after")
    if not table.both and not (table.before and table.after):
        raise UserError("before and after need each other")
    before, after = (
        (_expected(expected, given, words) for expected in (table.before, table.after))
        if not table.both
        else [_expected(table.both, given, words)] * 2
    )
    if table.precondition and before != after:
        raise UserError("a precondition is the same before and after: give both")
    return Step(words, before, after, table.precondition)


def _words(do: str) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(do))
    except ValueError as error:
        raise UserError(f"do = {do!r}: {error}") from error
    arguments = ACTIONS.get(words[0]) if words else None
    if arguments is None:
        raise UserError(f"do = {do!r}: there is no such action (there are: {', '.join(ACTIONS)})")
    if len(words) != len(arguments) + 1:
        raise UserError(f"do = {do!r}: write {words[0]} {' '.join(arguments)}")
    for kind, word in zip(arguments, words[1:], strict=True):
        if kind == "PATH":
            _require_path(word, f"do = {do!r}")
        elif kind == "PORT":
            _require_port(word, do)
        elif not word or not word.isprintable():
            raise UserError(f"do = {do!r}: {kind} must be a text in one line")
    if len(do.encode()) > _LONGEST:
        raise UserError(f"do is longer than {_LONGEST} bytes")
    return words


def _require_port(word: str, do: str) -> None:
    try:
        port = int(word, 0)
    except ValueError:
        port = -1
    if not 0 <= port < 1 << 16 or not re.fullmatch(r"[1-9]\d*|0|0x[0-9a-f]+", word):
        raise UserError(f"do = {do!r}: {word!r} is no port, such as 0x80")


def _require_path(path: str, where: str) -> None:
    pure = PurePosixPath(path)
    if not path.startswith("/") or path != str(pure) or ".." in pure.parts or path == "/":
        raise UserError(f"{where}: {path!r} is no absolute path, or not a plain one")
    if not path.isprintable():
        raise UserError(f"{where}: {path!r} has characters that cannot be printed")


def _expected(entry: Mapping[str, Any], given: _Table, words: tuple[str, ...]) -> Expected:
    table = keys.parse(_ExpectedTable, entry)
    number = getattr(errno, table.result, 0) if table.result.startswith("E") else 0
    if table.result != _ALLOWED and not number:
        raise UserError(f'result = {table.result!r}: give "0" or a name such as "EACCES"')
    if table.same_as and table.same_as not in given.build_files:
        raise UserError(f"same-as = {table.same_as!r} is not in build-files")
    if table.text and table.same_as:
        raise UserError("give text or same-as, not both")
    text = given.build_files[table.same_as] if table.same_as else table.text or None
    if text is not None and (words[0] != "read" or table.result != _ALLOWED):
        raise UserError('text and same-as belong to a read with result = "0"')
    if table.records is not None and not given.record_types:
        raise UserError("records need record-types: the numbers of the audit records that count")
    for record in table.records or ():
        if not record or not all(isinstance(value, str) for value in record.values()):
            raise UserError("a record is a table of fields, each a text")
    result = errno.errorcode.get(number, _ALLOWED)  # one name, where an errno has two
    return Expected(result, table.records, table.log, None if text is None else text.rstrip())
