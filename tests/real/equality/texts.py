# SPDX-License-Identifier: GPL-2.0-or-later
"""What the mutations put into documents, sources, ABI files and specifications."""

from __future__ import annotations

#: Paragraphs for a document. {n} makes names unique, {near} is a document of the same folder,
#: {label} and {document} are there somewhere in the tree.
PARAGRAPHS = {
    "unexpected indentation": "Two lines\nof text\n    and one that is indented.\n",
    "block quote": "Text.\n\n  Quoted.\nNot quoted.\n",
    "definition list": "term\n  Its meaning.\nNo meaning.\n",
    "explicit markup": ".. note:: Watch out.\nNot the note.\n",
    "literal block": "Text::\n\n  literal\nnot literal\n",
    "literal block expected": "Here it comes::\n\nNothing.\n",
    "bullet list": "* one\n* two\nthree\n",
    "enumerated list": "1. one\n2. two\nthree\n",
    "line block": "| a line\nno line\n",
    "field list": ":field: value\nno field\n",
    "grid table": "+---+---+\n| a | long |\n+---+---+\n",
    "simple table": "=== ===\nlonger  b\n=== ===\n",
    "text after a table": "=== ===\na   b\n=== ===\ntext\n",
    "unknown label": "See :ref:`no-such-label-{n}`.\n",
    "unknown label with a title": "One.\nTwo.\nSee :ref:`that <no-such-label-{n}>`.\n",
    "unknown document": "See :doc:`no-such-document`.\n",
    "unknown document, absolute": "A line.\nSee :doc:`this </no/such/document>`.\n",
    "undefined footnote": "Text [#f{n}]_.\n",
    "undefined numbered footnote": "Text [77{n}]_ and [#]_.\n",
    "unreferenced footnote": ".. [#u{n}] Not used.\n",
    "undefined citation": "As [NOSUCH{n}]_ says.\n",
    "unreferenced citation": ".. [CITE{n}] Not used.\n",
    "missing image": ".. image:: no-such-image.png\n",
    "missing figure": ".. kernel-figure:: no-such-figure.svg\n\n   A caption.\n",
    "missing entry": ".. toctree::\n   :hidden:\n\n   no-such-document\n",
    "entry twice": ".. toctree::\n\n   {near}\n   {near}\n",
    "unclosed emphasis": "This is *not closed.\n",
    "unclosed strong": "This is **not closed.\n",
    "unclosed literal": "This is ``not closed.\n",
    "unclosed substitution": "This is |not closed.\n",
    "unclosed role": "This is `not closed.\n",
    "undefined substitution": "This is |nothing{n}|.\n",
    "unknown target": "See `no such target {n}`_ and nothing{n}_.\n",
    "anonymous target": "See `this`__.\n",
    "option of a directive": ".. code-block:: c\n   :no-such-option: 1\n\n   int x;\n",
    "unknown directive": ".. no-such-directive:: x\n",
    "unknown role": "A :no-such-role:`x`.\n",
    "empty admonition": ".. warning::\n",
    "declaration twice": (
        ".. c:function:: void verify_{n}(int x)\n\n.. c:function:: void verify_{n}(int x)\n"
    ),
    "unparseable declaration": ".. c:function:: int verify_{n}((\n",
    "unparseable reference": "See :c:func:`a b {n}`.\n",
    "unknown term": "A :term:`no such term {n}`.\n",
    "term twice": ".. glossary::\n\n   same{n}\n      One.\n\n   same{n}\n      Two.\n",
    "target twice": ".. _verify-{n}:\n\nText.\n\n.. _verify-{n}:\n\nText.\n",
    "section title": "Lower\n`````\n\nText.\n\nOdd\n#####\n\nText.\n\nOdder\n:::::\n\nText.\n",
    "code that cannot be lexed": ".. code-block:: python\n\n   $ what ? is this\n",
    "unknown lexer": ".. code-block:: no-such-language\n\n   int x;\n",
    "missing literalinclude": ".. literalinclude:: no-such-file.c\n",
    "missing include": ".. include:: no-such-file.txt\n",
    "missing csv file": ".. csv-table:: Title\n   :file: no-such-file.csv\n",
    "malformed flat-table": ".. flat-table:: Title\n\n   * - a\n     - b\n   * c\n",
    "kernel-doc of no file": ".. kernel-doc:: lib/no-such-file-{n}.c\n",
    "kernel-doc of no comments": ".. kernel-doc:: lib/ctype.c\n",
    "kernel-doc of no function": ".. kernel-doc:: lib/errseq.c\n   :identifiers: no_such_name\n",
    "kernel-doc of no section": ".. kernel-doc:: lib/errseq.c\n   :doc: no section\n",
    "ABI file": "See Documentation/ABI/testing/no-such-file-{n}.\n",
    "good references": (
        "See :doc:`{near}`, :doc:`/{document}`, :ref:`that <{label}>`, :ref:`{label}`.\n"
    ),
    "good label and footnote": (
        ".. _verify-good-{n}:\n\nA paragraph, see :ref:`it <verify-good-{n}>` [#g{n}]_.\n\n"
        ".. [#g{n}] A footnote.\n"
    ),
    "good list and table": "* one\n* two\n\n=== ===\na   b\n=== ===\n\n::\n\n   literal\n",
}

