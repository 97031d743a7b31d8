# SPDX-License-Identifier: GPL-2.0-or-later
"""name-table: every sample says what must be found; some cases need no files."""

from __future__ import annotations

import pytest

import snapshots
from verify_series.checkers import name_table
from verify_series.model import CheckError, NameRow, NameTable, UserError

HEADER = "enum hook {{\n{}\t__HOOK_MAX\n}};\n"
TABLE = "static const char *const names[__HOOK_MAX] = {{\n{}}};\n"
END = 'static const char *const names[__HOOK_MAX + 1] = {{\n\t"A",\n\t"B",\n\t"{}",\n}};\n'
CHECK = {
    "enum": "hook",
    "enum-file": "a.h",
    "table": "names",
    "table-file": "a.c",
    "prefix": "HOOK_",
    "sentinel": "__HOOK_MAX",
}


def tree(enumerators: str, names: str) -> dict[str, str]:
    """A letter for each enumerator, and for each name."""
    return {
        "a.h": HEADER.format("".join(f"\tHOOK_{letter},\n" for letter in enumerators)),
        "a.c": TABLE.format("".join(f'\t"{letter}",\n' for letter in names)),
    }


def rules(*trees: dict[str, str], **check: object) -> list[str]:
    """Rule, line, state and patch of each finding."""
    examined = name_table.run(snapshots.apply(*trees), name_table.parse({**CHECK, **check}))
    return [f"{f.rule}:{f.line} {f.state} {f.patch or ''}".strip() for f in examined.findings]


def test_a_fault_belongs_to_the_patch_that_brings_it_in() -> None:
    good, bad = tree("AB", "AB"), tree("AB", "BA")
    assert rules(good, bad, good) == ["moved:2 new 1", "moved:3 new 1"]
    assert rules(good, good, bad) == ["moved:2 new 2", "moved:3 new 2"]
    assert rules(bad, good, bad) == [
        "moved:2 fixed 1",
        "moved:3 fixed 1",
        "moved:2 new 2",
        "moved:3 new 2",
    ]


def test_a_name_that_moves_from_one_wrong_place_to_another_is_new() -> None:
    assert rules(tree("ABC", "BAC"), tree("ABC", "CBA")) == [
        "moved:2 new 1",
        "moved:4 new 1",
        "moved:2 fixed 1",
        "moved:3 fixed 1",
    ]


def test_a_name_may_stand_once_also_beside_one_without_a_rule() -> None:
    names = TABLE.format('\t"A",\n\t"A",\n')
    odd = {"a.h": HEADER.format("\tHOOK_A,\n\tODD,\n"), "a.c": names}
    assert rules(odd, {**odd, "a.c": f"{names}int x;\n"}) == ["duplicate:3 existing"]


def test_without_a_sentinel_a_table_may_have_just_room_enough() -> None:
    check = {key: value for key, value in CHECK.items() if key != "sentinel"}
    good = {
        "a.h": "enum hook {\n\tHOOK_A,\n\tHOOK_B,\n};\n",
        "a.c": TABLE.format('\t"A",\n\t"B",\n').replace("__HOOK_MAX", "2"),
    }
    trees = snapshots.apply(good, {**good, "a.c": f"{good['a.c']}int x;\n"})
    assert name_table.run(trees, name_table.parse(check)).findings == ()


def test_the_name_at_the_sentinel_is_the_profiles() -> None:
    end = {"at-sentinel": "none"}
    good, bad = ({**tree("AB", "AB"), "a.c": END.format(name)} for name in ("none", "any"))
    assert rules(good, bad, **end) == ["spelling:4 new 1"]
    assert rules(bad, good, **end) == ["spelling:4 fixed 1"]


def test_a_table_that_moved_is_found_behind_files_that_have_none() -> None:
    good = tree("AB", "AB")
    moved = {"a.h": f"{good['a.h']}int x;\n", "b.h": "int b;\n", "c.c": good["a.c"]}
    with pytest.raises(CheckError, match=r"c\.c has it now, so table-file of the profile"):
        rules(good, moved)


def test_the_table_is_drawn_before_and_after() -> None:
    trees = snapshots.apply(tree("AB", "AB"), tree("ACB", "AB"))
    [drawn] = name_table.run(trees, name_table.parse(CHECK)).exhibits
    assert drawn == NameTable(
        *("hook", "a.h", "names", "a.c"),
        (
            NameRow(0, "HOOK_A", "A", 2),
            NameRow(1, "HOOK_B", "B", 3),
            NameRow(2, "__HOOK_MAX", None),
        ),
        (
            NameRow(0, "HOOK_A", "A", 2),
            NameRow(1, "HOOK_C", "B", 3),
            NameRow(2, "HOOK_B", None),
            NameRow(3, "__HOOK_MAX", None),
        ),
    )


def test_an_old_fault_stays_old_when_others_move_it() -> None:
    assert rules(tree("ABCD", "ABDC"), tree("XABCD", "XABDC")) == [
        "moved:5 existing",
        "moved:6 existing",
    ]


def test_a_new_enumerator_is_not_excused_by_an_old_fault() -> None:
    assert rules(tree("ABC", "ACB"), tree("ABCN", "ACB")) == [
        "noname:4 new 1",
        "moved:3 existing",
        "moved:4 existing",
    ]


def test_the_whole_table_shifts_when_the_first_enumerator_is_new() -> None:
    free = {**tree("ABC", "abc")}
    grown = {**tree("NABC", "abcn")}
    check = {"prefix": "OTHER_"}
    assert rules(free, grown, **check) == ["moved:2 new 1", "moved:5 new 1"]
    assert rules(free, tree("NABC", "nabc"), **check) == []


def test_a_huge_value_is_no_reason_to_hang() -> None:
    before = tree("AB", "AB")
    huge = before["a.h"].replace("HOOK_B", "HOOK_B = 1 << 60")
    assert rules(before, {**before, "a.h": huge}) == ["lost:3 new 1"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sentinal": "X"}, "unknown key 'sentinal' (did you mean sentinel?)"),
        ({"aliases": ["A"]}, "aliases must be a table of texts"),
        ({"enum": None}, "enum must be a text that is not empty"),
        ({"sentinel": "X", "at-sentinel": "Y"}, ""),
    ],
)
def test_parse(change: dict[str, object], message: str) -> None:
    table = {**CHECK, **change}
    if not message:
        assert name_table.parse(table).name == "names"
        return
    with pytest.raises(UserError) as caught:
        name_table.parse(table)
    assert str(caught.value) == message


def test_at_sentinel_needs_a_sentinel() -> None:
    table = {key: value for key, value in CHECK.items() if key != "sentinel"}
    with pytest.raises(UserError, match=r"^at-sentinel needs sentinel$"):
        name_table.parse({**table, "at-sentinel": "UNKNOWN"})
