# SPDX-License-Identifier: GPL-2.0-or-later
"""name-table: what looks like a name that is gone or missing, and is meant; each beside a fault."""

from __future__ import annotations

import pytest

import snapshots
from verify_series.checkers import name_table
from verify_series.checkers.name_found import Found

HEADER = "drivers/pump/pump.h"
NAMES = "drivers/pump/show.c"
MANY = "IN OUT AUX LOW"


def enum(members: str, end: str = "PUMP_MAX") -> str:
    lines = "".join(f"\tPUMP_{member},\n" for member in members.split())
    return f"enum pump {{\n{lines}\t{end},\n}};\n"


def told(*trees: tuple[str, str]) -> list[str]:
    """Rule, severity and line of each finding; a tree is its header and the file of the names."""
    files = [{HEADER: header, NAMES: f'#include "pump.h"\n{names}'} for header, names in trees]
    findings = name_table.run(snapshots.apply(*files), Found()).findings
    return [f"{f.rule} {f.severity} {f.line}" for f in findings]


def array(entries: str, head: str = "static const char *const names[]") -> str:
    user = "const char *f(enum pump pump)\n{\n\treturn names[pump];\n}\n"
    return f"{head} = {{\n{entries}}};\n{user}"


def strings(names: str) -> str:
    return "".join(f'\t"{name}",\n' for name in names.split())


def test_names_that_follow_those_of_the_enum_are_not_of_what_ends_it() -> None:
    header = enum("IN OUT AUX", "NR_PUMP_ITEMS")
    base = header, array(strings("in out aux hit miss"))
    macro = "#define AT(x) (NR_PUMP_ITEMS + x)\n"
    entries = "".join(f'\t[PUMP_{n}] = "{n.lower()}",\n' for n in ("IN", "OUT", "AUX"))
    designated = array(f'{entries}\t[AT(0)] = "hit",\n\t[AT(OTHER)] = "miss",\n')
    assert told(base, (header, macro + designated)) == []
    more = enum("IN OUT AUX TOP", "NR_PUMP_ITEMS")
    assert told(base, (more, array(strings("in out aux top hit miss")))) == []
    assert told(base, (more, base[1])) == ["noname warning 5"]
    assert told(base, (header, array(strings("in aux out hit miss")))) == [
        "moved error 4",
        "moved error 5",
    ]


def test_a_new_enumerator_gets_a_name_that_was_nobodys() -> None:
    spare = "#define PUMP_UNKNOWN (PUMP_AUX + 1)\n"
    entries = "".join(f'\t[PUMP_{n}] = "{n}",\n' for n in ("IN", "OUT", "AUX", "UNKNOWN"))
    base = f"enum pump {{\n\tPUMP_IN,\n\tPUMP_OUT,\n\tPUMP_AUX,\n}};\n{spare}", array(entries)
    more = base[0].replace("\tPUMP_AUX,\n", "\tPUMP_AUX,\n\tPUMP_TOP,\n")
    assert told(base, (more, base[1])) == ["noname warning 5"]


def test_structures_that_name_their_enumerator_need_no_order() -> None:
    head = "static const struct gauge names[]"
    entries = "".join(f'\t[PUMP_{n}] = {{ "{n.lower()}" }},\n' for n in MANY.split())
    base = enum(MANY), array(entries, head)
    own = "".join(f'\tGAUGE(PUMP_{n}, "{n.lower()}"),\n' for n in ("OUT", "LOW", "IN"))
    macro = "#define GAUGE(x, n) { .id = x, .label = n }\n"
    assert told(base, (enum(MANY), macro + array(own, head))) == []
    plain = "".join(f'\t{{ "{n}" }},\n' for n in ("out", "in", "aux", "low"))
    assert told(base, (enum(MANY), array(plain, head))) == ["moved warning 3", "moved warning 4"]


def test_a_base_that_a_macro_takes_from_the_index() -> None:
    header = "enum pump {\n\tHEAD_A,\n\tHEAD_B,\n" + enum(MANY).split("{\n")[1]
    macro = "#define AT(x, n) [x - PUMP_IN] = { .label = n }\n"
    head = "static struct gauge names[]"

    def built(names: str) -> str:
        return macro + array("".join(f'\tAT(PUMP_{n}, "{n}"),\n' for n in names.split()), head)

    base = header, built(MANY)
    more = header.replace("\tHEAD_B,\n", "\tHEAD_B,\n\tHEAD_C,\n")
    assert told(base, (more, base[1])) == []
    assert told(base, (header, built("IN OUT AUX"))) == ["lost warning 6"]


