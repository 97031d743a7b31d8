# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading objects: one by one and in bulk, the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from repos import Repo
from verify_series.model import UserError
from verify_series.store import Store

MANY = {f"d/{n}.txt": b"\n" * (n % 3) + f"{n} blob 7\n".encode() * n for n in range(1200)}


@pytest.fixture
def store(repo: Repo, tmp_path: Path) -> Iterator[Store]:
    made = Store.create(tmp_path / "store", repo.folder / ".git" / "objects")
    yield made
    made.close()


def test_many_files_are_read_as_few_are(repo: Repo, store: Store) -> None:
    commit = repo.commit(MANY)
    assert store.read_many(commit, [*MANY, "d/none.txt"]) == MANY
    few = list(MANY)[:5]
    assert store.read_many(commit, few) == {path: MANY[path] for path in few}


def test_contents_come_in_the_order_asked(repo: Repo, store: Store) -> None:
    commit = repo.commit(MANY)
    ids = store.blob_ids(commit, "d")
    asked = [ids[path] for path in reversed(MANY)]
    assert list(store.contents(asked)) == [(ids[path], MANY[path]) for path in reversed(MANY)]
    assert list(store.contents([])) == []


def test_a_missing_blob_is_said(repo: Repo, store: Store) -> None:
    commit = repo.commit({"a": "a\n"})
    there = store.blob_ids(commit, "")["a"]
    with pytest.raises(UserError, match=f"object {'1' * 40} is missing or damaged"):
        list(store.contents([there, "1" * 40]))


def test_ids_of_files_and_folders(repo: Repo, store: Store) -> None:
    commit = repo.commit({"d/a": "a\n", "b": "b\n"})
    ids = store.object_ids(commit, ["d", "b", "none"])
    assert ids == {
        "d": repo.git("rev-parse", "HEAD:d"),
        "b": repo.git("rev-parse", "HEAD:b"),
    }
