# SPDX-License-Identifier: GPL-2.0-or-later
"""What of the sources need not be shown, and how a source looks of which a part is shown."""

from __future__ import annotations

import pytest

from snapshots import apply
from test_docs_shown import SOURCE
from verify_series.docs import scope, unshown
from verify_series.docs.scan import scan_text
from verify_series.docs.unshown import Unshown

OTHER = """\
/**
 * toy_break() - Break a toy.
 */
int toy_break(struct toy *toy);

/**
 * DOC: See :ref:`toy_rules`, after toy_wind.
 */
"""
API = "Documentation/api.rst"
DOCUMENT = "API\n===\n\n.. kernel-doc:: toy.c\n\n.. kernel-doc:: other.h\n"
BASE = {API: DOCUMENT, "toy.c": SOURCE, "other.h": OTHER, "tools/lib/python/kdoc/kdoc.py": ""}


def found(*changes: dict[str, str], base: dict[str, str] = BASE) -> Unshown:
    trees = [base]
    for change in changes:
        trees.append({**trees[-1], **change})
    applied = apply(*trees)
    scans = {p: scan_text(p, text) for p, text in base.items() if p.endswith(".rst")}
    return unshown.find(applied, scope.find(applied, scans, frozenset()))


def heads(text: str) -> list[str]:
    """The first lines of the kernel-doc comments that are left."""
    lines = text.splitlines()
    return [lines[n + 1].strip(" *") for n, line in enumerate(lines) if line.strip() == "/**"]


TOY, WIND, MAX, MOOD = (
    "struct toy - A toy.",
    "toy_wind() - Wind up a toy.",
    "TOY_MAX - The most turns.",
    "enum mood - How a toy feels.",
)


@pytest.mark.parametrize(
    ("old", "new", "expected", "shown"),
    [
        # a comment, or what it stands above, and the next comment: kernel-doc may go on into it
        ("How often.", "How many times.", {"other.h"}, [WIND, TOY]),
        ("const char *name;", "char *name;", {"other.h"}, [TOY, MAX]),
        ("Whose it is.", "Of which child.", {"other.h"}, [TOY, MAX]),
        ("#define TOY_MAX 9", "#define TOY_MAX 8", {"other.h"}, [MAX, MOOD]),
        # a name is new or gone: whatever speaks of it
        (
            "* toy_wind() - Wind",
            "* toy_break() - Wind",
            set(),
            ["toy_break() - Wind up a toy.", TOY],
        ),
        (
            "* enum mood - How",
            "* enum temper - How",
            {"other.h"},
            ["enum temper - How a toy feels."],
        ),
        (
            " * struct toy - A toy.\n",
            " * struct toy - A toy.\n * .. _toy_rules:\n",
            set(),
            [TOY, MAX],
        ),
        ("EXPORT_SYMBOL_GPL(toy_wind);\n", "", {"other.h"}, [WIND]),
        # a name is there twice
        (
            "/* plain */",
            "/**\n * toy_wind() - Again.\n */",
            {"other.h"},
            [WIND, "toy_wind() - Again."],
        ),
    ],
)
def test_what_is_shown(old: str, new: str, expected: set[str], shown: list[str]) -> None:
    assert SOURCE.count(old) == 1
    after = SOURCE.replace(old, new)
    hidden = found({"toy.c": after})
    assert hidden.sources == expected
    cut = hidden.cut("toy.c", after.encode()).decode()
    assert heads(cut) == shown
    before = hidden.cut("toy.c", SOURCE.encode()).decode()
    assert len(heads(before)) <= len(heads(SOURCE)) - 2


def test_of_another_source_what_speaks_of_the_name_is_shown() -> None:
    hidden = found({"toy.c": SOURCE.replace("* toy_wind() - Wind", "* toy_break() - Wind")})
    assert heads(hidden.cut("other.h", OTHER.encode()).decode()) == ["toy_break() - Break a toy."]
    labelled = SOURCE.replace("* TOY_MAX - The", "* TOY_MAX - .. _toy_rules: The")
    cut = found({"toy.c": labelled}).cut("other.h", OTHER.encode()).decode()
    assert heads(cut) == ["DOC: See :ref:`toy_rules`, after toy_wind."]


