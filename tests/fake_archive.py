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
import threading
import urllib.parse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mails import mbox


@dataclass
class Archive:
    """What the server holds and how it behaves; tests may change it while it runs.

    ``hits`` are the mails that every search finds; ``search_status`` is what a search answers.
    ``fault`` is "" or "html", "stall", "stall-search" or a status in digits.
    ``asked`` lists the requests, such as "GET /list/id/t.mbox.gz".
    """

    thread: Sequence[bytes] = ()
    hits: Sequence[bytes] = ()
    search_status: int = 200
    fault: str = ""
    url: str = ""
    asked: list[str] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)


@contextlib.contextmanager
def fake_archive(archive: Archive) -> Iterator[Archive]:
    """Serve ``archive`` until the block ends; its ``url`` is then filled in."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            archive.asked.append(f"GET {self.path}")
            message_id = urllib.parse.unquote(self.path.split("/")[2])
            known = any(f"Message-Id: <{message_id}>".encode() in one for one in archive.thread)
            if archive.fault == "stall":
                archive.closing.wait()
            elif archive.fault.isdigit():
                self.answer(int(archive.fault), b"no")
            elif archive.fault == "html":
                self.answer(200, b"<!DOCTYPE html><title>Are you a robot?</title>")
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

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            pass  # a client that gave up waiting

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        archive.url = f"http://127.0.0.1:{server.server_port}/list"
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
