# SPDX-License-Identifier: GPL-2.0-or-later
"""What a piece of a file says, to tell whether a patch changes it: tokens, #if lines, macros."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..c.conditions import Defined, Either, Not, Test
from ..c.enums import Enum
from ..c.lexer import Token
from ..c.source import Condition, Macro, Region, Source
from .sites import Site

#: Texts that are equal where, and only where, two pieces say the same; lines do not count.
Text = tuple[object, ...]


def of_enum(enum: Enum) -> Text:
    """What an enum, or a family of macros, says."""
    source = enum.source
    if enum.body:
        return _region(enum.body)
    return tuple(_macro(macro) for macro in enum.macros) + _macros(
        source, (t for macro in enum.macros for t in macro.body or ())
    )


def of_site(site: Site) -> Text:
    """What a site says, of an array its size as well."""
    if site.region is None:
        tokens = site.raw()
        return (*(t.text for t in tokens), _when(site.when), *_macros(site.source, tokens))
    size = _region(site.table.size) if site.table and site.table.size else ()
    return (*size, *_region(site.region))


def of_macro(several: Iterable[Macro]) -> Text:
    """What all definitions of a macro say."""
    return tuple(_macro(macro) for macro in several)


def _region(region: Region) -> Text:
    source = region.source
    inside = range(region.start, region.end)
    tokens = [source.tokens[i] for i in inside]
    said = tuple((source.tokens[i].text, _when(source.when[i])) for i in inside)
    return said + _macros(source, tokens)


def _macros(source: Source, tokens: Iterable[Token]) -> Text:
    """The macros of the file that the tokens name, and what these are made of."""
    found: dict[str, Text] = {}
    pending = [t.text for t in tokens if t.kind == "name"]
    while pending:
        name = pending.pop()
        if name in source.macros and name not in found:
            found[name] = of_macro(source.macros[name])
            pending += [t.text for m in source.macros[name] for t in m.body or ()]
    return tuple(sorted(found.items()))


def _macro(macro: Macro) -> Text:
    body = None if macro.body is None else tuple(token.text for token in macro.body)
    return macro.name, macro.parameters, body, _when(macro.when)


def _when(condition: Condition) -> Text:
    return tuple((branch.holds, *_test(branch.test)) for branch in condition)


def _test(test: Test) -> Iterator[object]:
    if isinstance(test, Not):
        yield "!"
        yield from _test(test.test)
    elif isinstance(test, Either):
        yield "&&" if test.every else "||"
        for part in test.tests:
            yield tuple(_test(part))
    else:
        yield test.name if isinstance(test, Defined) else test.text


def words(text: object) -> set[str]:
    """All words of such a text."""
    if isinstance(text, str):
        return {text}
    return set().union(*map(words, text)) if isinstance(text, tuple) else set()
