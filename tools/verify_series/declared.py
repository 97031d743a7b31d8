# SPDX-License-Identifier: GPL-2.0-or-later
"""Read TOML that people write: typed access, and errors that name the file and the key."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .model import UserError
from .names_given import hint

_TOP = Path(__file__).resolve().parents[2]
_LARGEST = 1 << 20  # bytes; a declaration is written by hand


def folder(name: str) -> Path:
    """``patches`` or ``checks``: the checkout's where we run from one, else the installed one."""
    checkout = _TOP / name
    return checkout if checkout.is_dir() else Path(__file__).parent / name


class Declaration:
    """The top level of a TOML file. Raises UserError for a file that is none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.content = _load(path)

    def allow(self, keys: Iterable[str]) -> None:
        known = list(keys)
        for key in self.content:
            if key not in known:
                raise UserError(f"{self.path}: unknown key {key!r} ({hint(key, known)})")

    def _get(self, key: str, kind: type, called: str) -> Any:
        value = self.content.get(key)
        if value is not None and (
            not isinstance(value, kind) or isinstance(value, bool) != (kind is bool)
        ):
            raise UserError(f"{self.path}: {key} must be {called}")
        return value

    def text(self, key: str) -> str | None:
        value = self._get(key, str, "a text that is not empty")
        if value is not None and not value.strip():
            raise UserError(f"{self.path}: {key} must be a text that is not empty")
        return None if value is None else str(value)

    def number(self, key: str) -> int | None:
        value = self._get(key, int, "a number from 1")
        if value is not None and value < 1:
            raise UserError(f"{self.path}: {key} must be a number from 1")
        return None if value is None else int(value)

    def flag(self, key: str, default: bool) -> bool:
        value = self._get(key, bool, "true or false")
        return default if value is None else bool(value)

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._get(key, list, "a list of texts") or []
        if not all(isinstance(item, str) and item for item in value):
            raise UserError(f"{self.path}: {key} must be a list of texts")
        return tuple(value)

    def table(self, key: str) -> dict[str, Any]:
        value = self._get(key, dict, f"written as [{key}]") or {}
        return dict(value)

    def tables(self, key: str) -> list[dict[str, Any]]:
        value = self._get(key, list, f"written as [[{key}]]") or []
        if not all(isinstance(item, dict) for item in value):
            raise UserError(f"{self.path}: {key} must be written as [[{key}]]")
        return value


def _load(path: Path) -> dict[str, Any]:
    try:
        if path.exists() and not path.is_file():
            raise UserError(f"{path} is no file: give the path of a manifest or profile")
        if path.stat().st_size > _LARGEST:
            raise UserError(f"{path} is larger than 1 MiB: this is no manifest or profile")
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is not TOML: {error}") from error
