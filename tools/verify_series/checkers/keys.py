# SPDX-License-Identifier: GPL-2.0-or-later
"""Turn the table of a check in checks/*.toml into a checker's typed specification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, TypeVar, get_type_hints

from ..model import UserError
from ..names_given import hint

T = TypeVar("T")

_WORDS: Mapping[Any, str] = {
    str: "a text that is not empty",
    bool: "true or false",
    tuple[str, ...]: "a list of texts",
    Mapping[str, str]: "a table of texts",
    Mapping[str, Any]: "a table",
    tuple[Mapping[str, Any], ...]: "a list of tables",
    tuple[Mapping[str, Any], ...] | None: "a list of tables",
}


def parse(kind: type[T], table: Mapping[str, Any]) -> T:
    """An object of the dataclass ``kind`` from ``table``, whose keys are its fields with dashes.

    Fields have one of the types in ``_WORDS``; one without a default is a key that must be there.
    Raises UserError for a key that is unknown, missing, or of another type.
    """
    types = get_type_hints(kind)
    known = {f.name.replace("_", "-"): f for f in fields(kind)}  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            raise UserError(f"unknown key {key!r} ({hint(key, known)})")
        wanted = types[known[key].name]
        if not _fits(value, wanted):
            raise UserError(f"{key} must be {_WORDS[wanted]}")
        values[known[key].name] = tuple(value) if isinstance(value, list) else value
    for key, f in known.items():
        if f.name not in values and f.default is MISSING and f.default_factory is MISSING:
            raise UserError(f"{key} is missing")
    return kind(**values)


def _fits(value: Any, wanted: Any) -> bool:
    if wanted is str:
        return isinstance(value, str) and value != ""
    if wanted is bool:
        return isinstance(value, bool)
    if wanted == tuple[str, ...]:
        return isinstance(value, list) and all(isinstance(v, str) for v in value)
    if wanted == Mapping[str, str]:
        return isinstance(value, dict) and all(isinstance(v, str) for v in value.values())
    if wanted == Mapping[str, Any]:
        return isinstance(value, dict)
    return isinstance(value, list) and all(isinstance(v, dict) for v in value)
