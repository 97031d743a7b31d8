# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks are posted to a small Patchwork, which takes what the published OpenAPI schema says."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from reports import report
from verify_series.cli import command
from verify_series.runs import keep


class Small(ThreadingHTTPServer):
    """Has each patch of the report, and remembers what is posted."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.posted: list[tuple[int, dict[str, Any]]] = []
        self.projects = ["lsm"]
        self.url = f"http://127.0.0.1:{self.server_address[1]}/"


class Handler(BaseHTTPRequestHandler):
    server: Small

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = parse_qs(parts.query)
        assert parts.path == "/api/1.2/patches/"
        found = re.fullmatch(r"20260105\.(\d)@example\.org", asked["msgid"][0])
        projects = [p for p in self.server.projects if p in asked.get("project", [p])]
        patches = [
            {"id": 70 + int(found[1]), "project": {"link_name": p}} for p in projects if found
        ]
        self.answer(200, patches)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers["Authorization"] != "Token secret":
            self.answer(401, {"detail": "Invalid token."})
            return
        number = re.fullmatch(r"/api/1\.2/patches/(\d+)/checks/", self.path)
        assert number
        # What CheckCreate of the OpenAPI schema asks for, in versions 1.2 to 1.4 of the interface.
        assert body.keys() <= {"state", "target_url", "context", "description"}
        assert body["state"] in ("pending", "success", "warning", "fail")
        assert re.fullmatch(r"[-a-zA-Z0-9_]{1,255}", body["context"])
        assert isinstance(body["description"], str)
        assert re.fullmatch(r"https?://\S{1,190}", body.get("target_url", "http://none"))
        self.server.posted.append((int(number[1]), body))
        self.answer(201, body)

    def answer(self, status: int, content: Any) -> None:
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[Small]:
    monkeypatch.setenv("PATCHWORK_TOKEN", "secret")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    keep(report())
    with Small() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_nothing_is_posted_by_itself(small: Small, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["patchwork", "latest", "--url", small.url]) == 0
    assert small.posted == []
    lines = capsys.readouterr().out.splitlines()
    assert "not posted  1  fail    verify-series-name-table: security/ipe/audit.c:19: " in lines[1]


def test_post(small: Small) -> None:
    assert (
        command(["patchwork", "latest", "--url", small.url, "--post", "--link", "https://x/1"]) == 0
    )
    assert {patch for patch, _ in small.posted} == {71, 72}
    states = {(patch, check["context"]): check["state"] for patch, check in small.posted}
    assert states[71, "verify-series-name-table"] == "fail"
    assert states[72, "verify-series-checkpatch"] == "warning"
    assert all(check["target_url"] == "https://x/1" for _, check in small.posted)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("token", "answers 401"),
        ("no token", "--post needs --url, and a token in PATCHWORK_TOKEN"),
        ("projects", "is in several projects (lsm, doc): choose with --project"),
        ("project", "has no patch <20260105.1@example.org>: check --url and --project"),
        ("plain http", "http://example.org/ is no https URL"),
        ("gone", "cannot be reached"),
        ("link", "--link javascript:x is no URL that Patchwork takes"),
        ("long link", "is no URL that Patchwork takes"),
    ],
)
def test_what_cannot_be_posted(
    small: Small,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    change: str,
    said: str,
) -> None:
    url, more = small.url, ["--project", "other"] if change == "project" else []
    if change == "token":
        monkeypatch.setenv("PATCHWORK_TOKEN", "wrong")
    elif change == "no token":
        monkeypatch.delenv("PATCHWORK_TOKEN")
    elif change == "projects":
        small.projects = ["lsm", "doc"]
    elif change == "plain http":
        url = "http://example.org/"
    elif "link" in change:
        more = ["--link", "javascript:x" if change == "link" else f"https://x/{'x' * 200}"]
    elif change == "gone":
        url = "http://127.0.0.1:9/"
    assert command(["patchwork", "latest", "--post", "--url", url, *more]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "secret" not in told
    assert small.posted == []
