# SPDX-License-Identifier: GPL-2.0-or-later
"""Which files a text names, and what is said when they are not there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

import snapshots
from verify_series.docs import mentions
from verify_series.docs.edits import read_edits

BASE = {
    "Documentation/toys/a.rst": "A\n=\n",
    "Documentation/toys/b.txt": "B\n",
    "Documentation/ABI/testing/sysfs-toy": "What: x\n",
    "MAINTAINERS": "TOYS\nF:\tDocumentation/toys/\n",
    "tools/toy/Documentation/own.txt": "Own.\n",
    "toy.c": "/* Documentation/toys/gone.rst */\n",
}


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("See Documentation/toys/a.rst.", ["toys/a.rst"]),
        ("(Documentation/toys/b.txt, Documentation/x.yaml)", ["toys/b.txt", "x.yaml"]),
        ('"Documentation/toys/a.rst"; `Documentation/toys/a.rst`_', ["toys/a.rst"] * 2),
        ("/* Documentation/toys/a.rst*/", ["toys/a.rst"]),
        ("Documentation/toys/a.rst[1]", ["toys/a.rst"]),
        ("Documentation/toys/ tells", ["toys"]),
        ("Documentation/ABI/testing/sysfs-toy", ["ABI/testing/sysfs-toy"]),
        # which file is meant, or whether one is, cannot be told
        ("Documentation/toys/*.rst Documentation/toys/{a,b}.rst", []),
        ("Documentation/toys/<name>.rst Documentation/toys/%s.rst", []),
        ("Documentation/toys/a", []),
        ("Documentation/toys/very-", []),
        ("https://example.org/Documentation/toys/x.rst", []),
        ("../Documentation/x.rst tools/Documentation/x.rst $(srctree)/Documentation/x.rst", []),
        ("Documentation/foo.rst Documentation/.../x.rst Documentation/output/x.txt", []),
        ("see the Documentation/ folder", []),
    ],
)
def test_what_a_line_names(line: str, names: list[str]) -> None:
    found = [name.removeprefix("Documentation/") for name in mentions.named("toy.c", line)]
    assert found == names


def test_maintainers_lists_files_of_any_name() -> None:
    assert list(mentions.named("MAINTAINERS", "F:\tDocumentation/toys/a")) == [
        "Documentation/toys/a"
    ]
    assert list(mentions.named("MAINTAINERS", "F:\tDocumentation/toys/*")) == []


def found(
    cache: Path, *changes: Mapping[str, str | None], base: Mapping[str, str] = BASE
) -> list[tuple[object, ...]]:
    trees: list[dict[str, str]] = [dict(base)]
    for change in changes:
        merged = {**trees[-1], **change}
        trees.append({path: text for path, text in merged.items() if text is not None})
    applied = snapshots.apply(*trees)
    result = mentions.findings(applied, read_edits(applied), cache)
    return sorted((f.rule, f.path, f.line, f.patch, f.message) for f in result)


def missing(path: str, line: int, patch: int, name: str, now: str = "") -> tuple[object, ...]:
    text = f"Documentation/{name} does not exist" + (f": it is Documentation/{now} now" * bool(now))
    return ("path-missing", path, line, patch, text)


def test_a_new_name_and_an_old_one(tmp_path: Path) -> None:
    after = "/* Documentation/toys/gone.rst or Documentation/toys/none.rst */\n"
    assert found(tmp_path, {"toy.c": after}) == [missing("toy.c", 1, 1, "toys/none.rst")]


def test_a_name_that_wanders_to_another_file_is_not_new(tmp_path: Path) -> None:
    assert found(tmp_path, {"toy.c": "int toy;\n", "toy.h": BASE["toy.c"]}) == []


def test_a_name_that_a_later_patch_takes_back(tmp_path: Path) -> None:
    new = {"toy.h": "/* Documentation/none.rst */\n"}
    assert found(tmp_path, new) == [missing("toy.h", 1, 1, "none.rst")]
    assert found(tmp_path, new, {"toy.h": "int toy;\n"}) == []
    assert found(tmp_path, new, {"Documentation/none.rst": "None\n====\n"}) == []


@pytest.mark.parametrize("path", ["Makefile", "toy.py", "toys/.hidden", "Next/log"])
def test_files_that_are_exempt(tmp_path: Path, path: str) -> None:
    assert found(tmp_path, {path: "Documentation/none.rst\n"}) == []


def test_documents_of_tools_stand_beside_them(tmp_path: Path) -> None:
    assert found(tmp_path, {"tools/toy/x.c": "/* Documentation/own.txt */\n"}) == []
    assert found(tmp_path, {"x.c": "/* Documentation/own.txt */\n"}) == [
        missing("x.c", 1, 1, "own.txt")
    ]


def test_a_folder_that_goes(tmp_path: Path) -> None:
    gone = {"Documentation/toys/a.rst": None, "Documentation/toys/b.txt": None}
    assert found(tmp_path, gone) == [missing("MAINTAINERS", 2, 1, "toys")]
    assert found(tmp_path, {"Documentation/toys/b.txt": None}) == []


def test_a_document_that_goes_in_two_steps(tmp_path: Path) -> None:
    names = {"toy.h": "\n/* Documentation/toys/a.rst */\n"}
    text = BASE["Documentation/toys/a.rst"]
    first = {"Documentation/toys/a.rst": None, "Documentation/toys/m.rst": text}
    second = {"Documentation/toys/m.rst": None, "Documentation/toys/z.rst": text}
    assert found(tmp_path, names, first, second) == [
        missing("toy.h", 2, 1, "toys/a.rst", "toys/z.rst")
    ]


def test_a_file_that_names_it_and_moves_there_and_back(tmp_path: Path) -> None:
    names = {"toy.h": "\n/* Documentation/toys/a.rst */\n"}
    there: dict[str, str | None] = {"toy.h": None, "moved.h": names["toy.h"]}
    gone = {"Documentation/toys/a.rst": None}
    back: dict[str, str | None] = {"moved.h": None, **names}
    base = {**BASE, **names}
    name = "toys/a.rst"
    assert found(tmp_path / "1", there, gone, base=base) == [missing("moved.h", 2, 2, name)]
    assert found(tmp_path / "2", there, back, gone, base=base) == [missing("toy.h", 2, 3, name)]


def test_a_file_that_follows_the_document(tmp_path: Path) -> None:
    text = BASE["Documentation/toys/a.rst"]
    moved = {"Documentation/toys/a.rst": None, "Documentation/toys/z.rst": text}
    assert found(tmp_path, {**moved, "toy.h": "/* Documentation/toys/z.rst */\n"}) == []
