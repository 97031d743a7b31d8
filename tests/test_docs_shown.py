# SPDX-License-Identifier: GPL-2.0-or-later
"""Which changes of a C source a document that shows its kernel-doc can notice."""

from __future__ import annotations

import pytest

from snapshots import apply
from verify_series.docs import shown

SOURCE = """\
#include <linux/toy.h>

/**
 * toy_wind() - Wind up a toy.
 * @toy: The toy.
 * @turns: How often.
 */
int toy_wind(struct toy *toy, int turns)
{
	if (!toy)
		return -EINVAL;

	toy->turns += turns;
	return 0;
}
EXPORT_SYMBOL_GPL(toy_wind);

/**
 * struct toy - A toy.
 * @turns: How often it was wound.
 * @name: What it is called.
 */
struct toy {
	int turns;
	const char *name;
	/** @owner: Whose it is. */
	struct child *owner;
} __packed;

/**
 * TOY_MAX - The most turns.
 */
#define TOY_MAX 9

/**
 * enum mood - How a toy feels.
 * @GLAD: Well.
 */
enum mood
{
	GLAD,
};

/* plain */
static int hidden(void)
{
	return 1;
}
"""


def same(old: str, new: str) -> bool:
    applied = apply({"toy.c": old}, {"toy.c": new})
    return shown.same(applied.base, applied.head, "toy.c")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("#include <linux/toy.h>", "#include <linux/toy.h>\n#include <linux/child.h>"),
        ("\treturn 0;\n", "\treturn toy_log(toy);\n"),
        ("\treturn 1;\n", "\treturn 2;\n"),
        ("/* plain */", "/* plainer */"),
    ],
)
def test_what_no_document_shows(old: str, new: str) -> None:
    assert SOURCE.count(old) == 1
    assert same(SOURCE, SOURCE.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (" * @turns: How often.\n", ""),
        ("int toy_wind(struct toy *toy, int turns)", "int toy_wind(struct toy *toy, long turns)"),
        ("int toy_wind(struct toy *toy, int turns)", "int toy_turn(struct toy *toy, int turns)"),
        ("\tint turns;\n", "\tlong turns;\n"),
        ("\tconst char *name;\n", "\tconst char *name;\n\tint colour;\n"),
        ("\t/** @owner: Whose it is. */\n", ""),
        ("\tstruct child *owner;\n", "\tstruct child *master;\n"),
        ("} __packed;", "};"),
        ("EXPORT_SYMBOL_GPL(toy_wind);\n", ""),
        ("\tGLAD,\n", "\tGLAD,\n\tSAD,\n"),
        ("#define TOY_MAX 9", "#define TOY_MOST 9"),
        ("/* plain */", "/** plain */"),
        ("/* plain */", "/* plain "),
    ],
)
def test_what_a_document_can_show(old: str, new: str) -> None:
    assert SOURCE.count(old) == 1
    assert not same(SOURCE, SOURCE.replace(old, new))


def test_only_c_sources_are_looked_into() -> None:
    applied = apply(
        {"a.c": SOURCE, "b.c": SOURCE, "c.rst": "same"},
        {"a.c": f"\n{SOURCE}", "b.c": SOURCE[:-3], "c.rst": "same", "new.c": SOURCE},
    )
    asked = ["a.c", "b.c", "c.rst", "new.c"]
    assert shown.changed(applied.base, applied.head, asked) == ["c.rst", "new.c"]


def test_the_names_that_comments_document() -> None:
    base = apply({"toy.c": SOURCE, "words.c": "/**\n * Some words only.\n */\n"}, {}).base
    assert shown.declared(base, ["toy.c", "words.c"]) == {"toy_wind", "toy", "TOY_MAX", "mood"}
    assert shown.declaring(base, ["toy.c", "words.c"], ["toy_wind"]) == ["toy.c"]
    assert shown.declaring(base, ["toy.c", "words.c"], ["toy_win", "hidden", "GLAD"]) == []
