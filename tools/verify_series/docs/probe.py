# SPDX-License-Identifier: GPL-2.0-or-later
"""A document with faults, read before all others: silence must mean that all is well.

Much of sphinx_adapter.py rests on what Sphinx does inside, and the tree's own extensions work on
every document as well. Were warnings to get lost in a version that we do not know, a fault would
pass; so the faults below must be said, each once, and nothing else.
"""

from __future__ import annotations

import sphinx

from .kernel_extensions import Unsupported
from .sphinx_adapter import Documents

_NAME, _UNREAD = "verify-series/probe", "verify-series/probe-unread"
_TEXT = f"""\
Probe
=====

:ref:`probe-label` :doc:`/probe-document` :doc:`/{_UNREAD}`

- item
odd

.. code-block:: probe-language

   x

.. toctree::

   /{_UNREAD}
"""
_SAID = (
    *("probe-label", "probe-document"),  # references
    "probe-language",  # code blocks, as the html writer sees them
    "without a blank line",  # docutils
    "toctree",  # the checks between documents
)


def prove(documents: Documents) -> None:
    """Raises Unsupported where the faults are not said as they should be."""
    documents.know([f"{_NAME}.rst", f"{_UNREAD}.rst"])
    file = documents.path(_NAME)
    file.parent.mkdir()
    file.write_text(_TEXT)
    with documents.nothing_suppressed():
        documents.forget([_NAME])
        documents.begin([_NAME])
        if documents.read(_NAME):
            documents.resolve(_NAME)
        documents.check(
            [_NAME], listed=(), included=(), orphans=(), cited=(), numbered={}, below={}
        )
    documents.forget([_NAME])
    said = sorted(warning.text for warning in documents.take_warnings())
    unsaid = [words for words in _SAID if not any(words in text for text in said)]
    if unsaid or len(said) != len(_SAID):
        raise Unsupported(
            f"Sphinx {sphinx.__version__} with the tree's extensions does not judge a document"
            f" with known faults as it should: not said: {unsaid}, said: {said}"
        )
    file.unlink()
    file.parent.rmdir()
