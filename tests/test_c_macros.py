# SPDX-License-Identifier: GPL-2.0-or-later
"""Macro expansion."""

from __future__ import annotations

import pytest

from verify_series.c import Unreadable
from verify_series.c.lexer import Token, lex
from verify_series.c.macros import expand
from verify_series.c.source import read_source


def tokens(macros: str, text: str) -> list[Token]:
    known = {name: found[-1] for name, found in read_source("a.h", macros.encode()).macros.items()}
    return expand(lex(text)[0], lambda token: known.get(token.text))


def expanded(macros: str, text: str) -> str:
    return " ".join(token.text for token in tokens(macros, text))


@pytest.mark.parametrize(
    ("macros", "text", "expected"),
    [
        ("#define A 1 + B\n#define B 2", "A * A", "1 + 2 * 1 + 2"),
        ("#define A A + 1", "A", "A + 1"),
        ("#define A B\n#define B A", "A", "A"),
        ("#define F(x) [x]", "F(a) F F (b)", "[ a ] F [ b ]"),
        ("#define F(x, y) y x", "F((a, b), c)", "c ( a , b )"),
        ("#define F(x) [x]\n#define A 1", "F(F(A))", "[ [ 1 ] ]"),
        ("#define F() 1", "F()", "1"),
        ("#define S(x) #x", "S( a  +b )", '"a +b"'),
        ("#define S(x) #x\n#define A 1", "S(A)", '"A"'),
        ("#define T(x) S(x)\n#define S(x) #x\n#define A 1", "T(A)", '"1"'),
        (r"#define S(x) #x", r'S("a\n")', r'"\"a\\n\""'),
        ("#define P(x) PRE_##x", "P(A)", "PRE_A"),
        ("#define P(x, y) x##y##_z", "P(a, 1)", "a1_z"),
        ("#define P(x, y) x##y", "P(, b) P(a,) P(,)", "b a"),
        ("#define E(x) [PRE_##x] = #x", "E(A), E(B)", '[ PRE_A ] = "A" , [ PRE_B ] = "B"'),
        ("#define V(f, ...) p(f, ##__VA_ARGS__)", "V(1) V(1, 2, 3)", "p ( 1 ) p ( 1 , 2 , 3 )"),
        ("#define V(x...) q(x)", "V() V(1, 2)", "q ( ) q ( 1 , 2 )"),
        ("#define L(X) X(a) X(b)\n#define X(n) #n,", "L(X)", '"a" , "b" ,'),
        ("#define F(x) x", "F(a", "F ( a"),
        ("#define F G\n#define G(x) [x]", "F(a)", "[ a ]"),
        ("#define A B(A)\n#define B(x) x x", "A", "A A"),
        ("#define S(x...) #x", "S(a , b)", '"a , b"'),
    ],
)
def test_expansion(macros: str, text: str, expected: str) -> None:
    assert expanded(macros, text) == expected


def test_tokens_carry_the_line_of_the_invocation() -> None:
    found = tokens("\n\n#define F(x) x + 1", "a\nF(\n\nb)")
    assert [(t.text, t.line) for t in found] == [("a", 1), ("b", 2), ("+", 2), ("1", 2)]


@pytest.mark.parametrize(
    ("macros", "text", "message"),
    [
        ("#define F(x) x", "F(1, 2)", "F is given 2 arguments, but takes 1"),
        (
            "".join(f"#define A{i} A{i + 1}\n" for i in range(99)),
            "A0",
            "the macros around A61 nest too deep",
        ),
        (
            "#define A0 a a a a a a a a\n"
            + "".join(f"#define A{i + 1} " + f"A{i} " * 8 + "\n" for i in range(9)),
            "A9",
            "the expansion of A4 is too long",
        ),
    ],
)
def test_what_does_not_end(macros: str, text: str, message: str) -> None:
    with pytest.raises(Unreadable) as caught:
        expanded(macros, text)
    assert str(caught.value) == message
