# SPDX-License-Identifier: GPL-2.0-or-later
"""Console logs that somebody may want to read: the newest few, in the cache."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from .. import cache

_MOST = 20


def keep_console(name: str, text: str) -> Path:
    """Keep ``text`` in a file whose name begins with ``name``, and give its path."""
    folder = cache.root() / "consoles"
    folder.mkdir(exist_ok=True)
    prefix = re.sub(r"\W+", "-", name) + "-"
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", prefix=prefix, suffix=".log", dir=folder, delete=False
    ) as file:
        file.write(text)
    _forget_old(folder)
    return Path(file.name)


def _forget_old(folder: Path) -> None:
    try:
        logs = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)
    except FileNotFoundError:  # another run forgets one right now
        return
    for old in logs[:-_MOST]:
        old.unlink(missing_ok=True)
