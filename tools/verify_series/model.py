# SPDX-License-Identifier: GPL-2.0-or-later
"""The words of verify-series, as types. Nothing here reads, writes or starts anything.

A series comes in (:class:`Series`), is applied patch by patch (:class:`AppliedSeries`),
checkers look at it (:class:`Examined`), the runner gives each check a status
(:class:`Outcome`), and all of it together is the :class:`Report`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol


class UserError(Exception):
    """Something that the user can mend: one sentence with the cause and the next step; exit 2."""


class CheckError(Exception):
    """A checker could not do its work; the sentence becomes the reason of an ERROR outcome."""


class Severity(StrEnum):
    """How much a finding weighs. Only new errors gate, unless a checker is told to be strict."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class State(StrEnum):
    """Whether the series brings a finding in, found it there, or takes it away."""

    NEW = "new"
    EXISTING = "existing"
    FIXED = "fixed"


class Status(StrEnum):
    """What became of one check."""

    PASS = "PASS"
    FAIL = "FAIL"
    SKIP = "SKIP"
    ERROR = "ERROR"


class Verdict(StrEnum):
    """What the report as a whole says; its exit code is 0, 1 or 2."""

    PASS = "pass"
    FAIL = "fail"
    NONE = "none"

    @property
    def exit_code(self) -> int:
        return {Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.NONE: 2}[self]


class Attestation(StrEnum):
    """What the signatures of a mail (DKIM, patatt) are worth."""

    VERIFIED = "verified"
    FAILED = "failed"
    NO_KEY = "no-key"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Patch:
    """One mail of a series that carries a diff.

    ``number`` is the n of [PATCH n/m]; ``mail`` is what ``git mailinfo`` is to read.
    """

    number: int
    message_id: str
    subject: str
    author: str
    mail: bytes
    attestation: Attestation = Attestation.NONE
    attestation_detail: str = ""
    trailers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """The mail that stands for a series, as who answers it needs it: header fields, decoded.

    ``recipients`` are the addresses of To: and Cc:, ``references`` the message-ids of References:.
    """

    message_id: str
    subject: str
    author: str
    date: str
    recipients: tuple[str, ...] = ()
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """A complete series, as b4 understands the thread.

    ``message_id`` is the cover letter's, or the first patch's where there is none.
    ``expected`` counts the patches the sender numbered; ``patches`` holds the ones picked.
    ``newer`` is ``none``, ``vN``, or ``unknown`` where the search could not be made.
    ``source`` says where the mails came from (an archive's URL, a file, the cache).
    ``notes`` are sentences for the reader, such as that a trailer was not counted.
    ``letter`` is None for commits of the user's own, which then have no message-ids.
    """

    message_id: str
    subject: str
    author: str
    revision: int
    expected: int
    patches: tuple[Patch, ...]
    base_commit: str | None = None
    newer: str = "unknown"
    newer_detail: str = ""
    source: str = ""
    notes: tuple[str, ...] = ()
    letter: Letter | None = None

    @property
    def picked(self) -> bool:
        """True where only some of the patches are verified (``-P``)."""
        return len(self.patches) != self.expected


