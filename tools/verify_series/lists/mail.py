# SPDX-License-Identifier: GPL-2.0-or-later
"""What the index keeps of one mail: its header, in short, and whether it holds a diff.

This only finds candidates, without b4's half second for a thread; what a series is, b4 decides.
Subjects are read as Documentation/process/submitting-patches.rst ("The canonical patch format")
and b4's LoreSubject have them.
"""

from __future__ import annotations

import email
import email.header
import email.utils
import hashlib
import re
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser

_DIFF = re.compile(rb"^(?:diff --git |--- \S+.*\r?\n\+\+\+ \S)", re.MULTILINE)
_CHANGE_ID = re.compile(rb"^change-id:[ \t]+(\S+)", re.MULTILINE | re.IGNORECASE)
_REPLY = re.compile(r"\s*(?:re|aw|fwd?|antw)\s*:", re.IGNORECASE)
_TAGS = re.compile(r"\s*((?:\[[^\]]*\]\s*)+)(.*)", re.DOTALL)
_COUNT = re.compile(r"\b(\d{1,4})/(\d{1,4})\b")
_VERSION = re.compile(r"\bv(\d{1,3})\b|PATCHv(\d{1,3})\b", re.IGNORECASE)
_PATCH = re.compile(r"\b(?:PATCH|RFC|RESEND)", re.IGNORECASE)
_NO_ID = "no-message-id.invalid"  # as b4_adapter names them


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject line: ``[tags] text``; ``number`` of ``total``, 1 of 1 where none are written."""

    text: str
    patch: bool
    reply: bool
    revision: int
    number: int
    total: int
    counted: bool


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail of an archive without its body.

    ``place`` is the archive's own word for where the body is, ``date`` in seconds since 1970
    (0 where there is none to be read), ``lists`` the List-Ids, ``references`` message-ids, the
    nearest last.
    """

    message_id: str
    place: str
    subject: Subject
    sender: str
    date: int
    lists: tuple[str, ...]
    references: tuple[str, ...]
    change_id: str
    diff: bool

    @property
    def cover(self) -> bool:
        """Whether this is a cover letter."""
        subject = self.subject
        return not subject.reply and subject.counted and subject.number == 0

    @property
    def patch(self) -> bool:
        """Whether this is a patch, alone or of a series."""
        subject = self.subject
        return self.diff and not subject.reply and subject.number > 0 and subject.patch


def read_mail(data: bytes, place: str) -> Mail | None:
    """What a mail says of itself; None for bytes that are no mail."""
    header = BytesHeaderParser().parsebytes(data)
    if header.defects or not header["From"]:
        return None
    message_ids = _ids(_text(header, "Message-ID"))
    own = message_ids[0] if message_ids else f"{hashlib.sha256(data).hexdigest()[:16]}@{_NO_ID}"
    references = _ids(_text(header, "References"))
    for parent in _ids(_text(header, "In-Reply-To"))[:1]:
        references = [*(one for one in references if one != parent), parent]
    body = _body(data)
    change_id = _CHANGE_ID.search(body)
    return Mail(
        message_id=own,
        place=place,
        subject=read_subject(_text(header, "Subject")),
        sender=email.utils.parseaddr(_text(header, "From"))[1].lower(),
        date=_date(header),
        lists=tuple(dict.fromkeys(_list_ids(header))),
        references=tuple(one for one in dict.fromkeys(references) if one != own),
        change_id=change_id[1].decode("ascii", "replace") if change_id else "",
        diff=bool(_DIFF.search(body)),
    )


def read_subject(text: str) -> Subject:
    """The parts of a subject line."""
    line = " ".join(text.split())
    reply = bool(_REPLY.match(line))
    tagged = _TAGS.match(_REPLY.sub("", line, count=1))
    tags, rest = (tagged[1], tagged[2]) if tagged else ("", line)
    counts = _COUNT.search(tags)
    version = _VERSION.search(tags)
    number, total = (int(counts[1]), int(counts[2])) if counts else (1, 1)
    revision = int(version[1] or version[2]) if version else 1
    patch = bool(counts or _PATCH.search(tags))
    return Subject(rest, patch, reply, max(revision, 1), number, total, bool(counts))


def _text(header: Message, name: str) -> str:
    """A field with its encoded words read (RFC 2047); what cannot be read stands as it is."""
    raw = str(header.get(name, ""))
    if "=?" not in raw:
        return raw
    try:
        return str(email.header.make_header(email.header.decode_header(raw)))
    except (ValueError, LookupError):
        return raw


def _ids(text: str) -> list[str]:
    return re.findall(r"<([^<>\s]+)>", text)


def _list_ids(header: Message) -> list[str]:
    fields = [str(field) for field in header.get_all("List-Id", [])]
    return [(re.findall(r"<([^<>\s]+)>", field) or [field.strip()])[-1].lower() for field in fields]


def _date(header: Message) -> int:
    """When it was sent; where the sender's word cannot be read, when it was received."""
    received = [str(field).rpartition(";")[2] for field in header.get_all("Received", [])]
    for text in (str(header.get("Date", "")), *received):
        parsed = email.utils.parsedate_tz(text)
        if parsed and 1970 <= parsed[0] < 9999:
            try:
                return max(email.utils.mktime_tz(parsed), 0)
            except (OverflowError, ValueError):
                continue
    return 0


def _body(data: bytes) -> bytes:
    """The text of a mail; only what is in base64 has to be taken apart for it."""
    if b"base64" not in data:
        return data
    parts = email.message_from_bytes(data).walk()
    texts = [p.get_payload(decode=True) for p in parts if p.get_content_maintype() == "text"]
    return b"\n".join(text for text in texts if isinstance(text, bytes))
