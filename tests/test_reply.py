# SPDX-License-Identifier: GPL-2.0-or-later
"""The answer to a series: parsed as mail programs do, and sent through a real mail transport."""

from __future__ import annotations

import email
import email.policy
import shutil
import smtplib
import socket
import subprocess
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from reports import MILD, NASTY, NEW, SERIES, hostile, report
from verify_series.model import Finding, Report, UserError, Verdict
from verify_series.report import reply
from verify_series.report.quoting import hunks

HEADER = b"From: Ada Example <ada@example.org>\nDate: Mon, 5 Jan 2026 10:00:01 +0000\n"
DIFF = """\
Give the hook a name.

Signed-off-by: Ada Example <ada@example.org>
---
 security/ipe/audit.c | 1 +

diff --git a/security/ipe/audit.c b/security/ipe/audit.c
index 1111111..2222222 100644
--- a/security/ipe/audit.c
+++ b/security/ipe/audit.c
@@ -17,4 +17,5 @@ static const char *const names[] = {
 \t"BPRM_CHECK",
-\t"MAP",
+\t"MMAP",
+\t"BPRM_CREDS_FOR_EXEC",
 \t"MPROTECT",
 \t"KERNEL_READ",
--\x20
2.39.5
"""


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch, hermetic: Path) -> None:
    (hermetic / ".gitconfig").write_text("[user]\nname = Mä Tainer\nemail = ma@kernel.example\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(hermetic / ".gitconfig"))
    monkeypatch.chdir(hermetic)


def with_mail(made: Report, diff: str = DIFF) -> Report:
    """The report, its first patch having a mail."""
    assert made.series
    subject = b"Subject: [PATCH v2 1/2] ipe: answer them\n\n"
    mail = HEADER + subject + diff.encode("utf-8", "surrogateescape")
    patches = tuple(replace(p, mail=mail if p.number == 1 else b"") for p in made.series.patches)
    return replace(made, series=replace(made.series, patches=patches))


def only(made: Report, *findings: Finding) -> Report:
    """The report with these findings, all of one check."""
    return replace(made, outcomes=(replace(made.outcomes[1], findings=findings),))


def answer(made: Report) -> EmailMessage:
    raw = reply.render([made], [], Verdict.FAIL).encode()
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    assert max(map(len, raw.split(b"\n"))) <= 998
    return message


def test_the_comment_stands_below_its_line() -> None:
    message = answer(with_mail(report()))
    assert message["In-Reply-To"] == "<20260105.0@example.org>"
    assert message["References"] == "<20251230.0@example.org> <20260105.0@example.org>"
    assert message["Subject"] == f"Re: {SERIES.letter.subject}" if SERIES.letter else ""
    assert str(message["From"]) == "Mä Tainer <ma@kernel.example>"
    assert str(message["To"]) == "Ada Example <ada@example.org>"
    assert str(message["Cc"]) == "Bob Example <bob@example.org>, lsm@example.org"
    text = message.get_content()
    assert (
        text
        == """\
On Mon, 5 Jan 2026 10:00:00 +0000, Ada Example wrote:

> [PATCH 1] ipe: answer them
>
> --- a/security/ipe/audit.c
> +++ b/security/ipe/audit.c
> @@ -17,4 +17,5 @@ static const char *const names[] = {
>  \t"BPRM_CHECK",
> -\t"MAP",
> +\t"MMAP",
> +\t"BPRM_CREDS_FOR_EXEC",

"MMAP" stands at index 1, where ipe_hook_type has
IPE_HOOK_BPRM_CREDS_FOR_EXEC [name-table/moved]

Not about a line that the series changes:

- patch 2, a.c:3: warning: long [checkpatch/LONG_LINE]

(verify-series, with the series applied to v7.2 (111111111111))
"""
    )
    assert "MPROTECT" not in text  # what is below the last comment is cut


def test_a_finding_of_one_patch_answers_that_patch() -> None:
    message = answer(only(with_mail(report()), NEW))
    assert message["In-Reply-To"] == "<20260105.1@example.org>"
    assert message["References"].split()[-1] == "<20260105.1@example.org>"
    assert "<20260105.0@example.org>" in message["References"]
    assert message["Subject"] == "Re: [PATCH v2 1/2] ipe: answer them"


def test_the_line_that_the_docs_check_adds_counts() -> None:
    found = replace(NEW, checker="docs", line=3, message="unknown document: 'x' (on line 19)")
    text = answer(only(with_mail(report()), found)).get_content()
    assert '> +\t"BPRM_CREDS_FOR_EXEC",\n\nunknown document: ' in text


def test_charset_and_long_lines() -> None:
    plain = answer(with_mail(report()))
    assert (plain.get_content_charset(), plain["Content-Transfer-Encoding"]) == (
        *("us-ascii", "7bit"),
    )
    umlaut = answer(with_mail(report(), DIFF.replace('"MMAP"', '"MÄP"')))
    assert (umlaut.get_content_charset(), umlaut["Content-Transfer-Encoding"]) == (
        *("utf-8", "8bit"),
    )
    assert '> +\t"MÄP",\n' in umlaut.get_content()
    long = answer(with_mail(report(), DIFF.replace('"MMAP"', f'"{"x" * 2000}"')))
    assert long["Content-Transfer-Encoding"] == "quoted-printable"
    assert f'> +\t"{"x" * 2000}",\n' in long.get_content()


def test_nothing_new_and_no_verdict() -> None:
    text = answer(only(with_mail(report(Verdict.PASS)))).get_content()
    assert text.startswith("Nothing new was found in this series")
    text = answer(only(report(Verdict.NONE, "patch 1 does not apply"))).get_content()
    assert text.startswith("I could not verify this series: patch 1 does not apply")


def test_the_users_own_commits_have_no_mail() -> None:
    own = replace(report(), series=replace(SERIES, letter=None))
    with pytest.raises(UserError, match="no mail to answer"):
        reply.render([own], [], Verdict.FAIL)


def test_without_a_name(monkeypatch: pytest.MonkeyPatch, hermetic: Path) -> None:
    config = "[user]\nuseConfigOnly = true\n"
    (hermetic / ".gitconfig").write_text(config)
    with pytest.raises(UserError, match="git does not know who you are"):
        reply.render([report()], [], Verdict.FAIL)


def test_several_series_are_an_mbox() -> None:
    text = reply.render([report(), report()], [], Verdict.FAIL)
    assert text.count("From mboxrd@z ") == 2


@pytest.mark.parametrize("nasty", NASTY)
def test_what_a_mail_says_is_inert(nasty: str) -> None:
    b4 = pytest.importorskip("b4")
    made = with_mail(hostile(nasty), DIFF.replace('"MMAP"', nasty.replace("\n", "")))
    placed = replace(NEW, message=nasty)
    made = replace(made, outcomes=(replace(made.outcomes[1], findings=(placed, MILD)),))
    message = answer(made)
    assert set(message.keys()) <= {
        *("From", "To", "Cc", "Subject", "Date", "Message-ID", "In-Reply-To", "References"),
        *("Content-Type", "Content-Transfer-Encoding", "MIME-Version"),
    }
    assert all(str(value).isprintable() for value in message.values())
    text = message.get_content()
    assert all(line.replace("\t", "").isprintable() for line in text.split("\n"))
    trailers, _ = b4.LoreMessage.find_trailers(text, followup=True)
    assert trailers == []
    for line in text.split("\n"):
        assert not line.startswith(("---", "+++", "diff ", "@@", "From ", "-- "))


def test_hunks_end_where_they_say() -> None:
    [hunk] = hunks(DIFF)
    assert [number for _, number in hunk.lines] == [17, None, 18, 19, 20, 21]
    removed = "--- a/x\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-one\n--- a/fake\n"
    [hunk] = hunks(removed)
    assert (hunk.path, [text for text, _ in hunk.lines]) == ("x", ["-one", "--- a/fake"])


@pytest.fixture
def server() -> Any:
    """A mail server on this machine, and the mails that it took."""
    controllers = pytest.importorskip("aiosmtpd.controller")
    taken: list[EmailMessage] = []

    class Handler:
        async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
            taken.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
            return "250 OK"

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = controllers.Controller(Handler(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port, taken
    finally:
        controller.stop()


def assert_arrived(sent: EmailMessage, taken: list[EmailMessage]) -> None:
    [got] = taken
    for name in ("From", "To", "Cc", "Subject", "In-Reply-To", "References"):
        assert str(got[name]) == str(sent[name]), name
    assert got.get_content().replace("\r\n", "\n") == sent.get_content()


UMLAUT = DIFF.replace('"MMAP"', '"MÄP"')


def test_through_smtp(server: Any) -> None:
    port, taken = server
    sent = answer(with_mail(report(), UMLAUT))
    with smtplib.SMTP("127.0.0.1", port) as transport:
        transport.send_message(sent)
    assert_arrived(sent, taken)


def test_through_git_send_email(server: Any, tmp_path: Path) -> None:
    path = subprocess.run(["git", "--exec-path"], capture_output=True, text=True).stdout.strip()
    if not shutil.which("git-send-email", path=path):
        pytest.skip("git send-email is not installed (Debian: git-email)")
    port, taken = server
    file = tmp_path / "reply.eml"
    file.write_text(reply.render([with_mail(report(), UMLAUT)], [], Verdict.FAIL), "utf-8")
    sent = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    done = subprocess.run(
        [
            *("git", "send-email", "--quiet", "--confirm=never", "--suppress-cc=self"),
            *("--smtp-server=127.0.0.1", f"--smtp-server-port={port}"),
            *("--smtp-encryption=none", str(file)),
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert isinstance(sent, EmailMessage)
    assert_arrived(sent, taken)
