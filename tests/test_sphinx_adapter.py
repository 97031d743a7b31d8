# SPDX-License-Identifier: GPL-2.0-or-later
"""Contract: what docs/sphinx_adapter.py takes from inside Sphinx and docutils is still there.

Each failure here names what a new version changed; tests/test_docs.py then shows whether the
verdicts changed with it.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from docutils import nodes
from sphinx import addnodes, application
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors.toctree import TocTreeCollector
from sphinx.highlighting import PygmentsBridge
from sphinx.project import Project
from sphinx.util.docutils import docutils_namespace, patch_docutils
from sphinx.util.logging import NAMESPACE, WarningLogRecordTranslator, WarningSuppressor


def parameters(function: Callable[..., object]) -> list[str]:
    return list(inspect.signature(function).parameters)


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (Sphinx.__init__, ["srcdir", "confdir", "outdir", "doctreedir", "buildername"]),
        (Sphinx.__init__, ["confoverrides", "status", "warning", "freshenv"]),
        (Builder.read_doc, ["docname"]),
        (BuildEnvironment.clear_doc, ["docname"]),
        (BuildEnvironment.check_consistency, []),
        (BuildEnvironment.doc2path, ["docname"]),
        (BuildEnvironment.get_and_resolve_doctree, ["docname", "builder"]),
        (BuildEnvironment.prepare_settings, ["docname"]),
        (PygmentsBridge.highlight_block, ["source", "lang", "opts", "force", "location"]),
        (Project.path2doc, ["filename"]),
        (TocTreeCollector.assign_section_numbers, ["env"]),
        (WarningSuppressor.__init__, ["app"]),
        (WarningLogRecordTranslator.__init__, ["app"]),
    ],
)
def test_signatures(function: Callable[..., object], names: list[str]) -> None:
    assert set(names) <= set(parameters(function))


@pytest.fixture
def app(tmp_path: Path) -> Sphinx:
    (tmp_path / "conf.py").write_text("")
    (tmp_path / "index.rst").write_text(
        ".. _mark:\n\nTitle\n=====\n\n:ref:`gone` :term:`t` [Cited]_\n\n"
        ".. c:function:: int f(void)\n"
    )
    out = tmp_path / "out"
    with patch_docutils(tmp_path), docutils_namespace():
        made = Sphinx(tmp_path, tmp_path, out, out, "dummy", status=None, warning=None)
        made.env.find_files(made.config, made.builder)
        made.builder.read_doc("index")
    return made


def test_the_environment_has_what_is_replaced(app: Sphinx) -> None:
    env = app.env
    assert isinstance(env.titles["index"], nodes.title)
    assert isinstance(env.tocs["index"], nodes.bullet_list)
    assert "index" in env.found_docs
    assert env.all_docs.keys() == {"index"}
    assert isinstance(env.files_to_rebuild, dict)
    assert isinstance(env.included, dict)
    assert isinstance(env.numbered_toctrees, set)
    env.get_doctree("index")
    assert "index" in env._pickled_doctree_cache
    assert isinstance(env.toctree_includes, dict)
    assert isinstance(env.metadata["index"], dict)
    assert app.project._path_to_docname == {Path("index.rst"): "index"} or app.project.docnames
    assert hasattr(app.project, "_docname_to_path")


def test_the_domains_keep_what_is_looked_up(app: Sphinx) -> None:
    standard = app.env.domains["std"]
    assert standard.labels["mark"][:2] == ("index", "mark")
    assert standard.anonlabels["mark"] == ("index", "mark")
    assert isinstance(standard.progoptions, dict)
    assert isinstance(standard._terms, dict)
    citation = app.env.domains["citation"]
    assert isinstance(citation.citations, dict)
    assert "Cited" in citation.citation_refs
    assert [name for name, *_ in app.env.domains["c"].get_objects()] == ["f"]


def test_references_wait_as_pending_xref(app: Sphinx) -> None:
    waiting = list(app.env.get_doctree("index").findall(addnodes.pending_xref))
    found = {(node.get("refdomain"), node["reftype"], node["reftarget"]) for node in waiting}
    assert ("std", "ref", "gone") in found
    assert ("std", "term", "t") in found
    assert any(domain == "citation" and target == "Cited" for domain, _, target in found)


def test_warnings_go_through_one_logger() -> None:
    assert NAMESPACE == "sphinx"
    assert logging.getLogger(NAMESPACE).handlers is not None
    assert isinstance(application.builtin_extensions, tuple)
    assert "sphinx.domains.c" in application.builtin_extensions
