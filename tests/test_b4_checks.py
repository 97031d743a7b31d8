# SPDX-License-Identifier: GPL-2.0-or-later
"""``verify-series b4``, run by b4 itself: b4 prep --check, and the checks of b4 review."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from public_inbox import MISSING, public_inbox
from reports import NASTY, hostile, report
from repos import Repo
from test_cli import SAMPLE, TOP, split
from verify_series.model import Status, Verdict
from verify_series.report import b4

CHECK = f"{sys.executable} -m verify_series b4"
#: What b4's review application does for a series, without its screen.
REVIEW = """
import argparse, email, email.policy, json, sys
import b4
from b4.review import checks
b4.setup_config(argparse.Namespace(config=None))
_, commands = checks.load_check_cmds()
mail = email.message_from_binary_file(sys.stdin.buffer, policy=email.policy.default)
print(json.dumps(checks.run_series_checks(("x", mail), commands, sys.argv[1])))
"""


#: The application of b4 review itself: asks for the checks of the first series and tells them.
APPLICATION = """
import argparse, asyncio, json
import b4
b4.setup_config(argparse.Namespace(config=None))
from b4.review_tui._modals import TrackingCheckResultsScreen
from b4.review_tui._tracking_app import TrackingApp

async def main():
    application = TrackingApp("linux")
    async with application.run_test(size=(150, 50)) as pilot:
        await pilot.pause()
        await pilot.press("c")
        while not isinstance(application.screen, TrackingCheckResultsScreen):
            await pilot.pause(0.1)
        matrix = application.screen._matrix
        print(json.dumps({tool: [row, cell] for (row, tool), cell in matrix.items()}))
        await pilot.press("enter")
        await pilot.pause()

asyncio.run(asyncio.wait_for(main(), 120))
"""


@pytest.fixture
def linux(repo: Repo, hermetic: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """The sample's tree, with a user that b4 knows."""
    for path in sorted((SAMPLE / "tree").rglob("*")):
        if path.is_file():
            target = repo.folder / path.relative_to(SAMPLE / "tree")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    repo.commit({}, "miniature")
    repo.git("config", "user.name", "Ada Example")
    repo.git("config", "user.email", "ada@example.org")
    monkeypatch.setenv("PYTHONPATH", str(TOP / "tools"))
    return repo


def python(code: str, *args: str, cwd: Path, stdin: bytes = b"", **env: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *args],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        env={**os.environ, **env},
    )
    assert done.returncode == 0, done.stderr.decode()
    return (done.stdout + done.stderr).decode()


def test_b4_prep_check(linux: Repo, hermetic: Path) -> None:
    run_b4 = "from b4.command import cmd; cmd()"
    python(run_b4, "prep", "-n", "topic", "-f", "main", cwd=linux.folder)
    for mail in split(SAMPLE / "broken.mbox")[1:]:
        (hermetic / "mail").write_text(mail)
        linux.git("am", "-q", str(hermetic / "mail"))
    linux.git("config", "b4.prep-perpatch-check-cmd", f"{CHECK} prep --only name-table")
    said = python(run_b4, "prep", "--check", cwd=linux.folder)
    first, second = said.split("ipe: answer interpreters")[1].split("ipe: document the answer")
    assert 'ERROR: security/ipe/audit.c:19: "MMAP" stands at index 1' in first
    assert "ERROR" not in second.split("---")[0]
    assert "Success: 1, Warning: 0, Error: 2" in said
    assert len(list((hermetic / ".cache/verify-series/prep/index").iterdir())) == 1
    linux.git("checkout", "-q", "--detach")
    said = subprocess.run(
        [*CHECK.split(), "prep"], cwd=linux.folder, capture_output=True, input=b""
    )
    assert said.stdout == b""
    assert b"HEAD is on no branch" in said.stderr


