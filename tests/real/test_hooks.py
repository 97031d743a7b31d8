# SPDX-License-Identifier: GPL-2.0-or-later
"""The hooks of real trees: nothing is wrong as they are, and each fault is found where it is."""

from __future__ import annotations

import difflib
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from .conftest import Result, verify, write_mbox

DEFS, SECURITY = "include/linux/lsm_hook_defs.h", "security/security.c"
HEADER, YAMA, OPEN = "include/linux/security.h", "security/yama/yama_lsm.c", "fs/open.c"
VERSIONS = pytest.mark.parametrize("version", ["7.2", "6.12"])
HOOKS = {"7.2": 277, "6.12": 271}

Edit = Sequence[tuple[str, str, str]]  # path, what is replaced there, and by what

HOOK = "LSM_HOOK(int, 0, file_seal, struct file *file, unsigned int seals)\n"
QUOTA = "LSM_HOOK(int, 0, quota_on, struct dentry *dentry)\n"
DOC = """/**
 * security_file_seal() - Check if a file may be sealed
 * @file: the file
 * @seals: what is to be sealed
 *
 * Return: Returns 0 if permission is granted.
 */
"""
CALLER = """int security_file_seal(struct file *file, unsigned int seals)
{
	return call_int_hook(file_seal, file, seals);
}

"""
DECLARED = "int security_file_seal(struct file *file, unsigned int seals);\n"
STUB = """static inline int security_file_seal(struct file *file, unsigned int seals)
{
	return 0;
}

"""
MODULE = """static int yama_file_seal(struct file *file, unsigned int seals)
{
	return 0;
}

"""
USE = """int file_seal(struct file *file, unsigned int seals)
{
	return security_file_seal(file, seals);
}

"""


def new_hook(*, doc: str = DOC, stub: str = STUB) -> Edit:
    """A hook with all that belongs to it, each before something that every tree has."""
    comment, table = "/**\n * security_quota_on()", "static struct security_hook_list"
    entry, last = "\tLSM_HOOK_INIT(task_free", "EXPORT_SYMBOL(stream_open);\n"
    return (
        (DEFS, QUOTA, HOOK + QUOTA),
        (SECURITY, comment, doc + CALLER + comment),
        (HEADER, "int security_quota_on(", f"{DECLARED}int security_quota_on("),
        (
            HEADER,
            "static inline int security_quota_on(",
            f"{stub}static inline int security_quota_on(",
        ),
        (YAMA, table, MODULE + table),
        (YAMA, entry, f"\tLSM_HOOK_INIT(file_seal, yama_file_seal),\n{entry}"),
        (OPEN, last, f"{last}\n{USE}"),
    )


class Trees:
    """The texts of a tree, changed patch by patch, and the mails of the patches."""

    def __init__(self, tree: Path) -> None:
        self.tree = tree
        self.texts: dict[str, str] = {}
        self.mails: list[bytes] = []

    def text(self, path: str) -> str:
        if path not in self.texts:
            argv = ["git", "-C", self.tree, "show", f"HEAD:{path}"]
            self.texts[path] = subprocess.check_output(argv, text=True)
        return self.texts[path]

    def patch(self, edit: Edit, total: int = 1) -> None:
        before: dict[str, str] = {}
        for path, old, new in edit:
            text = self.text(path)
            before.setdefault(path, text)
            assert old in text, (path, old)
            self.texts[path] = text.replace(old, new, 1)
        diff = "".join(_diff(path, old, self.texts[path]) for path, old in before.items())
        number = len(self.mails) + 1
        head = (
            f"From: Ada <ada@example.org>\nSubject: [PATCH {number}/{total}] lsm: change hooks\n"
            f"Date: Mon, 1 Jan 2024 00:00:0{number} +0000\nMessage-Id: <{number}@example.org>\n"
        )
        if number > 1:
            head += "In-Reply-To: <1@example.org>\n"
        body = "\nSay why.\n\nSigned-off-by: Ada <ada@example.org>\n---\n"
        self.mails.append(f"{head}{body}{diff}-- \n2.39.5\n".encode())

    def places(self, pattern: str, *paths: str) -> set[tuple[str, int]]:
        """Where a pattern is found, after the last patch."""
        return {
            (path, number)
            for path in paths
            for number, line in enumerate(self.text(path).split("\n"), 1)
            if re.search(pattern, line)
        }


def _diff(path: str, old: str, new: str) -> str:
    lines = difflib.unified_diff(
        old.splitlines(keepends=True), new.splitlines(keepends=True), f"a/{path}", f"b/{path}"
    )
    return f"diff --git a/{path} b/{path}\n" + "".join(lines)


@pytest.fixture
def trees(version: str, request: pytest.FixtureRequest) -> Trees:
    return Trees(request.getfixturevalue(f"linux_{version.replace('.', '_')}"))


def run(trees: Trees, cache: Path, folder: Path) -> Result:
    mbox = write_mbox(folder / "series.mbox", trees.mails)
    return verify(mbox, "--tree", trees.tree, "--only", "lsm-hook", cache=cache, cwd=folder)


def found(done: Result) -> set[tuple[str, str, int, int]]:
    return {(rule, path, line, patch) for _, rule, path, line, patch in done.findings}


@VERSIONS
def test_nothing_is_wrong_in_the_whole_tree(
    trees: Trees, version: str, cache: Path, tmp_path: Path
) -> None:
    """Not even an existing finding, with every module looked at."""
    trees.patch([(DEFS, QUOTA, f"/* A comment. */\n{QUOTA}")])
    done = run(trees, cache, tmp_path)
    assert done.code == 0, done.out + done.err
    (outcome,) = (o for o in done.report["outcomes"] if o["checker"] == "lsm-hook")
    assert outcome["findings"] == []
    assert outcome["notes"] == []
    assert outcome["examined"] > 3 * HOOKS[version]  # registrations and calls


