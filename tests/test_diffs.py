# SPDX-License-Identifier: GPL-2.0-or-later
"""What git diff-tree prints, read: paths, renames, hunks. The commits are made by git."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from repos import Repo
from verify_series.diffs import read_steps, unquote
from verify_series.model import Change, Hunk, Step
from verify_series.store import Store


@pytest.mark.parametrize(
    ("printed", "path"),
    [
        ("a/b.c", "a/b.c"),
        ('"a b"', "a b"),
        ('"', '"'),
        ('""', ""),
        ('"a', '"a'),
        ('a"', 'a"'),
        (r'"\a\b\t\n\v\f\r\"\\"', '\a\b\t\n\v\f\r"\\'),
        (r'"\303\244\1771"', "ä\x7f1"),
        (r'"\377"', os.fsdecode(b"\xff")),
        ('"ä\\t"', "ä\t"),
    ],
)
def test_unquote(printed: str, path: str) -> None:
    assert unquote(printed) == path


@pytest.fixture
def store(repo: Repo, tmp_path: Path) -> Iterator[Store]:
    made = Store.create(tmp_path / "store", repo.folder / ".git" / "objects")
    yield made
    made.close()


LINES = "".join(f"line {number}\n" for number in range(1, 21))
OTHER = "".join(f"other {number}\n" for number in range(1, 21))


def steps(repo: Repo, store: Store, base: str) -> tuple[Step, ...]:
    series = repo.series(base)
    listed = repo.git("rev-list", "--reverse", f"{base}..HEAD").split()
    found = read_steps(store, series.patches, listed)
    assert [step.snapshot.commit for step in found] == listed
    assert [step.patch for step in found] == list(series.patches)
    return found


def test_files_that_come_go_move_and_change(repo: Repo, store: Store) -> None:
    base = repo.commit({"a.c": LINES, "b.c": OTHER, "d.c": "int d;\n", "e.c": "int e;\n"})
    repo.commit({"a.c": LINES.replace("line 5\n", "5\n5\n"), "d.c": None, "f.c": "int f;\n"})
    repo.commit({"b.c": None, "c.c": OTHER.replace("other 9\n", ""), "e.c": "new\nint e;\n"})
    one, two = steps(repo, store, base)
    assert one.changes == (Change("a.c", "a.c"), Change("d.c", None), Change(None, "f.c"))
    assert one.hunks == {"a.c": ("a.c", (Hunk(5, 1, 5, 2),))}
    assert two.changes == (Change("b.c", "c.c"), Change("e.c", "e.c"))
    assert two.hunks == {
        "c.c": ("b.c", (Hunk(9, 1, 8, 0),)),
        "e.c": ("e.c", (Hunk(0, 0, 1, 1),)),
    }


def test_several_hunks_and_files_without_any(repo: Repo, store: Store) -> None:
    base = repo.commit({"a.c": LINES, "b.c": OTHER, "x.bin": b"\0\1", "z.c": "int z;\n"})
    (repo.folder / "b.c").chmod(0o755)
    changed = LINES.replace("line 2\n", "").replace(
        "line 9\nline 10\n", "@@ -1 +1 @@\n--- a\n+++ b\n"
    )
    repo.commit({"a.c": changed, "x.bin": b"\0\2", "z.c": "diff --git a/a.c b/a.c\n"})
    (step,) = steps(repo, store, base)
    assert step.hunks == {
        "a.c": ("a.c", (Hunk(2, 1, 1, 0), Hunk(9, 2, 8, 3))),
        "b.c": ("b.c", ()),
        "x.bin": ("x.bin", ()),
        "z.c": ("z.c", (Hunk(1, 1, 1, 1),)),
    }


def test_a_file_that_becomes_a_link_goes_and_comes(repo: Repo, store: Store) -> None:
    base = repo.commit({"a": LINES, "b": "int b;\n"})
    (repo.folder / "a").unlink()
    (repo.folder / "a").symlink_to("b")
    repo.commit({"b": "int c;\n"})
    (step,) = steps(repo, store, base)
    assert step.changes == (Change("a", "a"), Change("b", "b"))
    assert step.hunks["b"] == ("b", (Hunk(1, 1, 1, 1),))


def test_a_commit_that_changes_nothing(repo: Repo, store: Store) -> None:
    base = repo.commit({"a.c": LINES})
    repo.commit({})
    repo.commit({"ü \t.c": "int u;\n"})
    one, two = steps(repo, store, base)
    assert (one.changes, one.hunks) == ((), {})
    assert two.changes == (Change(None, "ü \t.c"),)
