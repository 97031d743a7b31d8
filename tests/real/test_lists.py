# SPDX-License-Identifier: GPL-2.0-or-later
"""A backtest over the real mails: what it says of each, and the same as of one alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from .conftest import LORE, TOP, verify

#: By subject; of the two revisions in one thread, both.
FAIL = {"Reintrodce Hornet LSM", "ima,evm: move initcalls to the LSM framework"}
OLD = {"Introducing Hornet LSM"}  # made for another release


def test_all_threads(linux_7_2: Path, cache: Path, tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "verify_series", "backtest", str(LORE), "--tree", str(linux_7_2)]
    env = {**os.environ, "PYTHONPATH": str(TOP / "tools"), "XDG_CACHE_HOME": str(cache)}
    done = subprocess.run(
        [*argv, "--jobs", "2", "-q"], cwd=tmp_path, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    text = (tmp_path / "backtest" / "results.jsonl").read_text("ascii")
    lines = [json.loads(line) for line in text.splitlines()]
    assert len(lines) == len({line["key"] for line in lines}) == 18
    assert {line["subject"] for line in lines if line["verdict"] == "fail"} == FAIL
    without = {line["subject"]: line["kind"] for line in lines if line["verdict"] == "none"}
    ipe = {line["revision"]: line for line in lines if "AT_EXECVE_CHECK" in line["subject"]}
    assert set(without.values()) == {"not-applied"}
    assert without.keys() == OLD | {ipe[1]["subject"]}
    assert [ipe[n]["verdict"] for n in (1, 2, 3)] == ["none", "none", "pass"]
    assert ipe[1]["superseded"] == ipe[2]["superseded"] == ipe[3]["message_id"]
    for name in ("landlock-kernel-doc-v1", "ima-evm-initcalls-v1", "smack-kernel-doc-v1"):
        alone = verify(LORE / f"{name}.mbox", "--tree", linux_7_2, cache=cache, cwd=tmp_path)
        series = alone.report["series"]
        [line] = [one for one in lines if one["message_id"] == series["message_id"]]
        kept = json.loads((tmp_path / "backtest" / f"{line['report']}.json").read_text("ascii"))
        for checks in (kept["outcomes"], alone.report["outcomes"]):
            for check in checks:
                for key in ("seconds", "command", "exhibits"):
                    check.pop(key, None)
        assert kept["outcomes"] == alone.report["outcomes"]
        assert kept["verdict"] == alone.report["verdict"] == line["verdict"]
