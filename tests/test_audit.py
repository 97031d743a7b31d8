# SPDX-License-Identifier: GPL-2.0-or-later
"""verify-series audit: what a tree lacks, in which group, and that it is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import snapshots
from repos import Repo
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


@pytest.mark.parametrize(
    ("code", "group"),
    [(USE + START, MISSING), (LOOKS + START, FALLBACK), (USE, INTENDED)],
)
def test_the_groups(tmp_path: Path, code: str, group: str) -> None:
    assert gaps(tmp_path, code) == (1, [(group, "drivers/show.c", 2)])


def test_a_complete_table_is_no_gap(tmp_path: Path) -> None:
    whole = {"drivers/pump.h": HEADER.replace("\tPUMP_LOW,\n", ""), "drivers/show.c": TABLE}
    base = snapshots.apply(whole).base
    assert audit(base, (), Kept(tmp_path), lambda text, part: None) == (1, [])


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
    ("text", "answer"),
    [
        ('char *a[B] = { "x" };', True),
        ('char *a[] = { [B] = "x" };', True),
        ('char *a[] = { "x" };', False),
        ('char *a[] = { "x" };\nint f(enum b i) { return a[i]; }', True),
        ("int a[B] = { 1 };", False),
        ("/* ] ________________________________________________________ */", False),
    ],
)
def test_what_may_have_names(text: str, answer: bool) -> None:
    assert may_have_names(text.encode()) == answer
