# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/samples/CHECKER/{pass,fail}-*: every sample says exactly what must be found."""

from __future__ import annotations

from pathlib import Path

import pytest

import snapshots
from verify_series.checkers import EXECUTING, REGISTRY, load
from verify_series.model import CheckError, State

FOLDERS = sorted(path for path in snapshots.SAMPLES.glob("*/*-*") if path.is_dir())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_sample(folder: Path) -> None:
    sample = snapshots.load_sample(folder)
    checker = load(folder.parent.name)
    spec = checker.parse(sample.check)
    red = folder.name.startswith("fail-")
    if "error" in sample.expected:
        with pytest.raises(CheckError) as caught:
            checker.run(sample.applied, spec)
        assert red
        assert sample.expected == {"error": str(caught.value)}
        return
    examined = checker.run(sample.applied, spec)
    assert snapshots.outcome(examined) == sample.expected
    assert any(f.state is State.NEW for f in examined.findings) == red
    assert examined.count or examined.skip or red


def test_every_checker_of_ours_has_samples_that_fail_and_that_pass() -> None:
    kinds = {(path.parent.name, path.name.split("-")[0]) for path in FOLDERS}
    ours = set(REGISTRY) - {"checkpatch", *EXECUTING}  # theirs need git and a tree that builds
    assert kinds == {(name, kind) for name in ours for kind in ("pass", "fail")}
