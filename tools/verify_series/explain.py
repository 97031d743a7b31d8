# SPDX-License-Identifier: GPL-2.0-or-later
"""The text of ``--explain NAME`` and ``--explain NAME/RULE``."""

from __future__ import annotations

import inspect
import textwrap

from .checkers import REGISTRY, load
from .names_given import one_of
from .rules import Rule, find, rules

_WIDTH = 72


def explain(word: str) -> str:
    """What a checker looks for and its rules, or one rule: what, why, Bad, Good, who says so.

    Raises UserError, with the nearest name, where there is no such checker or rule.
    """
    checker, _, name = word.partition("/")
    one_of(checker, REGISTRY, "checker")
    if not name:
        about = inspect.cleandoc(load(checker).__doc__ or "")
        known = ", ".join(rule for rule in rules(checker) if rule != "*")
        more = f"--explain {checker}/RULE tells about one rule: {known or 'any of them'}"
        return f"{about}\n\n{textwrap.fill(more, _WIDTH, break_on_hyphens=False)}\n"
    rule = find(checker, name)
    if rule is None:
        one_of(name, rules(checker), f"rule of {checker}")
    assert rule
    return _rule(f"{checker}/{name}", rule)


def _rule(title: str, rule: Rule) -> str:
    paragraphs = [
        title,
        textwrap.fill(rule.what, _WIDTH),
        textwrap.fill(rule.why, _WIDTH),
        "Bad::",
        textwrap.indent(rule.bad, "    "),
        "Good::",
        textwrap.indent(rule.good, "    "),
        textwrap.fill(f"See {rule.see}", _WIDTH, break_on_hyphens=False, break_long_words=False),
    ]
    return "\n\n".join(paragraphs) + "\n"
