# SPDX-License-Identifier: GPL-2.0-or-later
"""Threads repeated under new message-ids, as a public-inbox of any size."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from public_inbox import stream

_FIELDS = re.compile(rb"(?im)^(?:message-id|in-reply-to|references):.*(?:\n[ \t].*)*")
_ID = re.compile(rb"<([^<>\s]+@[^<>\s]+)>")
_CHANGE_ID = re.compile(rb"(?m)^change-id: \S+")


def split(mbox: bytes) -> list[bytes]:
    """The mails of an mbox as public-inbox serves it."""
    mails = re.split(rb"(?m)^From mboxrd@z .*\n", mbox)[1:]
    return [re.sub(rb"(?m)^>(>*From )", rb"\1", mail) for mail in mails]


def repeated(thread: Sequence[bytes], number: int) -> Iterator[bytes]:
    """The mails of a thread with other ids, which no other number gives, also of mails that they
    answer and that are not there: else b4 takes all numbers for one thread."""
    headers = [mail.partition(b"\n\n")[0] for mail in thread]
    fields = b"\n".join(field for header in headers for field in _FIELDS.findall(header))
    ids = sorted(set(_ID.findall(fields)), key=len)
    for mail in thread:
        for one in reversed(ids):
            mail = mail.replace(one, b"n%d-%s" % (number, one))
        yield _CHANGE_ID.sub(lambda m: m[0] + b"-%d" % number, mail)


def inbox(folder: Path, threads: Sequence[Sequence[bytes]], times: int) -> Path:
    """A public-inbox of version 2 with each thread that many times; the last one is the newest."""
    epoch = folder / "git" / "0.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "master", str(epoch)], check=True)
    subprocess.run(
        ["git", "-C", str(epoch), "fast-import", "--quiet"],
        input=stream(_all(threads, times)),
        check=True,
    )
    return folder


def _all(threads: Iterable[Sequence[bytes]], times: int) -> Iterator[bytes]:
    threads = list(threads)
    for number in range(times):
        for thread in threads:
            yield from repeated(thread, number)
