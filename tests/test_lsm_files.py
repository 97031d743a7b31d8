# SPDX-License-Identifier: GPL-2.0-or-later
"""The files of a tree: each blob is read once, whatever the number of trees it stands in."""

from __future__ import annotations

import snapshots
from verify_series.lsm.files import Files

FIRST = {"security/a.c": "int a;", "security/gate/b.h": "int b;", "security/gate/Kconfig": "x"}
SECOND = {**FIRST, "security/a.c": "int c;"}


def test_below_and_read() -> None:
    applied = snapshots.apply(FIRST, SECOND)
    contents: dict[str, bytes] = {}
    base, head = (Files(snapshot, contents) for snapshot in applied.snapshots)
    assert list(base.below("security/")) == ["security/a.c", "security/gate/b.h"]
    assert list(base.below("security/gate/")) == ["security/gate/b.h"]
    assert base.read(base.below("security/")) == {
        "security/a.c": b"int a;",
        "security/gate/b.h": b"int b;",
    }
    assert head.read([*head.below("security/"), "gone.c"]) == {
        "security/a.c": b"int c;",
        "security/gate/b.h": b"int b;",
    }
    assert sorted(contents.values()) == [b"int a;", b"int b;", b"int c;"]


def test_a_file_that_is_not_listed() -> None:
    applied = snapshots.apply(FIRST, SECOND)
    contents: dict[str, bytes] = {}
    base, head = (Files(snapshot, contents) for snapshot in applied.snapshots)
    assert base.read(["security/a.c"]) == {"security/a.c": b"int a;"}
    assert head.read(["security/a.c"]) == {"security/a.c": b"int c;"}
    assert base.source("gone.c") is None
    assert [s.path for s in head.mentioning(FIRST, b"nt c", b"x y")] == ["security/a.c"]
