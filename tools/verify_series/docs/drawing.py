# SPDX-License-Identifier: GPL-2.0-or-later
"""A document as HTML, to be looked at: what docutils' html5 writer makes of Sphinx's doctree.

It is the body alone, without links, pictures and anything that the document has as raw HTML.
Sphinx's own nodes become plain elements; its html builder would read the tree's theme and
templates, which costs more than the whole check.
"""

from __future__ import annotations

from docutils import nodes
from docutils.frontend import get_default_settings
from docutils.writers import html5_polyglot
from sphinx import addnodes

#: Sphinx's and our own nodes that show nothing.
_SILENT = frozenset(("highlightlang", "index", "meta", "tabular_col_spec"))
#: Those that are more than a box, or a word: the element, and its class.
_ELEMENTS = {
    "compact_paragraph": ("p", ""),
    "centered": ("p", ""),
    "desc_signature": ("p", "sig"),
    "desc_content": ("blockquote", ""),
    "desc_parameter": ("em", ""),
    "literal_emphasis": ("em", ""),
    "literal_strong": ("strong", ""),
    "production": ("p", ""),
}
#: docutils' own; a transform that cannot be used on Sphinx's nodes would give them their titles.
_ADMONITIONS = frozenset(
    ("attention", "caution", "danger", "error", "hint", "important", "note", "tip", "warning")
)
_ELEMENTS |= dict.fromkeys((*_ADMONITIONS, "seealso", "versionmodified"), ("div", "admonition"))


def draw(tree: nodes.document) -> str:
    """The HTML of a document whose references are resolved. The tree is used up."""
    tree.settings = get_default_settings(html5_polyglot.Writer)
    writer = _Translator(tree)
    try:
        tree.walkabout(writer)
    except Exception:  # a node where docutils knows of none: the verdict must not depend on it
        return f"<pre>{writer.encode(tree.astext())}</pre>"
    return "".join(writer.body)


class _Translator(html5_polyglot.HTMLTranslator):
    """docutils' own, but for what leads out of the page."""

    def visit_reference(self, node: nodes.Element) -> None:
        self.body.append('<span class="reference">')

    def depart_reference(self, node: nodes.Element) -> None:
        self.body.append("</span>")

    def visit_image(self, node: nodes.Element) -> None:
        self.body.append(f"<em>[{self.encode(node.get('uri', 'image'))}]</em>")

    def depart_image(self, node: nodes.Element) -> None:
        pass

    def visit_title(self, node: nodes.title) -> None:
        if isinstance(node.parent, addnodes.compact_paragraph):  # the caption of a toctree
            self.body.append('<p class="caption">')
            self.context.append("</p>")
        else:
            super().visit_title(node)

    def visit_math(self, node: nodes.Element) -> None:
        self.body.append(f"<code>{self.encode(node.astext())}</code>")
        raise nodes.SkipNode

    def visit_math_block(self, node: nodes.Element) -> None:
        self.body.append(f"<pre>{self.encode(node.astext())}</pre>")
        raise nodes.SkipNode

    def visit_literal_block(self, node: nodes.Element) -> None:
        self.body.append(f"<pre>{self.encode(node.astext())}</pre>")
        raise nodes.SkipNode

    def visit_raw(self, node: nodes.Element) -> None:
        raise nodes.SkipNode

    def visit_system_message(self, node: nodes.Element) -> None:
        raise nodes.SkipNode  # the check tells of it

    def unknown_visit(self, node: nodes.Node) -> None:
        name = type(node).__name__
        if name in _SILENT:
            raise nodes.SkipNode
        tag, classes = self._element(node)
        self.body.append(f'<{tag} class="{classes}">' if classes else f"<{tag}>")
        if name in _ADMONITIONS:
            self.body.append(f'<p class="admonition-title">{name.capitalize()}</p>')

    def unknown_departure(self, node: nodes.Node) -> None:
        self.body.append(f"</{self._element(node)[0]}>")

    @staticmethod
    def _element(node: nodes.Node) -> tuple[str, str]:
        inline = isinstance(node, (nodes.Inline, nodes.TextElement))
        return _ELEMENTS.get(type(node).__name__, ("span" if inline else "div", ""))
