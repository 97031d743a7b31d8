# SPDX-License-Identifier: GPL-2.0-or-later
"""fetch: from files, from an archive and from what was kept; and one sentence for each fault."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dkim
import nacl.signing
import pytest

from bad_input import answer_in_process
from fake_archive import Archive, closed_port, fake_archive
from mails import ADA, BEN, diff, mail, mbox, patch_body, reply, series
from name_server import NameServer, name_server
from public_inbox import MISSING, public_inbox
from verify_series import fetch as module
from verify_series.fetch import LORE, Request, fetch, pick_numbers
from verify_series.model import Attestation, Series, UserError

REROLL = [*series(2), *series(3, revision=2, reply_to="v1-0@example.org")]
NO_ARCHIVE = "no archive is asked about a local file"
QUICK = pytest.mark.usefixtures("in_process")


@pytest.fixture
def here(tmp_path: Path) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    return folder


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a test is about what the answer is used for."""
    answer_in_process(monkeypatch)


def get(source: str, here: Path, stdin: bytes | None = None, **request: Any) -> Series:
    cache = here.parent / "cache"
    resolver = f"127.0.0.1:{closed_port()}"
    wanted = Request(source, **request)
    return fetch(wanted, cwd=here, cache=cache, stdin=stdin, timeout=1, resolver=resolver)


def sentence(source: str, here: Path, stdin: bytes | None = None, **request: Any) -> str:
    with pytest.raises(UserError) as caught:
        get(source, here, stdin, **request)
    told = str(caught.value)
    assert told and "\n" not in told and "Traceback" not in told
    return told


# Files


def test_an_mbox_gives_a_series_without_the_network(here: Path) -> None:
    follow_up = reply("v1-1@example.org", f"Reviewed-by: {BEN}\n", "r@sample.net")
    (here / "some.mbox").write_bytes(mbox([*series(2), follow_up]))
    found = get("some.mbox", here)
    assert (found.message_id, found.subject, found.author) == (
        "v1-0@example.org",
        "toys: more parts",
        ADA,
    )
    assert (found.revision, found.expected, found.picked) == (1, 2, False)
    assert (found.newer, found.newer_detail) == ("unknown", NO_ARCHIVE)
    assert found.source == "some.mbox"
    one, two = found.patches
    assert (one.number, one.message_id, one.subject) == (1, "v1-1@example.org", "toys: add part 1")
    assert (one.author, one.trailers) == (ADA, (f"Reviewed-by: {BEN}",))
    assert (two.number, two.trailers) == (2, ())
    assert (one.attestation, one.attestation_detail) == (Attestation.NONE, "not signed")
    assert not (here.parent / "cache").exists()


@QUICK
def test_a_mail_a_maildir_and_standard_input_are_read_too(here: Path) -> None:
    (here / "one.eml").write_bytes(mail("[PATCH] toys: x", patch_body(1), "one@x.org"))
    for folder in ("cur", "new", "tmp"):
        (here / "box" / folder).mkdir(parents=True)
    for number, one in enumerate(series(2)):
        (here / "box" / ("cur" if number else "new") / f"{number}:2,S").write_bytes(one)
    assert get("one.eml", here).subject == "toys: x"
    assert len(get("box", here).patches) == 2
    found = get("-", here, mbox(series(3)))
    assert (len(found.patches), found.source) == (3, "standard input")


def test_git_takes_the_mail_of_a_patch(here: Path) -> None:
    text = "From here on it is größer.\n"
    (here / "one.eml").write_bytes(mail("[PATCH] toys: x", patch_body(1, text), "one@x.org"))
    (patch,) = get("one.eml", here).patches
    info = subprocess.run(["git", "mailinfo", "msg", "diff"], cwd=here, input=patch.mail,
                          check=True, capture_output=True).stdout  # fmt: skip
    assert b"Author: Ada Example\nEmail: ada@example.org\nSubject: toys: x\n" in info
    assert (here / "msg").read_text() == f"{text}\nSigned-off-by: {ADA}\n"
    subprocess.run(["git", "apply", "diff"], cwd=here, check=True)
    assert (here / "toys" / "part1.c").read_text().count("\n") == 3


