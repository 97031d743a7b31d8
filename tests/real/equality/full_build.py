# SPDX-License-Identifier: GPL-2.0-or-later
"""sphinx-build without three things that are no part of a verdict; see judge.py.

* What became outdated is forgotten before the first document is read, as in a build from scratch.
  Else a label that moved to a document read earlier would seem to be defined twice.
* kernel-doc starts anew with each document. Its class for output keeps the line prefix of the
  last variable it showed, and what is read after that in the same process comes out garbled.
  Which documents that are depends on the number of processes.
* The html builder writes pages without side bars, and no indices: those carry no warnings, and
  take ten seconds a page.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

import sphinx.cmd.build
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.environment import BuildEnvironment


class Build(Sphinx):
    """The application, with kernel-doc set up again before each document is read."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.connect("source-read", self._anew)
        self.connect("env-before-read-docs", self._forget)

    def _anew(self, *_: object) -> None:
        setup = getattr(sys.modules.get("kerneldoc"), "setup_kfiles", None)
        if setup:
            setup(self)

    def _forget(self, _: Sphinx, env: BuildEnvironment, names: list[str]) -> None:
        for name in names:
            self.emit("env-purge-doc", env, name)
            env.clear_doc(name)


def write_outdated(
    builder: Builder, named: Iterable[str] | None, outdated: Iterable[str], method: Any = "update"
) -> None:
    """Builder.write(), which with names on the command line leaves out the rest."""
    _write(builder, None if named is None else {*named, *outdated}, outdated, method)


_write = Builder.write

if __name__ == "__main__":
    setattr(Builder, "write", write_outdated)  # noqa: B010
    vars(sphinx.cmd.build)["Sphinx"] = Build
    StandaloneHTMLBuilder.finish = lambda self: None  # type: ignore[method-assign]
    StandaloneHTMLBuilder._get_local_toctree = lambda *_, **__: ""  # type: ignore[method-assign]
    sys.exit(sphinx.cmd.build.main(sys.argv[1:]))
