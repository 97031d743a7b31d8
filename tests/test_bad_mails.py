# SPDX-License-Identifier: GPL-2.0-or-later
"""Mails that are odd or broken: each gives the patch that its author sent, or one sentence."""

from __future__ import annotations

import base64
import quopri
from collections.abc import Iterator

import pytest

from bad_input import Judge, answer_in_process
from mails import diff, mail, mbox, patch_body, reply, series

ONE = mail("[PATCH] toys: x", patch_body(1), "one@x.org")
HEAD, _, BODY = ONE.partition(b"\n\n")
FILE = {"toys/part1.c": "".join(f"/* part 1, line {n} */\n" for n in (1, 2, 3))}

NOT_A_MAIL = (
    "does not begin with the header of a mail: give an mbox whose text lines that begin with "
    "'From ' are escaped, a maildir or a mail"
)
NO_PATCH = "m holds no patch, only 1 mail(s) without a diff in plain text"
CUT = "m is not whole (patch 1, its last hunk lacks lines): get the mail again"
NO_DATE = "patch 1 (toys: x): the mail's date '' cannot be read (git am refuses it too)"
UNREADABLE = "m cannot be read by b4 (<one@x.org> is left out, b4 cannot read it"


def sent(body: bytes, encoding: str = "8bit", kind: str = "text/plain; charset=utf-8") -> bytes:
    """The mail with another body, so encoded and of that content type."""
    head = HEAD.replace(b"text/plain; charset=utf-8", kind.encode())
    return head.replace(b"Encoding: 8bit", f"Encoding: {encoding}".encode()) + b"\n\n" + body


def parts(*bodies: tuple[str, bytes], kind: str = "mixed", end: bytes = b"--B--\n") -> bytes:
    """The mail in parts of these content types."""
    text = b"".join(b"--B\nContent-Type: %s\n\n%s\n" % (k.encode(), b) for k, b in bodies)
    return sent(text + end, kind=f'multipart/{kind}; boundary="B"')


def subject(text: str) -> bytes:
    return ONE.replace(b"[PATCH] toys: x", text.encode())


def header(name: bytes, value: bytes | None) -> bytes:
    """The mail with another value of a header field, or without it."""
    lines = [x for x in HEAD.split(b"\n") if not x.startswith(name + b":")]
    if value is not None:
        lines.append(name + b": " + value)
    return b"\n".join(lines) + b"\n\n" + BODY


PATCH_PART = ("text/x-patch; name=1.patch", diff(1).encode())

UNREADABLE_REPLY = reply("one@x.org", "?\n", "r@x").replace(b"Jan 2026", b"Jan 99999")
FROM_LINE = ONE.replace(b"Part 1", b"From here Mon Jan  5 10:00:00 2026\nSubject: y\n\nPart 1")
OTHER = {"message_id": "o@x", "reply_to": "v1-0@example.org"}

