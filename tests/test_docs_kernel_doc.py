# SPDX-License-Identifier: GPL-2.0-or-later
"""Documents that show comments of sources, by a miniature of the kernel's extension.

Sources that a series has nothing to do with are left out at first; nothing may be missed by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

import snapshots
from verify_series.checkers import docs

CONF = """\
import os, sys
sys.path.insert(0, os.path.abspath("sphinx"))
extensions = ["kerneldoc"]
"""
# Shows each /** comment of a file, stripped of its asterisks.
EXTENSION = """\
import re
from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList


def setup_kfiles(app):
    pass


class KernelDocDirective(Directive):
    required_arguments = 1

    def run(self):
        path = self.arguments[0]
        self.state.document.settings.env.note_dependency("../" + path)
        node = nodes.section()
        for comment in re.findall(r"/\\*\\*(.*?)\\*/", open(path).read(), re.DOTALL):
            lines = [re.sub(r"^ \\* ?", "", line) for line in comment.strip().splitlines()]
            text = StringList(lines, source=path)
            self.state.nested_parse(text, 0, node, match_titles=True)
        return node.children


def setup(app):
    app.add_config_value("kerneldoc_srctree", None, "env")
    app.add_directive("kernel-doc", KernelDocDirective)
"""


def comment(text: str) -> str:
    return f"/**\n * {text}\n */\nint x;\n"


BASE = {
    "Documentation/conf.py": CONF,
    "Documentation/sphinx/kerneldoc.py": EXTENSION,
    "tools/lib/python/kdoc/kdoc_files.py": "",
    "Documentation/index.rst": "Toys\n====\n\n.. toctree::\n\n   api\n   rules\n",
    "Documentation/api.rst": "API\n===\n\n.. kernel-doc:: wind.c\n\n.. kernel-doc:: paint.c\n",
    "Documentation/rules.rst": (
        ".. _old rules:\n\nRules\n=====\n\n.. _kept:\n\nMore\n----\n\nText.\n"
    ),
    "wind.c": comment("toy_wind - Wind it, by the :ref:`Old  rules <old rules>`."),
    "paint.c": comment("toy_paint - Paint it, see :ref:`kept` and :doc:`/rules`."),
}
API, RULES = "Documentation/api.rst", "Documentation/rules.rst"


def rules(
    *changes: Mapping[str, str | None], base: Mapping[str, str] = BASE
) -> list[tuple[str, str, int | None]]:
    """Rule, message and patch of each new finding; a change of None removes the file."""
    trees: list[dict[str, str]] = [dict(base)]
    for change in changes:
        merged = {**trees[-1], **change}
        trees.append({path: text for path, text in merged.items() if text is not None})
    examined = docs.run(snapshots.apply(*trees), docs.parse({}))
    return [(f.rule, f.message, f.patch) for f in examined.findings if f.state == "new"]


def test_the_base_is_clean() -> None:
    assert rules({API: BASE[API] + "\nMore.\n"}) == []


def test_a_fault_in_a_touched_source() -> None:
    text = comment("toy_wind - See :ref:`gone`.")
    assert rules({"wind.c": text}) == [("undefined-label", "undefined label: 'gone'", 1)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (BASE[RULES].replace(".. _old rules:", ".. _new rules:"), "undefined label: 'old rules'"),
        (BASE[RULES].replace(".. _kept:\n\n", ""), "undefined label: 'kept'"),
    ],
)
def test_a_label_that_only_an_untouched_source_refers_to(text: str, expected: str) -> None:
    assert rules({RULES: text}) == [("undefined-label", expected, 1)]


def test_a_document_that_only_an_untouched_source_refers_to() -> None:
    moved = {
        RULES: None,
        "Documentation/laws.rst": BASE[RULES],
        "Documentation/index.rst": BASE["Documentation/index.rst"].replace("rules", "laws"),
    }
    assert rules(moved) == [("unknown-document", "unknown document: '/rules'", 1)]


def test_a_label_that_an_untouched_source_defines_as_well() -> None:
    shade = {"paint.c": comment("Paint it.\n *\n * .. _shade:\n *\n * Shade\n * -----")}
    after = {RULES: BASE[RULES] + "\n.. _shade:\n\nShades\n------\n"}
    found = rules(after, base={**BASE, **shade})
    assert [(rule, patch) for rule, _, patch in found] == [("duplicate-label", 1)], found


def test_a_label_of_a_source_that_another_document_refers_to() -> None:
    shade = {
        "paint.c": comment("Paint it.\n *\n * .. _shade:\n *\n * Shade\n * -----"),
        RULES: BASE[RULES] + "\nAs in :ref:`shade`.\n",
    }
    found = rules({"paint.c": BASE["paint.c"]}, base={**BASE, **shade})
    assert found == [("undefined-label", "undefined label: 'shade'", 1)]


SHADE = comment(
    "Paint it.\n *\n * .. _shade:\n *\n * Shade\n * -----\n *\n * A `colour\n * chart`_."
)
CHART = comment("The chart.\n *\n * .. _colour chart: https://example.org/")


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("See :ref:`shade`.", None),
        ("See :ref:`shades`.", "undefined label: 'shades'"),
        ("See `colour chart`_.", None),
        ("See `colour map`_.", 'Unknown target name: "colour map".'),
    ],
)
def test_a_name_that_only_an_untouched_source_defines(text: str, missing: str | None) -> None:
    """It is left out at first, so that the name seems to be missing."""
    api = BASE[API] + "\n.. kernel-doc:: chart.c\n"
    base = {**BASE, "paint.c": SHADE, "chart.c": CHART, API: api}
    found = rules({"wind.c": comment(f"toy_wind - {text}")}, base=base)
    assert len(found) == (1 if missing else 0), found
    assert all(message.startswith(str(missing)) for _, message, _ in found)


@pytest.mark.parametrize("text", ["----\n\n.. kernel-doc:: wind.c", ":ref:`shade`"])
def test_what_only_seems_wrong_for_lack_of_an_untouched_source_is_no_old_fault(text: str) -> None:
    shown = f"API\n===\n\n.. kernel-doc:: paint.c\n\n{text}\n\n.. kernel-doc:: wind.c\n"
    base = {**BASE, API: shown, "paint.c": SHADE, "chart.c": CHART}
    base[API] += "\n.. kernel-doc:: chart.c\n"
    after = {**base, "wind.c": base["wind.c"].replace("Wind", "Spin")}
    assert docs.run(snapshots.apply(base, after), docs.parse({})).findings == ()


def test_a_fault_is_certain_although_another_source_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left_out: list[set[str]] = []
    judge = docs._judge

    def noted(*arguments: Any) -> Any:
        left_out.append(set(arguments[-1].paths))
        return judge(*arguments)

    monkeypatch.setattr(docs, "_judge", noted)
    assert [rule for rule, _, _ in rules({"wind.c": comment("toy_wind - *Wind.")})] == [
        "inline-markup"
    ]
    assert left_out == [{"paint.c"}]
