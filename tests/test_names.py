# SPDX-License-Identifier: GPL-2.0-or-later
"""name-table on series whose tables nobody declared: what is found, linked, and told."""

from __future__ import annotations

import pytest

import snapshots
from verify_series.checkers import name_table
from verify_series.checkers.name_faults import Spec
from verify_series.checkers.name_found import Found
from verify_series.model import Examined

HEADER = "#ifndef _A_H\n#define _A_H\nenum pump {{\n{}\tPUMP_MAX,\n}};\n#endif\n"
TABLE = '#include "pump.h"\nstatic const char *const pump_names[{}] = {{\n{}}};\n'
FIRST = 4  # line of the first enumerator
ENTRY = 3  # line of the first name


def tree(
    members: str = "IN OUT AUX", names: str = "in out aux", *, designated: bool = False
) -> dict[str, str]:
    """An enum in drivers/pump/pump.h and its names in drivers/pump/show.c."""
    entries = names.split()
    words = members.split()
    lines = "".join(
        f'\t[PUMP_{w}] = "{e}",\n' if designated else f'\t"{e}",\n'
        for w, e in zip(words if designated else entries, entries, strict=False)
    )
    return {
        "drivers/pump/pump.h": HEADER.format("".join(f"\tPUMP_{w},\n" for w in words)),
        "drivers/pump/show.c": TABLE.format("" if designated else "PUMP_MAX", lines),
    }


def examine(*trees: snapshots.Tree, declared: tuple[Spec, ...] = ()) -> Examined:
    return name_table.run(snapshots.apply(*trees), Found(declared))


def told(*trees: snapshots.Tree) -> list[str]:
    """Rule, severity, line and patch of each finding."""
    findings = examine(*trees).findings
    return [f"{f.rule} {f.severity} {f.line} {f.patch}" for f in findings]


def test_an_enumerator_without_a_name_is_found_in_the_other_file() -> None:
    (finding,) = examine(tree(), tree("IN OUT AUX TOP")).findings
    assert str(finding) == (
        "drivers/pump/show.c:5: PUMP_TOP (drivers/pump/pump.h:7) has no name in pump_names;"
        ' add "...", after line 5 [name-table/noname]'
    )
    assert (finding.severity, finding.patch) == ("error", 1)


def test_the_line_to_add_is_spelled_as_the_others_are() -> None:
    before = tree("IN OUT AUX LOW", "in out aux low", designated=True)
    after = tree("IN OUT AUX LOW TOP", "in out aux low", designated=True)
    (finding,) = examine(before, after).findings
    assert finding.message.endswith('; add [PUMP_TOP] = "top", after line 6')


def test_all_later_names_are_one_fault() -> None:
    (finding,) = examine(tree(), tree("IN TOP OUT AUX")).findings
    assert "PUMP_TOP (drivers/pump/pump.h:5) has no name in pump_names" in finding.message
    assert 'every later name, from "out" at index 1 on, is one too early' in finding.message


@pytest.mark.parametrize(
    ("members", "names", "expected"),
    [
        ("IN OUT AUX", "in aux out", ["moved error 4 1", "moved error 5 1"]),
        ("IN OUT AUX", "in aux", ["lost error 3 1"]),
        ("IN OUT AUX", "in top out aux", ["over error 4 1"]),
        ("IN OUT AUX", "in in aux", ["duplicate error 4 1", "lost error 3 1"]),
        ("TOP IN OUT AUX", "in out aux top", ["moved error 6 1"]),
        ("IN OUT", "in out aux", ["over error 5 1"]),
    ],
)
def test_a_fault(members: str, names: str, expected: list[str]) -> None:
    assert told(tree(), tree(members, names)) == expected


@pytest.mark.parametrize(
    ("members", "names"),
    [
        ("IN OUT AUX TOP", "in out aux top"),
        ("IN TOP OUT AUX", "in top out aux"),
        ("IN OUT", "in out"),
        ("IN OUT AUX", "in outer aux"),
        ("IN EXIT AUX", "in out aux"),
        ("AUX OUT IN", "aux out in"),
        ("IN OUT AUX RESERVED", "in out aux"),
    ],
)
def test_what_is_right(members: str, names: str) -> None:
    assert told(tree(), tree(members, names)) == []


def test_what_was_missing_before_is_missing_on_purpose() -> None:
    base = tree("IN OUT AUX TOP LOW", "in out aux", designated=True)
    assert told(base, tree("IN OUT AUX TOP LOW NEW", "in out aux", designated=True)) == []


def test_new_pairs_are_listed_and_a_spelling_of_its_own_is_said() -> None:
    before = tree("IN OUT AUX LOW", "in out aux low")
    assert examine(before, tree("IN OUT AUX LOW TOP", "in out aux low tap")).notes == (
        'new in pump_names: PUMP_TOP ↔ "tap" (by the rule of all other names it were "top")',
    )
    assert examine(before, tree("IN OUT AUX LOW", "in out aux lo")).notes == (
        'renamed in pump_names: PUMP_LOW ↔ "lo", was "low"',
    )


def test_a_name_that_comes_late_is_a_warning_where_no_other_is_wrong_meanwhile() -> None:
    steps = (tree(), tree("IN OUT AUX TOP"), tree("IN OUT AUX TOP", "in out aux top"))
    assert told(*steps) == ["noname warning 5 1"]
    assert told(*steps[:2]) == ["noname error 5 1"]
    steps = (tree(), tree("IN TOP OUT AUX"), tree("IN TOP OUT AUX", "in top out aux"))
    assert told(*steps) == ["noname error 3 1"]


