# SPDX-License-Identifier: GPL-2.0-or-later
"""A series out of the user's own commits: ``A..B``, a branch, a prep branch of b4.

Nothing is applied: the commits are there, in the order of their history. What is not committed is
not seen.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from .diffs import read_steps
from .model import AppliedSeries, BaseChoice, Patch, Series, Snapshot, UserError
from .store import Store
from .tree import Tree

#: What b4 writes below the cover letter, in a commit or in the branch's configuration.
_B4_TRACKING = "--- b4-submit-tracking ---"
_MOST = 500


@dataclass(frozen=True, slots=True)
class Commits:
    """Commits on top of ``base``, oldest first. ``how`` says how the base was found."""

    name: str
    base: str
    ids: tuple[str, ...]
    how: str


def find(tree: Tree, text: str) -> Commits | None:
    """The commits that ``A..B`` or the name of a branch means in ``tree``; None if it is neither.

    Raises UserError for a range that is no series: empty, with merges, or without a beginning.
    """
    start, dots, end = text.partition("...") if "..." in text else text.partition("..")
    if dots:
        base, tip = (tree.resolve(rev or "HEAD") for rev in (start, end))
        if not base or not tip:
            return None
        if dots == "...":
            raise UserError(f"{text} names two ends: give {start}..{end}, what only the second has")
        return _linear(tree, text, base, tip, f"the commits of {text}")
    tip = tree.resolve(f"refs/heads/{text}")
    if not tip:
        return None
    base, how = _start(tree, text, tip)
    return _linear(tree, text, base, tip, how)


def _linear(tree: Tree, name: str, base: str, tip: str, how: str) -> Commits:
    listed = tree.ask("rev-list", "--reverse", "--topo-order", "--parents", f"{base}..{tip}")
    lines = [line.split() for line in listed.splitlines()]
    if not lines:
        raise UserError(f"{name} has no commits: give an older beginning, as in HEAD~3..")
    if len(lines) > _MOST:
        raise UserError(f"{name} has {len(lines)} commits: give a younger beginning")
    parent = lines[0][1] if len(lines[0]) > 1 else ""
    for line in lines:
        if line[1:] != [parent]:
            raise UserError(
                f"{name} is no series, {line[0][:12]} is a merge or does not follow the one before:"
                " give a range of commits one after the other"
            )
        parent = line[0]
    ids = tuple(line[0] for line in lines if not _is_cover(tree, line[0]))
    if not ids:
        raise UserError(f"{name} has only a cover letter of b4: commit something")
    return Commits(name, lines[0][1], ids, how)


def _is_cover(tree: Tree, commit: str) -> bool:
    return _B4_TRACKING in tree.ask("log", "-1", "--format=%B", commit)


def _start(tree: Tree, branch: str, tip: str) -> tuple[str, str]:
    """Where a branch begins: at b4's cover letter, where b4 says, or where its upstream ends."""
    cover = _cover(tree, tip)
    if cover and cover != tip:
        return cover, f"the commits behind b4's cover letter in {branch}"
    tracking = tree.ask("config", "--get", f"branch.{branch}.b4-tracking")
    if cover:
        tracking = tree.ask("log", "-1", "--format=%B", cover).partition(_B4_TRACKING)[2]
    for other in (_base_branch(tracking), f"{branch}@{{upstream}}"):
        if other and tree.resolve(other):
            base = tree.ask("merge-base", other, tip).strip()
            if base:
                return base, f"the commits of {branch} that {other} has not"
    raise UserError(
        f"{branch} does not say where it begins, it has no upstream and is no prep branch of b4:"
        f" give a range such as {branch}~3..{branch}"
    )


def _cover(tree: Tree, tip: str) -> str:
    """The newest cover letter of b4 in the history of a branch, as far back as a series may go."""
    options = ("--first-parent", f"--max-count={_MOST}", "-z", "--format=%H%n%B")
    told = tree.ask("log", *options, tip)
    found = (entry for entry in told.split("\0") if _B4_TRACKING in entry)
    return next(found, "").partition("\n")[0]


def _base_branch(tracking: str) -> str:
    try:
        lines = [line for line in tracking.splitlines() if not line.startswith("#")]
        return str(json.loads("\n".join(lines))["series"]["base-branch"])
    except (ValueError, KeyError, TypeError):
        return ""


def read(store: Store, tree: Tree, commits: Commits) -> tuple[Series, BaseChoice, AppliedSeries]:
    """The commits as a series; the mails are what git format-patch makes of them."""
    patches = [_patch(store, number, one) for number, one in enumerate(commits.ids, 1)]
    last = patches[-1]
    series = Series(
        message_id="",
        subject=patches[0].subject if len(patches) == 1 else f"{commits.name}: {last.subject}",
        author=last.author,
        revision=1,
        expected=len(patches),
        patches=tuple(patches),
        newer="none",
        source=f"commits of {tree.name}",
        notes=("what is not committed is not verified",),
    )
    base = BaseChoice(commits.base, tree.describe(commits.base), 0, (f"{commits.how}: taken",))
    steps = read_steps(store, patches, commits.ids)
    return series, base, AppliedSeries(series, Snapshot(commits.base, store), steps)


def _patch(store: Store, number: int, commit: str) -> Patch:
    said = store.must("log", "-1", "--format=%an <%ae>%n%s", commit).decode("utf-8", "replace")
    author, _, subject = said.strip().partition("\n")
    return Patch(number, "", _plain(subject), _plain(author), store.as_patch(commit))


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in text)).strip()
