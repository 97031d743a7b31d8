# SPDX-License-Identifier: GPL-2.0-or-later
"""verify-series audit: what a tree lacks, in which group, and that it is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import snapshots
from repos import Repo
from verify_series.c.enums import find_enums
from verify_series.c.source import read_source
from verify_series.cli import command
from verify_series.kept import Kept
from verify_series.model import Snapshot
from verify_series.names.audit import audit
from verify_series.names.drift import FALLBACK, INTENDED, MISSING
from verify_series.names.skim import may_have_names, skim

HEADER = """enum pump {
	PUMP_IN,
	PUMP_OUT,
	PUMP_AUX,
	PUMP_TOP,
	PUMP_LOW,
	PUMP_MAX,
};
"""
TABLE = """#include "pump.h"
static const char *const names[] = {
	[PUMP_IN] = "in",
	[PUMP_OUT] = "out",
	[PUMP_AUX] = "aux",
	[PUMP_TOP] = "top",
};
"""
USE = "const char *name(enum pump p)\n{\n\treturn names[p];\n}\n"
LOOKS = 'const char *name(enum pump p)\n{\n\treturn names[p] ?: "?";\n}\n'
START = "void start(struct pump *pump)\n{\n\tset(pump, PUMP_LOW);\n}\n"


def gaps(tmp_path: Path, code: str, *folders: str) -> tuple[int, list[tuple[str, str, int]]]:
    tree = {"drivers/pump.h": HEADER, "drivers/show.c": TABLE + code}
    applied = snapshots.apply(tree)
    count, found = audit(applied.base, folders, Kept(tmp_path), lambda text, part: None)
    return count, [(gap.group, gap.path, gap.line) for gap in found]


GUARDS = """const char *name(enum pump p)
{
	if (p < PUMP_MAX && names[p])
		return names[p];
	return "?";
}
"""
ASSIGNS = """const char *name(enum pump p)
{
	const char *text = names[p];

	return text ? text : "?";
}
"""
LEAVES_OUT = "void f(enum pump p)\n{\n\tif (names[p])\n\t\tshow(names[p]);\n}\n"
PASSES = "const char *const *all(void)\n{\n\treturn names;\n}\n"
CONSTANT = "const char *name(void)\n{\n\treturn names[PUMP_IN];\n}\n"
ALIEN = "const char *name(int i)\n{\n\treturn names[i - FIRST_PUMP];\n}\n"
HANDS_ON = "void start(struct pump *pump)\n{\n\tset(0, PUMP_LOW, pump);\n}\n"
LISTS = "static const int all[] = {\n\tPUMP_IN,\n\tPUMP_LOW,\n};\n"


@pytest.mark.parametrize(
    ("code", "group"),
    [
        (USE + START, MISSING),
        (USE + HANDS_ON, MISSING),
        (LOOKS + START, FALLBACK),
        (GUARDS + START, FALLBACK),
        (ASSIGNS + START, FALLBACK),
        (LEAVES_OUT + START, INTENDED),
        (USE, INTENDED),
        (USE + LISTS, INTENDED),
        (PASSES + START, INTENDED),
        (CONSTANT + START, INTENDED),
        (ALIEN + START, INTENDED),
    ],
)
def test_the_groups(tmp_path: Path, code: str, group: str) -> None:
    assert gaps(tmp_path, code) == (1, [(group, "drivers/show.c", 2)])


def test_a_complete_table_is_no_gap(tmp_path: Path) -> None:
    whole = {"drivers/pump.h": HEADER.replace("\tPUMP_LOW,\n", ""), "drivers/show.c": TABLE}
    base = snapshots.apply(whole).base
    assert audit(base, (), Kept(tmp_path), lambda text, part: None) == (1, [])


def messages(tmp_path: Path, tree: dict[str, str]) -> list[str]:
    _, found = audit(snapshots.apply(tree).base, (), Kept(tmp_path), lambda text, part: None)
    return [f"{gap.group}: {gap.message}" for gap in found]


@pytest.mark.parametrize(
    ("sign", "count"),
    [("p > PUMP_TOP", 0), ("p >= PUMP_LOW", 0), ("p >= PUMP_MAX", 1), ("p > 7", 1)],
)
def test_an_index_that_is_out_of_bounds_needs_no_name(
    tmp_path: Path, sign: str, count: int
) -> None:
    checks = f'const char *name(enum pump p)\n{{\n\tif ({sign})\n\t\treturn "?";\n'
    code = checks + "\treturn names[p];\n}\n"
    assert len(gaps(tmp_path, code + START)[1]) == count


@pytest.mark.parametrize(
    "members",
    [
        "\tPUMP_MAX,\n\tPUMP_LOW,\n",  # behind the end
        "\tPUMP_LOW = 0x1000,\n\tPUMP_MAX,\n",  # too far off to be an index
        "\tPUMP_MAX,\n\tVALVE_A = 0,\n\tVALVE_B,\n\tVALVE_C,\n\tVALVE_D,\n\tVALVE_E,\n",
    ],
)
def test_what_indexes_nothing_needs_no_name(tmp_path: Path, members: str) -> None:
    header = HEADER.replace("\tPUMP_LOW,\n\tPUMP_MAX,\n", members)
    start = START + "void open(void)\n{\n\tset(0, VALVE_E);\n}\n"
    assert messages(tmp_path, {"a/pump.h": header, "a/show.c": TABLE + USE + start}) == []


def test_a_name_that_a_comment_leaves_out_is_meant(tmp_path: Path) -> None:
    table = TABLE.replace("};", "\t/* PUMP_LOW has none */\n};")
    assert messages(tmp_path, {"a/pump.h": HEADER, "a/show.c": table + USE + START}) == []


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (HEADER.replace("LOW,", "LOW, /* no longer used */"), USE),
        (HEADER, USE + "void all(void)\n{\n\tfor (int i = 0; i < PUMP_LOW; i++)\n\t\tf(i);\n}\n"),
        (HEADER, USE.replace("\treturn", '\tif (p == PUMP_LOW)\n\t\treturn "low";\n\treturn')),
    ],
)
def test_an_enumerator_that_needs_no_name(tmp_path: Path, header: str, code: str) -> None:
    assert messages(tmp_path, {"a/pump.h": header, "a/show.c": TABLE + code + START}) == []


def test_a_name_that_several_enumerators_share_is_a_name(tmp_path: Path) -> None:
    members = "".join(f"\tPUMP_{i},\n" for i in range(6))
    header = f"enum pump {{\n{members}\tPUMP_MAX,\n}};\n"
    entries = "".join(f'\t"{text}",\n' for text in ("in", "x", "x", "x", "out", "aux"))
    table = f'#include "pump.h"\nstatic const char *const names[PUMP_MAX] = {{\n{entries}}};\n'
    start = START.replace("PUMP_LOW", "PUMP_2")
    assert messages(tmp_path, {"a/pump.h": header, "a/show.c": table + USE + start}) == []


def test_a_table_for_a_part_of_an_enum_is_not_listed(tmp_path: Path) -> None:
    more = "".join(f"\tPUMP_X{i},\n" for i in range(5))
    header = HEADER.replace("\tPUMP_MAX,\n", more)
    assert messages(tmp_path, {"a/pump.h": header, "a/show.c": TABLE + USE + START}) == []


def test_two_names_are_enough_where_the_enum_gives_the_size(tmp_path: Path) -> None:
    header = "enum lamp {\n\tLAMP_OFF,\n\tLAMP_DIM,\n\tLAMP_ON,\n\tLAMP_HOT,\n\tLAMP_MAX,\n};\n"
    code = (
        '#include "lamp.h"\nvoid show(struct lamp *lamp)\n{\n'
        '\tconst char *s[LAMP_MAX] = { "off", "dim", "on" };\n\tprint(s[lamp->state]);\n}\n'
        "void heat(struct lamp *lamp)\n{\n\tlamp->state = LAMP_HOT;\n}\n"
    )
    assert messages(tmp_path, {"a/lamp.h": header, "a/show.c": code}) == [
        "noname: s has no name for LAMP_HOT (line 5) of a/lamp.h"
    ]


def test_what_stands_right_behind_the_array_needs_no_name(tmp_path: Path) -> None:
    table = TABLE.replace("names[]", "names[PUMP_LOW]")
    assert messages(tmp_path, {"a/pump.h": HEADER, "a/show.c": table + USE + START}) == []
    table = TABLE.replace("names[]", "names[PUMP_MAX - 1]")
    assert messages(tmp_path, {"a/pump.h": HEADER, "a/show.c": table + USE + START}) == []


def test_a_name_that_stands_where_nothing_is_is_told(tmp_path: Path) -> None:
    numbers = enumerate(["OFF", "DIM", "ON"], 1)
    header = "".join(f"#define LAMP_{name} {number}\n" for number, name in numbers)
    header += "#define LAMP_HOT 5\n#define LAMP_LAST LAMP_HOT\n"
    code = (
        '#include "lamp.h"\nstatic const char *const s[] = {\n'
        '\t"-",\n\t"off",\n\t"dim",\n\t"on",\n\t"hot",\n\t"hot",\n};\n'
        "const char *name(int i)\n{\n\treturn i <= LAMP_LAST ? s[i] : 0;\n}\n"
    )
    assert messages(tmp_path, {"a/lamp.h": header, "a/show.c": code}) == [
        'noname: s has "hot" (line 7) at index 4, which no enumerator has'
    ]


def test_asm_is_that_of_the_machine_whose_file_asks(tmp_path: Path) -> None:
    tree = {
        "arch/x86/include/asm/pump.h": HEADER.replace("\tPUMP_LOW,\n", ""),
        "arch/mips/include/asm/pump.h": HEADER,
        "include/linux/pump.h": "#include <asm/pump.h>\n",
        "arch/mips/kernel/show.c": TABLE.replace('"pump.h"', "<linux/pump.h>") + USE + START,
    }
    assert messages(tmp_path, tree) == [
        "noname: names has no name for PUMP_LOW (line 6) of arch/mips/include/asm/pump.h"
    ]


def test_a_use_counts_beside_the_table(tmp_path: Path) -> None:
    table = TABLE.replace('"pump.h"', '"core/pump.h"')
    tree = {
        "drivers/core/pump.h": HEADER,
        "drivers/core/use.c": START,
        "drivers/show.c": table + USE,
    }
    assert [text.split(":")[0] for text in messages(tmp_path, tree)] == [INTENDED]
    tree["drivers/show.c"] += START
    assert [text.split(":")[0] for text in messages(tmp_path, tree)] == [MISSING]


def test_values_from_programs_are_used_everywhere(tmp_path: Path) -> None:
    table = TABLE.replace('"pump.h"', "<linux/pump.h>")
    tree = {"include/uapi/linux/pump.h": HEADER, "tools/pump/show.c": table + USE}
    assert [text.split(":")[0] for text in messages(tmp_path, tree)] == [FALLBACK]
    tree["tools/testing/pump/show.c"] = tree.pop("tools/pump/show.c")
    assert [text.split(":")[0] for text in messages(tmp_path, tree)] == [INTENDED]


def test_an_index_counted_from_a_base(tmp_path: Path) -> None:
    entries = TABLE.replace("] =", " - PUMP_IN] =").replace(
        "};", '\t[PUMP_LOW - PUMP_IN] = "low",\n};'
    )
    header = HEADER.replace("PUMP_IN,", "PUMP_IN = 7,")
    use = USE.replace("[p]", "[p - PUMP_IN]")
    assert messages(tmp_path, {"a/pump.h": header, "a/show.c": entries + use + START}) == []


def test_folders(tmp_path: Path) -> None:
    assert gaps(tmp_path, USE + START, "drivers")[0] == 1
    assert gaps(tmp_path, USE + START, "sound") == (0, [])


def test_a_second_run_reads_what_changed_alone(tmp_path: Path) -> None:
    tree = {"drivers/pump.h": HEADER, "drivers/show.c": TABLE + USE + START, "fs/x.c": "int x;\n"}
    read: list[str] = []

    class Counting(snapshots.DictObjects):
        def read_many(self, commit, paths):  # type: ignore[no-untyped-def]
            wanted = list(paths)
            read.extend(wanted)
            return super().read_many(commit, wanted)

    def run(files: dict[str, str]) -> int:
        objects = Counting({"tree": {path: text.encode() for path, text in files.items()}})
        read.clear()
        _, found = audit(Snapshot("tree", objects), (), Kept(tmp_path), lambda text, part: None)
        return len(found)

    assert run(tree) == 1
    assert "fs/x.c" in read
    assert run(tree) == 1
    assert not read
    assert run({**tree, "drivers/show.c": TABLE + USE}) == 1
    assert "fs/x.c" not in read
    assert "drivers/show.c" in read


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repo = Repo(tmp_path / "tree")
    repo.commit({"drivers/pump.h": HEADER, "drivers/show.c": TABLE + USE + START})
    out, log = tmp_path / "out.json", tmp_path / "out.sarif"
    argv = ["audit", "--tree", str(repo.folder), "--json", str(out), "--sarif", str(log)]
    assert command(argv) == 0
    line = "drivers/show.c:2: names has no name for PUMP_LOW (line 6) of drivers/pump.h"
    assert line in capsys.readouterr().out
    content = json.loads(out.read_text())
    assert content["tables"] == 1
    assert content["gaps"][0]["group"] == MISSING
    (result,) = json.loads(log.read_text())["runs"][0]["results"]
    assert (result["ruleId"], result["level"]) == ("name-table/noname", "warning")
    assert command(["audit", "--tree", str(repo.folder), "nowhere"]) == 2
    assert "has no nowhere (paths count from its top)" in capsys.readouterr().err


def test_skimming_keeps_lines_and_what_the_reader_needs() -> None:
    text = "#define A \\\n 1\nint f(void)\n{\n\treturn 0;\n}\n/* enum x { Z } */\n" + TABLE
    assert may_have_names(text.encode())
    lines = skim(text.encode()).decode().splitlines()
    assert lines[0].strip() == "#define A \\"
    assert [i for i, line in enumerate(lines, 1) if "[PUMP_OUT]" in line] == [11]
    assert not any("return" in line or "enum x" in line for line in lines)


@pytest.mark.parametrize(
    "text",
    [
        "/* enum valve is no pump */\nenum pump {\n\tA,\n};\n",
        "#define A 1 /* what\n follows */\nenum pump {\n\tB,\n};\n",
        "/* see drivers/* */\nenum pump {\n\tA,\n};\n",
    ],
)
def test_skimming_is_not_led_astray_by_a_comment(text: str) -> None:
    (enum,) = find_enums(read_source("a.h", skim(text.encode())))
    assert (enum.names, enum.line) == (("pump",), text[: text.index("enum pump {")].count("\n") + 1)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ('char *a[B] = { "x" };', True),
        ('char *a[] = { [B] = "x" };', True),
        ('char *a[] = { "x" };', False),
        ('char *a[] = { "x" };\nint f(enum b i) { return a[i]; }', True),
        ("int a[B] = { 1 };", False),
        ('char a[B] = "x";', False),
        ('char *a[B] = { NULL, "x" };', True),
        ('char *a[3] = { "x" };', False),
        ('char *a[] = { "x" };\nint f(int i) { if (i < B_MAX) return a[i]; }', True),
        ('char *a[] = { "x" };\nint f(int i) { if (i < ARRAY_SIZE(a)) return a[i]; }', False),
        ('char *a[] = { "x" };\nBUILD_BUG_ON(ARRAY_SIZE(a) != B_MAX);', True),
        ("/* ] ________________________________________________________ */", False),
    ],
)
def test_what_may_have_names(text: str, answer: bool) -> None:
    assert may_have_names(text.encode()) == answer
