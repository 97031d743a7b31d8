# SPDX-License-Identifier: GPL-2.0-or-later
"""C that is broken, hostile or huge: name-table says what it cannot read, and is never silent."""

from __future__ import annotations

import pytest

import snapshots
from test_name_table import CHECK, tree
from verify_series.checkers import name_table
from verify_series.model import CheckError

GOOD = tree("ABC", "ABC")
ENUM, TABLE = GOOD["a.h"], GOOD["a.c"]
NO = "after patch 1, names cannot be verified: "
CUT = f"{NO}an #if cuts through "
NO_ENUM = "after patch 1, a.h has no enum hook, and no other file that the series touches has it"


def enum(b: str, before: str = "") -> dict[str, str]:
    """The tree with this in the place of HOOK_B."""
    return {**GOOD, "a.h": before + ENUM.replace("HOOK_B", b)}


def table(b: str, before: str = "") -> dict[str, str]:
    """The tree with this in the place of "B"."""
    return {**GOOD, "a.c": before + TABLE.replace('"B"', b)}


def doubling(first: str, by: str) -> str:
    """Macros A1 to A39, each of which is twice the one before."""
    lines = [f"#define A{n} A{n - 1}{by}A{n - 1}\n" for n in range(1, 40)]
    return f"#define A0 {first}\n{''.join(lines)}"


NEXT = "\nHOOK_X,\n"

#: What the series makes of the files, and the sentence of the ERROR.
UNREADABLE = {
    "an enum without its end": ({**GOOD, "a.h": ENUM.replace("};", "")}, f"{CUT}the enum at a.h:1"),
    "a table without its end": ({**GOOD, "a.c": TABLE.replace("};", "")}, f"{CUT}names at a.c:1"),
    "a comment without its end": (enum("HOOK_B", "/* "), NO_ENUM),
    "a comment in the table without its end": (table('/* "B"'), f"{CUT}names at a.c:1"),
    "a string without its end": (table('"B'), f'{NO}cannot expand "B at a.c:3 to a string'),
    "a letter without its end": (table("'B"), f"{NO}cannot expand 'B at a.c:3 to a string"),
    "#if without #endif": (enum("\n#if X\nHOOK_B"), f"{CUT}the enum at a.h:1"),
    "a macro that wants more": (
        enum("P(HOOK_B)", "#define P(x, y) x\n"),
        f"{NO}P is given 1 arguments, but takes 2",
    ),
    "a macro's argument without end": (
        enum("P(HOOK_B", "#define P(x) x\n"),
        f"{NO}cannot expand P in the enum at a.h:4",
    ),
    "two macros that expand each other": (
        enum("P(HOOK_B)", "#define P(x) Q(x)\n#define Q(x) P(x)\n"),
        f"{NO}cannot expand P in the enum at a.h:5",
    ),
    "macros that double 39 times in a value": (
        enum("HOOK_B = A39", doubling("1", "+")),
        f"{NO}the expansion of A15 is too long",
    ),
    "macros that double 39 times in a table": (
        table("A39", doubling('"x",', " ")),
        f"{NO}the expansion of A15 is too long",
    ),
    "tokens that cannot be pasted": (
        enum("P(HOOK_B)", "#define P(x) x ## +\n"),
        f"{NO}cannot expand HOOK_B+ in the enum at a.h:4",
    ),
    "a value divided by 0": (enum("HOOK_B = 1/0"), f"{NO}1/0 divides by 0"),
    "a value shifted far": (
        enum("HOOK_B = 1 << 99999999"),
        f"{NO}1 << 99999999 shifts by 99999999",
    ),
    "a product of 3,000 numbers": (
        enum("HOOK_B = " + "*".join(["999999999"] * 3000)),
        f"{NO}999999999*999999999*999999999*999999999*999999999*9999999... is wider than any",
    ),
    "a value of itself": (
        enum("HOOK_B = HOOK_B"),
        f"{NO}the value of HOOK_B at a.h:3 needs HOOK_B, which a.h or a.c does not define",
    ),
    "a value of a size": (
        enum("HOOK_B = sizeof(struct x)"),
        f"{NO}the value of HOOK_B at a.h:3 needs sizeof()",
    ),
    "20,000 brackets": (
        enum(f"HOOK_B = {'(' * 20000}1{')' * 20000}"),
        f"{NO}(((((((((((((((((((((((((((((((((((((((((((((((((((((((((... nests too deep",
    ),
    "5,000 conditions": (
        enum(f"HOOK_B = {'1?' * 5000}1{':1' * 5000}"),
        f"{NO}1?1?1?1?1?1?1?1?1?1?1?1?1?1?1?1?1?1?1?1?1?1?1?1?1?1?1?1?1... nests too deep",
    ),
    "300 options": (
        enum("".join(f"\n#if X{n}\nHOOK_B{n},\n#endif\n" for n in range(300)).strip()),
        f"{NO}it depends on more than 256 options",
    ),
    "2,000 branches of one #if": (
        enum(f"\n#if X\n{''.join(f'#elif Y{n}{NEXT}' for n in range(2000))}#endif\nHOOK_B"),
        f"{NO}a.h has too many #if to be read",
    ),
    "UTF-16": ({**GOOD, "a.h": ENUM.encode("utf-16")}, NO_ENUM),
    "an empty file": ({**GOOD, "a.h": ""}, NO_ENUM),
    "an enum that is only declared": ({**GOOD, "a.h": "enum hook;\n"}, NO_ENUM),
    "any bytes": (
        {**GOOD, "a.c": bytes(range(256)) * 100},
        "after patch 1, a.c has no table names, and no other file that the series touches has it",
    ),
    "two enums": ({**GOOD, "a.h": ENUM * 2}, f"{NO}hook is defined twice, again at line 7"),
    "two tables": ({**GOOD, "a.c": TABLE * 2}, f"{NO}names is defined twice, again at line 6"),
    "an index below 0": (table('[-1] = "B"'), f"{NO}[-1] at a.c:3 is no range of indexes"),
    "a range of 10^12": (
        table('[0 ... 1 << 40] = "B"'),
        f"{NO}[0 ... 1 << 40] at a.c:3 is no range of indexes",
    ),
    "a range that runs backwards": (
        table('[5 ... 2] = "B"'),
        f"{NO}[5 ... 2] at a.c:3 is no range of indexes",
    ),
    "an index that is not known": (
        table('[NOPE] = "B"'),
        f"{NO}the value of NOPE at a.c:3 is not known",
    ),
    "a number for a name": (table("7"), f"{NO}cannot expand 7 at a.c:3 to a string"),
    "a choice of names": (
        table('x ? "B" : "C"'),
        f'{NO}cannot expand x ? "B" : "C" at a.c:3 to a string',
    ),
    "a call for a name": (table('f("B")'), f'{NO}cannot expand f("B") at a.c:3 to a string'),
    "an include in the table": (
        table('\n#include "names.h"\n'),
        f'{NO}a.c:4 includes "names.h" in the middle',
    ),
    "an include of a device, and a name from there": (
        table("X", '#include "/dev/zero"\n#include "../../etc/passwd"\n'),
        f"{NO}cannot expand X at a.c:5 to a string",
    ),
}

