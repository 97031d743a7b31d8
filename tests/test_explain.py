# SPDX-License-Identifier: GPL-2.0-or-later
"""Every rule has its text, and the text is whole."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import snapshots
from repos import Repo
from verify_series.checkers import REGISTRY
from verify_series.docs import warnings
from verify_series.explain import explain
from verify_series.model import UserError
from verify_series.rules import find, rules
from verify_series.tree import open_tree

TOP = Path(__file__).parent.parent


def test_every_rule_that_a_sample_produces_has_its_text() -> None:
    """To mend this, add a table to tools/verify_series/checkers/NAME.toml."""
    produced = set()
    for path in snapshots.SAMPLES.glob("*/*/sample.toml"):
        found = tomllib.loads(path.read_text("utf-8")).get("findings", ())
        produced |= {f"{path.parent.parent.name}/{finding['rule']}" for finding in found}
    assert len(produced) > 20
    assert sorted(name for name in produced if not find(*name.split("/", 1))) == []


def test_every_rule_of_the_docs_check_has_its_text() -> None:
    named = {rule for rule, _ in warnings._RULES} | {"kernel-doc", "other"}
    assert sorted(named - rules("docs").keys()) == []


@pytest.mark.parametrize("checker", [name for name in REGISTRY if rules(name)])
def test_the_texts_are_whole(checker: str) -> None:
    for name, rule in rules(checker).items():
        for text in (rule.what, rule.why):
            assert re.fullmatch(r"[A-Z(\"].*\.", text), (name, text)
        assert rule.bad != rule.good, name
        assert rule.see, name
        shown = explain(f"{checker}/{name}")
        assert "\nBad::\n" in shown
        assert all(len(line) <= 100 for line in shown.splitlines()), name


def test_a_checker_names_its_rules() -> None:
    text = explain("lsm-hook")
    assert "--explain lsm-hook/RULE tells about one rule: unknown-hook," in text.replace("\n", " ")


def test_any_type_of_checkpatch() -> None:
    assert explain("checkpatch/LONG_LINE").startswith("checkpatch/LONG_LINE\n")


def test_what_the_tree_says_of_a_type(repo: Repo, tmp_path: Path) -> None:
    text = "Types\n\n  **LONG_LINE**\n    Too \x1b long.\n\n    See it.\n\n  **OTHER**\n    No.\n"
    repo.commit({"Documentation/dev-tools/checkpatch.rst": text})
    tree = open_tree(repo.folder, cache=tmp_path, progress=lambda text: None)
    shown = explain("checkpatch/LONG_LINE", tree)
    assert shown.endswith(" says::\n\n    Too \\u001b long.\n\n    See it.\n")
    assert " says::" not in explain("checkpatch/NO_SUCH", tree)
    assert " says::" not in explain("docs/other", tree)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("doc", "there is no checker 'doc' (did you mean docs?)"),
        (
            "docs/undefined-lable",
            "no rule of docs 'undefined-lable' (did you mean undefined-label?)",
        ),
        ("x", "there is no checker 'x' (known: name-table, "),
    ],
)
def test_the_nearest_name(word: str, said: str) -> None:
    with pytest.raises(UserError) as caught:
        explain(word)
    assert said in str(caught.value)
