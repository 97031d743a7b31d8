# SPDX-License-Identifier: GPL-2.0-or-later
"""kept: what is kept comes back whole, or not at all."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

import pytest

from verify_series.kept import Kept


def test_what_was_kept_comes_back_and_the_last_one_counts(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "a" / "b")
    assert kept.load("key") is None
    kept.save("key", {"mails": ["größer"]})
    assert kept.load("key") == {"mails": ["größer"]}
    assert kept.load("other") is None
    kept.save("key", 2)
    assert kept.load("key") == 2


def test_an_object_is_called_after_its_hash(tmp_path: Path) -> None:
    Kept(tmp_path).save("key", [1])
    (path,) = (p for p in (tmp_path / "objects").rglob("*") if p.is_file())
    assert path.parent.name + path.name == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("damage", [b"[2]", b"", b"\xff\xfe"])
@pytest.mark.parametrize("part", ["objects", "index"])
def test_what_is_damaged_counts_as_absent(tmp_path: Path, part: str, damage: bytes) -> None:
    kept = Kept(tmp_path)
    kept.save("key", [1])
    for path in (tmp_path / part).rglob("*"):
        if path.is_file():
            path.write_bytes(damage)
    assert kept.load("key") is None
    kept.save("key", [1])
    assert kept.load("key") == [1]


def test_runs_side_by_side_see_whole_values(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    values = [[n] * 20000 for n in range(4)]
    seen: list[object] = []

    def work(value: list[int]) -> None:
        for _ in range(25):
            kept.save("key", value)
            seen.append(kept.load("key"))

    threads = [threading.Thread(target=work, args=(value,)) for value in values]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 100
    assert all(value in values for value in seen)
    assert not list(tmp_path.rglob(".new-*"))


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError):
        Kept(tmp_path / "file").save("key", 1)
    assert Kept(tmp_path / "file").load("key") is None
