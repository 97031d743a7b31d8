# SPDX-License-Identifier: GPL-2.0-or-later
"""What each rule means: ``checkers/NAME.toml`` beside the checker, one table a rule.

A table has ``what`` (is wrong), ``why`` (it matters), ``bad`` and ``good`` (an example of each)
and ``see`` (the kernel document, or the tool's manual, that says so). ``["*"]`` speaks for all
rules without a table, where they are another program's.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "checkers"


@dataclass(frozen=True, slots=True)
class Rule:
    """The text of one rule; ``bad`` and ``good`` are whole lines."""

    what: str
    why: str
    bad: str
    good: str
    see: str


@cache
def rules(checker: str) -> Mapping[str, Rule]:
    """Rule name to text, in the order of the file; empty where the checker has none.

    A table with an unknown or a missing key is a TypeError: the files are ours.
    """
    path = _FOLDER / f"{checker.replace('-', '_')}.toml"
    if not path.is_file():
        return {}
    tables = tomllib.loads(path.read_text("utf-8"))
    return {name: Rule(**{k: v.strip("\n") for k, v in t.items()}) for name, t in tables.items()}


def find(checker: str, rule: str) -> Rule | None:
    """The text of one rule, or that which speaks for all rules of the checker."""
    known = rules(checker)
    return known.get(rule) or known.get("*")
