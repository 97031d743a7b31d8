# SPDX-License-Identifier: GPL-2.0-or-later
"""Enums and the values of their enumerators."""

from __future__ import annotations

import pytest

from verify_series.c import Unreadable
from verify_series.c.enums import find_enums, read_enum
from verify_series.c.source import read_source
from verify_series.c.view import View


def enumerators(*texts: str, **given: bool) -> dict[str, int]:
    """Those of the last enum of the last text, which includes the ones before it."""
    sources = [read_source(f"{i}.h", text.encode()) for i, text in enumerate(texts)]
    enum = find_enums(sources[-1])[-1]
    return {e.name: e.value for e in read_enum(View(sources, given), enum)}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("enum a { A };", [("a",)]),
        ("enum { A } x;", [()]),
        ("typedef enum { A } t;", [("t",)]),
        ("typedef enum a { A } t;", [("a", "t")]),
        ("enum __packed a { A };", [("a",)]),
        ("enum __attribute__((packed)) { A };", [()]),
        ("enum a : u8 { A };", [("a",)]),
        ("enum a; enum a f(enum a x); struct { enum a { A } m; };", [("a",)]),
        ("/* enum a { A }; */ #define enum a { A }", []),
        ("enum a", []),
    ],
)
def test_find(text: str, names: list[tuple[str, ...]]) -> None:
    found = find_enums(read_source("a.h", text.replace("#", "\n#").encode()))
    assert [enum.names for enum in found] == names


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("A, B, C", {"A": 0, "B": 1, "C": 2}),
        ("A = 5, B, C = 1, D,", {"A": 5, "B": 6, "C": 1, "D": 2}),
        ("A = -2, B, C", {"A": -2, "B": -1, "C": 0}),
        ("A = 1 << 4, B = A | 3, C", {"A": 16, "B": 19, "C": 20}),
        ("A = 'x', B = BIT(3), C = _BITULL(4)", {"A": 120, "B": 8, "C": 16}),
        ("A __deprecated, B __attribute__((unused)) = 4", {"A": 0, "B": 4}),
        ("", {}),
    ],
)
def test_values(body: str, expected: dict[str, int]) -> None:
    assert enumerators(f"enum a {{ {body} }};") == expected


def test_values_of_other_enums_and_macros() -> None:
    header = "enum { X = 3, Y };\n#define SHIFT 2\n"
    text = "enum a { A = Y << SHIFT };\nenum b { Z = A + 1 };"
    assert enumerators(header, text) == {"Z": 17}


def test_the_style_of_uapi_headers() -> None:
    assert enumerators("enum {\n A = 1,\n#define A A\n B,\n#define B B\n};") == {"A": 1, "B": 2}


def test_branches() -> None:
    text = "enum {\nA,\n#ifdef X\nB,\n#else\nC = 7,\n#endif\nD };"
    assert enumerators(text, X=True) == {"A": 0, "B": 1, "D": 2}
    assert enumerators(text, X=False) == {"A": 0, "C": 7, "D": 8}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("enum {\nA = B };", "the value of A at 0.h:2 needs B, which 0.h does not define"),
        ("enum { A = A };", "the value of A at 0.h:1 needs A, which 0.h does not define"),
        ("enum {\nF(A) };", "cannot expand F in the enum at 0.h:2"),
        ("enum { 1 };", "cannot expand 1 in the enum at 0.h:1"),
        ("\nenum {\n#ifdef A\nB };\n#else\nC };\n#endif", "an #if cuts through the enum at 0.h:2"),
        ("enum { A = B };\nenum { B = A };", "the value of A at 0.h:1 needs B"),
    ],
)
def test_what_cannot_be_read(text: str, message: str) -> None:
    with pytest.raises(Unreadable) as caught:
        enumerators(text)
    assert str(caught.value).startswith(message)
