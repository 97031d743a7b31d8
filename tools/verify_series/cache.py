# SPDX-License-Identifier: GPL-2.0-or-later
"""Folders of our own: what is kept between runs, and what a run needs while it lasts.

Everything lies below ``$XDG_CACHE_HOME/verify-series`` (by default ``~/.cache``), is keyed by
content, and may be deleted at any time.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from . import aged
from .model import UserError
from .run import pause

_PREFIX = "verify-series-"  # of a run's folder below TMPDIR


def root() -> Path:
    """The cache folder, made if need be. Raises UserError where it cannot be written."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser())
    folder = Path(base) / "verify-series"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        writable = False
    if not writable:
        raise UserError(f"cannot write to {folder} (set XDG_CACHE_HOME to a folder of yours)")
    return folder


def once(folder: Path, key: str, make: Callable[[Path], None]) -> Path:
    """The folder ``folder/key``, filled by ``make`` the first time.

    It appears whole or not at all; of two runs that want it, the second waits for the first.
    """
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / key
    if done.is_dir():
        os.utime(done)  # aged.py drops what was not wanted for long
        return done
    with (folder / f"{key}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if done.is_dir():
            return done
        # What an interrupted run left behind: nobody else holds this lock.
        for stale in folder.glob(f"{key}.part-*"):
            shutil.rmtree(stale, ignore_errors=True)
        part = Path(tempfile.mkdtemp(prefix=f"{key}.part-", dir=folder))
        try:
            make(part)
            part.rename(done)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return done


@contextmanager
def locked(file: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock ``file``; ``waiting`` is called once if another run has it.

    Raises RunError where the run is interrupted while it waits.
    """
    with file.open("w") as lock:
        told = False
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not told:
                    told = True
                    waiting()
                pause(0.2)
        yield


@contextmanager
def workspace(said: Callable[[str], None] = lambda text: None) -> Iterator[Path]:
    """A private folder for one run, gone afterwards; and while it lasts, temporary files of ours
    and of what we start lie in a folder of its own below TMPDIR, gone likewise.

    A run that was killed cannot tidy up; the next one removes what it left, known by its lock
    being free, and ``said`` is told so.
    """
    runs = root() / "runs"
    runs.mkdir(exist_ok=True)
    with (runs / "lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if swept := _sweep(runs):
            said(f"removed what {swept} run{'s' * (swept > 1)} left that ended in the middle")
        aged.drop(runs.parent)
        folder = Path(tempfile.mkdtemp(prefix="run-", dir=runs))
        lock = (folder / "lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        with lock, _temporary(folder):
            yield folder
    finally:
        try:
            _remove(folder)
        except KeyboardInterrupt:  # in the middle of it: finish, then heed it
            _remove(folder)
            raise


@contextmanager
def _temporary(folder: Path) -> Iterator[None]:
    """Temporary files lie below a folder whose name is noted in ``folder`` before it is there."""
    name = f"{_PREFIX}{folder.name}-{secrets.token_hex(8)}"
    before, place = os.environ.get("TMPDIR"), Path(tempfile.gettempdir()) / name
    (folder / "temporary").write_text(str(place), "utf-8")
    place.mkdir(0o700)
    os.environ["TMPDIR"] = tempfile.tempdir = str(place)
    try:
        yield
    finally:
        tempfile.tempdir = None
        del os.environ["TMPDIR"]
        if before is not None:
            os.environ["TMPDIR"] = before


def _remove(folder: Path) -> None:
    """Remove a run's folder, and where its temporary files were."""
    try:
        place = Path((folder / "temporary").read_text("utf-8"))
    except OSError:
        place = folder
    if place.name.startswith(_PREFIX):
        shutil.rmtree(place, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def _sweep(runs: Path) -> int:
    """Remove the folders of runs that run no more; how many there were."""
    swept = 0
    for folder in runs.glob("run-*"):
        try:
            with (folder / "lock").open() as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(folder)
        except BlockingIOError:
            continue  # it runs
        except OSError:
            _remove(folder)  # killed before it had a lock
        swept += 1
    return swept
