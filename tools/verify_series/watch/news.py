# SPDX-License-Identifier: GPL-2.0-or-later
"""What mails that came mean for the series: which are new, complete, superseded, or the same."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ..lists.index import Index
from ..lists.mail import Mail
from ..lists.series import Posted, posted
from .follow import is_old
from .state import EARLIER, INCOMPLETE, OPEN, READY, SUPERSEDED, WAITING, Row, State


@dataclass(frozen=True, slots=True)
class Rules:
    """``since`` is when the watch began (seconds since 1970): what was complete then is not
    verified. ``patience`` is how many seconds missing patches are waited for, ``settle`` how many
    for the cover letter of patches that are all there."""

    since: float
    patience: float
    settle: float


def take_in(state: State, index: Index, rules: Rules, say: Callable[[str], None]) -> None:
    """Note what came since the last time. One transaction: all of it, or nothing."""
    with state.change():
        last, _, message_id = state.word("seen", "0").partition(" ")
        newest = index.newest()
        seen = int(last) if index.named(int(last)) == message_id else 0  # 0: it was made again
        first = not state.word("seen")
        for thread in _touched(index, seen):
            _examine(state, index, thread, rules, first, say)
        for row in state.waiting_since(time.time() - rules.patience):
            state.move(row.id, INCOMPLETE)
            lacks = ", ".join(map(str, row.posted.missing))
            say(f"{name(row.posted)} stays incomplete, patch {lacks} did not come")
        state.set("seen", f"{newest} {index.named(newest)}")
        state.set("mails", str(max(newest, int(state.word("mails", "0")))))


def name(one: Posted) -> str:
    """A series in a line of the log."""
    return f"<{one.message_id}> v{one.revision} '{one.subject}'"


def _touched(index: Index, seen: int) -> Iterable[int]:
    """Threads to which mails came, and those of older revisions of what is in them."""
    threads = dict.fromkeys(index.threads(seen))
    for thread in list(threads):
        by_id = {mail.message_id: mail for mail in index.mails(thread)}
        for one in posted(index, thread):
            for other in index.related(by_id[one.message_id]):
                found = index.thread_of(other.message_id)
                if found is not None and other.subject.revision < one.revision:
                    threads[found] = None
    return threads


def _examine(
    state: State, index: Index, thread: int, rules: Rules, first: bool, say: Callable[[str], None]
) -> None:
    mails = index.mails(thread)
    found = posted(index, thread)
    known = {row.key: row for mail in mails for row in state.of_mail(mail.message_id)}
    present = {one.key for one in found}
    gone = [row for row in known.values() if row.key not in present]
    gone.sort(key=lambda row: row.state in OPEN)  # what is decided first: it must not be repeated
    for one in found:
        row = known.get(one.key)
        if row is None and (row := next((r for r in gone if _same(r.posted, one)), None)):
            gone.remove(row)
        if row:
            state.describe(row.id, one)
            if row.state in OPEN:
                _decide(state, index, one, row.id, row, mails, rules, say)
            continue
        old = not one.missing and _was_before(one, mails, rules, first)
        made = state.insert(one, EARLIER if old else WAITING)
        if not old:
            _decide(state, index, one, made, None, mails, rules, say)
    for row in gone:
        if row.state in OPEN:
            state.forget(row.id)


def _same(old: Posted, new: Posted) -> bool:
    """Whether a series got another key: its cover letter, or its first patch, came late."""
    one, other = ((p.revision, p.total, p.sender) for p in (old, new))
    return one == other


def _decide(
    state: State,
    index: Index,
    one: Posted,
    id: int,
    row: Row | None,
    mails: Sequence[Mail],
    rules: Rules,
    say: Callable[[str], None],
) -> None:
    """The state of a series that is not verified; ``row`` is what was known of it."""
    if one.superseded and _is_whole(index, one.superseded):
        state.move(id, SUPERSEDED)
        say(f"{name(one)} is superseded by <{one.superseded}> before it is verified")
        return
    ready = row is not None and row.state == READY
    if one.missing:
        if ready:  # a mail was taken out of the archive
            state.move(id, WAITING)
        return
    hold = time.time() + rules.settle if _awaits_cover(one, mails) else 0
    if not ready:
        state.move(id, READY, hold=hold)
        say(f"{name(one)} is complete")
    elif row and not row.tries and not hold:  # the cover letter came
        state.put(id, hold=0)


def _is_whole(index: Index, message_id: str) -> bool:
    thread = index.thread_of(message_id)
    found = posted(index, thread) if thread is not None else []
    return any(one.message_id == message_id and not one.missing for one in found)


def _members(one: Posted, mails: Sequence[Mail]) -> list[Mail]:
    """Roughly the mails of a series: those of its revision and length."""
    head = next(mail for mail in mails if mail.message_id == one.message_id)
    same = (one.revision, one.total)
    return [
        mail
        for mail in mails
        if mail is head or (mail.patch and (mail.subject.revision, mail.subject.total) == same)
    ]


def _was_before(one: Posted, mails: Sequence[Mail], rules: Rules, first: bool) -> bool:
    """Whether a series was complete when the watch began."""
    members = _members(one, mails)
    if first:
        return all(mail.date < rules.since for mail in members)
    return all(is_old(mail.place) for mail in members)


def _awaits_cover(one: Posted, mails: Sequence[Mail]) -> bool:
    """Whether a numbered patch without a cover letter answers a mail that has not come."""
    known = {mail.message_id: mail for mail in mails}
    head = known[one.message_id]
    return (
        head.subject.counted
        and head.subject.number > 0
        and bool(head.references)
        and head.references[-1] not in known
    )