@VERSIONS
def test_a_whole_new_hook(trees: Trees, cache: Path, tmp_path: Path) -> None:
    trees.patch(new_hook())
    done = run(trees, cache, tmp_path)
    assert (done.code, done.findings) == (0, []), done.out
    (outcome,) = (o for o in done.report["outcomes"] if o["checker"] == "lsm-hook")
    assert outcome["notes"] == [
        "new hook: file_seal, int (struct file *, unsigned int)",
        "registered: file_seal → yama_file_seal()",
    ]


@VERSIONS
def test_no_kernel_doc(trees: Trees, cache: Path, tmp_path: Path) -> None:
    trees.patch(new_hook(doc=""))
    ((path, line),) = trees.places("^int security_file_seal", SECURITY)
    assert found(run(trees, cache, tmp_path)) == {("undocumented", path, line, 1)}


@VERSIONS
def test_no_stub(trees: Trees, cache: Path, tmp_path: Path) -> None:
    trees.patch(new_hook(stub=""))
    ((path, line),) = trees.places("^int security_file_seal", HEADER)
    assert found(run(trees, cache, tmp_path)) == {("stub", path, line, 1)}


@VERSIONS
def test_a_wrong_name(trees: Trees, cache: Path, tmp_path: Path) -> None:
    trees.patch([(YAMA, "LSM_HOOK_INIT(task_prctl,", "LSM_HOOK_INIT(task_pcrtl,")])
    ((path, line),) = trees.places("task_pcrtl", YAMA)
    assert found(run(trees, cache, tmp_path)) == {("unknown-hook", path, line, 1)}


@VERSIONS
def test_a_wrong_prototype(trees: Trees, cache: Path, tmp_path: Path) -> None:
    trees.patch(
        [
            (
                YAMA,
                "ptrace_access_check(struct task_struct *child,\n\t\t\t\t    unsigned int mode)",
                "ptrace_access_check(struct task_struct *child)",
            )
        ]
    )
    ((path, line),) = trees.places(r"^(static )?int yama_ptrace_access_check", YAMA)
    assert found(run(trees, cache, tmp_path)) == {("prototype", path, line, 1)}


@VERSIONS
def test_a_hook_removed_and_its_users_forgotten(trees: Trees, cache: Path, tmp_path: Path) -> None:
    trees.patch([(DEFS, QUOTA, "")])
    users = trees.places(
        r"(LSM_HOOK_INIT|call_int_hook)\(quota_on,", "security/selinux/hooks.c", SECURITY
    )
    assert len(users) == 2
    assert found(run(trees, cache, tmp_path)) == {("unknown-hook", *user, 1) for user in users}


@VERSIONS
def test_a_hook_retyped_and_its_users_forgotten(trees: Trees, cache: Path, tmp_path: Path) -> None:
    trees.patch(
        [
            (
                DEFS,
                "LSM_HOOK(int, 0, syslog, int type)",
                "LSM_HOOK(int, 0, syslog, struct file *file)",
            )
        ]
    )
    functions = trees.places(
        r"^static int (selinux|smack)_syslog\(",
        "security/selinux/hooks.c",
        "security/smack/smack_lsm.c",
    )
    calls = trees.places(r"call_int_hook\(syslog,", SECURITY)
    assert (len(functions), len(calls)) == (2, 1)
    assert found(run(trees, cache, tmp_path)) == {
        *(("prototype", *place, 1) for place in functions),
        *(("arguments", *place, 1) for place in calls),
    }


@VERSIONS
def test_users_that_follow_in_the_next_patch_are_too_late(
    trees: Trees, cache: Path, tmp_path: Path
) -> None:
    """Between the two the kernel cannot be built."""
    trees.patch([(DEFS, QUOTA, QUOTA.replace("quota_on", "quota_is_on"))], 2)
    users = trees.places(
        r"(LSM_HOOK_INIT|call_int_hook)\(quota_on,", "security/selinux/hooks.c", SECURITY
    )
    trees.patch(
        [
            ("security/selinux/hooks.c", "LSM_HOOK_INIT(quota_on,", "LSM_HOOK_INIT(quota_is_on,"),
            (SECURITY, "call_int_hook(quota_on,", "call_int_hook(quota_is_on,"),
        ],
        2,
    )
    assert found(run(trees, cache, tmp_path)) == {("unknown-hook", *user, 1) for user in users}


@VERSIONS
def test_a_function_gone_and_its_callers_forgotten(
    trees: Trees, cache: Path, tmp_path: Path
) -> None:
    """Callers anywhere in the kernel, in files that the series does not touch."""
    pattern = r"static inline int security_quota_on\(struct dentry \*dentry\)\n\{.*?\n\}\n"
    stub = re.search(pattern, trees.text(HEADER), re.DOTALL)
    assert stub
    trees.patch(
        [
            (DEFS, QUOTA, ""),
            (SECURITY, "	return call_int_hook(quota_on, dentry);", "	return 0;"),
            ("security/selinux/hooks.c", "	LSM_HOOK_INIT(quota_on, selinux_quota_on),\n", ""),
            (HEADER, "int security_quota_on(struct dentry *dentry);\n", ""),
            (HEADER, stub[0], ""),
        ]
    )
    callers = trees.places(r"security_quota_on\(", "fs/quota/dquot.c")
    assert callers
    assert found(run(trees, cache, tmp_path)) == {("undeclared", *place, 1) for place in callers}
