# SPDX-License-Identifier: GPL-2.0-or-later
"""Every real thread gets a verdict or a reason; the tree stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from repos import fingerprint

from .conftest import LORE, verify


@pytest.mark.parametrize("version", ["7.2", "6.12"])
@pytest.mark.parametrize("name", sorted(path.stem for path in LORE.glob("*.mbox")))
def test_a_thread(
    name: str, version: str, cache: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    tree: Path = request.getfixturevalue(f"linux_{version.replace('.', '_')}")
    done = verify(LORE / f"{name}.mbox", "--tree", tree, cache=cache, cwd=tmp_path)
    assert done.code in (0, 1, 2)
    assert "Traceback" not in done.out + done.err
    assert "crashed" not in done.out
    assert done.report["series"], done.err
    assert not [finding for finding in done.findings if finding[0] == "lsm-hook"]
    if done.code == 2:
        assert done.report["reason"].strip()


def test_the_kernel_repository_stays_as_it_is(linux_7_2: Path, cache: Path, tmp_path: Path) -> None:
    """Its .git apart from the objects that were there, which are compared by name."""

    def state() -> object:
        git = linux_7_2 / ".git"
        small = {n: (git / n).read_bytes() for n in ("HEAD", "config", "index")}
        objects = sorted(str(p.relative_to(git)) for p in (git / "objects").rglob("*"))
        return small, objects, fingerprint(git / "refs"), sorted(p.name for p in git.iterdir())

    before = state()
    verify(LORE / "hornet-v2.mbox", "--tree", linux_7_2, cache=cache, cwd=tmp_path)
    assert state() == before
