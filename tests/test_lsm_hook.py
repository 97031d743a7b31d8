# SPDX-License-Identifier: GPL-2.0-or-later
"""lsm-hook: every sample says what must be found."""

from __future__ import annotations

from pathlib import Path

import pytest

import snapshots
from verify_series.checkers import lsm_hook
from verify_series.model import CheckError, State, UserError

FOLDERS = sorted((snapshots.SAMPLES / "lsm-hook").glob("*-*"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_sample(folder: Path) -> None:
    sample = snapshots.load_sample(folder)
    spec = lsm_hook.parse(sample.check)
    red = folder.name.startswith("fail-")
    if "error" in sample.expected:
        with pytest.raises(CheckError) as caught:
            lsm_hook.run(sample.applied, spec)
        assert red
        assert sample.expected == {"error": str(caught.value)}
        return
    examined = lsm_hook.run(sample.applied, spec)
    assert snapshots.outcome(examined) == sample.expected
    assert any(f.state is State.NEW for f in examined.findings) == red
    assert examined.count or examined.skip


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({}, "folder is missing"),
        ({"folder": "security/gate", "enum": "x"}, "enum and enum-file belong together"),
        ({"folder": "security/gate", "heder": "x"}, "unknown key 'heder' (did you mean header?)"),
    ],
)
def test_parse(table: dict[str, object], message: str) -> None:
    with pytest.raises(UserError) as caught:
        lsm_hook.parse(table)
    assert str(caught.value) == message
    assert lsm_hook.parse({"folder": "security/gate/"}).name == "security/gate"
