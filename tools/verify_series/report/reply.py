# SPDX-License-Identifier: GPL-2.0-or-later
"""An answer to the series (RFC 5322), as reviewers write it, for the maintainer to edit and send.

It quotes the hunk that a finding is about and has the comment below the line. It goes to the
patch that all findings are about, else to the letter of the series. Nothing is sent.
"""

from __future__ import annotations

import email
import email.policy
import email.utils
import re
import textwrap
from collections.abc import Iterator, Sequence
from email.message import EmailMessage

from ..identity import me
from ..model import Finding, Letter, Patch, Report, Series, Status, UserError, Verdict
from .inert import printable
from .matrix import bare, checkers
from .quoting import Quoted, body, hunks, quote, shown_line

_WIDTH = 72
_LONGEST = 998  # octets of a line of a mail (RFC 5322, 2.1.1)

#: What mail programs, git and b4 would take for more than a sentence at the start of a line.
_MEANT = re.compile(r"\s*(?:[\w-]\S*:\s|>|--|diff |From |\.$|@@)")


def render(reports: Sequence[Report], skipped: Sequence[tuple[str, str]], result: Verdict) -> str:
    """One mail; for several series an mbox of them.

    Raises UserError where there is no mail to answer, or git does not know the user.
    """
    answered = [report for report in reports if report.series and report.series.letter]
    if not answered:
        raise UserError("there is no mail to answer (the series was not fetched, or is your own)")
    sender = me()
    mails = [_mail(report, sender) for report in answered]
    if len(mails) == 1:
        return mails[0]
    start = "From mboxrd@z Thu Jan  1 00:00:00 1970\n"
    return "\n".join(start + re.sub(r"(?m)^(>*From )", r">\1", mail) for mail in mails)


def _mail(report: Report, sender: str) -> str:
    series = report.series
    assert series
    letter = _answered(series, {finding.patch for finding in report.new})
    address = email.utils.parseaddr(sender)[1]
    message = EmailMessage(policy=email.policy.default.clone(max_line_length=200, cte_type="8bit"))
    message["From"] = _people([sender])
    message["To"] = _people([letter.author]) or "undisclosed-recipients:;"
    aside = _people(letter.recipients, without=(sender, letter.author))
    if aside:
        message["Cc"] = aside
    message["Subject"] = _subject(letter.subject)
    message["Date"] = email.utils.localtime()
    message["Message-ID"] = email.utils.make_msgid(domain=address.rpartition("@")[2])
    if known := _id(letter.message_id):
        message["In-Reply-To"] = known
        message["References"] = " ".join(filter(None, [*map(_id, letter.references), known]))
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(_text(report, series, letter))).strip("\n") + "\n"
    longest = max(len(line.encode()) for line in text.split("\n"))
    charset = "us-ascii" if text.isascii() else "utf-8"
    plain = "7bit" if text.isascii() else "8bit"
    message.set_content(
        text, charset=charset, cte=plain if longest <= _LONGEST else "quoted-printable"
    )
    return message.as_bytes().decode("utf-8")


def _answered(series: Series, concerned: set[int | None]) -> Letter:
    """The letter of the series, or the one patch that all findings are about."""
    letter = series.letter
    assert letter
    if len(concerned) != 1:
        return letter
    for patch in series.patches:
        if patch.number in concerned and patch.message_id != letter.message_id:
            head = email.message_from_bytes(patch.mail, policy=email.policy.default)
            return Letter(
                patch.message_id,
                printable(str(head.get("Subject", patch.subject))),
                patch.author,
                printable(str(head.get("Date", letter.date))),
                (letter.author, *letter.recipients),
                (*letter.references, letter.message_id),
            )
    return letter


def _subject(subject: str) -> str:
    plain = printable(subject)
    return plain if plain.lower().startswith("re:") else f"Re: {plain}"


def _id(message_id: str) -> str:
    """In angle brackets, or nothing where it is not of the form that RFC 5322 gives it."""
    return f"<{message_id}>" if re.fullmatch(r"[!-;=?-~]+@[!-;=?-~]+", message_id) else ""


def _people(people: Sequence[str], without: Sequence[str] = ()) -> str:
    known = {email.utils.parseaddr(person)[1].lower() for person in without}
    found = []
    for name, address in map(email.utils.parseaddr, people):
        if re.fullmatch(r"[\w.+=/-]+@[\w.-]+", address, re.ASCII) and address.lower() not in known:
            known.add(address.lower())
            found.append(email.utils.formataddr((printable(name), address)))
    return ", ".join(found)


def _text(report: Report, series: Series, letter: Letter) -> Iterator[str]:
    who = email.utils.parseaddr(letter.author)[0]
    left = list(report.new)
    for patch in series.patches:
        quoted = list(hunks(body(patch.mail)))
        mine = [finding for finding in left if finding.patch == patch.number]
        placed = [(hunk, [f for f in mine if _stands_in(f, hunk)]) for hunk in quoted]
        if any(findings for _, findings in placed):
            if len(left) == len(report.new):
                yield from _wrap(f"On {letter.date}, {who} wrote:")
            yield from ("", *_patch(patch, placed, several=series.expected > 1))
            for _, findings in placed:
                left = [finding for finding in left if finding not in findings]
    if left:
        yield from ("", "Not about a line that the series changes:")
        for finding in left:
            where = f"patch {finding.patch}, " if finding.patch else ""
            place = f"{finding.path}:{finding.line}" if finding.line else finding.path
            yield from ("", *_wrap(f"- {where}{place}: {_said(finding)}", "  "))
    if report.verdict is Verdict.NONE:
        yield from ("", *_wrap(f"I could not verify this series: {report.reason}"))
    elif not report.new:
        passed = [o.checker for o in report.outcomes if o.status is Status.PASS]
        names = ", ".join(name for name in checkers(report) if name in passed)
        yield from ("", *_wrap(f"Nothing new was found in this series ({names})."))
    if report.base:
        yield from ("", *_wrap(f"(verify-series, with the series applied to {report.base.name})"))


def _stands_in(finding: Finding, hunk: Quoted) -> bool:
    return finding.path == hunk.path and hunk.place(shown_line(finding)) is not None


def _said(finding: Finding) -> str:
    weight = "" if finding.severity == "error" else f"{finding.severity}: "
    return f"{weight}{finding.message} [{finding.checker}/{finding.rule}]"


def _patch(
    patch: Patch, placed: Sequence[tuple[Quoted, Sequence[Finding]]], *, several: bool
) -> Iterator[str]:
    """The hunks of one patch that findings stand in, each quoted up to the last of them."""
    if several:
        yield quote(f"[PATCH {patch.number}] {bare(patch.subject)}")
    path = ""
    for hunk, findings in placed:
        if not findings:
            continue
        if hunk.path != path:
            yield from (quote(""), quote(f"--- a/{hunk.path}"), quote(f"+++ b/{hunk.path}"))
        path = hunk.path
        yield quote(hunk.heading)
        at = 0
        for line in sorted(set(map(shown_line, findings))):
            stop = (hunk.place(line) or 0) + 1
            yield from (quote(text) for text, _ in hunk.lines[at:stop])
            at = stop
            for finding in findings:
                if shown_line(finding) == line:
                    yield from ("", *_wrap(_said(finding)))
            yield ""


def _wrap(text: str, indent: str = "") -> list[str]:
    """A comment; ``| `` stands before what would be taken for a trailer, a quote or a diff."""
    lines = textwrap.wrap(
        printable(text),
        _WIDTH,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [f"| {line.lstrip()}" if _MEANT.match(line) else line for line in lines]
