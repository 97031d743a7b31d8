# SPDX-License-Identifier: GPL-2.0-or-later
"""What is not as we know it gives an error with the reason, and never a pass.

Each tree has an extension that is laid out, or that meddles with Sphinx, in a way of its own.
"""

from __future__ import annotations

import pytest

import snapshots
from verify_series.checkers import docs
from verify_series.docs.kernel_extensions import _KNOWN
from verify_series.model import CheckError, Examined

CONF = """\
import os, sys
sys.path.insert(0, os.path.abspath("sphinx"))
extensions = ["EXTENSION"]
"""
SUPPRESSED = "suppress_warnings = ['ref.doc']\n"
DIRECTIVE = """\
from docutils.parsers.rst import Directive


class CLASS(Directive):
    has_content = True
    optional_arguments = 9

    def run(self):
        return []


def setup(app):
    app.add_directive("DIRECTIVE", CLASS)
"""
INDEX, A = "Documentation/index.rst", "Documentation/a.rst"


def judge(extension: str, code: str, *, text: str = "", conf: str = "") -> Examined:
    tree = {
        "Documentation/conf.py": CONF.replace("EXTENSION", extension) + conf,
        f"Documentation/sphinx/{extension}.py": code,
        INDEX: "Toys\n====\n\n.. toctree::\n\n   a\n",
        A: f"A\n=\n\n{text}\n",
    }
    return docs.run(
        snapshots.apply(tree, {**tree, A: tree[A] + "\n:doc:`/gone`\n"}), docs.parse({})
    )


def layout(directive: str, *more: str) -> tuple[str, str]:
    """An extension of the tree with this directive, and its code with ``more`` lines."""
    extension, name, _ = _KNOWN[directive]
    code = DIRECTIVE.replace("CLASS", name).replace("DIRECTIVE", directive)
    return extension, "\n".join((code, *more))


@pytest.mark.parametrize("directive", _KNOWN)
def test_an_extension_whose_memory_is_unknown(directive: str) -> None:
    with pytest.raises(CheckError, match=f"the tree's extension for {directive} is none that is"):
        judge(*layout(directive), text=f".. {directive}:: x")


@pytest.mark.parametrize("directive", _KNOWN)
def test_it_matters_only_to_documents_that_use_it(directive: str) -> None:
    examined = judge(*layout(directive))
    assert [f.rule for f in examined.findings] == ["unknown-document"]


@pytest.mark.parametrize("directive", ["kernel-doc", "kernel-abi"])
def test_an_extension_that_runs_a_program_keeps_nothing(directive: str) -> None:
    extension, code = layout(directive)
    code = code.replace("return []", "import subprocess; return [] if subprocess else None")
    assert len(judge(extension, code, text=f".. {directive}:: x").findings) == 1


@pytest.mark.parametrize(
    ("code", "unsaid"),
    [
        ("logging.disable(logging.CRITICAL)", "probe-label"),
        ("logging.getLogger('sphinx.sphinx.highlighting').setLevel(60)", "probe-language"),
        ("app.connect('doctree-read', lambda app, tree: tree.clear())", "probe-document"),
        ("app.connect('env-purge-doc', lambda a, env, name: env.all_docs.clear())", "toctree"),
    ],
)
def test_warnings_that_get_lost(code: str, unsaid: str) -> None:
    with pytest.raises(CheckError, match=f"does not judge a document .* not said: .*{unsaid}"):
        judge("meddling", f"import logging\n\ndef setup(app):\n    {code}\n")


def test_warnings_that_are_not_there_in_a_full_build() -> None:
    said = "app.connect('doctree-read', lambda *a: logging.getLogger('sphinx').warning('odd'))"
    with pytest.raises(CheckError, match=r"not said: .*, said: .*odd"):
        judge("meddling", f"import logging\n\ndef setup(app):\n    {said}\n")


def test_what_the_tree_suppresses_is_no_fault() -> None:
    assert not judge("plain", "def setup(app): pass\n", conf=SUPPRESSED).findings
