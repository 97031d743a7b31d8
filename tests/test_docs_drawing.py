# SPDX-License-Identifier: GPL-2.0-or-later
"""A document as HTML: what docutils' writer makes of it, and what is left out."""

from __future__ import annotations

import pytest
from docutils import nodes
from docutils.core import publish_doctree
from sphinx import addnodes

import snapshots
from test_docs import CONF
from verify_series.checkers import docs
from verify_series.docs.drawing import draw
from verify_series.model import Document


def drawn(text: str) -> str:
    settings = {"report_level": 5, "doctitle_xform": False}
    return draw(publish_doctree(text, settings_overrides=settings)).replace("\n", "")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Word *em* ``code``.", '<p>Word <em>em</em> <span class="docutils literal">code</span>.'),
        ("`a <http://example.org/>`_", '<span class="reference">a</span>'),
        (".. image:: /etc/passwd", "<em>[/etc/passwd]</em>"),
        (".. raw:: html\n\n   <script>x</script>\n\nEnd.", "<p>End.</p>"),
        (":math:`a<b`", "<code>a&lt;b</code>"),
        (".. math:: a<b", "<pre>a&lt;b</pre>"),
        ("::\n\n  int a < b;", "<pre>int a &lt; b;</pre>"),
        ("T\n=\n\n.. note:: N", '<p class="admonition-title">Note</p><p>N</p>'),
    ],
)
def test_draw(text: str, html: str) -> None:
    made = drawn(text)
    assert html in made
    assert not any(word in made for word in ("<script", "http:", "<img", "href"))


def test_nodes_of_sphinx() -> None:
    tree = publish_doctree("")
    signature = addnodes.desc_signature("", "", nodes.Text("int f(void)"))
    inside = addnodes.desc_content("", nodes.paragraph("", "It works."))
    tree += addnodes.desc("", signature, inside)
    tree += addnodes.index(entries=[])
    assert draw(tree).replace("\n", "") == (
        '<div><p class="sig">int f(void)</p><blockquote><p>It works.</p></blockquote></div>'
    )


def test_the_caption_of_a_toctree() -> None:
    tree = publish_doctree("")
    tree += addnodes.compact_paragraph("", "", nodes.title("", "Contents"), toctree=True)
    assert draw(tree) == '<p><p class="caption">Contents</p></p>'


def test_what_docutils_cannot_draw_is_its_text() -> None:
    tree = publish_doctree("Before.")
    tree += nodes.container("", nodes.title("", "Lost <words>"))
    assert draw(tree) == "<pre>Before.\n\nLost &lt;words&gt;</pre>"


def test_touched_documents_are_drawn_before_and_after() -> None:
    fixed = {"Documentation/conf.py": CONF}

    def tree(**documents: str) -> dict[str, str]:
        names = "".join(f"   {name}\n" for name in sorted(documents))
        index = {"index": f"Toys\n====\n\n.. toctree::\n\n{names}"}
        texts = {**index, **documents}
        return {**fixed, **{f"Documentation/{name}.rst": text for name, text in texts.items()}}

    ball, top = "Ball\n====\n\nRound. See :doc:`top`.\n", "Top\n===\n\nSpins.\n"
    before = tree(ball=ball, top=top, kite="Kite\n====\n\nFlies.\n")
    after = tree(ball=f"{ball}\nRolls.\n", top=top, yoyo="Yoyo\n====\n\nReturns.\n")
    examined = docs.run(snapshots.apply(before, after), docs.parse({}))
    shown = {d.path.rpartition("/")[2]: d for d in examined.exhibits if isinstance(d, Document)}
    assert list(shown) == ["ball.rst", "index.rst", "kite.rst", "yoyo.rst"]
    assert "Rolls." not in shown["ball.rst"].before
    assert "<p>Rolls.</p>" in shown["ball.rst"].after
    assert "Flies" in shown["kite.rst"].before
    assert shown["kite.rst"].after == shown["yoyo.rst"].before == ""
    assert "Returns" in shown["yoyo.rst"].after
