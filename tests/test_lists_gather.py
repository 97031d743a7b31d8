# SPDX-License-Identifier: GPL-2.0-or-later
"""Mails of an archive, and the series that they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mails import BEN, diff, mail, mbox, patch_body, reply, series
from public_inbox import MISSING, public_inbox
from repos import Repo
from verify_series.lists import series as lists_series
from verify_series.lists.archive import open_archive
from verify_series.lists.index import Index
from verify_series.lists.mail import read_mail, read_subject
from verify_series.lists.series import Posted
from verify_series.model import UserError

Found = list[Posted]


def gather(where: Path | str, folder: Path) -> Found:
    """All series of an archive, with an index in ``folder`` that earlier calls may have made."""
    archive = open_archive(str(where), folder, folder / "cache", lambda text: None)
    index = Index(folder / "index.sqlite")
    try:
        index.update(archive, lambda text: None)
        return [one for thread in index.threads() for one in lists_series.posted(index, thread)]
    finally:
        archive.close()
        index.close()


def keys(found: Found) -> list[str]:
    return sorted(one.key for one in found)


def epoch(folder: Path, changes: list[tuple[str, bytes]]) -> Repo:
    """A repository as public-inbox-v2-format(5) has it: each commit holds one file."""
    repo = Repo(folder)
    last = ""
    for name, content in changes:
        gone = {last: None} if last not in ("", name) else {}
        repo.commit({**gone, name: content})
        last = name
    return repo


@pytest.fixture(params=["mbox", "folder", "maildir", "v2", "v1"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[list[bytes]], Path]:
    """Makes an archive of each kind out of mails."""

    def made(mails: list[bytes]) -> Path:
        top = tmp_path / "archive"
        if request.param == "mbox":
            top.write_bytes(mbox(mails))
        elif request.param == "folder":
            top.mkdir()
            (top / "a.mbox").write_bytes(mbox(mails[::2]))
            for number, one in enumerate(mails[1::2]):
                (top / f"{number}.eml").write_bytes(one)
        elif request.param == "maildir":
            for name in ("cur", "new", "tmp"):
                (top / name).mkdir(parents=True)
            for number, one in enumerate(mails):
                (top / ("cur" if number % 2 else "new") / f"{number}:2,S").write_bytes(one)
            (top / "tmp" / "half").write_bytes(mails[0][:40])
        elif request.param == "v2":
            half = len(mails) // 2
            for number, some in enumerate((mails[:half], mails[half:])):
                epoch(top / "git" / f"{number}.git", [("m", one) for one in some])
                (top / "git" / f"{number}.git").rename(top / "git" / f"work{number}")
                (top / "git" / f"work{number}" / ".git").rename(top / "git" / f"{number}.git")
        else:
            repo = Repo(top)
            for number, one in enumerate(mails):
                repo.commit({f"ab/{number:038x}": one})
        return top

    return made


def test_each_kind_of_archive(make: Callable[[list[bytes]], Path], tmp_path: Path) -> None:
    mails = [*series(2), reply("v1-1@example.org", "Nice.\n\nFrom here on\n", "r@example.org")]
    where = make([*mails, *series(3, 2)])
    found = gather(where, tmp_path)
    assert keys(found) == ["v1-0@example.org v1", "v2-0@example.org v2"]
    old = next(one for one in found if one.revision == 1)
    assert (old.total, old.missing, old.superseded) == (2, (), "v2-0@example.org")
    assert old.subject == "toys: more parts"
    archive = open_archive(str(where), tmp_path, tmp_path, lambda text: None)
    index = Index(tmp_path / "index.sqlite")
    whole = lists_series.mbox(index, archive, old.message_id)
    assert whole.count(b"\nFrom: ") == 4
    assert b"\n>From here on\n" in whole
    assert gather(where, tmp_path) == found  # nothing is read twice
    archive.close()
    index.close()


def test_mails_come_out_of_order(tmp_path: Path) -> None:
    mails = series(2)
    where = tmp_path / "list"
    (where / "cur").mkdir(parents=True)
    seen = []
    for number in (2, 0, 1):
        (where / "cur" / str(number)).write_bytes(mails[number])
        seen.append([(one.message_id, one.missing) for one in gather(where, tmp_path)])
    assert seen == [
        [("v1-2@example.org", (1,))],
        [("v1-0@example.org", (1,))],
        [("v1-0@example.org", ())],
    ]


def test_late_reply_joins_threads(tmp_path: Path) -> None:
    where = tmp_path / "list"
    where.mkdir()
    (where / "1").write_bytes(mail("[PATCH 1/2] toys: one", patch_body(1), "a@x"))
    (where / "2").write_bytes(mail("[PATCH 2/2] toys: two", patch_body(2), "b@x"))
    assert sorted(one.missing for one in gather(where, tmp_path)) == [(1,), (2,)]
    joins = mail("Re: toys", "Both.\n", "c@x", headers=["References: <a@x> <b@x>"])
    (where / "3").write_bytes(joins)
    assert [(one.key, one.missing) for one in gather(where, tmp_path)] == [("a@x v1", ())]


def test_deleted_mail_is_not_shown(tmp_path: Path) -> None:
    one, two = series(1, cover=False), series(1, 2, cover=False)
    epoch(tmp_path / "0.git", [("m", one[0]), ("m", two[0]), ("d", one[0])])
    assert keys(gather(tmp_path / "0.git", tmp_path)) == ["v2-1@example.org v2"]


def test_mail_deleted_later(tmp_path: Path) -> None:
    one, two = series(1, cover=False), series(1, 2, cover=False)
    repo = epoch(tmp_path / "0.git", [("m", one[0]), ("m", two[0])])
    assert len(gather(tmp_path / "0.git", tmp_path)) == 2
    repo.commit({"m": None, "d": two[0]})
    [left] = gather(tmp_path / "0.git", tmp_path)
    assert (left.revision, left.superseded) == (1, "")


def test_rewritten_epoch_is_read_anew(tmp_path: Path) -> None:
    one, two = series(1, cover=False), series(1, 2, cover=False)
    repo = epoch(tmp_path / "0.git", [("m", one[0])])
    gather(tmp_path / "0.git", tmp_path)
    repo.commit({"m": two[0]})
    repo.git("checkout", "-q", "--orphan", "other")
    repo.commit({"m": two[0]})
    assert keys(gather(tmp_path / "0.git", tmp_path)) == ["v2-1@example.org v2"]


def test_changed_and_removed_files(tmp_path: Path) -> None:
    where = tmp_path / "list"
    where.mkdir()
    (where / "a").write_bytes(mbox(series(1)))
    (where / "b").write_bytes(mbox(series(1, 2)))
    assert len(gather(where, tmp_path)) == 2
    (where / "a").write_bytes(mbox(series(2, 3)))
    (where / "b").unlink()
    assert keys(gather(where, tmp_path)) == ["v3-0@example.org v3"]


def test_partial_reroll_is_whole(tmp_path: Path) -> None:
    again = mail("[PATCH v2 2/2] toys", patch_body(2), "new@x", reply_to="v1-2@example.org")
    headers = b"References: <v1-0@example.org> <v1-2@example.org>"
    again = again.replace(b"References: <v1-2@example.org>", headers)
    (tmp_path / "list").write_bytes(mbox([*series(2), again]))
    found = {one.key: one.missing for one in gather(tmp_path / "list", tmp_path)}
    assert found == {"new@x v2": (), "v1-0@example.org v1": ()}


def test_two_series_in_one_thread(tmp_path: Path) -> None:
    other = mail("[PATCH] toys: a fix", patch_body(7), "fix@x", reply_to="v1-1@example.org")
    (tmp_path / "list").write_bytes(mbox([*series(2), other]))
    assert keys(gather(tmp_path / "list", tmp_path)) == ["fix@x v1", "v1-0@example.org v1"]


def test_superseded_elsewhere_by_change_id_or_subject(tmp_path: Path) -> None:
    text = "Whole.\n\nchange-id: 20260105-toys-1234\n"
    mails = [
        *series(1, 1, cover_text=text),
        *series(1, 2, title="toys: another title", cover_text=text),
        mail("[PATCH] toys: alone", patch_body(3), "s1@x"),
        mail("[PATCH v2] toys: alone", patch_body(3), "s2@x"),
        mail("[PATCH v3] toys: alone", patch_body(3), "s3@x", sender=BEN),
    ]
    (tmp_path / "list").write_bytes(mbox(mails))
    assert {one.key: one.superseded for one in gather(tmp_path / "list", tmp_path)} == {
        "v1-0@example.org v1": "v2-0@example.org",
        "v2-0@example.org v2": "",
        "s1@x v1": "s2@x",
        "s2@x v2": "",
        "s3@x v3": "",
    }


def test_same_mail_on_two_lists(tmp_path: Path) -> None:
    where = tmp_path / "list"
    where.mkdir()
    for name in ("toys", "tools"):
        header = f"List-Id: Of {name} <{name}.example.org>"
        (where / name).write_bytes(mail("[PATCH] t", patch_body(1), "a@x", headers=[header]))
    [one] = gather(where, tmp_path)
    assert one.lists == ("tools.example.org", "toys.example.org")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("[PATCH] a: b", ("a: b", True, False, 1, 1, 1)),
        ("[PATCH v3 2/11] a", ("a", True, False, 3, 2, 11)),
        ("[PATCHv2 0/3] a", ("a", True, False, 2, 0, 3)),
        ("[RFC PATCH net-next 01/12] a", ("a", True, False, 1, 1, 12)),
        ("[PATCH][v4] a", ("a", True, False, 4, 1, 1)),
        ("Re: [PATCH v2] a", ("a", True, True, 2, 1, 1)),
        ("[GIT PULL] a", ("a", False, False, 1, 1, 1)),
        ("no tags at all", ("no tags at all", False, False, 1, 1, 1)),
    ],
)
def test_subjects(line: str, expected: tuple[object, ...]) -> None:
    got = read_subject(line)
    assert (got.text, got.patch, got.reply, got.revision, got.number, got.total) == expected


def test_a_diff_in_base64_is_seen() -> None:
    import base64

    plain = mail("=?utf-8?q?=5BPATCH=5D_toys?=", "", "a@x").replace(b"8bit", b"base64")
    coded = read_mail(plain + base64.encodebytes(patch_body(1).encode()), "")
    assert coded and coded.patch and coded.subject.text == "toys"
    assert not read_mail(mail("[PATCH] t", "no diff --git here\n", "a@x"), "").patch  # type: ignore[union-attr]


def test_odd_mails() -> None:
    assert read_mail(b"just text\n", "") is None
    assert read_mail(b"", "") is None
    nameless = read_mail(mail("[PATCH] t", diff(1), "a@x").replace(b"Message-Id: <a@x>\n", b""), "")
    assert nameless and nameless.message_id.endswith("@no-message-id.invalid")
    undated = read_mail(mail("t", "", "a@x").replace(b"Mon, 5 Jan", b"Someday"), "")
    assert undated and undated.date == 0


def test_damaged_index_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "list").write_bytes(mbox(series(1)))
    (tmp_path / "index.sqlite").write_bytes(b"no database\n" * 400)
    assert len(gather(tmp_path / "list", tmp_path)) == 1


def test_no_archive(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such archive: nowhere"):
        gather("nowhere", tmp_path)


@pytest.mark.skipif(bool(MISSING), reason=MISSING)
def test_real_public_inbox_and_its_url(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    with public_inbox([*series(2), *series(1, 2)], tmp_path / "inbox") as url:
        expected = ["v1-0@example.org v1", "v2-0@example.org v2"]
        assert keys(gather(tmp_path / "inbox" / "list", tmp_path)) == expected
        (tmp_path / "far").mkdir()
        for _ in range(2):  # cloned, then fetched
            assert keys(gather(url, tmp_path / "far")) == expected
        with pytest.raises(UserError, match="no public-inbox that git can clone"):
            gather(url + "-not", tmp_path / "far")
