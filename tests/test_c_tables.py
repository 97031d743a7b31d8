# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables of names."""

from __future__ import annotations

import pytest

from verify_series.c import Unreadable
from verify_series.c.enums import find_enums, read_enum
from verify_series.c.source import read_source
from verify_series.c.tables import find_tables, read_table
from verify_series.c.view import View


def names(text: str, **given: bool) -> tuple[list[tuple[int, str | None]], int | None]:
    """Indexes and strings of the first table, and its size."""
    source = read_source("a.c", text.encode())
    view = View((source,), given)
    enumerators = [e for enum in find_enums(source) for e in read_enum(view, enum)]
    found = read_table(view, find_tables(source)[0], enumerators)
    return [(entry.index, entry.text) for entry in found.entries], found.size


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('static const char *const n[] = { "a" };', ["n"]),
        ('char n[2][8] = { "a" }, *m[] = { "b" };', ["n", "m"]),
        ('const char *n[MAX] __initconst __section(".x") = { "a" };', ["n"]),
        ('void f(void)\n{\n\tstatic const char *n[] = { "a" };\n}', ["n"]),
        ("int n[]; int m[3]; int x = { 1 }; n[0] = 3; struct s t = { .a = { 1 } };", []),
        ("const char *n[] = OTHER;", []),
        ("n[ = {} ] = {", []),
    ],
)
def test_find(text: str, expected: list[str]) -> None:
    assert [table.name for table in find_tables(read_source("a.c", text.encode()))] == expected


ENUM = "enum { A, B, C, MAX };\n"


@pytest.mark.parametrize(
    ("table", "entries", "size"),
    [
        ('n[MAX] = { "a", "b" }', [(0, "a"), (1, "b")], 3),
        ('n[] = { "a", NULL, 0, (void *)0, }', [(0, "a"), (1, None), (2, None), (3, None)], None),
        ('n[MAX + 1] = { [C] = "c", [A] = "a", "b" }', [(2, "c"), (0, "a"), (1, "b")], 4),
        ('n[] = { [A ... B] = "x", [2] "y" }', [(0, "x"), (1, "x"), (2, "y")], None),
        (r'n[] = { "a" "b" L"c", ("d"), { "e", }, "\"," }',
         [(0, "abc"), (1, "d"), (2, "e"), (3, r"\",")], None),
        ("n[] = { }", [], None),
    ],
)  # fmt: skip
def test_entries(table: str, entries: list[tuple[int, str | None]], size: int | None) -> None:
    assert names(f"{ENUM}const char *{table};") == (entries, size)


def test_entries_that_macros_make() -> None:
    macros = '#define E(x) [x] = __stringify(x)\n#define P "p-"\n'
    text = f"{ENUM}{macros}const char *n[] = {{ E(B), P E(C) }};"
    with pytest.raises(Unreadable):
        names(text)
    text = f'{ENUM}{macros}const char *n[] = {{ E(B), [C] = P "c" }};'
    assert names(text) == ([(1, "B"), (2, "p-c")], None)


def test_lines_and_kinds() -> None:
    text = f'{ENUM}const char *n[] = {{\n"a",\n[1 ... 2] =\n"b" }};'
    source = read_source("a.c", text.encode())
    found = read_table(View((source,), {}), find_tables(source)[0], [])
    assert [(e.line, e.designated, e.filler) for e in found.entries] == [
        (3, False, False),
        (4, True, True),
        (4, True, True),
    ]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("n[] = { x }", "cannot expand x at a.c:2 to a string"),
        ('n[] = { F("a") }', 'cannot expand F("a") at a.c:2 to a string'),
        ('n[] = { "a" PRIx64 }', 'cannot expand "a" PRIx64 at a.c:2 to a string'),
        ('n[] = { [Z] = "a" }', "the value of Z at a.c:2 is not known"),
        ('n[Z] = { "a" }', "the value of Z at a.c:2 is not known"),
        ('n[ARRAY_SIZE(m)] = { "a" }', "the value of ARRAY_SIZE() at a.c:2 is not known"),
        ('n[] = { [0 ... 99999999] = "a" }', "[0 ... 99999999] at a.c:2 is no range of indexes"),
        ('n[] = { [-1] = "a" }', "[-1] at a.c:2 is no range of indexes"),
        ('n[] = {\n#ifdef X\n"a" };\n#else\n"b" };\n#endif', "an #if cuts through n at a.c:2"),
    ],
)
def test_what_cannot_be_read(table: str, message: str) -> None:
    with pytest.raises(Unreadable) as caught:
        names(f"{ENUM}const char *{table};")
    assert str(caught.value) == message
