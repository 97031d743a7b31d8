# SPDX-License-Identifier: GPL-2.0-or-later
"""The one module that uses b4 and liblore; a program that fetch.py runs as a child process.

    python -m verify_series.b4_adapter < request.json > answer.json
    python -m verify_series.b4_adapter --serve

It runs in an empty folder with a HOME of its own: b4 reads and writes no configuration, cache or
state of the user's there, and its global variables and sys.exit() calls end with the process.
A request holds either ``archive`` and ``message_id`` (then the network is used), or ``files``,
each a mail or an mbox (then it is not), of which ``message_id`` chooses a thread unless it is
empty. Mails travel in base64. Written for b4 0.16; tests/test_b4_adapter.py pins every attribute
that is relied on.
"""

from __future__ import annotations

import base64
import contextlib
import datetime
import gc
import hashlib
import json
import os
import re
import sys
import traceback
from email.message import EmailMessage
from email.utils import formataddr, getaddresses
from typing import Any, NoReturn, NotRequired, TextIO, TypedDict

import b4
import liblore
from liblore.utils import parse_message, split_mbox_as_bytes

from .archive import Failure, get_thread, make_node, search
from .attest import Keys, attest
from .cut_off import cut_off, holds_diff


class PatchData(TypedDict):
    """One patch of a series; ``mail`` is what b4 would hand to git am, without new trailers."""

    number: int
    message_id: str
    subject: str
    author: str
    mail: str
    trailers: list[str]


class LetterData(TypedDict):
    """The cover letter, or the first patch where there is none, as who answers it needs it."""

    message_id: str
    subject: str
    author: str
    date: str
    recipients: list[str]
    references: list[str]


class SeriesData(TypedDict):
    """One revision; ``patches[n - 1]`` is None where [PATCH n/m] is missing."""

    revision: int
    message_id: str
    subject: str
    author: str
    patches: list[PatchData | None]
    base_commit: str | None
    notes: list[str]
    letter: LetterData


class NewerData(TypedDict):
    """The newest revision that the archive's search knows, or why the search told nothing."""

    revision: int | None
    message_id: str
    failure: str


def no_search(failure: str) -> NewerData:
    return {"revision": None, "message_id": "", "failure": failure}


class Answer(TypedDict):
    """What the child writes: ``error`` and ``detail``, or all the rest.

    ``series`` is the revision asked for, or the newest one; None where there is no such revision.
    ``attestation`` maps the message-id of each patch of the thread to (value, detail).
    """

    error: NotRequired[str]
    detail: NotRequired[str]
    mails: list[str]
    revisions: list[int]
    series: SeriesData | None
    attestation: dict[str, tuple[str, str]]
    newer: NewerData


def split(data: bytes) -> list[bytes]:
    """The mails of an mbox (mboxrd, as public-inbox and git write it), or the one mail it is."""
    data = data.lstrip(b"\r\n")
    if data.partition(b"\n")[0].endswith(b"\r"):
        data = data.replace(b"\r\n", b"\n")
    return split_mbox_as_bytes(data) if data.startswith(b"From ") else [data]


def check_mails(mails: list[bytes]) -> list[bytes]:
    """The same mails, each with a message-id; raises Failure where one of them is no mail."""
    if not any(mail.strip() for mail in mails):
        raise Failure("empty")
    checked = []
    for number, mail in enumerate(mails, 1):
        header = mail.partition(b"\n\n")[0]
        if not re.match(rb"[!-9;-~]+:", mail) or not re.search(rb"(?im)^from:", header):
            raise Failure("not-a-mail", f"mail {number} of {len(mails)}" if mails[1:] else "it")
        if not _message_id(mail):
            name = hashlib.sha256(mail).hexdigest()[:16]  # git format-patch writes none
            mail = b"Message-Id: <%s@no-message-id.invalid>\n" % name.encode() + mail
        checked.append(mail)
    return checked


def _message_id(mail: bytes) -> str:
    header = mail.partition(b"\n\n")[0]
    found = re.search(rb"(?im)^message-id:\s*<([^<>\s]+)>", header)
    return found[1].decode("ascii", "replace") if found else ""


