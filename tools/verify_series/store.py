# SPDX-License-Identifier: GPL-2.0-or-later
"""A private object store: where the series is applied, and the only reader of git objects.

The store is a bare repository of our own with the user's objects behind it as alternates
(gitrepository-layout(5), objects/info/alternates). Whatever we make is written here; the user's
repository is only read.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from subprocess import PIPE, STDOUT
from tempfile import TemporaryFile
from typing import IO

import git

from . import listing
from .checked_out import content
from .listing import Difference, Entries
from .model import UserError
from .run import GIT_ENVIRONMENT, Completed, clean_environment, follow, run

_REGULAR = ("100644", "100755")
_SYMLINK = "120000"
_TREE = "040000"
_GREPPED = re.compile(rb"(?P<path>[^\0]+)\0(?P<number>\d+)\0(?P<line>.*)\n")  # of -n -z
_UPDATING = re.compile(r"Updating files: +(\d+)%")  # git's progress.c
_PATIENCE = 1800  # seconds to write a whole tree
_MOST_BLOBS = 5000  # of one process; so many lie in a temporary file at once
_AT_ONCE = 500  # files of the work tree that are held at once
_MANY = 30  # blobs that are worth a process of their own: asked one by one, each takes longer


class Store:
    """A bare repository in ``folder``, made by :meth:`create`. Implements ``model.Objects``."""

    def __init__(self, folder: Path, worktree: Path | None = None) -> None:
        self.folder = folder
        self._worktree = worktree
        self._env = clean_environment(GIT_DIR=str(folder))
        self._repo = git.Repo(folder)
        self._repo.git.update_environment(**GIT_ENVIRONMENT, GIT_DIR=str(folder))
        self._lock = threading.Lock()  # cat-file --batch is one conversation
        self._whole: dict[tuple[str, str], Entries] = {}  # commit and folder to what it lists
        self._known: dict[str, Entries] = {}  # the same, of what was asked
        self._differences: dict[tuple[str, str], Difference] = {}
        self.near = ""  # the user's commit that others here differ little from

    @classmethod
    def create(cls, folder: Path, alternate: Path, worktree: Path | None = None) -> Store:
        """Make the store over ``alternate``, another repository's objects folder. ``worktree`` is
        where files of it are checked out, in any state."""
        run(["git", "init", "-q", "--bare", "--template=", folder], env=clean_environment())
        info = folder / "objects" / "info"
        info.mkdir(parents=True, exist_ok=True)
        (info / "alternates").write_text(f"{_quoted(str(alternate))}\n")
        return cls(folder, worktree)

    def close(self) -> None:
        """End the reader process."""
        with self._lock:
            self._repo.close()

    def git(
        self,
        *args: str | Path,
        stdin: bytes = b"",
        stdout: IO[bytes] | int = PIPE,
        index: Path | None = None,
    ) -> Completed:
        """Run a git command on the store; the exit status is the caller's to judge.

        ``index`` is the index file to use instead of the store's, ``stdout`` a file to write to.
        """
        env = {**self._env, "GIT_INDEX_FILE": str(index)} if index else self._env
        return run(["git", *args], cwd=self.folder, env=env, stdin=stdin, stdout=stdout)

    def must(
        self,
        *args: str | Path,
        stdin: bytes = b"",
        stdout: IO[bytes] | int = PIPE,
        index: Path | None = None,
    ) -> bytes:
        """Like :meth:`git`, for commands that only fail where the repository is damaged."""
        done = self.git(*args, stdin=stdin, stdout=stdout, index=index)
        if done.status:
            lines = done.error_text.splitlines() or [f"exit status {done.status}"]
            step = "make room" if "No space left" in lines[-1] else "run 'git fsck' on the tree"
            raise UserError(f"git {args[0]} failed: {lines[-1]} ({step})")
        return done.stdout

    # model.Objects

    def read(self, commit: str, path: str) -> bytes | None:
        return self.read_many(commit, [path]).get(path)

    def read_each(self, commit: str, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        entries = self.entries(commit, list(paths))
        return self.contents({p: oid for p, (mode, oid) in entries.items() if mode in _REGULAR})

    def read_many(self, commit: str, paths: Iterable[str]) -> dict[str, bytes]:
        return dict(self.read_each(commit, paths))

    def blob_ids(self, commit: str, under: str) -> dict[str, str]:
        folder = under.rstrip("/") + "/" if under else ""
        entries = self._whole.get((commit, folder))
        if entries is None and self.near:
            before = listing.kept_folder(self.must, self.near, folder)
            entries = self._difference(commit).put_into(before, folder)
        elif entries is None:
            entries = listing.below(self.must, commit, folder)
        self._whole[commit, folder] = entries
        return {path: oid for path, (mode, oid) in entries.items() if mode in _REGULAR}

    def object_ids(self, commit: str, paths: Iterable[str]) -> dict[str, str]:
        return {p: oid for p, (_, oid) in self.entries(commit, list(paths), folders=True).items()}

    def contents(self, ids: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
        if len(ids) < _MANY or self._worktree is None:
            yield from zip(ids, self._blobs(list(ids.values())), strict=True)
            return
        files = list(ids.items())
        for first in range(0, len(files), _AT_ONCE):
            some = dict(files[first : first + _AT_ONCE])
            there = {path: content(self._worktree, path, oid) for path, oid in some.items()}
            others = self._blobs([oid for path, oid in some.items() if there[path] is None])
            for path, data in there.items():
                yield path, next(others) if data is None else data

    def _blobs(self, ids: Sequence[str]) -> Iterator[bytes]:
        """The content of each blob, in order."""
        if len(ids) < _MANY:
            yield from map(self.blob, ids)
            return
        for first in range(0, len(ids), _MOST_BLOBS):
            some = ids[first : first + _MOST_BLOBS]
            asked = "".join(f"{oid}\n" for oid in some).encode()
            with TemporaryFile() as out:  # half the time of a pipe
                self.must("cat-file", "--batch", "--buffer", stdin=asked, stdout=out)
                out.seek(0)
                for oid in some:  # each as: id SP type SP size LF content LF
                    head = out.readline().split(b" ")
                    if len(head) != 3:
                        raise _missing(oid)
                    yield out.read(int(head[2]) + 1)[:-1]

    def export(self, commit: str, paths: Iterable[str], folder: Path) -> None:
        top = folder.resolve()
        entries = self.entries(commit, list(paths), recurse=True)
        entries = {path: e for path, e in entries.items() if e[0] in (*_REGULAR, _SYMLINK)}
        texts = self._blobs([oid for _, oid in entries.values()])
        for (path, (mode, _)), data in zip(entries.items(), texts, strict=True):
            target = top / path
            if mode != _SYMLINK:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
                if mode == "100755":
                    target.chmod(0o755)
            elif (target.parent / os.fsdecode(data)).resolve().is_relative_to(top):
                target.parent.mkdir(parents=True, exist_ok=True)
                target.unlink(missing_ok=True)
                target.symlink_to(os.fsdecode(data))

    def grep(self, commit: str, words: Iterable[str], where: str) -> bytes:
        return self._grep(commit, words, [where], "-h", "-w")

    def files_with(self, commit: str, texts: Iterable[str], where: Iterable[str]) -> list[str]:
        found = self._grep(commit, texts, where, "-l", "-z")
        names = [os.fsdecode(name) for name in found.split(b"\0") if name]
        return [name.removeprefix(f"{commit}:") for name in names]

    def lines_with(self, commit: str, text: str) -> Iterator[tuple[str, int, bytes]]:
        for record in _GREPPED.finditer(self._grep(commit, [text], [], "-n", "-z")):
            path = os.fsdecode(record["path"]).removeprefix(f"{commit}:")
            yield path, int(record["number"]), record["line"]

    def _grep(
        self, commit: str, texts: Iterable[str], where: Iterable[str], *options: str
    ) -> bytes:
        """What git-grep(1) says of any of the ``texts`` in the files that git's pathspecs name."""
        wanted = "".join(f"{text}\n" for text in texts).encode()
        options = (*options, "-I", "-F", "--threads=1", "-f", "-")
        done = self.git("grep", *options, commit, "--", *where, stdin=wanted)
        if done.status > 1:
            raise UserError(f"git grep failed: {done.error_text} (run 'git fsck' on the tree)")
        return done.stdout

    def as_patch(self, commit: str) -> bytes:
        return self.must("format-patch", "-1", "--stdout", "-M", "--no-signature", commit)

    def git_environment(
        self, commit: str, worktree: Path, index: Path, listed: Iterable[str]
    ) -> dict[str, str]:
        paths = [path for path in listed if (worktree / path).exists()]
        if paths:
            empty = self.must("hash-object", "-w", "--stdin").decode().strip()
            lines = "".join(f"100644 {empty}\t{path}\0" for path in paths)
            self.must("update-index", "-z", "--index-info", stdin=os.fsencode(lines), index=index)
        self.must("update-ref", "--no-deref", "HEAD", commit)
        return {
            "GIT_DIR": str(self.folder),
            "GIT_WORK_TREE": str(worktree),
            "GIT_INDEX_FILE": str(index),
        }

    def folders(self) -> list[Path]:
        return [self.folder, *_alternates(self.folder / "objects")]

    def check_out(
        self,
        commit: str,
        worktree: Path,
        index: Path,
        *,
        clean: bool,
        progress: Callable[[float], None],
    ) -> None:
        env = {**self._env, "GIT_WORK_TREE": str(worktree), "GIT_INDEX_FILE": str(index)}
        index.with_name(f"{index.name}.lock").unlink(missing_ok=True)  # left by a killed run
        last = ""

        def said(line: str) -> None:
            nonlocal last
            if written := _UPDATING.match(line):
                progress(int(written[1]) / 100)
            elif line.strip():
                last = line.strip()

        commands = [["read-tree", "-v", "--reset", "-u", commit]]
        if clean:
            commands.append(["clean", "-ffdxq"])
        for command in commands:
            argv = ["git", *command]
            if follow(argv, said, errors=STDOUT, env=env, timeout=_PATIENCE, cwd=worktree):
                raise UserError(f"git {command[0]} failed in {worktree}: {last} (is there room?)")

    # plumbing for apply.py and base.py

    def blob(self, oid: str) -> bytes:
        """The content of a blob."""
        with self._lock:
            try:
                _, _, _, data = self._repo.git.get_object_data(oid)
            except ValueError as error:
                raise _missing(oid) from error
        return bytes(data)

    def entries(
        self, commit: str, paths: Sequence[str], *, recurse: bool = False, folders: bool = False
    ) -> Entries:
        """Path to (mode, id) for those of ``paths`` that exist; ``folders`` keeps trees."""
        if not recurse and not folders and (whole := self._whole.get((commit, ""))) is not None:
            return {path: whole[path] for path in paths if path in whole}
        known = self._known.setdefault(commit, {})
        found = self._list(commit, [path for path in paths if path not in known])
        known |= found
        found |= {path: known[path] for path in paths if path in known}
        if recurse:
            trees = [path for path, (mode, _) in found.items() if mode == _TREE]
            found |= self._list(commit, trees, "-r")
        return {p: e for p, e in found.items() if folders or e[0] != _TREE}

    def _list(self, commit: str, paths: Sequence[str], *options: str) -> Entries:
        if options or not self.near:
            return listing.listed(self.must, commit, paths, *options)
        differs = self._difference(commit).concerns
        found = listing.listed(self.must, commit, [path for path in paths if differs(path)])
        same = [path for path in paths if not differs(path)]
        return found | listing.kept_paths(self.must, self.near, same)

    def _difference(self, commit: str) -> Difference:
        """From the commit near."""
        key = (self.near, commit)
        if key not in self._differences:
            self._differences[key] = listing.difference(self.must, *key)
        return self._differences[key]

    def types(self, names: Sequence[str]) -> list[tuple[str, str] | None]:
        """(id, type) of each object name, None where it cannot be resolved."""
        asked = "".join(f"{name}\n" for name in names).encode()
        out = self.must("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=asked)
        answers = [line.rsplit(" ", 1) for line in out.decode("utf-8", "replace").splitlines()]
        kinds = ("commit", "tree", "blob", "tag")
        return [(a[0], a[1]) if len(a) == 2 and a[1] in kinds else None for a in answers]


def _alternates(objects: Path, depth: int = 5) -> Iterator[Path]:
    """The folders of objects behind one, as deep as git goes, and what links in them point to."""
    listed = objects / "info" / "alternates"
    lines = listed.read_bytes().split(b"\n") if depth and listed.is_file() else ()
    for line in lines:
        if line and not line.startswith(b"#"):
            folder = objects / _unquoted(line)
            links = (path.resolve() for path in folder.glob("*") if path.is_symlink())
            yield from (path for path in (folder, *links) if path.is_dir())
            yield from _alternates(folder, depth - 1)


def _missing(oid: str) -> UserError:
    return UserError(
        f"object {oid} is missing or damaged in the tree's repository"
        " (a partial clone? run 'git fsck', or give a complete one)"
    )


def _quoted(path: str) -> str:
    """A line of objects/info/alternates; git unquotes lines that begin with a double quote."""
    if path.startswith(('"', "#")) or "\n" in path:
        return '"' + path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    return path


def _unquoted(line: bytes) -> str:
    """The path that a line of objects/info/alternates holds."""
    if line.startswith(b'"'):
        line = line[1:-1].decode("unicode_escape").encode("latin-1")  # as in C, like git
    return os.fsdecode(line)
