# SPDX-License-Identifier: GPL-2.0-or-later
"""C declarations of documents that are not read whole."""

from __future__ import annotations

from unittest.mock import ANY

import pytest

import snapshots
from verify_series.checkers import docs
from verify_series.docs import reader
from verify_series.docs.declarations import declarations
from verify_series.model import State

BOX = """\
.. c:namespace:: Toy

.. _toy_box:

Box
===

Much about boxes. See :ref:`spring`.

.. c:struct:: box

   What a box is made of.

   .. c:member:: int lid

.. c:function:: int box_open(struct box *box, \\
                             int slowly)
   :no-index-entry:

   Opens it.
"""


def test_what_stands_at_the_left_margin_is_kept() -> None:
    assert [line for line in declarations(BOX).split("\n") if line.strip(". ")] == [
        ".. c:namespace:: Toy",
        ".. c:struct:: box",
        ".. c:function:: int box_open(struct box *box, \\",
        "                             int slowly)",
        "   :no-index-entry:",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "A paragraph\n.. c:struct:: box\n",
        "Like this::\n\n.. c:struct:: box\n",
        "Like this::\n\n   .. c:struct:: box\n",
        "..\n   .. c:struct:: box\n",
        ".. note::\n\n   .. c:struct:: box\n",
        ".. code-block:: rst\n\n   .. c:struct:: box\n",
    ],
)
def test_what_may_be_no_declaration_is_left_out(text: str) -> None:
    assert declarations(text).strip() == ""


def test_a_declaration_may_follow_markup_at_once() -> None:
    assert declarations(".. _box:\n.. c:struct:: box\n").strip() == ".. c:struct:: box"


def test_with_a_namespace_elsewhere_all_is_kept() -> None:
    text = "Note\n\n  .. c:namespace:: Toy\n\n.. c:struct:: box\n"
    assert declarations(text) == text


#: As kernel-include does: references from some files must resolve, and who is not read first may
#: define what they refer to.
STRICT = """\
from sphinx.util import logging

def begin(app, env, names):
    env._xref_files = {str(app.srcdir / "toy.rst")}

def missing(app, env, node, content):
    if node.source in env._xref_files:
        logging.getLogger(__name__).warning(
            "Invalid xref: c:%s:`%s`", node["reftype"], node["reftarget"],
            location=node, type="ref", subtype="missing")

def setup(app):
    app.connect("env-before-read-docs", begin)
    app.connect("missing-reference", missing)
"""
TOY, PLACE = "Documentation/toy.rst", "Documentation/box.rst"
TREE = {
    "Documentation/conf.py": "import sys\nsys.path.insert(0, '.')\n"
    "sys.path.insert(0, 'Documentation/sphinx')\nextensions = ['strict']\n",
    "Documentation/sphinx/strict.py": STRICT,
    "Documentation/index.rst": "Toys\n====\n\n.. toctree::\n\n   toy\n   box\n",
    TOY: "The toy\n=======\n\n.. c:namespace:: Toy\n\nA :c:struct:`box`.\n",
    PLACE: BOX.replace(":ref:`spring`", "*spring*"),
}


def verdict(tree: dict[str, str], after: dict[str, str]) -> list[tuple[str, int, State, str]]:
    found = docs.run(snapshots.apply(tree, after), docs.parse({})).findings
    assert {f.path for f in found} <= {TOY}
    return [(f.rule, f.line, f.state, f.message.splitlines()[0]) for f in found]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], list[str]]]:
    """What the parent lets the process read for definitions: whole, and for declarations."""
    answers: list[tuple[list[str], list[str]]] = []
    say = reader.Reader._say

    def noted(self: reader.Reader, **message: list[str]) -> None:
        if "declare" in message:
            answers.append((message["read"], message["declare"]))
        say(self, **message)

    monkeypatch.setattr(reader.Reader, "_say", noted)
    return answers


def test_a_declaration_elsewhere_is_found(asked: list[tuple[list[str], list[str]]]) -> None:
    assert verdict(TREE, {**TREE, TOY: TREE[TOY] + "\nOf :c:func:`box_open`.\n"}) == []
    assert asked == [([], ["box"])]


