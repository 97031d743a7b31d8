# SPDX-License-Identifier: GPL-2.0-or-later
"""maintainers: the file as documents show it, without the rows that stay the same."""

from __future__ import annotations

from verify_series.docs import maintainers

TEXT = """\
List of toy makers
==================

Descriptions of section entries:

	M: *Mail* patches to: Name <address>

Maintainers List
----------------

BALLS
M:	Ann <ann@toys.example>
F:	toys/ball.c

DOLLS
M:	Ben <ben@toys.example>
P:	Documentation/toys/dolls.rst
F:	toys/doll.c

THE REST
M:	Zoe <zoe@toys.example>
F:	*
"""


def test_only_entries_that_change_are_kept_and_what_makes_the_toctree() -> None:
    new = TEXT.replace("toys/ball.c", "toys/balls.c")
    changing = maintainers.changing([TEXT, new])
    assert {entry.split("\n")[0] for entry in changing} == {"BALLS"}
    assert maintainers.cut(new, changing) == new.replace(
        "M:	Ben <ben@toys.example>\n", ""
    ).replace("F:	toys/doll.c\n", "")


def test_nothing_changes_in_one_state() -> None:
    assert maintainers.changing([TEXT]) == frozenset()
    assert "BALLS" not in maintainers.cut(TEXT, frozenset())
    assert "THE REST" in maintainers.cut(TEXT, frozenset())


def test_a_file_without_entries_stays() -> None:
    assert maintainers.cut("Nobody.\n", frozenset()) == "Nobody.\n"


def test_profiles_are_documents_by_name() -> None:
    assert maintainers.profiles(TEXT) == ["toys/dolls"]