def test_a_name_in_the_array_of_another_variant() -> None:
    def built(*variants: str) -> str:
        arrays = (
            array(
                "".join(f'\t[PUMP_{n}] = {{ "{n}" }},\n' for n in names.split()),
                f"static const struct gauge names_{number}[]",
            )
            for number, names in enumerate(variants)
        )
        return "".join(arrays)

    base = enum(MANY), built(MANY, "IN OUT")
    more = enum(f"{MANY} TOP")
    assert told(base, (more, built(MANY, "IN OUT TOP"))) == []
    assert told(base, (more, base[1])) == ["noname warning 6"]


def switch(*cases: str) -> str:
    body = "".join(f"\t{case}\n" for case in cases)
    return f"const char *f(int pump)\n{{\n\tswitch (pump) {{\n{body}\t}}\n\treturn NULL;\n}}\n"


CASES = [f'case PUMP_{n}: return "{n.lower()}";' for n in MANY.split()]


def test_a_case_that_goes_with_all_other_uses() -> None:
    uses = "int wide(int pump)\n{\n\treturn pump == PUMP_LOW;\n}\n"
    base = enum(MANY), switch(*CASES) + uses
    assert told(base, (enum(MANY), switch(*CASES[:3]))) == []
    assert told(base, (enum(MANY), switch(*CASES[:3]) + uses)) == ["lost warning 7"]
    assert told((enum(MANY), switch(*CASES)), (enum(MANY), switch(*CASES[:3]))) == [
        "lost warning 7"
    ]


def test_one_string_for_several_cases() -> None:
    base, more = (enum(MANY), switch(*CASES)), enum(f"{MANY} TOP")
    assert told(base, (more, switch("case PUMP_TOP:", *CASES))) == []
    copied = 'case PUMP_TOP: return "in";'
    assert told(base, (more, switch(*CASES, copied))) == ["duplicate warning 9"]
    taken = [*CASES[:2], "case PUMP_AUX:", *CASES[3:]]
    assert told(base, (enum(MANY), switch(*taken))) == ["duplicate warning 8"]


def under(option: str, case: str) -> str:
    return f"#ifdef {option}\n\t{case}\n#endif"


def test_a_name_that_stands_under_another_option_now() -> None:
    def built(*last: str) -> tuple[str, str]:
        return enum(MANY), switch(*CASES[:3], *last)

    before = built(under("CONFIG_OLD", CASES[3]))
    assert told(before, built(under("CONFIG_NEW", CASES[3]))) == []
    assert told(built(CASES[3]), built(under("CONFIG_NEW", CASES[3]))) == ["lost warning 7"]
    assert told(before, built()) == ["lost warning 7"]
    both = under("CONFIG_OLD", 'case PUMP_MAX: return "all";')
    assert told(before, built(both, under("CONFIG_NEW", CASES[3]))) == ["lost warning 7"]


def test_a_family_of_macros_that_lacks_its_last_two() -> None:
    def family(count: int) -> str:
        return "".join(f"#define PUMP_{n} {n}\n" for n in range(count))

    names = array("".join(f'\t[PUMP_{n}] = "pump {n}",\n' for n in range(10)))
    assert told((family(12), names), (family(13), names)) == []
    assert told((family(11), names), (family(12), names)) == ["noname error 12"]


@pytest.mark.parametrize(
    ("head", "severity"),
    [
        ("static const char *const names[]", "error"),
        ("void g(struct gauge *gauge)\n{\n\tstatic const char *const names[]", "error"),
        ("struct gauge one = { .x = {} };\nconst char *names[]", "error"),
        ("static const struct gauge names[]", "warning"),
        ("static const struct gauge names[PUMP_MAX]", "error"),
        ("static const struct {\n\tint x;\n\tconst char *y;\n} names[]", "warning"),
    ],
)
def test_only_an_array_of_structures_without_a_size_is_doubtful(head: str, severity: str) -> None:
    braces = "struct" in head.splitlines()[-1] or head.endswith("} names[]")

    def built(*names: str) -> tuple[str, str]:
        lines = (f'\t{{ "{n}" }},\n' if braces else f'\t"{n}",\n' for n in names)
        return enum("IN OUT AUX"), array("".join(lines), head)

    found = told(built("in", "out", "aux"), built("in", "aux", "out"))
    assert [one.split()[:2] for one in found] == [["moved", severity]] * 2


def test_an_enum_that_is_empty_in_a_configuration() -> None:
    def built(members: str, names: str, extra: str = "") -> tuple[str, str]:
        lines = "".join(f"\tPUMP_{member},\n" for member in members.split())
        header = f"enum pump {{\n#ifdef CONFIG_PUMP\n{lines}#endif\n}};\n"
        return header, array(strings(names)) + extra

    base = built("IN OUT AUX", "in out aux")
    assert told(base, built("IN OUT AUX", "in aux out")) == ["moved error 4", "moved error 5"]
    assert told(base, built("IN OUT AUX TOP", "in out aux top")) == []
    assert told((base[0], ""), base) == []
