# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel tree: the user's repository, or a source tarball or folder imported into the cache."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import git

from . import imported
from .model import UserError
from .run import Completed, clean_environment, run

#: Top-level names by which the kernel's own scripts/checkpatch.pl knows a kernel tree.
KERNEL_TREE = ("COPYING", "Kbuild", "MAINTAINERS", "Documentation", "include", "kernel")
_MOST_CANDIDATES = 64  # refs that are tried as a base


@dataclass(frozen=True, slots=True)
class Tree:
    """A repository that is only read. ``name`` is what the user called it, ``worktree`` the folder
    with the files, if there is one."""

    name: str
    git_dir: Path
    objects: Path
    shallow: bool
    worktree: Path | None = None

    def resolve(self, revision: str) -> str | None:
        """The commit id that a revision names here, or None."""
        if not revision or revision.startswith("-"):
            return None
        done = self.ask("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        return done.strip() or None

    def describe(self, commit: str) -> str:
        """The last tag that points at the commit, else the first 12 digits of its id."""
        tags = self.ask("tag", "--points-at", commit).split()
        return f"{tags[-1]} ({commit[:12]})" if tags else commit[:12]

    def tips(self) -> list[tuple[str, str]]:
        """(commit id, name) of HEAD and of the most recent branches and tags."""
        command = [
            "for-each-ref",
            "--sort=-creatordate",
            f"--count={_MOST_CANDIDATES}",
            "--format=%(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end)"
            " %(refname:short)",
            "refs/heads",
            "refs/remotes",
            "refs/tags",
        ]
        listed = self._must(*command)
        head = self.resolve("HEAD")
        pairs = [(head, "HEAD")] if head else []
        for line in listed.splitlines():
            commit, name = line.split(" ", 1)
            pairs.append((commit, name))
        return list({commit: (commit, name) for commit, name in reversed(pairs)}.values())[::-1]

    def ask(self, *args: str) -> str:
        """What a git command that only reads says; empty where it fails."""
        return self._run(*args).stdout.decode("utf-8", "replace")

    def _must(self, *args: str) -> str:
        """What a git command says; raises UserError where it fails."""
        done = self._run(*args)
        if done.status:
            said = done.error_text.splitlines()[-1:] or ["nothing"]
            raise UserError(
                f"{self.name} cannot be read: git says '{said[0].removeprefix('fatal: ')}' (run"
                " 'git fsck' there)"
            )
        return done.stdout.decode("utf-8", "replace")

    def _run(self, *args: str) -> Completed:
        env = clean_environment(GIT_DIR=str(self.git_dir))
        return run(["git", *args], cwd=self.git_dir, env=env)


def _repository(path: Path, name: str) -> Tree | None:
    try:
        repo = git.Repo(path, search_parent_directories=True, expand_vars=False)
    except (git.InvalidGitRepositoryError, git.NoSuchPathError):
        return None
    git_dir, common = Path(repo.git_dir).resolve(), Path(repo.common_dir).resolve()
    worktree = Path(repo.working_tree_dir) if repo.working_tree_dir else None
    repo.close()
    tree = Tree(name, git_dir, common / "objects", (common / "shallow").exists(), worktree)
    if tree._must("rev-parse", "--show-object-format").strip() == "sha256":
        raise UserError(f"{path} has SHA-256 object ids, which GitPython cannot read")
    return tree


def is_repository(path: Path) -> bool:
    """Whether opening ``path`` reads a git repository, and imports nothing."""
    return (path / ".git").exists() or (path / "HEAD").is_file()


def is_kernel(path: Path) -> bool:
    """Whether a folder is the top of a checked-out kernel tree."""
    return all((path / name).exists() for name in KERNEL_TREE)


def default(cwd: Path) -> Path | None:
    """The kernel repository that the user stands in, if any."""
    for folder in (cwd, *cwd.parents):
        if (folder / ".git").exists():
            return folder if is_kernel(folder) else None
    return None


def open_tree(path: Path, *, cache: Path, progress: Callable[[str], None]) -> Tree:
    """Open a git repository, or import a tarball or an unpacked folder into the cache, once.

    Raises UserError where ``path`` is none of these.
    """
    if not path.exists():
        raise UserError(f"no such tree: {path} (give --tree a repository, folder or tarball)")
    if path.is_file():
        return _imported(imported.from_tarball(path, cache=cache, progress=progress), path)
    tree = _repository(path, str(path))
    # A folder without .git inside somebody's repository is a source folder, not that repository.
    if tree and (tree.git_dir.parent == path.resolve() or tree.git_dir == path.resolve()):
        return tree
    if (path / ".git").exists():
        if tree:
            return tree  # a worktree or a submodule: .git is a file
        raise UserError(f"{path} has a .git that git cannot read (run 'git status' there)")
    return _imported(imported.from_folder(path, cache=cache, progress=progress), path)


def _imported(store: Path, path: Path) -> Tree:
    return Tree(str(path), store, store / "objects", False, path if path.is_dir() else None)