def readable(mails: list[bytes]) -> tuple[list[bytes], list[str]]:
    """The mails that b4 can read, and a note for each other one: an odd reply is no reason to stop.

    A patch that is left out is missed later on, as its place in the series is empty.
    """
    good, notes = [], []
    for mail in mails:
        try:
            b4.LoreMessage(parse_message(mail))
        except Exception as error:  # Python's parser of headers raises what it stumbles over
            why = type(error).__name__
            notes.append(f"<{_message_id(mail)}> is left out, b4 cannot read it ({why})")
        else:
            good.append(mail)
    return good, notes


def strict_thread(mails: list[bytes], message_id: str) -> list[bytes]:
    """Those of the mails that belong to the series of a message, as b4 draws the line."""
    messages = [parse_message(mail) for mail in mails]
    thread = b4.get_strict_thread(messages, _cover_of(messages, message_id))
    if not thread:
        raise Failure("not-found", "its thread is empty")
    wanted = {id(message) for message in thread}
    return [mail for mail, message in zip(mails, messages, strict=True) if id(message) in wanted]


def _cover_of(messages: list[EmailMessage], message_id: str) -> str:
    """The id of the cover letter that a message answers, or its own id.

    b4 takes [PATCH 1/1] for a patch on its own and would leave its cover letter out.
    """
    known = {b4.LoreMessage.get_clean_msgid(message): message for message in messages}
    asked = known.get(message_id)
    parent = b4.LoreMessage.get_clean_msgid(asked, "In-Reply-To") if asked else None
    if parent and parent in known:
        subject = b4.LoreSubject(known[parent]["Subject"])
        if subject.counter == 0 and not subject.reply:
            return parent
    return message_id


def make_mailbox(mails: list[bytes]) -> b4.LoreMailbox:
    """b4's view of the mails: series by revision, cover letters, follow-ups."""
    mailbox = b4.LoreMailbox()
    for mail in mails:
        mailbox.add_message(parse_message(mail))
    return mailbox


def search_newer(node: liblore.LoreNode, mailbox: b4.LoreMailbox, newest: int) -> NewerData:
    """Ask the archive for later revisions than ``newest``: by change-id, or subject and sender.

    A search that does not even find this series proves nothing: an index without positions
    (public-inbox-index --indexlevel=medium) answers every phrase with "no results".
    """
    known = mailbox.series[newest]
    first = mailbox.covers.get(newest) or next(p for p in known.patches if p)
    change_id = known.change_id
    if found := re.search(r"(?im)^change-id:\s+(\S+)", first.body):
        change_id = found.group(1)
    subject = first.subject.replace('"', "")
    what = f's:"{subject}" f:"{first.fromemail}"'
    if change_id:
        what = f'nq:"change-id: {change_id}"'
    start = first.date.astimezone(datetime.UTC) - datetime.timedelta(days=1)
    try:
        found_mails, _ = readable(search(node, f"{what} d:{start:%Y%m%d}.."))
    except Failure as failure:
        return no_search(f"the search failed, {failure.detail}")
    hits = [b4.LoreMessage(parse_message(mail)) for mail in found_mails]
    hits = [h for h in hits if not h.reply and (change_id or h.subject == first.subject)]
    if change_id:
        line = re.compile(rf"(?im)^change-id:\s*{re.escape(change_id)}\s*$")
        hits = [h for h in hits if line.search(h.body)]
    if first.msgid not in {h.msgid for h in hits}:
        return no_search("the archive's search does not find even this series")
    best = max(hits, key=lambda h: (h.revision, -h.counter))
    return {"revision": best.revision, "message_id": best.msgid, "failure": ""}


def read_series(mailbox: b4.LoreMailbox, revision: int, notes: list[str]) -> SeriesData | None:
    """What b4 makes of one revision; raises Failure where two series claim the same place."""
    series = mailbox.get_series(revision, codereview_trailers=False)
    if series is None:
        return None
    _check_numbering(series)
    series.add_cover_trailers()
    first = next(p for p in series.patches if p)
    base = re.fullmatch(r"[0-9a-f]{7,64}", series.base_commit or "")
    return {
        "revision": revision,
        "message_id": first.msgid,
        "subject": first.subject,
        "author": f"{first.fromname} <{first.fromemail}>",
        "patches": [_patch(p) if p else None for p in series.patches[1:]],
        "base_commit": series.base_commit if base else None,
        "notes": [*notes, *_notes(series)],
        "letter": _letter(first),
    }