#: What gives the patch as it was sent.
GOOD = {
    "as it is": ONE,
    "base64": sent(base64.encodebytes(BODY), "base64"),
    "base64 of CRLF": sent(base64.encodebytes(BODY.replace(b"\n", b"\r\n")), "base64"),
    "base64 cut off after the diff": sent(base64.encodebytes(BODY)[:-13], "base64"),
    "quoted-printable": sent(quopri.encodestring(BODY), "quoted-printable"),
    "quoted-printable with a wrong escape after the diff": sent(
        quopri.encodestring(BODY) + b"=\n=Z", "quoted-printable"
    ),
    "CRLF": ONE.replace(b"\n", b"\r\n"),
    "blank lines first": b"\n\n" + ONE,
    "format=flowed": sent(BODY, kind="text/plain; charset=utf-8; format=flowed"),
    "UTF-16 in the mail": sent(
        base64.encodebytes(BODY.decode().encode("utf-16")), "base64", "text/plain; charset=utf-16"
    ),
    "an unknown charset": sent(BODY, kind="text/plain; charset=klingon"),
    "with HTML beside it": parts(
        ("text/plain", BODY), ("text/html", b"<p>x</p>"), kind="alternative"
    ),
    "with HTML that holds the diff too": parts(
        ("text/plain", BODY), ("text/html", b"<pre>" + BODY + b"</pre>"), kind="alternative"
    ),
    "signed by PGP": parts(
        ("text/plain", BODY), ("application/pgp-signature", b"-----BEGIN"), kind="signed"
    ),
    "parts without an end": parts(("text/plain", BODY), end=b""),
    "as an attachment": parts(("text/plain", b"See what I made.\n"), PATCH_PART),
    "with a mailing list's footer": parts(("text/plain", BODY), ("text/plain", b"____\ntoys list")),
    "below scissors": ONE.replace(b"Part 1", b"Hi\n\n-- >8 --\nSubject: [PATCH] x\n\nPart 1"),
    "'From ' begins a line of one mail": ONE.replace(
        b"Part 1 is", b"From here on it is\nPart 1 is"
    ),
    "NUL in the message": ONE.replace(b"Part 1 is", b"Part\0 1 is"),
    "NUL in the subject": subject("[PATCH] toys:\0 x"),
    "no message-id": header(b"Message-Id", None),
    "two message-ids": HEAD + b"\nMessage-Id: <two@x.org>\n\n" + BODY,
    "no subject": header(b"Subject", None),
    "an empty subject": header(b"Subject", b""),
    "sent in 1900": header(b"Date", b"Mon, 5 Jan 1900 10:00:00 +0000"),
    "patch 1 of 0": subject("[PATCH 1/0] toys: x"),
    "version 0": subject("[PATCH v0] toys: x"),
    "a version of twelve digits": subject("[PATCH v999999999999] toys: x"),
    "a subject of 100,000 letters": subject("[PATCH] " + "x" * 100_000),
    "a thousand header fields": HEAD
    + b"".join(b"\nX-%d: y" % n for n in range(1000))
    + b"\n\n"
    + BODY,
    "a reply that cannot be read, beside it": mbox([ONE, UNREADABLE_REPLY]),
    "the same mail twice": mbox([ONE, ONE]),
}

#: What gives none, and the beginning of the sentence that says why.
BAD = {
    "nothing": (b"", "m is empty"),
    "blank": (b"\n \n\n", "m is empty"),
    "no header": (BODY, f"m cannot be read, it {NOT_A_MAIL}"),
    "a diff alone": (diff(1).encode(), f"m cannot be read, it {NOT_A_MAIL}"),
    "no sender": (header(b"From", None), f"m cannot be read, it {NOT_A_MAIL}"),
    "UTF-16": (ONE.decode().encode("utf-16"), f"m cannot be read, it {NOT_A_MAIL}"),
    "a byte order mark": (b"\xef\xbb\xbf" + ONE, f"m cannot be read, it {NOT_A_MAIL}"),
    "gzip": (b"\x1f\x8b\x08\0\0\0\0\0", f"m cannot be read, it {NOT_A_MAIL}"),
    "an mbox with 'From ' unescaped": (
        mbox([FROM_LINE]).replace(b">From", b"From"),
        f"m cannot be read, mail 2 of 2 {NOT_A_MAIL}",
    ),
    "base64 that is none": (sent(b"!!!! no base64 at all", "base64"), NO_PATCH),
    "base64 cut off in the diff": (sent(base64.encodebytes(BODY)[:-90], "base64"), CUT),
    "quoted-printable cut off": (sent(quopri.encodestring(BODY)[:-60], "quoted-printable"), CUT),
    "lines folded by a mailer": (
        sent(BODY.replace(b"line 2", b"line \n2"), kind="text/plain; charset=utf-8; format=flowed"),
        CUT,
    ),
    "cut off": (ONE[: ONE.index(b"+/* part 1, line 3")], CUT),
    "cut off within the last line": (
        ONE[: ONE.index(b"line 3")],
        "m is not whole (patch 1, its last line has no end): get the mail again",
    ),
    "HTML alone": (sent(b"<pre>" + BODY + b"</pre>", kind="text/html"), NO_PATCH),
    "parts without a boundary": (sent(BODY, kind="multipart/mixed"), NO_PATCH),
    "a diff in an unknown kind of part": (
        parts(("text/plain", b"See.\n"), ("application/octet-stream", diff(1).encode())),
        NO_PATCH,
    ),
    "two diffs in parts of their own": (
        parts(("text/plain", b"See.\n"), PATCH_PART, ("text/x-patch", diff(2).encode())),
        "m cannot be taken whole (patch 1 holds 2 diffs in parts of their own, of which b4 takes "
        "one): apply it by hand, and verify the commits",
    ),
    "a diff in the text and another attached": (
        parts(("text/plain", BODY), ("text/x-patch", diff(2).encode())),
        "m cannot be taken whole (patch 1 holds 2 diffs",
    ),
    "a sender without an address": (
        header(b"From", b"@@@,;<>"),
        "patch 1 (toys: x): this mail is not a patch that git am takes (no diff, or no author, in",
    ),
    "no date": (header(b"Date", None), NO_DATE),
    "a date in words": (header(b"Date", b"yesterday"), NO_DATE),
    "a time zone that is none": (header(b"Date", b"Mon, 5 Jan 2026 10:00:00 +9999"), NO_DATE),
    "the year 99999": (header(b"Date", b"Mon, 5 Jan 99999 10:00:00 +0000"), UNREADABLE),
    "a charset with NUL": (sent(BODY, kind='text/plain; charset="a\0b"'), UNREADABLE),
    "patch 3 of 2": (subject("[PATCH 3/2] toys: x"), "v1 of 'toys: x' is incomplete, m lacks"),
    "patch 1 of 2 alone": (
        subject("[PATCH 1/2] toys: x"),
        "v1 of 'toys: x' is incomplete, m lacks",
    ),
    "digits of another script": (
        subject("[PATCH \u0661/\u0662] x"),
        "v1 of 'x' is incomplete, m lacks",
    ),
    "a cover letter with a diff, numbered 0/0": (subject("[PATCH 0/0] toys: x"), NO_PATCH),
    "two subjects": (
        HEAD.replace(b"Subject:", b"Subject: [PATCH 1/2] y\nSubject:") + b"\n\n" + BODY,
        "v1 of 'y' is incomplete",
    ),
    "a patch inside a reply": (reply("v9@x", patch_body(1), "r@x"), NO_PATCH),
    "a patch missing": (
        mbox([m for n, m in enumerate(series(3)) if n != 2]),
        "v1 of 'toys: more parts' is incomplete, m lacks patch 2 of 3",
    ),
    "two series of one version": (
        mbox([*series(2), mail("[PATCH 1/2] toys: other", patch_body(3), **OTHER)]),
        "m holds two series of the same version (patch 1 comes twice, as ",
    ),
    "a patch of a longer series among them": (
        mbox([*series(2)[:2], mail("[PATCH 2/3] toys: b", patch_body(2), **OTHER)]),
        "m holds two series of the same version (its patches count up to 2 and 3)",
    ),
    "letters that run backwards": (
        ONE.replace(b"line 2", "li\u202ene 2".encode()),
        "m is refused by b4, patch 1 (toys: x) holds Unicode control characters",
    ),
}


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    with pytest.MonkeyPatch.context() as patch:
        answer_in_process(patch)
        yield Judge(tmp_path_factory.mktemp("mails"))


