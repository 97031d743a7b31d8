# SPDX-License-Identifier: GPL-2.0-or-later
"""An HTTP server on 127.0.0.1 that answers like a public-inbox, or fails as one can fail.

For what a real public-inbox cannot be made to do, and for machines without one; public_inbox.py
starts the real thing.
"""

from __future__ import annotations

import contextlib
import gzip
import http.server
import socket
import ssl
import threading
import urllib.parse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mails import mbox, reply

PAGE = b"<!DOCTYPE html><title>Are you a robot?</title>"

#: Whole answers that are no thread.
ANSWERS = {
    "html": PAGE,
    "html, packed": gzip.compress(PAGE),
    "nothing": b"",
    "nothing, packed": gzip.compress(b""),
    "half a gzip": gzip.compress(bytes(range(256)) * 9)[:-20],
    "a wrong gzip": b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + b"nonsense",
    "a bomb": gzip.compress(bytes(80 << 20), 1),
    "a bomb in parts": gzip.compress(bytes(20 << 20), 1) * 4,
    "another thread": gzip.compress(mbox([reply("o@other.org", "Nice.\n", "r@other.org")])),
    "any bytes, packed": gzip.compress(bytes(range(256)) * 100),
}


@dataclass
class Archive:
    """What the server holds and how it behaves; tests may change it while it runs.

    ``hits`` are the mails that every search finds; ``search_status`` is what a search answers.
    ``feed`` is what it answers with the fault "feed".
    ``fault`` is "" or "stall", "stall-search", a status in digits, a key of ANSWERS, or a way to
    answer of Handler.
    ``asked`` lists the requests, such as "GET /list/id/t.mbox.gz".
    """

    thread: Sequence[bytes] = ()
    hits: Sequence[bytes] = ()
    search_status: int = 200
    fault: str = ""
    url: str = ""
    asked: list[str] = field(default_factory=list)
    feed: bytes = b""
    closing: threading.Event = field(default_factory=threading.Event)


@contextlib.contextmanager
def fake_archive(archive: Archive, certificate: Path | None = None) -> Iterator[Archive]:
    """Serve ``archive`` until the block ends; its ``url`` is then filled in.

    With ``certificate``, a file that holds its key as well, over TLS.
    """

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            archive.asked.append(f"GET {self.path}")
            message_id = urllib.parse.unquote(self.path.split("/")[2])
            known = any(f"Message-Id: <{message_id}>".encode() in one for one in archive.thread)
            if archive.fault == "stall":
                archive.closing.wait()
            elif archive.fault.isdigit():
                self.answer(int(archive.fault), b"no")
            elif archive.fault in ANSWERS:
                self.answer(200, ANSWERS[archive.fault])
            elif archive.fault and archive.fault != "stall-search":
                getattr(self, archive.fault)()
            elif known and self.path.endswith("/t.mbox.gz"):
                self.answer(200, gzip.compress(mbox(archive.thread)))
            else:
                self.answer(404, b"Not Found")

        do_HEAD = do_GET

        def do_POST(self) -> None:
            archive.asked.append(f"POST {urllib.parse.unquote_plus(self.path)}")
            self.rfile.read(int(self.headers["Content-Length"]))
            if archive.fault == "stall-search":
                archive.closing.wait()
            elif archive.search_status != 200:
                self.answer(archive.search_status, b"no")
            else:
                self.answer(200, gzip.compress(mbox(archive.hits)))

        def answer(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def feed(self) -> None:
            self.answer(200, archive.feed)

        def drip(self) -> None:
            """A byte now and then, for ever."""
            self.begin()
            while not archive.closing.wait(0.1):
                self.wfile.write(b"x")

        def endless(self) -> None:
            self.begin()
            while not archive.closing.is_set():
                self.wfile.write(bytes(1 << 20))

        def broken_off(self) -> None:
            self.begin(("Content-Length", "1000"))
            self.wfile.write(b"x" * 10)

        def stops(self) -> None:
            self.broken_off()
            archive.closing.wait()

        def circle(self) -> None:
            self.begin(("Location", self.path), ("Content-Length", "0"), status=302)

        def elsewhere(self) -> None:
            place = f"http://localhost:{self.connection.getsockname()[1]}{self.path}"
            self.begin(("Location", place), ("Content-Length", "0"), status=302)

        def hangs_up(self) -> None:
            pass

        def no_http(self) -> None:
            self.wfile.write(b"220 mail.example.org ESMTP\r\n")

        def begin(self, *headers: tuple[str, str], status: int = 200) -> None:
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            pass  # a client that gave up waiting

    with Server(("127.0.0.1", 0), Handler) as server:
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        scheme = "https" if certificate else "http"
        archive.url = f"{scheme}://127.0.0.1:{server.server_port}/list"
        try:
            yield archive
        finally:
            archive.closing.set()
            server.shutdown()


def closed_port() -> int:
    """A port of 127.0.0.1 on which nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
