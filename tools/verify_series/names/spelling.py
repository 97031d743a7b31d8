# SPDX-License-Identifier: GPL-2.0-or-later
"""The rule by which a table spells its names, where it has one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from functools import partial

from ..c.enums import common_prefix

#: Makes a name of an enumerator.
Spell = Callable[[str], str]

_FEWEST = 4  # names that agree; fewer are chance
_LETTERS: tuple[Callable[[str], str], ...] = (str, str.lower, str.capitalize, str.title)
_BETWEEN = ("_", "-", " ", "")


def rule(pairs: Mapping[str, str]) -> Spell | None:
    """What makes every name of its enumerator: the prefix cut, letters and dashes changed."""
    if len(pairs) < _FEWEST:
        return None
    return next(
        (
            spell
            for spell in _spells(list(pairs))
            if all(spell(name) == text for name, text in pairs.items())
        ),
        None,
    )


def matching(enumerators: Sequence[str], texts: Set[str]) -> dict[str, str]:
    """Each enumerator with its name, where all ``texts`` are enumerators' names by one rule."""
    for spell in _spells(enumerators) if len(texts) > 1 else ():
        spelled = {name: spell(name) for name in enumerators}
        if texts <= set(spelled.values()):
            return {name: text for name, text in spelled.items() if text in texts}
    return {}


def _spells(enumerators: Sequence[str]) -> Iterator[Spell]:
    for prefix in dict.fromkeys((common_prefix(list(enumerators)), "")):
        for letters in _LETTERS:
            for between in _BETWEEN:
                yield partial(_spell, prefix, letters, between)


def _spell(prefix: str, letters: Callable[[str], str], between: str, name: str) -> str:
    return letters(name.removeprefix(prefix).replace("_", " ")).replace(" ", between)