@pytest.mark.parametrize("name", GOOD)
def test_the_patch_is_what_was_sent(judge: Judge, name: str) -> None:
    told, files, notes = judge(GOOD[name])
    assert (told, files) == ("", FILE)
    assert [note for note in notes if "U+FFFD" in note] == []


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_had_has_one_sentence(judge: Judge, name: str) -> None:
    data, wanted = BAD[name]
    told, files, _ = judge(data)
    assert (told[: len(wanted)], files) == (wanted, {})


def test_patches_in_the_wrong_order_are_sorted(judge: Judge) -> None:
    told, files, _ = judge(mbox(reversed(series(3))))
    assert (told, sorted(files)) == ("", [f"toys/part{n}.c" for n in (1, 2, 3)])


@pytest.mark.parametrize("kind", ["text/plain; charset=utf-8", "text/plain"])
def test_bytes_that_the_charset_does_not_have_are_noted(judge: Judge, kind: str) -> None:
    """b4 puts U+FFFD in their place: what is verified is not what was sent."""
    told, files, notes = judge(sent(BODY.replace(b"line 2", b"gr\xf6\xdfer"), kind=kind))
    assert (told, "gr\ufffd\ufffder" in files["toys/part1.c"]) == ("", True)
    assert notes == (
        "patch 1 holds bytes that its charset does not have; b4 puts U+FFFD in their place",
    )


def test_bytes_of_another_charset_become_utf_8(judge: Judge) -> None:
    data = sent(BODY.replace(b"line 2", b"gr\xf6\xdfer"), kind="text/plain; charset=iso-8859-1")
    told, files, notes = judge(data)
    assert (told, "größer" in files["toys/part1.c"], notes) == ("", True, ())


def test_what_the_patch_itself_says_is_left_alone(judge: Judge) -> None:
    told, files, notes = judge(ONE.replace(b"line 2", "un \ufffd".encode()))
    assert (told, "un \ufffd" in files["toys/part1.c"], notes) == ("", True, ())
