# SPDX-License-Identifier: GPL-2.0-or-later
"""What the docs check says of a change, beside what the judge says."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from os.path import commonpath
from pathlib import Path

from verify_series.checkers import docs
from verify_series.diffs import read_steps
from verify_series.docs.scan import ROOT
from verify_series.docs.warnings import STOPS
from verify_series.model import (
    AppliedSeries,
    CheckError,
    Finding,
    Patch,
    Series,
    Severity,
    Snapshot,
    State,
)
from verify_series.store import Store

from .judge import Judge, Said
from .kernel import Mutation

#: Place, line and words of a finding.
Key = tuple[str, int, str]

_ON_LINE = re.compile(r" \(on line \d+\)\Z")


@dataclass
class Compared:
    """One mutation. ``error`` is the reason why the check could not run."""

    mutation: Mutation
    new: dict[Key, Finding]
    existing: dict[Key, Finding]
    error: str = ""
    missing: tuple[Key, ...] = ()
    extra: tuple[Key, ...] = ()


class Checked:
    """The docs check on one-patch series over a kernel tree."""

    def __init__(self, tree: Path, folder: Path) -> None:
        self._store = Store.create(folder / "store.git", tree / ".git" / "objects")
        head = self._store.must("--git-dir", str(tree / ".git"), "rev-parse", "HEAD").decode()
        self.base = Snapshot(head.strip(), self._store)
        self._folder = folder

    def applied(self, mutation: Mutation) -> AppliedSeries:
        """The mutation as a series of one patch."""
        store = self._store
        own_index = self._folder / f"index-{id(mutation)}"
        store.must("read-tree", self.base.commit, index=own_index)
        lines = []
        for path, text in mutation.changes.items():
            if text is None:
                lines.append(f"0 {'0' * 40}\t{path}\0")
            else:
                blob = store.must("hash-object", "-w", "--stdin", stdin=text.encode())
                lines.append(f"100644 {blob.decode().strip()}\t{path}\0")
        store.must(
            "update-index", "-z", "--index-info", stdin="".join(lines).encode(), index=own_index
        )
        written = store.must("write-tree", index=own_index).decode().strip()
        who = "Ada <ada@example.org> 1767600000 +0000"
        text = f"tree {written}\nparent {self.base.commit}\nauthor {who}\ncommitter {who}\n\nx\n"
        made = store.must("hash-object", "-w", "-t", "commit", "--stdin", stdin=text.encode())
        patch = Patch(1, "one@example.org", mutation.name, "Ada <ada@example.org>", b"")
        series = Series("one@example.org", mutation.name, patch.author, 1, 1, (patch,))
        return AppliedSeries(series, self.base, read_steps(store, [patch], [made.decode().strip()]))

    def check(self, mutation: Mutation) -> Compared:
        """What the docs check says."""
        try:
            examined = docs.run(self.applied(mutation), docs.parse({}))
        except CheckError as error:
            return Compared(mutation, {}, {}, str(error))
        by_state: dict[State, dict[Key, Finding]] = {state: {} for state in State}
        for finding in examined.findings:
            if finding.severity is Severity.WARNING:  # beyond what a full build says
                continue
            by_state[finding.state][key(finding)] = finding
        return Compared(mutation, by_state[State.NEW], by_state[State.EXISTING])


@contextmanager
def checking(tree: Path) -> Iterator[Checked]:
    """A Checked with a private store, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="verify-series-equality-") as name:
        yield Checked(tree, Path(name))


def key(finding: Finding) -> Key:
    """What has to be the same."""
    return finding.path, finding.line, _ON_LINE.sub("", finding.message)


def without_place(key: Key) -> Key:
    """The same in a log that names no place, where we name the document."""
    return (ROOT, 0, key[2]) if not key[1] else key


def _told(finding: Finding, said: Said) -> bool:
    """Whether the finding is that a build ends, and the build ended with these words."""
    reason = finding.message.partition("stops here: ")[2].partition(": ")[2]
    return finding.rule == STOPS and bool(reason) and reason in said.stopped


def _near(path: str, mutation: Mutation) -> int:
    """How much of a path a change has in common with one."""
    return max(len(commonpath((path, changed))) for changed in mutation.changes)


def compare(judge: Judge, batch: Sequence[Compared]) -> None:
    """Judge mutations, in one build; sets ``missing`` and ``extra`` of each."""
    changes = {path: text for one in batch for path, text in one.mutation.changes.items()}
    concerned = {path for one in batch for path in one.mutation.concerned}
    said = judge.verdict(changes, concerned - changes.keys())
    if said.stopped and len(batch) > 1:
        for one in batch:
            compare(judge, [one])
        return
    told = {key(finding): finding for finding in said.findings}
    before = {key(finding) for finding in judge.untouched.findings}
    ours = {key for one in batch for key in (*one.new, *one.existing)}
    ours |= {without_place(key) for key in ours}
    for one in batch:
        new = [k for k, f in one.new.items() if not _told(f, said) and k not in told]
        new = [k for k in new if without_place(k) not in told]
        known = told.keys() | before
        one.extra = (*new, *(k for k in one.existing if not {k, without_place(k)} & known))
    for lost in told.keys() - ours - before:
        path = told[lost].path
        owners = [one for one in batch if path in one.mutation.paths]
        owners = owners or [one for one in batch if any(p in lost[2] for p in one.mutation.changes)]
        owners = owners or sorted(batch, key=lambda one: -_near(path, one.mutation))
        owners[0].missing += (lost,)


def batches(mutations: Sequence[Mutation], most: int) -> Iterator[list[Mutation]]:
    """Mutations that do not get in each other's way, and those that end a build by themselves."""
    waiting = list(mutations)
    while waiting:
        first, *rest = waiting
        batch, left = [first], []
        for one in rest:
            changed = {path for other in batch for path in other.changes}
            taken = {path for other in batch for path in other.paths}
            free = not (taken & one.changes.keys() or changed & one.paths)
            if free and len(batch) < most and not (first.stops or one.stops):
                batch.append(one)
            else:
                left.append(one)
        waiting = left
        yield batch
