# SPDX-License-Identifier: GPL-2.0-or-later
"""The parts of the docs checker.

``scan`` knows every document by its text, ``scope`` picks the documents to read, ``reader``
talks to the child process ``worker``, which reads them through ``sphinx_adapter``, and
``warnings`` turns what Sphinx said into findings.
"""

#: Where a build puts what it generates ($BUILDDIR). Here, since the worker needs no scans.
BUILD = "Documentation/output"
