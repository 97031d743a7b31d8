# SPDX-License-Identifier: GPL-2.0-or-later
"""generated: what old trees make before Sphinx runs, by scripts of their own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import snapshots
from verify_series.checkers import docs
from verify_series.docs.generated import Recipe, make, recipes, users
from verify_series.model import CheckError, State

SPEC = "Documentation/netlink/specs/toy.yaml"
MADE = "Documentation/networking/netlink_spec/toy.rst"

#: Makes a document of a specification: ``-i INPUT -o OUTPUT``.
SCRIPT = """\
import sys
text = open(sys.argv[2]).read()
if "broken" in text:
    sys.exit("no good specification")
open(sys.argv[4], "w").write("Toy\\n===\\n\\n" + text)
"""
TREE = {
    "Documentation/conf.py": "",
    "Documentation/index.rst": "Index\n=====\n\nText.\n",
    "tools/net/ynl/ynl-gen-rst.py": SCRIPT,
    SPEC: "Words.\n",
}
MAKEFILE = """\
UAPI = $(srctree)/include/uapi/linux

$(BUILDDIR)/toy.h.rst: ${UAPI}/toys/toy.h ${PARSER} $(SRC_DIR)/toy.h.rst.exceptions
	@$($(quiet)gen_rst)
"""


def test_the_rules_of_the_makefile() -> None:
    media = "Documentation/userspace-api/media"
    base = snapshots.apply({f"{media}/Makefile": MAKEFILE}, {}).base
    target = "Documentation/output/toy.h.rst"
    assert recipes(base, ["Documentation/other.rst"], []) == {}
    found = recipes(base, [target], [])
    header, exceptions = "include/uapi/linux/toys/toy.h", f"{media}/toy.h.rst.exceptions"
    assert found[target].sources == (header, exceptions)
    assert found[target].argv[2:] == (header, target, exceptions)
    assert users(found, {target: ["Documentation/t.rst"]})[header] == ["Documentation/t.rst"]


def test_a_fault_in_a_specification() -> None:
    examined = docs.run(snapshots.apply(TREE, {**TREE, SPEC: "Words.\n\nA *start.\n"}), docs.Spec())
    (finding,) = examined.findings
    assert (finding.path, finding.line, finding.state) == (MADE, 6, State.NEW)
    assert finding.message == "Inline emphasis start-string without end-string."


def test_a_good_change_of_a_specification() -> None:
    examined = docs.run(snapshots.apply(TREE, {**TREE, SPEC: "More words.\n"}), docs.Spec())
    assert (examined.count, examined.findings) == (1, ())


def test_a_new_specification_stands_in_the_index_that_is_made_too() -> None:
    new = {**TREE, "Documentation/netlink/specs/new.yaml": "New.\n"}
    examined = docs.run(snapshots.apply(TREE, new), docs.Spec())
    assert (examined.count, examined.findings) == (1, ())


def test_a_specification_that_cannot_be_made_a_document() -> None:
    examined = docs.run(snapshots.apply(TREE, {**TREE, SPEC: "broken\n"}), docs.Spec())
    (finding,) = examined.findings
    assert (finding.rule, finding.path) == ("build-stops", MADE)
    assert finding.message.endswith("ynl-gen-rst.py failed: no good specification")


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    recipe = Recipe("a/b", ("no-such-program",), ())
    with pytest.raises(CheckError, match="a/b cannot be generated"):
        make(recipe, tmp_path, tmp_path)
    assert make(Recipe("c", (sys.executable, "-c", ""), ()), tmp_path, tmp_path) == ""
