# SPDX-License-Identifier: GPL-2.0-or-later
"""New names and numbers of user space, and what is not taken for one."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

import snapshots
from verify_series.docs import undocumented
from verify_series.docs.edits import read_edits

BASE = {
    "Documentation/toys.rst": "Toys\n====\n\nSet ``toy-known`` to ``turn_known``.\n",
    undocumented.NUMBERS: (
        "Numbers\n=======\n\n====  =====  =====\n'T'   00-0F  linux/known.h\n"
        "0xB7  all    linux/all.h\n'K'   20     linux/k.h\n"
    ),
    "toy.c": '__setup("toy_old=", f);\nstatic DEVICE_ATTR_RO(old_name);\n',
    "include/uapi/linux/old.h": "#define OLD _IO('Z', 1)\n",
}


def found(change: Mapping[str, str]) -> list[tuple[str, int]]:
    applied = snapshots.apply(BASE, {**BASE, **change})
    return [
        (f.rule.removeprefix("undocumented-"), f.line)
        for f in undocumented.findings(applied, read_edits(applied))
    ]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ('__setup("toy_speed=", f);', "parameter"),
        ('early_param("toy_speed", f);', "parameter"),
        ("core_param(toy_speed, toy_speed, int, 0644);", "parameter"),
        ('\t.procname\t= "toy_speed",', "sysctl"),
        ("static DEVICE_ATTR_RW(toy_speed);", "sysfs"),
        ("static DEVICE_ATTR(toy_speed, 0644, f, g);", "sysfs"),
        ("static struct kobj_attribute a = __ATTR_RO(toy_speed);", "sysfs"),
    ],
)
def test_a_new_name(line: str, kind: str) -> None:
    assert found({"new.c": f"\n{line}\n"}) == [(kind, 2)]


@pytest.mark.parametrize(
    "line",
    [
        '__setup("toy_known=", f);',  # with a dash in the document
        "static DEVICE_ATTR_RW(turn_known);",
        ' * __setup("toy_speed=", f);',
        '// early_param("toy_speed", f);',
        "#define TOY(name) DEVICE_ATTR_RW(toy_speed)",
        "\tDEVICE_ATTR_RW(toy_speed); \\",
        "static DEVICE_ATTR_RW(_name);",
        "static DEVICE_ATTR_RW(toy2_speed);",
        "module_param(toy_speed, int, 0644);",
        "static DEVICE_ATTR_RO(old_name);",  # which another file of the series had
        "/**\n * DOC: toy_speed\n */\nstatic DEVICE_ATTR_RO(toy_speed);",
    ],
)
def test_what_is_not_judged(line: str) -> None:
    assert found({"new.c": f"{line}\n", "toy.c": "int x;\n"}) == []


@pytest.mark.parametrize(
    "path", ["samples/a.c", "tools/a.c", "drivers/staging/a.c", "lib/test_a.c", "toy.txt"]
)
def test_where_it_is_not_judged(path: str) -> None:
    assert found({path: "static DEVICE_ATTR_RW(toy_speed);\n"}) == []


def test_an_attribute_that_is_written_in_another_way() -> None:
    after = BASE["toy.c"].replace("_RO(old_name)", "(old_name, 0444, old_name_show, NULL)")
    assert found({"toy.c": after}) == []


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("new.h", "#define A _IO('Z', 1)", 1),
        ("new.h", "#define CODE 0x5A\n#define A _IOWR(CODE, 1, struct toy)", 2),
        ("new.h", "#define A _IOR('T', 0x10, int)", 1),
        ("new.h", "#define A _IO('K', 33)", 1),
        ("new.h", "#define A _IO('T', 0x0F)", 0),
        ("new.h", "#define A _IO('K', 32)", 0),
        ("new.h", "#define A _IO(0xB7, 200)", 0),
        ("new.h", "#define A _IO('T', BASE + 1)", 0),  # whatever that is
        ("new.h", "#define A _IO(CODE, 1)", 0),
        ("known.h", "#define A _IO('T', 0x33)", 0),  # a row names the file
        ("old.h", "#define OLD _IO('Z', 1)\n#define NEW _IO('Z', 2)", 0),
    ],
)
def test_numbers(path: str, text: str, line: int) -> None:
    assert found({f"include/uapi/linux/{path}": f"{text}\n"}) == [("ioctl", line)] * bool(line)


def test_no_table_no_judgement() -> None:
    base = {path: text for path, text in BASE.items() if path != undocumented.NUMBERS}
    after = {**base, "include/uapi/linux/new.h": "#define A _IO('Z', 1)\n"}
    applied = snapshots.apply(base, after)
    assert undocumented.findings(applied, read_edits(applied)) == []
