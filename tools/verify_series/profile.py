# SPDX-License-Identifier: GPL-2.0-or-later
"""``checks/*.toml``: what to verify in a subsystem."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .checkers import ONE_TABLE, REGISTRY, UNDECLARED, load
from .declared import Declaration, folder
from .model import UserError

_KEYS = ("subsystem", "title", "paths")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to verify: a checker and, typed by itself, what it is to look at."""

    checker: str
    name: str
    spec: Any


@dataclass(frozen=True, slots=True)
class Profile:
    """The checks of one subsystem; ``paths`` are the files and folders it is about."""

    subsystem: str
    title: str
    paths: tuple[str, ...]
    checks: tuple[Check, ...]

    def concerns(self, touched: Iterable[str]) -> bool:
        """Whether one of the touched paths is one of the profile's, or below it."""
        folders = tuple(f"{path.rstrip('/')}/" for path in self.paths)
        return any(path in self.paths or path.startswith(folders) for path in touched)


def profiles() -> tuple[Profile, ...]:
    """Every profile in checks/."""
    return tuple(read_profile(path) for path in sorted(folder("checks").glob("*.toml")))


def read_profile(path: Path) -> Profile:
    """Read one profile: ``subsystem``, ``title``, ``paths``, and an array of tables a checker;
    a single table for one that executes, which then sees all of the profile.

    Raises UserError for an unknown key or a wrong type, also of the checkers' own.
    """
    table = Declaration(path)
    declared = [checker for checker in REGISTRY if checker not in UNDECLARED]
    for checker in UNDECLARED:
        if checker in table.content:
            raise UserError(f"{path}: {checker} runs on every series, so it is not declared")
    table.allow([*_KEYS, *declared])
    subsystem = table.text("subsystem") or path.stem
    paths = table.texts("paths")
    if not paths:
        raise UserError(
            f"{path}: paths is missing: the files and folders that the checks are about"
        )
    checks = []
    for checker in declared:
        if checker in ONE_TABLE:
            if checker in table.content:
                table.table(checker)
                try:
                    spec = load(checker).parse(table.content)
                except UserError as error:
                    raise UserError(f"{path}: [{checker}]: {error}") from error
                checks.append(Check(checker, f"{subsystem}: {checker}", spec))
            continue
        for number, entry in enumerate(table.tables(checker), 1):
            try:
                if not entry:
                    raise UserError("it says nothing")
                spec = load(checker).parse(entry)
            except UserError as error:
                raise UserError(f"{path}: [[{checker}]] number {number}: {error}") from error
            checks.append(Check(checker, f"{subsystem}: {spec.name}", spec))
    return Profile(subsystem, table.text("title") or subsystem, paths, tuple(checks))
