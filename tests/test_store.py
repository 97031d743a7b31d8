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
    asked = {path: ids[path] for path in reversed(MANY)}
    assert list(store.contents(asked)) == [(path, MANY[path]) for path in reversed(MANY)]
    assert list(store.contents({})) == []


def test_a_missing_blob_is_said(repo: Repo, store: Store) -> None:
    commit = repo.commit({"a": "a\n"})
    there = store.blob_ids(commit, "")["a"]
    with pytest.raises(UserError, match=f"object {'1' * 40} is missing or damaged"):
        list(store.contents({"a": there, "b": "1" * 40}))


def test_ids_of_files_and_folders(repo: Repo, store: Store) -> None:
    commit = repo.commit({"d/a": "a\n", "b": "b\n"})
    ids = store.object_ids(commit, ["d", "b", "none"])
    assert ids == {
        "d": repo.git("rev-parse", "HEAD:d"),
        "b": repo.git("rev-parse", "HEAD:b"),
    }


def test_the_folders_of_objects_behind_it(repo: Repo, tmp_path: Path) -> None:
    """A repository with an alternate of an odd name, and packs somewhere else by a link."""
    own = repo.folder / ".git" / "objects"
    odd, packs = tmp_path / 'an "odd\tname', tmp_path / "packs"
    odd.mkdir()
    packs.mkdir()
    (odd / "pack").symlink_to(packs)
    quoted = str(odd).replace('"', '\\"').replace("\t", "\\t")
    (own / "info" / "alternates").write_text(f'# mine\n"{quoted}"\n{tmp_path}/gone\n')
    store = Store.create(tmp_path / "store", own)
    assert store.folders() == [store.folder, own, odd, packs]
    store.close()


def test_a_list_of_all_paths_is_that_of_the_users_commit_and_what_differs(
    repo: Repo, tmp_path: Path
) -> None:
    near = repo.commit({"a": "1", "b/c": "2", "b-d": "3", "e": "4"})
    other = repo.commit({"a": "5", "b/c": None, "b/é": "6", "z": "7"})
    git = repo.folder / ".git"
    alone = Store.create(tmp_path / "alone", git / "objects")
    beside = Store.create(tmp_path / "beside", git / "objects")
    beside.near = near
    paths = ["a", "b", "b/c", "b/é", "b-d", "e", "z", "z/y", "none", "b/c/d"]
    for commit in (near, other, near):
        for folder in ("", "b", "b/", "e", "none"):
            expected = list(alone.blob_ids(commit, folder).items())
            assert list(beside.blob_ids(commit, folder).items()) == expected
        for path in paths:
            assert beside.object_ids(commit, [path]) == alone.object_ids(commit, [path]), path
            assert beside.read(commit, path) == alone.read(commit, path), path
    alone.close()
    beside.close()


def test_folders_asked_for_together_with_what_is_in_them(repo: Repo, tmp_path: Path) -> None:
    """git lists only the lower of two such; the other must not be taken for absent, nor be
    remembered as absent."""
    commit = repo.commit({"a/b/c": "1", "a/d": "2", "e": "3"})
    git = repo.folder / ".git"
    for near in ("", commit):
        store = Store.create(tmp_path / f"store{near}", git / "objects")
        store.near = near
        together = store.object_ids(commit, ["a/b/c", "a", "a/b", "e", "e/f", "a/none"])
        assert together == {
            p: repo.git("rev-parse", f"HEAD:{p}") for p in ("a", "a/b", "a/b/c", "e")
        }
        assert store.object_ids(commit, ["a", "a/b"]).keys() == {"a", "a/b"}
        assert store.entries(commit, ["a", "a/b/c"], folders=True).keys() == {"a", "a/b/c"}
        store.close()
