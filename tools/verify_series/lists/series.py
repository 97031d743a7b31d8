# SPDX-License-Identifier: GPL-2.0-or-later
"""Which series a thread holds, told from its headers.

These are candidates: b4 gets the mails of the thread and the message-id, and decides what the
series is. What is missing here may be found by b4 in an older revision (a partial reroll).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from .archive import Archive
from .index import Index
from .mail import Mail
from .mboxes import as_mbox


@dataclass(frozen=True, slots=True)
class Posted:
    """A revision of a series as it was posted.

    ``message_id`` is the cover letter's, or the first patch's that is there. ``missing`` are the
    numbers of the patches that have not come. ``superseded`` is the message-id of a newer
    revision, or empty. ``date`` is in seconds since 1970.
    """

    message_id: str
    revision: int
    total: int
    subject: str
    sender: str
    date: int
    lists: tuple[str, ...]
    thread: int
    missing: tuple[int, ...] = ()
    superseded: str = ""

    @property
    def key(self) -> str:
        """What this revision is called wherever it is kept."""
        return f"{self.message_id} v{self.revision}"


def posted(index: Index, thread: int) -> list[Posted]:
    """The series of a thread, the newest revision first; each with the one that supersedes it."""
    mails = index.mails(thread)
    found = [_series(head, group, thread) for head, group in _groups(mails)]
    by_id = {mail.message_id: mail for mail in mails}
    found = [replace(one, missing=_filled(one, found, by_id)) for one in found]
    heads = [by_id[one.message_id] for one in found]
    marked = [
        replace(one, superseded=_newer(one, head, found, index))
        for one, head in zip(found, heads, strict=True)
    ]
    return sorted(marked, key=lambda one: (-one.revision, one.date, one.message_id))


def mbox(index: Index, archive: Archive, message_id: str) -> bytes:
    """All mails of the thread in which a message-id is, for b4 to choose from."""
    thread = index.thread_of(message_id)
    mails = index.mails(thread) if thread is not None else []
    return as_mbox(archive.read([mail.place for mail in mails]))


def _groups(mails: Sequence[Mail]) -> Iterator[tuple[Mail, list[Mail]]]:
    """(first mail, its patches) of each series.

    A patch belongs to the nearest mail it answers that begins a series of its revision and
    length; a patch that answers none belongs to the only such series, or is on its own.
    """
    firsts: dict[str, Mail] = {m.message_id: m for m in mails if m.cover}
    patches = [mail for mail in mails if mail.patch]
    for mail in patches:
        if mail.subject.number == 1 and not _first_of(mail, firsts):
            firsts[mail.message_id] = mail
    groups: dict[str, list[Mail]] = {one: [] for one in firsts}
    alone: dict[tuple[int, int, str], list[Mail]] = {}
    for mail in patches:
        first = mail if mail.message_id in firsts else _first_of(mail, firsts)
        first = first or _only([one for one in firsts.values() if _fits(mail, one)])
        if first:
            groups[first.message_id].append(mail)
        else:
            key = (mail.subject.revision, mail.subject.total, mail.sender)
            alone.setdefault(key, []).append(mail)
    yield from ((firsts[one], group) for one, group in groups.items())
    yield from ((min(group, key=_number), group) for group in alone.values())


def _first_of(mail: Mail, firsts: dict[str, Mail]) -> Mail | None:
    near = (firsts[one] for one in reversed(mail.references) if one in firsts)
    return next((one for one in near if _fits(mail, one)), None)


def _fits(mail: Mail, first: Mail) -> bool:
    one, other = mail.subject, first.subject
    same = one.total == other.total and one.revision == other.revision
    return same and (other.number == 0 or one.number > 1)


def _only(mails: Sequence[Mail]) -> Mail | None:
    return mails[0] if len(mails) == 1 else None


def _number(mail: Mail) -> int:
    return mail.subject.number


def _series(first: Mail, group: Sequence[Mail], thread: int) -> Posted:
    numbers = {mail.subject.number for mail in group}
    subject = first.subject
    return Posted(
        message_id=first.message_id,
        revision=subject.revision,
        total=subject.total,
        subject=subject.text,
        sender=first.sender,
        date=first.date,
        lists=tuple(dict.fromkeys(one for mail in (first, *group) for one in mail.lists)),
        thread=thread,
        missing=tuple(n for n in range(1, subject.total + 1) if n not in numbers),
    )


def _filled(one: Posted, found: Sequence[Posted], by_id: dict[str, Mail]) -> tuple[int, ...]:
    """What is missing although older patches stand in for it: b4 takes a single patch that answers
    the older revision of itself for a partial reroll."""
    if not one.missing or one.revision == 1:
        return one.missing
    older = {
        other.message_id: other
        for other in found
        if other.total == one.total and other.revision < one.revision
    }
    known = [older[ref] for ref in by_id[one.message_id].references if ref in older]
    return known[-1].missing if known else one.missing


def _newer(one: Posted, head: Mail, found: Iterable[Posted], index: Index) -> str:
    """The message-id of the newest revision after this one, in the thread or elsewhere."""
    revisions = {
        other.message_id: other.revision
        for other in found
        if other.revision > one.revision
        and (other.sender == one.sender or other.subject == one.subject)
    }
    for other in index.related(head):
        if other.subject.revision > one.revision:
            revisions[other.message_id] = other.subject.revision
    return max(revisions, key=lambda name: revisions[name], default="")
