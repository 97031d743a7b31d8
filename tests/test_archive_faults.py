# SPDX-License-Identifier: GPL-2.0-or-later
"""An archive that fails in any way: one sentence, a bounded wait, and no verdict."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bad_input import answer_in_process
from ends import environment
from fake_archive import Archive, closed_port, fake_archive
from mails import series
from verify_series.fetch import Request, fetch
from verify_series.model import UserError

ID = "v1-0@example.org"
NO_INBOX = "<ID> in URL cannot be fetched, the archive does not answer like a public-inbox ("
LATER = "<ID> in URL cannot be fetched now (HTTP status {}): try again later, or give an mbox file"
NETWORK = "<ID> in URL cannot be fetched ({}): check the network, or give an mbox file"

#: What the archive does, and the sentence for it, or how that begins.
FAULTS = {
    "404": "<ID> in URL does not exist (HTTP status 404): check the message-id, or name another ar",
    "403": f"{NO_INBOX}HTTP status 403): check --archive",
    "429": LATER.format(429),
    "500": LATER.format(500),
    "502": LATER.format(502),
    "503": LATER.format(503),
    "stall": NETWORK.format("it does not answer"),
    "stops": NETWORK.format("it does not answer"),
    "broken_off": NETWORK.format("it broke off"),
    "hangs_up": NETWORK.format("it broke off"),
    "circle": NETWORK.format("it redirects in a circle"),
    "no_http": NETWORK.format("it does not speak HTTP"),
    "elsewhere": "<ID> in URL is not there, the archive sends us to http://localhost:",
    "endless": f"{NO_INBOX}it sends without end): check --archive",
    "a bomb": f"{NO_INBOX}what it sent is too much, unpacked): check --archive",
    "a bomb in parts": f"{NO_INBOX}what it sent is too much, unpacked): check --archive",
    "html": f"{NO_INBOX}what it sent is no mailbox): check --archive",
    "html, packed": "<ID> in URL does not exist (its thread is empty)",
    "nothing": "<ID> in URL does not exist (its thread is empty)",
    "nothing, packed": "<ID> in URL does not exist (its thread is empty)",
    "half a gzip": f"{NO_INBOX}what it sent is no mailbox): check --archive",
    "a wrong gzip": f"{NO_INBOX}what it sent is no mailbox): check --archive",
    "another thread": "<ID> in URL does not exist (its thread is empty)",
    "any bytes, packed": "<ID> in URL does not exist (its thread is empty)",
}


@pytest.fixture(autouse=True)
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_in_process(monkeypatch)


def sentence(url: str, folder: Path) -> str:
    request = Request(ID, archive=url)
    with pytest.raises(UserError) as caught:
        fetch(request, cwd=folder, cache=folder / "cache", timeout=0.5)
    assert not list((folder / "cache").rglob("*"))  # nothing is kept
    return str(caught.value).replace(url, "URL").replace(ID, "ID")


@pytest.mark.parametrize("fault", FAULTS)
def test_one_sentence(fault: str, tmp_path: Path) -> None:
    with fake_archive(Archive(thread=series(2), fault=fault)) as archive:
        told = sentence(archive.url, tmp_path)
    assert told.startswith(FAULTS[fault]) and "\n" not in told and len(told) < 200


def test_nobody_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = sentence(f"http://127.0.0.1:{closed_port()}/list", tmp_path)
    assert told == NETWORK.format("Connection refused")

    def resolve(*asked: object, **how: object) -> object:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    told = sentence("http://archive.invalid/list", tmp_path)
    assert told == NETWORK.format("its name cannot be resolved")


def test_a_search_that_fails_leaves_the_series(tmp_path: Path) -> None:
    with fake_archive(Archive(thread=series(2), search_status=503)) as archive:
        found = fetch(Request(ID, archive=archive.url), cwd=tmp_path, cache=tmp_path, timeout=0.5)
    assert found.newer == "unknown"
    assert found.newer_detail.startswith("the search failed, HTTP status 503")


@pytest.fixture
def certificate(tmp_path: Path) -> Iterator[Path]:
    """A certificate that nobody vouches for."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    key, made = tmp_path / "key", tmp_path / "made"
    argv = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
            "-subj", "/CN=localhost", "-keyout", key, "-out", made]  # fmt: skip
    subprocess.run(argv, check=True, capture_output=True)
    made.write_bytes(made.read_bytes() + key.read_bytes())
    yield made


def test_a_certificate_that_nobody_vouches_for(tmp_path: Path, certificate: Path) -> None:
    with fake_archive(Archive(thread=series(2)), certificate) as archive:
        told = sentence(archive.url, tmp_path)
    assert told == NETWORK.format("TLS, self-signed certificate")


def test_an_archive_without_tls(tmp_path: Path) -> None:
    with fake_archive(Archive(thread=series(2))) as archive:
        told = sentence(archive.url.replace("http:", "https:"), tmp_path)
    assert told == NETWORK.format("it does not speak TLS")


@pytest.mark.parametrize("fault", ["drip", "endless"])
def test_the_command_ends_with_2(fault: str, tmp_path: Path) -> None:
    """In the child, which is given up at its own time: no answer keeps it for ever."""
    code = (
        "import sys; from verify_series import main, verify, fetch\n"
        "verify.fetch = lambda *a, **k: fetch.fetch(*a, timeout=0.2, **k)\n"
        "sys.exit(main.main())"
    )
    with fake_archive(Archive(thread=series(2), fault=fault)) as archive:
        argv = [sys.executable, "-c", code, ID, "--archive", archive.url, "--tree", "."]
        done = subprocess.run(
            argv, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=120
        )
    assert (done.returncode, done.stdout) == (2, "")
    told = done.stderr.splitlines()
    assert told[-1].startswith(f"verify-series: <{ID}> in {archive.url} ")
    assert "Traceback" not in done.stderr
