# SPDX-License-Identifier: GPL-2.0-or-later
"""Every line of the threat model names a test that is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
MODEL = (TESTS.parent / "Documentation" / "threat-model.rst").read_text("utf-8")
NAMED = sorted(set(re.findall(r"``(test_\w+\.py)::(\w+)``", MODEL)))


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_named_test_is_there(file: str, name: str) -> None:
    tree = ast.parse((TESTS / file).read_text("utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_line_names_one() -> None:
    rows = re.findall(r"(?m)^   \* - (?!What must hold)[^*]*?^     - (.*)$", MODEL)
    assert len(rows) > 30
    assert all("::" in row for row in rows)