#: Those at which a build ends.
STOPS = frozenset(("missing include", "missing csv file", "malformed flat-table"))

#: Comments for a source, in front of its first kernel-doc comment.
COMMENTS = {
    "no kernel-doc comment": "/**\n * Some words, and no name.\n */\nint verify_words(void);\n\n",
    "no identifier": "/**\n * @x: first of all\n */\nint verify_first(int x);\n\n",
    "no prototype": "/**\n * verify_nothing - stands above something else\n */\n{ 1, 2 };\n\n",
    "no members": "/**\n * struct verify_empty - nothing inside\n */\nstruct verify_empty;\n\n",
    "in-line comment": (
        "/**\n * struct verify_inline - with comments inside\n */\nstruct verify_inline {\n"
        "\t/**\n\t * @a first member, without a colon\n\t */\n\tint a;\n};\n\n"
    ),
    "broken section": "/**\n * DOC: verify words\n *\n * Text::\n * no literal, *no end.\n */\n\n",
    "good comment": (
        "/**\n * verify_good - does nothing\n * @x: an argument\n *\n * Return: nothing.\n */\n"
        "int verify_good(int x);\n\n"
    ),
}

_HEAD = "Date:\t\tJanuary 2026\nContact:\tAda <ada@example.org>\nDescription:\n"

#: Entries for a file of Documentation/ABI.
ABI = {
    "broken description": (
        f"What:\t\t/sys/kernel/verify{{n}}\n{_HEAD}\t\tThis is *not closed.\n\n\t\t- one\n\t\ttwo\n"
    ),
    "described twice": f"What:\t\t{{what}}\n{_HEAD}\t\tAgain.\n",
    "unexpected indentation": (
        f"What:\t\t/sys/kernel/verify{{n}}\n{_HEAD}\t\tTwo lines\n\t\tof text\n\t\t   and more.\n"
    ),
    "unknown label": (
        f"What:\t\t/sys/kernel/verify{{n}}\n{_HEAD}\t\tSee :ref:`no-such-label-{{n}}`.\n"
    ),
    "unknown file": (
        f"What:\t\t/sys/kernel/verify{{n}}\n{_HEAD}"
        "\t\tSee Documentation/ABI/testing/no-such-file-{n}.\n"
    ),
    "good entry": f"What:\t\t/sys/kernel/verify_good{{n}}\n{_HEAD}\t\tText.\n",
}

#: Words for the text of a netlink specification.
SPECS = {
    "unclosed emphasis in a specification": "A *start",
    "unknown label in a specification": "See :ref:`no-such-label`, then",
    "good words in a specification": "Well, then",
}
