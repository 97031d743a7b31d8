# SPDX-License-Identifier: GPL-2.0-or-later
"""A public-inbox: git repositories in which each commit adds, or takes away, one mail.

public-inbox-v2-format(5): ``git/0.git``, ``git/1.git`` and so on, in each commit the one file
``m``, or ``d`` with the content of a mail that is deleted. public-inbox-v1-format(5): one
repository with a file for each mail. They are read with git plumbing and never written; the
mirror of a URL is fetched as public-inbox serves it, ``URL/0``, ``URL/1``, ….
"""

from __future__ import annotations

import itertools
import os
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from ..model import UserError
from ..run import Completed, clean_environment, run, start
from .change import Came, Change, Positions, Reached, Reset, Went

_BATCH = 500  # object ids that fit into a pipe, 41 bytes each
_PATIENCE = 6 * 3600  # seconds for a whole epoch of one gigabyte
_RAW = re.compile(rb":\d+ \d+ [0-9a-f]+ ([0-9a-f]+) ([A-Z])\d*\t(.*)")  # git-diff-tree(1)
_NO_SUCH = re.compile(r"not found|does not appear to be a git repository|error: 404", re.IGNORECASE)


def repositories(path: Path) -> list[Path]:
    """The repositories of a public-inbox at ``path``, the oldest epoch first; none if it is none.

    ``path`` is the inbox, its ``all.git``, one epoch, or a clone of one (with or without a
    work tree).
    """
    if path.name == "all.git":
        path = path.parent
    epochs = [epoch for epoch in (path / "git").glob("*.git") if epoch.stem.isdecimal()]
    epochs = epochs or [epoch for epoch in path.glob("*.git") if epoch.stem.isdecimal()]
    if epochs:
        return sorted(epochs, key=lambda epoch: int(epoch.stem))
    own = path / ".git" if (path / ".git").is_dir() else path
    return [own] if (own / "HEAD").is_file() and (own / "objects").is_dir() else []


def fetch(url: str, folder: Path, say: Callable[[str], None]) -> list[Path]:
    """Mirror a public-inbox below ``folder``, or bring its mirror up to date.

    Only the newest epoch of a mirror is asked for more, and whether there is another one.
    Raises UserError where the URL cannot be fetched.
    """
    folder.mkdir(parents=True, exist_ok=True)
    mirrored = repositories(folder)
    single = folder / "inbox.git"
    if single.is_dir():  # of version 1
        _fetch(single, say, url)
        return [single]
    if mirrored:
        _fetch(mirrored[-1], say, f"{url}/{mirrored[-1].stem}")
    for number in itertools.count(len(mirrored)):
        made = _clone(f"{url}/{number}", folder / f"{number}.git", say)
        if not made:
            break
        mirrored.append(made)
    if not mirrored and (made := _clone(url, single, say)):
        mirrored.append(made)
    if not mirrored:
        raise UserError(f"{url} is no public-inbox that git can clone: check the URL")
    return mirrored


def _fetch(mirror: Path, say: Callable[[str], None], url: str) -> None:
    say(f"fetching {url}")
    done = _network(["git", f"--git-dir={mirror}", "fetch", "-q", "origin"])
    if done.status:
        raise UserError(f"{url} cannot be fetched: {_last(done)} (check the network)")


def _clone(url: str, to: Path, say: Callable[[str], None]) -> Path | None:
    say(f"cloning {url}")
    done = _network(["git", "clone", "-q", "--mirror", "--template=", url, f"{to}"])
    if done.status == 0:
        return to
    if _NO_SUCH.search(done.error_text):
        return None
    raise UserError(f"{url} cannot be cloned: {_last(done)} (check the URL and the network)")


def _network(argv: list[str]) -> Completed:
    """A git command that may use HTTP, and gives up on a server that has stopped talking."""
    env = clean_environment(
        GIT_ALLOW_PROTOCOL="http:https",
        GIT_HTTP_LOW_SPEED_LIMIT="1000",
        GIT_HTTP_LOW_SPEED_TIME="30",
    )
    return run(argv, env=env, timeout=_PATIENCE)


def _last(done: Completed) -> str:
    said = done.error_text.splitlines()[-1:] or ["git said nothing"]
    return said[0].removeprefix("fatal: ")


