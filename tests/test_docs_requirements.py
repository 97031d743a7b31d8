# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether the Sphinx that runs is one that the tree asks for."""

from __future__ import annotations

import pytest
import sphinx

import snapshots
from verify_series.checkers import docs
from verify_series.docs.requirements import PATH, refused

OURS = {"Sphinx": "9.0.4", "docutils": "0.22.3"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("alabaster\nSphinx\npyyaml\n", []),
        ("Sphinx==2.4.4\n", [("Sphinx 9.0.4", "Sphinx==2.4.4")]),
        (
            "# any will do\nsphinx >= 3.4.3, < 9 # for now\n",
            [("Sphinx 9.0.4", "sphinx>= 3.4.3, < 9")],
        ),
        ("Sphinx>=3.4.3\ndocutils<0.18\n", [("docutils 0.22.3", "docutils<0.18")]),
        ("Sphinx[test]~=9.0; python_version > '3'\n", []),
        ("Sphinx=>9\n", [("Sphinx 9.0.4", "Sphinx=>9")]),
        ("sphinx_rtd_theme==1.0\nnot-sphinx==1\n", []),
    ],
)
def test_what_the_tree_does_not_allow(text: str, expected: list[tuple[str, str]]) -> None:
    assert list(refused(text, OURS)) == expected


@pytest.mark.parametrize(("text", "noted"), [("Sphinx\n", False), ("Sphinx==2.4.4\n", True)])
def test_the_report_says_so(text: str, noted: bool) -> None:
    tree = {
        "Documentation/conf.py": "",
        "Documentation/index.rst": "Toys\n====\n",
        PATH: text,
    }
    after = {**tree, "Documentation/index.rst": "Toys\n====\n\nMore.\n"}
    examined = docs.run(snapshots.apply(tree, after), docs.parse({}))
    note = f"Sphinx {sphinx.__version__} read the documents, but {PATH} asks for Sphinx==2.4.4"
    assert (note in examined.notes) == noted
