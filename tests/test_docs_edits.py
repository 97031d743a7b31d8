# SPDX-License-Identifier: GPL-2.0-or-later
"""What each patch does to each file, as text."""

from __future__ import annotations

from snapshots import apply
from verify_series.docs.edits import Edit, read_edits

LINES = "one\ntwo\nthree\nfour\nfive\nsix\n"


def by_path(edits: list[Edit]) -> dict[tuple[int, str], Edit]:
    return {(edit.patch, edit.path): edit for edit in edits}


def test_an_edited_file() -> None:
    (edit,) = read_edits(apply({"a": LINES}, {"a": LINES.replace("two", "TWO\nand a half")}))
    assert edit.added == [(2, "TWO"), (3, "and a half")]
    assert edit.removed == ["two"]
    assert (edit.old, edit.path, edit.patch, edit.state) == ("a", "a", 1, 1)


def test_files_that_come_and_go() -> None:
    edits = by_path(read_edits(apply({"old": "x\n"}, {"new": "completely\nother\n"})))
    new, old = edits[1, "new"], edits[1, "old"]
    assert (new.old, new.before, new.removed) == (None, None, [])
    assert new.added == [(1, "completely"), (2, "other"), (3, "")]
    assert (old.after, old.added, old.removed) == (None, [], ["x", ""])


def test_a_file_that_moves_and_is_edited_again() -> None:
    after = LINES.replace("six", "SIX")
    edits = by_path(read_edits(apply({"a": LINES}, {"b": after}, {"b": after + "seven\n"})))
    first, second = edits[1, "b"], edits[2, "b"]
    assert (first.old, first.added, first.removed) == ("a", [(6, "SIX")], ["six"])
    assert (second.before, second.added) == (after.encode(), [(7, "seven")])


def test_a_binary_file_has_no_lines() -> None:
    (edit,) = read_edits(apply({"other": ""}, {"other": "", "a": b"\0\1\n"}))
    assert edit.added == []