def test_one_that_is_not_there_is_missing() -> None:
    after = {**TREE, TOY: TREE[TOY].replace("`box`", "`chest`")}
    assert verdict(TREE, after) == [
        ("invalid-reference", 6, State.NEW, "Invalid xref: c:struct:`chest`")
    ]


def test_a_document_is_read_whole_where_its_plain_declarations_do_not_do(
    asked: list[tuple[list[str], list[str]]],
) -> None:
    nested = {**TREE, PLACE: ".. c:namespace:: Toy\n\nA\n=\n\n- Item\n\n  .. c:struct:: box\n"}
    assert verdict(nested, {**nested, TOY: TREE[TOY] + "\nMore.\n"}) == []
    assert asked == [([], ["box"]), (["box"], [])]


def test_an_example_declares_nothing() -> None:
    quoted = {**TREE, PLACE: "A\n=\n\nWrite::\n\n.. c:struct:: box\n"}
    assert verdict(quoted, {**quoted, TOY: TREE[TOY] + "\nMore.\n"}) == [
        ("invalid-reference", 6, State.EXISTING, "Invalid xref: c:struct:`box`")
    ]


@pytest.mark.parametrize("declaration", [".. c:struct:: box", ".. c:function:: int box_open()"])
def test_a_second_declaration_is_a_duplicate(declaration: str) -> None:
    assert verdict(TREE, {**TREE, TOY: f"{TREE[TOY]}\n{declaration}\n"}) == [
        ("duplicate-declaration", 8, State.NEW, ANY)
    ]


LISTED = {
    **TREE,
    "Documentation/conf.py": TREE["Documentation/conf.py"] + "toc_object_entries = False\n",
    "Documentation/index.rst": "Toys\n====\n\n.. toctree::\n\n   toy\n",
    TOY: TREE[TOY] + "\nSee :doc:`box`.\n\n.. toctree::\n\n   box\n",
}


def test_the_title_of_a_document_that_was_not_read_whole_is_not_missed() -> None:
    assert verdict(LISTED, {**LISTED, TOY: LISTED[TOY] + "\nMore.\n"}) == []


def test_nor_is_it_made_up_where_there_is_none() -> None:
    none = {**LISTED, PLACE: ".. c:namespace:: Toy\n\nNo title.\n\n.. c:struct:: box\n"}
    said = verdict(none, {**none, TOY: LISTED[TOY] + "\nMore.\n"})
    assert [(rule, line, state) for rule, line, state, _ in said] == [
        ("toctree-missing", 10, State.EXISTING)
    ]


#: Makes references of what a header declares, and stricter ones than other documents have.
INCLUDE = (
    STRICT
    + """
import re
from docutils.parsers.rst import Directive

class Include(Directive):
    required_arguments = 1

    def run(self):
        path = self.arguments[0]
        self.state.document.settings.env.note_dependency("../" + path)
        self.state.document.settings.env._xref_files.add(path)
        with open(path) as header:
            lines = [re.sub(r"struct (\\w+)", r":c:struct:`\\1`", line) for line in header]
        self.state_machine.insert_input([line.rstrip() for line in lines], path)
        return []

def setup(app, setup=setup):
    setup(app)
    app.add_directive("kernel-include", Include)
"""
)
HEADER = "include/toy.h"
INCLUDED = {
    **TREE,
    "Documentation/sphinx/strict.py": INCLUDE,
    TOY: "The toy\n=======\n\n.. c:namespace:: Toy\n\n.. kernel-include:: include/toy.h\n",
    HEADER: "A\n\nstruct box;\n",
}


def test_an_untouched_header_refers_to_a_declaration_that_is_gone() -> None:
    gone = {**INCLUDED, PLACE: INCLUDED[PLACE].replace("c:struct:: box", "c:struct:: chest")}
    found = docs.run(snapshots.apply(INCLUDED, gone), docs.parse({})).findings
    assert [(f.rule, f.path, f.line, f.state) for f in found] == [
        ("invalid-reference", HEADER, 3, State.NEW)
    ]
    other = {**INCLUDED, PLACE: INCLUDED[PLACE].replace("box_open", "box_lift")}
    assert docs.run(snapshots.apply(INCLUDED, other), docs.parse({})).findings == ()
