# SPDX-License-Identifier: GPL-2.0-or-later
"""The process that stays answers as one of its own does, and keeps questions apart."""

from __future__ import annotations

import base64
import json
import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from fake_archive import Archive, fake_archive
from mails import mbox, series
from verify_series import b4_child
from verify_series.run import RunError, cpu_seconds


@pytest.fixture
def warm(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(b4_child, "_warm", True)
    monkeypatch.setattr(b4_child, "_server", None)
    yield
    if b4_child._server:
        b4_child._server._open.close()


def question(mails: list[bytes]) -> dict[str, Any]:
    return {"files": [base64.b64encode(mbox(mails)).decode()], "revision": None}


def answers(questions: list[dict[str, Any]]) -> list[tuple[int, Any]]:
    done = [b4_child.ask(one, 60) for one in questions]
    return [(one.status, json.loads(one.stdout)) for one in done]


def test_same_answers(warm: None, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [question(series(2)), question([b"no mail"]), question(series(3, 2))]
    before = cpu_seconds()
    kept = answers(asked)
    assert cpu_seconds() > before
    server = b4_child._server
    assert server and server._process.pid and not server.ended
    assert answers(asked) == kept
    assert b4_child._server is server
    monkeypatch.setattr(b4_child, "_warm", False)
    assert answers(asked) == kept


def test_a_question_that_fails(warm: None) -> None:
    wrong = b4_child.ask({"nonsense": True}, 60)
    assert wrong.status == 1
    assert "KeyError: 'files'" in wrong.error_text
    assert answers([question(series(1))])[0][0] == 0


def test_home_and_folder_of_its_own(warm: None) -> None:
    b4_child.ask(question(series(1)), 60)
    assert b4_child._server
    environ = f"/proc/{b4_child._server._process.pid}/environ"
    with open(environ, "rb") as file:  # noqa: PTH123
        assert b"HOME=/nonexistent" in file.read().split(b"\0")


def test_late_answers_end_the_server_and_the_next_has_another(warm: None) -> None:
    with fake_archive(Archive(fault="stall")) as archive:
        asked = {"archive": archive.url, "message_id": "a@b", "timeout": 60, "revision": None}
        with pytest.raises(RunError, match="did not end within 1 s"):
            b4_child.ask(asked, 1)
    assert answers([question(series(1))])[0][0] == 0


def test_killed_server_is_replaced(warm: None) -> None:
    b4_child.ask(question(series(1)), 60)
    assert b4_child._server
    process = b4_child._server._process
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert answers([question(series(1))])[0][0] == 0
