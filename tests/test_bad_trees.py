# SPDX-License-Identifier: GPL-2.0-or-later
"""Trees that are odd, damaged or hostile: the series applies, or one sentence says why not."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bad_input import LINES, TREE, Judge, answer_in_process
from mails import ADA, mail
from repos import Repo

FIVE = {"toys/box.c": LINES.replace("line 5\n", "line five\n")}
PATCH = mail(
    "[PATCH] toys: x",
    f"Why.\n\nSigned-off-by: {ADA}\n---\ndiff --git a/toys/box.c b/toys/box.c\n"
    "index 1111111..2222222 100644\n--- a/toys/box.c\n+++ b/toys/box.c\n"
    "@@ -4,3 +4,3 @@\n line 4\n-line 5\n+line five\n line 6\n-- \n2.47.0\n",
    "one@x.org",
)


@pytest.fixture
def judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Judge]:
    answer_in_process(monkeypatch)
    yield Judge(tmp_path)


def clone(repo: Repo, *options: str) -> Path:
    folder = repo.folder.parent / "clone"
    source = f"file://{repo.folder}"
    subprocess.run(["git", "clone", "-q", *options, source, folder], check=True)
    return folder


def bare(repo: Repo) -> Path:
    return clone(repo, "--bare")


def shallow(repo: Repo) -> Path:
    return clone(repo, "--depth=1")


def sparse(repo: Repo) -> Path:
    repo.git("sparse-checkout", "set", "none")
    return repo.folder


def detached(repo: Repo) -> Path:
    repo.git("checkout", "-q", "--detach")
    return repo.folder


def worktree(repo: Repo) -> Path:
    repo.git("worktree", "add", "-q", "../other")
    return repo.folder.parent / "other"


def submodule(repo: Repo) -> Path:
    outer = Repo(repo.folder.parent / "outer")
    allowed = ("-c", "protocol.file.allow=always", "submodule", "--quiet")
    outer.git(*allowed, "add", str(repo.folder), "sub")
    return outer.folder / "sub"


def pipes_and_loops(repo: Repo) -> Path:
    os.mkfifo(repo.folder / "pipe")
    (repo.folder / "loop").symlink_to("loop")
    return repo.folder


def a_folder_of_such(repo: Repo) -> Path:
    shutil.rmtree(repo.folder / ".git")
    return pipes_and_loops(repo)


def sha_256(repo: Repo) -> Path:
    made = Repo(repo.folder.parent / "sha256")
    shutil.rmtree(made.folder / ".git")
    made.git("init", "-q", "-b", "main", "--object-format=sha256")
    made.commit(TREE, "base")
    return made.folder


def names_that_differ_in_case(repo: Repo) -> Path:
    repo.commit({"toys/BOX.c": "x\n", "Toys/box.c": "y\n", "toys/caf\u00e9": "z\n"}, "collide")
    repo.commit({"toys/cafe\u0301": "z\n"}, "collide")
    return repo.folder


def read_only(repo: Repo) -> Path:
    for path in [repo.folder, *repo.folder.rglob("*")]:
        path.chmod(path.stat().st_mode & ~0o222)
    return repo.folder


def a_damaged_index(repo: Repo) -> Path:
    (repo.folder / ".git" / "index").write_bytes(b"x")
    return repo.folder


GOOD: list[Callable[[Repo], Path]] = [
    bare,
    shallow,
    sparse,
    detached,
    worktree,
    submodule,
    pipes_and_loops,
    a_folder_of_such,
    names_that_differ_in_case,
    read_only,
    a_damaged_index,
]


@pytest.mark.parametrize("make", GOOD)
def test_odd_trees_take_the_series(judge: Judge, make: Callable[[Repo], Path]) -> None:
    assert judge(PATCH, make(judge.repo)) == ("", FIVE, ())


def partial(repo: Repo) -> Path:
    repo.git("config", "uploadpack.allowFilter", "true")
    made = clone(repo, "--filter=blob:none", "--no-checkout")
    repo.folder.rename(repo.folder.parent / "elsewhere")
    return made


def spoil(path: Path, content: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(content)


def object_of(repo: Repo, revision: str) -> Path:
    name = repo.git("rev-parse", revision)
    return repo.folder / ".git" / "objects" / name[:2] / name[2:]


def in_git(name: str, content: str | None) -> Callable[[Repo], Path]:
    """A repository in which one file of git's is other than git wants it."""

    def make(repo: Repo) -> Path:
        file = repo.folder / ".git" / name
        if content is None:
            file.unlink()
        else:
            file.write_text(content)
        return repo.folder

    return make


