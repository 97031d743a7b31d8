# SPDX-License-Identifier: GPL-2.0-or-later
"""Ask a public-inbox for what is new: its Atom feed, and the threads of the mails named there.

Reads a question from standard input and writes the answer, both JSON. ``new.atom?t=TIME-`` gives a
page of the mails that were received from that time (UTC) on, the oldest first; where there is no
such mail, the newest ones. public-inbox orders mails by the time of the topmost Received header.
"""

from __future__ import annotations

import base64
import datetime
import json
import sys
import urllib.parse
import xml.etree.ElementTree as ET
from typing import Any

import liblore
import requests

from ..archive import Failure, get, get_thread, make_node, make_session
from ..lists.mail import read_mail

_ATOM = "{http://www.w3.org/2005/Atom}"
_TIMEOUT = 20.0  # seconds in which the archive may be silent
_PAGES = 150  # of the feed, and
_THREADS = 60  # so many threads in one look; the next look goes on


def look(url: str, after: float, known: set[str]) -> dict[str, Any]:
    """``mails`` in base64, and ``reached``, up to which time all are there."""
    session, node = make_session(url), make_node(url, _TIMEOUT)
    mails: list[bytes] = []
    asked = 0
    for _ in range(_PAGES):
        page = _page(session, url, after)
        for message_id, received in page:
            if message_id in known:
                continue
            if asked == _THREADS:
                return _answer(mails, received)
            asked += 1
            known.add(message_id)
            for mail in _thread(node, message_id):
                read = read_mail(mail, "")
                if read and (read.message_id == message_id or read.message_id not in known):
                    known.add(read.message_id)
                    mails.append(mail)
        oldest, newest = (page[0][1], page[-1][1]) if page else (after, after)
        if newest > after:
            after = newest
        elif (
            page and oldest == newest == after
        ):  # a whole page of one second: threads have the rest
            after += 1
        else:
            break
    return _answer(mails, after)


def _answer(mails: list[bytes], reached: float) -> dict[str, Any]:
    return {"mails": [base64.b64encode(mail).decode() for mail in mails], "reached": reached}


def _page(session: requests.Session, url: str, after: float) -> list[tuple[str, float]]:
    """(message-id, when it was received) of each entry, the oldest first."""
    time = datetime.datetime.fromtimestamp(max(after, 0), datetime.UTC)
    data = get(session, f"{url}/new.atom?t={time:%Y%m%d%H%M%S}-", _TIMEOUT)
    try:
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:  # which could grow without end
            raise Failure("refused", "what it sent is no feed")
        entries = ET.fromstring(data).findall(f"{_ATOM}entry")
        found = [_entry(entry) for entry in entries]
    except (ET.ParseError, ValueError) as error:
        raise Failure("refused", "what it sent is no feed") from error
    return sorted(found, key=lambda one: one[1])


def _entry(entry: ET.Element) -> tuple[str, float]:
    link, updated = entry.find(f"{_ATOM}link"), entry.findtext(f"{_ATOM}updated", "")
    path = urllib.parse.urlsplit(link.get("href", "") if link is not None else "").path
    message_id = urllib.parse.unquote(path.rstrip("/").rpartition("/")[2])
    if not message_id:
        raise ValueError
    return message_id, datetime.datetime.fromisoformat(updated).timestamp()


def _thread(node: liblore.LoreNode, message_id: str) -> list[bytes]:
    """The mails of a thread; none where the archive will not give it, such as one too large."""
    try:
        return get_thread(node, message_id)
    except Failure as failure:
        if failure.kind in ("unreachable", "busy"):
            raise
        return []


def main() -> int:
    question = json.load(sys.stdin)
    try:
        told = look(question["url"], question["after"], set(question["known"]))
    except Failure as failure:
        told = {"error": failure.kind, "detail": failure.detail}
    json.dump(told, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