class Inbox:
    """The mails of some repositories; their place is the id of their blob."""

    def __init__(self, epochs: Sequence[Path], start: int = 0) -> None:
        """``start`` leaves out mails that came before, in seconds since 1970 (git 2.37)."""
        self._epochs = epochs
        self._start = start
        self._open = ExitStack()
        self._reader: subprocess.Popen[bytes] | None = None

    def close(self) -> None:
        """End the process that reads."""
        self._open.close()

    def changes(self, since: Positions) -> Iterator[Change]:
        """Mail by mail, epoch by epoch. An epoch whose history was rewritten
        (public-inbox-edit(1), public-inbox-purge(1)) is read anew."""
        for epoch in self._epochs:
            tip = _ask(epoch, "rev-parse", "--verify", "--quiet", "HEAD^{commit}").strip()
            old = since.get(epoch.name, "")
            if not tip or tip == old:
                continue
            span = [tip]
            if old and not _is_ancestor(epoch, old, tip):
                yield Reset(epoch.name)
            elif old:
                span += [f"^{old}"]
            entries = _entries(epoch, span, self._start)
            while some := list(itertools.islice(entries, _BATCH)):
                bodies = self.read([place for place, came in some if came])
                for place, came in some:
                    yield Came(epoch.name, place, next(bodies)) if came else Went(place)
            yield Reached(epoch.name, tip)

    def read(self, places: Sequence[str]) -> Iterator[bytes]:
        """The content of blobs, by one ``git cat-file --batch`` that stays."""
        reader = self._process()
        assert reader.stdin and reader.stdout
        for first in range(0, len(places), _BATCH):
            some = places[first : first + _BATCH]
            reader.stdin.write(b"".join(f"{place}\n".encode() for place in some))
            reader.stdin.flush()
            for place in some:  # each as: id SP type SP size LF content LF
                head = reader.stdout.readline().split()
                if len(head) != 3:
                    raise UserError(f"the archive lacks the mail {place} (run 'git fsck' there)")
                size = int(head[2])
                yield reader.stdout.read(size + 1)[:size]

    def _process(self) -> subprocess.Popen[bytes]:
        """One reader of all epochs: what is deleted in one may lie in an older one."""
        if self._reader is None:
            others = os.pathsep.join(_quoted(epoch / "objects") for epoch in self._epochs)
            env = clean_environment(
                GIT_DIR=str(self._epochs[-1]), GIT_ALTERNATE_OBJECT_DIRECTORIES=others
            )
            argv = ["git", "cat-file", "--batch"]
            self._reader = self._open.enter_context(
                start(argv, env=env, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
            )
        return self._reader


def _quoted(path: Path) -> str:
    """As git(1) reads GIT_ALTERNATE_OBJECT_DIRECTORIES."""
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _ask(epoch: Path, *args: str) -> str:
    done = run(["git", *args], env=clean_environment(GIT_DIR=str(epoch)))
    return done.stdout.decode("ascii", "replace")


def _is_ancestor(epoch: Path, old: str, tip: str) -> bool:
    argv = ["git", "merge-base", "--is-ancestor", old, tip]
    return run(argv, env=clean_environment(GIT_DIR=str(epoch))).status == 0


def _entries(epoch: Path, span: Sequence[str], begin: int) -> Iterator[tuple[str, bool]]:
    """(blob, whether it came or went) for each mail of some commits, the oldest first."""
    argv = ["git", "log", "--reverse", "--raw", "--no-abbrev", "--no-renames", "--root"]
    argv += ["--format=", "--diff-merges=first-parent"]
    argv += [f"--since-as-filter=@{begin}"] if begin else []
    argv += ["--end-of-options", *span]
    env = clean_environment(GIT_DIR=str(epoch))
    with start(argv, env=env, stderr=subprocess.DEVNULL) as log:
        assert log.stdout
        before = re.compile(rb":\d+ \d+ ([0-9a-f]+) ")
        for line in log.stdout:
            entry, old = _RAW.match(line), before.match(line)
            if not entry or not old:
                continue
            new, status, path = entry.groups()
            if path == b"d":
                if status != b"D":
                    yield new.decode(), False
            elif status == b"D" and path != b"m":  # of version 1
                yield old[1].decode(), False
            elif status in (b"A", b"M"):
                if status == b"M" and path != b"m":
                    yield old[1].decode(), False
                yield new.decode(), True
        if log.wait():
            raise UserError(f"{epoch} cannot be read (run 'git fsck' there)")
