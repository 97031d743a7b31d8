# SPDX-License-Identifier: GPL-2.0-or-later
"""Readers and writers on many inputs that nobody thought of; fuzz.py tries more of them."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import invariants
from repos import Repo
from seeds import pieces
from verify_series.carry import carry_line
from verify_series.diffs import _hunks
from verify_series.model import Hunk

hypothesis = pytest.importorskip("hypothesis")
st = hypothesis.strategies


def made_of(kind: str) -> object:
    """Texts put together of what the miniatures are made of."""
    return st.lists(st.sampled_from(pieces(kind)) | st.text(max_size=3), max_size=40).map("".join)


@pytest.mark.parametrize(
    ("reader", "texts", "count"),
    [
        (lambda text: invariants.c(text.encode("utf-8", "surrogateescape")), made_of("c"), 250),
        (invariants.diff, made_of("diff"), 250),
        (invariants.rst, made_of("rst"), 250),
        (invariants.report, st.text(max_size=60), 60),
        (lambda text: invariants.kept(text.encode("utf-8", "replace")), made_of("kept"), 100),
    ],
    ids=["c", "diff", "rst", "report", "kept"],
)
def test_what_always_holds(reader: Callable[[str], None], texts: object, count: int) -> None:
    @hypothesis.settings(max_examples=count, derandomize=True, deadline=None, database=None)
    @hypothesis.given(texts)
    def check(text: str) -> None:
        reader(text)

    check()


#: What fuzzing found: each raised what nobody expected.
FOUND: list[tuple[Callable[[str], None], str]] = [
    (invariants.diff, '--- a/x\n+++ "b/\\477"\n@@ -1 +1 @@\n-a\n+b\n'),
    (lambda text: invariants.kept(text.encode()), "[" * 100_000),
]


@pytest.mark.parametrize(("reader", "text"), FOUND)
def test_what_was_found(reader: Callable[[str], None], text: str) -> None:
    reader(text)


def hunks(before: list[str], after: list[str], folder: Path) -> tuple[Hunk, ...]:
    """git's diff of two texts."""
    for name, lines in (("before", before), ("after", after)):
        (folder / name).write_text("".join(f"{line}\n" for line in lines))
    argv = ["git", "diff", "--no-index", "-U0", "before", "after"]
    said = subprocess.run(argv, cwd=folder, capture_output=True, check=False).stdout
    found = _hunks(b"commit\n" + said, ["commit"])["commit"]
    return found[0] if found else ()


def test_lines_are_carried_as_git_moves_them(tmp_path: Path) -> None:
    texts = st.lists(st.sampled_from("abcdef{}"), max_size=25)

    @hypothesis.settings(max_examples=150, derandomize=True, deadline=None, database=None)
    @hypothesis.given(texts, texts)
    def check(before: list[str], after: list[str]) -> None:
        invariants.carried(before, after, hunks(before, after, tmp_path))

    check()


def test_lines_are_carried_as_git_blames_them(tmp_path: Path) -> None:
    """Of a line that the second commit kept, git blame tells the number in the first."""
    numbers = st.lists(st.integers(0, 60), unique=True, min_size=1, max_size=40)
    folders = itertools.count()

    @hypothesis.settings(max_examples=12, derandomize=True, deadline=None, database=None)
    @hypothesis.given(numbers, st.randoms(use_true_random=False))
    def check(kept: list[int], dice: object) -> None:
        before = [f"line {n}" for n in range(40)]
        after = [line for n, line in enumerate(before) if n not in kept]
        for n in kept:
            after.insert(dice.randrange(len(after) + 1), f"new {n}")  # type: ignore[attr-defined]
        repo = Repo(tmp_path / f"{next(folders)}")
        first, _ = (repo.commit({"a": "\n".join([*text, ""])}) for text in (before, after))
        said = repo.git("blame", "-s", "-n", "--abbrev=40", "HEAD", "--", "a").splitlines()
        words = [line.lstrip("^").split() for line in said]
        blamed = {
            int(word[1]): number
            for number, word in enumerate(words, 1)
            if first.startswith(word[0])
        }
        diff = hunks(before, after, tmp_path)
        carried = {n: carry_line(n, diff) for n in range(1, len(before) + 1)}
        assert {n: now for n, now in carried.items() if now} == blamed

    check()
