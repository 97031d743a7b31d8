# SPDX-License-Identifier: GPL-2.0-or-later
"""The series we were founded on, on real trees, right and with one fault each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import IPE_V3, LORE, read_mails, verify, write_mbox

AUDIT, HOOKS = "security/ipe/audit.c", "security/ipe/hooks.c"
IPE_RST = "Documentation/admin-guide/LSM/ipe.rst"
V3 = LORE / "ipe-script-enforcement-v3.mbox"


def test_v3_by_message_id_on_7_2(
    archive: str, linux_7_2: Path, cache: Path, tmp_path: Path
) -> None:
    """Fetched by b4, recognised as applied, rewound, applied, verified; then again, offline."""
    options = ["--tree", linux_7_2, "--archive", archive]
    done = verify(IPE_V3, *options, cache=cache, cwd=tmp_path)
    assert done.code == 0, done.err
    assert done.statuses == {
        "apply": {"PASS"},
        "name-table": {"PASS", "SKIP"},  # the tables declared; it touches no others
        "lsm-hook": {"PASS"},
        "docs": {"PASS"},
        "checkpatch": {"PASS"},
    }
    assert done.report["base"]["rewound"] == 2
    assert done.report["series"]["revision"] == 3
    assert done.report["series"]["newer"] == "none"
    notes = [note for o in done.report["outcomes"] for note in o["notes"]]
    assert any('IPE_HOOK_BPRM_CREDS_FOR_EXEC ↔ "BPRM_CREDS_FOR_EXEC"' in note for note in notes)
    nowhere = ["--tree", linux_7_2, "--archive", archive.replace("127.0.0.1", "127.0.0.2")]
    assert verify(IPE_V3, *nowhere, cache=cache, cwd=tmp_path).code == 2
    again = verify(IPE_V3, *options, cache=cache, cwd=tmp_path)
    assert again.code == 0


def test_v3_by_its_manifest(archive: str, linux_7_2: Path, cache: Path, tmp_path: Path) -> None:
    options = ["--tree", linux_7_2, "--archive", archive]
    done = verify("ipe-script-enforcement", *options, cache=cache, cwd=tmp_path)
    assert done.code == 0, done.err


def test_v3_on_6_12_refers_to_a_document_that_is_not_there(
    linux_6_12: Path, cache: Path, tmp_path: Path
) -> None:
    done = verify(V3, "--tree", linux_6_12, cache=cache, cwd=tmp_path)
    assert done.code == 1
    # A full build names the paragraph's first line; the message says where in it.
    assert done.findings == [("docs", "unknown-document", IPE_RST, 93, 2)]
    assert "unknown document: '/userspace-api/check_exec'" in " ".join(done.out.split())
    assert done.report["base"]["rewound"] == 0


def test_no_rewind(linux_7_2: Path, cache: Path, tmp_path: Path) -> None:
    done = verify(V3, "--tree", linux_7_2, "--no-rewind", cache=cache, cwd=tmp_path)
    assert done.code == 2
    assert "already has the series" in " ".join(done.out.split())


def test_the_right_series_passes_before_it(before_v3: Path, cache: Path, tmp_path: Path) -> None:
    done = verify(V3, "--tree", before_v3, cache=cache, cwd=tmp_path)
    assert (done.code, done.findings) == (0, [])
    assert done.report["base"]["rewound"] == 0


def _drop_file(mail: bytes, path: str) -> bytes:
    """The mail without the part of its diff that is about ``path``."""
    whole, end, version = mail.rpartition(b"-- \n")
    parts = whole.split(b"diff --git ")
    kept = [part for part in parts if not part.startswith(f"a/{path} ".encode())]
    return b"diff --git ".join(kept) + end + version


def _swap(mail: bytes, old: bytes, new: bytes) -> bytes:
    assert mail.count(old) == 1
    return mail.replace(old, new)


def _without_second_hunk(mail: bytes) -> bytes:
    head, first, _, tail = (*mail.split(b"\n@@ ", 2)[:2], *mail.rsplit(b"\n-- \n", 1))
    return head + b"\n@@ " + first + b"\n-- \n" + tail


FAULTS: dict[str, tuple[int, Callable[[bytes], bytes], set[tuple[str, str, int, int]]]] = {
    "name after MMAP": (
        1,
        lambda m: _swap(
            m,
            b'+\t"BPRM_CREDS_FOR_EXEC",\n \t"MMAP",\n',
            b' \t"MMAP",\n+\t"BPRM_CREDS_FOR_EXEC",\n',
        ),
        {("name-table", AUDIT, 49, 1), ("name-table", AUDIT, 50, 1)},
    ),
    "name missing": (1, lambda m: _drop_file(m, AUDIT), {("name-table", AUDIT, 49, 1)}),
    "LSM_HOOK_INIT dropped": (
        1,
        lambda m: _drop_file(m, "security/ipe/ipe.c"),
        {("lsm-hook", HOOKS, 54, 1)},
    ),
    "doc target misspelt": (
        2,
        lambda m: _swap(m, b"</userspace-api/check_exec>", b"</userspace-api/exec_check>"),
        {("docs", IPE_RST, 93, 2)},
    ),
    "footnote kept without its reference": (
        2,
        _without_second_hunk,
        {("docs", IPE_RST, 822, 2)},
    ),
    "reference without its footnote": (
        2,
        lambda m: _swap(
            m,
            b"+(as opposed to compiled executables). However,",
            b"+(as opposed to compiled executables) [#interpreters]_. However,",
        ),
        {("docs", IPE_RST, 93, 2)},
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_v3_with_one_fault(before_v3: Path, cache: Path, tmp_path: Path, name: str) -> None:
    number, change, expected = FAULTS[name]
    mails = []
    for mail in read_mails(V3):
        if f"[PATCH v3 {number}/2]".encode() in mail and b"\ndiff --git " in mail:
            mail = change(mail)
        mails.append(mail)
    mbox = write_mbox(tmp_path / "fault.mbox", mails)
    done = verify(mbox, "--tree", before_v3, cache=cache, cwd=tmp_path)
    assert done.code == 1, done.out + done.err
    assert {(c, path, line, patch) for c, _, path, line, patch in done.findings} == expected