def _letter(message: b4.LoreMessage) -> LetterData:
    clean = b4.LoreMessage.clean_header
    fields = [clean(str(value)) for name in ("To", "Cc") for value in message.msg.get_all(name, [])]
    people = [formataddr(pair) for pair in getaddresses(fields) if "@" in pair[1]]
    return {
        "message_id": message.msgid,
        "subject": clean(str(message.msg.get("Subject", ""))),
        "author": f"{message.fromname} <{message.fromemail}>",
        "date": clean(str(message.msg.get("Date", ""))),
        "recipients": list(dict.fromkeys(people)),
        "references": re.findall(r"<([^<>\s]+)>", str(message.msg.get("References", ""))),
    }


def _check_numbering(series: b4.LoreSeries) -> None:
    """b4 makes room for a second [PATCH 1/2] and counts three patches; we do not."""
    totals = set()
    for place, patch in enumerate(series.patches):
        if patch is None or place == 0:
            continue
        if patch.counter != place:
            twin = series.patches[patch.counter]
            twins = " and ".join(f"<{p.msgid}>" for p in (twin, patch) if p)
            raise Failure("mixed", f"patch {patch.counter} comes twice, as {twins}")
        if patch.counter <= patch.lsubject.expected:  # not so for a late [PATCH 6/5]
            totals.add(patch.lsubject.expected)
    if len(totals) > 1:
        counts = " and ".join(str(n) for n in sorted(totals))
        raise Failure("mixed", f"its patches count up to {counts}")


def _notes(series: b4.LoreSeries) -> list[str]:
    notes = []
    if series.partial_reroll:
        old = [p for p in series.patches if p and (p.reroll_from_revision or 0) != p.revision]
        which = ", ".join(str(p.counter) for p in old if p.counter)
        notes.append(f"v{series.revision} sends only some patches again; patch {which} is older")
    if series.revision > 1 and all(p.revision_inferred for p in series.patches if p):
        notes.append(f"the subject names no version; b4 takes it for v{series.revision}")
    if series.prereq_patch_ids:
        count = len(series.prereq_patch_ids)
        notes.append(f"it builds on {count} other patch(es), by its prerequisite-patch-id lines")
    senders = sorted({p.fromemail for p in series.patches if p})
    if len(senders) > 1:
        notes.append(f"its mails were sent by different people: {', '.join(senders)}")
    odd = [str(p.counter) for p in series.patches if p and _replaced(p)]
    if odd:
        notes.append(
            f"patch {', '.join(odd)} holds bytes that its charset does not have; b4 puts U+FFFD in"
            " their place"
        )
    for name, value, sender, address in sorted(series.trailer_mismatches):
        notes.append(f"{name}: {value} is not counted, it was sent by {sender} <{address}>")
    return notes


def _texts(message: b4.LoreMessage) -> list[bytes]:
    """The parts of a mail in plain text, or as a patch, without their transfer encoding."""
    parts = [p for p in message.msg.walk() if p.get_content_maintype() == "text"]
    contents = [p.get_payload(decode=True) for p in parts if p.get_content_subtype() != "html"]
    return [content for content in contents if isinstance(content, bytes)]


def _replaced(message: b4.LoreMessage) -> bool:
    replacement = "\ufffd"
    sent = any(replacement.encode() in text for text in _texts(message))
    return replacement in message.body and not sent


def _patch(message: b4.LoreMessage) -> PatchData:
    own = b4.LoreMessage.get_body_parts(message.body)[2]
    trailers: list[b4.LoreTrailer] = []
    for trailer in message.followup_trailers:
        if trailer not in own and trailer not in trailers:
            trailers.append(trailer)
    try:
        mail = message.get_am_message(add_trailers=False)
    except SystemExit as error:
        detail = f"patch {message.counter} ({message.subject})"
        raise Failure("control-characters", detail) from error
    diffs = [text for text in _texts(message) if holds_diff(text.decode("utf-8", "replace"))]
    if len(diffs) > 1:
        raise Failure("several-diffs", f"patch {message.counter} holds {len(diffs)}")
    if fault := cut_off(message.body):
        raise Failure("cut-off", f"patch {message.counter}, {fault}")
    return {
        "number": message.counter,
        "message_id": message.msgid,
        "subject": message.subject,
        "author": b4.LoreMessage.clean_header(str(mail["From"])),
        "mail": base64.b64encode(b4.LoreMessage.get_msg_as_bytes(mail, headers="decode")).decode(),
        "trailers": [trailer.as_string(omit_extinfo=True) for trailer in trailers],
    }


