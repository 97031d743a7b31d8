# SPDX-License-Identifier: GPL-2.0-or-later
"""Names that the user gives: the right one, or the nearest that there is."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from .model import UserError


def nearest(word: str, known: Iterable[str]) -> str:
    """``, did you mean X?`` where one of ``known`` is much like ``word``, else nothing."""
    found = difflib.get_close_matches(word, list(known), 1)
    return f", did you mean {found[0]}?" if found else ""


def one_of(word: str, known: Iterable[str], what: str) -> str:
    """``word`` if it is known; else UserError with the nearest name and all there are."""
    names = list(known)
    if word in names:
        return word
    hint = nearest(word, names)
    raise UserError(f"there is no {what} {word!r}{hint} (there are: {', '.join(names)})")
