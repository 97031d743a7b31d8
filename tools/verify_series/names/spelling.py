# SPDX-License-Identifier: GPL-2.0-or-later
"""The rule by which a table spells its names, where it has one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .rule import common_prefix

_FEWEST = 4  # names that agree; fewer are chance
_LETTERS: tuple[Callable[[str], str], ...] = (str, str.lower, str.capitalize, str.title)
_BETWEEN = ("_", "-", " ", "")


def rule(pairs: Mapping[str, str]) -> Callable[[str], str] | None:
    """What makes every name of its enumerator: the prefix cut, letters and dashes changed."""
    if len(pairs) < _FEWEST:
        return None
    shared = common_prefix(list(pairs))
    for prefix in dict.fromkeys((shared, "")):
        for letters in _LETTERS:
            for between in _BETWEEN:

                def spell(
                    name: str,
                    prefix: str = prefix,
                    letters: Callable[[str], str] = letters,
                    between: str = between,
                ) -> str:
                    return letters(name.removeprefix(prefix).replace("_", " ")).replace(
                        " ", between
                    )

                if all(spell(name) == text for name, text in pairs.items()):
                    return spell
    return None
