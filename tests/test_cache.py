# SPDX-License-Identifier: GPL-2.0-or-later
"""What is kept appears whole or not at all; what a run needs is gone with it."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path

import pytest

from verify_series import aged, cache
from verify_series.kept import Kept
from verify_series.model import UserError


def test_once_makes_it_once(tmp_path: Path) -> None:
    made: list[Path] = []

    def make(folder: Path) -> None:
        made.append(folder)
        (folder / "x").write_text("x")

    first = cache.once(tmp_path, "key", make)
    assert cache.once(tmp_path, "key", make) == first == tmp_path / "key"
    assert (first / "x").read_text() == "x"
    assert len(made) == 1


def test_once_leaves_nothing_where_it_fails(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").write_text("x")
        raise UserError("no")

    (tmp_path / "key.part-stale").mkdir()
    with pytest.raises(UserError, match="no"):
        cache.once(tmp_path, "key", fail)
    assert [path.name for path in tmp_path.iterdir()] == ["key.lock"]


def test_a_workspace_is_gone_afterwards(hermetic: Path) -> None:
    with cache.workspace() as folder:
        (folder / "x").write_text("x")
        with cache.workspace() as other:  # a second run leaves the first alone
            assert other != folder
        assert (folder / "x").exists()
    assert not folder.exists()


def test_temporary_files_of_a_run_are_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Those of one that was killed are gone with the next one; nothing else of the name is."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    mine = tmp_path / "verify-series-mine"
    mine.mkdir()
    with cache.workspace() as work:
        place = Path(tempfile.mkdtemp())
        assert place.parent.parent == tmp_path
        assert os.environ["TMPDIR"] == str(place.parent)
        shutil.copytree(work, work.with_name("run-killed"))
        shutil.copytree(place.parent, tmp_path / "verify-series-killed")
        note = work.with_name("run-killed") / "temporary"
        note.write_text(str(tmp_path / "verify-series-killed"))
    assert os.environ["TMPDIR"] == tempfile.gettempdir() == str(tmp_path)
    assert sorted(tmp_path.glob("verify-series-*")) == [tmp_path / "verify-series-killed", mine]
    with cache.workspace():
        pass
    assert list(tmp_path.iterdir()) == [mine]


def test_a_killed_runs_workspace_is_swept(hermetic: Path) -> None:
    stale = cache.root() / "runs" / "run-killed"
    stale.mkdir(parents=True)
    (stale / "lock").touch()
    told: list[str] = []
    for _ in range(2):  # the second one finds nothing
        with cache.workspace(told.append):
            assert not stale.exists()
    assert told == ["removed what 1 run left that ended in the middle"]


def test_a_cache_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(UserError, match=r"cannot write to .* \(set XDG_CACHE_HOME"):
        cache.root()


def test_a_lock_that_another_run_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def other_run_ends(seconds: float) -> None:
        holder.close()

    monkeypatch.setattr(cache, "pause", other_run_ends)
    holder = (tmp_path / "lock").open("w")
    fcntl.flock(holder, fcntl.LOCK_EX)
    with cache.locked(tmp_path / "lock", lambda: told.append("waits")):
        assert told == ["waits"]
    with cache.locked(tmp_path / "lock", lambda: told.append("waits")):
        assert told == ["waits"]


def test_what_was_not_used_for_long_is_dropped(hermetic: Path) -> None:
    """A file by its times, a folder by when it was last given; what has its own limit never."""
    root = cache.root()
    long = time.time() - (aged.DAYS + 1) * 86_400

    def fill(folder: Path) -> None:
        (folder / "x").write_text("x")

    kept = Kept(root / "names")
    objects: dict[str, Path] = {}
    for key in ("old", "read", "new"):
        kept.save(key, key)
        there = {p for p in (root / "names" / "objects").rglob("*") if p.is_file()}
        [objects[key]] = there - set(objects.values())
    os.utime(objects["old"], (long, long))
    os.utime(objects["read"], (time.time(), long))  # as reading does
    for key in ("left", "wanted"):
        os.utime(cache.once(root / "trees", key, fill), (long, long))
    report = root / "results" / "report.json"
    report.parent.mkdir()
    report.write_text("{}")
    os.utime(report, (long, long))
    assert cache.once(root / "trees", "wanted", fill).is_dir()

    with cache.workspace():
        pass
    assert [kept.load(key) for key in ("old", "read", "new")] == [None, "read", "new"]
    assert [path.name for path in (root / "trees").iterdir() if path.is_dir()] == ["wanted"]
    assert report.exists()

    os.utime(root / "trees" / "wanted", (long, long))
    with cache.workspace():
        pass
    assert (root / "trees" / "wanted").is_dir()  # it has been looked through today
    os.utime(root / "looked-through", (long, long))
    with cache.workspace():
        pass
    assert not (root / "trees" / "wanted").exists()
    assert cache.once(root / "trees", "wanted", fill).is_dir()
