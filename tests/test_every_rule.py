# SPDX-License-Identifier: GPL-2.0-or-later
"""No rule is there that no test misses when it is gone, and no sample without its exact finding."""

from __future__ import annotations

from pathlib import Path

import pytest

import snapshots
from every_rule import broken, seeded
from verify_series.checkers import REGISTRY


@pytest.mark.parametrize("checker", REGISTRY)
def test_every_rule_is_missed_in_a_checker_that_always_passes(checker: str) -> None:
    """To mend this, add a sample that fails by the rule, or a test to SEEDED."""
    held = seeded(checker)
    assert held
    assert sorted(rule for rule, tests in held.items() if not tests) == []
    failed, skipped = broken(checker, "findings", set().union(*held.values()))
    assert sorted(rule for rule, tests in held.items() if not tests & (failed | skipped)) == []
    if skipped:
        pytest.skip(f"what they need is missing: {', '.join(sorted(skipped))}")


FINDING = 'rule = "r"\npath = "a"\nline = 1\nmessage = "m"\nseverity = "error"\n'


@pytest.mark.parametrize(
    ("name", "stated"),
    [
        ("fail-x", "count = 1\n"),
        ("fail-x", f"count = 1\n[[findings]]\n{FINDING}"),
        ("fail-x", f'count = 1\n[[findings]]\n{FINDING}state = "new"\n'),
        ("fail-x", f'[[findings]]\n{FINDING}patch = 1\nstate = "new"\n'.replace('"m"', '""')),
        ("fail-x", f'[[findings]]\n{FINDING}patch = 1\nstate = "fixed"\n'),
        ("fail-x", 'error = ""\n'),
        ("pass-x", f'[[findings]]\n{FINDING}patch = 1\nstate = "new"\n'),
        ("pass-x", 'error = "no"\n'),
        ("pass-x", "count = 0\n"),
    ],
)
def test_a_sample_without_an_exact_finding_is_refused(
    tmp_path: Path, name: str, stated: str
) -> None:
    folder = tmp_path / name
    (folder / "base").mkdir(parents=True)
    (folder / "sample.toml").write_text(stated)
    with pytest.raises(ValueError, match=name):
        snapshots.load_sample(folder)
