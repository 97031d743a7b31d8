# SPDX-License-Identifier: GPL-2.0-or-later
"""names/rule: every fault word by word, with its line, for tables of each form."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from test_names import PAIRS, SWITCH, examine, tree
from verify_series.names.rule import Known

MEMBERS, NAMES = "IN OUT AUX LOW TOP", "in out aux low top"
DESIGNATED = " ".join(f'[PUMP_{name}]="{name.lower()}"' for name in MEMBERS.split())
FORMS = {"pairs": (PAIRS, '\t{{ PUMP_{}, "{}" }},\n'), "switch": (SWITCH, None)}
CASE = '\tcase PUMP_{}:\n\t\treturn "{}";\n'


def table(members: str, body: str) -> Mapping[str, str]:
    """The entries of the table as they are, one a line."""
    text = "".join(f"\t{entry},\n" for entry in body.split())
    head = '#include "pump.h"\nstatic const char *const pump_names[] = {\n'
    return {**tree(members), "drivers/pump/show.c": f"{head}{text}}};\n"}


def listed(form: str, members: str, pairs: str) -> Mapping[str, str]:
    text, line = FORMS[form]
    body = "".join((line or CASE).format(*pair.split("=")) for pair in pairs.split())
    return {**tree(members), "drivers/pump/show.c": text.format(body)}


def said(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    findings = examine(before, after).findings
    assert {finding.patch for finding in findings} <= {1}
    return [
        f"{f.severity} {f.rule} " + str(f).replace("drivers/pump/", "").rpartition(" [")[0]
        for f in findings
    ]


IN_ORDER: dict[str, tuple[str, str, list[str]]] = {
    "the last one first": (
        MEMBERS,
        "top in out aux low",
        [
            'error moved show.c:3: "top" stands at index 0 of pump_names, the place of PUMP_IN'
            " (pump.h:4); its own is PUMP_TOP (pump.h:8), index 4",
            'error moved show.c:4: "in" stands at index 1 of pump_names, the place of PUMP_OUT'
            " (pump.h:5); its own is PUMP_IN (pump.h:4), index 0,"
            " and the 3 after it are as far off",
        ],
    ),
    "the last two first": (
        MEMBERS,
        "low top in out aux",
        [
            'error moved show.c:3: "low" stands at index 0 of pump_names, the place of PUMP_IN'
            " (pump.h:4); its own is PUMP_LOW (pump.h:7), index 3,"
            " and the one after it is as far off",
            'error moved show.c:5: "in" stands at index 2 of pump_names, the place of PUMP_AUX'
            " (pump.h:6); its own is PUMP_IN (pump.h:4), index 0,"
            " and the 2 after it are as far off",
        ],
    ),
    "two that changed places": (
        MEMBERS,
        "in out aux top low",
        [
            'error moved show.c:6: "top" stands at index 3 of pump_names, the place of PUMP_LOW'
            " (pump.h:7); its own is PUMP_TOP (pump.h:8), index 4",
            'error moved show.c:7: "low" stands at index 4 of pump_names, the place of PUMP_TOP'
            " (pump.h:8); its own is PUMP_LOW (pump.h:7), index 3",
        ],
    ),
    "two new enumerators": (
        "IN NEW OUT OLD AUX LOW TOP",
        NAMES,
        [
            "error noname show.c:3: PUMP_NEW (pump.h:5) has no name in pump_names; every later"
            ' name, from "out" at index 1 on, is one too early; add "new", after line 3',
            "error noname show.c:5: PUMP_OLD (pump.h:7) has no name in pump_names; every later"
            ' name, from "aux" at index 2 on, is one too early; add "old", after line 5',
        ],
    ),
    "two new enumerators at the end": (
        f"{MEMBERS} NEW OLD",
        NAMES,
        [
            'error noname show.c:7: PUMP_NEW (pump.h:9) has no name in pump_names; add "new",'
            " after line 7",
            'error noname show.c:7: PUMP_OLD (pump.h:10) has no name in pump_names; add "old",'
            " after line 7",
        ],
    ),
    "an enumerator goes": (
        "IN AUX LOW TOP",
        NAMES,
        [
            'error over show.c:4: "out" in pump_names is the name of no enumerator; every later'
            ' name, from "aux" at index 2 on, is one too late'
        ],
    ),
    "a name at the top": (
        MEMBERS,
        f"new {NAMES}",
        [
            'error over show.c:3: "new" in pump_names is the name of no enumerator; every later'
            ' name, from "in" at index 1 on, is one too late'
        ],
    ),
    "a name in the middle": (
        MEMBERS,
        "in out new aux low top",
        [
            'error over show.c:5: "new" in pump_names is the name of no enumerator; every later'
            ' name, from "aux" at index 3 on, is one too late'
        ],
    ),
    "an enumerator and its name apart": (
        "IN NEW OUT AUX LOW TOP",
        "in out aux new low top",
        [
            'error moved show.c:4: "out" stands at index 1 of pump_names, the place of PUMP_NEW'
            " (pump.h:5); its own is PUMP_OUT (pump.h:6), index 2,"
            " and the one after it is as far off",
            'error moved show.c:6: "new" stands at index 3 of pump_names, the place of PUMP_AUX'
            " (pump.h:7); its own is PUMP_NEW (pump.h:5), index 1",
        ],
    ),
    "a name goes": (
        MEMBERS,
        "in aux low top",
        [
            'error lost show.c:3: PUMP_OUT (pump.h:5) had the name "out" in pump_names and has none'
            ' now; every later name, from "aux" at index 1 on, is one too early'
        ],
    ),
    "the last name goes": (
        MEMBERS,
        "in out aux low",
        [
            'error lost show.c:6: PUMP_TOP (pump.h:8) had the name "top" in pump_names and has none'
            " now"
        ],
    ),
    "the first name goes": (
        MEMBERS,
        "out aux low top",
        [
            'error lost show.c:2: PUMP_IN (pump.h:4) had the name "in" in pump_names and has none'
            ' now; every later name, from "out" at index 0 on, is one too early'
        ],
    ),
    "a name twice": (
        MEMBERS,
        "in out in aux low top",
        [
            'error duplicate show.c:5: "in" stands at index 2 of pump_names, the place of PUMP_AUX'
            " (pump.h:6), and is the name of PUMP_IN (pump.h:4) as well"
        ],
    ),
    "a name instead of another": (
        MEMBERS,
        "in out in low top",
        [
            'error duplicate show.c:5: "in" stands at index 2 of pump_names, the place of PUMP_AUX'
            " (pump.h:6), and is the name of PUMP_IN (pump.h:4) as well",
            'error lost show.c:4: PUMP_AUX (pump.h:6) had the name "aux" in pump_names and has none'
            " now",
        ],
    ),
    "two names at the top": (
        MEMBERS,
        f"x y {NAMES}",
        [
            'error over show.c:3: "x" in pump_names is the name of no enumerator; every later'
            ' name, from "in" at index 2 on, is one too late',
            'error over show.c:4: "y" in pump_names is the name of no enumerator; every later'
            ' name, from "out" at index 3 on, is one too late',
        ],
    ),
    "one name goes and two others change places": (
        MEMBERS,
        "out in low top",
        [
            'error lost show.c:4: PUMP_AUX (pump.h:6) had the name "aux" in pump_names and has none'
            ' now; every later name, from "low" at index 2 on, is one too early',
            'error moved show.c:3: "out" stands at index 0 of pump_names, the place of PUMP_IN'
            " (pump.h:4); its own is PUMP_OUT (pump.h:5), index 1",
            'error moved show.c:4: "in" stands at index 1 of pump_names, the place of PUMP_OUT'
            " (pump.h:5); its own is PUMP_IN (pump.h:4), index 0",
        ],
    ),
    "the enum turned round": (
        "TOP LOW AUX OUT IN",
        NAMES,
        [
            'error moved show.c:3: "in" stands at index 0 of pump_names, the place of PUMP_TOP'
            " (pump.h:4); its own is PUMP_IN (pump.h:8), index 4",
            'error moved show.c:4: "out" stands at index 1 of pump_names, the place of PUMP_LOW'
            " (pump.h:5); its own is PUMP_OUT (pump.h:7), index 3",
            'error moved show.c:6: "low" stands at index 3 of pump_names, the place of PUMP_OUT'
            " (pump.h:7); its own is PUMP_LOW (pump.h:5), index 1",
            'error moved show.c:7: "top" stands at index 4 of pump_names, the place of PUMP_IN'
            " (pump.h:8); its own is PUMP_TOP (pump.h:4), index 0",
        ],
    ),
    "a name too many behind two that changed places": (
        MEMBERS,
        "out in x aux low top",
        [
            'error over show.c:5: "x" in pump_names is the name of no enumerator; every later'
            ' name, from "aux" at index 3 on, is one too late',
            'error moved show.c:3: "out" stands at index 0 of pump_names, the place of PUMP_IN'
            " (pump.h:4); its own is PUMP_OUT (pump.h:5), index 1",
            'error moved show.c:4: "in" stands at index 1 of pump_names, the place of PUMP_OUT'
            " (pump.h:5); its own is PUMP_IN (pump.h:4), index 0",
        ],
    ),
    "a name goes and a later one moves": (
        MEMBERS,
        "in aux top low",
        [
            'error lost show.c:3: PUMP_OUT (pump.h:5) had the name "out" in pump_names and has none'
            ' now; every later name, from "aux" at index 1 on, is one too early',
            'error moved show.c:5: "top" stands at index 2 of pump_names, the place of PUMP_AUX'
            " (pump.h:6); its own is PUMP_TOP (pump.h:8), index 4",
        ],
    ),
    "a second enumerator of a value": ("IN ONE=0 OUT AUX LOW TOP", NAMES, []),
}


@pytest.mark.parametrize("name", IN_ORDER)
def test_names_in_the_order_of_the_enum(name: str) -> None:
    members, names, expected = IN_ORDER[name]
    assert said(tree(MEMBERS, NAMES), tree(members, names)) == expected


FROM_ONE = MEMBERS.replace("IN", "IN=1")
BY_INDEX: dict[str, tuple[tuple[str, str], tuple[str, str], list[str]]] = {
    "a hole": (
        (MEMBERS, DESIGNATED),
        (MEMBERS, DESIGNATED.replace('[PUMP_AUX]="aux" ', "")),
        [
            'error lost show.c:4: PUMP_AUX (pump.h:6) had the name "aux" in pump_names and has none'
            " now"
        ],
    ),
    "no name on purpose": (
        (MEMBERS, DESIGNATED),
        (MEMBERS, DESIGNATED.replace('"aux"', "NULL")),
        [],
    ),
    "two that changed places": (
        (MEMBERS, DESIGNATED),
        (MEMBERS, DESIGNATED.replace('"in"', '"x"').replace('"out"', '"in"').replace("x", "out")),
        [
            'error moved show.c:3: "out" stands at index 0 of pump_names, the place of PUMP_IN'
            " (pump.h:4); its own is PUMP_OUT (pump.h:5), index 1",
            'error moved show.c:4: "in" stands at index 1 of pump_names, the place of PUMP_OUT'
            " (pump.h:5); its own is PUMP_IN (pump.h:4), index 0",
        ],
    ),
    "a new enumerator": (
        (MEMBERS, DESIGNATED),
        (f"{MEMBERS} NEW", DESIGNATED),
        [
            "error noname show.c:7: PUMP_NEW (pump.h:9) has no name in pump_names;"
            ' add [PUMP_NEW] = "new", after line 7'
        ],
    ),
    "a new enumerator that has none on purpose": (
        (MEMBERS, DESIGNATED),
        (f"{MEMBERS} NEW", f"{DESIGNATED} [PUMP_NEW]=NULL"),
        [],
    ),
    "the enum turned round": ((MEMBERS, DESIGNATED), ("TOP LOW AUX OUT IN", DESIGNATED), []),
    "a new name of an old value": (
        (MEMBERS, DESIGNATED),
        (f"{MEMBERS} NEW=0", f'{DESIGNATED} [PUMP_NEW]="new"'),
        [],
    ),
    "a new enumerator where a name was beyond the enum": (
        (MEMBERS, f'{DESIGNATED} [9]="nine"'),
        (f"{MEMBERS} NEW=9", f'{DESIGNATED} [9]="nine"'),
        [
            "warning noname show.c:7: PUMP_NEW (pump.h:9) has no name in pump_names, and gets"
            ' "nine", which was the name of no enumerator; add [PUMP_NEW] = "new", after line 7'
        ],
    ),
    "a name twice, before the enum": (
        (FROM_ONE, f'[0]="none" {DESIGNATED}'),
        (FROM_ONE, f'[0]="out" {DESIGNATED}'),
        [
            'error duplicate show.c:3: "out" stands at index 0 of pump_names, which no enumerator'
            " has, and is the name of PUMP_OUT (pump.h:5) as well"
        ],
    ),
    "another name before the enum": (
        (FROM_ONE, f'[0]="none" {DESIGNATED}'),
        (FROM_ONE, f'[0]="nobody" {DESIGNATED}'),
        ['error over show.c:3: "nobody" in pump_names is the name of no enumerator'],
    ),
    "a name beyond the enum": (
        (MEMBERS, DESIGNATED),
        (MEMBERS, f'{DESIGNATED} [9]="nine"'),
        ['error over show.c:8: "nine" in pump_names is the name of no enumerator'],
    ),
    "a second one that always was beyond it": (
        (MEMBERS, f'{DESIGNATED} [9]="in"'),
        (f"{MEMBERS} NEW", f'{DESIGNATED} [9]="in" [PUMP_NEW]="new"'),
        [],
    ),
    "a name that always was beyond it": (
        (MEMBERS, f'{DESIGNATED} [9]="nine"'),
        (f"{MEMBERS} NEW", f'{DESIGNATED} [9]="nine" [PUMP_NEW]="new"'),
        [],
    ),
}


@pytest.mark.parametrize("name", BY_INDEX)
def test_names_that_say_their_index(name: str) -> None:
    before, after, expected = BY_INDEX[name]
    assert said(table(*before), table(*after)) == expected


@pytest.mark.parametrize(
    ("size", "holes", "told"),
    [
        (12, 0, "error"),
        (12, 1, "warning"),
        (12, 2, ""),
        (12, 3, ""),
        (20, 2, "warning"),
        (24, 2, "warning"),
        (24, 3, ""),
    ],
)
def test_a_table_that_lacks_much_may_lack_more(size: int, holes: int, told: str) -> None:
    members = [f"B{number}" for number in range(size)]
    body = " ".join(f'[PUMP_{name}]="{name.lower()}"' for name in members[holes:])
    after = table(" ".join([*members, "NEW"]), body)
    line = 2 + size - holes
    assert said(table(" ".join(members), body), after) == [
        f"{told} noname show.c:{line}: PUMP_NEW (pump.h:{4 + size}) has no name in pump_names;"
        f' add [PUMP_NEW] = "new", after line {line}'
    ] * bool(told)


@pytest.mark.parametrize(
    ("count", "by_index", "in_order"), [(1, "", ""), (2, "", "error"), (3, "error", "error")]
)
def test_few_names_tell_little(count: int, by_index: str, in_order: str) -> None:
    """Two names that say their index may be meant to be all."""
    members = " ".join(MEMBERS.split()[:count])
    entries = " ".join(DESIGNATED.split()[:count])
    names = members.lower()
    new = f"{members} NEW"
    for told, found in (
        (by_index, said(table(members, entries), table(new, entries))),
        (in_order, said(tree(members, names), tree(new, names))),
    ):
        assert [text.split(":")[0] for text in found] == [f"{told} noname show.c"] * bool(told)


def test_a_table_in_order_that_ends_early_may_end_early() -> None:
    assert said(tree(MEMBERS, "in out aux"), tree(f"{MEMBERS} NEW", "in out aux")) == []


@pytest.mark.parametrize(
    ("last", "told"),
    [
        ("END", "error"),
        ("ZAP", "error"),  # what ends the enum needs no name, whatever it is called
        ("ODD ZAP", "warning"),
        ("ODD EVEN ZAP", ""),
    ],
)
def test_what_ends_the_enum(last: str, told: str) -> None:
    def built(members: str) -> Mapping[str, str]:
        files = table(members, DESIGNATED)
        header = "drivers/pump/pump.h"
        return {**files, header: files[header].replace("\tPUMP_MAX,\n", "")}

    found = said(built(f"{MEMBERS} {last}"), built(f"{MEMBERS} NEW {last}"))
    assert [text.split(" (")[0] for text in found] == (
        [f"{told} noname show.c:7: PUMP_NEW"] * bool(told)
    )


FOUR = "IN OUT AUX LOW"
OWN = "IN=in OUT=out AUX=aux LOW=low"
LISTED: dict[str, tuple[str, str, list[str]]] = {
    "two that changed places": (
        FOUR,
        "IN=out OUT=in AUX=aux LOW=low",
        [
            'error moved "out" stands for PUMP_IN (pump.h:4); its own is PUMP_OUT (pump.h:5)',
            'error moved "in" stands for PUMP_OUT (pump.h:5); its own is PUMP_IN (pump.h:4)',
        ],
    ),
    "all of them": (
        FOUR,
        "IN=low OUT=in AUX=out LOW=aux",
        [
            'error moved "low" stands for PUMP_IN (pump.h:4); its own is PUMP_LOW (pump.h:7)',
            'error moved "in" stands for PUMP_OUT (pump.h:5); its own is PUMP_IN (pump.h:4)',
            'error moved "out" stands for PUMP_AUX (pump.h:6); its own is PUMP_OUT (pump.h:5)',
            'error moved "aux" stands for PUMP_LOW (pump.h:7); its own is PUMP_AUX (pump.h:6)',
        ],
    ),
    "a name goes": (
        FOUR,
        "IN=in OUT=out LOW=low",
        ['warning lost PUMP_AUX (pump.h:6) had the name "aux" and has none now'],
    ),
    "a name twice": (
        FOUR,
        "IN=in OUT=out AUX=aux LOW=in",
        [
            'warning duplicate "in" stands for PUMP_LOW (pump.h:7), and is the name of PUMP_IN'
            " (pump.h:4) as well"
        ],
    ),
    "an old name for a new one": (
        f"{FOUR} NEW",
        f"{OWN} NEW=low",
        [
            'warning duplicate "low" stands for PUMP_NEW (pump.h:8), and is the name of PUMP_LOW'
            " (pump.h:7) as well"
        ],
    ),
    "a name too many": (FOUR, f"{OWN} IN=other", []),
    "another name": (FOUR, "IN=in OUT=outer AUX=aux LOW=low", []),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", LISTED)
def test_names_in_pairs(form: str, name: str) -> None:
    members, pairs, expected = LISTED[name]
    site = {"pairs": " in tokens", "switch": " in name"}[form]
    found = said(listed(form, FOUR, OWN), listed(form, members, pairs))
    bare = [" ".join(text.replace(site, "").split()) for text in found]
    assert [
        " ".join(w for w in text.split(" ") if not w.startswith("show.c")) for text in bare
    ] == (expected)


def test_a_case_that_falls_through_to_an_old_one() -> None:
    """It has the other one's name, and what comes behind it is judged as ever."""

    def falls(pairs: str) -> Mapping[str, str]:
        files = listed("switch", f"NEW {FOUR}", pairs)
        text = files["drivers/pump/show.c"].replace(
            "\tcase PUMP_IN:\n", "\tcase PUMP_NEW:\n\tcase PUMP_IN:\n"
        )
        return {**files, "drivers/pump/show.c": text}

    before = listed("switch", FOUR, OWN)
    assert said(before, falls(OWN)) == []
    found = said(before, falls("IN=in OUT=out AUX=low LOW=aux"))
    assert [text.partition(" stands")[0] for text in found] == [
        'error moved show.c:11: "low"',
        'error moved show.c:13: "aux"',
    ]


def test_a_new_name_that_a_later_patch_changes_is_not_lost() -> None:
    trees = (
        table(MEMBERS, f'{DESIGNATED} [9]="nine"'),
        table(f"{MEMBERS} NEW", f'{DESIGNATED} [9]="nine" [PUMP_NEW]="new"'),
        table(f"{MEMBERS} NEW", f'{DESIGNATED} [9]="nine" [PUMP_NEW]="nine"'),
    )
    assert examine(*trees).findings == ()


def test_nothing_known_is_not_complete() -> None:
    assert not Known().complete
    assert (Known().named, Known().unnamed) == (0, 0)
