# SPDX-License-Identifier: GPL-2.0-or-later
"""The text of ``--explain NAME`` and ``--explain NAME/RULE``."""

from __future__ import annotations

import inspect
import re
import textwrap

from .checkers import REGISTRY, load
from .names_given import one_of
from .report.inert import printable
from .rules import Rule, find, rules
from .tree import Tree

_WIDTH = 72


#: Where the kernel tells the types of checkpatch, each as ``**TYPE**`` with its text below.
_TYPES = "Documentation/dev-tools/checkpatch.rst"


def explain(word: str, tree: Tree | None = None) -> str:
    """What a checker looks for and its rules, or one rule: what, why, Bad, Good, who says so.

    With ``tree``, a type of checkpatch has what that tree's own document says of it. Raises
    UserError, with the nearest name, where there is no such checker or rule.
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
    said = _passage(tree, name) if tree and checker == "checkpatch" else ""
    return _rule(f"{checker}/{name}", rule) + said


def _passage(tree: Tree, name: str) -> str:
    document = tree.ask("show", f"HEAD:{_TYPES}")
    text = re.search(rf"(?m)^ *\*\*{re.escape(name)}\*\*\n((?:\n|    .*\n)+)", document)
    if not text:
        return ""
    lines = textwrap.dedent(text[1]).strip("\n").split("\n")
    shown = "\n".join(printable(line) for line in lines)
    return f"\n{_TYPES} of {printable(tree.name)} says::\n\n{textwrap.indent(shown, '    ')}\n"


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
