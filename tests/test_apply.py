# SPDX-License-Identifier: GPL-2.0-or-later
"""Applying without a checkout gives what ``git am`` gives."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from repos import Repo, make_patch, make_series
from verify_series.apply import DoesNotApply, apply, present, read_mail
from verify_series.model import AppliedSeries, Change, Hunk, Series, UserError
from verify_series.store import Store

LINES = "".join(f"line {n}\n" for n in range(1, 31))


@pytest.fixture
def store(repo: Repo, tmp_path: Path) -> Iterator[Store]:
    made = Store.create(tmp_path / "store", repo.folder / ".git" / "objects")
    yield made
    made.close()


def applied(store: Store, base: str, series: Series) -> AppliedSeries:
    return apply(store, base, series, [read_mail(store, patch) for patch in series.patches])


def am(repo: Repo, base: str, series: Series, folder: Path) -> list[str]:
    """The trees of the commits that ``git am`` makes in a clone."""
    subprocess.run(["git", "clone", "-q", repo.folder, folder], check=True)
    clone = Repo.__new__(Repo)
    clone.folder = folder
    clone.git("checkout", "-q", base)
    for patch in series.patches:
        (folder.parent / "one.mail").write_bytes(patch.mail)
        clone.git("am", "-q", str(folder.parent / "one.mail"))
    return clone.git("log", "--reverse", "--format=%T %an %ae %ad %B", f"{base}..").splitlines()


def log(store: Store, base: str, series: AppliedSeries) -> list[str]:
    out = store.must(
        "log", "--reverse", "--format=%T %an %ae %ad %B", f"{base}..{series.head.commit}"
    )
    return out.decode("utf-8", "surrogateescape").strip().splitlines()


CHANGES: dict[str, list[dict[str, str | bytes | None]]] = {
    "edit": [{"a.c": LINES.replace("line 5\n", "line five\n")}],
    "two patches on one file": [
        {"a.c": LINES.replace("line 5\n", "line five\n")},
        {"a.c": LINES.replace("line 5\n", "line five\nand a half\n")},
    ],
    "new file": [{"new/deep/file.c": "int x;\n"}],
    "new and edited again": [{"new.c": "int x;\n"}, {"new.c": "int x;\nint y;\n"}],
    "removed": [{"a.c": None}],
    "renamed and edited": [{"a.c": None, "dir/b.c": LINES.replace("line 9\n", "line nine\n")}],
    "binary": [{"image.png": bytes(range(256)) * 4}],
    "odd names": [{"with space.c": "int x;\n", "grün.c": "int y;\n", 'quo"te.c': "int z;\n"}],
    "a file makes way for a folder": [{"a.c": None}, {"a.c/inner.c": "int x;\n"}],
    "no newline at the end": [{"a.c": LINES + "last"}],
    "emptied": [{"a.c": ""}],
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_commits_are_those_of_git_am(
    repo: Repo, store: Store, tmp_path: Path, name: str
) -> None:
    base = repo.commit({"a.c": LINES, "other.c": "int other;\n"}, "base")
    for number, files in enumerate(CHANGES[name], 1):
        repo.commit(files, f"sub: change {number}")
    series = repo.series(base, "--binary", "-M")
    result = applied(store, base, series)
    assert log(store, base, result) == am(repo, base, series, tmp_path / "clone")


def test_modes_and_links(repo: Repo, store: Store, tmp_path: Path) -> None:
    base = repo.commit({"run.sh": "#!/bin/sh\n"}, "base")
    (repo.folder / "run.sh").chmod(0o755)
    (repo.folder / "link").symlink_to("run.sh")
    repo.commit({}, "sub: mode and link")
    series = repo.series(base)
    result = applied(store, base, series)
    assert log(store, base, result) == am(repo, base, series, tmp_path / "clone")
    assert result.head.read("run.sh") == b"#!/bin/sh\n"
    assert result.head.read("link") is None  # not a regular file


def test_steps_tell_paths_and_hunks(repo: Repo, store: Store) -> None:
    base = repo.commit({"a.c": LINES, "gone.c": "int gone;\n"}, "base")
    edited = LINES.replace("line 9\n", "line nine\nline nine and a half\n")
    repo.commit({"a.c": None, "b.c": edited, "gone.c": None, "new.c": "int x;\n"}, "sub: all")
    (step,) = applied(store, base, repo.series(base, "-M")).steps
    assert set(step.changes) == {
        Change("a.c", "b.c"),
        Change("gone.c", None),
        Change(None, "new.c"),
    }
    assert step.hunks == {"b.c": ("a.c", (Hunk(9, 1, 9, 2),))}
    assert step.paths == {"a.c", "b.c", "gone.c", "new.c"}


def test_a_file_that_becomes_a_link(repo: Repo, store: Store) -> None:
    base = repo.commit({"a.c": LINES, "b.c": "int b;\n"}, "base")
    (repo.folder / "a.c").unlink()
    (repo.folder / "a.c").symlink_to("b.c")
    repo.commit({"b.c": "int c;\n"}, "sub: link it")
    (step,) = applied(store, base, repo.series(base)).steps
    assert step.hunks["a.c"] == ("a.c", (Hunk(1, 30, 0, 0), Hunk(0, 0, 1, 1)))
    assert step.hunks["b.c"] == ("b.c", (Hunk(1, 1, 1, 1),))


def test_a_conflict_names_patch_file_and_hunk(repo: Repo, store: Store) -> None:
    base = repo.commit({"a.c": LINES}, "base")
    edited = LINES.replace("line 3\n", "line three\n").replace("line 25\n", "line 25b\n")
    repo.commit({"a.c": edited}, "sub: change two lines")
    series = repo.series(base)
    other = repo.commit({"a.c": LINES.replace("line 25\n", "something else\n")}, "other")
    with pytest.raises(DoesNotApply) as caught:
        applied(store, other, series)
    assert str(caught.value) == (
        "patch 1 ([PATCH] sub: change two lines) does not apply: a.c, hunk 2 of 2 at line 22:"
        " git says 'patch does not apply'"
    )


@pytest.mark.parametrize(
    ("there", "made", "said"),
    [
        ({"dir": "a file\n"}, {"dir": None, "dir/new.c": "int x;\n"}, "dir is a file in the tree"),
        ({"new.c/x": "x\n"}, {"new.c/x": None, "new.c": "int x;\n"}, "new.c is a folder in the"),
    ],
)
def test_a_file_in_the_place_of_a_folder(
    repo: Repo,
    store: Store,
    there: dict[str, str | bytes | None],
    made: dict[str, str | bytes | None],
    said: str,
) -> None:
    """The private index holds only the patch's own paths and would not see it."""
    empty = repo.commit({}, "base")
    repo.commit({k: v for k, v in made.items() if v}, "sub: new file")
    series = repo.series(empty)
    repo.git("checkout", "-q", empty)
    base = repo.commit(there, "base with something in the way")
    with pytest.raises(DoesNotApply, match=said):
        applied(store, base, series)


