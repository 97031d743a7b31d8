# SPDX-License-Identifier: GPL-2.0-or-later
"""b4_adapter: what it makes of mails, and a contract of everything it relies on in b4.

The classes of b4 are not a stable interface. Where a new minor version breaks the contract, the
tests of this file say which part.
"""

from __future__ import annotations

import ast
import base64
import datetime
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import b4
import dkim
import dns.exception
import dns.resolver
import liblore
import liblore.utils
import pytest
import requests

from fake_archive import Archive, closed_port, fake_archive
from mails import ADA, BEN, diff, mail, mbox, patch_body, reply, series
from verify_series import archive as archive_module
from verify_series import attest, b4_adapter, fetch
from verify_series.archive import Failure
from verify_series.b4_adapter import answer


@pytest.fixture(autouse=True)
def b4_set_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("MAIN_CONFIG", "can_network", "save_mboxrd_mbox"):
        monkeypatch.setattr(b4, name, getattr(b4, name))
    b4_adapter.set_up()
    yield


def read(*mails: bytes, revision: int | None = None) -> Any:
    return answer({"files": [base64.b64encode(mbox(mails)).decode()], "revision": revision})


def mail_of(patch: Any) -> str:
    return base64.b64decode(patch["mail"]).decode()


def failure(*mails: bytes) -> tuple[str, str]:
    with pytest.raises(Failure) as caught:
        read(*mails)
    return caught.value.kind, caught.value.detail


# What a series is


def test_a_series_has_its_patches_in_order_however_they_arrive() -> None:
    cover, one, two = series(2)
    data = read(two, one, cover)["series"]
    assert data["message_id"] == "v1-0@example.org"
    assert data["subject"] == "toys: more parts"
    assert data["author"] == ADA
    assert [p["number"] for p in data["patches"]] == [1, 2]
    assert [p["message_id"] for p in data["patches"]] == ["v1-1@example.org", "v1-2@example.org"]


def test_a_series_without_cover_letter_is_known_by_its_first_patch() -> None:
    data = read(*series(2, cover=False))["series"]
    assert data["message_id"] == "v1-1@example.org"
    assert data["subject"] == "toys: add part 1"


def test_a_missing_patch_leaves_its_place_empty() -> None:
    cover, one, _, three = series(3)
    data = read(cover, one, three)["series"]
    assert [p and p["number"] for p in data["patches"]] == [1, None, 3]


def test_the_newest_revision_is_the_highest_not_the_last_sent() -> None:
    late_idea = mail("[PATCH] toys: another way", patch_body(1), "idea@x.org", sender=BEN, day=20)
    told = read(*series(2, revision=2), late_idea)
    assert told["revisions"] == [1, 2]
    assert told["series"]["revision"] == 2


def test_an_older_revision_can_be_asked_for_and_one_that_is_absent_is_none() -> None:
    thread = [*series(1), *series(1, revision=2, reply_to="v1-0@example.org")]
    assert read(*thread, revision=1)["series"]["message_id"] == "v1-0@example.org"
    assert read(*thread, revision=3)["series"] is None


def test_a_partial_reroll_is_filled_up_and_said_to_be() -> None:
    again = mail(
        "[PATCH v2 2/2] toys: add part 2", patch_body(2), "v2-2@example.org",
        reply_to="v1-2@example.org", day=7,
    )  # fmt: skip
    data = read(*series(2), again)["series"]
    assert [p["message_id"] for p in data["patches"]] == ["v1-1@example.org", "v2-2@example.org"]
    assert data["notes"] == ["v2 sends only some patches again; patch 1 is older"]


def test_the_base_commit_comes_from_the_cover_letter() -> None:
    base = "0123456789abcdef0123456789abcdef01234567"
    thread = series(1, cover_text=f"Text.\n\nbase-commit: {base}\n")
    assert read(*thread)["series"]["base_commit"] == base
    thread = series(1, cover_text="Text.\n\nbase-commit: tag v7.2\n")
    assert read(*thread)["series"]["base_commit"] is None


