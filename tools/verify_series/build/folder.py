# SPDX-License-Identifier: GPL-2.0-or-later
"""Where kernels are built: one worktree and one output folder a version and architecture.

Writing the 90,000 files of a worktree and compiling from nothing takes minutes, so both are kept,
always at the same paths, which ccache needs. ``out`` is kbuild's O=. What the base makes of it is
kept, for each configuration; what a series makes of it is thrown away, as its Makefiles could
leave there what spoils the next verdict. ``state.json`` says what the folders hold, and nothing of
a folder while that changes, so that a run that was killed is noticed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..cache import locked
from ..model import CheckError, Progress, Snapshot
from ..run import clean_environment, run

_MOST = 4  # configurations whose output is kept
_ROOM, _FILES = 1 << 30, 10_000  # bytes and files that a build has to leave to others


@dataclass
class Folder:
    """The folders of one build, while its lock is held; made by :func:`opened`.

    ``known`` is what state.json says: ``commit`` of the worktree, ``out``, the configuration whose
    kept output is in ``out`` unchanged, and for each kept output what it was made of and the
    outline of its files.
    """

    top: Path
    configuration: str
    progress: Progress
    known: dict[str, Any]
    span: tuple[float, float] = (0.0, 1.0)  # what is done now, as a part of all that is to be done
    _looked: bool = False  # whether the worktree is as git left it
    _sure: bool | None = None  # whether the kept output is as it was kept, once that was looked at
    told: float = 0.0

    def tell(self, what: str, part: float) -> None:
        """Say how far the run is, from how far that is which is done now; never back again."""
        begin, end = self.span
        self.told = max(self.told, begin + (end - begin) * part)
        self.progress(what, self.told)

    @property
    def tree(self) -> Path:
        return self.top / "tree"

    @property
    def out(self) -> Path:
        return self.top / "out"

    @property
    def kept(self) -> Path:
        return self.top / f"kept-{self.configuration}"

    @property
    def given(self) -> Path:
        """Files of ours for this configuration, which what runs can read."""
        return self.top / f"given-{self.configuration}"

    def give(self, name: str, text: str) -> Path:
        """Put a file there; one that is the same already keeps its time."""
        path = self.given / name
        self.given.mkdir(exist_ok=True)
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
        return path

    def made(self, name: str) -> Path | None:
        """A regular file in ``out``; None where there is none, or a link leads out of it.

        Nothing in ``out`` may be opened otherwise: a series decides what is there.
        """
        path = (self.out / name).resolve()
        return path if path.is_relative_to(self.out.resolve()) and path.is_file() else None

    @property
    def made_of(self) -> str:
        """What the kept output was made of, as :meth:`keep` was told; empty where none is kept."""
        made_of, _, files = str(self.known.get(self.kept.name, "")).partition(" ")
        if self._sure is None:
            self._sure = self.kept.is_dir() and files == _outline(self.kept)
        return made_of if self._sure else ""

    def go_to(self, snapshot: Snapshot) -> None:
        """Make the worktree that commit; files that do not change keep their times. The first
        time git looks at all of them, and writes those anew that are not as it left them.
        """
        if self.known.get("commit") == snapshot.commit and self._looked:
            return
        self._looked = True
        sure = "commit" in self.known
        self._forget("commit")
        self.tree.mkdir(exist_ok=True)
        title = "switching the worktree" if sure else "writing the worktree, once"
        snapshot.check_out(
            self.tree,
            self.top / "index",
            clean=not sure,
            progress=lambda part: self.tell(title, part),
        )
        self._remember(commit=snapshot.commit)

    def restore(self) -> None:
        """Make ``out`` what a base left, or empty."""
        files = str(self.known.get(self.kept.name, "")).partition(" ")[2]
        if self.known.get("out") == self.configuration and files == _outline(self.out):
            return
        _remove(self.out)
        if self.made_of:
            self._copy(self.kept, self.out)
        else:
            self.out.mkdir()
        self._remember(out=self.configuration)

    def using_out(self) -> None:
        """``out`` is no longer what the base left."""
        if "out" in self.known:
            self._forget("out")

    def lacks(self) -> str:
        """What others would lack if a build went on to write; empty where there is enough."""
        disk = os.statvfs(self.top)
        if disk.f_bavail * disk.f_frsize < _ROOM:
            return f"left less than {_ROOM >> 20} MiB on the disk of {self.top}, and was ended"
        if disk.f_files and disk.f_favail < _FILES:
            return f"left room for less than {_FILES} files on the disk of {self.top}"
        return ""

    def empty_out(self) -> None:
        """Give back the room that a build took."""
        self.using_out()
        _remove(self.out)

    def keep(self, made_of: str) -> None:
        """What is in ``out`` now, made by the base, is to be kept."""
        for old in sorted(self.top.glob("kept-*"), key=lambda path: path.stat().st_mtime)[:-_MOST]:
            self._forget(old.name)
            _remove(old)
            _remove(self.top / old.name.replace("kept-", "given-"))
        self._forget(self.kept.name)
        _remove(self.kept)
        self._copy(self.out, self.kept)
        files = _outline(self.kept)
        self._remember(**{self.kept.name: f"{made_of} {files}", "out": self.configuration})
        self._sure = True

    def forget(self) -> None:
        """Nothing in these folders can be relied on: the next run writes all of it anew."""
        self._forget(*list(self.known))

    def _copy(self, source: Path, target: Path) -> None:
        argv: list[str | Path] = ["cp", "-aT", "--reflink=auto", source, target]
        done = run(argv, env=clean_environment())
        if done.status:
            raise CheckError(f"cannot copy {source}: {done.error_text.splitlines()[-1]}")

    def _forget(self, *names: str) -> None:
        for name in names:
            self.known.pop(name, None)
        self._write()

    def _remember(self, **values: str) -> None:
        self.known.update(values)
        self._write()

    def _write(self) -> None:
        new = self.top / "state.new"
        new.write_text(json.dumps(self.known))
        new.replace(self.top / "state.json")


@contextmanager
def opened(top: Path, configuration: str, progress: Progress) -> Iterator[Folder]:
    """The build folder ``top``, for this run alone; a second run waits.

    ``configuration`` names the kernel configuration and all else that one output has in common.

    Raises CheckError where it cannot be written.
    """
    try:
        top.mkdir(parents=True, exist_ok=True)
        with locked(top / "lock", lambda: progress("waiting for another run that builds", 0)):
            yield Folder(top, configuration, progress, _known(top / "state.json"))
    except OSError as error:
        raise CheckError(f"{error.filename or top}: {error.strerror} (is there room?)") from error


def _outline(folder: Path) -> str:
    """A hash of the paths, sizes and times of the files in ``folder``: one that a dying machine
    cut off has another size.
    """
    lines = []
    for top, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            stat = os.lstat(f"{top}/{name}")
            lines.append(f"{top[len(str(folder)) :]}/{name} {stat.st_size} {stat.st_mtime_ns}")
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _remove(folder: Path) -> None:
    """Remove a folder, also one that a series left without permissions."""
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        run(["chmod", "-R", "u+rwX", folder], env=clean_environment())
        shutil.rmtree(folder)


def _known(file: Path) -> dict[str, Any]:
    try:
        known = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
