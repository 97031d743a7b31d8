# SPDX-License-Identifier: GPL-2.0-or-later
"""What is to be expected of names that are new: of a whole table, or of new enumerators."""

from __future__ import annotations

from ..c.enums import common_prefix
from .quiet import is_nothing, quiet_names
from .reading import Reading
from .rule import NEARLY, Known
from .spelling import matching, rule


def of_new_table(reading: Reading) -> Known:
    """What a table that no tree had before ought to say.

    Where its names are spelled as the enumerators are, in whatever order, each belongs to its
    own; else they are taken as they stand. A list without designators is to have all names; any
    other may leave enumerators out, and only a single one among many is thought to be forgotten.
    """
    texts = {named.text for named in (*reading.names.values(), *reading.loose)}
    texts |= {named.text for _, named in reading.extra}
    members = [e.name for e in reading.enumerators]
    spelled = matching(members, texts)
    names = spelled or {name: named.text for name, named in reading.names.items()}
    known = Known(names=names, enumerators=set(names), named=len(names))
    for last in members[-1:]:  # none where an #if leaves the enum empty
        if not spelled and is_nothing(last, common_prefix(members)):
            known.enumerators.add(last)  # what ends the enum is to have no name
            known.names.pop(last, None)
    if not reading.array or reading.designated:
        quiet = quiet_names(reading)
        missing = [e for e in members if e not in quiet and e not in names]
        if len(missing) > NEARLY * len(members):
            known.enumerators = set(members)
        known.unnamed = 1  # a warning, no error
    return known


def of_new_names(known: Known, reading: Reading) -> None:
    """Let ``known`` have the names of new enumerators that follow the rule of all others, as far
    as they stand anywhere in the table."""
    spell = rule(known.names)
    if spell is None:
        return
    old = set(known.names.values())
    texts = {named.text for named in (*reading.names.values(), *reading.loose)} - old
    for e in reading.enumerators:
        if e.name not in known.enumerators and spell(e.name) in texts:
            known.names.setdefault(e.name, spell(e.name))
