# SPDX-License-Identifier: GPL-2.0-or-later
"""Threads kept on disk, named by their content.

``objects/ab/cdef…`` is a JSON text called after its own SHA-256; ``index/…`` is a file called
after the SHA-256 of a key, and holds the name of an object. A text that does not have the hash
it is called after is as good as absent. Files are only ever replaced whole, so that runs side by
side see the old state or the new one; all of it is safe to delete at any time.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Kept:
    """Keeps JSON values below ``folder``, which need not exist yet."""

    folder: Path

    def load(self, key: str) -> Any | None:
        """The value kept under ``key``; None where there is none, or it is damaged."""
        try:
            name = self._index(key).read_text("ascii")
            text = self._object(name).read_bytes()
        except (OSError, ValueError):
            return None
        return json.loads(text) if hashlib.sha256(text).hexdigest() == name else None

    def save(self, key: str, value: Any) -> None:
        """Keep ``value`` under ``key``. Raises OSError where the folder cannot be written."""
        text = json.dumps(value).encode("ascii")
        name = hashlib.sha256(text).hexdigest()
        _replace(self._object(name), text)
        _replace(self._index(key), name.encode("ascii"))

    def _index(self, key: str) -> Path:
        return self.folder / "index" / hashlib.sha256(key.encode()).hexdigest()

    def _object(self, name: str) -> Path:
        return self.folder / "objects" / name[:2] / name[2:]


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, new = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(new).replace(path)
    except BaseException:
        Path(new).unlink(missing_ok=True)
        raise