@QUICK
def test_the_newest_revision_wins_unless_one_is_asked_for(here: Path) -> None:
    (here / "m").write_bytes(mbox(REROLL))
    newest = get("m", here)
    assert (newest.revision, newest.expected) == (2, 3)
    assert newest.notes == ("the thread holds v1 and v2; v2 is the newest",)
    older = get("m", here, revision=1)
    assert (older.revision, older.expected, older.notes) == (1, 2, ())
    assert (older.newer, older.newer_detail) == ("v2", f"in the same thread, {NO_ARCHIVE}")
    assert sentence("m", here, revision=3) == (
        "the thread from m holds v1 and v2, not v3: choose with -v, or give the message-id of v3"
    )


@QUICK
def test_patches_are_picked(here: Path) -> None:
    (here / "m").write_bytes(mbox(series(3)))
    found = get("m", here, pick="3,1")
    assert [p.number for p in found.patches] == [1, 3]
    assert (found.expected, found.picked) == (3, True)


@QUICK
def test_an_incomplete_series_is_refused_unless_what_is_there_is_picked(here: Path) -> None:
    cover, one, _, three, _ = series(4)
    (here / "m").write_bytes(mbox([cover, one, three]))
    assert sentence("m", here) == (
        "v1 of 'toys: more parts' is incomplete, m lacks patch 2, 4 of 4: wait for the rest, name "
        "another archive with --archive, or pick the patches that are there with -P"
    )
    assert "lacks patch 2 of 4" in sentence("m", here, pick="1-3")
    assert [p.number for p in get("m", here, pick="1,3").patches] == [1, 3]


@QUICK
def test_a_promised_number_of_patches_must_be_there(here: Path) -> None:
    (here / "m").write_bytes(mbox(series(2)))
    assert get("m", here, expected=2).expected == 2
    assert sentence("m", here, expected=3) == (
        "v1 of 'toys: more parts' has 2 patch(es), 3 were expected: correct the number, or choose "
        "another revision with -v"
    )


@QUICK
def test_a_signature_in_a_file_has_no_key(here: Path) -> None:
    plain = mail("[PATCH] toys: x", patch_body(1), "one@x.org")
    (here / "m").write_bytes(_signed(plain))
    (patch,) = get("m", here).patches
    assert patch.attestation is Attestation.NO_KEY
    assert patch.attestation_detail == (
        "DKIM/example.org not checked: local files are read without the network"
    )


@QUICK
def test_control_characters_do_not_reach_the_terminal(here: Path) -> None:
    subject = "[PATCH] toys: \x1b[2Jclean \x9b2Jup"
    (here / "m").write_bytes(mail(subject, patch_body(1), "one@x.org"))
    assert get("m", here).subject == "toys: [2Jclean 2Jup"


@QUICK
@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "m is empty: give an mbox, a maildir or a mail with a patch"),
        (
            b"\x7fELF\x02\x01\x01",
            "m cannot be read, it does not begin with the header of a mail: give an mbox whose text"
            " lines that begin with 'From ' are escaped, a maildir or a mail",
        ),
        (
            mbox([reply("a@b", "Nice.\n", "r@x")]),
            "m holds no patch, only 1 mail(s) without a diff in plain text: give the message-id of "
            "the series",
        ),
        (
            mail("[PATCH] toys: x", patch_body(1), "one@x.org").partition(b"+/* part 1, line 3")[0],
            "m is not whole (patch 1, its last hunk lacks lines): get the mail again",
        ),
        (
            mbox(series(1)).replace(b"charset=utf-8", b'charset="a\x00b"'),
            "m cannot be read by b4 (<v1-0@example.org> is left out, b4 cannot read it "
            "(ValueError); <v1-1@example.org> is left out, b4 cannot read it (ValueError)): give "
            "an mbox of the series alone",
        ),
    ],
)
def test_a_bad_file_has_one_sentence(here: Path, data: bytes, told: str) -> None:
    (here / "m").write_bytes(data)
    assert sentence("m", here) == told


