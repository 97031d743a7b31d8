# SPDX-License-Identifier: GPL-2.0-or-later
"""Files with their branches, brackets and macros."""

from __future__ import annotations

from verify_series.c.conditions import Defined, Expression, Not
from verify_series.c.source import Source, read_source


def read(text: str) -> Source:
    return read_source("a.c", text.encode())


def under(source: Source, text: str) -> list[str]:
    """The branches around a token, as ``A`` or ``!A``."""
    index = next(i for i, token in enumerate(source.tokens) if token.text == text)
    words = []
    for branch in source.when[index]:
        test, holds = branch.test, branch.holds
        if isinstance(test, Not):
            test, holds = test.test, not holds
        assert isinstance(test, Defined | Expression)
        name = test.name if isinstance(test, Defined) else test.text
        words.append(name if holds else f"!{name}")
    return words


def test_each_token_knows_its_branches() -> None:
    source = read(
        "a\n#ifdef A\nb\n#if B > 1\nc\n#endif\n#elif defined(C)\nd\n#else\ne\n#endif\nf\n"
    )
    assert under(source, "a") == []
    assert under(source, "b") == ["A"]
    assert under(source, "c") == ["A", "B > 1"]
    assert under(source, "d") == ["!A", "C"]
    assert under(source, "e") == ["!A", "!C"]
    assert under(source, "f") == []


def test_what_no_configuration_sees_is_left_out() -> None:
    source = read("#if 0\nit's {\n#else\na\n#endif\n#if 1\nb\n#else\nc {\n#endif\n")
    assert [t.text for t in source.tokens] == ["a", "b"]
    assert not source.closes


def test_an_include_guard_is_no_condition() -> None:
    assert under(read("#include <x.h>\n#ifndef G\n#define G\na\n#endif\n"), "a") == []
    assert under(read("#if !defined(G)\n#define G\na\n#endif /* G */\n"), "a") == []
    assert under(read("#ifndef D\n#define D 1\na\n#endif\nb\n"), "a") == ["!D"]
    assert under(read("#ifndef D\n#define D\na\n#endif\n#ifdef A\n#endif\n"), "a") == ["!D"]


def test_brackets_pair_as_with_the_first_branch() -> None:
    source = read(
        "#ifdef A\nif (a) {\n#else\nif (b) {\n#endif\nc; }\n{ d(\n#ifdef A\n1)\n#endif\n}"
    )
    pairs = {
        (source.tokens[a].line, source.tokens[b].line)
        for a, b in source.closes.items()
        if source.tokens[a].text == "{"
    }
    assert pairs == {(2, 6), (7, 11)}
    assert source.opens == {b: a for a, b in source.closes.items()}


def test_brackets_that_do_not_pair_do_no_harm() -> None:
    source = read(") } ] ( { ] a )")
    assert [(source.tokens[a].text, b) for a, b in source.closes.items()] == [("(", 7)]
    read("#endif\n#else\n#elif X\n#if\n#ifdef\n#define\n#undef\n#include\n")


def test_macros() -> None:
    source = read(
        "#define A 1\n#define B (x)\n#define F(x, y) x\n#define V(x, ...) x\n"
        "#define G(rest...) rest\n#define N() n\n#undef A\n#include <linux/x.h>\n"
    )
    found = {
        name: [(m.parameters, m.variadic, m.body and [t.text for t in m.body]) for m in macros]
        for name, macros in source.macros.items()
    }
    assert found == {
        "A": [(None, False, ["1"]), (None, False, None)],
        "B": [(None, False, ["(", "x", ")"])],
        "F": [(("x", "y"), False, ["x"])],
        "V": [(("x", "__VA_ARGS__"), True, ["x"])],
        "G": [(("rest",), True, ["rest"])],
        "N": [((), False, ["n"])],
    }
    assert source.includes == {8: "<linux/x.h>"}