def test_lines_and_columns_stay() -> None:
    after = SOURCE.replace("How often.", "How many times.")
    cut = found({"toy.c": after}).cut("toy.c", after.encode()).decode()
    assert len(cut) == len(after)
    assert cut.replace("/* ", "/**") == after.replace("/* ", "/**")


@pytest.mark.parametrize(
    "base",
    [
        {**BASE, "Documentation/code.rst": ".. literalinclude:: ../toy.c\n"},
        {path: text for path, text in BASE.items() if not path.startswith("tools/")},
        {**BASE, "toy.c": SOURCE.replace("\n", "\r\n")},
        {**BASE, "toy.c": SOURCE.replace("/* plain */", "/* plain ")},
    ],
    ids=["shown otherwise", "kernel-doc in Perl", "other line ends", "no end of a comment"],
)
def test_a_source_that_is_shown_whole(base: dict[str, str]) -> None:
    after = base["toy.c"].replace("How often.", "How many times.")
    assert found({"toy.c": after}, base=base).units == {}


def test_what_a_touched_document_shows_is_shown() -> None:
    assert found({API: DOCUMENT + "\nMore.\n"}) == Unshown()
    after = SOURCE.replace("How often.", "How many times.")
    assert found({API: DOCUMENT + "\nMore.\n", "toy.c": after}) == Unshown()


def test_all_is_shown_where_a_title_changes() -> None:
    words = " *\n * Winding\n * -------\n *\n * Slowly.\n"
    comment = " * TOY_MAX - The most turns.\n"
    titled = SOURCE.replace(comment, comment + words)
    assert found({"toy.c": titled}) == Unshown()
    assert found(
        {"toy.c": titled.replace("Slowly", "Gently")}, base={**BASE, "toy.c": titled}
    ).units


@pytest.mark.parametrize(
    "name",
    ["|spring|", "[spring]", "[#spring]", "_`spring`", "`spring <https://a.example>`_"],
)
def test_what_has_the_same_name_is_shown(name: str) -> None:
    other = OTHER.replace("toy_rules", "the spring")
    comment = " * TOY_MAX - The most turns.\n"
    mark = "" if name.startswith(("_", "`")) else ".. "
    after = SOURCE.replace(comment, f"{comment} *\n * {mark}{name}\n")
    assert found({"toy.c": after}, base={**BASE, "other.h": other}).sources == set()
    assert found({"toy.c": after}).sources == {"other.h"}


def test_a_comment_that_is_there_once_more_is_shown() -> None:
    comment = SOURCE[SOURCE.index("/**\n * enum mood") : SOURCE.index("/* plain")]
    hidden = found({"toy.c": SOURCE + comment})
    assert heads(hidden.cut("toy.c", (SOURCE + comment).encode()).decode()) == [MOOD, MOOD]


def test_what_stands_behind_a_comment_without_a_name_is_shown_in_all_states() -> None:
    after = SOURCE.replace("/**\n * struct", "/**\n * @x: Of what?\n */\nint x;\n\n/**\n * struct")
    hidden = found({"toy.c": after})
    assert heads(hidden.cut("toy.c", SOURCE.encode()).decode()) == [TOY]
    assert heads(hidden.cut("toy.c", after.encode()).decode()) == ["@x: Of what?", TOY]


def test_what_changes_in_any_patch_is_shown_in_all_states() -> None:
    one = SOURCE.replace("How often.", "How many times.")
    hidden = found({"toy.c": one}, {"toy.c": one.replace("TOY_MAX 9", "TOY_MAX 8")})
    assert heads(hidden.cut("toy.c", SOURCE.encode()).decode()) == [WIND, TOY, MAX, MOOD]
