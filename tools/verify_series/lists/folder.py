# SPDX-License-Identifier: GPL-2.0-or-later
"""The folder that a run writes into, and no other one meanwhile."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..model import UserError


@contextmanager
def held(folder: Path, taken: str) -> Iterator[None]:
    """Make the folder with its ``reports`` if need be, and hold its lock.

    Raises UserError where it cannot be written, or, in the words ``taken``, where another run
    holds it.
    """
    try:
        (folder / "reports").mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise UserError(f"cannot write to {folder}: {error.strerror} (give --out)") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UserError(taken) from error
        yield
