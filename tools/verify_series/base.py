# SPDX-License-Identifier: GPL-2.0-or-later
"""Choose the commit that a series is applied to, and say how it was chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .apply import DoesNotApply, Mail, apply, present
from .model import AppliedSeries, BaseChoice, Series, UserError
from .store import Store
from .tree import Tree

_INDEX_LINE = re.compile(rb"^index ([0-9a-f]{7,64})\.\.[0-9a-f]{7,64}", re.MULTILINE)
_OLD_PATH = re.compile(rb"^--- (?:a/)?([^\t\r\n]+)", re.MULTILINE)
_NEW_PATH = re.compile(rb"^\+\+\+ (?:b/)?([^\t\r\n]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Candidate:
    commit: str
    how: str
    final: bool  # the user's own word: no other candidate is tried after it


def choose(
    store: Store,
    tree: Tree,
    series: Series,
    mails: Sequence[Mail],
    *,
    given: str | None,
    promised: str | None,
    rewind: bool,
) -> tuple[BaseChoice, AppliedSeries]:
    """Apply the series to the first base that takes it.

    In this order: ``given`` (--base), ``promised`` (the manifest), the series' base-commit, a
    commit with the blobs that the diffs were made against, HEAD. Raises UserError where a base
    that was asked for does not exist, DoesNotApply where no base takes the series, and UserError
    where the tree already has the series and ``rewind`` is off.

    The choice names the user's commit; where patches that it has were taken back, the base of the
    applied series is a commit of the store.
    """
    attempts: list[str] = []
    failures: list[DoesNotApply] = []
    tried: set[str] = set()
    for candidate in _candidates(store, tree, series, mails, given, promised, attempts):
        if candidate.commit in tried:
            attempts[-1] += " (tried already)"
            continue
        tried.add(candidate.commit)
        try:
            return _try(store, tree, series, mails, candidate, attempts, rewind)
        except DoesNotApply as error:
            failures.append(error)
            attempts.append(f"{tree.describe(candidate.commit)}: {error}")
            if candidate.final:
                break
    if not failures:
        raise UserError(f"{tree.name} has no commit to apply to (give --base)")
    where = tree.describe(next(iter(tried)))
    refused = DoesNotApply(f"{failures[0]}, on {where} (give --base if another base is right)")
    refused.attempts = tuple(attempts)
    raise refused


def _try(
    store: Store,
    tree: Tree,
    series: Series,
    mails: Sequence[Mail],
    candidate: _Candidate,
    attempts: list[str],
    rewind: bool,
) -> tuple[BaseChoice, AppliedSeries]:
    store.near = candidate.commit
    count, start = present(store, candidate.commit, mails)
    if count and not rewind:
        raise UserError(
            f"{tree.describe(candidate.commit)} already has {_patches(count, mails)}"
            " (leave out --no-rewind to verify it from before them)"
        )
    name = tree.describe(candidate.commit)
    try:
        applied = apply(store, start, series, mails)
    except DoesNotApply:
        if not count:
            raise
        # What looked like patches that are there already was chance.
        count, applied = 0, apply(store, candidate.commit, series, mails)
    if count:
        attempts.append(f"{name} already has {_patches(count, mails)}: rewound to before")
    return BaseChoice(candidate.commit, name, count, tuple(attempts)), applied


def _patches(count: int, mails: Sequence[Mail]) -> str:
    if count == len(mails):
        return "the series" if count > 1 else "the patch"
    return f"the first {count} of {len(mails)} patches"


def _candidates(
    store: Store,
    tree: Tree,
    series: Series,
    mails: Sequence[Mail],
    given: str | None,
    promised: str | None,
    attempts: list[str],
) -> Iterator[_Candidate]:
    for revision, source in ((given, "--base"), (promised, "manifest")):
        if revision:
            commit = tree.resolve(revision)
            if not commit:
                hint = " (a shallow clone)" if tree.shallow else ""
                raise UserError(f"{source}: {tree.name} has no commit {revision}{hint}")
            attempts.append(f"{source} {revision}: taken")
            yield _Candidate(commit, source, True)
            return
    hinted = series.base_commit
    if hinted and (commit := tree.resolve(hinted)):
        attempts.append(f"base-commit {hinted[:12]} of the series: in the tree")
        yield _Candidate(commit, "base-commit", False)
    else:
        said = (
            f"base-commit {hinted[:12]}: not in the tree" if hinted else "base-commit: none given"
        )
        attempts.append(said)
    found, told = _by_blobs(store, tree, mails)
    attempts.append(told)
    if found:
        yield _Candidate(found, "blobs", False)
    if head := tree.resolve("HEAD"):
        attempts.append("HEAD: taken")
        yield _Candidate(head, "HEAD", False)


def _by_blobs(store: Store, tree: Tree, mails: Sequence[Mail]) -> tuple[str | None, str]:
    """A branch or tag at which every file still is what the diffs say they were made against."""
    first: dict[str, str] = {}  # what the first patch that names a file says of it
    for mail in mails:
        for path, oid in _pre_images(mail.diff):
            first.setdefault(path, oid)
    wanted = {path: oid for path, oid in first.items() if oid.strip("0")}
    if not wanted:
        return None, "pre-image blobs: the diffs name none"
    tips = tree.tips()
    names = [f"{commit}:{path}" for commit, _ in tips for path in wanted]
    types = store.types(names)
    best = 0
    for number, (commit, name) in enumerate(tips):
        found = types[number * len(wanted) : (number + 1) * len(wanted)]
        pairs = zip(found, wanted.values(), strict=True)
        same = sum(1 for f, oid in pairs if f and f[0].startswith(oid))
        best = max(best, same)
        if same == len(wanted):
            return commit, f"pre-image blobs: all {same} at {name}"
    return None, f"pre-image blobs: {best} of {len(wanted)} at best, no branch or tag has all"


def _pre_images(diff: bytes) -> Iterator[tuple[str, str]]:
    """(path, blob id prefix) of each file of a git diff; a new file has its new path, and zeros."""
    for section in re.split(rb"^(?=diff --git )", diff, flags=re.MULTILINE)[1:]:
        index, old, new = (
            _INDEX_LINE.search(section),
            _OLD_PATH.search(section),
            _NEW_PATH.search(section),
        )
        if index and old and new:
            path = new[1] if old[1] == b"/dev/null" else old[1]
            yield path.decode("utf-8", "surrogateescape"), index[1].decode()
