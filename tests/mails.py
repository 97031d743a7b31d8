# SPDX-License-Identifier: GPL-2.0-or-later
"""Mails of our own writing: patch series, replies, and mboxes of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

ADA = "Ada Example <ada@example.org>"
BEN = "Ben Sample <ben@sample.net>"


def mail(
    subject: str,
    body: str,
    message_id: str,
    *,
    reply_to: str = "",
    sender: str = ADA,
    day: int = 5,
    headers: Iterable[str] = (),
) -> bytes:
    """One mail, sent on that day of January 2026; ids are written without <>."""
    lines = [
        f"From: {sender}",
        "To: toys@lists.example.org",
        f"Subject: {subject}",
        f"Date: Mon, {day} Jan 2026 10:00:00 +0100",
        f"Message-Id: <{message_id}>",
        *([f"In-Reply-To: <{reply_to}>", f"References: <{reply_to}>"] if reply_to else []),
        *headers,
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    ]
    return ("\n".join(lines) + "\n\n" + body).encode()


def diff(number: int, lines: int = 3) -> str:
    """A diffstat and a diff that adds the file toys/part<number>.c, as git format-patch ends."""
    path = f"toys/part{number}.c"
    text = "".join(f"+/* part {number}, line {n} */\n" for n in range(1, lines + 1))
    return (
        f"---\n {path} | {lines} {'+' * lines}\n"
        f" 1 file changed, {lines} insertion{'s' if lines > 1 else ''}(+)\n"
        f" create mode 100644 {path}\n\n"
        f"diff --git a/{path} b/{path}\nnew file mode 100644\nindex 000000000000..1234567890ab\n"
        f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{lines} @@\n{text}-- \n2.47.0\n"
    )


def patch_body(number: int, text: str = "") -> str:
    """Message, sign-off and diff of one patch; ``text`` goes into the message."""
    text = text or f"Part {number} is what the toy lacks.\n"
    return f"{text}\nSigned-off-by: {ADA}\n{diff(number)}"


def series(
    count: int = 2,
    revision: int = 1,
    *,
    cover: bool = True,
    reply_to: str = "",
    title: str = "toys: more parts",
    cover_text: str = "This makes the toy whole.\n",
    day: int = 0,
) -> list[bytes]:
    """Revision ``revision`` of a series, with a cover letter; ids are v<revision>-<n>@example.org.

    The mails are those of [PATCH 0/n], [PATCH 1/n] and so on, each patch a reply to the cover.
    """
    version = f" v{revision}" if revision > 1 else ""
    day = day or 4 + revision
    mails = []
    first = f"v{revision}-{0 if cover else 1}@example.org"
    for number in range(0 if cover else 1, count + 1):
        message_id = f"v{revision}-{number}@example.org"
        subject = title if number == 0 else f"toys: add part {number}"
        body = patch_body(number) if number else f"{cover_text}\n 1 file changed, 3 insertions(+)\n"
        parent = reply_to if message_id == first else first
        head = f"[PATCH{version} {number}/{count}] {subject}"
        mails.append(mail(head, body, message_id, reply_to=parent, day=day))
    return mails


def reply(to: str, text: str, message_id: str, *, sender: str = BEN, day: int = 9) -> bytes:
    """An answer to the mail with the id ``to``."""
    return mail("Re: [PATCH] toys", text, message_id, reply_to=to, sender=sender, day=day)


def mbox(mails: Iterable[bytes]) -> bytes:
    """The mails as mboxrd, which is what public-inbox serves: ``From `` lines get a ``>``."""
    quoted = (re.sub(rb"(?m)^(>*From )", rb">\1", one) for one in mails)
    return b"".join(b"From mboxrd@z Thu Jan  1 00:00:00 1970\n" + one + b"\n" for one in quoted)


def read_mails(file: Path) -> list[bytes]:
    """The mails of a thread in mboxrd quoting."""
    parts = re.split(rb"(?m)^From mboxrd@z .*\n", file.read_bytes())[1:]
    return [re.sub(rb"(?m)^>(>*From )", rb"\1", part) for part in parts]
