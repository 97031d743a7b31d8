# SPDX-License-Identifier: GPL-2.0-or-later
"""A series out of the user's own commits, in repositories that git made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from repos import Repo, fingerprint
from verify_series import commits
from verify_series.model import UserError
from verify_series.store import Store
from verify_series.tree import Tree, open_tree

COVER = "A cover letter\n\nWhy.\n\n--- b4-submit-tracking ---\n"


@pytest.fixture
def three(repo: Repo) -> Repo:
    """main, and on top of it three commits of the branch topic, checked out."""
    repo.commit({"a": "1\n"}, "base")
    repo.git("checkout", "-q", "-b", "topic")
    for number in (1, 2, 3):
        repo.commit({"a": f"{number + 1}\n"}, f"change {number}")
    return repo


def opened(repo: Repo, tmp_path: Path) -> Tree:
    return open_tree(repo.folder, cache=tmp_path, progress=lambda text: None)


def subjects(repo: Repo, tmp_path: Path, text: str) -> list[str]:
    tree = opened(repo, tmp_path)
    found = commits.find(tree, text)
    assert found
    store = Store.create(tmp_path / "store", tree.objects)
    try:
        series, base, applied = commits.read(store, tree, found)
    finally:
        store.close()
    assert [step.patch for step in applied.steps] == list(series.patches)
    assert base.commit == applied.base.commit
    assert all(patch.mail.startswith(b"From ") for patch in series.patches)
    return [patch.subject for patch in series.patches]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("HEAD~2..", [2, 3]),
        ("main..topic", [1, 2, 3]),
        ("topic~2..topic~1", [2]),
        ("main..", [1, 2, 3]),
    ],
)
def test_ranges(three: Repo, tmp_path: Path, text: str, wanted: list[int]) -> None:
    before = fingerprint(three.folder)
    assert subjects(three, tmp_path, text) == [f"change {number}" for number in wanted]
    assert fingerprint(three.folder) == before


def test_the_base_is_what_the_first_commit_stands_on(three: Repo, tmp_path: Path) -> None:
    three.git("checkout", "-q", "main")
    three.commit({"b": "x\n"}, "main goes on")
    found = commits.find(opened(three, tmp_path), "main..topic")
    assert found
    assert found.base == three.git("rev-parse", "topic~3")


def test_a_branch_with_an_upstream(three: Repo, tmp_path: Path) -> None:
    three.git("branch", "-q", "--set-upstream-to=main", "topic")
    assert len(subjects(three, tmp_path, "topic")) == 3


def test_a_prep_branch_begins_behind_its_cover_letter(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a": "1\n"}, "base")
    repo.git("checkout", "-q", "-b", "b4/topic")
    repo.git("commit", "-q", "--allow-empty", "-m", COVER)
    repo.commit({"a": "2\n"}, "change 1")
    assert subjects(repo, tmp_path, "b4/topic") == ["change 1"]
    assert subjects(repo, tmp_path / "again", "main..b4/topic") == ["change 1"]


@pytest.mark.parametrize("where", ["configuration", "tip"])
def test_other_ways_of_b4_to_keep_the_cover_letter(three: Repo, tmp_path: Path, where: str) -> None:
    tracking = json.dumps({"series": {"base-branch": "main"}})
    if where == "tip":
        three.git("commit", "-q", "--allow-empty", "-m", f"{COVER}# for b4\n{tracking}")
    else:
        three.git("config", "branch.topic.b4-tracking", tracking)
    assert subjects(three, tmp_path, "topic") == ["change 1", "change 2", "change 3"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("topic", "does not say where it begins, it has no upstream"),
        ("HEAD..", "HEAD.. has no commits"),
        ("main...topic", "main...topic names two ends: give main..topic"),
        ("main..merged", "is a merge or does not follow the one before"),
    ],
)
def test_what_is_no_series(three: Repo, tmp_path: Path, text: str, said: str) -> None:
    three.git("checkout", "-q", "-b", "merged", "main")
    three.commit({"c": "x\n"}, "beside")
    three.git("merge", "-q", "--no-edit", "topic")
    three.git("checkout", "-q", "topic")
    with pytest.raises(UserError) as caught:
        commits.find(opened(three, tmp_path), text)
    assert said in str(caught.value)


@pytest.mark.parametrize("text", ["nothing", "a..b", "x..y@example.org", "--all..HEAD", "-q"])
def test_what_names_no_commits(three: Repo, tmp_path: Path, text: str) -> None:
    assert commits.find(opened(three, tmp_path), text) is None