def test_a_table_that_the_series_brings_is_told() -> None:
    base = {**tree(), "drivers/pump/show.c": '#include "pump.h"\n'}
    assert examine(base, tree()).notes == (
        "new: pump_names (drivers/pump/show.c:2) against pump (drivers/pump/pump.h:3), 3 names",
    )


def test_a_declared_table_is_not_judged_twice() -> None:
    spec = Spec("pump", "drivers/pump/pump.h", "pump_names", "drivers/pump/show.c")
    examined = examine(tree(), tree("IN OUT AUX TOP"), declared=(spec,))
    assert (examined.findings, examined.count) == ((), 0)
    assert examined.skip


def test_a_local_macro_wins() -> None:
    base = tree()
    own = base["drivers/pump/show.c"].replace("static", "#define PUMP_MAX 3\nstatic")
    grown = tree("IN OUT AUX TOP")["drivers/pump/pump.h"]
    local = {**base, "drivers/pump/show.c": own}
    assert told(local, {**local, "drivers/pump/pump.h": grown}) == []


def test_what_a_file_does_not_include_is_none_of_its_own() -> None:
    base = tree()
    apart = {**base, "drivers/pump/show.c": base["drivers/pump/show.c"].replace("pump.h", "x.h")}
    assert (
        told(
            apart,
            {**apart, "drivers/pump/pump.h": tree("NEW IN OUT AUX")["drivers/pump/pump.h"]},
        )
        == []
    )


def test_a_configuration_that_fails_is_named() -> None:
    def built(extra: str) -> dict[str, str]:
        files = tree(f"IN OUT AUX{extra}")
        header = files["drivers/pump/pump.h"].replace(
            "\tPUMP_TOP,\n", "#ifdef CONFIG_TOP\n\tPUMP_TOP,\n#endif\n"
        )
        return {**files, "drivers/pump/pump.h": header}

    (finding,) = examine(built(""), built(" TOP")).findings
    assert finding.message.endswith(', where CONFIG_TOP is set; add "...", after line 5')


def test_macros_build_entries() -> None:
    def built(header: str, *members: str) -> dict[str, str]:
        uses = "".join(f"\tNAME({word}),\n" for word in members)
        define = "#define NAME(x) [PUMP_##x] = #x\n"
        text = f'#include "pump.h"\n{define}static const char *n[] = {{\n{uses}}};\n'
        return {**tree(header), "drivers/pump/show.c": text}

    base = built("IN OUT AUX", "IN", "OUT", "AUX")
    assert told(base, built("IN OUT AUX TOP", "IN", "OUT", "AUX")) == ["noname error 6 1"]
    assert told(base, built("IN OUT AUX TOP", "IN", "OUT", "AUX", "TOP")) == []


PAIRS = """#include "pump.h"
static const struct token tokens[] = {{
{}}};
"""
SWITCH = """#include "pump.h"
const char *name(int pump)
{{
	switch (pump) {{
{}	}}
	return NULL;
}}
"""
EVENTS = """#include "pump.h"
#define PUMPS \\
{}
"""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (PAIRS, '\t{{ PUMP_{}, "{}" }},\n'),
        (SWITCH, '\tcase PUMP_{}:\n\t\treturn "{}";\n'),
        (EVENTS, '\tEM(PUMP_{}, "{}") \\\n'),
    ],
)
def test_pairs_and_switches(text: str, line: str) -> None:
    def built(members: str, pairs: str) -> dict[str, str]:
        words = [pair.split("=") for pair in pairs.split()]
        body = "".join(line.format(*word) for word in words)
        return {**tree(members), "drivers/pump/show.c": text.format(body)}

    base = built("IN OUT AUX", "IN=in OUT=out AUX=aux")

    def rules(members: str, pairs: str) -> list[str]:
        return [f.rule for f in examine(base, built(members, pairs)).findings]

    assert rules("IN OUT AUX", "IN=out OUT=in AUX=aux") == ["moved", "moved"]
    assert rules("IN OUT AUX TOP", "IN=in OUT=out AUX=aux") == ["noname"]
    assert rules("IN OUT AUX", "IN=in AUX=aux") == ["lost"]
    assert rules("IN OUT AUX TOP", "IN=in OUT=out AUX=aux TOP=top") == []
    assert rules("TOP IN OUT AUX", "IN=in OUT=out AUX=aux TOP=top") == []
    shared = built("IN OUT AUX TOP", "IN=in OUT=out AUX=aux TOP=aux")
    (finding,) = examine(base, shared).findings
    assert (finding.rule, finding.severity) == ("duplicate", "warning")


def test_an_index_that_is_bounded_by_an_enumerator_links_the_two() -> None:
    body = """#include "pump.h"
static const char *const names[] = {{
{}}};
const char *name(enum pump pump)
{{
	return pump < ARRAY_SIZE(names) ? names[pump] : "?";
}}
"""

    def built(members: str, names: str) -> dict[str, str]:
        text = body.format("".join(f'\t"{word}",\n' for word in names.split()))
        return {**tree(members), "drivers/pump/show.c": text}

    base = built("IN OUT AUX", "in out aux")
    assert told(base, built("IN OUT AUX", "in aux out")) == ["moved error 4 1", "moved error 5 1"]


def test_a_series_without_names_is_skipped() -> None:
    base = {"a.c": "int one;\n"}
    examined = examine(base, {"a.c": "int two;\n"})
    assert (examined.count, bool(examined.skip)) == (0, True)


def test_the_empty_table_of_a_profile_stands_for_all() -> None:
    assert name_table.parse({}) == Found()
