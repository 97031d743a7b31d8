# SPDX-License-Identifier: GPL-2.0-or-later
"""The archive, read back by the rules of the format, and by cpio where that is installed."""

from __future__ import annotations

import shutil
import stat
import subprocess
from pathlib import Path

import pytest

import boots
from verify_series.boot import initramfs
from verify_series.boot.plan import make_initramfs, make_plan
from verify_series.boot.scenario import parse


def _read(data: bytes) -> dict[str, tuple[int, bytes, int, tuple[int, int]]]:
    """Name to (mode, data, inode number, device) of each entry before the trailer."""
    found = {}
    at = 0
    while True:
        assert data[at : at + 6] == b"070701"
        values = [int(data[at + 6 + 8 * i : at + 14 + 8 * i], 16) for i in range(13)]
        number, mode, size, device, length = (
            values[0],
            values[1],
            values[6],
            (values[9], values[10]),
            values[11],
        )
        name = data[at + 110 : at + 110 + length]
        assert name.endswith(b"\0")
        start = (at + 110 + length + 3) & ~3
        if name == b"TRAILER!!!\0":
            assert start + size == len(data)
            return found
        found[name[:-1].decode()] = (mode, data[start : start + size], number, device)
        at = (start + size + 3) & ~3


ENTRIES = [
    initramfs.character_device("/dev/console", 5, 1),
    initramfs.regular("/a/b/odd", b"12345"),
    initramfs.regular("/a/b/empty", b"", 0o755),
    initramfs.folder("/a/c"),
]


def test_entries() -> None:
    found = _read(initramfs.archive(ENTRIES))
    assert list(found) == ["dev", "dev/console", "a", "a/b", "a/b/odd", "a/b/empty", "a/c"]
    mode, _, _, device = found["dev/console"]
    assert (stat.S_ISCHR(mode), device) == (True, (5, 1))
    assert found["a/b/odd"][:2] == (stat.S_IFREG | 0o644, b"12345")
    assert found["a/b/empty"][:2] == (stat.S_IFREG | 0o755, b"")
    assert found["a"][0] == found["a/c"][0] == stat.S_IFDIR | 0o755
    numbers = [number for _, _, number, _ in found.values()]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.skipif(not shutil.which("cpio"), reason="cpio is not installed")
def test_cpio_reads_it(tmp_path: Path) -> None:
    archive = initramfs.archive(ENTRIES[1:])
    subprocess.run(["cpio", "-i", "--quiet"], input=archive, cwd=tmp_path, check=True)
    assert (tmp_path / "a/b/odd").read_bytes() == b"12345"


def test_the_archive_of_a_scenario() -> None:
    scenario = parse(boots.table())
    plan = make_plan(scenario, "4d2")
    found = _read(make_initramfs(scenario, plan, b"\x7fELF"))
    assert found["init"][:2] == found["program"][:2] == (stat.S_IFREG | 0o755, b"\x7fELF")
    assert found["steps"][1] == plan.text.encode()
    assert found["copies/0"][1] == b"#!/init\n"
    assert found["dev/mem"][3] == (1, 1)
    assert {"proc", "sys", "sys/kernel/security", "tmp", "dev/kmsg", "dev/null"} <= set(found)
    assert "tmp/script" not in found