def test_follow_up_trailers_are_listed_and_not_applied() -> None:
    cover, one, two = series(2)
    thread = [
        cover,
        one,
        two,
        reply("v1-1@example.org", f"Fine.\n\nReviewed-by: {BEN}\n", "r1@sample.net"),
        reply("v1-0@example.org", f"Tested-by: {BEN}\n", "r2@sample.net"),
        reply("v1-2@example.org", f"Acked-by: {ADA}\n", "r3@sample.net"),  # Ben speaks for Ada
    ]
    data = read(*thread)["series"]
    first, second = data["patches"]
    assert first["trailers"] == [f"Reviewed-by: {BEN}", f"Tested-by: {BEN}"]
    assert second["trailers"] == [f"Tested-by: {BEN}"]
    assert "Reviewed-by" not in mail_of(first)
    assert data["notes"] == [f"Acked-by: {ADA} is not counted, it was sent by {BEN}"]


def test_what_the_reader_should_know_of_a_series_is_noted() -> None:
    needs = "prerequisite-patch-id: 0123456789abcdef0123456789abcdef01234567\n"
    _, one, two = series(2)
    cover, *_ = series(2, cover_text=f"Text.\n\n{needs}")
    data = read(cover, one, two.replace(ADA.encode(), BEN.encode(), 1))["series"]
    assert data["notes"] == [
        "it builds on 1 other patch(es), by its prerequisite-patch-id lines",
        "its mails were sent by different people: ada@example.org, ben@sample.net",
    ]


def test_the_mail_of_a_patch_is_the_patch_as_it_was_sent() -> None:
    body = patch_body(1, text="From here on the toy is blue, größer.\n>From there it is not.\n")
    one = mail("[PATCH] toys: add part 1", body, "one@example.org")
    told = mail_of(read(one)["series"]["patches"][0])
    assert told.startswith("Subject: [PATCH] toys: add part 1\nFrom: Ada Example <ada@example.org>")
    assert told.partition("\n\n")[2].rstrip() == body.rstrip()


def test_the_author_in_the_body_and_a_scissors_line_are_heeded() -> None:
    body = f"Hello.\n\n-- >8 --\nFrom: {BEN}\n\n{patch_body(1)}"
    patch = read(mail("[PATCH] toys: x", body, "one@example.org"))["series"]["patches"][0]
    assert patch["author"] == BEN
    assert "Hello" not in mail_of(patch)


def test_mails_without_message_id_are_told_apart() -> None:
    parts = [m.replace(b"Message-Id:", b"X-Was:") for m in series(2, cover=False)]
    data = read(*parts)["series"]
    assert [p["number"] for p in data["patches"]] == [1, 2]
    assert all(p["message_id"].endswith("@no-message-id.invalid") for p in data["patches"])


def unreadable(one: bytes) -> bytes:
    return one.replace(b"charset=utf-8", b'charset="a\x00b"')


def test_a_reply_that_b4_cannot_read_is_left_out_and_named() -> None:
    odd = unreadable(reply("v1-1@example.org", "Hi\n", "odd@x.org"))
    data = read(*series(2), odd)["series"]
    assert len(data["patches"]) == 2
    assert data["notes"] == ["<odd@x.org> is left out, b4 cannot read it (ValueError)"]


def test_a_patch_that_b4_cannot_read_is_missing() -> None:
    cover, one, two = series(2)
    assert read(cover, one, unreadable(two))["series"]["patches"][1] is None
    detail = "<v1-2@example.org> is left out, b4 cannot read it (ValueError)"
    assert failure(unreadable(two)) == ("unreadable", detail)


def test_a_patch_sent_with_crlf_line_ends_is_read() -> None:
    data = read(*(m.replace(b"\n", b"\r\n") for m in series(1)))["series"]
    assert "\r" not in mail_of(data["patches"][0])


# What is no series


def test_two_mails_for_one_place_are_refused() -> None:
    thread = series(2)
    twin = mail("[PATCH 1/2] toys: add part 1", patch_body(1), "twin@example.org")
    kind, detail = failure(*thread, twin)
    assert kind == "mixed"
    assert detail.startswith("patch 1 comes twice, as ")
    assert "<twin@example.org>" in detail and "<v1-1@example.org>" in detail


