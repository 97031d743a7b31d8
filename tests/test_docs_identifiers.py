# SPDX-License-Identifier: GPL-2.0-or-later
"""Names in kernel-doc directives that no comment of the source begins with."""

from __future__ import annotations

from collections.abc import Mapping

import snapshots
from verify_series.checkers import docs
from verify_series.model import State

CONF = 'import sys\nsys.path.insert(0, "Documentation/sphinx")\nextensions = ["kerneldoc"]\n'
EXTENSION = """\
from docutils.parsers.rst import Directive, directives
from sphinx.util import logging


def setup_kfiles(app):
    pass


class KernelDocDirective(Directive):
    required_arguments = 1
    option_spec = {
        name: directives.unchanged for name in ("identifiers", "functions", "doc", "internal")
    }

    def run(self):
        text = open(self.arguments[0]).read()
        if "PERL" in text and "DOC: " + self.options.get("doc", "") not in text:
            said = "./toy.c:1: warning: '%s' not found" % self.options["doc"]
            logging.getLogger("kerneldoc").warning(said)
        return []


def setup(app):
    app.add_config_value("kerneldoc_srctree", None, "env")
    app.add_directive("kernel-doc", KernelDocDirective)
"""
SHOWN = (
    "Toys\n====\n\n.. kernel-doc:: toy.c\n   :identifiers: toy_wind struct_toy toy\n      rules\n"
)
SOURCE = (
    "/**\n * toy_wind() - Wind it.\n */\nint toy_wind(void);\n\n"
    "/**\n * struct toy - A toy.\n */\nstruct toy { };\n\n/**\n * DOC: rules\n *\n * None.\n */\n"
)
BASE = {
    "Documentation/conf.py": CONF,
    "Documentation/sphinx/kerneldoc.py": EXTENSION,
    "Documentation/index.rst": SHOWN.replace("struct_toy ", ""),
    "toy.c": SOURCE,
}
INDEX = "Documentation/index.rst"


def found(base: Mapping[str, str], change: Mapping[str, str]) -> list[tuple[object, ...]]:
    examined = docs.run(snapshots.apply(base, {**base, **change}), docs.parse({}))
    assert {f.rule for f in examined.findings} <= {"kernel-doc-unknown"}
    return [(f.path, f.line, f.message, str(f.state)) for f in examined.findings]


def said(name: str) -> str:
    return f"toy.c has no kernel-doc comment of '{name}': nothing is shown of it"


def test_a_document_that_asks_for_an_unknown_name() -> None:
    assert found(BASE, {INDEX: SHOWN}) == [(INDEX, 5, said("struct_toy"), "new")]


def test_a_document_that_asks_for_known_names() -> None:
    assert found(BASE, {INDEX: BASE[INDEX] + "\nMore.\n"}) == []


def test_a_source_that_drops_what_a_document_asks_for() -> None:
    after = SOURCE.replace("toy_wind", "toy_wind_up")
    assert found(BASE, {"toy.c": after}) == [(INDEX, 5, said("toy_wind"), "new")]
    gone = SOURCE.replace("DOC: rules", "DOC: laws")
    assert found(BASE, {"toy.c": gone}) == [(INDEX, 6, said("rules"), "new")]


def asking(*options: str) -> dict[str, str]:
    lines = "".join(f"   {option}\n" for option in options)
    return {INDEX: f"Toys\n====\n\n.. kernel-doc:: toy.c\n{lines}"}


def test_a_section() -> None:
    assert found(BASE, asking(":doc: rules")) == []
    assert found(BASE, asking(":doc: Laws  of toys")) == [
        (INDEX, 5, said("DOC: Laws of toys"), "new")
    ]


def test_the_option_that_kernel_doc_heeds() -> None:
    assert found(BASE, asking(":doc: laws", ":internal:")) == []
    assert found(BASE, asking(":identifiers:")) == []


def test_a_source_without_kernel_doc() -> None:
    base = {**BASE, **asking()}
    assert found(base, {"toy.c": SOURCE.replace("/**", "/*")}) == [
        (INDEX, 4, "toy.c has no kernel-doc comment at all: nothing is shown of it", "new")
    ]


def test_what_kernel_doc_says_itself_is_not_repeated() -> None:
    base = {**BASE, "toy.c": SOURCE + "/* PERL */\n"}
    examined = docs.run(snapshots.apply(base, {**base, **asking(":doc: laws")}), docs.parse({}))
    assert [(f.rule, f.message) for f in examined.findings] == [("kernel-doc", "'laws' not found")]


def test_what_is_unknown_before_and_after_is_not_told() -> None:
    base = {**BASE, INDEX: SHOWN}
    assert found(base, {"toy.c": SOURCE + "/** toy_sell() - Sell it. */\n"}) == []
    examined = docs.run(snapshots.apply(base, BASE), docs.parse({}))
    assert [f.state for f in examined.findings] == [State.FIXED]


def test_names_that_kernel_doc_makes_itself() -> None:
    base = {**BASE, INDEX: "Toys\n====\n\n.. kernel-doc:: toy.c\n   :functions: trace_toy_wind\n"}
    assert found(base, {INDEX: base[INDEX] + "\nMore.\n"}) == []
