# SPDX-License-Identifier: GPL-2.0-or-later
"""What the kernel's own Sphinx extensions keep between documents, and how they forget it.

kernel-doc keeps parsed files, and a line prefix that it does not restore; others keep parsed
files and look-ups that failed. A full build that reads a document in a fresh process starts
without all that, and so does each document here, since sources change from patch to patch.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.parsers.rst.directives.misc import Include
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

_left_out: set[str] = set()


class Unsupported(Exception):
    """This Sphinx, or what the tree does with it, cannot be used; says why."""


def settings(source: Path) -> dict[str, str]:
    """What ``make htmldocs`` sets on the command line of Sphinx, for a tree that is the current
    folder (Documentation/Makefile, tools/docs/sphinx-build-wrapper)."""
    found = {"kerneldoc_srctree": "."}
    if "kerneldoc_bin" in (source / "conf.py").read_text("utf-8", "replace"):
        found["kerneldoc_bin"] = "./scripts/kernel-doc"
    return found


_INCLUDES = ("reported", "DOMAIN_INFO", "all_refs")

#: Directive to its extension, its class, and where the extension keeps what is reset below.
_KNOWN: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "kernel-doc": ("kerneldoc", "KernelDocDirective", ("setup_kfiles",)),
    "kernel-abi": ("kernel_abi", "KernelCmd", ("_kernel_abi",)),
    "kernel-include": ("kernel_include", "KernelInclude", _INCLUDES),
    "maintainers-include": ("maintainers_include", "MaintainersInclude", ("maint_parser",)),
}


def _keeps_nothing(directive: type[Directive]) -> bool:
    """Whether a directive runs a program, or reads its file, each time: those of old trees do."""
    codes = [getattr(method, "__code__", None) for method in vars(directive).values()]
    runs_program = any("subprocess" in code.co_names for code in codes if code)
    plain_include = directive.__name__ == "KernelInclude" and issubclass(directive, Include)
    return runs_program or plain_include or hasattr(directive, "parse_maintainers")


class _Refused(Directive):
    """Stands in for a directive whose extension is not as we know it."""

    has_content = True
    optional_arguments = 100

    def run(self) -> list[nodes.Node]:
        raise Unsupported(
            f"the tree's extension for {self.name} is none that is known here:"
            " what it keeps from one state of the tree to the next cannot be told"
        )


def refuse_unknown(app: Sphinx) -> None:
    """Let directives whose extensions are not as we know them raise Unsupported."""
    for directive, (extension, name, kept) in _KNOWN.items():
        module = sys.modules.get(extension)
        if module is None or all(hasattr(module, one) for one in kept):
            continue
        if not _keeps_nothing(getattr(module, name, Directive)):
            app.add_directive(directive, _Refused, override=True)


def refresh(app: Sphinx) -> None:
    """Call before each document."""
    steps: dict[str, Callable[[ModuleType, Sphinx], None]] = {
        "kerneldoc": _kerneldoc,
        "kernel_abi": _kernel_abi,
        "kernel_include": _kernel_include,
    }
    for name, step in steps.items():
        if module := sys.modules.get(name):
            step(module, app)


def refresh_maintainers() -> None:
    """Read MAINTAINERS again; call when the tree changed."""
    module: Any = sys.modules.get("maintainers_include")
    if module and hasattr(module, "maint_parser"):
        old = module.maint_parser
        module.maint_parser = module.MaintainersParser(old.base_dir, old.app_dir, old.path)


def leave_out(sources: Iterable[str]) -> None:
    """Let kernel-doc directives show nothing of these sources, and all of the others."""
    _left_out.clear()
    _left_out.update(sources)
    directive: Any = getattr(sys.modules.get("kerneldoc"), "KernelDocDirective", None)
    if directive is None or hasattr(directive, "run_any"):
        return
    directive.run_any = directive.run
    directive.run = lambda self: [] if self.arguments[0] in _left_out else self.run_any()


def is_strict(env: BuildEnvironment, source: str | None) -> bool:
    """Whether every C reference from this file must resolve (kernel-include :warn-broken:)."""
    return source in getattr(env, "_xref_files", ())


def _kerneldoc(module: ModuleType, app: Sphinx) -> None:
    if hasattr(module, "setup_kfiles"):  # Python kernel-doc, called as a library
        module.setup_kfiles(app)


def _kernel_abi(module: ModuleType, app: Sphinx) -> None:
    if hasattr(module, "_kernel_abi"):
        setattr(module, "_kernel_abi", None)  # noqa: B010


def _kernel_include(module: ModuleType, app: Sphinx) -> None:
    for name in _INCLUDES:
        if hasattr(module, name):
            getattr(module, name).clear()