def a_damaged_blob(repo: Repo) -> Path:
    spoil(object_of(repo, "HEAD:toys/box.c"), b"x")
    return repo.folder


def a_missing_folder(repo: Repo) -> Path:
    object_of(repo, "HEAD:toys").unlink()
    return repo.folder


def a_missing_commit(repo: Repo) -> Path:
    object_of(repo, "HEAD").unlink()
    return repo.folder


def a_damaged_commit(repo: Repo) -> Path:
    spoil(object_of(repo, "HEAD"), b"x")
    return repo.folder


def a_worktree_of_nothing(repo: Repo) -> Path:
    made = worktree(repo)
    shutil.rmtree(repo.folder)
    return made


def unborn(repo: Repo) -> Path:
    return Repo(repo.folder.parent / "unborn").folder


def a_tarball_of_something_else(repo: Repo) -> Path:
    repo.raw("archive", "--output=../other.tar", "--prefix=cake/", "HEAD:toys")
    return repo.folder.parent / "other.tar"


def half_a_tarball(repo: Repo) -> Path:
    repo.raw("archive", "--output=../half.tar.gz", "HEAD")
    file = repo.folder.parent / "half.tar.gz"
    file.write_bytes(file.read_bytes()[:-200])
    return file


BAD: list[tuple[Callable[[Repo], Path], str]] = [
    (partial, "patch 1 (toys: x) cannot be applied, the tree lacks content or it is damaged: git"),
    (a_damaged_blob, "patch 1 (toys: x) cannot be applied, the tree lacks content or it is damag"),
    (a_missing_folder, "git ls-tree failed: "),
    (a_missing_commit, "TREE cannot be read: git says 'missing object "),
    (a_damaged_commit, "TREE cannot be read: git says "),
    (a_worktree_of_nothing, "TREE has a .git that git cannot read (run 'git status' there)"),
    (unborn, "TREE has no commit to apply to (give --base)"),
    (in_git("HEAD", "nonsense\n"), "TREE has a .git that git cannot read (run 'git status' there)"),
    (in_git("HEAD", None), "TREE has a .git that git cannot read (run 'git status' there)"),
    (in_git("config", "[[[\n"), "TREE cannot be read: git says 'bad config line 1 in file "),
    (
        in_git("config", "[core]\n\trepositoryformatversion = 99\n"),
        "TREE cannot be read: git says 'Expected git repo version <= 1, found 99'",
    ),
    (in_git("packed-refs", "garbage\n"), "TREE cannot be read: git says 'unexpected line in "),
    (in_git("refs/heads/main", f"{'0' * 40}\n"), "TREE has no commit to apply to (give --base)"),
    (sha_256, "TREE has SHA-256 object ids, which GitPython cannot read"),
    (a_tarball_of_something_else, "patch 1 (toys: x) does not apply: git says 'toys/box.c: does"),
    (half_a_tarball, "TREE is not a sound tarball: "),
]


@pytest.mark.parametrize(("make", "wanted"), BAD)
def test_damaged_trees_have_one_sentence(
    judge: Judge, make: Callable[[Repo], Path], wanted: str
) -> None:
    tree = make(judge.repo)
    told, files, _ = judge(PATCH, tree)
    assert (told.replace(str(tree), "TREE")[: len(wanted)], files) == (wanted, {})