class Objects(Protocol):
    """Read access to git objects; tree.py implements it, nothing else touches git."""

    def read(self, commit: str, path: str) -> bytes | None: ...

    def read_many(self, commit: str, paths: Iterable[str]) -> dict[str, bytes]: ...

    def read_each(self, commit: str, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]: ...

    def blob_ids(self, commit: str, under: str) -> dict[str, str]: ...

    def object_ids(self, commit: str, paths: Iterable[str]) -> dict[str, str]: ...

    def contents(self, ids: Mapping[str, str]) -> Iterator[tuple[str, bytes]]: ...

    def export(self, commit: str, paths: Iterable[str], folder: Path) -> None: ...

    def grep(self, commit: str, words: Iterable[str], where: str) -> bytes: ...

    def files_with(self, commit: str, texts: Iterable[str], where: Iterable[str]) -> list[str]: ...

    def lines_with(self, commit: str, text: str) -> Iterator[tuple[str, int, bytes]]: ...

    def as_patch(self, commit: str) -> bytes: ...

    def git_environment(
        self, commit: str, worktree: Path, index: Path, listed: Iterable[str]
    ) -> dict[str, str]: ...

    def folders(self) -> list[Path]: ...

    def check_out(
        self,
        commit: str,
        worktree: Path,
        index: Path,
        *,
        clean: bool,
        progress: Callable[[float], None],
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One commit: the base, or the tree after patch n. Paths are relative, with slashes."""

    commit: str
    objects: Objects = field(repr=False, compare=False)

    def read(self, path: str) -> bytes | None:
        """The content of a regular file, or None where no such file is."""
        return self.objects.read(self.commit, path)

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The content of those of ``paths`` that are regular files; the others are left out."""
        return self.objects.read_many(self.commit, paths)

    def read_each(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """The same, one after the other: thousands do not fill the memory."""
        return self.objects.read_each(self.commit, paths)

    def blob_ids(self, under: str = "") -> dict[str, str]:
        """Path to blob id of every file in the folder ``under``, at any depth, in git's order."""
        return self.objects.blob_ids(self.commit, under)

    def object_ids(self, paths: Iterable[str]) -> dict[str, str]:
        """The ids of the blobs and trees at those of ``paths`` where there is one: keys for
        caches. No path may lie below another one."""
        return self.objects.object_ids(self.commit, paths)

    def object_id(self, path: str) -> str | None:
        """The id of the blob or tree at ``path``, None where nothing is."""
        return self.object_ids([path]).get(path)

    def contents(self, ids: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
        """Each path of ``ids`` with the content of its blob, in the order given; made for
        thousands."""
        return self.objects.contents(ids)

    def export(self, paths: Iterable[str], folder: Path) -> None:
        """Write files, or whole folders, of this commit below ``folder``; absent ones are left out.

        Symbolic links are written only where they stay inside ``folder``.
        """
        self.objects.export(self.commit, paths, folder)

    def grep(self, words: Iterable[str], where: str) -> bytes:
        """The lines in which one of ``words`` stands as a whole word, of the files that ``where``
        names: a folder or a pattern such as ``include/*.h``.
        """
        return self.objects.grep(self.commit, words, where)

    def files_with(self, texts: Iterable[str], where: Iterable[str]) -> list[str]:
        """The files in which one of ``texts`` stands, of those that git's pathspecs name."""
        return self.objects.files_with(self.commit, texts, where)

    def lines_with(self, text: str) -> Iterator[tuple[str, int, bytes]]:
        """The lines of all text files in which ``text`` stands: path, number from 1, line."""
        return self.objects.lines_with(self.commit, text)

    def as_patch(self) -> bytes:
        """The commit as ``git format-patch`` prints it."""
        return self.objects.as_patch(self.commit)

    def git_environment(self, worktree: Path, index: Path, listed: Iterable[str]) -> dict[str, str]:
        """Variables for a program that asks git itself: its work tree is ``worktree``, its HEAD
        this commit, and ``git ls-files`` tells it those of ``listed`` that ``worktree`` holds.
        """
        return self.objects.git_environment(self.commit, worktree, index, listed)

    def git_folders(self) -> list[Path]:
        """What such a program has to be able to read: where git's objects are."""
        return self.objects.folders()

    def check_out(
        self, worktree: Path, index: Path, *, clean: bool, progress: Callable[[float], None]
    ) -> None:
        """Make ``worktree`` this commit, writing only files that are not what ``index`` says.

        With ``clean`` all else in it is removed. ``progress`` is told which part is written.
        """
        self.objects.check_out(self.commit, worktree, index, clean=clean, progress=progress)


@dataclass(frozen=True, slots=True)
class Change:
    """One path of a patch. ``old`` is None for a new file, ``new`` is None for a removed one."""

    old: str | None
    new: str | None

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(p for p in (self.old, self.new) if p))


@dataclass(frozen=True, slots=True)
class Hunk:
    """A hunk without context: ``old_count`` lines from ``old_start`` become ``new_count`` lines.

    Line numbers count from 1; a count of 0 means "after that line", as ``diff -U0`` says it.
    """

    old_start: int
    old_count: int
    new_start: int
    new_count: int


@dataclass(frozen=True, slots=True)
class Step:
    """A patch and the tree after it. ``hunks`` maps a new path to its (old path, hunks)."""

    patch: Patch
    snapshot: Snapshot
    changes: tuple[Change, ...]
    hunks: Mapping[str, tuple[str, tuple[Hunk, ...]]]

    @property
    def paths(self) -> frozenset[str]:
        """Every path that the patch touches, old names and new."""
        return frozenset(p for change in self.changes for p in change.paths)


@dataclass(frozen=True, slots=True)
class AppliedSeries:
    """The base and the tree after each patch."""

    series: Series
    base: Snapshot
    steps: tuple[Step, ...]

    @property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """The base, then the tree after each patch."""
        return (self.base, *(step.snapshot for step in self.steps))

    @property
    def head(self) -> Snapshot:
        return self.snapshots[-1]

    @property
    def paths(self) -> frozenset[str]:
        """Every path that any patch touches."""
        return frozenset(p for step in self.steps for p in step.paths)


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault. Prints as ``path:line: message [checker/rule]``; line 0 means the whole file.

    ``patch`` is the number of the patch that brings it in (or takes it away).
    ``identity`` is what makes two findings of different trees the same one, where the message
    itself holds line numbers that move; by default the message.
    """

    checker: str
    rule: str
    severity: Severity
    path: str
    line: int
    message: str
    patch: int | None = None
    state: State = State.NEW
    identity: str = ""

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.message} [{self.checker}/{self.rule}]"

    @property
    def key(self) -> str:
        return self.identity or self.message


@dataclass(frozen=True, slots=True)
class NameRow:
    """One index of a table of names: the enumerators of this value and the string beside them.

    ``name`` is None where there is none; ``line`` is the string's in the table's file, or 0.
    """

    index: int
    enumerators: str
    name: str | None
    line: int = 0


@dataclass(frozen=True, slots=True)
class NameTable:
    """An enum beside its table of names, in the base and after the last patch.

    ``before`` is empty where the series brings the table. The places are those after the series.
    """

    enum: str
    enum_file: str
    table: str
    table_file: str
    before: tuple[NameRow, ...]
    after: tuple[NameRow, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A document that the series touches, as HTML, in the base and after the last patch.

    Either is empty where it is not there. The HTML is made of what the series says: a format
    that shows it lets through only what it knows.
    """

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Tried:
    """A step of a scenario that was booted, and what the base and the series did."""

    step: str
    base: str
    series: str

    def __str__(self) -> str:
        if self.base == self.series:
            return f"{self.step}: base and series {self.base}"
        return f"{self.step}: base {self.base}; series {self.series}"


#: What a checker shows beside its findings, for formats that can draw it.
Exhibit = NameTable | Document | Tried


@dataclass(frozen=True, slots=True)
class Examined:
    """What a checker gives back: how many things it looked at, and what it found.

    ``skip`` is the reason why the series does not concern the check (then ``count`` is 0).
    ``notes`` are sentences for the reader that are no findings, such as a new enum/name pair.
    ``versions`` names the programs that ran. ``exhibits`` are what can be drawn.
    """

    count: int
    findings: tuple[Finding, ...] = ()
    skip: str = ""
    notes: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    exhibits: tuple[Exhibit, ...] = ()


#: Told how far the work is: what is done now, and which part of it, from 0 to 1.
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Execution:
    """How the series' own code is compiled and run, as the user says it.

    ``sandbox`` is False where the user does without one. ``config`` is a configuration of the
    user's own. ``arch`` and ``cross_compile`` are what kbuild takes as ARCH and CROSS_COMPILE.
    """

    sandbox: bool = True
    config: Path | None = None
    arch: str = ""
    cross_compile: str = ""
    progress: Progress = lambda what, part: None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One check's result. ``command`` runs it again; ``seconds`` is wall time."""

    checker: str
    check: str
    status: Status
    examined: int
    findings: tuple[Finding, ...]
    command: str
    seconds: float
    reason: str = ""
    notes: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    exhibits: tuple[Exhibit, ...] = ()

    def count(self, state: State) -> int:
        """How many findings of one state it has."""
        return sum(1 for finding in self.findings if finding.state is state)


@dataclass(frozen=True, slots=True)
class BaseChoice:
    """The commit that was chosen, and how: a sentence for each attempt.

    ``rewound`` patches are in it already; the series was verified from before them.
    """

    commit: str
    name: str
    rewound: int
    attempts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All that is known about one series. ``reason`` says why there is no verdict."""

    source: str
    tree: str
    series: Series | None
    base: BaseChoice | None
    outcomes: tuple[Outcome, ...]
    verdict: Verdict
    reason: str
    gates: frozenset[Severity]
    versions: Mapping[str, str]
    seconds: float

    @property
    def new(self) -> tuple[Finding, ...]:
        """The new findings of all checks."""
        return tuple(f for o in self.outcomes for f in o.findings if f.state is State.NEW)

    @property
    def gating(self) -> tuple[Finding, ...]:
        """The new findings that make the verdict fail."""
        return tuple(finding for finding in self.new if finding.severity in self.gates)
