# SPDX-License-Identifier: GPL-2.0-or-later
"""build on real trees: the real kbuild, in the sandbox where there is one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from verify_series import sandbox
from verify_series.build import packages
from verify_series.model import Execution

from .conftest import LORE, Result, read_mails, verify, write_mbox

V3 = LORE / "ipe-script-enforcement-v3.mbox"
AUDIT, HOOKS = "security/ipe/audit.c", "security/ipe/hooks.c"
MISSING = packages.missing(Execution()) or sandbox.missing()

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING or "-")


def build(series: Path, tree: Path, cache: Path, cwd: Path) -> Result:
    return verify(series, "--tree", tree, "--only", "build", cache=cache, cwd=cwd)


def test_v3_on_7_2(before_v3: Path, cache: Path, tmp_path: Path) -> None:
    done = build(V3, before_v3, cache, tmp_path)
    assert (done.code, done.findings, done.statuses["build"]) == (0, [], {"PASS"})
    (outcome,) = [o for o in done.report["outcomes"] if o["checker"] == "build"]
    assert outcome["examined"] == 7
    tables = "audit_hook_names, audit_op_names, audit_prop_names"
    assert f"the compiler reads them alike: {tables}" in outcome["notes"]


def test_v3_on_6_12_has_no_is_check(linux_6_12: Path, cache: Path, tmp_path: Path) -> None:
    done = build(V3, linux_6_12, cache, tmp_path)
    assert done.code == 1
    assert done.findings == [("build", "error", HOOKS, 58, 1)]
    assert "'struct linux_binprm' has no member named 'is_check'" in " ".join(done.out.split())


def _named_after_mmap(number: int, mail: bytes) -> bytes:
    right = b'+\t"BPRM_CREDS_FOR_EXEC",\n \t"MMAP",\n'
    return mail.replace(right, b' \t"MMAP",\n+\t"BPRM_CREDS_FOR_EXEC",\n')


def _without_name(number: int, mail: bytes) -> bytes:
    whole, end, version = mail.rpartition(b"-- \n")
    parts = whole.split(b"diff --git ")
    return (
        b"diff --git ".join(p for p in parts if not p.startswith(b"a/" + AUDIT.encode()))
        + end
        + version
    )


def _broken_then_repaired(number: int, mail: bytes) -> bytes:
    """Patch 1 asks for a member that is not there, patch 2 for the right one."""
    if number == 1:
        return mail.replace(b"bprm->is_check", b"bprm->is_chek")
    lines = [line for line in read_patch(1).split(b"\n") if b"is_check" in line]
    good = next(line for line in lines if line.startswith(b"+"))[1:]
    bad = good.replace(b"is_check", b"is_chek")
    repair = b"diff --git a/%s b/%s\n--- a/%s\n+++ b/%s\n@@ -58 +58 @@\n-%s\n+%s\n-- \n"
    path = HOOKS.encode()
    before, _, after = mail.rpartition(b"-- \n")
    return before + repair % (path, path, path, path, bad, good) + after


def _probing(number: int, mail: bytes) -> bytes:
    """Patch 1 also adds to a Makefile what tries to leave its folder."""
    if number == 2:
        return mail
    probe = b"$(shell echo evil > /usr/verify-series-probe; cat /root/.bashrc /etc/shadow)"
    added = (
        b"diff --git a/security/ipe/Makefile b/security/ipe/Makefile\n"
        b"--- a/security/ipe/Makefile\n+++ b/security/ipe/Makefile\n"
        b"@@ -7,0 +8,1 @@\n+%s\n-- \n" % probe
    )
    before, _, after = mail.rpartition(b"-- \n")
    return before + added + after


def read_patch(number: int) -> bytes:
    named = f" {number}/2]".encode()
    return next(m for m in read_mails(V3) if named in m and b"\ndiff --git " in m)


FAULTS: dict[str, tuple[Callable[[int, bytes], bytes], list[tuple[str, str, int]], str]] = {
    "name after MMAP": (
        _named_after_mmap,
        [("compiled-name", AUDIT, 1)],
        'IPE_HOOK_MMAP was "MMAP" and is "BPRM_CREDS_FOR_EXEC" now',
    ),
    "name missing": (
        _without_name,
        [("compiled-name", AUDIT, 1)],
        'IPE_HOOK_MMAP was "MMAP" and is "MPROTECT" now',
    ),
    "repaired by patch 2": (
        _broken_then_repaired,
        [("error", HOOKS, 1)],
        "'struct linux_binprm' has no member named 'is_chek'",
    ),
    "probing Makefile": (
        _probing,
        [("output", "Makefile", 1)] * 3,
        "cannot create /usr/verify-series-probe: Read-only file system",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_v3_with_one_fault(before_v3: Path, cache: Path, tmp_path: Path, name: str) -> None:
    change, expected, message = FAULTS[name]
    mails = []
    for mail in read_mails(V3):
        for number in (1, 2):
            if mail == read_patch(number):
                mail = change(number, mail)
        mails.append(mail)
    done = build(write_mbox(tmp_path / "fault.mbox", mails), before_v3, cache, tmp_path)
    assert done.code == 1, done.out + done.err
    assert [(rule, path, patch) for _, rule, path, _, patch in done.findings] == expected
    assert message in " ".join(done.out.split())
