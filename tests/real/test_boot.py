# SPDX-License-Identifier: GPL-2.0-or-later
"""Real kernels, built and booted: the series we were founded on, and what a fault makes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from verify_series import sandbox
from verify_series.boot.kernel import missing
from verify_series.model import Execution

from .conftest import LORE, Result, read_mails, verify, write_mbox
from .test_ipe import FAULTS, V3

MISSING = missing(Execution()) or sandbox.missing()
pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)

HOOKS = "security/ipe/hooks.c"
SCRIPT = "step 3, check /tmp/script: "


def _boot(series: Path, tree: Path, cache: Path, cwd: Path) -> Result:
    return verify(series, "--tree", tree, "--boot", "--only", "boot", cache=cache, cwd=cwd)


def _notes(done: Result) -> list[str]:
    return [note for outcome in done.report["outcomes"] for note in outcome["notes"]]


def _messages(done: Result) -> list[str]:
    return [f["message"] for outcome in done.report["outcomes"] for f in outcome["findings"]]


def test_v3(before_v3: Path, cache: Path, tmp_path: Path) -> None:
    done = _boot(V3, before_v3, cache, tmp_path)
    assert (done.code, done.findings) == (0, []), done.out + done.err
    for told in (
        "check /tmp/script: base 0; series EACCES (BPRM_CREDS_FOR_EXEC)",
        "check /script: base 0; series 0 (BPRM_CREDS_FOR_EXEC)",
        "map /tmp/program: base and series EACCES (MMAP)",
        "protect /tmp/program: base and series EACCES (MPROTECT)",
    ):
        assert told in _notes(done)


def _invert(mail: bytes) -> bytes:
    assert mail.count(b"if (!bprm->is_check)") == 1
    return mail.replace(b"if (!bprm->is_check)", b"if (bprm->is_check)")


EXPECTED: dict[str, tuple[Callable[[bytes], bytes], list[str]]] = {
    "name after MMAP": (
        FAULTS["name after MMAP"][1],
        [
            f"{SCRIPT}expected a record with ipe_hook=BPRM_CREDS_FOR_EXEC, saw ipe_hook=MMAP",
            "map /tmp/program: expected a record with ipe_hook=MMAP,"
            " saw ipe_hook=BPRM_CREDS_FOR_EXEC",
        ],
    ),
    "name missing": (
        FAULTS["name missing"][1],
        [
            f"{SCRIPT}expected a record with ipe_hook=BPRM_CREDS_FOR_EXEC, saw ipe_hook=MMAP",
            "map /tmp/program: expected a record with ipe_hook=MMAP, saw ipe_hook=MPROTECT",
            "protect /tmp/program: expected a record with ipe_hook=MPROTECT,"
            " saw ipe_hook=KERNEL_READ",
        ],
    ),
    "LSM_HOOK_INIT dropped": (
        FAULTS["LSM_HOOK_INIT dropped"][1],
        [f"{SCRIPT}expected EACCES, saw 0"],
    ),
    "is_check inverted": (
        _invert,
        [
            f"{SCRIPT}expected EACCES, saw 0",
            "execute /tmp/program: expected a record with ipe_hook=BPRM_CHECK,"
            " saw ipe_hook=BPRM_CREDS_FOR_EXEC",
        ],
    ),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_v3_with_one_fault(before_v3: Path, cache: Path, tmp_path: Path, name: str) -> None:
    change, expected = EXPECTED[name]
    mails = [
        change(mail) if b"[PATCH v3 1/2]" in mail and b"\ndiff --git " in mail else mail
        for mail in read_mails(V3)
    ]
    done = _boot(write_mbox(tmp_path / "fault.mbox", mails), before_v3, cache, tmp_path)
    assert done.code == 1, done.out + done.err
    assert {patch for _, _, _, _, patch in done.findings} == {1}
    for message in expected:
        assert any(message in said for said in _messages(done)), _messages(done)


@pytest.mark.parametrize("name", ["lockdown-log-once-v1", "lockdown-log-once-v2"])
def test_lockdown(name: str, linux_7_2: Path, cache: Path, tmp_path: Path) -> None:
    done = _boot(LORE / f"{name}.mbox", linux_7_2, cache, tmp_path)
    assert (done.code, done.findings) == (0, []), done.out + done.err
    assert "open /dev/mem: base and series EPERM" in _notes(done)
