# SPDX-License-Identifier: GPL-2.0-or-later
"""All that changed about hooks between 6.12 and 7.2, as one patch: 16 hooks new or gone, 14 of
another type. It is right in both directions, and wrong as soon as one file is left as it was."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from verify_series.checkers import lsm_hook
from verify_series.model import (
    AppliedSeries,
    Change,
    Finding,
    Patch,
    Series,
    Severity,
    Snapshot,
    Step,
)
from verify_series.store import Store

FOLDERS = ("security", "include/linux", "kernel", "fs", "net")
FORGOTTEN = (
    "include/linux/security.h",
    "security/security.c",
    "security/apparmor/lsm.c",
    "security/integrity/ima/ima_main.c",
    "security/selinux/hooks.c",
    "security/smack/smack_lsm.c",
    "security/tomoyo/tomoyo.c",
    "kernel/bpf/bpf_lsm.c",
    "kernel/bpf/syscall.c",
    "kernel/audit.c",
    "kernel/auditsc.c",
    "fs/nfs/nfs4proc.c",
    "net/netlabel/netlabel_unlabeled.c",
)


class Releases(Store):
    """Two releases, and a commit ``mixed``: the newer one with a file of the older."""

    older = newer = forgotten = ""

    def read_many(self, commit: str, paths: Iterable[str]) -> dict[str, bytes]:
        if commit != "mixed":
            return super().read_many(commit, paths)
        wanted = list(paths)
        kept = [path for path in wanted if path == self.forgotten]
        found = super().read_many(self.newer, [path for path in wanted if path not in kept])
        return {**found, **super().read_many(self.older, kept)}

    def blob_ids(self, commit: str, under: str) -> dict[str, str]:
        if commit != "mixed":
            return super().blob_ids(commit, under)
        found = super().blob_ids(self.newer, under)
        older = super().blob_ids(self.older, under)
        return {**found, **{path: older[path] for path in found if path == self.forgotten}}

    def grep(self, commit: str, words: Iterable[str], where: str) -> bytes:
        return super().grep(self.newer if commit == "mixed" else commit, words, where)

    def files_with(self, commit: str, texts: Iterable[str], where: Iterable[str]) -> list[str]:
        return super().files_with(self.newer if commit == "mixed" else commit, texts, where)


@pytest.fixture(scope="session")
def releases(
    linux_6_12: Path, linux_7_2: Path, tmp_path_factory: pytest.TempPathFactory
) -> Releases:
    folder = tmp_path_factory.mktemp("releases") / "store"
    trees = {}
    for tree in (linux_6_12, linux_7_2):
        argv = ["git", "-C", str(tree), "rev-parse", "HEAD", "--git-path", "objects"]
        commit, objects = subprocess.check_output(argv, text=True).split()
        trees[commit] = str((tree / objects).resolve())
    store = Releases.create(folder, Path(next(iter(trees.values()))))
    assert isinstance(store, Releases)
    (folder / "objects" / "info" / "alternates").write_text("\n".join(trees.values()) + "\n")
    store.older, store.newer = trees
    return store


def findings(store: Releases, before: str, after: str) -> tuple[Finding, ...]:
    """What lsm-hook says of the difference of two commits."""
    patch = Patch(1, "1@example.org", "Everything", "Ada <ada@example.org>", b"")
    series = Series("1@example.org", "Everything", "Ada <ada@example.org>", 1, 1, (patch,))
    base, head = Snapshot(before, store), Snapshot(after, store)
    changes = []
    for folder in FOLDERS:
        old, new = base.blob_ids(folder), head.blob_ids(folder)
        changed = (path for path in sorted({*old, *new}) if old.get(path) != new.get(path))
        changes += [Change(p if p in old else None, p if p in new else None) for p in changed]
    step = Step(patch, head, tuple(changes), {})
    examined = lsm_hook.run(AppliedSeries(series, base, (step,)), None)
    assert examined.count > 800
    return examined.findings


def test_nothing_is_said_of_a_release(releases: Releases) -> None:
    assert findings(releases, releases.older, releases.newer) == ()


def test_nothing_is_said_of_the_way_back(releases: Releases) -> None:
    assert findings(releases, releases.newer, releases.older) == ()


@pytest.mark.parametrize("path", FORGOTTEN)
def test_one_file_is_forgotten(releases: Releases, path: str) -> None:
    releases.forgotten = path
    found = findings(releases, releases.older, "mixed")
    errors = [finding for finding in found if finding.severity is Severity.ERROR]
    assert path in {finding.path for finding in errors}
    # What else is wrong then: a hook that nothing calls, and a definition without its declaration.
    assert {f.path for f in errors} <= {
        path,
        "include/linux/lsm_hook_defs.h",
        "security/security.c",
    } | ({"include/linux/security.h"} if path == "security/security.c" else set())