#: Everything in a repository's configuration that names a program which git may run.
HOSTILE = """
[core]
	fsmonitor = RUN
	sshCommand = RUN
	pager = RUN
	editor = RUN
	askPass = RUN
	gitProxy = RUN
	hooksPath = hooks
	alternateRefsCommand = RUN
[diff]
	external = RUN
[diff "e"]
	textconv = RUN
	command = RUN
[filter "e"]
	smudge = RUN
	clean = RUN
	process = RUN
	required = true
[merge "e"]
	driver = RUN
[alias]
	rev-parse = !RUN
	for-each-ref = !RUN
	tag = !RUN
	log = !RUN
[log]
	showSignature = true
[gpg]
	program = RUN
[gpg "ssh"]
	program = RUN
[extensions]
	partialClone = evil
[remote "evil"]
	url = ssh://x/y
	promisor = true
[uploadpack]
	packObjectsHook = RUN
[pager]
	log = RUN
	tag = RUN
[include]
	path = included
"""
HOOKS = (
    "post-checkout",
    "reference-transaction",
    "post-index-change",
    "pre-commit",
    "post-rewrite",
)


@pytest.fixture
def hostile(judge: Judge) -> tuple[Judge, Path]:
    """A tree whose configuration, attributes and hooks all want to make a file."""
    repo = judge.repo
    ran = repo.folder.parent / "ran"
    program = repo.folder.parent / "run-me"
    program.write_text(f"#!/bin/sh\ntouch {ran}\n")
    program.chmod(0o755)
    repo.commit({".gitattributes": "* filter=e diff=e merge=e\n"}, "attributes")
    tree, parent = repo.git("rev-parse", "HEAD^{tree}"), repo.git("rev-parse", "HEAD")
    signed = (
        f"tree {tree}\nparent {parent}\nauthor A <a@b> 1767603600 +0000\n"
        "committer A <a@b> 1767603600 +0000\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n"
        " aaaa\n -----END PGP SIGNATURE-----\n\nsigned\n"
    )
    (repo.folder.parent / "signed").write_text(signed)
    commit = repo.git("hash-object", "-t", "commit", "-w", "../signed")
    repo.git("update-ref", "refs/heads/main", commit)
    config = repo.folder / ".git" / "config"
    config.write_text(config.read_text() + HOSTILE.replace("RUN", str(program)))
    (repo.folder / ".git" / "included").write_text(f"[core]\n\tsshCommand = {program}\n")
    for folder in (repo.folder / ".git" / "hooks", repo.folder / "hooks"):
        folder.mkdir(exist_ok=True)
        for hook in HOOKS:
            shutil.copy(program, folder / hook)
    return judge, ran


def test_nothing_that_a_tree_names_is_run(hostile: tuple[Judge, Path]) -> None:
    judge, ran = hostile
    assert judge(PATCH) == ("", FIVE, ())
    assert not ran.exists()


@pytest.mark.parametrize("lost", ["HEAD:toys/box.c", "HEAD^{tree}", "HEAD"])
def test_nothing_is_run_to_get_what_a_tree_lacks(hostile: tuple[Judge, Path], lost: str) -> None:
    judge, ran = hostile
    config = judge.repo.folder / ".git" / "config"
    kept = config.read_text()
    config.write_text("")
    place = object_of(judge.repo, lost)
    config.write_text(kept)
    place.unlink()
    told, files, _ = judge(PATCH)
    assert told and not files
    assert not ran.exists()


def test_the_users_own_commits_are_read_without_gpg(hostile: tuple[Judge, Path]) -> None:
    """git log would check signatures with the program that the tree names."""
    from verify_series.commits import find
    from verify_series.tree import open_tree

    judge, ran = hostile
    tree = open_tree(judge.repo.folder, cache=ran.parent / "cache", progress=print)
    assert find(tree, "HEAD~1..HEAD")
    assert not ran.exists()
