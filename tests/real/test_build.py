# SPDX-License-Identifier: GPL-2.0-or-later
"""build on real trees: the real kbuild, in the sandbox where there is one."""

from __future__ import annotations

import subprocess
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


Lines = Callable[[str], list[bytes]]  # the lines of a file of the base


def read_patch(number: int) -> bytes:
    named = f" {number}/2]".encode()
    return next(m for m in read_mails(V3) if named in m and b"\ndiff --git " in m)


def _named_after_mmap(number: int, mail: bytes, lines: Lines) -> bytes:
    right = b'+\t"BPRM_CREDS_FOR_EXEC",\n \t"MMAP",\n'
    return mail.replace(right, b' \t"MMAP",\n+\t"BPRM_CREDS_FOR_EXEC",\n')


def _without_name(number: int, mail: bytes, lines: Lines) -> bytes:
    whole, end, version = mail.rpartition(b"-- \n")
    parts = whole.split(b"diff --git ")
    kept = [part for part in parts if not part.startswith(f"a/{AUDIT} ".encode())]
    return b"diff --git ".join(kept) + end + version


def _broken_then_repaired(number: int, mail: bytes, lines: Lines) -> bytes:
    """Patch 1 asks for a member that is not there, patch 2 for the right one."""
    if number == 1:
        return mail.replace(b"bprm->is_check", b"bprm->is_chek")
    added = [line[1:] for line in read_patch(1).split(b"\n") if line.startswith(b"+")]
    at = next(n for n, line in enumerate(added) if b"bprm->is_check" in line)
    good, bad = added[at], added[at].replace(b"is_check", b"is_chek")
    return _with_hunk(mail, HOOKS, 57, added[at - 3 : at], [bad], [good], added[at + 1 : at + 4])


def _probing(number: int, mail: bytes, lines: Lines) -> bytes:
    """Patch 1 also adds to a Makefile what tries to leave its folder."""
    path = "security/ipe/Makefile"
    probe = b"$(shell echo evil > /usr/verify-series-probe; cat ~root/.bashrc /etc/shadow)"
    around = lines(path)[:6]
    return _with_hunk(mail, path, 4, around[:3], [], [probe], around[3:]) if number == 1 else mail


def _with_hunk(
    mail: bytes,
    path: str,
    line: int,
    before: list[bytes],
    old: list[bytes],
    new: list[bytes],
    after: list[bytes],
) -> bytes:
    """The mail with a change at ``line`` of a file that it does not touch."""
    signs = ((b" ", before), (b"-", old), (b"+", new), (b" ", after))
    body = b"".join(sign + text + b"\n" for sign, texts in signs for text in texts)
    around = len(before) + len(after)
    start = line - len(before)
    head = f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n"
    head += f"@@ -{start},{around + len(old)} +{start},{around + len(new)} @@\n"
    rest, _, tail = mail.rpartition(b"-- \n")
    return rest + head.encode() + body + b"-- \n" + tail


FAULTS: dict[str, tuple[Callable[[int, bytes, Lines], bytes], list[tuple[str, str, int]], str]] = {
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
    def lines(path: str) -> list[bytes]:
        argv = ["git", "-C", before_v3, "show", f"HEAD:{path}"]
        return subprocess.run(argv, capture_output=True, check=True).stdout.split(b"\n")

    change, expected, message = FAULTS[name]
    mails = []
    for mail in read_mails(V3):
        for number in (1, 2):
            if mail == read_patch(number):
                mail = change(number, mail, lines)
        mails.append(mail)
    done = build(write_mbox(tmp_path / "fault.mbox", mails), before_v3, cache, tmp_path)
    assert done.code == 1, done.out + done.err
    assert [(rule, path, patch) for _, rule, path, _, patch in done.findings] == expected
    assert message in " ".join(done.out.split())
