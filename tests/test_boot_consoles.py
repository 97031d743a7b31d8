# SPDX-License-Identifier: GPL-2.0-or-later
"""Console logs are kept, but not for ever."""

from __future__ import annotations

import os
from pathlib import Path

from verify_series.boot.consoles import keep_console


def test_the_newest_are_kept() -> None:
    kept: list[Path] = []
    for number in range(25):
        kept.append(keep_console("scripts: checked series", f"log {number}\n"))
        os.utime(kept[-1], (number, number))
    there = sorted(kept[-1].parent.iterdir(), key=lambda path: path.stat().st_mtime)
    assert [path.read_text() for path in there] == [f"log {n}\n" for n in range(5, 25)]
    assert kept[-1].name.startswith("scripts-checked-series-")
