# SPDX-License-Identifier: GPL-2.0-or-later
"""name-table: what a change concerns, however far from the enum or the table it stands."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

import snapshots
from verify_series.checkers import name_table
from verify_series.checkers.name_found import Found
from verify_series.model import Examined, NameTable

HEADER = "include/linux/gate.h"
NAMES = "lib/gate/names.c"
ENUM = "enum gate {\n\tGATE_OPEN,\n\tGATE_SHUT,\n\tGATE_LOCK,\n\tGATE_MAX\n};\n"
ENTRIES = '\t"open",\n\t"shut",\n\t"lock",\n'
FUNCTION = "const char *gate_name(enum gate gate)\n{\n\treturn names[gate];\n}\n"


def names(entries: str = ENTRIES, head: str = "static const char *const names[GATE_MAX]") -> str:
    return f"#include <linux/gate.h>\n{head} = {{\n{entries}}};\n"


def grown(text: str) -> str:
    """With one more between the first and the second."""
    return text.replace("\tGATE_SHUT,", "\tGATE_KEY,\n\tGATE_SHUT,").replace(
        '\t"shut",', '\t"key",\n\t"shut",'
    )


def examine(*trees: Mapping[str, str]) -> Examined:
    """The first tree is whole, the others are what a patch makes of some files."""
    whole = [dict(trees[0])]
    for changed in trees[1:]:
        whole.append({**whole[-1], **changed})
    return name_table.run(snapshots.apply(*whole), Found())


def told(*trees: Mapping[str, str]) -> list[str]:
    return [f"{f.rule} {f.severity} {f.path}" for f in examine(*trees).findings]


UNSIZED = "static const char *const names[]"
SHARED = "const char *const names[]"
USER = '#include <linux/gate.h>\nvoid show(enum gate gate)\n{\n\tpr_info("%s", names[gate]);\n}\n'


@pytest.mark.parametrize(
    "base",
    [
        {HEADER: ENUM, NAMES: names()},
        {HEADER: ENUM, NAMES: names(head=UNSIZED) + FUNCTION},
        {HEADER: ENUM, NAMES: names(head=SHARED), "lib/gate/use.c": USER},
        {
            HEADER: f"{ENUM}extern const char *const names[GATE_MAX];\n",
            NAMES: names(head=SHARED),
        },
        {
            HEADER: ENUM.replace("GATE_MAX", "ALL_GATES_MAX"),
            NAMES: names(head="static const char *const names[ALL_GATES_MAX]"),
        },
        {
            HEADER: ENUM + "#define LAST_GATE GATE_LOCK\n#define GATES (LAST_GATE + 1)\n",
            NAMES: names(head="static const char *const names[GATES]"),
        },
    ],
    ids=[
        "sized",
        "indexed here",
        "indexed elsewhere",
        "declared with a size",
        "other end",
        "size by macro",
    ],
)
def test_however_the_two_are_linked(base: Mapping[str, str]) -> None:
    more = grown(base[HEADER])
    assert told(base, {HEADER: more}) == [f"noname error {NAMES}"]
    assert told(base, {HEADER: more, NAMES: grown(base[NAMES])}) == []
    swapped = base[NAMES].replace('"shut",\n\t"lock"', '"lock",\n\t"shut"')
    assert told(base, {NAMES: swapped}) == [f"moved error {NAMES}"] * 2


@pytest.mark.parametrize("size", ["3", "GATES"])
def test_an_array_that_does_not_grow(size: str) -> None:
    enum = ENUM.replace("\tGATE_MAX\n", "#define GATES (GATE_LOCK + 1)\n")
    table = names(head=f"static const char *const names[{size}]")
    base = {HEADER: enum, NAMES: table + FUNCTION}
    more = enum.replace("\tGATE_LOCK,\n", "\tGATE_LOCK,\n\tGATE_KEY,\n")
    assert told(base, {HEADER: more}) == [f"noname error {NAMES}"]
    last = enum.replace("\tGATE_LOCK,\n", "\tGATE_LOCK,\n\tGATE_LAST,\n")
    assert told(base, {HEADER: last}) == []


def test_a_null_that_ends_the_table_is_nobodys() -> None:
    enum = ENUM.replace("\tGATE_MAX\n", "")
    base = {HEADER: enum, NAMES: names(ENTRIES + "\tNULL,\n", UNSIZED) + FUNCTION}
    more = enum.replace("\tGATE_LOCK,\n", "\tGATE_LOCK,\n\tGATE_KEY,\n")
    assert told(base, {HEADER: more}) == [f"noname error {NAMES}"]
    named = names(ENTRIES + '\t"key",\n\tNULL,\n', UNSIZED) + FUNCTION
    assert told(base, {HEADER: more, NAMES: named}) == []


def test_an_index_that_is_compared_with_an_enumerator() -> None:
    user = "const char *f(struct d *d)\n{\n\tif (d->i > GATE_LOCK)\n\t\treturn 0;\n"
    base = {HEADER: ENUM, NAMES: names(head=UNSIZED) + f"{user}\treturn names[d->i];\n}}\n"}
    assert told(base, {HEADER: grown(ENUM)}) == [f"noname error {NAMES}"]


def test_a_new_name_for_what_ends_the_enum() -> None:
    base = {HEADER: ENUM, NAMES: names()}
    assert told(base, {k: v.replace("GATE_MAX", "GATE_ENTRIES") for k, v in base.items()}) == []


def under(option: str, text: str, line: str) -> str:
    return text.replace(line, f"#ifdef {option}\n{line}#endif\n")


def test_an_if_alone_is_a_change() -> None:
    plain = {HEADER: ENUM, NAMES: names()}
    header = under("CONFIG_SHUT", ENUM, "\tGATE_SHUT,\n")
    table = under("CONFIG_SHUT", names(), '\t"shut",\n')
    (finding,) = examine(plain, {HEADER: header}).findings
    assert (finding.severity, finding.rule) == ("error", "over")
    assert "where CONFIG_SHUT is not set" in finding.message
    assert told(plain, {NAMES: table}) == [f"lost error {NAMES}"]
    assert told(plain, {HEADER: header, NAMES: table}) == []
    both = {HEADER: header, NAMES: table}
    assert told(both, {HEADER: ENUM}) == [f"noname error {NAMES}"]
    other = under("CONFIG_GATE", ENUM, "\tGATE_SHUT,\n")
    assert told(both, {HEADER: other})
    assert told(both, {HEADER: ENUM, NAMES: names()}) == []


FIRST = "include/linux/first.h"


def test_a_macro_elsewhere_moves_the_values() -> None:
    base = {
        FIRST: "#define GATE_FIRST 0\n",
        HEADER: "#include <linux/first.h>\n" + ENUM.replace("OPEN,", "OPEN = GATE_FIRST,"),
        NAMES: names(),
    }
    assert told(base, {FIRST: "#define GATE_FIRST 1\n"})
    hexadecimal = {FIRST: "#define GATE_FIRST 0x0\n#define OTHER 3\n"}
    assert told(base, hexadecimal) == []
    moved = {FIRST: "#define GATE_FIRST 1\n", NAMES: names("\tNULL,\n" + ENTRIES)}
    assert told(base, moved) == []


def test_a_macro_that_makes_the_entries_is_part_of_the_table() -> None:
    table = names("\tN(OPEN),\n\tN(SHUT),\n\tN(LOCK),\n", UNSIZED)
    base = {HEADER: ENUM, NAMES: f"#define N(x) [GATE_##x] = #x\n{table}"}
    off = {NAMES: f"#define N(x) [GATE_##x + 1] = #x\n{table}"}
    assert told(base, off) == [f"moved error {NAMES}"]
    assert told(base, {NAMES: f"#define N(word) [GATE_##word] = #word\n{table}"}) == []


FAMILY = "#define GATE_OPEN 0\n#define GATE_SHUT 1\n#define GATE_LOCK 2\n#define GATE_MAX 3\n"
LARGER = FAMILY.replace("MAX 3", "KEY 3\n#define GATE_MAX 4")


def test_a_family_of_macros_is_as_good_as_an_enum() -> None:
    base = {HEADER: FAMILY, NAMES: names()}
    assert told(base, {HEADER: LARGER}) == [f"noname error {NAMES}"]
    assert told(base, {HEADER: LARGER, NAMES: names(ENTRIES + '\t"key",\n')}) == []
    assert told(base, {HEADER: FAMILY + "#define WALL_TIMEOUT 500\n"}) == []
    assert told(base, {HEADER: FAMILY + "#define GATE_MODE 0\n"}) == []
    others = "#define GATE_DEFAULT WALL_DEFAULT\n#define GATE_LIMIT wall_limit()\n"
    assert told({**base, HEADER: FAMILY + others}, {HEADER: LARGER + others}) == [
        f"noname error {NAMES}"
    ]
    swapped = FAMILY.replace("OPEN 0", "OPEN 1").replace("SHUT 1", "SHUT 0")
    assert told(base, {HEADER: swapped}) == [f"moved error {NAMES}"] * 2
    apart = FAMILY.replace("#define GATE_LOCK", "int wall;\n#define GATE_LOCK")
    assert told(base, {HEADER: apart}) == []
    alone = {HEADER: FAMILY, NAMES: names() + "#define GATE_OPEN 7\n"}
    assert told(alone, {HEADER: LARGER}) == [f"noname error {NAMES}"]


def test_a_family_in_the_file_of_its_names() -> None:
    entries = '\t[GATE_OPEN] = "open",\n\t[GATE_SHUT] = "shut",\n\t[GATE_LOCK] = "lock",\n'
    table = names(entries, UNSIZED)
    base = {NAMES: FAMILY + table}
    assert told(base, {NAMES: LARGER + table}) == [f"noname error {NAMES}"]
    named = names(entries + '\t[GATE_KEY] = "key",\n', UNSIZED)
    assert told(base, {NAMES: LARGER + named}) == []


def test_a_family_in_a_switch() -> None:
    def switch(*words: str) -> str:
        cases = "".join(f'\tcase GATE_{w}:\n\t\treturn "{w.lower()}";\n' for w in words)
        body = f"\tswitch (i) {{\n{cases}\t}}\n"
        return f"#include <linux/gate.h>\nconst char *f(int i)\n{{\n{body}}}\n"

    base = {HEADER: FAMILY, NAMES: switch("OPEN", "SHUT", "LOCK")}
    assert told(base, {HEADER: LARGER}) == [f"noname error {NAMES}"]
    assert told(base, {HEADER: LARGER, NAMES: switch("OPEN", "SHUT", "LOCK", "KEY")}) == []


def test_what_stands_often_is_nobodys_name() -> None:
    holes = '\t"none",\n' * 4
    base = {HEADER: FAMILY.replace("MAX 3", "MAX 7"), NAMES: names(ENTRIES + holes)}
    grown = {
        HEADER: base[HEADER].replace("#define GATE_MAX", "#define GATE_KEY 4\n#define GATE_MAX")
    }
    assert told(base, grown) == [f"noname warning {NAMES}"]
    named = names(ENTRIES + holes.replace('"none",\n\t"none"', '"none",\n\t"key"', 1))
    assert told(base, {**grown, NAMES: named}) == []


STRUCTS = "static const struct gate_type { const char *name; int v; } names[GATE_MAX]"


@pytest.mark.parametrize("form", ['.v = 3, .name = "{}"', '"{}", 3'])
def test_a_structure_has_its_name_as_a_member(form: str) -> None:
    def table(*words: str) -> str:
        line = "\t[GATE_{}] = {{ {} }},\n"
        return names("".join(line.format(w, form.format(w.lower())) for w in words), STRUCTS)

    base = {HEADER: ENUM, NAMES: table("OPEN", "SHUT", "LOCK")}
    more = grown(ENUM)
    assert told(base, {HEADER: more}) == [f"noname error {NAMES}"]
    assert told(base, {HEADER: more, NAMES: table("OPEN", "SHUT", "LOCK", "KEY")}) == []
    assert told(base, {NAMES: table("OPEN", "SHUT")}) == [f"lost error {NAMES}"]
    assert told(base, {NAMES: base[NAMES].replace("3", "4")}) == []


def test_structures_without_a_size_may_have_an_order_of_their_own() -> None:
    """They are searched for a member as often as they are indexed."""

    def table(*words: str) -> str:
        lines = "".join(f'\t{{ GATE_{w}, "{w.lower()}" }},\n' for w in words)
        use = "const char *f(enum gate g)\n{\n\treturn names[g].name;\n}\n"
        return f"#include <linux/gate.h>\n{LOOSE} = {{\n{lines}}};\n{use}"

    base = {HEADER: ENUM, NAMES: table("OPEN", "SHUT", "LOCK")}
    assert told(base, {HEADER: grown(ENUM)}) == [f"noname warning {NAMES}"]
    assert told(base, {NAMES: table("SHUT", "OPEN", "LOCK")}) == []


LOOSE = "static const struct gate_type names[]"


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        (ENTRIES, []),
        ('\t"open",\n\t"lock",\n\t"shut",\n', ["moved error", "moved error"]),
        ('\t"open",\n\t"lock",\n', ["noname error"]),
        ('\t"open",\n\t"shut",\n', ["noname error"]),
        ('\t"opened",\n\t"closed",\n', ["noname error"]),
        ('\t"opened",\n\t"closed",\n\t"locked",\n\t"lost",\n', ["over error"]),
        ('\t[GATE_OPEN] = "lock",\n\t[GATE_LOCK] = "open",\n', ["moved error", "moved error"]),
        ('\t[GATE_OPEN] = "free",\n', []),
    ],
)
def test_a_table_that_is_new_with_its_enum(entries: str, expected: list[str]) -> None:
    base = {"lib/gate/a.c": "int a;\n"}
    file = ENUM + names(entries, UNSIZED) + FUNCTION
    assert told(base, {NAMES: file}) == [f"{one} {NAMES}" for one in expected]
    assert told(base, {HEADER: ENUM}, {NAMES: names(entries, UNSIZED) + FUNCTION}) == [
        f"{one} {NAMES}" for one in expected
    ]


def test_new_names_in_each_others_place() -> None:
    long = ENUM.replace("\tGATE_MAX", "\tGATE_BAR,\n\tGATE_MAX")
    base = {HEADER: long, NAMES: names(ENTRIES + '\t"bar",\n')}
    more = long.replace("\tGATE_MAX", "\tGATE_KEY,\n\tGATE_BELL,\n\tGATE_MAX")
    right = {HEADER: more, NAMES: names(ENTRIES + '\t"bar",\n\t"key",\n\t"bell",\n')}
    wrong = {HEADER: more, NAMES: names(ENTRIES + '\t"bar",\n\t"bell",\n\t"key",\n')}
    assert told(base, right) == []
    assert told(base, wrong) == [f"moved error {NAMES}"] * 2


def test_an_index_that_no_file_explains_needs_none_where_each_entry_names_its_own() -> None:
    table = names("\t[I(GATE_OPEN)] = \"open\",\n\t[I(GATE_SHUT)] = \"shut\",\n"
                  "\t[I(GATE_LOCK)] = \"lock\",\n", UNSIZED)  # fmt: skip
    base = {HEADER: ENUM, NAMES: table}
    assert told(base, {HEADER: grown(ENUM)}) == [f"noname error {NAMES}"]
    swapped = table.replace('"shut"', '"x"').replace('"lock"', '"shut"').replace('"x"', '"lock"')
    assert told(base, {NAMES: swapped}) == [f"moved error {NAMES}"] * 2
    more = table.replace("\t[I(GATE_SHUT)", '\t[I(GATE_KEY)] = "key",\n\t[I(GATE_SHUT)')
    assert told(base, {HEADER: grown(ENUM), NAMES: more}) == []


def test_the_names_of_several_enums_in_one_table() -> None:
    other = "enum wall {\n\tWALL_STONE,\n\tWALL_WOOD,\n\tWALL_CLAY,\n\tWALL_MAX\n};\n"
    words = ["GATE_OPEN", "GATE_SHUT", "GATE_LOCK"]
    entries = "".join(f'\t[{w}] = "{w.lower()}",\n' for w in words)
    words = ["WALL_STONE", "WALL_WOOD", "WALL_CLAY"]
    entries += "".join(f'\t[GATE_MAX + {w}] = "{w.lower()}",\n' for w in words)
    base = {HEADER: ENUM + other, NAMES: names(entries, UNSIZED)}
    assert told(base, {HEADER: grown(ENUM) + other}) == [f"noname error {NAMES}"]
    clay = other.replace("\tWALL_MAX", "\tWALL_MUD,\n\tWALL_MAX")
    assert told(base, {HEADER: ENUM + clay}) == [f"noname error {NAMES}"]
    assert told(base, {NAMES: names(entries.replace("wall_clay", "clay"), UNSIZED)}) == []


def test_what_cannot_be_read_is_said() -> None:
    base = {HEADER: ENUM.replace("OPEN,", "OPEN = START(),"), NAMES: names()}
    (finding,) = examine(base, {HEADER: grown(base[HEADER])}).findings
    assert (finding.rule, finding.severity, finding.patch) == ("unread", "warning", 1)
    assert str(finding).startswith(
        f"{NAMES}:2: names ({NAMES}:2) against gate ({HEADER}:1) could not be compared: the value"
        f" of GATE_OPEN at {HEADER}:2 needs START()"
    )
    assert examine(base, {"lib/gate/other.c": "int a;\n"}).findings == ()


def test_what_cannot_be_read_hides_nothing_else() -> None:
    """A table that cannot be compared comes first; the other one is judged as ever."""
    base = {
        HEADER: ENUM.replace("OPEN,", "OPEN = START(),"),
        NAMES: names(),
        "include/linux/wall.h": ENUM.replace("gate", "wall").replace("GATE", "WALL"),
        "lib/wall/names.c": names().replace("gate", "wall").replace("GATE", "WALL"),
    }
    after = {
        HEADER: grown(base[HEADER]),
        "include/linux/wall.h": grown(ENUM).replace("gate", "wall").replace("GATE", "WALL"),
    }
    found = [(f.rule, f.path) for f in examine(base, {**base, **after}).findings]
    assert sorted(found) == [("noname", "lib/wall/names.c"), ("unread", NAMES)]


def test_an_enum_of_two_names_is_called_by_its_first() -> None:
    two = ENUM.replace("enum gate", "typedef enum gate").replace("};", "} gate_kind;")
    assert two.count("gate_kind") == 1
    (drawn,) = examine({HEADER: two, NAMES: names()}, {HEADER: grown(two)}).exhibits
    assert isinstance(drawn, NameTable)
    assert drawn.enum == "gate"
    base = {HEADER: two.replace("OPEN,", "OPEN = START(),"), NAMES: names()}
    (finding,) = examine(base, {HEADER: grown(base[HEADER])}).findings
    assert f" against gate ({HEADER}:1) could not be compared" in str(finding)


@pytest.mark.parametrize(("count", "last"), [(12, []), (13, ["and 1 more in names"])])
def test_some_new_names_are_listed_and_the_others_counted(count: int, last: list[str]) -> None:
    words = [f"KEY{number}" for number in range(count)]
    more = ENUM.replace("\tGATE_MAX", "".join(f"\tGATE_{w},\n" for w in words) + "\tGATE_MAX")
    entries = "".join(f'\t"{w.lower()}",\n' for w in ("OPEN", "SHUT", "LOCK", *words))
    notes = examine({HEADER: ENUM, NAMES: names()}, {HEADER: more, NAMES: names(entries)}).notes
    assert [note for note in notes if not note.startswith("new in names: GATE_KEY")] == last
    assert len(notes) == 12 + len(last)


def test_an_enum_that_a_list_makes() -> None:
    def header(*words: str) -> str:
        uses = " ".join(f"X({word})" for word in words)
        return (
            f"#define GATES(X) {uses}\n#define E(x) GATE_##x,\nenum gate {{ GATES(E) GATE_MAX }};\n"
        )

    entries = "".join(f'\t[GATE_{w}] = "{w.lower()}",\n' for w in ("OPEN", "SHUT", "LOCK"))
    base = {HEADER: header("OPEN", "SHUT", "LOCK"), NAMES: names(entries, UNSIZED)}
    more = {HEADER: header("OPEN", "KEY", "SHUT", "LOCK")}
    assert told(base, more) == [f"noname error {NAMES}"]
    assert told(base, {**more, NAMES: names(entries + '\t[GATE_KEY] = "key",\n', UNSIZED)}) == []
    made = names("\tGATES(S)\n", UNSIZED).replace("static", "#define S(x) #x,\nstatic")
    assert told({**base, NAMES: made + FUNCTION}, more) == []


def test_bits_that_a_macro_makes_indexes_of() -> None:
    words = ["OPEN", "SHUT", "LOCK"]

    def header(*words: str) -> str:
        return "".join(f"#define GATE_{word} (1ULL << {i})\n" for i, word in enumerate(words))

    def table(*words: str) -> str:
        uses = "".join(f'\t[BIT_OF(GATE_{word})] = "{word.lower()}",\n' for word in words)
        return "#define BIT_OF(bit) count(bit - 1)\n" + names(uses, UNSIZED)

    base = {HEADER: header(*words), NAMES: table(*words)}
    assert told(base, {HEADER: header(*words, "KEY")}) == [f"noname error {NAMES}"]
    assert told(base, {HEADER: header(*words, "KEY"), NAMES: table(*words, "KEY")}) == []
    assert told(base, {NAMES: table("OPEN", "LOCK")}) == [f"lost error {NAMES}"]


def test_the_size_or_bound_that_only_ends_the_enum() -> None:
    header = "enum gate {\n\tGATE_OPEN,\n\tGATE_SHUT,\n\tGATE_LOCK,\n\tNR_GATES,\n};\n"
    grown = header.replace("\tGATE_SHUT", "\tGATE_HALF,\n\tGATE_SHUT")
    entries = "".join(f'\t"{text}",\n' for text in ("open", "shut", "lock"))
    top = "#include <linux/gate.h>\nstatic const char"
    loop = "int f(void)\n{\n\tfor (int i = 0; i < NR_GATES; i++)\n\t\tputs(names[i]);\n}\n"
    for table in (
        f"{top} *const names[] = {{\n{entries}}};\n{loop}",
        f"{top} names[NR_GATES][NAME_LEN] = {{\n{entries}}};\n",
    ):
        assert told({HEADER: header, NAMES: table}, {HEADER: grown}) == [f"noname error {NAMES}"]


def test_two_arrays_of_one_name() -> None:
    def file(*more: str) -> str:
        lines = "".join(f'\t\t[GATE_{w}] = "{w.lower()}",\n' for w in ("OPEN", "SHUT", *more))
        less = "".join(f'\t\t[GATE_{w}] = "{w.lower()}",\n' for w in ("SHUT", *more))
        head = "{\n\tstatic const char *names[] = {\n"
        one = f"void one(void)\n{head}{lines}\t}};\n}}\n"
        return f"#include <linux/gate.h>\n{one}void two(void)\n{head}{less}\t}};\n}}\n"

    base = {HEADER: ENUM, NAMES: file("LOCK")}
    assert told(base, {HEADER: grown(ENUM), NAMES: file("LOCK", "KEY")}) == []
    swapped = file("LOCK").replace('"shut"', '"lock"')
    assert set(told(base, {NAMES: swapped})) == {
        f"duplicate error {NAMES}",
        f"lost error {NAMES}",
    }


def test_a_family_is_about_what_begins_as_its_names_do() -> None:
    base = {HEADER: FAMILY, NAMES: names()}
    other = FAMILY.replace("#define GATE_MAX", "#define GATE_KEY_SIZE 5\n#define GATE_MAX")
    longer = {
        HEADER: FAMILY.replace("GATE_", "GATE_T_"),
        NAMES: names().replace("GATE_", "GATE_T_"),
    }
    beside = longer[HEADER].replace("#define GATE_T_MAX", "#define GATE_LEFT 7\n#define GATE_T_MAX")
    assert told(longer, {HEADER: beside}) == []
    assert told(base, {HEADER: other}) == []


def test_enumerators_that_all_begin_with_underscores() -> None:
    files = {HEADER: ENUM, NAMES: names(head=UNSIZED) + FUNCTION}
    base = {path: text.replace("GATE_", "__GATE_") for path, text in files.items()}
    more = base[HEADER].replace("\t__GATE_SHUT,", "\t__GATE_KEY,\n\t__GATE_SHUT,")
    assert told(base, {HEADER: more}) == [f"noname error {NAMES}"]
