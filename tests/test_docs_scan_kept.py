# SPDX-License-Identifier: GPL-2.0-or-later
"""The scans that are kept in the cache: used again where they are right, and never otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import snapshots
from verify_series.docs import scan_kept
from verify_series.docs.scan_kept import scan_tree

A, B = "Documentation/a.rst", "Documentation/b.rst"
TREE = {A: ".. _a:\n\nTitle\n=====\n", B: ":ref:`a`\n", "Documentation/x.txt": ".. _x:\n"}


@pytest.fixture
def scanned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that were scanned, as they are."""
    paths: list[str] = []
    real = scan_kept.scan_text

    def noted(path: str, text: str) -> object:
        paths.append(path)
        return real(path, text)

    monkeypatch.setattr(scan_kept, "scan_text", noted)
    return paths


def test_a_tree_is_scanned_once(tmp_path: Path, scanned: list[str]) -> None:
    base = snapshots.apply(TREE, {}).base
    first = scan_tree(base, tmp_path)
    assert first[A].defines == {"label:a"}
    assert first.keys() == {A, B}
    assert scan_tree(base, tmp_path) == first
    assert scanned == [A, B]


def test_of_a_new_tree_only_what_is_new_is_scanned(tmp_path: Path, scanned: list[str]) -> None:
    moved = "Documentation/c.rst"
    applied = snapshots.apply(TREE, {A: "Other\n=====\n", moved: TREE[A]} | {B: TREE[B]})
    scan_tree(applied.base, tmp_path)
    scanned.clear()
    after = scan_tree(applied.head, tmp_path)
    assert scanned == [A, moved]
    assert (after[A].defines, after[B].refers) == (frozenset(), {"label:a"})
    assert after == scan_tree(applied.head, tmp_path / "other")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[:-20],
        lambda data: data.replace(b"label:a", b"label:b"),
        lambda data: json.dumps({A: ["", [True, False, [], [], [], [], []]]}).encode(),
        lambda data: b"",
    ],
    ids=["cut short", "altered", "foreign", "empty"],
)
def test_a_spoilt_file_is_not_believed(
    tmp_path: Path, scanned: list[str], spoil: Callable[[bytes], bytes]
) -> None:
    applied = snapshots.apply(TREE, {**TREE, B: "Other.\n"})
    first = scan_tree(applied.base, tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(spoil(kept.read_bytes()))
    scanned.clear()
    assert scan_tree(applied.head, tmp_path)[A] == first[A]
    assert scan_tree(applied.base, tmp_path) == first
    assert scanned[:2] == [A, B]


def test_only_a_few_files_are_kept(tmp_path: Path) -> None:
    trees = [{A: f"Title {number}\n=======\n"} for number in range(12)]
    for snapshot in snapshots.apply(*trees).snapshots:
        scan_tree(snapshot, tmp_path)
    assert len(list(tmp_path.iterdir())) == 8


def test_a_byte_order_mark_hides_no_label(tmp_path: Path) -> None:
    applied = snapshots.apply({A: "\ufeff.. _a:\n\nTitle\n=====\n"}, {})
    assert scan_tree(applied.base, tmp_path)[A].defines == {"label:a"}