def attest_all(mails: list[bytes], mailbox: b4.LoreMailbox, keys: Keys) -> dict[str, Any]:
    """The attestation of every patch in the thread, whatever its revision."""
    raw: dict[str | None, bytes] = {}
    for mail in mails:  # of two mails with the same id, b4 takes the first
        raw.setdefault(b4.LoreMessage.get_clean_msgid(parse_message(mail)), mail)
    return {
        patch.msgid: attest(raw[patch.msgid], patch.fromemail, keys)
        for series in mailbox.series.values()
        for patch in series.patches
        if patch
    }


def set_up() -> None:
    """Give b4 its defaults without reading any git configuration, and mend one fault of 0.16.

    get_am_message() writes the mail as mbox before git mailinfo reads it, which turns a line
    "From here on" of the commit message into ">From here on".
    """
    b4.MAIN_CONFIG = {**b4.DEFAULT_CONFIG, "attestation-policy": "off"}
    b4.can_network = False
    write = b4.save_mboxrd_mbox
    b4.save_mboxrd_mbox = lambda msgs, dest, mangle_from=False: write(msgs, dest)


def answer(request: dict[str, Any]) -> Answer:
    """Do what a request asks for; raises Failure."""
    node = None
    if "archive" in request:
        node = make_node(request["archive"], request["timeout"])
        mails, notes = readable(get_thread(node, request["message_id"]))
        mails = strict_thread(mails, request["message_id"])
        keys = Keys(request["resolver"])
    else:
        files = [base64.b64decode(file) for file in request["files"]]
        mails, notes = readable(check_mails([mail for file in files for mail in split(file)]))
        if request.get("message_id"):
            mails = strict_thread(mails, request["message_id"])
        keys = Keys(offline="local files are read without the network")
    if not mails:
        raise Failure("unreadable", "; ".join(notes))
    mailbox = make_mailbox(mails)
    revisions = sorted(mailbox.series)
    if not revisions:
        raise Failure("no-patches", f"{len(mails)} mail(s)")
    wanted = revisions[-1] if request["revision"] is None else request["revision"]
    return {
        "mails": [base64.b64encode(mail).decode() for mail in mails] if node else [],
        "revisions": revisions,
        "attestation": attest_all(mails, mailbox, keys),
        "newer": search_newer(node, mailbox, revisions[-1]) if node else no_search(""),
        "series": read_series(mailbox, wanted, notes) if wanted in revisions else None,
    }


def reply(request: dict[str, Any]) -> dict[str, Any]:
    """What goes back for a request: an Answer, or an error and its detail."""
    try:
        return {**answer(request)}
    except Failure as failure:
        return {"error": failure.kind, "detail": failure.detail}


def main() -> int:
    set_up()
    with contextlib.redirect_stdout(sys.stderr):  # b4 must not write into the answer
        told = reply(json.load(sys.stdin))
    json.dump(told, sys.stdout)
    return 0


def serve() -> int:
    """Answer one request after the other, each in a fork of its own; b4_child.py asks.

    A request is ``[folder, environment, request]``, all on a line; the fork begins in the folder.
    Its answer is a line, and then comes ``[exit status, CPU seconds, last words]`` of the fork.
    """
    set_up()
    gc.freeze()  # the forks share what is there
    talk = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    for line in sys.stdin:
        folder, environment, request = json.loads(line)
        errors = os.path.join(folder, "stderr")  # noqa: PTH118
        child = os.fork()
        if not child:
            _answer_in(folder, environment, errors, request, talk)
        _, status, used = os.wait4(child, 0)
        with open(errors, encoding="utf-8", errors="replace") as file:  # noqa: PTH123
            words = file.read()[-2000:].strip()
        cpu = used.ru_utime + used.ru_stime
        talk.write(f"{json.dumps([os.waitstatus_to_exitcode(status), cpu, words])}\n")
        talk.flush()
    return 0


def _answer_in(
    folder: str, environment: dict[str, str], errors: str, request: dict[str, Any], talk: TextIO
) -> NoReturn:
    """The life of a fork: it has the folder, the variables and the global state of b4 alone."""
    status = 1
    try:
        os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 2)
        os.dup2(2, 1)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        talk.write(f"{json.dumps(reply(request))}\n")
        talk.flush()
        status = 0
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    sys.exit(serve() if sys.argv[1:] == ["--serve"] else main())