def test_two_series_of_different_length_are_refused() -> None:
    other = mail("[PATCH 3/3] toys: add part 3", patch_body(3), "other@example.org")
    assert failure(*series(2), other) == ("mixed", "its patches count up to 2 and 3")


def test_a_late_extra_patch_belongs_to_the_series() -> None:
    extra = mail("[PATCH 3/2] toys: add part 3", patch_body(3), "extra@example.org")
    assert [p["number"] for p in read(*series(2), extra)["series"]["patches"]] == [1, 2, 3]


def test_unicode_that_hides_text_is_refused_as_b4_does() -> None:
    body = patch_body(1).replace("part 1, line 2", "part 1 \u202e 2 enil")
    kind, detail = failure(mail("[PATCH] toys: odd", body, "odd@example.org"))
    assert (kind, detail) == ("control-characters", "patch 1 (toys: odd)")


def test_a_patch_that_was_cut_off_is_refused() -> None:
    whole = mail("[PATCH] toys: add part 1", patch_body(1), "one@example.org")
    short = whole[: whole.index(b"+/* part 1, line 3")]
    assert failure(short) == ("cut-off", "patch 1, its last hunk lacks lines")


@pytest.mark.parametrize(
    ("data", "kind", "detail"),
    [
        (b"", "empty", ""),
        (b" \n\n", "empty", ""),
        (b"int main(void) { return 0; }\n", "not-a-mail", "it"),
        (b"<!DOCTYPE html>\n<p>From: you\n", "not-a-mail", "it"),
        (b"obj-y: toys\n", "not-a-mail", "it"),
        (diff(1).encode(), "not-a-mail", "it"),
        (b"From here to there\n", "not-a-mail", "it"),
        (mbox([reply("x@y", "Nice.\n", "r@x")]), "no-patches", "1 mail(s)"),
        (
            mbox(series(1)).replace(b"This makes", b"From me Thu Jan  1 00:00:00 1970\nThis makes"),
            "not-a-mail",
            "mail 2 of 3",
        ),
    ],
)
def test_what_is_no_mail_with_a_patch_has_a_reason(data: bytes, kind: str, detail: str) -> None:
    with pytest.raises(Failure) as caught:
        answer({"files": [base64.b64encode(data).decode()], "revision": None})
    assert (caught.value.kind, caught.value.detail) == (kind, detail)


def test_every_kind_of_failure_has_its_sentence() -> None:
    kinds = {
        node.args[0].value
        for module in (b4_adapter, archive_module)
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Failure"
        if isinstance(node.args[0], ast.Constant)
    }
    assert kinds | {"busy"} == set(fetch._SENTENCES)


# Archives


def ask(archive: Archive, message_id: str = "v1-1@example.org", seconds: float = 4) -> Any:
    question = {"archive": archive.url, "message_id": message_id, "timeout": seconds}
    resolver = f"127.0.0.1:{closed_port()}"
    return answer(question | {"revision": None, "resolver": resolver})


def test_the_search_asks_for_subject_and_sender_from_the_day_before() -> None:
    with fake_archive(Archive(thread=series(2), hits=series(2))) as archive:
        told = ask(archive)
    search = 's:"toys: more parts" f:"ada@example.org" d:20260104..'
    assert archive.asked == [
        "GET /list/v1-1%40example.org/t.mbox.gz",
        f"POST /list/?x=m&q={search}",
    ]
    assert told["newer"] == {"revision": 1, "message_id": "v1-0@example.org", "failure": ""}


def test_the_cover_letter_of_a_single_patch_is_found_by_the_patch() -> None:
    with fake_archive(Archive(thread=series(1), hits=series(1))) as archive:
        told = ask(archive, "v1-1@example.org")
    assert told["series"]["message_id"] == "v1-0@example.org"


def test_a_later_revision_is_known_by_its_subject() -> None:
    other = series(2, revision=9, title="toys: more parts for all")
    hits = [*series(2), *other, *series(2, revision=3), reply("v3-0@example.org", "Yes\n", "r@x")]
    with fake_archive(Archive(thread=series(2), hits=hits)) as archive:
        newer = ask(archive)["newer"]
    assert newer == {"revision": 3, "message_id": "v3-0@example.org", "failure": ""}


