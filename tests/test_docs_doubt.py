# SPDX-License-Identifier: GPL-2.0-or-later
"""Which findings are certain although sources were left out."""

from __future__ import annotations

import pytest

from snapshots import apply
from verify_series.docs import doubt, scope, warnings
from verify_series.docs.scan import scan_text
from verify_series.docs.unshown import Unshown
from verify_series.model import Finding, Severity

SPRING = """\
/**
 * DOC: Spring
 *
 * .. _toy_spring:
 *
 * A reference [1]_ and `the
 * key <https://example.org>`_ of the wheel. Of [Steel]_, says |maker|.
 *
 * The Box
 * *******
 *
 * .. |maker| replace:: the maker
 * .. [Steel] A book.
 * .. role:: loud
 */
"""
SOURCES = {"spring.c": SPRING, "wheel.c": "/**\n * wheel() - Turn the box.\n */\n"}
DOCUMENTS = {
    "Documentation/a.rst": "A\n=\n\n.. kernel-doc:: spring.c\n",
    "Documentation/b.rst": "B\n=\n\n.. kernel-doc:: wheel.c\n",
}
TREE = {**SOURCES, **DOCUMENTS}
SCOPE = scope.find(
    apply(TREE, TREE), {p: scan_text(p, text) for p, text in DOCUMENTS.items()}, frozenset()
)


def shown_after_all(rule: str, message: str) -> set[str]:
    found = Finding("docs", rule, Severity.ERROR, "Documentation/a.rst", 1, message)
    unshown = Unshown(frozenset(SOURCES))
    return set(SOURCES.keys() - doubt.still_unshown([found], unshown, SCOPE).paths)


@pytest.mark.parametrize(
    ("rule", "message", "expected"),
    [
        ("kernel-doc", "Function parameter 'wheel' not described in 'turn'", set()),
        ("undefined-label", "undefined label: 'no_spring'", set()),
        ("undefined-label", "undefined label: 'toy_spring'", {"spring.c"}),
        ("undefined-label", "undefined label: 'spring'", {"spring.c"}),
        ("undefined-label", "undefined label: 'wheel'", set()),  # only mentioned
        ("undefined-label", "undefined label: 'toys/index:The Box'", {*SOURCES}),
        ("unknown-target", 'Unknown target name: "the key".', {"spring.c"}),
        ("unknown-target", 'Unknown target name: "the box".', {"spring.c"}),
        ("unknown-target", 'Unknown target name: "turn".', set()),
        ("unknown-term", "term not in glossary: 'wheel'", {*SOURCES}),
        ("citation", "citation not found: Steel", {"spring.c"}),
        ("citation", "Citation [Steel] is not referenced.", {"spring.c"}),
        ("citation", "citation not found: wheel", set()),
        ("substitution", 'Undefined substitution referenced: "maker".', {"spring.c"}),
        ("role", 'Unknown interpreted text role "loud".', {"spring.c"}),
        ("role", 'Unknown interpreted text role "spring".', set()),
        ("footnote-unreferenced", "Footnote [#] is not referenced.", {"spring.c"}),
        ("unknown-target", "Anonymous hyperlink mismatch: 1 references but 0 targets.", {*SOURCES}),
        ("section", "Inconsistent title style: skip from level 2 to 4.", {"spring.c"}),
        ("transition", "Document or section may not begin with a transition.", {"spring.c"}),
        ("other", "something new", {*SOURCES}),
    ],
)
def test_what_must_be_shown(rule: str, message: str, expected: set[str]) -> None:
    assert shown_after_all(rule, message) == expected


def test_one_finding_in_doubt_is_enough() -> None:
    found = [
        Finding("docs", rule, Severity.ERROR, "a.rst", 1, "'wheel'")
        for rule in ("kernel-doc", "unknown-term", "table")
    ]
    unshown = Unshown(frozenset(SOURCES))
    assert doubt.still_unshown(found, unshown, SCOPE) == Unshown()
    assert doubt.still_unshown([], unshown, SCOPE) == unshown


def test_what_a_document_shows_around_a_title_in_a_source() -> None:
    text = "Inconsistent title style: skip from level 2 to 4."
    found = Finding("docs", "section", Severity.ERROR, "wheel.c", 1, text)
    unshown = Unshown(frozenset(SOURCES))
    assert doubt.still_unshown([found], unshown, SCOPE).paths == {"spring.c"}


def test_every_rule_is_one_that_exists() -> None:
    rules = {rule for rule, _ in warnings._RULES} | {"kernel-doc"}
    assert rules >= doubt._CERTAIN | doubt._NEIGHBOURS | doubt._DEFINITION.keys()
