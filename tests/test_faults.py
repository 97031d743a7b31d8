# SPDX-License-Identifier: GPL-2.0-or-later
"""A few of the faults that ``nox -s bench -- faults`` tries many of."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import faults
from verify_series import sandbox
from verify_series.build import packages
from verify_series.model import Execution

Make = Callable[[Path], faults.Rig]

MISSING = packages.missing(Execution()) or sandbox.missing()
RIGS = [
    pytest.param(faults.sample, id="sample"),
    pytest.param(
        faults.kernel, id="kernel", marks=pytest.mark.skipif(bool(MISSING), reason=MISSING or "-")
    ),
]


def test_undisturbed(tmp_path: Path) -> None:
    """The verdicts that the tests below want to see again."""
    said = faults.sample(tmp_path / "sample").verdict()
    assert said.code == 0
    assert ("docs", "PASS", ()) in said.outcomes
    if not MISSING:
        said = faults.kernel(tmp_path / "kernel").verdict()
        assert said.code == 1
        assert [(check, status, len(f)) for check, status, f in said.outcomes[1:]] == [
            ("build", "FAIL", 1)
        ]


@pytest.mark.parametrize("make", RIGS)
def test_killed_at_any_point(make: Make, tmp_path: Path) -> None:
    rig, dice = make(tmp_path), random.Random(1)
    begin = time.monotonic()
    wanted = rig.verdict()
    lasts = time.monotonic() - begin
    shutil.rmtree(rig.cache)
    rig.cache.mkdir()
    for number in faults.KILLS:
        assert faults.kill(rig, wanted, number, dice.uniform(0, lasts)) == []


@pytest.mark.parametrize("make", RIGS)
def test_a_cache_that_was_cut_off(make: Make, tmp_path: Path) -> None:
    rig, dice = make(tmp_path), random.Random(2)
    rig.verdict()
    wanted = rig.verdict()
    warm = tmp_path / "warm"
    shutil.copytree(rig.cache, warm, symlinks=True)
    for _ in range(2):
        file, said = faults.truncate(rig, wanted, warm, dice)
        assert said in ("right", "no verdict"), file


@pytest.mark.parametrize("make", RIGS)
def test_a_cache_of_another_version(make: Make, tmp_path: Path) -> None:
    rig = make(tmp_path)
    rig.verdict()
    wanted = rig.verdict()
    warm = tmp_path / "warm"
    shutil.copytree(rig.cache, warm, symlinks=True)
    for value in ([None], {"format": 99, "outcomes": 7}):
        faults.of_another_version(rig, warm, value)
        said = rig.verdict()
        assert said == wanted or said.is_none, value
        assert "Traceback" not in said.error, value
        assert rig.leftovers() == []


@pytest.mark.parametrize("make", RIGS)
def test_runs_at_once(make: Make, tmp_path: Path) -> None:
    rig = make(tmp_path)
    wanted = rig.verdict()
    shutil.rmtree(rig.cache)
    rig.cache.mkdir()
    assert faults.crowd(rig, wanted, 3) == []


@pytest.mark.parametrize("make", RIGS)
def test_no_room_anywhere(make: Make, tmp_path: Path, small: Path) -> None:
    """The cache, then TMPDIR, on a disk with little room, more of it each time."""
    rig = make(tmp_path)
    wanted = rig.verdict()
    for name in ("cache", "tmp"):
        place = tmp_path / name
        shutil.rmtree(place)
        place.symlink_to(small)
        for free in (20, 600):
            (small / "full").write_bytes(bytes((1500 - free) << 10))
            said = rig.verdict()
            assert said == wanted or said.is_none, said
            for path in small.iterdir():
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        place.unlink()
        place.mkdir()
    assert rig.verdict() == wanted


@pytest.mark.parametrize("name", ["cache", "tmp"])
@pytest.mark.parametrize("make", RIGS)
def test_a_folder_that_is_read_only(make: Make, name: str, tmp_path: Path) -> None:
    rig = make(tmp_path)
    wanted = rig.verdict()
    place = tmp_path / name
    folders = [place, *place.glob("verify-series")]
    if os.getuid():
        for folder in folders:
            folder.chmod(0o500)
    elif subprocess.run(["mount", "--bind", "-o", "ro", place, place]).returncode:
        pytest.skip("no read-only file system can be mounted here")
    try:
        said = rig.verdict()
    finally:
        if os.getuid():
            for folder in folders:
                folder.chmod(0o700)
        else:
            subprocess.run(["umount", place], check=True)
    assert said == wanted or said.is_none, said
    assert rig.verdict() == wanted
    assert rig.leftovers() == []
