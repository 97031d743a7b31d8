# SPDX-License-Identifier: GPL-2.0-or-later
"""Files of the work tree in the place of blobs: exactly where they are the same."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from repos import Repo
from verify_series import checked_out
from verify_series.cache import root
from verify_series.store import Store
from verify_series.tree import open_tree

FILES = {f"d/{n}.txt": f"$Id$ {n}\nsecond\n" for n in range(40)}
BYTES = {path: text.encode() for path, text in FILES.items()}
FIRST = "d/0.txt"


def read(tree: Path, commit: str, store: Path) -> dict[str, bytes]:
    """All files of a commit, as checks read them."""
    opened = open_tree(tree, cache=root(), progress=print)
    made = Store.create(store, opened.objects, opened.worktree)
    try:
        return made.read_many(commit, made.blob_ids(commit, "d"))
    finally:
        made.close()


def lose(repo: Repo, commit: str, path: str) -> None:
    """Take the blob out of the repository."""
    oid = repo.git("rev-parse", f"{commit}:{path}")
    (repo.folder / ".git" / "objects" / oid[:2] / oid[2:]).unlink()


def test_what_is_checked_out_is_read_from_there(repo: Repo, tmp_path: Path) -> None:
    commit = repo.commit(FILES)
    lose(repo, commit, FIRST)
    assert read(repo.folder, commit, tmp_path / "store") == BYTES


def test_in_a_linked_work_tree(repo: Repo, tmp_path: Path) -> None:
    commit = repo.commit(FILES)
    repo.git("worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    (repo.folder / FIRST).unlink()
    lose(repo, commit, FIRST)
    assert read(tmp_path / "linked", commit, tmp_path / "store") == BYTES


def altered(repo: Repo) -> None:
    path = repo.folder / FIRST
    kept = path.stat()
    path.write_bytes(BYTES[FIRST].replace(b"second", b"minute"))
    os.utime(path, ns=(kept.st_atime_ns, kept.st_mtime_ns))  # as the index has it, and the size


def removed(repo: Repo) -> None:
    (repo.folder / FIRST).unlink()


def not_readable(repo: Repo) -> None:
    (repo.folder / FIRST).unlink()
    (repo.folder / FIRST).mkdir()


def a_pipe(repo: Repo) -> None:
    (repo.folder / FIRST).unlink()
    os.mkfifo(repo.folder / FIRST)  # opened for reading, it would wait for a writer


def a_link(repo: Repo) -> None:
    (repo.folder / FIRST).unlink()
    (repo.folder / FIRST).symlink_to("1.txt")


def of_another_commit(repo: Repo) -> None:
    repo.commit({path: f"new {text}" for path, text in FILES.items()})


def sparse(repo: Repo) -> None:
    repo.git("sparse-checkout", "set", "elsewhere")
    assert not (repo.folder / FIRST).exists()


def converted(repo: Repo, attribute: str, *settings: str) -> None:
    """Check everything out anew with what git does to files then."""
    for setting in settings:
        repo.git("config", *setting.split("=", 1))
    (repo.folder / ".git" / "info").mkdir(exist_ok=True)
    (repo.folder / ".git" / "info" / "attributes").write_text(f"*.txt {attribute}\n")
    for path in FILES:
        (repo.folder / path).unlink()
    repo.git("checkout", "-f", "HEAD", "--", ".")
    assert (repo.folder / FIRST).read_bytes() != BYTES[FIRST]


def line_ends_by_setting(repo: Repo) -> None:
    converted(repo, "diff", "core.autocrlf=true")


def line_ends_by_attribute(repo: Repo) -> None:
    converted(repo, "text eol=crlf")


def an_ident(repo: Repo) -> None:
    converted(repo, "ident")


def a_filter(repo: Repo) -> None:
    converted(repo, "filter=up", "filter.up.smudge=tr a-z A-Z", "filter.up.clean=tr A-Z a-z")


def an_encoding(repo: Repo) -> None:
    converted(repo, "text working-tree-encoding=UTF-16")


@pytest.mark.parametrize(
    "change",
    [
        *(altered, removed, not_readable, a_pipe, a_link, of_another_commit, sparse),
        *(line_ends_by_setting, line_ends_by_attribute, an_ident, a_filter, an_encoding),
    ],
)
def test_what_is_otherwise_there_comes_from_git(
    repo: Repo, tmp_path: Path, change: Callable[[Repo], None]
) -> None:
    commit = repo.commit(FILES)
    change(repo)
    assert read(repo.folder, commit, tmp_path / "store") == BYTES


def test_a_bare_repository_has_no_work_tree(repo: Repo, tmp_path: Path) -> None:
    commit = repo.commit(FILES)
    repo.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    opened = open_tree(tmp_path / "bare.git", cache=root(), progress=print)
    assert opened.worktree is None
    assert read(tmp_path / "bare.git", commit, tmp_path / "store") == BYTES


def test_a_huge_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"text\n")
    oid = "8e27be7d6154a1f68ea9160ef0e18691d20560dc"
    assert checked_out.content(tmp_path, "a", oid) == b"text\n"
    monkeypatch.setattr(checked_out, "_LARGEST", 4)
    assert checked_out.content(tmp_path, "a", oid) is None


def test_a_path_that_is_none(tmp_path: Path) -> None:
    assert checked_out.content(tmp_path, "a\0b", "1" * 40) is None