def test_a_missing_file(repo: Repo, store: Store) -> None:
    base = repo.commit({"a.c": LINES}, "base")
    repo.commit({"a.c": LINES + "more\n"}, "sub: more")
    series = repo.series(base)
    empty = repo.commit({"a.c": None}, "without")
    with pytest.raises(DoesNotApply, match=r"git says 'a\.c: does not exist in index'"):
        applied(store, empty, series)


@pytest.mark.parametrize("path", ["../outside.c", ".git/hooks/post-commit", "/etc/passwd"])
def test_a_path_that_leaves_the_tree_is_refused(repo: Repo, store: Store, path: str) -> None:
    base = repo.commit({"a.c": LINES}, "base")
    repo.commit({"inside.c": "int x;\n"}, "sub: new")
    mail = repo.series(base).patches[0].mail.replace(b"b/inside.c", f"b/{path}".encode())
    mail = mail.replace(b"a/inside.c", f"a/{path}".encode())
    with pytest.raises(UserError):
        applied(store, base, make_series((make_patch(1, mail),)))
    assert not (store.folder.parent / "outside.c").exists()


def test_a_mail_without_a_diff(repo: Repo, store: Store) -> None:
    mail = b"From: Ada <a@b.example>\nSubject: x\nDate: Mon, 5 Jan 2026 10:00:00 +0000\n\nhi\n"
    with pytest.raises(UserError, match="this mail is not a patch that git am takes"):
        read_mail(store, make_patch(1, mail))


def test_a_mail_without_a_date(repo: Repo, store: Store) -> None:
    base = repo.commit({"a.c": LINES}, "base")
    repo.commit({"a.c": LINES + "more\n"}, "sub: more")
    mail = repo.series(base).patches[0].mail
    damaged = b"\n".join(x for x in mail.split(b"\n") if not x.startswith(b"Date:"))
    with pytest.raises(UserError, match="the mail's date '' cannot be read"):
        read_mail(store, make_patch(1, damaged))


def test_present_recognises_a_series_by_content(repo: Repo, store: Store) -> None:
    base = repo.commit({"a.c": LINES, "b.c": LINES}, "base")
    repo.commit({"a.c": LINES.replace("line 5\n", "line 5\nadded\n")}, "sub: insert")
    repo.commit({"b.c": LINES.replace("line 7\n", "line seven\n")}, "sub: edit")
    series = repo.series(base)
    head = repo.commit({"c.c": "later\n"}, "later")
    mails = [read_mail(store, patch) for patch in series.patches]
    assert present(store, base, mails) == (0, base)
    count, before = present(store, head, mails)
    assert count == 2
    # The tree without the series still has what came later.
    assert store.read(before, "a.c") == LINES.encode()
    assert store.read(before, "c.c") == b"later\n"
    result = apply(store, before, series, mails)
    assert store.object_ids(result.head.commit, ["a.c"]) == store.object_ids(head, ["a.c"])


def test_present_recognises_a_beginning(repo: Repo, store: Store) -> None:
    base = repo.commit({"a.c": LINES, "b.c": LINES}, "base")
    first = repo.commit({"a.c": LINES.replace("line 5\n", "line 5\nadded\n")}, "sub: insert")
    repo.commit({"b.c": LINES.replace("line 7\n", "line seven\n")}, "sub: edit")
    mails = [read_mail(store, patch) for patch in repo.series(base).patches]
    count, before = present(store, first, mails)
    assert count == 1
    assert store.read(before, "a.c") == LINES.encode()