@pytest.mark.parametrize("name", ["series", "broken"])
def test_b4_review(linux: Repo, tmp_path: Path, name: str) -> None:
    mbox = SAMPLE / f"{name}.mbox"
    blob = linux.git("hash-object", "-w", str(mbox))
    tracking = tmp_path / "tracking.json"
    tracking.write_text(json.dumps({"series": {"thread-blob": blob}}))
    linux.git("config", "b4.review-series-check-cmd", f"{CHECK} review --only name-table")
    said = python(
        REVIEW,
        str(linux.folder),
        cwd=linux.folder,
        stdin=split(mbox)[0].encode(),
        B4_TRACKING_FILE=str(tracking),
    )
    apply, table = json.loads(said)
    assert (apply["tool"], apply["status"]) == ("verify-series apply", "pass")
    if name == "series":
        assert (table["status"], table["summary"]) == ("pass", "nothing new")
    else:
        assert (table["status"], table["summary"]) == ("fail", "2 new findings")
        first = json.loads(table["details"])[0]
        assert (first["context"], first["status"]) == ("patch 1", "fail")
        assert first["description"].startswith("security/ipe/audit.c:19: ")


@pytest.mark.skipif(bool(MISSING), reason=MISSING)
def test_b4_review_itself(linux: Repo, tmp_path: Path) -> None:
    pytest.importorskip("textual")
    mails = [mail.encode() for mail in split(SAMPLE / "broken.mbox")]
    run_b4 = "from b4.command import cmd; cmd()"
    with public_inbox(mails, tmp_path, name="all") as url:
        linux.git("config", "b4.midmask", f"{url}/%s")
        check = f"{CHECK} review --only name-table --archive {url}"
        linux.git("config", "b4.review-series-check-cmd", check)
        python(run_b4, "review", "enroll", "-i", "linux", cwd=linux.folder)
        letter = "20260105100000.broken-1-ada@example.org"
        python(run_b4, "review", "track", letter, cwd=linux.folder)
        said = python(APPLICATION, cwd=linux.folder)
    row, result = json.loads(said.splitlines()[0])["verify-series name-table"]
    assert (row, result["status"], result["summary"]) == (0, "fail", "2 new findings")


def test_b4_review_without_a_verdict(linux: Repo) -> None:
    linux.git(
        "config", "b4.review-series-check-cmd", f"{CHECK} review --archive http://127.0.0.1:9"
    )
    said = python(
        REVIEW, str(linux.folder), cwd=linux.folder, stdin=split(SAMPLE / "series.mbox")[0].encode()
    )
    [result] = json.loads(said)
    assert result["status"] == "fail"
    assert result["summary"].startswith("no verdict: <20260105100000.sample-1-ada@example.org> in")


def test_a_check_that_could_not_run_is_no_pass() -> None:
    broken = report(Verdict.NONE, "could not be checked: docs")
    outcomes = [replace(o, status=Status.ERROR, reason="no perl") for o in broken.outcomes]
    results: list[dict[str, Any]] = json.loads(b4.review(replace(broken, outcomes=tuple(outcomes))))
    assert {result["status"] for result in results} == {"fail"}
    assert results[1]["summary"] == "could not be checked: no perl"
    nothing = replace(broken, outcomes=())
    assert json.loads(b4.review(nothing))[0]["status"] == "fail"
    assert "ERROR: no verdict" in b4.prep(nothing, 1)


@pytest.mark.parametrize("nasty", NASTY)
def test_what_a_mail_says_is_inert(nasty: str) -> None:
    made = hostile(nasty)
    text = b4.review(made)
    assert text.isascii()
    for result in json.loads(text):
        assert result["summary"].isprintable()
        for detail in json.loads(result.get("details", "[]")):
            assert detail["description"].isprintable()
    first, second = (b4.prep(made, number) for number in (1, 2))
    assert all(line.isprintable() for line in (first + second).split("\n"))
    assert "ERROR:" in first
    assert "ERROR:" not in b4.prep(hostile("ERROR: x"), 2)
