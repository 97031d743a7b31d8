# SPDX-License-Identifier: GPL-2.0-or-later
"""Names that the user gives: the right one, or the nearest that there is."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from .model import UserError


def hint(word: str, known: Iterable[str]) -> str:
    """``did you mean X?`` where one of ``known`` is much like ``word``, else all of them."""
    names = list(known)
    near = difflib.get_close_matches(word, names, 1)
    return f"did you mean {near[0]}?" if near else f"known: {', '.join(names)}"


def one_of(word: str, known: Iterable[str], what: str) -> str:
    """``word`` if it is known; else UserError with the hint."""
    names = list(known)
    if word in names:
        return word
    raise UserError(f"there is no {what} {word!r} ({hint(word, names)})")
