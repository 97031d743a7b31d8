# SPDX-License-Identifier: GPL-2.0-or-later
"""Which commit a series is applied to, and what is said about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from repos import Repo
from verify_series.apply import DoesNotApply, read_mail
from verify_series.base import choose
from verify_series.model import AppliedSeries, BaseChoice, Series, UserError
from verify_series.store import Store
from verify_series.tree import open_tree

LINES = "".join(f"line {n}\n" for n in range(1, 31))
EDITED = LINES.replace("line 5\n", "line five\n")


@pytest.fixture
def store(repo: Repo, tmp_path: Path) -> Iterator[Store]:
    made = Store.create(tmp_path / "store", repo.folder / ".git" / "objects")
    yield made
    made.close()


def chosen(
    repo: Repo,
    store: Store,
    series: Series,
    given: str | None = None,
    promised: str | None = None,
    rewind: bool = True,
) -> tuple[BaseChoice, AppliedSeries]:
    tree = open_tree(repo.folder, cache=store.folder, progress=print)
    mails = [read_mail(store, patch) for patch in series.patches]
    return choose(store, tree, series, mails, given=given, promised=promised, rewind=rewind)


@pytest.fixture
def series(repo: Repo) -> Series:
    """One patch made on tag v1; the branch goes on without it, and changes the same file."""
    repo.commit({"a.c": LINES, "b.c": LINES}, "base")
    repo.git("tag", "v1")
    repo.commit({"a.c": EDITED}, "sub: edit")
    made = repo.series("v1")
    repo.git("reset", "-q", "--hard", "v1")
    repo.commit({"a.c": LINES.replace("line 25\n", "line 25b\n")}, "later")
    return made


def test_given_comes_first(repo: Repo, store: Store, series: Series) -> None:
    base, applied = chosen(repo, store, series, given="main", promised="v1")
    assert base.commit == repo.git("rev-parse", "main")
    assert base.attempts == ("--base main: taken",)
    assert base.rewound == 0
    assert applied.base.commit == base.commit


def test_then_the_manifest(repo: Repo, store: Store, series: Series) -> None:
    base, _ = chosen(repo, store, series, promised="v1")
    assert base.name == f"v1 ({base.commit[:12]})"
    assert base.attempts == ("manifest v1: taken",)


def test_then_the_base_commit_of_the_series(repo: Repo, store: Store, series: Series) -> None:
    commit = repo.git("rev-parse", "v1")
    base, _ = chosen(repo, store, replace(series, base_commit=commit))
    assert base.commit == commit
    assert base.attempts == (f"base-commit {commit[:12]} of the series: in the tree",)


def test_then_the_blobs(repo: Repo, store: Store, series: Series) -> None:
    base, _ = chosen(repo, store, replace(series, base_commit="1" * 40))
    assert base.name.startswith("v1")
    assert base.attempts == (
        "base-commit 111111111111: not in the tree",
        "pre-image blobs: all 1 at v1",
    )


def test_then_head(repo: Repo, store: Store, series: Series) -> None:
    repo.git("tag", "-d", "v1")
    base, _ = chosen(repo, store, series)
    assert base.commit == repo.git("rev-parse", "HEAD")
    assert base.attempts == (
        "base-commit: none given",
        "pre-image blobs: 0 of 1 at best, no branch or tag has all",
        "HEAD: taken",
    )


def test_an_unknown_base(repo: Repo, store: Store, series: Series) -> None:
    with pytest.raises(UserError, match=r"--base: .* has no commit v9"):
        chosen(repo, store, series, given="v9")


def test_a_series_that_is_there_is_rewound(repo: Repo, store: Store, series: Series) -> None:
    repo.commit({"a.c": EDITED.replace("line 25\n", "line 25b\n")}, "sub: edit, applied")
    repo.git("tag", "v2")
    repo.git("tag", "-d", "v1")
    base, applied = chosen(repo, store, series, given="HEAD")
    head = repo.git("rev-parse", "HEAD")
    assert (base.commit, base.rewound) == (head, 1)
    assert base.attempts[-1] == f"v2 ({head[:12]}) already has the patch: rewound to before"
    assert store.object_ids(applied.head.commit, ["a.c"]) == store.object_ids(head, ["a.c"])
    with pytest.raises(UserError, match="already has the patch"):
        chosen(repo, store, series, given="HEAD", rewind=False)


def test_no_base_takes_it(repo: Repo, store: Store, series: Series) -> None:
    repo.git("tag", "-d", "v1")
    repo.commit({"a.c": "nothing alike\n"}, "rewritten")
    with pytest.raises(DoesNotApply, match=r"a\.c, hunk 1 of 1 at line 2.*\(give --base if"):
        chosen(repo, store, series)


def test_an_unborn_branch(tmp_path: Path, store: Store, series: Series) -> None:
    empty = Repo(tmp_path / "empty")
    with pytest.raises(UserError, match="has no commit to apply to"):
        chosen(empty, store, series)
