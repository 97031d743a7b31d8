# SPDX-License-Identifier: GPL-2.0-or-later
"""The private tree of checkpatch: what it is made of, besides what test_checkpatch.py shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from repos import Repo
from verify_series import checkpatch_root
from verify_series.apply import apply, read_mail
from verify_series.checkpatch_root import make_root
from verify_series.store import Store

#: What checkpatch.pl asks for at the top of a tree before it takes it for the kernel's.
TOP = [
    *("arch/", "drivers/", "fs/", "include/", "init/", "ipc/", "kernel/", "lib/", "scripts/"),
    *("Documentation/", "COPYING", "CREDITS", "Kbuild", "MAINTAINERS", "Makefile", "README"),
]


def test_its_top_looks_like_the_kernels(repo: Repo, tmp_path: Path) -> None:
    base = repo.commit({"lib/a.c": "int a;\n", "scripts/checkpatch.pl": "exit 0;\n"}, "base")
    repo.commit({"lib/a.c": "int b;\n"}, "lib: one")
    store = Store.create(tmp_path / "store", repo.folder / ".git" / "objects")
    series = repo.series(base)
    mails = [read_mail(store, patch) for patch in series.patches]
    with make_root(apply(store, base, series, mails)) as root:
        found = {f"{p.name}/" if p.is_dir() else p.name for p in root.folder.iterdir()}
        assert (root.folder / "lib/a.c").read_text() == "int a;\n"
    store.close()
    assert sorted(found) == sorted(TOP)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("+++ b/a.c\n+int aName;\n int bName;\n-int cName;\n", {"aName"}),
        ("+++ b/a.c\n+\tx(); /* bName */ // cName\n", set()),
        ("+++ b/a.rst\n+aName\n+++ b/a.h\n+bName\n", {"bName"}),
        ("+aName of the message\n", set()),
    ],
)
def test_words_that_are_new(text: str, words: set[str]) -> None:
    assert checkpatch_root._new_words(text.encode()) == words


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("see /home/me/linux/a.c", {"home/me/linux/a.c"[n:] for n in (5, 8, 14)}),
        ("see /a.c/b and /usr/bin/perl", set()),
        ("see /x/../a.c", {"a.c"}),
        ("see a.c", set()),
    ],
)
def test_paths_that_a_message_cites(text: str, paths: set[str]) -> None:
    assert checkpatch_root._cited(text.encode()) == paths


@pytest.mark.parametrize(
    ("pattern", "path", "concerned"),
    [
        ("F:\tdrivers/old/", "drivers/old/a.c", True),
        ("F:\tdrivers/old/", "drivers/new/a.c", False),
        ("F:\tdrivers/*/old.c", "drivers/a/old.c", True),
        ("F:\tdrivers/*/old.c", "net/a/old.c", False),
        ("F:\tdrivers/old?x", "drivers/oldax", True),
        ("F:\tdrivers/o{0,1}ld.c", "drivers/ld.c", True),
        ("F:\tdrivers/old|new", "net/new.c", True),
        ("F:\t*/old.c", "net/old.c", True),
        ("F:\t[a-d]*/old.c", "block/old.c", True),
        ("N:\told", "net/threshold.c", True),
        ("K:\told_bus", "net/a.c", True),
        ("X:\tnet/\nF:\tdrivers/old/", "net/a.c", False),
    ],
)
def test_what_a_section_of_maintainers_may_concern(
    pattern: str, path: str, concerned: bool
) -> None:
    sections = f"OLD BUS\nS:\tObsolete\n{pattern}\n"
    assert checkpatch_root._may_concern(sections.encode(), path.encode()) is concerned
