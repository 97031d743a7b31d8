# SPDX-License-Identifier: GPL-2.0-or-later
"""``patches/*.toml``: which series to verify."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .checkers import EXECUTING
from .declared import Declaration, folder
from .model import UserError

_KEYS = ["title", "message-id", "file", "tree", "revision", "patches", "base", "archive", "listed"]
_KEYS += EXECUTING


@dataclass(frozen=True, slots=True)
class Manifest:
    """One series to verify: by ``message_id`` or by ``file``; ``patches`` is how many it must have.

    ``listed`` is whether it is verified when the user names no series; ``runs`` names the checkers
    that are to execute the series' code.
    """

    name: str
    title: str
    message_id: str | None
    file: Path | None
    tree: Path | None
    revision: int | None
    patches: int | None
    base: str | None
    archive: str | None
    listed: bool
    runs: tuple[str, ...]


def manifests() -> dict[str, Path]:
    """Name to file of every manifest that comes with us, the sample first."""
    found = {path.stem: path for path in sorted(folder("patches").glob("*.toml"))}
    return dict(sorted(found.items(), key=lambda item: (item[0] != "sample", item[0])))


def read_manifest(path: Path) -> Manifest:
    """Read one manifest; ``file`` and ``tree`` in it are relative to it.

    Raises UserError for an unknown key, a wrong type, or neither message-id nor file.
    """
    table = Declaration(path)
    table.allow(_KEYS)
    message_id, file, tree = table.text("message-id"), table.text("file"), table.text("tree")
    if (message_id is None) == (file is None):
        raise UserError(f"{path}: give either message-id or file")
    return Manifest(
        path.stem,
        table.text("title") or path.stem,
        message_id,
        path.parent / file if file else None,
        path.parent / tree if tree else None,
        table.number("revision"),
        table.number("patches"),
        table.text("base"),
        table.text("archive"),
        table.flag("listed", True),
        tuple(name for name in EXECUTING if table.flag(name, False)),
    )