def test_a_later_revision_is_known_by_its_change_id() -> None:
    text = "Text.\n\nchange-id: 20260101-toys-abc\n"
    renamed = series(1, revision=2, title="toys: all parts", cover_text=text)
    names_it = series(
        1, revision=7, title="b", cover_text=f"prerequisite-{text.partition('change')[2]}"
    )
    hits = [*series(1, cover_text=text), *renamed, *names_it]
    with fake_archive(Archive(thread=series(1, cover_text=text), hits=hits)) as archive:
        newer = ask(archive)["newer"]
    assert 'q=nq:"change-id: 20260101-toys-abc" d:' in archive.asked[-1]
    assert newer == {"revision": 2, "message_id": "v2-0@example.org", "failure": ""}


@pytest.mark.parametrize(
    ("archive", "failure"),
    [
        (Archive(search_status=501), "the search failed, HTTP status 501"),
        (Archive(search_status=404), "the archive's search does not find even this series"),
        (Archive(hits=series(1, 2)), "the archive's search does not find even this series"),
        (Archive(fault="stall-search"), "the search failed, it does not answer"),
    ],
)
def test_a_search_that_proves_nothing_says_so(archive: Archive, failure: str) -> None:
    archive.thread = series(2)
    with fake_archive(archive):
        newer = ask(archive, seconds=0.5)["newer"]
    assert newer == {"revision": None, "message_id": "", "failure": failure}


@pytest.mark.parametrize(
    ("fault", "kind", "detail"),
    [
        ("", "not-found", "HTTP status 404"),
        ("403", "refused", "HTTP status 403"),
        ("500", "busy", "HTTP status 500"),
        ("html", "refused", "what it sent is no mailbox"),
        ("stall", "unreachable", "it does not answer"),
    ],
)
def test_an_archive_that_fails_has_a_reason(fault: str, kind: str, detail: str) -> None:
    with fake_archive(Archive(fault=fault)) as archive, pytest.raises(Failure) as caught:
        ask(archive, seconds=0.5)
    assert (caught.value.kind, caught.value.detail) == (kind, detail)


def test_an_archive_that_cannot_be_reached_has_a_reason() -> None:
    with pytest.raises(Failure) as caught:
        ask(Archive(url=f"http://127.0.0.1:{closed_port()}/list"))
    assert (caught.value.kind, caught.value.detail) == ("unreachable", "Connection refused")


def test_a_name_that_does_not_resolve_is_said_in_few_words() -> None:
    text = "HTTPConnectionPool(host='x', port=80): Failed to resolve 'x' ([Errno -2] no)"
    assert archive_module._cause(requests.ConnectionError(text)) == "its name cannot be resolved"


# The contract

#: Everything that the code takes from the modules of others, by its full name.
RELIED_ON = {
    "b4.DEFAULT_CONFIG",
    "b4.LoreMailbox",
    "b4.LoreMessage",
    "b4.LoreMessage.clean_header",
    "b4.LoreMessage.get_body_parts",
    "b4.LoreMessage.get_clean_msgid",
    "b4.LoreMessage.get_msg_as_bytes",
    "b4.LoreSeries",
    "b4.LoreSubject",
    "b4.LoreTrailer",
    "b4.MAIN_CONFIG",
    "b4.can_network",
    "b4.get_strict_thread",
    "b4.save_mboxrd_mbox",
    "dkim.DKIM",
    "dkim.DKIMException",
    "dkim.MessageFormatError",
    "dkim.evaluate_pk",
    "dkim.rfc822_parse",
    "dkim.validate_signature_fields",
    "dns.exception.DNSException",
    "dns.resolver.LifetimeTimeout",
    "dns.resolver.NXDOMAIN",
    "dns.resolver.NoAnswer",
    "dns.resolver.NoResolverConfiguration",
    "dns.resolver.Resolver",
    "liblore.LoreNode",
    "liblore.RemoteError",
    "requests.PreparedRequest",
    "requests.RequestException",
    "requests.Response",
    "requests.Session",
    "requests.Timeout",
    "requests.TooManyRedirects",
    "requests.adapters.HTTPAdapter",
    "requests.exceptions.ChunkedEncodingError",
    "requests.exceptions.SSLError",
}
MODULES = {"b4": b4, "dkim": dkim, "dns": dns, "liblore": liblore, "requests": requests}


