# SPDX-License-Identifier: GPL-2.0-or-later
"""Repositories, worktrees, tarballs and folders as the tree."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from repos import Repo, fingerprint
from verify_series.imported import version_tags
from verify_series.model import UserError
from verify_series.store import Store
from verify_series.tree import default, open_tree


def opened(path: Path, tmp_path: Path, said: list[str] | None = None) -> tuple[str, Store]:
    """The commit at HEAD and a store to read it with."""
    tell = said.append if said is not None else print
    tree = open_tree(path, cache=tmp_path / "cache", progress=tell)
    number = len(list(tmp_path.glob("store-*")))
    store = Store.create(tmp_path / f"store-{number}", tree.objects)
    commit = tree.resolve("HEAD")
    assert commit
    return commit, store


def pack(path: Path, files: dict[str, bytes], **links: tuple[str, bytes]) -> Path:
    """A tarball of files; links are name=(target, type)."""
    with tarfile.open(path, "w:xz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            info.mode = 0o755 if name.endswith(".sh") else 0o644
            tar.addfile(info, io.BytesIO(content))
        for name, (target, kind) in links.items():
            info = tarfile.TarInfo(f"linux-1/{name}")
            info.type, info.linkname = kind, target
            tar.addfile(info)
    return path


def test_a_repository_from_a_folder_inside(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a.c": "int x;\n"})
    commit, store = opened(repo.folder, tmp_path)
    assert store.read(commit, "a.c") == b"int x;\n"
    store.close()


def test_a_bare_repository_and_a_worktree(repo: Repo, tmp_path: Path) -> None:
    head = repo.commit({"a.c": "int x;\n"})
    repo.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    repo.git("worktree", "add", "-q", str(tmp_path / "second"))
    for place in ("bare.git", "second"):
        commit, store = opened(tmp_path / place, tmp_path)
        assert commit == head
        assert store.read(commit, "a.c") == b"int x;\n"
        store.close()


def test_a_sha256_repository_is_refused(repo: Repo, tmp_path: Path) -> None:
    repo.git("init", "-q", "-b", "main", "--object-format=sha256", str(tmp_path / "other"))
    with pytest.raises(UserError, match="has SHA-256 object ids"):
        opened(tmp_path / "other", tmp_path)


def test_a_tarball_is_imported_once(tmp_path: Path) -> None:
    tarball = pack(
        tmp_path / "linux-1.tar.xz",
        {"linux-1/Makefile": b"all:\n", "linux-1/a/run.sh": b"#!/bin/sh\n"},
        link=("Makefile", tarfile.SYMTYPE),
        hard=("linux-1/a/run.sh", tarfile.LNKTYPE),
    )
    commit, store = opened(tarball, tmp_path)
    assert store.read(commit, "Makefile") == b"all:\n"
    assert store.read(commit, "hard") == b"#!/bin/sh\n"
    assert store.entries(commit, ["link"])["link"][0] == "120000"
    assert store.entries(commit, ["a/run.sh"])["a/run.sh"][0] == "100755"
    store.close()
    before = fingerprint(tmp_path / "cache")
    again, other = opened(tarball, tmp_path)
    other.close()
    assert again == commit
    assert fingerprint(tmp_path / "cache") == before


@pytest.mark.parametrize(
    ("lines", "tags"),
    [
        ("VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 57\nEXTRAVERSION =\n", ["v6.12", "v6.12.57"]),
        ("VERSION = 7\nPATCHLEVEL = 2\nSUBLEVEL = 0\nEXTRAVERSION =\n", ["v7.2"]),
        ("VERSION = 7\nPATCHLEVEL = 2\nSUBLEVEL = 0\nEXTRAVERSION = -rc3\n", ["v7.2-rc3"]),
        ("all:\n", []),
        ("VERSION = $(shell evil)\nPATCHLEVEL = 2\n", []),
    ],
)
def test_an_imported_tree_has_the_tags_of_its_version(
    tmp_path: Path, lines: str, tags: list[str]
) -> None:
    tarball = pack(tmp_path / "l.tar.xz", {"linux-1/Makefile": lines.encode()})
    tree = open_tree(tarball, cache=tmp_path / "cache", progress=print)
    assert version_tags(lines) == tags
    head = tree.resolve("HEAD")
    assert head
    assert [tree.resolve(tag) for tag in tags] == [head] * len(tags)
    assert tree.describe(head) == (f"{tags[-1]} ({head[:12]})" if tags else head[:12])


@pytest.mark.parametrize(
    "name", ["linux-1/../../evil", "/etc/evil", "linux-1/.git/config", "other/file"]
)
def test_a_tarball_with_a_path_that_leaves_it(tmp_path: Path, name: str) -> None:
    tarball = pack(tmp_path / "bad.tar.xz", {"linux-1/Makefile": b"all:\n", name: b"x"})
    with pytest.raises(UserError, match="is not a sound tarball: it holds the path"):
        opened(tarball, tmp_path)
    assert not list((tmp_path / "cache" / "trees").glob("*.part-*"))


def test_a_truncated_tarball(tmp_path: Path) -> None:
    files = {f"linux-1/{n}": bytes([n]) * 9999 for n in range(50)}
    tarball = pack(tmp_path / "short.tar.xz", files)
    tarball.write_bytes(tarball.read_bytes()[:-400])
    with pytest.raises(UserError, match="is not a sound tarball"):
        opened(tarball, tmp_path)


def test_a_file_that_is_no_tarball(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello\n" * 1000)
    with pytest.raises(UserError, match="is not a sound tarball"):
        opened(tmp_path / "notes.txt", tmp_path)


def test_an_unpacked_folder(tmp_path: Path) -> None:
    folder = tmp_path / "linux-1"
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "x.c").write_text("int x;\n")
    commit, store = opened(folder, tmp_path)
    assert store.read(commit, "a/x.c") == b"int x;\n"
    store.close()
    (folder / "a" / "x.c").write_text("int xyz;\n")
    commit, store = opened(folder, tmp_path)
    assert store.read(commit, "a/x.c") == b"int xyz;\n"
    store.close()


def test_a_folder_inside_a_repository_is_its_own_tree(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"sample/tree/a.c": "int x;\n", "b.c": "int y;\n"})
    commit, store = opened(repo.folder / "sample" / "tree", tmp_path)
    assert store.blob_ids(commit, "").keys() == {"a.c"}
    store.close()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda p: None, "no such tree"),
        (lambda p: p.mkdir(), "holds no files"),
        (lambda p: (p / ".git").mkdir(parents=True), "has a .git that git cannot read"),
    ],
)
def test_what_is_no_tree(tmp_path: Path, make: object, said: str) -> None:
    assert callable(make)
    make(tmp_path / "tree")
    with pytest.raises(UserError, match=said):
        opened(tmp_path / "tree", tmp_path)


def test_a_missing_object_is_named(repo: Repo, tmp_path: Path) -> None:
    commit = repo.commit({"a.c": "int x;\n"})
    blob = repo.git("rev-parse", "HEAD:a.c")
    _, store = opened(repo.folder, tmp_path)
    (repo.folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(UserError, match=f"object {blob} is missing or damaged"):
        store.read(commit, "a.c")
    store.close()


def test_the_default_is_a_kernel_repository_only(repo: Repo) -> None:
    repo.commit({"README": "no kernel\n", "sub/x": "x\n"})
    assert default(repo.folder) is None
    names = ["COPYING", "Kbuild", "MAINTAINERS", "Documentation/x", "include/x", "kernel/x"]
    repo.commit(dict.fromkeys(names, "x\n"))
    assert default(repo.folder) == repo.folder
    assert default(repo.folder / "sub") == repo.folder


def test_check_out_writes_what_differs(repo: Repo, tmp_path: Path) -> None:
    first = repo.commit({"a.c": "int a;\n", "b/b.sh": "#!/bin/sh\n", "c.c": "int c;\n"})
    second = repo.commit({"a.c": "int A;\n", "c.c": None, "d/d.c": "int d;\n"})
    where, index, parts = tmp_path / "work", tmp_path / "index", list[float]()
    where.mkdir()

    def go_to(commit: str, clean: bool = False) -> dict[str, str]:
        _, store = opened(repo.folder, tmp_path)  # another one each time, as each run has its own
        store.check_out(commit, where, index, clean=clean, progress=parts.append)
        store.close()
        return {str(p.relative_to(where)): p.read_text() for p in where.rglob("*") if p.is_file()}

    assert go_to(first) == {"a.c": "int a;\n", "b/b.sh": "#!/bin/sh\n", "c.c": "int c;\n"}
    times = {path: (where / path).stat().st_mtime_ns for path in ("a.c", "b/b.sh")}
    assert go_to(second) == {"a.c": "int A;\n", "b/b.sh": "#!/bin/sh\n", "d/d.c": "int d;\n"}
    assert (where / "b/b.sh").stat().st_mtime_ns == times["b/b.sh"]
    assert (where / "a.c").stat().st_mtime_ns > times["a.c"]
    assert not (repo.folder / ".git" / "index.lock").exists()
    # What a run that was killed may leave: half a file, files of another commit, git's own lock.
    (where / "a.c").write_text("int")
    (where / "new.h").write_text("#error\n")
    index.with_name("index.lock").touch()
    assert go_to(second, clean=True) == {
        "a.c": "int A;\n",
        "b/b.sh": "#!/bin/sh\n",
        "d/d.c": "int d;\n",
    }


def test_check_out_where_it_cannot_be_written(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a.c": "int a;\n"})
    commit, store = opened(repo.folder, tmp_path)
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "a.c").mkdir()
    (tmp_path / "index").mkdir()
    with pytest.raises(UserError, match=r"git read-tree failed in .*room"):
        store.check_out(commit, tmp_path / "work", tmp_path / "index", clean=False, progress=print)
    store.close()
