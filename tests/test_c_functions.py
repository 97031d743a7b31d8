# SPDX-License-Identifier: GPL-2.0-or-later
"""Functions and their types."""

from __future__ import annotations

import pytest

from verify_series.c.enums import split
from verify_series.c.functions import find_functions, parameters, prototype
from verify_series.c.lexer import lex
from verify_series.c.source import read_source


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("int f(void);", ["f: int (void)"]),
        ("int f(int a)\n{\n\treturn g(a);\n}", ["f{}: int (int)"]),
        ("static inline void f(void) { }", ["static f{}: void (void)"]),
        ("extern struct s *f(void) __attribute__((pure));", ["f: struct s * (void)"]),
        ("int __init f(void) { { } } int g(void);", ["f{}: int (void)", "g: int (void)"]),
        ("__printf(1, 2) void f(const char *fmt, ...);", ["f: void (const char *, ...)"]),
        ("struct s { int a; int (*op)(int); }; int f(void);", ["f: int (void)"]),
        ("EXPORT_SYMBOL(f);\nMODULE_X(a)\nint f(void);", ["f: int (void)"]),
        ("SYSCALL_DEFINE1(x, int, a)\n{\n}\nint f(void);", ["f: int (void)"]),
        ("typedef int f(void); int x = g(1); static int a[] = { h(1) };", []),
        ("int (*p)(int);", []),
        ("int f(", []),
    ],
)
def test_find(text: str, expected: list[str]) -> None:
    found = find_functions(read_source("a.c", text.encode()))
    assert [
        f"{'static ' if f.static else ''}{f.name}{'{}' if f.defined else ''}: {f.prototype}"
        for f in found
    ] == expected


def test_conditions_and_lines() -> None:
    text = "#ifdef A\nint\nf(void)\n{\n}\n#else\nstatic int f(void) { }\n#endif\nint g(void);"
    found = find_functions(read_source("a.c", text.encode()))
    assert [(f.name, f.line, len(f.when)) for f in found] == [("f", 3, 1), ("f", 7, 1), ("g", 9, 0)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("int a", "int"),
        ("const int a", "int"),
        ("unsigned a", "unsigned int"),
        ("long unsigned int a", "unsigned long"),
        ("short int", "signed short"),
        ("char const *a", "const char *b"),
        ("const char *const a", "const char *"),
        ("char **a", "char *a[]"),
        ("char *a[4]", "char **"),
        ("struct s *a", "struct s *"),
        ("u32 a", "u32"),
        ("bool a", "_Bool"),
        ("int a __maybe_unused", "int a"),
        ("int a __counted", "int a"),
        ("__be32 a", "__be32"),
        ("void (*f)(int)", "void (*)(int)"),
        ("enum e a", "enum e"),
    ],
)
def test_the_same_type(one: str, other: str) -> None:
    types = [str(prototype(lex("int")[0], split(lex(text)[0]))) for text in (one, other)]
    assert types[0] == types[1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("int a", "long a"),
        ("int a", "unsigned a"),
        ("char *a", "const char *a"),
        ("char *a", "char **a"),
        ("struct s *a", "struct t *a"),
        ("struct s *a", "union s *a"),
        ("u32 a", "u64 a"),
        ("char __user *a", "char *a"),
        ("void (*f)(int)", "void (*f)(long)"),
        ("int", "int, int"),
        ("int", "void"),
    ],
)
def test_different_types(one: str, other: str) -> None:
    types = [str(prototype(lex("int")[0], split(lex(text)[0]))) for text in (one, other)]
    assert types[0] != types[1]


def test_the_names_of_parameters() -> None:
    text = (
        "int __nocfi f(const struct s *a, u32 b, struct t, unsigned long, char *c[], __be32 d,"
        " int e __maybe_unused, void (*g)(int), struct u *const h, const char *, unsigned i);"
    )
    (function,) = find_functions(read_source("a.c", text.encode()))
    assert function.prototype.result == "int"
    assert parameters(function) == {
        "a": "const struct s *",
        "b": "u32",
        "c": "char **",
        "d": "__be32",
        "e": "int",
        "h": "struct u *",
        "i": "unsigned int",
    }
