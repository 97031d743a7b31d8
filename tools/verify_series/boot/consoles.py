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
    for old in sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)[: 1 - _MOST]:
        old.unlink(missing_ok=True)
    prefix = re.sub(r"\W+", "-", name) + "-"
    with tempfile.NamedTemporaryFile(
        "w", prefix=prefix, suffix=".log", dir=folder, delete=False
    ) as file:
        file.write(text)
    return Path(file.name)