def test_a_crash_of_b4_has_one_sentence(here: Path) -> None:
    bad = mail("[PATCH] toys: x", patch_body(1), "one@x.org").replace(
        b"Date: Mon", b"Date: =?utf-8?b?x?= Mon"
    )
    (here / "m").write_bytes(bad)
    told = sentence("m", here)
    assert told.startswith("m cannot be read by b4 (") and "Base64" in told


def test_a_mail_of_50_mb_has_an_answer_in_time(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """b4 needs minutes for it; a second is enough to see that it is given up."""
    monkeypatch.setattr(module, "_LOCAL_SECONDS", 1.0)
    body = f"It is large.\n\nSigned-off-by: {ADA}\n{diff(1, (50 << 20) // 28)}"
    (here / "m").write_bytes(mail("[PATCH] toys: x", body, "one@x.org"))
    assert (here / "m").stat().st_size > 50_000_000
    assert sentence("m", here) == (
        "m is not there after 1 s: try again, or give an mbox of the series alone"
    )


def test_a_bad_path_has_one_sentence(here: Path) -> None:
    (here / "folder").mkdir()
    with (here / "large").open("wb") as large:
        large.truncate(100 << 20)
    assert "is a folder, but no maildir" in sentence("folder", here)
    assert "is too large for one series" in sentence("large", here)
    assert sentence("./none.mbox", here).startswith("./none.mbox does not exist: ")
    assert sentence("none", here).startswith("'none' is neither a file nor a message-id")
    assert sentence("", here).startswith("'' is neither a file nor a message-id")
    assert sentence("n" * 5000, here).endswith("or the URL of a message")


# Where a series is


@pytest.mark.parametrize(
    ("source", "archive", "found"),
    [
        ("a@b", None, (LORE, "a@b")),
        (" <a@b> ", None, (LORE, "a@b")),
        ("a@b", "http://h/list/", ("http://h/list", "a@b")),
        ("a@b", "https://h", ("https://h/all", "a@b")),
        ("https://lore.kernel.org/toys/a@b/T/#u", None, (LORE, "a@b")),
        ("https://lore.kernel.org/r/a@b", None, (LORE, "a@b")),
        ("https://patch.msgid.link/a@b", None, (LORE, "a@b")),
        ("https://lkml.kernel.org/r/a@b", None, (LORE, "a@b")),
        ("https://patchwork.kernel.org/project/toys/patch/a@b/", None, (LORE, "a@b")),
        ("http://h:81/x/list/a%2Fc%40b/raw", None, ("http://h:81/x/list", "a/c@b")),
        ("http://h/list/a@b/", "http://i/other", ("http://i/other", "a@b")),
        ("http://h/a@b", None, ("http://h/all", "a@b")),
    ],
)
def test_a_message_is_found_by_id_or_url(
    here: Path, source: str, archive: str | None, found: tuple[str, str]
) -> None:
    place = module._locate(Request(source, archive=archive), here)
    assert isinstance(place, module._Message)
    assert (place.archive, place.message_id) == found


@pytest.mark.parametrize(
    ("source", "archive"),
    [("a@b", "lore"), ("a@b", "http://["), ("http://h/list/", None), ("http://[/a@b", None)],
)
def test_what_is_no_url_is_refused(here: Path, source: str, archive: str | None) -> None:
    assert "URL" in sentence(source, here, archive=archive)


@pytest.mark.parametrize(
    ("pick", "numbers"),
    [
        ("1", [1]),
        ("1,3-5", [1, 3, 4, 5]),
        ("4-", [4, 5]),
        ("-1", [5]),
        ("<3", [1, 2]),
        ("5, 2 ,2-3", [2, 3, 5]),
    ],
)
def test_numbers_are_picked_as_b4_does(pick: str, numbers: list[int]) -> None:
    assert pick_numbers(pick, 5) == numbers


@pytest.mark.parametrize("pick", ["", "0", "6", "4-6", "3-2", "-6", "<1", "a", "_", "1;2", "*x*"])
def test_what_picks_nothing_is_refused(pick: str) -> None:
    with pytest.raises(UserError, match="picks"):
        pick_numbers(pick, 5)


# Archives


@pytest.fixture
def archive() -> Iterator[Archive]:
    with fake_archive(Archive(thread=REROLL, hits=[*REROLL, *series(1, revision=4)])) as one:
        yield one


def test_a_thread_is_kept_and_needs_no_network_the_next_time(here: Path, archive: Archive) -> None:
    first = get("v1-1@example.org", here, archive=archive.url)
    assert (first.revision, first.newer, first.source) == (2, "v4", archive.url)
    assert first.newer_detail.startswith("<v4-0@example.org>, as of 20")
    asked = len(archive.asked)
    archive.fault = "500"
    second = get("<v1-1@example.org>", here, archive=archive.url)
    assert second.source.startswith(f"{archive.url}, kept since 20")
    assert (second.patches, second.newer_detail) == (first.patches, first.newer_detail)
    assert second.base_commit == first.base_commit
    assert get(f"{archive.url}/v1-1@example.org/", here).patches == first.patches
    assert len(archive.asked) == asked


@QUICK
def test_another_revision_and_other_code_read_the_kept_thread_again(
    here: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    get("v1-0@example.org", here, archive=archive.url)
    asked = len(archive.asked)
    older = get("v1-0@example.org", here, archive=archive.url, revision=1)
    assert (older.revision, older.newer) == (1, "v4")
    monkeypatch.setattr(module, "_reader", lambda: "a later version")
    assert get("v1-0@example.org", here, archive=archive.url).revision == 2
    told = sentence("v1-0@example.org", here, archive=archive.url, revision=4)
    assert told.endswith("or give the message-id of v4 <v4-0@example.org>")
    assert len(archive.asked) == asked


@QUICK
def test_refresh_asks_the_archive_again(here: Path, archive: Archive) -> None:
    assert get("v1-0@example.org", here, archive=archive.url).revision == 2
    archive.thread = archive.hits = [*REROLL, *series(1, revision=3, reply_to="v1-0@example.org")]
    assert get("v1-0@example.org", here, archive=archive.url).revision == 2
    assert get("v1-0@example.org", here, archive=archive.url, refresh=True).revision == 3
    assert get("v1-0@example.org", here, archive=archive.url).revision == 3


@QUICK
def test_a_damaged_kept_thread_is_fetched_again(here: Path, archive: Archive) -> None:
    get("v1-0@example.org", here, archive=archive.url)
    for path in (here.parent / "cache" / "threads" / "objects").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(b"part", b"trap"))
    asked = len(archive.asked)
    assert get("v1-0@example.org", here, archive=archive.url).source == archive.url
    assert len(archive.asked) > asked


@QUICK
def test_an_incomplete_thread_is_not_kept(here: Path, archive: Archive) -> None:
    archive.thread = REROLL[:-1]
    assert "lacks patch 3 of 3" in sentence("v1-0@example.org", here, archive=archive.url)
    archive.thread = REROLL
    assert len(get("v1-0@example.org", here, archive=archive.url).patches) == 3


@QUICK
def test_a_cache_that_cannot_be_written_is_noted(here: Path, archive: Archive) -> None:
    (here.parent / "cache").touch()
    found = get("v1-0@example.org", here, archive=archive.url)
    assert found.notes[-1].startswith("the thread could not be kept in ")


def test_nothing_of_the_users_is_read_or_written(
    here: Path, archive: Archive, hermetic: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = f"[b4]\n\tmidmask = http://127.0.0.1:{closed_port()}/evil/%s\n"
    (here / ".b4-config").write_text(evil)
    (hermetic / ".gitconfig").write_text(evil)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(hermetic / ".gitconfig"))
    subprocess.run(["git", "init", "-q"], cwd=here, check=True)
    subprocess.run(["git", "config", "b4.midmask", evil], cwd=here, check=True)
    before = _files(here) | _files(hermetic)
    assert get("v1-0@example.org", here, archive=archive.url).revision == 2
    assert _files(here) | _files(hermetic) == before


def _files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@QUICK
def test_a_signature_is_checked_when_fetched_and_kept(here: Path) -> None:
    one = _signed(mail("[PATCH] toys: x", patch_body(1), "one@x.org"))
    wanted = (Attestation.VERIFIED, "DKIM/example.org for ada@example.org")
    with fake_archive(Archive(thread=[one])) as archive, name_server(_keys()) as server:
        for _ in range(2):
            found = fetch(
                Request("one@x.org", archive=archive.url),
                cwd=here, cache=here, resolver=server.address,
            )  # fmt: skip
            (patch,) = found.patches
            assert (patch.attestation, patch.attestation_detail) == wanted
    assert server.asked == ["key1._domainkey.example.org"]


@QUICK
def test_an_archive_that_fails_has_one_sentence(here: Path, archive: Archive) -> None:
    nobody = f"http://127.0.0.1:{closed_port()}/list"
    assert sentence("x@y", here, archive=nobody) == (
        f"<x@y> in {nobody} cannot be fetched (Connection refused): check the network, or give an "
        "mbox file"
    )
    assert sentence("x@y", here, archive=archive.url) == (
        f"<x@y> in {archive.url} does not exist (HTTP status 404): check the message-id, or name "
        "another archive with --archive"
    )
    archive.fault = "html"
    assert sentence("x@y", here, archive=archive.url) == (
        f"<x@y> in {archive.url} cannot be fetched, the archive does not answer like a "
        "public-inbox (what it sent is no mailbox): check --archive"
    )
    archive.fault = "stall"
    assert "(it does not answer)" in sentence("x@y", here, archive=archive.url)


def test_a_child_that_takes_too_long_is_given_up(here: Path) -> None:
    with fake_archive(Archive(fault="stall")) as archive:
        question = {"archive": archive.url, "message_id": "a@b", "timeout": 60, "revision": None}
        with pytest.raises(UserError, match=r"<a@b> is not there after 1 s: try again"):
            module._ask(question, "<a@b>", 1)


# The real thing


@pytest.mark.skipif(bool(MISSING), reason=MISSING)
def test_a_real_public_inbox_answers_for_every_mail_of_a_thread(here: Path) -> None:
    follow_up = reply("v2-2@example.org", f"Tested-by: {BEN}\n", "r@sample.net")
    newer = series(1, revision=3)
    with public_inbox([*REROLL, follow_up, *newer], here) as url:
        for message_id in ("v1-0@example.org", "v2-2@example.org", "r@sample.net"):
            found = get(message_id, here, archive=url)
            assert (found.message_id, found.revision) == ("v2-0@example.org", 2)
            assert [p.number for p in found.patches] == [1, 2, 3]
            assert [p.trailers for p in found.patches] == [(), (f"Tested-by: {BEN}",), ()]
            assert found.newer == "v3"
        assert get("v3-1@example.org", here, archive=url).newer == "none"


@QUICK
@pytest.mark.skipif(bool(MISSING), reason=MISSING)
@pytest.mark.parametrize(
    ("level", "detail"),
    [
        ("basic", "the search failed, HTTP status 501"),
        ("medium", "the archive's search does not find even this series"),
    ],
)
def test_a_public_inbox_without_a_full_index_makes_newer_unknown(
    here: Path, level: str, detail: str
) -> None:
    with public_inbox([*series(1), *series(1, revision=2)], here, level=level) as url:
        found = get("v1-0@example.org", here, archive=url)
    assert found.newer == "unknown"
    assert found.newer_detail.startswith(f"{detail}, as of ")


def test_fetch_itself_does_not_import_b4() -> None:
    code = "import verify_series.fetch, sys; print({'b4', 'liblore', 'email'} & set(sys.modules))"
    path = str(Path(module.__file__).parents[1])
    told = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": path}, check=True,
                          capture_output=True, text=True)  # fmt: skip
    assert told.stdout == "set()\n"


def _keys() -> NameServer:
    public = base64.b64encode(bytes(nacl.signing.SigningKey(bytes(32)).verify_key)).decode()
    return NameServer({"key1._domainkey.example.org": f"v=DKIM1; k=ed25519; p={public}"})


def _signed(plain: bytes) -> bytes:
    key = base64.b64encode(bytes(32))
    header: bytes = dkim.sign(
        plain, b"key1", b"example.org", key, signature_algorithm=b"ed25519-sha256", linesep=b"\n"
    )
    return header + plain
