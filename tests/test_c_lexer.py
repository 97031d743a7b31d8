# SPDX-License-Identifier: GPL-2.0-or-later
"""Tokens, lines and directives of C text."""

from __future__ import annotations

import pytest

from verify_series.c.lexer import decode, lex, retoken


def texts(text: str) -> list[str]:
    return [token.text for token in lex(text)[0]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a->b>>=c...d", ["a", "->", "b", ">>=", "c", "...", "d"]),
        ("0x1fUL 1.5e+3 .5f", ["0x1fUL", "1.5e+3", ".5f"]),
        (r'"a\"b" L"c" u8"d"', [r'"a\"b"', 'L"c"', 'u8"d"']),
        (r"'\'' '\n' L'x'", [r"'\''", r"'\n'", "L'x'"]),
        ('a /* "no */ b // "no\nc', ["a", "b", "c"]),
        ('"/* a string */"', ['"/* a string */"']),
        ('it isn"t C @ all', ["it", "isn", '"', "t", "C", "@", "all"]),
        ("a /* never ends", ["a"]),
        ("", []),
        ("größe µs", ["größe", "µs"]),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


def test_lines_count_through_comments_and_continued_lines() -> None:
    tokens, _ = lex('a\n/* one\n two */ b\nc \\\n  d\n"x\\\ny" e\n')
    assert [(t.text, t.line) for t in tokens] == [
        ("a", 1),
        ("b", 3),
        ("c", 4),
        ("d", 5),
        ('"xy"', 6),
        ("e", 7),
    ]


def test_directives_stand_apart() -> None:
    tokens, directives = lex("a\n#define F(x) \\\n  x /* c\n c */ y\n  # if 1 // c\nb # c\n#")
    assert [t.text for t in tokens] == ["a", "b", "#", "c"]
    found = [(d.name, [t.text for t in d.body], d.line, d.at) for d in directives]
    assert found == [
        ("define", ["F", "(", "x", ")", "x", "y"], 2, 1),
        ("if", ["1"], 5, 1),
        ("", [], 7, 4),
    ]


def test_white_space_before_a_token_is_known() -> None:
    tokens, _ = lex("a b/**/c(\nd)")
    assert [t.text for t in tokens if t.spaced] == ["a", "b", "c", "d"]


def test_any_bytes_decode() -> None:
    assert decode(b"a\r\nb") == "a\nb"
    assert decode("\ufeffä".encode()) == "ä"
    assert decode(b"\xe4") == "ä"
    every = decode(bytes(range(256)))
    assert len(every) == 256
    lex(every)


def test_retoken() -> None:
    assert retoken("AB1", 3, False).kind == "name"
    assert retoken("1e", 3, False).kind == "number"
    assert retoken("+x", 3, False).kind == "punct"
