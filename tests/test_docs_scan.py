# SPDX-License-Identifier: GPL-2.0-or-later
"""scan: what the text of a document tells without Sphinx."""

from __future__ import annotations

import pytest

import snapshots
from verify_series.docs.scan import FileScan, other_documents, pictures, scan_text

HERE = "Documentation/toys/wind.rst"


def scan(text: str) -> FileScan:
    return scan_text(HERE, text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (".. _Some Label:\n", "label:some label"),
        (".. _`odd: label`:\n", "label:odd: label"),
        ("an _`inline target`\n", "label:inline target"),
        (".. figure:: x.png\n   :name: fig\n", "label:fig"),
        (".. [Knuth] A book.\n", "citation:Knuth"),
        (".. c:function:: int toy_wind(void)\n", "c:toy_wind"),
        (".. c:struct:: toy\n", "c:toy"),
        (".. glossary::\n\n   Spring\n      It drives.\n", "term:spring"),
        (".. kernel-doc:: toys/wind.c\n   :internal:\n", "kernel-doc:toys/wind.c :internal:"),
    ],
)
def test_what_a_document_defines(text: str, name: str) -> None:
    assert name in scan(text).defines


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (":ref:`Some Label`", "label:some label"),
        (":ref:`shown <other>`", "label:other"),
        (":doc:`paint`", "doc:toys/paint"),
        (":doc:`/admin/index`", "doc:admin/index"),
        (":doc:`shown <../index>`", "doc:index"),
        (":term:`Spring`", "term:spring"),
        ("see [Knuth]_", "citation:Knuth"),
    ],
)
def test_what_a_document_refers_to(text: str, name: str) -> None:
    assert name in scan(text).refers


@pytest.mark.parametrize(
    ("text", "file"),
    [
        (".. include:: part.rst\n", "Documentation/toys/part.rst"),
        (".. literalinclude:: ../../toys/wind.c\n", "toys/wind.c"),
        (".. kernel-doc:: toys/wind.c\n", "toys/wind.c"),
        (".. kernel-doc:: toys/w.h\n   :export: toys/wind.c\n", "toys/wind.c"),
        (".. kernel-include:: include/uapi/linux/toy.h\n", "include/uapi/linux/toy.h"),
        (".. csv-table:: x\n   :file: toys.csv\n", "Documentation/toys/toys.csv"),
        (".. maintainers-include::\n", "MAINTAINERS"),
    ],
)
def test_what_a_document_is_made_of(text: str, file: str) -> None:
    assert file in scan(text).files


def test_toctrees() -> None:
    text = ".. toctree::\n   :maxdepth: 1\n\n   a\n   Shown <b.rst>\n   /c\n   http://x.example\n"
    assert scan(text).toctree == ("toys/a", "toys/b", "c")
    assert scan(".. toctree::\n   :glob:\n\n   *\n").toctree == ("toys/*",)
    assert scan(".. toctree::\n\n   what?\n").toctree == ()


def test_a_comment_and_a_literal_define_nothing_they_should_not() -> None:
    assert scan("Use ``.. _label:`` for it.\n").defines == frozenset()


@pytest.mark.parametrize(
    ("text", "titled"),
    [
        (".. _a:\n\nTitle\n=====\n\nText.\n", {"label:a"}),
        (".. _a:\n.. _b:\n\nTitle\n=====\n\nText.\n", {"label:a", "label:b"}),
        (".. _a:\n\n=====\nTitle\n=====\n\nText.\n", {"label:a"}),
        (".. _a:\n\nJust text\nand more,\nand more.\n", set()),
    ],
)
def test_which_labels_certainly_have_a_title(text: str, titled: set[str]) -> None:
    assert scan(text).titled == titled


def test_orphans_and_titles() -> None:
    assert scan(":orphan:\n\nTitle\n=====\n").orphan
    assert scan("Title\n=====\n").has_title
    assert not scan("No title.\n").has_title


def test_a_numbered_toctree() -> None:
    found = scan(".. toctree::\n   :numbered:\n\n   a\n\n.. toctree::\n\n   b\n")
    assert (found.numbered, found.toctree) == (("toys/a",), ("toys/a", "toys/b"))


def test_pictures_of_a_source() -> None:
    source = "/**\n * DOC: Wind\n *\n * .. kernel-figure:: wind/up.dot\n *    :alt: up\n */\n"
    assert pictures(HERE, source) == {"Documentation/toys/wind/up.dot"}


def test_netlink_specifications_are_documents_where_the_tree_reads_them() -> None:
    spec = {"Documentation/netlink/specs/toy.yaml": "name: toy\n"}
    parser = {"Documentation/sphinx/parser_yaml.py": ""}
    assert other_documents(snapshots.apply({**spec, **parser}, {}).base) == spec.keys()
    generated = other_documents(snapshots.apply(spec, {}).base)
    assert generated == {
        "Documentation/networking/netlink_spec/index.rst",
        "Documentation/networking/netlink_spec/toy.rst",
    }