def used_names(module: Any) -> set[str]:
    tree = ast.parse(Path(inspect.getfile(module)).read_text())
    chains = {ast.unparse(n) for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    names = {chain for chain in chains if chain.split(".")[0] in MODULES and "(" not in chain}
    return {n for n in names if not inspect.ismodule(_get(n))}


def _get(name: str) -> Any:
    root, *rest = name.split(".")
    value = MODULES[root]
    for part in rest:
        value = getattr(value, part)
    return value


def test_the_contract_lists_all_that_is_used_and_all_of_it_exists() -> None:
    assert {n for m in (b4_adapter, archive_module, attest) for n in used_names(m)} == RELIED_ON


def test_the_version_of_b4_is_the_one_that_was_read() -> None:
    assert b4.__VERSION__.startswith("0.16.")


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        (b4.LoreMailbox.get_series, ["revision", "codereview_trailers"]),
        (b4.LoreMailbox.add_message, ["msg"]),
        (b4.LoreSeries.add_cover_trailers, []),
        (b4.LoreMessage.get_am_message, ["add_trailers"]),
        (b4.LoreMessage.get_msg_as_bytes, ["msg", "headers"]),
        (b4.LoreMessage.get_body_parts, ["body"]),
        (b4.LoreMessage.get_clean_msgid, ["msg"]),
        (b4.LoreMessage.clean_header, ["hdrval"]),
        (b4.LoreTrailer.as_string, ["omit_extinfo"]),
        (b4.get_strict_thread, ["msgs", "msgid"]),
        (b4.save_mboxrd_mbox, ["msgs", "dest", "mangle_from"]),
        (liblore.LoreNode.__init__, ["url", "request_timeout", "follow_upstream", "cache_dir"]),
        (liblore.LoreNode.get_mbox_by_msgid, ["msgid"]),
        (liblore.LoreNode.get_mbox_by_query, ["query"]),
        (liblore.LoreNode.set_requests_session, ["session"]),
        (liblore.utils.split_and_dedupe_as_bytes, ["mbox_bytes"]),
        (liblore.utils.split_mbox_as_bytes, ["mbox_bytes"]),
        (liblore.utils.parse_message, ["raw"]),
        (dkim.DKIM.verify, ["idx", "dnsfunc"]),
        (dkim.evaluate_pk, ["name", "s"]),
    ],
)
def test_functions_take_what_they_are_given(function: Any, parameters: list[str]) -> None:
    assert set(parameters) <= set(inspect.signature(function).parameters)


def test_objects_of_b4_carry_what_is_read_from_them() -> None:
    mailbox = b4_adapter.make_mailbox(series(1, revision=2, cover_text="T\n\nchange-id: x-1\n"))
    assert list(mailbox.series) == [2] and mailbox.covers[2].msgid == "v2-0@example.org"
    found = mailbox.get_series(2, codereview_trailers=False)
    assert found is not None
    assert (found.revision, found.change_id, found.base_commit) == (2, "x-1", None)
    assert (found.partial_reroll, found.trailer_mismatches) == (False, set())
    assert found.prereq_patch_ids is None
    cover, patch = found.patches
    assert cover and patch
    assert (patch.counter, patch.lsubject.expected, patch.revision) == (1, 1, 2)
    assert (patch.reply, patch.revision_inferred, patch.reroll_from_revision) == (
        False,
        False,
        None,
    )
    assert (patch.fromname, patch.fromemail) == ("Ada Example", "ada@example.org")
    assert patch.date == datetime.datetime(2026, 1, 6, 9, tzinfo=datetime.UTC)
    assert patch.subject == "toys: add part 1" and patch.body.startswith("Part 1")
    assert patch.followup_trailers == []
    error = liblore.RemoteError("x", status_code=404)
    assert error.status_code == 404


def test_b4_still_writes_its_mails_as_mbox_which_set_up_undoes() -> None:
    source = inspect.getsource(b4.LoreMessage.get_am_message)
    assert "save_mboxrd_mbox([mi_msg], ifh, mangle_from=True)" in source