MANY = tuple(f"B{n}" for n in range(100_000))

#: What the series makes of the files, and the first finding: rule and line.
FAULTY: dict[str, tuple[snapshots.Tree, str]] = {
    "a bracket too many": (enum("HOOK_B }"), "sentinel a.h:3"),
    "a value wider than any integer": (enum("HOOK_B = 99999999999999999999999999"), "lost a.c:4"),
    "a value below 0": (enum("HOOK_B = -5"), "over a.c:2"),
    "#else twice": (enum("\n#if X\n#else\n#else\nHOOK_B,\n#endif\n"), "over a.c:3"),
    "an #if that is no expression": (enum("\n#if (((\nHOOK_B,\n#endif\n"), "over a.c:3"),
    "an #if that divides by 0": (enum("\n#if 1/0\nHOOK_B,\n#endif\n"), "over a.c:3"),
    "500 #if in each other": (
        enum("\n" + "#if X\n" * 500 + "HOOK_B,\n" + "#endif\n" * 500),
        "over a.c:3",
    ),
    "a name that is not UTF-8": (
        {**GOOD, "a.h": ENUM.encode().replace(b"HOOK_B", b"HOOK_\xff")},
        "spelling a.c:3",
    ),
    "a name of another script": (enum("HOOK_\u0411"), "spelling a.c:3"),
    "NUL in a name": (enum("HOOK_\0B"), "spelling a.c:3"),
    "NULL for a name": (table("NULL"), "lost a.c:3"),
    "an index of 10^12": (table('[1 << 40] = "B"'), "lost a.c:3"),
    "two strings in one": (table('"B" "C"'), "spelling a.c:3"),
    "a name of 200,000 letters": (table(f'"{"B" * 200_000}"'), "spelling a.c:3"),
    "another table behind an #else": (
        {**GOOD, "a.c": f"#ifdef X\n{TABLE}#else\n{TABLE.replace('B', 'Z')}#endif\n"},
        "spelling a.c:10",
    ),
    "10,000 new enumerators without names": (
        enum(",\n\t".join(f"HOOK_B{n}" for n in range(10_000))),
        "spelling a.c:3",
    ),
    "100,000 enumerators, and one name too few": (
        {
            **enum(",\n\t".join(f"HOOK_{name}" for name in MANY)),
            "a.c": TABLE.replace('"B"', ",\n\t".join(f'"{name}"' for name in MANY[:-1])),
        },
        "moved a.c:100002",
    ),
}

#: Odd, but sound.
SOUND: dict[str, snapshots.Tree] = {
    "a byte order mark": enum("HOOK_B", "\ufeff"),
    "CRLF": {path: text.replace("\n", "\r\n") for path, text in GOOD.items()},
    "CR": {**GOOD, "a.h": ENUM.replace("\n", "\r")},
    "a name over two lines": enum("HOOK\\\n_B"),
    "a macro of its own name": enum("HOOK_B", "#define HOOK_B HOOK_B\n"),
    "a comment of 500,000 letters": table(f'/*{"B" * 500_000}*/ "B"'),
    "50,000 lines beside it": {**GOOD, "a.c": TABLE + "int x;\n" * 50_000},
}


def run(after: snapshots.Tree) -> list[str]:
    examined = name_table.run(snapshots.apply(GOOD, after), name_table.parse(CHECK))
    return [f"{f.rule} {f.path}:{f.line}" for f in examined.findings]


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_an_error(name: str) -> None:
    after, wanted = UNREADABLE[name]
    with pytest.raises(CheckError) as caught:
        run(after)
    assert str(caught.value)[: len(wanted)] == wanted


@pytest.mark.parametrize("name", FAULTY)
def test_what_can_be_read_is_judged(name: str) -> None:
    after, wanted = FAULTY[name]
    assert run(after)[0] == wanted


@pytest.mark.parametrize("name", SOUND)
def test_odd_but_sound(name: str) -> None:
    assert run(SOUND[name]) == []
