# SPDX-License-Identifier: GPL-2.0-or-later
"""checkpatch in a private tree says of obsolete code what it says in the whole one."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from verify_series.checkpatch_root import _may_concern, _obsolete

from .conftest import verify, write_mbox
from .test_hooks import Trees

OLD = "drivers/net/ethernet/8390/8390.c"
_SAMPLE = 20  # of 0.4 s each


def test_obsolete_code_is_told(linux_7_2: Path, cache: Path, tmp_path: Path) -> None:
    trees = Trees(linux_7_2)
    trees.patch([(OLD, "\n#include", "\n/* One comment more. */\n#include")])
    mbox = write_mbox(tmp_path / "series.mbox", trees.mails)
    done = verify(
        mbox, "--tree", linux_7_2, "--only", "checkpatch", "--strict", cache=cache, cwd=tmp_path
    )
    assert ("checkpatch", "OBSOLETE") in {finding[:2] for finding in done.findings}


@pytest.mark.parametrize("version", ["7.2", "6.12"])
def test_where_we_do_not_ask_nothing_would_be_said(
    version: str, request: pytest.FixtureRequest
) -> None:
    tree: Path = request.getfixturevalue(f"linux_{version.replace('.', '_')}")

    def git(*argv: str) -> bytes:
        return subprocess.run(["git", *argv], cwd=tree, capture_output=True, check=True).stdout

    sections = _obsolete(git("show", "HEAD:MAINTAINERS"))
    files = git("ls-tree", "-r", "--name-only", "-z", "HEAD").decode().split("\0")[:-1]
    unasked = [path for path in files if not _may_concern(sections, path.encode())]
    assert sections and OLD not in unasked
    assert len(unasked) > len(files) * 0.99
    for path in random.Random(1).sample(unasked, _SAMPLE):
        script = ["perl", "scripts/get_maintainer.pl", "--status", "--nom", "--nol"]
        argv = [*script, "--nogit", "--nogit-fallback", "-f", path]
        done = subprocess.run(argv, cwd=tree, capture_output=True, text=True, check=True)
        assert "obsolete" not in done.stdout.lower(), path
