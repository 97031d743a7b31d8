# SPDX-License-Identifier: GPL-2.0-or-later
"""docs: where a finding is said to be, and what it is known by, as the document has it."""

from __future__ import annotations

import pytest

import snapshots
from verify_series.checkers import docs
from verify_series.model import AppliedSeries, CheckError, Finding, Severity

PATH = "Documentation/a.rst"
TEXT = "See `one`,\nthe `two` and\n`three`.\n\nThen `four`\nand `one`.\n"


def applied(text: str = TEXT) -> AppliedSeries:
    return snapshots.apply({PATH: text}, {PATH: f"{text}\nMore.\n"})


def finding(line: int, name: str, path: str = PATH) -> Finding:
    message = f"unknown document: '{name}'"
    return Finding("docs", "unknown-document", Severity.ERROR, path, line, message)


@pytest.mark.parametrize(
    ("line", "name", "said"),
    [
        (1, "one", ""),
        (1, "two", " (on line 2)"),
        (1, "three", " (on line 3)"),
        (1, "four", ""),  # of the next paragraph
        (5, "four", ""),
        (5, "one", " (on line 6)"),
        (0, "two", ""),  # of the whole document
        (60, "two", ""),
    ],
)
def test_the_line_of_a_paragraph_is_told(line: int, name: str, said: str) -> None:
    found = finding(line, name)
    placed = docs._placed(found, applied().base)
    assert placed.message == found.message + said
    assert (placed.line, placed.key) == (line, found.key)


def test_a_message_without_a_name_and_a_file_that_is_not_there_have_no_line() -> None:
    bare = Finding("docs", "table", Severity.ERROR, PATH, 1, "Malformed table.")
    assert docs._placed(bare, applied().base) == bare
    gone = finding(1, "two", "Documentation/b.rst")
    assert docs._placed(gone, applied().base) == gone


@pytest.mark.parametrize(
    ("line", "text"),
    [(1, " | See `one`,"), (6, " | and `one`."), (0, ""), (-1, ""), (7, " | "), (8, "")],
)
def test_a_message_that_fits_many_lines_is_known_by_its_line(line: int, text: str) -> None:
    found = Finding("docs", "indentation", Severity.ERROR, PATH, line, "Unexpected indentation.")
    assert docs._told_apart(found, applied().base).key == found.key + text


def test_a_tree_without_documents_is_skipped() -> None:
    examined = docs.run(snapshots.apply({"a.c": "int a;\n"}, {"a.c": "int b;\n"}), docs.Spec())
    assert (examined.count, examined.skip) == (0, "the tree has no Documentation")


def test_a_base_that_stops_a_full_build_is_no_pass() -> None:
    """What stood in the way before the series hides what it does."""
    head = "Title\n=====\n\nText.\n\n.. toctree::\n\n   "
    tree = {
        "Documentation/conf.py": 'project = "Toys"\n',
        "Documentation/index.rst": f"{head}a\n",
        PATH: f"{head}b\n",
        "Documentation/b.rst": f"{head}a\n",
    }
    after = {**tree, PATH: tree[PATH].replace("Text.", "Other text.")}
    with pytest.raises(CheckError, match=r"cannot be read, with or without the series: a full"):
        docs.run(snapshots.apply(tree, after), docs.Spec())
